"""What floats over the transcript: the buttons of the message under the mouse or chosen by keyboard, those of code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTextBrowser

from voicedesk.ui.clipboard import copy_text
from voicedesk.ui.conversation_entries import Entry, Kind
from voicedesk.ui.icons import em
from voicedesk.ui.message_bar import MessageAction, MessageBar
from voicedesk.ui.transcript_document import TranscriptDocument
from voicedesk.ui.widgets import IconButton

_MESSAGES = frozenset({Kind.USER, Kind.REPLY})


class MessageTools(QObject):
    """Keeps the tools where their messages are.

    Attributes:
        chosen: The message that was chosen by keyboard.
        actions: What can be done with a message.

    Signals:
        chosen_changed: Another message was chosen, or none.
    """

    chosen_changed = Signal()

    def __init__(self, view: QTextBrowser, document: TranscriptDocument) -> None:
        super().__init__(view)
        self._view = view
        self._document = document
        self._hovered: Entry | None = None
        self.chosen: Entry | None = None
        self.actions: tuple[MessageAction, ...] = ()
        self.bar = MessageBar(view.viewport())
        self._codes: list[IconButton] = []
        self._texts: dict[IconButton, str] = {}

    def set_actions(self, actions: Sequence[MessageAction]) -> None:
        """Offer these actions with each message."""
        self.actions = tuple(actions)
        self.bar.set_actions(self.actions)

    # ------------------------------------------------------------------------------ which message

    def hover(self, entry: Entry | None) -> None:
        """The mouse is over this message, or over none."""
        entry = entry if entry is not None and entry.kind in _MESSAGES else None
        if entry is not self._hovered:
            self._hovered = entry
            self._place_bar()

    def choose(self, entry: Entry | None) -> None:
        """Choose a message by keyboard, or none."""
        if entry is not self.chosen:
            self.chosen = entry
            self._place_bar()
            self.chosen_changed.emit()

    def step(self, entries: Sequence[Entry], *, forward: bool) -> Entry | None:
        """The message after or before the chosen one; from none the newest. None when there is no other."""
        messages = [entry for entry in entries if entry.kind in _MESSAGES]
        if self.chosen not in messages:
            return messages[-1] if messages else None
        for first, second in pairwise(messages):
            if self.chosen is (first if forward else second):
                return second if forward else first
        return None

    def forget(self, entries: Sequence[Entry]) -> None:
        """These messages are gone."""
        gone = {entry.serial for entry in entries}
        if self._hovered is not None and self._hovered.serial in gone:
            self._hovered = None
        if self.chosen is not None and self.chosen.serial in gone:
            self.chosen = None

    # ------------------------------------------------------------------------------ where

    def place(self) -> None:
        """The text has moved: put everything back where it belongs."""
        self._place_bar()
        self._place_codes()

    def area_of(self, entry: Entry) -> QRectF:
        """The room of a message in the viewport, over the whole width of the column."""
        rect = self._document.rect_of(entry)
        if rect.isEmpty():
            return QRectF()
        return rect.translated(0, -self._view.verticalScrollBar().value())

    def bring_into_sight(self, entry: Entry) -> None:
        """Scroll so far that a message is in sight, its beginning above all."""
        area = self.area_of(entry)
        bar, height = self._view.verticalScrollBar(), self._view.viewport().height()
        gap = 2 * em(self._view)
        if area.top() < gap or area.height() > height - 2 * gap:
            bar.setValue(int(bar.value() + area.top() - gap))
        elif area.bottom() > height - gap:
            bar.setValue(int(bar.value() + area.bottom() - height + gap))

    def _column(self) -> tuple[int, int]:
        """Where the text begins and ends in the viewport."""
        frame = self._view.document().rootFrame().frameFormat()
        return int(frame.leftMargin()), int(self._view.viewport().width() - frame.rightMargin())

    def _place_bar(self) -> None:
        entry = self._hovered or self.chosen
        area = self.area_of(entry) if entry is not None else QRectF()
        height = self._view.viewport().height()
        # Beside the name of the message; without that it would lie over the words.
        if entry is None or area.isEmpty() or not -em(self._view) < area.top() < height:
            self.bar.hide()
            return
        if not self.bar.offer(entry):
            return
        left, right = self._column()
        is_mirrored = self._view.layoutDirection() == QGuiApplication.layoutDirection().RightToLeft
        x = left if is_mirrored else right - self.bar.width()
        y = int(area.top() + em(self._view) * 1.15) - self.bar.height()
        self.bar.move(QPoint(x, max(0, min(y, height - self.bar.height()))))
        self.bar.raise_()

    def _place_codes(self) -> None:
        view = self._view
        shift = view.verticalScrollBar().value()
        found = self._document.codes_between(shift, shift + view.viewport().height())
        while len(self._codes) < len(found):
            button = IconButton("copy", self.tr("Copy code"), view.viewport())
            button.clicked.connect(lambda _checked=False, button=button: self._copy_code(button))
            self._codes.append(button)
        for button in self._codes[len(found) :]:
            button.hide()
        for button, (rect, text) in zip(self._codes, found, strict=False):
            if self._texts.get(button) != text:
                button.show_done(is_done=False)  # that was another piece of code
            self._texts[button] = text
            size = button.sizeHint()
            gap = em(view) // 4
            place = QRect(QPoint(0, 0), size)
            top, bottom = int(rect.top()) - shift, int(rect.bottom()) - shift
            # Of code that begins above, the button stays in sight for as long as there is room for it.
            y = top + gap if top >= 0 else min(gap, bottom - size.height() - gap)
            place.moveTopRight(QPoint(int(rect.right()) - gap, y))
            button.setGeometry(place)
            button.setVisible(y >= 0)

    def _copy_code(self, button: IconButton) -> None:
        copy_text(self._view, self._texts[button])
        button.show_done()
