"""Settings from a file and into one, in the dialog."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeKeys, fake_devices
from tests.ui.finding import by_name
from voicedesk.core.settings import Settings, Talk
from voicedesk.core.settings_exchange import export_text
from voicedesk.ui.settings_dialog import SettingsDialog


@pytest.fixture
def changes() -> list[Settings]:
    return []


@pytest.fixture
def dialog(qtbot: QtBot, changes: list[Settings]) -> SettingsDialog:
    result = SettingsDialog(
        Settings(talk=Talk(tail_ms=120)),
        keys=FakeKeys(),
        devices=fake_devices,
        changed=changes.append,
    )
    qtbot.addWidget(result)
    result.show()
    return result


def test_settings_go_out_and_come_back(
    dialog: SettingsDialog, changes: list[Settings], tmp_path: Path
) -> None:
    path = tmp_path / "mine.json"
    dialog.transfer.write(path)
    assert "mine.json" in dialog.notice.text
    dialog.show_settings(Settings())
    dialog.transfer.take_in(path)
    assert changes[-1].talk.tail_ms == 120
    assert "are in use now" in dialog.notice.text


def test_an_import_can_be_taken_back(
    dialog: SettingsDialog, changes: list[Settings], tmp_path: Path
) -> None:
    path = tmp_path / "theirs.json"
    path.write_text(export_text(Settings(talk=Talk(tail_ms=900))))
    dialog.transfer.take_in(path)
    undo = by_name(dialog, "Undo", QPushButton)
    assert undo.isVisible()
    undo.click()
    assert [settings.talk.tail_ms for settings in changes] == [900, 120]
    assert not undo.isVisible()


def test_a_file_that_holds_no_settings_changes_nothing(
    dialog: SettingsDialog, changes: list[Settings], tmp_path: Path
) -> None:
    path = tmp_path / "poem.json"
    path.write_text("Roses are red")
    dialog.transfer.take_in(path)
    assert "Nothing was changed" in dialog.notice.text
    dialog.transfer.take_in(tmp_path / "missing.json")
    assert "Nothing was changed" in dialog.notice.text
    assert changes == []


def test_a_place_that_cannot_be_written_is_told(dialog: SettingsDialog, tmp_path: Path) -> None:
    dialog.transfer.write(tmp_path / "no such folder" / "x.json")
    assert "Choose another place" in dialog.notice.text


@pytest.mark.parametrize("button", ["Import…", "Export…"])
def test_the_file_is_asked_for_without_holding_anything_up(
    dialog: SettingsDialog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: list[Settings],
    button: str,
) -> None:
    opened: list[QFileDialog] = []

    def note(asking: QFileDialog) -> None:
        opened.append(asking)

    monkeypatch.setattr(QFileDialog, "open", note)
    by_name(dialog, button, QPushButton).click()
    path = tmp_path / "chosen.json"
    path.write_text(export_text(Settings(talk=Talk(tail_ms=333))))
    opened[0].fileSelected.emit(str(path))
    if button == "Import…":
        assert changes[-1].talk.tail_ms == 333
    else:
        assert '"tail_ms": 120' in path.read_text()
