"""Looks at every screen in one look: a process of its own for each, since a scale holds for all of a process.

``python -m tests.ui.picture_child LANGUAGE ltr|rtl TEXT_SIZE light|dark large|small`` writes a line of JSON: how many
pictures there were, the faults of each that has some, and what each lacks for whoever has no eyes or no mouse. The scale
is Qt's, by ``QT_SCALE_FACTOR``. On a small screen nothing may be larger than that, whatever the size of text.
"""

from __future__ import annotations

import json
import sys
from unittest import mock

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks import screens
from benchmarks.application import home
from tests.ui import checklist
from tests.ui.mirror import unmirrored
from tests.ui.other_screens import OTHER_WORKS
from tests.ui.picture import SMALL_SCREEN, Picture
from voicedesk.app import run_on_qt
from voicedesk.ui import announce
from voicedesk.ui.looks import Looks

_TITLE_BAR = 30


class Inspector:
    """Looks at what it is shown.

    Attributes:
        room: Nothing may be larger.
        pictures: So many by now.
        faults: Those that were found, by the name of the picture.
        lacks: What the checklist finds, likewise.
        AnnouncementPoliteness: As Qt has it.
    """

    AnnouncementPoliteness = QAccessible.AnnouncementPoliteness

    def __init__(self, room: QSize) -> None:
        self.room = room
        self._announced: list[str] = []
        self.pictures = 0
        self.faults: dict[str, list[str]] = {}
        self.lacks: dict[str, list[str]] = {}

    def updateAccessibility(self, event: QAccessibleAnnouncementEvent) -> None:
        """Stands in for a screen reader."""
        self._announced.append(event.message())

    async def take(self, name: str, window: QWidget) -> None:
        """A camera, see ``benchmarks.screens``."""
        found = Picture(window).faults()
        if window.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            found += unmirrored(window)
        if window.width() > self.room.width() or window.height() > self.room.height():
            found.append(f"it has a size of {window.size().toTuple()}")
        self.pictures += 1
        if found:
            self.faults[name] = found
        if window.windowType() is not Qt.WindowType.Popup:
            window.activateWindow()
            await screens.until(window.isActiveWindow)
        if lacking := checklist.lacking(window, self._announced):
            self.lacks[name] = lacking


def main() -> None:
    """Look at all of them."""
    language, direction, size, theme, screen = sys.argv[1:]
    inspector = Inspector(SMALL_SCREEN * (int(size) / 100.0))

    async def work(application: QApplication) -> int:
        if screen == "small":
            inspector.room = application.primaryScreen().availableGeometry().size()
            screens.SIZE = screens.SIZE.boundedTo(inspector.room - QSize(0, _TITLE_BAR))
        is_mirrored = direction == "rtl"
        sides = Qt.LayoutDirection
        application.setLayoutDirection(sides.RightToLeft if is_mirrored else sides.LeftToRight)
        looks = Looks(application)
        wanted = {"language": language, "theme": theme, "text_size": int(size)}
        looks.apply(screens.LOOKS[""].model_copy(update=wanted))
        for each in (*screens.WORKS, *OTHER_WORKS):
            await each(inspector.take)
        looks.restore()
        return 0

    with home(), mock.patch.object(announce, "QAccessible", inspector):
        run_on_qt(work)
    told = ("pictures", "faults", "lacks")
    sys.stdout.write(json.dumps({name: getattr(inspector, name) for name in told}))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
