"""Trying a server in the settings: each stage as it becomes known, in words, and never a key."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeKeys, fake_devices
from tests.ui.finding import by_name, read_on
from voicedesk.core.errors import SettingsError, UnreachableError, WrongKeyError
from voicedesk.core.redaction import redactor
from voicedesk.core.settings import OPENAI, Realtime, Server, Settings
from voicedesk.providers.model_list import ListedModel
from voicedesk.providers.probe import ServerReport, StageReport, Verdict
from voicedesk.providers.retirement import Retirement
from voicedesk.ui.server_test import ServerTestDialog
from voicedesk.ui.settings_add_server import AddServerDialog
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.settings_key import KeyEditor

WAITING = tuple(StageReport(stage) for stage in ("realtime", "thinking", "speech"))
DONE = ServerReport(
    "OpenAI",
    reached_ms=84.2,
    models=(ListedModel("gpt-a"), ListedModel("gpt-b", date(2027, 1, 6))),
    stages=(
        StageReport("realtime", Verdict.WORKS, "gpt-realtime-2.1", 412.0),
        StageReport("thinking", Verdict.WORKS, "gpt-a", 530.0, "Hello."),
        StageReport("speech", Verdict.ABSENT),
    ),
    retiring=(Retirement("gpt-b", date(2027, 1, 6)),),
    done=True,
)


@pytest.fixture
def keys() -> FakeKeys:
    return FakeKeys()


@pytest.fixture
def dialog(qtbot: QtBot, keys: FakeKeys) -> ServerTestDialog:
    result = ServerTestDialog(Settings(), OPENAI, keys.test)
    qtbot.addWidget(result)
    result.show()
    return result


def words(dialog: ServerTestDialog) -> str:
    QGuiApplication.processEvents()  # what is new in a layout is shown by the loop
    return " | ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_it_grows_with_what_is_known(dialog: ServerTestDialog, keys: FakeKeys) -> None:
    assert keys.tested == [OPENAI]
    assert "Connecting" in words(dialog)
    again = by_name(dialog, "Test Again", QPushButton)
    assert not again.isEnabled()
    keys.told(ServerReport("OpenAI", reached_ms=84.2, stages=WAITING))
    assert "Trying what it offers" in words(dialog)
    assert "Realtime conversation" in words(dialog)
    keys.told(DONE)
    shown = words(dialog)
    assert "The server works. It answers in 84 ms." in shown
    assert "Works with gpt-realtime-2.1, in 412 ms." in shown
    assert "“Hello.”" in shown
    assert "Not offered." in shown
    assert "gpt-b is shut down on" in shown
    assert "2027" in shown
    assert dialog.models.count() == 2
    assert "until" in dialog.models.item(1).text()
    assert again.isEnabled()
    again.click()
    assert keys.tested == [OPENAI, OPENAI]
    assert "Works with" not in words(dialog)
    assert not dialog.models.isVisible()


def test_what_fails_is_told_in_its_own_sentence(dialog: ServerTestDialog, keys: FakeKeys) -> None:
    failed = StageReport("thinking", Verdict.FAILED, "m", error=WrongKeyError(server="OpenAI"))
    keys.told(ServerReport("OpenAI", reached_ms=5.0, stages=(failed,), done=True))
    assert "Not everything works." in words(dialog)
    assert "OpenAI refused the key" in words(dialog)
    gone = UnreachableError(server="OpenAI", reason="there is no network")
    keys.told(ServerReport("OpenAI", stages=WAITING, error=gone, done=True))
    assert "there is no network" in words(dialog)
    assert "Not tried." in words(dialog)
    nothing = ServerReport("OpenAI", stages=(StageReport("speech", Verdict.ABSENT),), done=True)
    keys.told(nothing)
    assert "Nothing was found there" in words(dialog)


def test_closing_it_ends_the_trial_and_only_one_that_runs(
    dialog: ServerTestDialog, keys: FakeKeys
) -> None:
    dialog.reject()
    assert keys.tested == [OPENAI, f"end {OPENAI}"]
    dialog.start()
    keys.told(DONE)
    dialog.reject()
    assert keys.tested.count(f"end {OPENAI}") == 1


def test_the_report_is_copied_without_keys(dialog: ServerTestDialog, keys: FakeKeys) -> None:
    redactor.hide("pl4nt3d-0123456789")
    proof = StageReport("thinking", Verdict.WORKS, "m", 5.0, "I say pl4nt3d-0123456789")
    keys.told(ServerReport("OpenAI", models=DONE.models, stages=(proof,), done=True))
    by_name(dialog, "Copy Report", QPushButton).click()
    copied = QGuiApplication.clipboard().text()
    assert "Thinking: Works with m" in copied
    assert "Models: gpt-a, gpt-b" in copied
    assert "pl4nt3d" not in copied


# ------------------------------------------------------------------------------ in the settings


@pytest.fixture
def changes() -> list[Settings]:
    return []


@pytest.fixture
def settings_dialog(qtbot: QtBot, keys: FakeKeys, changes: list[Settings]) -> SettingsDialog:
    settings = Settings(realtime=Realtime(server=OPENAI))
    settings.servers["nas"] = Server(
        name="NAS", base_url="http://nas.local:8000/v1", dialect="localai", allow_plain=True
    )
    result = SettingsDialog(
        settings, keys=keys, devices=fake_devices, changed=changes.append, page="server"
    )
    qtbot.addWidget(result)
    result.show()
    return result


def test_the_server_that_is_shown_is_tried(settings_dialog: SettingsDialog, keys: FakeKeys) -> None:
    by_name(settings_dialog, "Test the connection", QPushButton).click()
    assert keys.tested == [OPENAI]
    (testing,) = settings_dialog.findChildren(ServerTestDialog)
    assert testing.isVisible()
    testing.reject()
    assert keys.tested[-1] == f"end {OPENAI}"


def test_a_model_in_use_that_goes_is_said_where_its_server_is_set_up(
    settings_dialog: SettingsDialog,
) -> None:
    settings = Settings(realtime=Realtime(server=OPENAI, model="gpt-realtime"))
    settings_dialog.show_settings(settings)
    shown = " ".join(label.text() for label in settings_dialog.findChildren(QLabel))
    assert "The model gpt-realtime is shut down on" in shown


def test_leave_without_encryption_does_not_follow_to_another_computer(
    settings_dialog: SettingsDialog, changes: list[Settings]
) -> None:
    box = by_name(settings_dialog, "Server", QComboBox)
    box.setCurrentText("NAS")
    box.activated.emit(box.currentIndex())

    def is_allowed() -> bool:
        return changes[-1].servers["nas"].allow_plain

    line = by_name(settings_dialog, "Address", QLineEdit)
    line.setText("http://nas.local:8000/v2")
    line.editingFinished.emit()
    assert is_allowed()
    line.setText("http://other.local:8000/v2")
    line.editingFinished.emit()
    assert not is_allowed()
    plain = by_name(settings_dialog, "Allow this server without encryption", QCheckBox)
    plain.click()
    assert is_allowed()


def test_keys_are_kept_in_a_file_after_a_plain_warning(qtbot: QtBot) -> None:
    keys = FakeKeys("none")
    editor = KeyEditor(keys)
    qtbot.addWidget(editor)
    editor.show_server(OPENAI, Settings().servers[OPENAI])
    editor.show()
    box = by_name(editor, "Keep keys in a file on this computer", QCheckBox)
    assert box.isVisible()
    assert "Whoever can read your files" in read_on(editor)
    assert "until VoiceDesk ends" in read_on(editor)
    box.click()
    assert keys.uses_file()
    assert "a file of your own" in read_on(editor)
    box.click()
    assert not keys.uses_file()
    keys.failure = SettingsError("full", reason="the disk is full", path="nowhere")
    box.click()
    assert "the disk is full" in read_on(editor)
    assert not box.isChecked()


def test_with_a_keychain_there_is_no_talk_of_a_file(qtbot: QtBot, keys: FakeKeys) -> None:
    editor = KeyEditor(keys)
    qtbot.addWidget(editor)
    editor.show_server(OPENAI, Settings().servers[OPENAI])
    editor.show()
    box = by_name(editor, "Keep keys in a file on this computer", QCheckBox)
    assert not box.isVisible()
    assert "never in a file" in read_on(editor)


# -------------------------------------------------------------------------------------- adding


@pytest.fixture
def adding(qtbot: QtBot) -> AddServerDialog:
    result = AddServerDialog()
    qtbot.addWidget(result)
    result.show()
    return result


def choose(adding: AddServerDialog, kind: str) -> tuple[QLineEdit, QLineEdit]:
    (box,) = adding.findChildren(QComboBox)
    box.setCurrentText(kind)
    box.activated.emit(box.currentIndex())
    name, address = adding.findChildren(QLineEdit)
    return name, address


def test_a_kind_of_server_brings_its_name_and_usual_address(adding: AddServerDialog) -> None:
    added: list[Server] = []
    adding.added.connect(added.append)
    name, address = choose(adding, "LocalAI")
    assert (name.text(), address.text()) == ("LocalAI", "http://127.0.0.1:8080/v1")
    choose(adding, "Ollama")
    assert (name.text(), address.text()) == ("Ollama", "http://127.0.0.1:11434/v1")
    by_name(adding, "Add", QPushButton).click()
    assert added == [Server(name="Ollama", base_url="http://127.0.0.1:11434/v1", dialect="ollama")]


def test_what_was_typed_stays_when_the_kind_is_chosen_afterwards(adding: AddServerDialog) -> None:
    name, address = choose(adding, "Kokoro")
    name.setText("Attic")
    address.setText("https://attic.example/v1")
    choose(adding, "LocalAI")
    assert (name.text(), address.text()) == ("Attic", "https://attic.example/v1")


def test_what_only_the_user_knows_has_to_be_filled_in(adding: AddServerDialog) -> None:
    _, address = choose(adding, "Azure OpenAI")
    add = by_name(adding, "Add", QPushButton)
    assert not add.isEnabled()
    assert address.selectedText() == "ENTER"
    address.insert("mine")
    assert address.text() == "https://mine.openai.azure.com/openai/v1"
    assert add.isEnabled()


def test_an_address_with_a_password_is_refused_in_a_sentence(adding: AddServerDialog) -> None:
    _, address = adding.findChildren(QLineEdit)
    address.setText("https://me:pl4nt3dword@example.org/v1")
    assert not by_name(adding, "Add", QPushButton).isEnabled()
    shown = " ".join(label.text() for label in adding.findChildren(QLabel))
    assert "the field for the key" in shown
    assert "pl4nt3dword" not in shown
