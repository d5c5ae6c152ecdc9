"""Asks for leave before a tool acts, beside the conversation and without taking the focus.

Whoever is talking keeps the talk key: the buttons are reached by Tab, or by Alt and the underlined letter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from voicedesk.ui.announce import announce
from voicedesk.ui.banner import Banner, Words
from voicedesk.ui.icons import em
from voicedesk.ui.widgets import QuietLabel

_LONGEST_DETAIL = 300
"""Characters of a detail that are shown; a page-long address must not fill the window."""
_LONGEST_TIP = 3000
"""Characters of it that are shown under the mouse."""


def shortened(detail: str, longest: int = _LONGEST_DETAIL) -> str:
    """A detail in one line, its middle left out when it is long: an address counts by its beginning and its end."""
    line = "".join(c if c.isprintable() else " " for c in " ".join(detail.split()))
    if len(line) <= longest:
        return line
    half = (longest - 3) // 2
    return f"{line[:half]} … {line[-half:]}"


class _Question(Banner):
    """One question with its two answers."""

    answered = Signal(bool)
    icon_name = "tool"

    def __init__(
        self, question: Words, detail: str, answers: tuple[Words, Words], parent: QWidget
    ) -> None:
        """``answers``: the captions of yes and no, with their underlined letters."""
        super().__init__(parent)
        unit = em(self)
        whole, detail = shortened(detail, _LONGEST_TIP), shortened(detail)
        self._asks, self._answers = question, answers
        self.setAccessibleDescription(detail)
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(unit // 6)
        words.addWidget(self._label)
        if detail:
            quiet = QuietLabel(_breakable(detail), self)
            quiet.setWordWrap(True)
            if whole != detail:
                quiet.setToolTip(escape(_breakable(whole)))  # a tooltip would read it as HTML
            words.addWidget(quiet)
        self.row.addLayout(words, 1)
        self._yes, self._no = self.add_button(""), self.add_button("")
        self._yes.clicked.connect(lambda: self.answered.emit(True))
        self._no.clicked.connect(lambda: self.answered.emit(False))
        self.speak()

    def speak(self) -> None:
        question, detail = self._asks(), self.accessibleDescription()
        self.setAccessibleName(question)
        self._label.setText(question)
        for button, caption in zip((self._yes, self._no), self._answers, strict=True):
            text = caption()
            button.setText(text)
            button.setAccessibleName(text.replace("&", ""))
            button.setAccessibleDescription(f"{question} {detail}".strip())

    def colour(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.Accent)


def _breakable(text: str) -> str:
    """Text that may be broken anywhere, since an address has no spaces."""
    return "\N{ZERO WIDTH SPACE}".join(text[at : at + 20] for at in range(0, len(text), 20))


class Confirmations(QWidget):
    """Shows the questions that wait for an answer, the newest below. Takes no room when there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open: list[_Question] = []
        self._is_closed = False
        self._rows = QVBoxLayout(self)
        unit = em(self)
        self._rows.setContentsMargins(unit, 0, unit, int(0.7 * unit))
        self._rows.setSpacing(unit // 3)
        self.setAccessibleName(self.tr("Questions"))
        self.hide()

    async def ask(self, question: Words, detail: str = "") -> bool:
        """Ask, and wait for the answer. Cancelling takes the question back; a closed window means no.

        Args:
            question: What is wanted, as a sentence; asked for again when the window speaks another language.
            detail: What exactly, such as an address. Shown as plain text.
        """
        if self._is_closed:
            return False
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        answers = (lambda: self.tr("&Allow"), lambda: self.tr("&Don't Allow"))
        row = self._show(question, detail, answers)
        row.answered.connect(lambda is_yes: _answer(answer, is_yes))
        try:
            return await answer
        finally:
            self._remove(row)

    def put(
        self, question: Words, detail: str, do: Callable[[], None], *, yes: Words, no: Words
    ) -> None:
        """Ask before something is done that the user wants. The same question is not asked twice at a time.

        Args:
            question: As a sentence; asked for again when the window speaks another language.
            detail: What exactly. Shown as plain text.
            do: Called when the answer is yes.
            yes: Caption of that answer, with its underlined letter.
            no: Caption of the other.
        """
        asked = (question(), shortened(detail))
        if self._is_closed or asked in {
            (row.accessibleName(), row.accessibleDescription()) for row in self._open
        }:
            return
        row = self._show(question, detail, (yes, no))

        def answered(is_yes: bool) -> None:  # noqa: FBT001 - what a signal hands over
            self._remove(row)
            if is_yes:
                do()

        row.answered.connect(answered)

    def _show(self, question: Words, detail: str, answers: tuple[Words, Words]) -> _Question:
        row = _Question(question, detail, answers, self)
        self._open.append(row)
        self._rows.addWidget(row)
        row.show()
        self.show()
        announce(self, f"{question()} {shortened(detail)}".strip(), is_urgent=True)
        return row

    def _remove(self, row: _Question) -> None:
        self._open.remove(row)
        self._rows.removeWidget(row)
        row.hide()
        row.setParent(None)
        row.deleteLater()
        self.setVisible(bool(self._open))

    def close_all(self) -> None:
        """The window goes: whatever is open is answered with no, and so is what comes later."""
        self._is_closed = True
        for row in list(self._open):
            row.answered.emit(False)


def _answer(answer: asyncio.Future[bool], is_yes: bool) -> None:  # noqa: FBT001 - what a signal hands over
    if not answer.done():
        answer.set_result(is_yes)
