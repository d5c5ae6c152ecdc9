"""The list of devices while the page that shows it is open."""

from dataclasses import replace

from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import fake_devices
from voicedesk.core.settings import DeviceChoice
from voicedesk.ui.settings_choosers import DeviceEditor
from voicedesk.ui.settings_fields import Device


def test_a_device_that_is_plugged_in_appears_but_not_under_the_hand(qtbot: QtBot) -> None:
    there = fake_devices()
    headset = DeviceChoice(host_api="ALSA", name="New Headset")
    editor = DeviceEditor(Device("sound.speaker", "Speaker", kind="speakers"), lambda: there)
    qtbot.addWidget(editor)
    editor.show_value(there.speakers[0])
    editor.show()
    box = editor.findChild(QComboBox)
    assert isinstance(box, QComboBox)
    assert box.count() == 2
    there = replace(there, speakers=(*there.speakers, headset))
    box.showPopup()
    editor.refresh()
    assert box.count() == 2
    box.hidePopup()
    qtbot.waitUntil(lambda: not box.view().isVisible())
    editor.refresh()
    assert [box.itemText(index) for index in range(1, box.count())] == [
        "Desk Speakers",
        "New Headset",
    ]
    assert box.currentText() == "Desk Speakers"
    there = replace(there, speakers=(headset,))
    editor.refresh()
    assert box.currentText() == "Desk Speakers (not connected)"
