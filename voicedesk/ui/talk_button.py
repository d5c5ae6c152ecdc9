"""The large talk button: shows whether a take is open, and tells when the mouse holds it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from voicedesk.ui import motion, theme
from voicedesk.ui.icons import em, paint_icon
from voicedesk.ui.status import Status
from voicedesk.ui.talk_key_names import talk_key_name

_BY_KEYBOARD = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)


class TalkButton(QAbstractButton):
    """A painted push button that is held rather than clicked.

    The keyboard is none of its business: the talk input watches the space bar for the whole window.

    Signals:
        held: The left mouse button went down on it.
        let_go: The left mouse button went up again.
        grab_lost: The mouse button's release will not come.
        clicked: A screen reader pressed it (a single action, without a hold).
    """

    held = Signal()
    let_go = Signal()
    grab_lost = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = Status.READY
        self._is_locked = False
        self._level = 0.0
        self._has_mouse = False
        self._shows_focus = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)  # a move without a button tells that a release was lost
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Talk"))
        self.setAccessibleDescription(
            self.tr(
                "Hold to talk and let go to send. A short press keeps listening until the next."
            )
        )
        self.show_key()

    # ------------------------------------------------------------------------------ looks

    def show_key(self) -> None:
        """Name the talk key; it may be another one now."""
        words = self.tr(
            "Hold it, or hold {key}, and talk. A short press keeps listening. Esc cancels."
        )
        self.setToolTip(words.format(key=talk_key_name()))
        self.update()

    def show_status(self, status: Status, *, is_locked: bool) -> None:
        """Take on the look of a status; ``is_locked``: a tap keeps the take open."""
        if (status, is_locked) == (self._status, self._is_locked):
            return
        self._status, self._is_locked = status, is_locked
        self.setDown(status is Status.LISTENING)
        if status is not Status.LISTENING:
            self._level = 0.0
        self.update()

    def show_level(self, level: float) -> None:
        """Let the rim follow the voice; ``level`` 0 to 1."""
        if motion.is_reduced():
            level = 0.0
        if abs(level - self._level) >= 0.02:
            self._level = level
            self.update()

    @property
    def caption(self) -> str:
        """What a press does now."""
        if self._status is Status.LISTENING:
            return self.tr("Press to send") if self._is_locked else self.tr("Let go to send")
        if self._status in {Status.THINKING, Status.SPEAKING}:
            return self.tr("Hold to interrupt")
        return self.tr("Hold to talk")

    def sizeHint(self) -> QSize:
        unit = em(self)
        texts = (
            self.tr("Press to send"),
            self.tr("Let go to send"),
            self.tr("Hold to interrupt"),
            self.tr("Hold to talk"),
        )
        metrics = QFontMetricsF(self._caption_font())
        width = max(metrics.horizontalAdvance(text) for text in texts)
        return QSize(int(width + 6.5 * unit), int(4.2 * unit))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _caption_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.15)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _ground(self) -> tuple[QColor, QColor]:
        """The colours of the button and of what is written on it."""
        palette = self.palette()
        if self._status is Status.LISTENING:
            return theme.scheme(palette).recording, palette.color(QPalette.ColorRole.BrightText)
        return (
            palette.color(QPalette.ColorRole.Highlight),
            palette.color(QPalette.ColorRole.HighlightedText),
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        unit = em(self)
        ground, ink = self._ground()
        rim = 0.35 * unit
        body = QRectF(self.rect()).adjusted(rim, rim, -rim, -rim)
        radius = body.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        if self._status is Status.LISTENING:
            self._paint_rim(painter, body, ground, rim)
        elif self.underMouse() and self.isEnabled():
            ground = theme.under_mouse(ground, ink)
        painter.setBrush(ground)
        painter.drawRoundedRect(body, radius, radius)
        if self._shows_focus:
            self._paint_focus(painter, body, radius)
        self._paint_content(painter, body, ink)

    def _paint_rim(self, painter: QPainter, body: QRectF, ground: QColor, rim: float) -> None:
        halo = QColor(ground)
        halo.setAlphaF(0.3)
        grow = rim * min(1.0, 0.25 + self._level)
        outer = body.adjusted(-grow, -grow, grow, grow)
        painter.setBrush(halo)
        painter.drawRoundedRect(outer, outer.height() / 2, outer.height() / 2)

    def _paint_focus(self, painter: QPainter, body: QRectF, radius: float) -> None:
        pen = QPen(self.palette().color(QPalette.ColorRole.Accent))
        pen.setWidthF(max(1.5, em(self) / 9))
        gap = pen.widthF() * 1.2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        ring = body.adjusted(-gap, -gap, gap, gap)
        painter.drawRoundedRect(ring, radius + gap, radius + gap)

    def _paint_content(self, painter: QPainter, body: QRectF, ink: QColor) -> None:
        unit = em(self)
        icon = 1.5 * unit
        gap = 0.6 * unit
        font = self._caption_font()
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() * 0.88)
        caption, key = self.caption, talk_key_name()
        metrics, small_metrics = QFontMetricsF(font), QFontMetricsF(small)
        width = (
            icon
            + gap
            + max(metrics.horizontalAdvance(caption), small_metrics.horizontalAdvance(key))
        )
        left = body.center().x() - width / 2
        right_to_left = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        icon_left = left + width - icon if right_to_left else left
        text_left = left if right_to_left else left + icon + gap
        paint_icon(
            painter, QRectF(icon_left, body.center().y() - icon / 2, icon, icon), "microphone", ink
        )
        text_width = width - icon - gap
        height = metrics.height() + small_metrics.height()
        top = body.center().y() - height / 2
        align = Qt.AlignmentFlag.AlignRight if right_to_left else Qt.AlignmentFlag.AlignLeft
        painter.setPen(ink)
        painter.setFont(font)
        painter.drawText(QRectF(text_left, top, text_width, metrics.height()), align, caption)
        painter.setFont(small)
        painter.drawText(
            QRectF(text_left, top + metrics.height(), text_width, small_metrics.height()),
            align,
            key,
        )

    # ------------------------------------------------------------------------------ the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._has_mouse:
            self._has_mouse = True
            self.held.emit()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._has_mouse:
            self._has_mouse = False
            self.let_go.emit()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._lose_mouse()
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        # The ring is for those who move by keyboard; the button has the focus from the start.
        self._shows_focus = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = False
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._lose_mouse()

    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.UngrabMouse, QEvent.Type.WindowDeactivate}:
            self._lose_mouse()
        elif event.type() in {QEvent.Type.Enter, QEvent.Type.Leave}:
            self.update()
        return super().event(event)

    def _lose_mouse(self) -> None:
        if self._has_mouse:
            self._has_mouse = False
            self.grab_lost.emit()
