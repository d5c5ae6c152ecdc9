"""The level meter: the loudness at the microphone, drawn only while it matters."""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from voicedesk.audio.io import Level
from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.status import Status

RATE_HZ = 30
BARS = 18
_FLOOR_DB = -54.0
_HOLD_FRAMES = RATE_HZ  # the peak stays for a second,
_FALL = 0.04  # then falls by this much with every frame


def loudness(linear: float) -> float:
    """A linear level (0 to 1) on the meter's scale: 0 at the floor, 1 at full scale, even in decibels."""
    if linear <= 0.0:
        return 0.0
    return min(1.0, max(0.0, 1.0 - 20.0 * math.log10(linear) / _FLOOR_DB))


class Levels(Protocol):
    """Whatever knows how loud it is."""

    @property
    def level(self) -> Level:
        """Loudness at the microphone."""


class LevelMeter(QWidget):
    """A row of bars, the newest at the end, with marks that hold the loudest peak.

    Signals:
        measured: The loudness (0 to 1 on the meter's scale), with every frame while it runs.
    """

    measured = Signal(float)

    def __init__(self, control: Levels, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._control = control
        self._bars: deque[tuple[float, float]] = deque([(0.0, 0.0)] * BARS, maxlen=BARS)
        self._held = 0.0
        self._held_for = 0
        self._timer = QTimer(self)
        self._timer.setInterval(1000 // RATE_HZ)
        self._timer.timeout.connect(self._measure)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(11 * em(self))
        self.setAccessibleName(self.tr("Microphone level"))
        self.setToolTip(self.tr("How loud the microphone hears you"))

    @property
    def is_running(self) -> bool:
        """Whether it measures and draws."""
        return self._timer.isActive()

    @property
    def held_peak(self) -> float:
        """The peak that is held, 0 to 1 on the meter's scale."""
        return self._held

    def set_running(self, *, is_on: bool) -> None:
        """Measure and draw, or rest. A meter at rest is empty and costs nothing."""
        if is_on == self._timer.isActive():
            return
        self._bars.extend([(0.0, 0.0)] * BARS)
        self._held, self._held_for = 0.0, 0
        if is_on:
            self._timer.start()
            self._measure()
        else:
            self._timer.stop()
            self.update()

    def _measure(self) -> None:
        level = self._control.level
        rms, peak = loudness(level.rms), loudness(level.peak)
        self._bars.append((rms, peak))
        if peak >= self._held:
            self._held, self._held_for = peak, 0
        elif self._held_for < _HOLD_FRAMES:
            self._held_for += 1
        else:
            self._held = max(peak, self._held - _FALL)
        self.measured.emit(rms)
        self.update()

    def sizeHint(self) -> QSize:
        unit = em(self)
        return QSize(8 * unit, 3 * unit)

    def minimumSizeHint(self) -> QSize:
        unit = em(self)
        return QSize(4 * unit, 3 * unit)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colours = theme.scheme(self.palette())
        loud = colours.status[Status.LISTENING] if self.is_running else colours.line
        soft = theme.mix(self.palette().window().color(), loud, 0.35)
        pitch = self.width() / BARS
        thick = pitch * 0.55
        middle = self.height() / 2
        room = middle - thick / 2 - 1
        for part, colour in ((1, soft), (0, loud)):
            pen = QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            lines = []
            for index, bar in enumerate(self._bars):
                x = (index + 0.5) * pitch
                # A line of no length is not drawn; its round ends make the dot of a meter at rest.
                half = max(0.01, bar[part] * room)
                lines.append(QLineF(x, middle - half, x, middle + half))
            painter.drawLines(lines)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.is_running and self._held > 0.0:
            self._paint_hold(painter, middle, thick)

    def _paint_hold(self, painter: QPainter, middle: float, thick: float) -> None:
        """A dot above and below the newest bar, at the loudest peak of the last second."""
        painter.setBrush(self.palette().color(self.foregroundRole()))
        half = self._held * (self.height() / 2 - 1)
        left = self.width() - self.width() / BARS / 2 - thick / 2
        for y in (middle - half, middle + half - thick / 2):
            painter.drawRoundedRect(QRectF(left, y, thick, thick / 2), thick / 4, thick / 4)
