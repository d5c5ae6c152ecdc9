"""The translations are whole, fit their texts, and are what the application reads."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import voicedesk
from tests.ui.fake_control import FakeControl, FakeKeys, fake_devices
from tests.ui.test_accessibility import clipped, dialog_of, show_ways_back
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.resources import resource_path
from voicedesk.core.settings import Settings
from voicedesk.tools.builtin_tools import QUESTIONS
from voicedesk.ui import translation
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_schema import PAGES

FOLDER = resource_path("translations")
LANGUAGES = sorted(path.stem.partition("_")[2] for path in FOLDER.glob("*.qm"))
UI = Path(voicedesk.__file__).parent / "ui"
Message = tuple[str, str]  # context, source


def messages(path: Path) -> dict[Message, str]:
    root = ET.parse(path).getroot()
    result = {}
    for context in root.iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            done = message.find("translation")
            assert done is not None
            assert done.get("type") is None, f"{name}: {message.findtext('source')!r} is unfinished"
            result[name, message.findtext("source", "")] = done.text or ""
    return result


def all_messages(language: str) -> dict[Message, str]:
    return messages(FOLDER / f"voicedesk_{language}.ts") | messages(
        FOLDER / f"sentences_{language}.ts"
    )


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def texts_of_the_window() -> Iterator[str]:
    """What the window's code hands to Qt's translation."""
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            place = {"tr": 0, "translate": 1, "QT_TRANSLATE_NOOP": 1}.get(name)
            text = None if place is None or len(node.args) <= place else literal(node.args[place])
            if text is not None:
                yield text


def error_sentences() -> set[str]:
    for module in pkgutil.walk_packages(voicedesk.__path__, "voicedesk."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, left = set(), [VoiceDeskError]
    while left:
        kind = left.pop()
        if kind.__module__.startswith("voicedesk."):
            found.add(kind.sentence)
        left += kind.__subclasses__()
    return found


def fields(text: str) -> list[tuple[str, str]]:
    """The names that a template is filled from, with their formats."""
    parts = string.Formatter().parse(text)
    return sorted((name, form or "") for _, name, form, _ in parts if name is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_window_is_translated(language: str) -> None:
    known = {source for _, source in messages(FOLDER / f"voicedesk_{language}.ts")}
    assert set(texts_of_the_window()) == known, "run scripts/translate"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_an_error_and_every_question_is_translated(language: str) -> None:
    known = messages(FOLDER / f"sentences_{language}.ts")
    sentences = {source for context, source in known if context == "errors"}
    assert sentences == error_sentences()
    assert {source for context, source in known if context == "questions"} == set(QUESTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_filled_from_the_same_names_and_ends_alike(language: str) -> None:
    for (_, source), text in all_messages(language).items():
        assert text, source
        assert fields(text) == fields(source), source
        assert text.endswith((".", "…", "!")) == source.endswith((".", "…", "!")), source
        assert len(re.findall("&[A-Za-z]", text)) == len(re.findall("&[A-Za-z]", source)), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_application_reads_what_was_translated(qapp: object, language: str) -> None:
    translator = QTranslator()
    assert translator.load(f"voicedesk_{language}", str(FOLDER))
    different = [
        source
        for (context, source), text in all_messages(language).items()
        if translator.translate(context, source) != text
    ]
    assert different == [], "run scripts/translate"


def test_the_first_language_that_is_there_is_taken() -> None:
    assert translation.language_for(["de-AT", "de", "en"], FOLDER) == "de"
    assert translation.language_for(["xx", "de_CH"], FOLDER) == "de"
    assert translation.language_for(["en-GB", "de"], FOLDER) == "en"
    assert translation.language_for(["xx"], FOLDER) == "en"
    assert translation.language_for([], FOLDER) == "en"


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    translators = translation.install(qapp, "de")
    yield
    for translator in translators:
        qapp.removeTranslator(translator)
        translator.deleteLater()


def test_the_window_speaks_german_and_nothing_is_clipped(
    qtbot: QtBot, german: None, control: FakeControl
) -> None:
    window = MainWindow(
        control, Settings(), keys=FakeKeys(), devices=fake_devices, changed=lambda _settings: None
    )
    qtbot.addWidget(window)
    window.show()
    show_ways_back(window)
    window.resize(window.minimumSize())
    qtbot.waitExposed(window)
    QApplication.processEvents()
    assert window.header.status.word == "Bereit"
    assert clipped(window) == []
    dialog = dialog_of(window, "classic")
    for page in PAGES:
        window.open_settings(page.name)
        QApplication.processEvents()
        assert clipped(dialog) == [], page.name
    window.close()
