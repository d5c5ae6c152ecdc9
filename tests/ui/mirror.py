"""Whether a window that is read from the right is the mirror image of itself read from the left."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.picture import named
from voicedesk.ui.transcript import Transcript

_NEAR_EM = 2.0
"""Qt does not mirror margins: where those of the two sides differ, a widget is a little off."""


def unmirrored(window: QWidget) -> list[str]:
    """What stands elsewhere than in the mirror. The application reads from the right, before and after."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    here = _places(window)
    application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    QApplication.processEvents()
    there = _places(window)
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QApplication.processEvents()
    near = _NEAR_EM * window.fontMetrics().height()
    found = []
    for widget in here.keys() & there.keys():
        place, other = here[widget], there[widget]
        mirrored = window.width() - other.x() - other.width()
        if abs(place.x() - mirrored) > near or abs(place.width() - other.width()) > near:
            found.append(f"{named(widget)} is at {place.x()}, and not at {mirrored}")
    found += [f"{named(widget)} comes or goes" for widget in here.keys() ^ there.keys()]
    return found


def _places(window: QWidget) -> dict[QWidget, QRect]:
    """Where each widget is. What stands upon the words of a conversation goes with their direction."""
    return {
        widget: QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        for widget in window.findChildren(QWidget)
        if widget.window() is window
        and not widget.visibleRegion().isEmpty()
        and not isinstance(widget.parentWidget(), Transcript)
        and not isinstance((widget.parentWidget() or window).parentWidget(), Transcript)
    }
