"""One line of truth about time: the last turn's latency, where it went, and the session's figures."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QWidget

from voicedesk.core.events import AudioKey, Progress, Sounded, TurnTimed
from voicedesk.core.timeline import Timeline
from voicedesk.ui import theme
from voicedesk.ui.figures import (
    Flow,
    SessionFigures,
    Share,
    in_words,
    points_table,
    shares_in_words,
)
from voicedesk.ui.icons import em
from voicedesk.ui.latency_views import Sparkline
from voicedesk.ui.wording import seconds, whole_milliseconds

_IN_THE_LINE = 30
_WIDE_EM = 48
_BAR_EM = 2.3
_AIR = 8.0
"""Around a name or a figure in the bar, in pixels."""


class Waterfall(QAbstractButton):
    """A bar whose parts are as long as the shares of a latency took, and a button: it leads to all figures.

    Each part says what it is, and below that how many milliseconds it took.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: list[Share] = []
        self._empty = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Where the time went"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # never by a click: Space stays the talk key

    def show_shares(self, shares: list[Share], empty: str = "") -> None:
        """Draw these shares, or this sentence when there are none."""
        self._shares, self._empty = shares, empty
        self.update()

    def sizeHint(self) -> QSize:
        unit = em(self)
        return QSize(24 * unit, int(_BAR_EM * unit))

    def minimumSizeHint(self) -> QSize:
        unit = em(self)
        return QSize(6 * unit, int(_BAR_EM * unit))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.scheme(self.palette())
        area = QRectF(self.rect())
        if self.hasFocus():
            self._paint_focus(painter, area)
        shape = QPainterPath()
        shape.addRoundedRect(area, area.height() / 3, area.height() / 3)
        painter.setClipPath(shape)
        if not self._shares:
            painter.setPen(colours.muted)
            text = self.fontMetrics().elidedText(
                self._empty, Qt.TextElideMode.ElideRight, self.width()
            )
            align = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area, align, text)
            return
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        left = area.left()
        for share, width in zip(self._shares, self._widths(area.width(), metrics), strict=True):
            part = QRectF(left, area.top(), width, area.height())
            painter.fillRect(part, colours.shares[share.name])
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            label = "\n".join(self._label(share, width, metrics))
            painter.drawText(part, Qt.AlignmentFlag.AlignCenter, label)
            left += width
            painter.fillRect(
                QRectF(left - 1, area.top(), 1, area.height()), self.palette().window()
            )

    def _paint_focus(self, painter: QPainter, area: QRectF) -> None:
        """A frame around the bar, which gives way a little."""
        width = em(self) / 9
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), width))
        inner = area.adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(inner, inner.height() / 3, inner.height() / 3)
        area.adjust(2 * width, 2 * width, -2 * width, -2 * width)

    def _widths(self, room: float, metrics: QFontMetricsF) -> list[float]:
        """Widths in proportion, but none so thin that it cannot be seen or, as far as there is room, read."""
        total = sum(share.milliseconds for share in self._shares)
        least = self._least_widths(room, metrics)
        widths = [0.0] * len(least)
        open_parts = set(range(len(least)))
        while True:
            free = room - sum(least[i] for i in range(len(least)) if i not in open_parts)
            weight = sum(self._shares[i].milliseconds for i in open_parts) or total
            small = {
                i for i in open_parts if self._shares[i].milliseconds / weight * free < least[i]
            }
            for i in open_parts - small:
                widths[i] = self._shares[i].milliseconds / weight * free
            for i in small:
                widths[i] = least[i]
            if not small:
                return widths
            open_parts -= small

    def _least_widths(self, room: float, metrics: QFontMetricsF) -> list[float]:
        """What the figures need, and the names, those of the longest parts first."""
        least = [
            min(room / (2 * len(self._shares)), metrics.horizontalAdvance(_figure(share)) + _AIR)
            for share in self._shares
        ]
        left = room - sum(least)
        by_length = sorted(range(len(least)), key=lambda i: -self._shares[i].milliseconds)
        for i in by_length:
            share = self._shares[i]
            lines = (share.short, whole_milliseconds(share.milliseconds))
            more = max(0.0, max(map(metrics.horizontalAdvance, lines)) + _AIR - least[i])
            if more <= left:
                least[i] += more
                left -= more
        return least

    @staticmethod
    def _label(share: Share, width: float, metrics: QFontMetricsF) -> tuple[str, ...]:
        """The longest way to say it that fits, line by line."""
        number = _figure(share)
        whole = whole_milliseconds(share.milliseconds)
        for lines in (
            (share.label, whole),
            (share.label, number),
            (share.short, whole),
            (share.short, number),
            (number,),
        ):
            if max(map(metrics.horizontalAdvance, lines)) + 0.75 * _AIR <= width:
                return lines
        return ()


def _figure(share: Share) -> str:
    return str(round(share.milliseconds))


