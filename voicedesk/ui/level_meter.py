"""The level meter: the loudness at the microphone, drawn only while it matters."""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
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
        self._capsules: dict[tuple[int, int, int, float], QPixmap] = {}
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
        pitch = max(3, self.width() // BARS)  # whole pixels, for gaps of one width
        thick = max(2, round(pitch * 0.6))
        middle = self.height() // 2
        room = middle - thick / 2 - 1
        for part, colour in ((1, soft), (0, loud)):
            capsule = self._capsule(colour, thick, 2 * middle)
            scale = capsule.devicePixelRatio()
            for index, bar in enumerate(self._bars):
                x = self.width() - (BARS - index) * pitch + (pitch - thick) // 2
                half = round(bar[part] * room + thick / 2)
                # The upper and the lower end of the longest bar; one of no length is a dot.
                wide, high = round(thick * scale), round(half * scale)
                painter.drawPixmap(x, middle - half, thick, half, capsule, 0, 0, wide, high)
                below = capsule.height() - high
                painter.drawPixmap(x, middle, thick, half, capsule, 0, below, wide, high)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.is_running and self._held > 0.0:
            left = self.width() - pitch + (pitch - thick) // 2
            self._paint_hold(painter, left, middle, thick)

    def _capsule(self, colour: QColor, thick: int, height: int) -> QPixmap:
        """The longest bar in a colour, painted once: a stroke with round ends costs five times a copy of it."""
        key = (colour.rgba(), thick, height, self.devicePixelRatioF())
        if (capsule := self._capsules.get(key)) is not None:
            return capsule
        if len(self._capsules) > 8:  # those of other sizes and colours
            self._capsules.clear()
        capsule = QPixmap(QSize(thick, height) * key[3])
        capsule.setDevicePixelRatio(key[3])
        capsule.fill(Qt.GlobalColor.transparent)
        painter = QPainter(capsule)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(0, 0, thick, height), thick / 2, thick / 2)
        painter.end()
        self._capsules[key] = capsule
        return capsule

    def _paint_hold(self, painter: QPainter, left: int, middle: int, thick: int) -> None:
        """A dot above and below the newest bar, at the loudest peak of the last second."""
        painter.setBrush(self.palette().color(self.foregroundRole()))
        half = self._held * (self.height() / 2 - 1)
        for y in (middle - half, middle + half - thick / 2):
            painter.drawRoundedRect(QRectF(left, y, thick, thick / 2), thick / 4, thick / 4)
