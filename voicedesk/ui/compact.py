"""The compact window: the talk button, the level and the last line, above all other windows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QResizeEvent, QWindow
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSizePolicy, QWidget

from voicedesk.ui.conversation_entries import Kind
from voicedesk.ui.icons import em
from voicedesk.ui.roomy import room_for
from voicedesk.ui.transcript import Transcript
from voicedesk.ui.transcript_markdown import Shape, has_markup, read
from voicedesk.ui.widgets import IconButton, QuietLabel
from voicedesk.ui.window_place import WindowPlace, can_be_placed, move_to

_LONGEST = 400
_SHOWN = frozenset({Kind.USER, Kind.REPLY, Kind.NOTE})


def _unmarked(text: str) -> str:
    """The words of Markdown without its marks."""
    return " ".join(
        (" " if piece.shape is Shape.TABLE else "").join(run.text for run in piece)
        for piece in read(text)
    )


class LastLine(QuietLabel):
    """The end of what was said last: the newest words are those that count."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("Last words"))

    def show_text(self, text: str) -> None:
        """Show the end of a text."""
        self._full = " ".join(text[-_LONGEST:].split())
        self.setAccessibleDescription(self._full)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = self.fontMetrics()
        self.setText(metrics.elidedText(self._full, Qt.TextElideMode.ElideLeft, self.width()))


class CompactMode(QObject):
    """Makes the window small and keeps it in front, and makes it whole again.

    Attributes:
        line: What is shown only then.
        place: Where the compact window was last, without its frame; None for where the whole one is.
        muted: In the line, says that answers are muted; the header, which says so else, is not shown then.

    Signals:
        changed: It is compact now, or whole again.
    """

    changed = Signal(bool)

    def __init__(
        self,
        window: QMainWindow,
        transcript: Transcript,
        *,
        hidden: Sequence[QWidget],
        bars: Sequence[QWidget],
    ) -> None:
        """The window is whole.

        Args:
            window: It has a layout in its central widget.
            transcript: Where the words come from.
            hidden: What is not shown while it is compact.
            bars: What comes and goes by itself; the window shrinks again when one goes.
        """
        super().__init__(window)
        self._window = window
        self._transcript = transcript
        self._hidden = list(hidden)
        self._is_on = False
        self._whole = QRect()
        self._least = QSize()
        self.place: QPoint | None = None
        self.line = self._build_line()
        transcript.laid_out.connect(self._show_words)
        for bar in bars:
            bar.installEventFilter(self)

    def _build_line(self) -> QWidget:
        unit = em(self._window)
        line = QWidget(self._window)
        self._words = LastLine(line)
        self.muted = IconButton("muted", self.tr("Answers are muted; let them sound again"), line)
        self.muted.hide()
        self._expand = IconButton("expand", self.tr("Show the whole window"), line)
        self._expand.clicked.connect(lambda: self.set_on(is_on=False))
        row = QHBoxLayout(line)
        row.setContentsMargins(int(1.2 * unit), 0, int(0.6 * unit), int(0.6 * unit))
        row.setSpacing(unit // 2)
        row.addWidget(self._words, 1)
        row.addWidget(self.muted)
        row.addWidget(self._expand)
        line.hide()
        return line

    @property
    def is_on(self) -> bool:
        """Whether the window is compact."""
        return self._is_on

    @property
    def window_place(self) -> WindowPlace:
        """Where the window is, whole and compact, to be put back there at the next start."""
        window = self._window
        is_maximized = window.isMaximized() and not self._is_on
        whole, compact = window.geometry(), self.place
        if self._is_on:
            whole, compact = self._whole, window.geometry().topLeft()
        elif is_maximized:
            whole = window.normalGeometry()
        if not can_be_placed():
            return WindowPlace(whole.size(), is_maximized=is_maximized)
        return WindowPlace(whole.size(), whole.topLeft(), compact, is_maximized)

    def toggle(self) -> None:
        """Compact if it is whole, else whole."""
        self.set_on(is_on=not self._is_on)

    def set_on(self, *, is_on: bool) -> None:
        """Make the window compact, or whole again."""
        if is_on == self._is_on:
            return
        self._is_on = is_on
        window = self._window
        if is_on:
            self._whole, self._least = window.geometry(), window.minimumSize()
            window.setMinimumSize(0, 0)
        for widget in self._hidden:
            widget.setVisible(not is_on)
        self.line.setVisible(is_on)
        self._show_words()
        self._keep_in_front(is_on=is_on)
        if is_on:
            self._shrink()
            move_to(window, self.place)
        else:
            self.place = window.geometry().topLeft()
            window.setMinimumSize(self._least)
            window.resize(self._whole.size())
            move_to(window, self._whole.topLeft())
        self.changed.emit(is_on)

    def _keep_in_front(self, *, is_on: bool) -> None:
        """Qt's own way takes the window away and brings it back; the desktop needs only to be told."""
        flags = self._window.windowFlags()
        in_front = Qt.WindowType.WindowStaysOnTopHint
        flags = flags | in_front if is_on else flags & ~in_front
        handle: QWindow | None = self._window.windowHandle()
        if handle is None:  # it was never shown
            self._window.setWindowFlags(flags)
        else:
            self._window.overrideWindowFlags(flags)
            handle.setFlags(flags)

    def _shrink(self) -> None:
        middle = self._window.centralWidget()
        if not self._is_on or middle is None:
            return
        layout = middle.layout()
        assert layout is not None
        # What has gone may have been deep inside, from where that takes a few rounds to get here.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        layout.activate()
        self._window.setMinimumHeight(0)  # it may have been higher, for words that have gone
        least = middle.minimumSizeHint()  # with a level that can be read whatever the button says
        wanted = least + QSize(6 * em(middle), 0)
        self._window.resize(wanted.boundedTo(room_for(self._window)).expandedTo(least))

    def _show_words(self) -> None:
        if not self._is_on:
            return
        entries = reversed(self._transcript.log.entries)
        last = next((each for each in entries if each.kind in _SHOWN and each.text), None)
        is_marked = last is not None and last.is_whole and has_markup(last.text)
        text = last.text if last is not None else ""
        self._words.show_text(_unmarked(text) if is_marked else text)
        self._expand.setAccessibleDescription(self._words.accessibleDescription())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and self._is_on:
            QTimer.singleShot(0, self, self._shrink)
        return super().eventFilter(watched, event)
