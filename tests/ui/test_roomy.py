"""A window is as high as its words need: what is told in it takes room, and gives it back."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QApplication, QDialog, QLabel, QVBoxLayout
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from tests.ui.test_accessibility import clipped, show_ways_back
from voicedesk.ui.fitting import grow
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.roomy import needed_height, room_for
from voicedesk.ui.window_modes import WindowModes

LONG = (
    "There is much to be said about this, and it goes on in the next line and in the one after. "
    * 3
)


def settle() -> None:
    for _ in range(5):
        QApplication.processEvents()


def test_many_notices_make_a_low_window_higher_and_let_it_be_low_again(window: MainWindow) -> None:
    least = window.minimumHeight()
    window.resize(window.minimumSize())
    settle()
    for number in range(5):
        sentence = f"{number}. {LONG}"
        window.messages.show_message(str(number), partial(str, sentence), lambda: "Open Settings")
    settle()
    assert clipped(window) == []
    assert window.height() > least
    for number in range(5):
        window.messages.clear(str(number))
    settle()
    assert window.minimumHeight() == least


def test_the_compact_window_has_room_for_its_bars_and_gives_it_back(
    window: MainWindow, control: FakeControl
) -> None:
    modes = WindowModes(window, control)
    modes.compact.set_on(is_on=True)
    settle()
    low = window.height()
    show_ways_back(window)
    window.resize(window.minimumWidth(), window.height())
    settle()
    assert clipped(window) == []
    assert window.height() > low
    window.ways_back.undo_bar.settle()
    window.retry_bar.offer(is_possible=False)
    settle()
    assert window.height() == low
    modes.close()


def test_a_dialog_grows_with_its_words_and_never_beyond_the_screen(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    label = QLabel("short")
    label.setWordWrap(True)
    QVBoxLayout(dialog).addWidget(label)
    dialog.resize(200, 50)
    dialog.show()
    label.setText(LONG)
    grow(dialog)
    assert dialog.width() == 200
    assert label.height() >= label.heightForWidth(label.width())
    assert dialog.height() == needed_height(dialog)
    label.setText(LONG * 50)
    grow(dialog)
    assert dialog.height() == room_for(dialog).height()
    # Its title is in sight, too.
    assert dialog.height() < dialog.screen().availableGeometry().height()
