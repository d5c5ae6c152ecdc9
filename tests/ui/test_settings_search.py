"""Looking for a setting: by its name, by what others call it, in either language, and then going there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeKeys, fake_devices
from tests.ui.finding import by_name, read_on
from voicedesk.core.settings import BUILTIN, Settings
from voicedesk.ui.navigation import NOTE_ROLE
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.settings_schema import PAGES
from voicedesk.ui.settings_search import Found, SettingsIndex, place_of, plain


@pytest.fixture
def index(qapp: object) -> SettingsIndex:
    return SettingsIndex()


def paths(found: list[Found]) -> list[str]:
    return [one.field.path for one in found]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("microphone", "sound.microphone"),
        ("MICRO", "sound.microphone"),
        ("hotkey", "talk.key"),
        ("dark mode", "appearance.theme"),
        ("push to talk", "talk.key"),
        ("system prompt", "assistant.instructions"),
        ("api key", "servers"),
        ("faster", "classic.speed"),
        ("Mikrofon", "sound.microphone"),
        ("lautstärke", "sound.volume"),
        ("lautstarke", "sound.volume"),
        ("dunkler modus", "appearance.theme"),
        ("schlüssel", "servers"),
        ("datenschutz aufnahmen", "privacy.takes"),
        ("language window", "appearance.language"),
        ("hold", "talk.style"),
        ("antippen", "talk.style"),
        ("tail", "talk.tail_ms"),
        ("nachlauf", "talk.tail_ms"),
        ("preroll", "talk.preroll_ms"),
        ("pre-roll", "talk.preroll_ms"),
        ("vorlauf", "talk.preroll_ms"),
        ("cues", "feedback.cues"),
        ("signalton", "feedback.cues"),
        ("kurzbefehl", "talk.key"),
        ("devices", "sound.microphone"),
        ("geräte", "sound.speaker"),
        ("level", "sound-test"),
        ("pegel", "sound-test"),
        ("testen", "sound-test"),
        ("classic", "mode"),
        ("klassisch", "mode"),
        ("transcription server", "classic.transcription_server"),
        ("thinking model", "classic.thinking_model"),
        ("modell zum sprechen", "classic.speech_model"),
        ("stimme", "classic.voice"),
        ("geschwindigkeit", "classic.speed"),
        ("tempo", "realtime.speed"),
        ("chunking", "classic.chunking"),
        ("stückelung", "classic.chunking"),
        ("effort", "classic.effort"),
        ("denkaufwand", "realtime.effort"),
        ("fillers", "feedback.filler"),
        ("füllwörter", "feedback.filler"),
        ("rauschen", "realtime.noise_reduction"),
        ("anweisungen", "assistant.instructions"),
        ("tools", "assistant.tools_off"),
        ("werkzeuge", "assistant.tools"),
        ("takes", "privacy.takes"),
        ("retention", "privacy.takes"),
        ("aufbewahren", "privacy.takes"),
        ("history", "privacy.history"),
        ("verlauf", "privacy.history"),
        ("logs", "privacy.logs"),
        ("protokoll", "privacy.logs"),
        ("schriftgröße", "appearance.text_size"),
    ],
)
def test_a_setting_is_found_by_any_of_its_words(
    index: SettingsIndex, query: str, path: str
) -> None:
    assert path in paths(index.find(query))[:3]


def test_every_setting_is_found_first_by_its_whole_name(index: SettingsIndex) -> None:
    for page in PAGES:
        for field in page.fields:
            found = index.find(f"{field.label} {page.title}")
            assert field.path in paths(found)[:4], field.label


def test_every_word_has_to_fit(index: SettingsIndex) -> None:
    assert index.find("microphone zebra") == []
    assert index.find("  ") == []
    assert index.find("\\b(") == []


def test_accents_case_and_hyphens_do_not_matter() -> None:
    assert plain("Straße ÄÖÜ é Pre-Roll") == "strasse aou e preroll"


def test_an_ending_more_is_no_other_word_but_a_longer_one_is(index: SettingsIndex) -> None:
    assert paths(index.find("logs")) == paths(index.find("log"))
    assert "privacy.logs" not in paths(index.find("logarithm"))
    assert index.find("microphoneses") == []


def test_where_to_go_for_a_setting_that_means_nothing_now(index: SettingsIndex) -> None:
    settings = Settings(mode="realtime")
    speed = next(one for one in index.find("faster") if one.field.path == "classic.speed")
    assert place_of(speed, settings).field.path == "mode"
    settings = Settings(mode="classic")
    assert place_of(speed, settings) is speed
    model = next(one for one in index.find("Thinking model"))
    assert place_of(model, settings).field.path == "classic.thinking_server"


# ------------------------------------------------------------------------------------ in the dialog


@pytest.fixture
def dialog(qtbot: QtBot) -> SettingsDialog:
    result = SettingsDialog(
        Settings(), keys=FakeKeys(), devices=fake_devices, changed=lambda _settings: None
    )
    qtbot.addWidget(result)
    result.show()
    result.activateWindow()
    qtbot.waitUntil(result.isActiveWindow)
    return result


@pytest.fixture
def search(dialog: SettingsDialog) -> QLineEdit:
    return by_name(dialog, "Search the settings", QLineEdit)


def test_from_the_search_to_the_setting_by_keyboard(
    dialog: SettingsDialog, search: QLineEdit, qtbot: QtBot
) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert search.hasFocus()
    QTest.keyClicks(search, "before the press")
    QTest.keyClick(search, Qt.Key.Key_Return)
    box = by_name(dialog, "Include sound from before the press", QSpinBox)
    assert box.isVisible()
    assert box.hasFocus()
    row = dialog.page("talk").rows["talk.preroll_ms"]
    assert row.is_pointed_out
    assert search.text() == ""
    qtbot.waitUntil(lambda: not row.is_pointed_out)


def test_the_arrow_keys_go_through_what_was_found(
    dialog: SettingsDialog, search: QLineEdit
) -> None:
    results = by_name(dialog, "Settings that were found", QListWidget)
    QTest.keyClicks(search, "voice")
    assert results.isVisible()
    assert results.count() > 1
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert results.currentRow() == 1
    QTest.keyClick(search, Qt.Key.Key_Up)
    QTest.keyClick(search, Qt.Key.Key_Up)
    assert results.currentRow() == 0


def test_esc_empties_the_search_before_it_closes_the_dialog(
    dialog: SettingsDialog, search: QLineEdit
) -> None:
    QTest.keyClicks(search, "voice")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert dialog.isVisible()
    assert by_name(dialog, "Pages", QListWidget).isVisible()
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_setting_of_another_pipeline_leads_to_what_it_depends_on(
    dialog: SettingsDialog, search: QLineEdit
) -> None:
    QTest.keyClicks(search, "chunk pieces")
    QTest.keyClicks(search, "")
    search.setText("Thinking model")
    results = by_name(dialog, "Settings that were found", QListWidget)
    assert "How answers are made" in results.item(0).data(NOTE_ROLE)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert by_name(dialog, "How answers are made", QComboBox).hasFocus()


def test_nothing_found_is_said(dialog: SettingsDialog, search: QLineEdit) -> None:
    QTest.keyClicks(search, "zebra")
    assert "No setting is called that." in read_on(dialog)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert search.text() == "zebra"


def test_a_panel_can_be_pointed_out(dialog: SettingsDialog, search: QLineEdit) -> None:
    search.setText("api key")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert by_name(dialog, "Server", QComboBox).hasFocus()
    assert dialog._settings.realtime.server == BUILTIN


def test_in_a_narrow_dialog_the_pages_have_the_room_and_the_search_unfolds(
    dialog: SettingsDialog,
) -> None:
    dialog.resize(1000, 500)
    pages, search = by_name(dialog, "Pages", QListWidget), dialog.sidebar.search
    assert search.isVisible()
    whole = dialog.sidebar.width()
    dialog.resize(500, 330)
    more = by_name(dialog, "Search, import and export", QToolButton)
    assert more.isVisible()
    assert not search.isVisible()
    assert dialog.sidebar.width() < whole / 2
    assert pages.item(1).toolTip() == "Sound"
    more.click()
    assert search.isVisible()
    assert search.hasFocus()
    assert by_name(dialog, "Export…", QPushButton).isVisible()
    QTest.keyClicks(search, "micro")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert dialog.here == "sound"
    assert not search.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert search.isVisible()
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not search.isVisible()
    assert pages.hasFocus()
    dialog.resize(1000, 500)
    assert search.isVisible()
    assert not more.isVisible()
    assert dialog.sidebar.width() == whole
    assert pages.item(1).toolTip() == ""
