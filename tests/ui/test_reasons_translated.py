"""Every reason that stands in a sentence of an error is translated: no English within a German sentence."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtWidgets import QApplication

import voicedesk
from voicedesk.audio import devices
from voicedesk.conversation.store import faults
from voicedesk.core import reasons
from voicedesk.core.errors import (
    DeviceError,
    ProtocolError,
    RateLimitError,
    UnreachableError,
    VoiceDeskError,
)
from voicedesk.core.resources import resource_path
from voicedesk.providers import failures
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.synth import remedy
from voicedesk.ui import translation
from voicedesk.ui.wording import error_sentence

PACKAGE = Path(voicedesk.__file__).parent
LANGUAGES = sorted(
    path.stem.partition("_")[2] for path in resource_path("translations").glob("*.qm")
)
NAMES = {"reason", "why"}
OTHERS = {"wanted"}


def _told(tree: ast.AST) -> Iterator[ast.expr]:
    """What is given as the reason of an error, or kept to be that."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (each.value for each in node.keywords if each.arg in NAMES | OTHERS)
            if isinstance(node.func, ast.Name) and node.func.id == "Reason" and node.args:
                yield node.args[0]
        elif isinstance(node, ast.FunctionDef) and "reason" in node.name:
            yield from (n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value)
        elif isinstance(node, ast.Assign):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            if names & NAMES:
                yield node.value


def _sources() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        # Models are told, windows translate.
        if path.relative_to(PACKAGE).parts[0] not in {
            "reckoning",
            "tools",
            "ui",
        }:
            yield path, ast.parse(path.read_text("utf-8"))


def reasons_of_the_code() -> set[str]:
    found: set[str] = set()
    for _, tree in _sources():
        for value in _told(tree):
            for node in ast.walk(value):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return {text for text in found if " " in text} | OF_ONE_WORD


OF_ONE_WORD = {"words", "sound"}


def reasons_of_tables(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    found = {*reasons.ALL, *failures.STOPPED.values(), *devices._REASONS.values()}
    found |= {failures.CUT_SHORT, failures.NO_REASON, failures.ELSEWHERE}
    found |= set(faults._REASONS.values())
    for program, _ in (*remedy._INSTALLERS, ("", "")):
        monkeypatch.setattr(shutil, "which", lambda name, there=program: name == there or None)
        found.add(remedy.missing_voice_remedy("linux"))
    return found | {remedy.missing_voice_remedy("darwin")}


def test_no_reason_is_put_together_from_pieces() -> None:
    """A text that holds values cannot be translated; a ``Reason`` can."""
    pieced = [
        f"{path.name}:{node.lineno}"
        for path, tree in _sources()
        for value in _told(tree)
        for node in ast.walk(value)
        if isinstance(node, ast.JoinedStr)
    ]
    assert pieced == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_translated(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = ET.parse(resource_path("translations") / f"sentences_{language}.ts").getroot()
    contexts = {context.findtext("name"): context for context in root.iter("context")}
    known = {message.findtext("source", "") for message in contexts["reasons"].iter("message")}
    wanted = reasons_of_the_code() | reasons_of_tables(monkeypatch)
    assert wanted - known == set()
    assert known - wanted == set()


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    translators = translation.install(qapp, "de")
    yield
    for translator in translators:
        qapp.removeTranslator(translator)
        translator.deleteLater()


ADDRESS = Address("Beispiel", "https://example.test/v1", "", Quirks())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            UnreachableError("raw", server="S", reason=reasons.network_reason(ConnectionRefusedError())),
            "an seiner Adresse",
        ),
        (failures.status_failure(503, {}, b"", ADDRESS), "(Status 503)"),
        (failures.wrong_content({"content-type": "text/html"}, ADDRESS, wanted="sound"), "Webseite statt Ton"),
        (DeviceError("raw", device="D", reason="another program is using it"), "anderes Programm"),
        (failures.limit_failure("Slow down", ADDRESS, wait=3.2), "Slow down. Er bittet, 4 Sekunden zu warten."),
    ],
)  # fmt: skip
def test_a_german_sentence_is_german_to_its_end(
    german: None, error: VoiceDeskError, reason: str
) -> None:
    said = error_sentence(error)
    assert reason in said
    assert str(error.arguments["reason"]) not in said
    assert isinstance(error, UnreachableError | ProtocolError | DeviceError | RateLimitError)
