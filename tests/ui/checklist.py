"""What everybody needs of a screen, after the checklist that Mumble's developers keep (``docs/dev/Accessibility.md``).

Whoever cannot see a screen, or has no mouse, meets a window as a round of controls, each with a name and a description,
and hears what is announced. Here the widget tree is read in that way, whatever the screen is for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QMainWindow,
    QTextEdit,
    QWidget,
)

from tests.ui.picture import named

_LONGEST_ROUND = 200
_ABBREVIATIONS = re.compile(r"\b(PTT|VAD|STT|TTS|AEC|ASR|LLM|SSE|PCM|UI)\b")
"""Those of the trade. Who hears them read out may not know them."""
_IN_VIEW = 4


def lacking(window: QWidget, announced: Collection[str] = ()) -> list[str]:
    """What a window lacks, as sentences; empty when it lacks nothing. The keyboard is where it was, before and after.

    Args:
        window: Is shown.
        announced: What a screen reader was told so far.
    """
    found = [*_nameless(window), *_without_buddy(window), *_abbreviated(window)]
    found += _unheard(window, announced)
    start = _focus(window)
    if start is not None:
        alike: list[str] = []
        forth = _round(window, Qt.Key.Key_Tab, alike)
        back = _round(window, Qt.Key.Key_Backtab, alike)
        found += [*_missed(window, forth, "Tab"), *_missed(window, back, "Shift+Tab")]
        found += [*_out_of_order(window, forth), *sorted(set(alike))]
        start.setFocus(Qt.FocusReason.OtherFocusReason)
    return found


# ----------------------------------------------------------------------------------- what it is called


def controls(window: QWidget) -> Iterator[QWidget]:
    """What takes the keyboard of all that can be seen, but for the parts that go by the name of a whole."""
    for widget in window.findChildren(QWidget):
        inside_of = widget.parentWidget()
        if (
            widget.window() is window
            and widget.isVisible()
            and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            and widget.focusProxy() is None
            and not isinstance(inside_of, QComboBox | QAbstractItemView | QAbstractSpinBox)
            and not (inside_of is window and window.windowType() is Qt.WindowType.Popup)
        ):
            yield widget


def _said(widget: QWidget, part: QAccessible.Text) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(part)


def _nameless(window: QWidget) -> Iterator[str]:
    for widget in controls(window):
        if not _said(widget, QAccessible.Text.Name):
            yield f"{named(widget)} has no name"


def _bare(text: str) -> str:
    return text.replace("&", "").rstrip(":")


def _without_buddy(window: QWidget) -> Iterator[str]:
    """Labels that say the name of a control beside them, and are not known to belong to it."""
    names = {
        _said(widget, QAccessible.Text.Name)
        for widget in controls(window)
        if isinstance(widget, QComboBox | QLineEdit | QAbstractSpinBox | QAbstractItemView)
    }
    for label in _labels(window):
        if _bare(label.text()) in names and label.buddy() is None:
            yield f"the label {label.text()!r} is nobody's buddy"


def _abbreviated(window: QWidget) -> Iterator[str]:
    for widget in controls(window):
        for part in (QAccessible.Text.Name, QAccessible.Text.Description):
            if found := _ABBREVIATIONS.search(_said(widget, part)):
                yield f"{named(widget)} is told of with {found.group()}"


def _labels(window: QWidget) -> Iterator[QLabel]:
    for label in window.findChildren(QLabel):
        if label.window() is window and label.isVisible() and label.text().strip():
            yield label


def _plain(text: str) -> str:
    return " ".join(re.sub("[\u200b\u2060]", "", text).replace("\N{NO-BREAK SPACE}", " ").split())


def _unheard(window: QWidget, announced: Collection[str]) -> Iterator[str]:
    """Labels that only the eye reads: a screen reader goes from control to control, and a label is none."""
    heard = [window.windowTitle(), _said(window, _DESCRIPTION), *announced]
    for widget in window.findChildren(QWidget):
        if widget.window() is window and not isinstance(widget, QLabel):
            heard += [_said(widget, part) for part in (_NAME, _DESCRIPTION)]
        if isinstance(widget, QTextEdit):
            heard.append(widget.toPlainText())
        if isinstance(widget, QListView):
            model, rows = widget.model(), range(widget.model().rowCount())
            heard += [str(model.index(row, 0).data()) for row in rows]
    told = _plain(" | ".join(heard))
    for label in _labels(window):
        text = _plain(_bare(label.text()))
        own = _plain(label.accessibleDescription())
        if label.buddy() is None and text not in told and not (own and own in told):
            yield f"{text!r} is there for the eye alone"


_NAME, _DESCRIPTION = QAccessible.Text.Name, QAccessible.Text.Description

# -------------------------------------------------------------------------------------- the way round


def _focus(window: QWidget) -> QWidget | None:
    """What has the keyboard, where the window is one that can have it."""
    if not window.isActiveWindow() or window.windowType() is Qt.WindowType.Popup:
        return None
    first = next(controls(window), None)
    if window.focusWidget() is None and first is not None:
        first.setFocus(Qt.FocusReason.TabFocusReason)
    return window.focusWidget()


def _round(window: QWidget, key: Qt.Key, alike: list[str]) -> list[QWidget]:
    """The controls in the order in which a key leads to them, until the first one comes again, or for too long.

    Those that look the same whether they have the keyboard or not are added to ``alike``.
    """
    # From the first key on Qt shows where the keyboard is.
    QTest.keyClick(_focused(window), Qt.Key.Key_Tab)
    seen: list[QWidget] = []
    for _ in range(_LONGEST_ROUND):
        here = _focused(window)
        if here in seen:
            return seen if here is seen[0] else [*seen, here]
        seen.append(here)
        area = _place(here, window).adjusted(-_IN_VIEW, -_IN_VIEW, _IN_VIEW, _IN_VIEW)
        with_focus = window.grab(area).toImage()
        QTest.keyClick(here, key)
        if _focused(window) is not here and window.grab(area).toImage() == with_focus:
            alike.append(f"{named(here)} looks the same with the keyboard in it")
    return seen


def _focused(window: QWidget) -> QWidget:
    here = QApplication.focusWidget()
    assert here is not None, "the keyboard got lost"
    assert here.window() is window, f"the keyboard left for {named(here)}"
    return here


def _missed(window: QWidget, seen: list[QWidget], key: str) -> Iterator[str]:
    if len(set(seen)) < len(seen):
        yield f"{key} never comes back to {named(seen[0])}"
    for widget in controls(window):
        is_of_a_group = getattr(widget, "autoExclusive", bool)()  # the arrow keys lead there
        is_meant = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled()
        if is_meant and not is_of_a_group and widget not in seen:
            yield f"{key} does not lead to {named(widget)}"


def _place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _read(widget: QWidget, window: QWidget) -> QRect:
    """Where a control is for who reads from the left, or from the right in the mirror, however far it is scrolled."""
    place = _place(widget, window)
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QAbstractScrollArea):
            place.translate(
                around.horizontalScrollBar().value(), around.verticalScrollBar().value()
            )
        around = around.parentWidget()
    if window.layoutDirection() is Qt.LayoutDirection.RightToLeft:
        place.moveRight(window.width() - 1 - place.left())
    return place


def _out_of_order(window: QWidget, seen: list[QWidget]) -> Iterator[str]:
    """Where Tab leads back to what was passed. In the main window talking comes first: its order has its own test."""
    if isinstance(window, QMainWindow):
        return
    jumps = []
    for number, widget in enumerate(seen):
        after = seen[(number + 1) % len(seen)]
        here, there = _read(widget, window), _read(after, window)
        is_above = there.bottom() <= here.top() + _IN_VIEW and there.left() < here.right()
        is_beside = here.top() < there.center().y() < here.bottom()
        if is_above or (is_beside and there.right() <= here.left() + _IN_VIEW):
            jumps.append(f"after {named(widget)} Tab goes back to {named(after)}")
    if len(jumps) > 1:  # once round it begins anew
        yield from jumps


__all__ = ["controls", "lacking"]
