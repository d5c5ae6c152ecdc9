"""The settings where there is little room: large text, long words and a small screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeKeys, fake_devices
from voicedesk.core.settings import Appearance, Settings
from voicedesk.ui.looks import Looks
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.settings_rows import SettingRow
from voicedesk.ui.settings_schema import PAGES

ROOMY, NARROW = (1000, 700), (683, 354)
"""The latter is a screen of 1366 x 768 at 200 %, without the title bar."""


@pytest.fixture
def changed() -> list[Settings]:
    return []


@pytest.fixture
def dialog(qtbot: QtBot, looks: Looks, changed: list[Settings]) -> SettingsDialog:
    looks.apply(Appearance(language="de", text_size=130))
    settings = Settings(mode="classic")
    settings.assistant.tools_off = ["roll_dice"]
    result = SettingsDialog(settings, keys=FakeKeys(), devices=fake_devices, changed=changed.append)
    qtbot.addWidget(result)
    result.resize(*ROOMY)
    result.show()
    return result


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_page_is_scrolled_in_one_direction_only(dialog: SettingsDialog, name: str) -> None:
    dialog.resize(*NARROW)
    dialog.show_page(name)
    QApplication.processEvents()
    page = dialog.page(name)
    assert page.isVisible()
    assert page.horizontalScrollBar().maximum() == 0


def test_the_way_back_stands_by_the_words_where_the_editor_takes_all_the_room(
    dialog: SettingsDialog, changed: list[Settings]
) -> None:
    dialog.show_page("pipeline")
    row = dialog.page("pipeline").rows["mode"]
    assert isinstance(row, SettingRow)
    back = row._back
    assert back.isVisible()

    def is_beside_the_editor() -> bool:
        return back.geometry().bottom() >= row.editor.y()

    for size, is_beside in ((ROOMY, True), (NARROW, False), (ROOMY, True)):
        dialog.resize(*size)
        QApplication.processEvents()
        assert is_beside_the_editor() is is_beside
    dialog.resize(*NARROW)
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    assert changed[-1].mode == "realtime"


def test_the_tools_stand_one_below_the_other_in_their_order(dialog: SettingsDialog) -> None:
    dialog.show_page("assistant")
    dialog.resize(*NARROW)
    QApplication.processEvents()
    row = dialog.page("assistant").rows["assistant.tools_off"]
    boxes = [box for box in row.findChildren(QCheckBox) if box.isVisible()]
    places = [(box.x(), box.y()) for box in boxes]
    assert len({x for x, _ in places}) == 1
    assert [y for _, y in places] == sorted({y for _, y in places})
    dialog.resize(*ROOMY)
    QApplication.processEvents()
    assert len({box.x() for box in boxes}) == 2