class LatencyStrip(QWidget):
    """Latency, waterfall and percentiles, side by side.

    Signals:
        details_wanted: The user wants to see more of the last answer.
    """

    details_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = SessionFigures()
        self._flow: Flow | None = None  # of the turn that runs, or ran last
        self._played: dict[AudioKey, float] = {}
        self._is_running = False
        self._latency = QLabel(self)
        self._latency.setAccessibleName(self.tr("Latency of the last answer"))
        self._waterfall = Waterfall(self)
        self._waterfall.clicked.connect(self.details_wanted)
        self._line = Sparkline(self)
        self._line.setFixedWidth(6 * em(self))
        self._session = QLabel(self)
        self._session.setAccessibleName(self.tr("Latency in this session"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(self))
        layout.addWidget(self._latency)
        layout.addWidget(self._waterfall, 1)
        layout.addWidget(self._line)
        layout.addWidget(self._session)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Latency"))
        self._style()
        self._show()

    @property
    def bar(self) -> Waterfall:
        """The bar, for the order of the keyboard's focus."""
        return self._waterfall

    def add(self, timeline: Timeline) -> None:
        """Show the turn that has just ended and count it."""
        self.figures.add(timeline)
        if self._flow is not None and timeline.turn >= self._flow.progress.turn:
            self._is_running = False
            if timeline.turn > self._flow.progress.turn:
                self._flow = None
        self._show()

    def on_event(self, event: TurnTimed | Progress | Sounded) -> None:
        """Show what an event says about time."""
        if isinstance(event, TurnTimed):
            self.add(event.timeline)
        else:
            self._on_progress(event)

    def _on_progress(self, event: Progress | Sounded) -> None:
        """Show how far the stages of the running turn are, in place of the last turn's figures."""
        flow = self._flow
        if isinstance(event, Progress):
            if flow is None or event.turn != flow.progress.turn:
                self._played.clear()
                self._is_running = True
            self._flow = Flow(event, sum(self._played.values()))
        elif flow is not None and event.turn == flow.progress.turn:
            self._played[event.heard.key] = event.heard.heard_ms
            self._flow = Flow(flow.progress, sum(self._played.values()))
        else:
            return
        self._show()

    def _show(self) -> None:
        timeline = self.figures.last
        shares = timeline.shares if timeline is not None else None
        flow = self._flow
        is_running = flow is not None and self._is_running
        if flow is not None and is_running:
            shares = None
            text = flow.in_words()
        elif timeline is None:
            text = self.tr("How quickly you are answered will show here.")
        else:
            text = in_words(timeline)
        self._latency.setText(seconds(shares.total) if shares else "")
        self._latency.setVisible(shares is not None)
        self._waterfall.show_shares(shares_in_words(shares) if shares else [], text)
        self._waterfall.setEnabled(timeline is not None)
        table = points_table(timeline) if timeline is not None and not is_running else ""
        if flow is not None:
            table += flow.table()
        more = self.tr("A click shows more.")
        hint = f"<p>{more}</p>" if timeline is not None else ""
        for widget in (self._latency, self._waterfall):
            widget.setToolTip(f"<p>{text}</p>{table}{hint}")
            widget.setAccessibleDescription(text)
        self._show_session()
        if not is_running and (usual := self._session.accessibleDescription()):
            # A label is no place where the keyboard goes; the bar is.
            self._waterfall.setAccessibleDescription(f"{text} {usual}")

    def _show_session(self) -> None:
        group = self.figures.group
        median, p95 = (None, None) if group is None else (group.median, group.p95)
        self._session.setVisible(median is not None)
        self._show_line()
        if group is None or median is None or p95 is None:
            return
        self._line.show_values(group.recent(_IN_THE_LINE))
        sentence = self.tr(
            "Of {count} answers of this model half came within {median} (p50) and 19 of 20 within {p95} (p95)."
        ).format(count=group.count, median=whole_milliseconds(median), p95=whole_milliseconds(p95))
        self._session.setToolTip(sentence)
        self._session.setAccessibleDescription(sentence)

    def _show_line(self) -> None:
        """Where there is little room the line and the slow answers give way to the figures in the bar."""
        group = self.figures.group
        is_wide = self.width() >= _WIDE_EM * em(self)
        self._line.setVisible(is_wide and group is not None and group.count > 1)
        if group is None or group.median is None or group.p95 is None:
            return
        words = (
            self.tr("usually {median}, slow answers {p95}")
            if is_wide and group.count > 1
            else self.tr("usually {median}")
        )
        self._session.setText(words.format(median=seconds(group.median), p95=seconds(group.p95)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_line()

    def _style(self) -> None:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setWeight(QFont.Weight.DemiBold)
        self._latency.setFont(font)
        theme.set_text_colour(self._session, theme.scheme(self.palette()).muted)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click beside the bar counts like one on it."""
        super().mouseReleaseEvent(event)
        is_inside = self.rect().contains(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and is_inside:
            self._waterfall.click()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_session"):
            self._style()
