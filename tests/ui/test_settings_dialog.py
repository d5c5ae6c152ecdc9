"""The settings: everything applies at once, keys are never shown again, each setting has a way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeKeys, fake_devices
from tests.ui.finding import by_name, read_on
from tests.ui.test_accessibility import unnamed
from tests.ui.test_settings_sound import FakeTester
from voicedesk.core.errors import SettingsError
from voicedesk.core.settings import BUILTIN, OPENAI, Appearance, DeviceChoice, Server, Settings
from voicedesk.ui import translation
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.settings_fields import ALWAYS, Choice, Option, Panel, Whole
from voicedesk.ui.settings_page import SettingsPage
from voicedesk.ui.settings_rows import SettingRow
from voicedesk.ui.settings_schema import PAGES, field_at, page_of
from voicedesk.ui.settings_server import AddServerDialog, ServerEditor, needs_permission, server_id
from voicedesk.ui.settings_sound import SoundTestPanel
from voicedesk.ui.settings_values import read, with_value

SETTINGS = [field for page in PAGES for field in page.fields if not isinstance(field, Panel)]


@pytest.fixture
def changes() -> list[Settings]:
    return []


@pytest.fixture
def keys() -> FakeKeys:
    return FakeKeys()


@pytest.fixture
def dialog(qtbot: QtBot, keys: FakeKeys, changes: list[Settings]) -> SettingsDialog:
    settings = Settings()
    settings.realtime.server = OPENAI
    result = SettingsDialog(settings, keys=keys, devices=fake_devices, changed=changes.append)
    qtbot.addWidget(result)
    result.resize(960, 720)
    result.show()
    qtbot.waitExposed(result)
    return result


def server_box(dialog: SettingsDialog) -> QComboBox:
    dialog.show_page("server")
    return by_name(dialog, "Server", QComboBox)


def server_editor(dialog: SettingsDialog) -> ServerEditor:
    dialog.show_page("server")
    (editor,) = dialog.findChildren(ServerEditor)
    return editor


def pick(box: QComboBox, text: str) -> None:
    """Choose by the name that stands in the list, the default's with what is said of it."""
    names = [box.itemText(index) for index in range(box.count())]
    box.setCurrentIndex(names.index(text if text in names else f"{text} (default)"))
    box.activated.emit(box.currentIndex())


# ---------------------------------------------------------------------------------------- values


def test_every_described_setting_exists_and_has_its_default() -> None:
    for field in SETTINGS:
        assert read(Settings(), field.path) == field.default
        assert field.label


NOT_SHOWN = {"schema_version", "servers"}
"""What is no setting of the user's, and what has an editor of its own."""


def paths_of(model: BaseModel, before: str = "") -> list[str]:
    result = []
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            result += paths_of(value, f"{before}{name}.")
        else:
            result.append(before + name)
    return result


def test_every_setting_is_on_one_page() -> None:
    assert sorted(field.path for field in SETTINGS) == sorted(set(paths_of(Settings())) - NOT_SHOWN)


def test_what_may_be_hidden_says_what_it_depends_on() -> None:
    for page in PAGES:
        if page.when is not ALWAYS:
            assert page_of(page.when.governor).when is ALWAYS
        for field in page.fields:
            if field.when is not ALWAYS:
                assert field_at(field.when.governor).path == field.when.governor


def test_limits_come_from_the_settings() -> None:
    fields = {field.path: field for field in SETTINGS}
    tail = fields["talk.tail_ms"]
    assert isinstance(tail, Whole)
    assert tail.bounds == (0, 1000)
    cap = fields["talk.cap_s"]
    assert isinstance(cap, Whole)
    assert cap.bounds == (10, 600)
    address = fields["privacy.updates_list"]
    assert isinstance(address, Choice)
    assert address.longest == 500


def test_a_value_is_changed_in_a_copy() -> None:
    settings = Settings()
    result = with_value(settings, "talk.tail_ms", 350)
    assert (settings.talk.tail_ms, result.talk.tail_ms) == (200, 350)


