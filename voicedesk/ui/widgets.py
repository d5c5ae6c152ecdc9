"""Small widgets that several parts of the window share."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)

from voicedesk.ui import theme
from voicedesk.ui.icons import em, icon, paint_icon

_DONE_MS = 1500
_BY_KEY = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
_ELSEWHERE = frozenset(
    {
        Qt.FocusReason.ActiveWindowFocusReason,
        Qt.FocusReason.PopupFocusReason,
        Qt.FocusReason.MenuBarFocusReason,
    }
)


def tab_through(*widgets: QWidget) -> None:
    """Have Tab lead from each of these to the next."""
    for first, second in pairwise(widgets):
        QWidget.setTabOrder(first, second)


class IconView(QWidget):
    """An icon that stands beside text and says nothing that the text does not."""

    def __init__(self, name: str, size_em: float = 1.2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._colour: QColor | None = None
        side = int(size_em * em(self))
        self.setFixedSize(QSize(side, side))

    def show_icon(self, name: str, colour: QColor) -> None:
        """Show another icon."""
        self._name, self._colour = name, colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour = self._colour or self.palette().color(QPalette.ColorRole.WindowText)
        paint_icon(painter, QRectF(self.rect()), self._name, colour)


class IconButton(QToolButton):
    """A flat button with an icon, reached by Tab but never by a click, so that Space stays the talk key."""

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._is_done = False
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.name_it(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        side = int(1.35 * em(self))
        self.setIconSize(QSize(side, side))
        self._style()

    def name_it(self, text: str) -> None:
        """What it is called, in the user's language."""
        self.setAccessibleName(text)
        self.setToolTip(text)

    def show_done(self, *, is_done: bool = True) -> None:
        """Show a tick for a moment: what was pressed changes nothing else that is seen."""
        if is_done != self._is_done:
            self._is_done = is_done
            self._style()
        if is_done:
            QTimer.singleShot(_DONE_MS, self, lambda: self.show_done(is_done=False))

    def _style(self) -> None:
        shown = "state-ready" if self._is_done else self._name
        self.setIcon(icon(shown, self.palette(), self.iconSize().width()))

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        super().initStyleOption(option)
        # Without the little arrow: the icon says that there is a menu.
        option.features &= ~QStyleOptionToolButton.ToolButtonFeature.HasMenu

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_name"):
            self._style()


class RoundButton(IconButton):
    """An icon on a round ground of its own, to float above something else."""

    def sizeHint(self) -> QSize:
        side = int(2.2 * em(self))
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = self.hasFocus()
        accent = self.palette().color(QPalette.ColorRole.Accent)
        painter.setPen(accent if has_focus else theme.scheme(self.palette()).border)
        is_lit = self.underMouse() or self.isDown()
        ground = (
            theme.scheme(self.palette()).bubble
            if is_lit
            else self.palette().color(QPalette.ColorRole.Button)
        )
        painter.setBrush(ground)
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        side = 1.1 * em(self)
        place = QRectF(0, 0, side, side)
        place.moveCenter(QRectF(self.rect()).center())
        paint_icon(painter, place, self._name, self.palette().color(QPalette.ColorRole.ButtonText))


class FloatingButton(RoundButton):
    """A round button in the middle of the lower edge of what it floats above."""

    def place(self, area: QRect) -> None:
        """Stand above this area of the parent."""
        size = self.sizeHint()
        left, gap = area.center().x() - size.width() // 2, em(self) // 2
        self.setGeometry(QRect(QPoint(left, area.bottom() - size.height() - gap), size))


class LinkButton(QPushButton):
    """A button that looks like a link: words, underlined, that lead somewhere. Too long ones are elided."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)
        self.setToolTip(text)

    def sizeHint(self) -> QSize:
        metrics, unit = self.fontMetrics(), em(self)
        width = metrics.horizontalAdvance(self.text()) + 2  # advances are rounded
        return QSize(width + 2 * (unit // 4), metrics.height() + unit // 3)

    def minimumSizeHint(self) -> QSize:
        return QSize(6 * em(self), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.palette().color(QPalette.ColorRole.Link)
        pad = em(self) // 4
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), em(self) / 9))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), pad, pad)
        font = QFont(self.font())
        font.setUnderline(True)
        painter.setFont(font)
        painter.setPen(colour)
        area = self.rect().adjusted(pad, 0, -pad, 0)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        align = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, align, text)


class QuietLabel(QLabel):
    """Secondary text in the muted colour."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._style()

    def _style(self) -> None:
        theme.set_text_colour(self, theme.scheme(self.palette()).muted)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._style()


class ElidedLabel(QuietLabel):
    """A line of secondary text that gives way when there is little room; the tooltip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        """Show a text, elided to the width there is."""
        self._full = text
        self.setAccessibleDescription(text)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * em(self), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


class OutlinedCheckBox(QCheckBox):
    """A check box whose box can be seen on any ground: the style's own outline is too faint on a dark one."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.scheme(self.palette()).border)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)


class Hairline(QWidget):
    """A thin line between two areas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.scheme(self.palette()).line)


class RoundedField(QWidget):
    """A rounded ground around a line edit and what belongs to it, with a visible focus."""

    def __init__(self, edit: QLineEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edit = edit
        unit = em(self)
        edit.setFrame(False)
        edit.installEventFilter(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(
            int(0.9 * unit), int(0.3 * unit), int(0.4 * unit), int(0.3 * unit)
        )
        self._row.setSpacing(unit // 3)
        self._row.addWidget(edit, 1)

    def add(self, widget: QWidget) -> None:
        """Put a widget behind the line edit."""
        self._row.addWidget(widget)

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.update()
        return False

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), int(2.7 * em(self)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = self._edit.hasFocus()
        colour = (
            self.palette().color(QPalette.ColorRole.Accent)
            if has_focus
            else theme.scheme(self.palette()).border
        )
        pen = QPen(colour)
        pen.setWidthF(em(self) / 9 if has_focus else 1.0)
        painter.setPen(pen)
        painter.setBrush(self.palette().base())
        inset = pen.widthF() / 2
        body = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)


class FocusFrame(QWidget):
    """A frame around an area of text that has the keyboard, shown to those who go round with it."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self._is_by_key = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        area.installEventFilter(self)

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.Resize}:
            self.setGeometry(self._area.rect())
            self.raise_()
        if isinstance(event, QFocusEvent):
            reason = event.reason()
            if reason not in _ELSEWHERE:  # a window that comes to the front again looks as before
                self._is_by_key = reason in _BY_KEY
            self.setVisible(event.gotFocus() and self._is_by_key)
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        width = em(self) / 9
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), width))
        inset = width / 2
        painter.drawRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset))


def style_scroll_bar(
    bar: QScrollBar, palette: QPalette, ground_role: QPalette.ColorRole = QPalette.ColorRole.Base
) -> None:
    """A slim scroll bar without arrows, in the colours of a palette. Ask again when the palette changes."""
    unit = em(bar)
    colour = theme.scheme(palette).border.name()
    ground = palette.color(ground_role).name()
    bar.setStyleSheet(
        f"QScrollBar:vertical {{ background: {ground}; width: {int(0.8 * unit)}px; margin: 0; }}"
        f"QScrollBar::handle:vertical {{ background: {colour}; border-radius: {int(0.2 * unit)}px;"
        f" min-height: {2 * unit}px; margin: {int(0.2 * unit)}px; }}"
        "QScrollBar::add-line, QScrollBar::sub-line { height: 0; }"
        "QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }"
    )