def test_a_number_applies_at_once_and_can_be_set_back(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_page("talk")
    box = by_name(dialog, "Keep recording after release", QSpinBox)
    back = by_name(dialog, "Set Keep recording after release back to the default", QToolButton)
    assert not back.isVisible()
    box.setValue(350)
    assert [settings.talk.tail_ms for settings in changes] == [350]
    assert back.isVisible()
    back.click()
    assert [settings.talk.tail_ms for settings in changes] == [350, 200]
    assert box.value() == 200
    assert not back.isVisible()


def test_a_switch_applies_at_once(dialog: SettingsDialog, changes: list[Settings]) -> None:
    dialog.show_page("realtime")
    by_name(dialog, "Show what I said", QCheckBox).click()
    assert [settings.realtime.transcribe for settings in changes] == [False]


def test_a_model_may_be_picked_or_typed(dialog: SettingsDialog, changes: list[Settings]) -> None:
    dialog.show_page("realtime")
    box = by_name(dialog, "Model", QComboBox)
    pick(box, "gpt-realtime-2")
    box.textActivated.emit("gpt-realtime-2")
    line = by_name(dialog, "Model", QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, " my-model ")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert [settings.realtime.model for settings in changes] == ["gpt-realtime-2", "my-model"]


def test_what_nobody_can_suggest_is_a_plain_line(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_page("privacy")
    by_name(dialog, "Tell me about new versions", QCheckBox).click()
    row = dialog.page("privacy").rows["privacy.updates_list"]
    line = by_name(row, "Address of the list of versions", QLineEdit)
    assert not row.findChildren(QComboBox)
    address = "https://example.com/" + "x" * 300
    line.setText(address)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert changes[-1].privacy.updates_list == address
    by_name(row, f"Set {line.accessibleName()} back to the default", QToolButton).click()
    assert line.text() == ""


def test_a_default_is_not_broken_over_two_lines(dialog: SettingsDialog) -> None:
    row = dialog.page("speak").rows["classic.speech_model"]
    words = [label.text() for label in row.findChildren(QLabel)]
    (default,) = [text for text in words if "Default" in text]
    assert default.replace("\N{WORD JOINER}", "") == "Default:\N{NO-BREAK SPACE}gpt-4o-mini-tts."
    assert default.count("\N{WORD JOINER}") == default.count("-")


def test_an_empty_model_goes_back_to_the_last(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_page("realtime")
    line = by_name(dialog, "Voice", QLineEdit)
    line.clear()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == "marin"
    assert changes == []


def test_instructions_apply_after_a_pause_or_when_left(
    qtbot: QtBot, dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_page("assistant")
    edit = by_name(dialog, "Instructions", QPlainTextEdit)
    edit.setPlainText("Be brief.")
    qtbot.waitUntil(lambda: len(changes) == 1)
    edit.setPlainText("Be very brief.")
    dialog.close()
    qtbot.waitUntil(lambda: len(changes) == 2)
    assert changes[-1].assistant.instructions == "Be very brief."


# --------------------------------------------------------------------------------------- devices


def test_devices_are_listed_and_alike_ones_told_apart(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_page("sound")
    box = by_name(dialog, "Microphone", QComboBox)
    assert [box.itemText(index) for index in range(box.count())] == [
        "System default",
        "Desk Microphone",
        "Headset (ALSA)",
        "Headset (JACK)",
    ]
    pick(box, "Headset (JACK)")
    assert changes[-1].sound.microphone == DeviceChoice(host_api="JACK", name="Headset")
    pick(box, "System default")
    assert changes[-1].sound.microphone is None


def test_a_device_that_is_away_stays_chosen(dialog: SettingsDialog) -> None:
    settings = Settings()
    settings.sound.speaker = DeviceChoice(host_api="ALSA", name="Car radio")
    dialog.show_settings(settings)
    dialog.show_page("sound")
    box = by_name(dialog, "Speaker", QComboBox)
    assert box.currentText() == "Car radio (not connected)"


# --------------------------------------------------------------------------------------- servers


def test_the_built_in_server_has_no_key_and_no_model(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_page("realtime")
    model = by_name(dialog, "Model", QComboBox)
    assert model.isVisible()
    pick(by_name(dialog, "Answers come from", QComboBox), "Built-in")
    assert changes[-1].realtime.server == BUILTIN
    assert not model.isVisible()
    pick(server_box(dialog), "Built-in")
    assert not by_name(dialog, "Key", QLineEdit).isVisible()


def test_looking_at_a_server_changes_nothing_and_using_it_takes_a_button(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    use = "Answer with This Server"
    pick(server_box(dialog), "OpenAI")
    assert not by_name(dialog, use, QPushButton).isVisible(), "it answers already"
    pick(server_box(dialog), "Built-in")
    assert changes == []
    by_name(dialog, use, QPushButton).click()
    assert [settings.realtime.server for settings in changes] == [BUILTIN]
    assert not by_name(dialog, use, QPushButton).isVisible()


def test_a_server_can_be_used_for_all_stages_at_once(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_settings(Settings(mode="classic"))
    pick(server_box(dialog), "OpenAI")
    by_name(dialog, "Use for All Stages", QPushButton).click()
    stages = changes[-1].classic
    used = {stages.transcription_server, stages.thinking_server, stages.speech_server}
    assert used == {OPENAI}
    assert changes[-1].realtime.server == BUILTIN


def test_a_key_is_kept_and_never_shown_again(
    dialog: SettingsDialog, keys: FakeKeys, changes: list[Settings]
) -> None:
    dialog.show_page("server")
    line = by_name(dialog, "Key", QLineEdit)
    assert line.echoMode() == QLineEdit.EchoMode.Password
    remove = by_name(dialog, "Remove Key", QPushButton)
    assert not remove.isVisible()
    QTest.keyClicks(line, " sk-secret ")
    by_name(dialog, "Save Key", QPushButton).click()
    assert keys.kept == {OPENAI: "sk-secret"}
    assert line.text() == ""
    assert "sk-secret" not in line.placeholderText()
    assert changes == [], "a key is no setting"
    remove.click()
    assert keys.kept == {}
    assert not remove.isVisible()


def test_the_keychain_is_asked_once_for_each_server(
    dialog: SettingsDialog, keys: FakeKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def has(server_id: str, server: Server) -> bool:
        asked.append(server_id)
        return True

    dialog.show_page("server")
    monkeypatch.setattr(keys, "has", has)
    dialog.page("realtime")
    by_name(dialog, "Show what I said", QCheckBox).click()
    assert asked == []
    settings = Settings()
    settings.servers["other"] = Server(name="Other", base_url="https://example.org/v1")
    settings.realtime.server = "other"
    dialog.show_settings(settings)
    assert asked == ["other"]


def test_a_half_typed_key_does_not_wander_to_another_server(
    dialog: SettingsDialog, keys: FakeKeys
) -> None:
    dialog.show_page("server")
    line = by_name(dialog, "Key", QLineEdit)
    QTest.keyClicks(line, "sk-half")
    settings = Settings()
    settings.servers["other"] = Server(name="Other", base_url="https://example.org/v1")
    settings.realtime.server = "other"
    dialog.show_settings(settings)
    assert line.text() == ""
    assert keys.kept == {}


def test_a_keychain_that_refuses_is_told(dialog: SettingsDialog, keys: FakeKeys) -> None:
    keys.failure = SettingsError("locked", reason="the keychain is locked", path="nowhere")
    dialog.show_page("server")
    QTest.keyClicks(by_name(dialog, "Key", QLineEdit), "sk-x")
    by_name(dialog, "Save Key", QPushButton).click()
    assert "the keychain is locked" in read_on(dialog)


def test_no_keychain_is_said_beforehand(qtbot: QtBot) -> None:
    settings = Settings()
    settings.realtime.server = OPENAI
    dialog = SettingsDialog(
        settings, keys=FakeKeys("none"), devices=fake_devices, changed=lambda _settings: None
    )
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_page("server")
    assert "until VoiceDesk ends" in read_on(dialog)


def test_a_server_is_added_changed_and_removed(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_page("server")
    by_name(dialog, "Add a server", QPushButton).click()
    (adding,) = dialog.findChildren(AddServerDialog)
    name, address = adding.findChildren(QLineEdit)
    add = by_name(adding, "Add", QPushButton)
    assert not add.isEnabled()
    QTest.keyClicks(name, "My Server")
    QTest.keyClicks(address, "not an address")
    assert not add.isEnabled()
    address.setText("https://example.org/v1")
    add.click()
    assert changes[-1].servers["my-server"].base_url == "https://example.org/v1"
    by_name(dialog, "Answer with This Server", QPushButton).click()
    assert changes[-1].realtime.server == "my-server"
    line = by_name(dialog, "Address", QLineEdit)
    line.setText("https://example.com/v1")
    line.editingFinished.emit()
    assert changes[-1].realtime_server.base_url == "https://example.com/v1"
    by_name(dialog, "Remove this server", QPushButton).click()
    assert changes[-1].realtime.server == BUILTIN
    assert "my-server" not in changes[-1].servers


def test_a_server_without_encryption_needs_leave(dialog: SettingsDialog) -> None:
    dialog.show_page("server")
    by_name(dialog, "Add a server", QPushButton).click()
    (adding,) = dialog.findChildren(AddServerDialog)
    _, address = adding.findChildren(QLineEdit)
    plain = by_name(adding, "Allow this server without encryption", QCheckBox)
    add = by_name(adding, "Add", QPushButton)
    address.setText("http://nas.local/v1")
    assert plain.isVisible()
    assert not add.isEnabled()
    plain.click()
    assert add.isEnabled()
    address.setText("http://127.0.0.1:8080/v1")
    assert not plain.isVisible()


def test_addresses_that_need_leave() -> None:
    assert needs_permission("http://nas.local/v1")
    assert not needs_permission("https://nas.local/v1")
    assert not needs_permission("http://localhost:1234")
    assert not needs_permission("")


def test_ids_of_servers_are_readable_and_unique() -> None:
    assert server_id("My Server!", frozenset()) == "my-server"
    assert server_id("My server", frozenset({"my-server"})) == "my-server-2"
    assert server_id("東京", frozenset()) == "server"


def test_a_server_that_is_not_defined_falls_back(dialog: SettingsDialog) -> None:
    settings = Settings()
    settings.realtime.server = "gone"
    dialog.show_settings(settings)
    assert server_box(dialog).currentText() == "Built-in"


# ------------------------------------------------------------------------------- the classic chain


def classic() -> Settings:
    """Every stage on a server, so that nothing is hidden."""
    settings = Settings(mode="classic")
    settings.classic.transcription_server = OPENAI
    settings.classic.thinking_server = OPENAI
    settings.classic.speech_server = OPENAI
    settings.classic.voice_kind = "server"
    return settings


def hidden_pages(dialog: SettingsDialog) -> list[str]:
    pages = by_name(dialog, "Pages", QListWidget)
    return [page.name for row, page in enumerate(PAGES) if pages.isRowHidden(row)]


def test_the_stages_have_pages_in_the_classic_chain_only(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    stages = ["transcribe", "think", "speak"]
    assert hidden_pages(dialog) == stages
    dialog.show_page("pipeline")
    pick(by_name(dialog, "How answers are made", QComboBox), "Classic: transcribe, think, speak")
    assert changes[-1].mode == "classic"
    assert hidden_pages(dialog) == ["realtime"]
    dialog.show_page("think")
    dialog.show_settings(Settings())
    assert by_name(dialog, "How answers are made", QComboBox).isVisible()


def test_typing_a_name_goes_to_no_page_that_is_hidden(dialog: SettingsDialog) -> None:
    dialog.show_settings(Settings(mode="classic"))
    pages = by_name(dialog, "Pages", QListWidget)
    pages.setFocus()
    QTest.keyClicks(pages, "rea")
    assert not pages.isRowHidden(pages.currentRow())
    pages.keyboardSearch("")  # begins anew
    QTest.keyClicks(pages, "thi")
    assert pages.currentItem().text() == "Think"


@pytest.mark.parametrize(
    ("page", "name", "choice", "path", "value"),
    [
        (
            "transcribe",
            "How your words are written down",
            "While you talk",
            "transcription",
            "live",
        ),
        ("transcribe", "Transcription server", "Built-in", "transcription_server", BUILTIN),
        ("think", "Thinking server", "Built-in", "thinking_server", BUILTIN),
        ("think", "How the server is spoken to", "Responses", "thinking", "responses"),
        ("think", "How much it thinks first", "None", "effort", "none"),
        ("speak", "Who speaks", "This computer: no network needed", "voice_kind", "offline"),
        ("speak", "Speech server", "Built-in", "speech_server", BUILTIN),
        ("speak", "What is spoken in one go", "Sentences", "chunking", "sentence"),
    ],
)
def test_each_stage_is_chosen_by_name(
    dialog: SettingsDialog,
    changes: list[Settings],
    page: str,
    name: str,
    choice: str,
    path: str,
    value: str,
) -> None:
    dialog.show_settings(classic())
    dialog.show_page(page)
    box = by_name(dialog, name, QComboBox)
    assert box.isVisible()
    pick(box, choice)
    assert read(changes[-1], f"classic.{path}") == value


def test_every_value_of_a_fixed_choice_has_a_name() -> None:
    for field in SETTINGS:
        if isinstance(field, Option):
            section, _, name = field.path.rpartition(".")
            annotation = type(read(Settings(), section)).model_fields[name].annotation
            assert [value for value, _ in field.options] == list(get_args(annotation))


def test_what_a_built_in_stage_has_no_use_for_is_hidden(dialog: SettingsDialog) -> None:
    dialog.show_settings(classic())
    dialog.show_page("think")
    model = by_name(dialog, "Thinking model", QComboBox)
    assert model.isVisible()
    settings = classic()
    settings.classic.thinking_server = BUILTIN
    dialog.show_settings(settings)
    assert not model.isVisible()
    dialog.show_page("speak")
    server = by_name(dialog, "Speech server", QComboBox)
    assert server.isVisible()
    settings = classic()
    settings.classic.voice_kind = "offline"
    dialog.show_settings(settings)
    assert not server.isVisible()


def test_an_empty_voice_and_language_are_allowed(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    settings = classic()
    settings.classic.voice = "marin"
    dialog.show_settings(settings)
    dialog.show_page("speak")
    line = by_name(dialog, "Speaking voice", QLineEdit)
    line.clear()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert changes[-1].classic.voice == ""
    assert line.placeholderText() == "The usual one"


@pytest.mark.parametrize(
    ("page", "path", "most"), [("speak", "classic.speed", 4.0), ("realtime", "realtime.speed", 1.5)]
)
def test_the_speed_keeps_to_its_bounds(
    dialog: SettingsDialog, changes: list[Settings], page: str, path: str, most: float
) -> None:
    dialog.show_settings(classic() if page == "speak" else Settings())
    dialog.show_page(page)
    box = by_name(dialog.page(page), "Speed", QDoubleSpinBox)
    assert (box.minimum(), box.maximum()) == (0.25, most)
    box.setValue(1.25)
    assert read(changes[-1], path) == 1.25


def test_tools_that_belong_together_are_switched_together(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    settings = Settings()
    settings.assistant.tools_off = ["from_elsewhere"]
    dialog.show_settings(settings)
    dialog.show_page("assistant")
    timers = by_name(dialog, "Set timers", QCheckBox)
    assert timers.isChecked()
    timers.click()
    assert changes[-1].assistant.tools_off == [
        "from_elsewhere",
        "set_timer",
        "list_timers",
        "cancel_timer",
    ]
    assert not timers.isChecked()
    timers.click()
    assert changes[-1].assistant.tools_off == ["from_elsewhere"]
    by_name(dialog, "Let the assistant use tools", QCheckBox).click()
    assert not timers.isVisible()


def test_looking_at_a_server_in_the_classic_chain_changes_nothing(
    dialog: SettingsDialog, changes: list[Settings], keys: FakeKeys
) -> None:
    dialog.show_settings(Settings(mode="classic"))
    pick(server_box(dialog), "OpenAI")
    assert changes == []
    QTest.keyClicks(by_name(dialog, "Key", QLineEdit), "sk-x")
    by_name(dialog, "Save Key", QPushButton).click()
    assert keys.kept == {OPENAI: "sk-x"}


def test_a_removed_server_is_used_by_no_stage(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    settings = Settings(mode="classic")
    settings.servers["other"] = Server(name="Other", base_url="https://example.org/v1")
    settings.classic.thinking_server = "other"
    settings.classic.speech_server = "other"
    settings.realtime.server = "other"
    dialog.show_settings(settings)
    dialog.show_page("server")
    by_name(dialog, "Remove this server", QPushButton).click()
    changed = changes[-1]
    used = {changed.realtime.server, changed.classic.thinking_server, changed.classic.speech_server}
    assert used == {BUILTIN}
    assert "other" not in changed.servers


# ----------------------------------------------------------------------------------------- pages


def test_the_list_turns_the_pages(dialog: SettingsDialog) -> None:
    pages = by_name(dialog, "Pages", QListWidget)
    for row, page in enumerate(PAGES):
        if not page.when.holds(Settings()):
            continue
        pages.setCurrentRow(row)
        assert page.title in read_on(dialog).split(" | ")
        dialog.show_page(PAGES[0].name)
        dialog.show_page(page.name)
        assert pages.currentRow() == row


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    translators = translation.install(qapp, request.param) if request.param != "en" else []
    yield request.param
    for translator in translators:
        qapp.removeTranslator(translator)


@pytest.mark.parametrize("mode", ["realtime", "classic"])
def test_no_page_is_longer_than_one_screen(qtbot: QtBot, language: str, mode: str) -> None:
    settings = classic()
    settings.mode = mode  # type: ignore[assignment] # one of the two
    settings.realtime.server = OPENAI
    dialog = SettingsDialog(
        settings, keys=FakeKeys(), devices=fake_devices, changed=_no_one, sound=FakeTester()
    )
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.resize(960, 720)  # which the screen of a test may have no room for
    longer = {}
    for page in PAGES:
        if page.when.holds(settings):
            dialog.show_page(page.name)
            QApplication.processEvents()
            assert (dialog.width(), dialog.height()) == (960, 720)
            longer[page.name] = dialog.page(page.name).verticalScrollBar().maximum()
    assert set(longer.values()) == {0}, longer
    assert dialog.windowTitle() == {"en": "Settings", "de": "Einstellungen"}[language]
    assert dialog.findChild(SoundTestPanel) is not None


def _no_one(_settings: Settings) -> None:
    """Nobody is told of changes."""


def test_a_page_is_built_when_it_is_looked_at(dialog: SettingsDialog) -> None:
    assert len(dialog.findChildren(SettingsPage)) == 1
    dialog.show_page("privacy")
    assert len(dialog.findChildren(SettingsPage)) == 2


def test_every_setting_says_its_default_and_can_be_set_back(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_settings(classic())
    for field in SETTINGS:
        row = dialog.page(page_of(field.path).name).rows[field.path]
        assert isinstance(row, SettingRow)
        words = [label.text() for label in row.findChildren(QLabel)]
        words += [
            box.itemText(index)
            for box in row.findChildren(QComboBox)
            for index in range(box.count())
        ]
        assert any("default" in text.lower() for text in words), field.path
        name = f"Set {field.label} back to the default"
        by_name(row, name, QToolButton).click()
        assert read(dialog._settings, field.path) == field.default
    assert changes[-1].mode == "realtime"


def test_settings_are_models_all_the_way() -> None:
    assert all(
        isinstance(read(Settings(), field.path.rpartition(".")[0]), BaseModel) for field in SETTINGS
    )


# ------------------------------------------------------------------------- privacy and appearance


def test_the_volume_is_set_in_percent(dialog: SettingsDialog, changes: list[Settings]) -> None:
    dialog.show_page("sound")
    box = by_name(dialog, "Volume of the answers", QSpinBox)
    assert box.value() == 100
    box.setValue(35)
    assert changes[-1].sound.volume == 0.35


def test_how_long_recordings_are_kept(dialog: SettingsDialog, changes: list[Settings]) -> None:
    dialog.show_page("privacy")
    room = by_name(dialog, "Most room for recordings", QSpinBox)
    assert room.isVisible()
    pick(by_name(dialog, "Keep recordings of what I said", QComboBox), "Not at all")
    assert changes[-1].privacy.takes == "none"
    assert not room.isVisible()


def test_languages_go_by_their_own_names(dialog: SettingsDialog, changes: list[Settings]) -> None:
    dialog.show_page("appearance")
    box = by_name(dialog, "Language of the window", QComboBox)
    names = [box.itemText(index) for index in range(box.count())]
    assert names[0] == "As the desktop (default)"
    assert "Deutsch" in names
    pick(box, "Deutsch")
    assert changes[-1].appearance.language == "de"


def test_a_language_that_nobody_speaks_shows_as_the_desktops(dialog: SettingsDialog) -> None:
    dialog.show_settings(Settings(appearance=Appearance(language="tlh")))
    dialog.show_page("appearance")
    box = by_name(dialog, "Language of the window", QComboBox)
    assert box.currentText() == "As the desktop (default)"


def test_the_size_of_text_is_chosen_in_steps(
    dialog: SettingsDialog, changes: list[Settings]
) -> None:
    dialog.show_page("appearance")
    pick(by_name(dialog, "Text size", QComboBox), "150\N{NO-BREAK SPACE}%")
    assert changes[-1].appearance.text_size == 150


# ---------------------------------------------------------------------------------- for everyone


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_each_control_of_a_page_has_a_name_and_is_reached_by_tab(
    dialog: SettingsDialog, qtbot: QtBot, page: str
) -> None:
    settings = classic()
    settings.mode = "realtime" if page == "realtime" else "classic"
    settings.realtime.server = OPENAI
    dialog.show_settings(settings)
    dialog.show_page(page)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QApplication.processEvents()
    assert unnamed(dialog) == []
    wanted = {
        widget
        for widget in dialog.page(page).findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and not isinstance(widget.parentWidget(), QComboBox | QAbstractItemView)
    }
    seen: set[QWidget] = set()
    for _ in range(len(wanted) + 20):
        here = QApplication.focusWidget()
        assert here is not None
        seen.add(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
    missed = [widget.accessibleName() for widget in wanted - seen]
    assert missed == []
