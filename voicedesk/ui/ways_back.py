"""Below the conversation: the ways back to what was said and not answered, and to what was deleted a moment ago."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from voicedesk.conversation.control import TalkControl
from voicedesk.core.events import (
    ConversationOpened,
    Event,
    Hint,
    HintKind,
    StateChanged,
    TakeOffered,
    TakesWaiting,
)
from voicedesk.core.settings import Settings
from voicedesk.core.turn import State
from voicedesk.ui.ports import KeyStore, MessageRecall, SecondTries
from voicedesk.ui.retry_bar import RetryBar
from voicedesk.ui.transcript import Transcript
from voicedesk.ui.undo_bar import Offer, UndoBar
from voicedesk.ui.way_menu import WayMenu

if TYPE_CHECKING:  # the window paints before it is needed
    from voicedesk.providers.ways import Way

_NEXT = frozenset({State.LISTENING, State.THINKING})


def _cancelled() -> str:
    """Outlives the bars that show it: they are made anew with the window when the language changes."""
    return QCoreApplication.translate("WaysBack", "Your question was cancelled. It is kept.")


@dataclass(frozen=True, slots=True)
class Open:
    """What is offered when the bars are made anew.

    Attributes:
        offer: What can be undone.
        earlier_s: How long the take of an earlier run is, in seconds; None where none is offered.
    """

    offer: Offer | None
    earlier_s: float | None


@dataclass(frozen=True, slots=True)
class Another:
    """What is needed to have something asked in another way.

    Attributes:
        tries: Asks again; None where nothing but the present way is known.
        settings: Those in force.
        keys: Tells which servers have one.
    """

    tries: SecondTries | None
    settings: Callable[[], Settings]
    keys: KeyStore


class WaysBack(QWidget):
    """The bars, and the entry of the menu that leads to all unanswered takes.

    Attributes:
        retry_bar: Asks once more what was not answered.
        again: Does so from menus and by key.
        undo_bar: Undoes what was just done.
        unanswered: Leads to the unanswered takes, and says how many there are.
    """

    def __init__(
        self,
        control: TalkControl,
        transcript: Transcript,
        recall: MessageRecall | None,
        another: Another,
        parent: QWidget,
    ) -> None:
        """``recall`` is None where nothing can be asked again."""
        super().__init__(parent)
        self._control = control
        self._transcript = transcript
        self._recall = recall
        self._another = another
        self.setAccessibleName(self.tr("What can be had back"))
        self.retry_bar = RetryBar(self)
        self.retry_bar.wanted.connect(control.retry)
        self.again = QAction(self.tr("Try Again"), parent)
        self.again.setShortcut(QKeySequence("Ctrl+R"))
        self.again.setEnabled(control.can_retry)
        self.again.triggered.connect(control.retry)
        self.undo_bar = UndoBar(parent, self)
        self.unanswered = QAction(parent)
        self.unanswered.setShortcut(QKeySequence("Ctrl+U"))
        self.retry_bar.all_wanted.connect(self.unanswered.trigger)
        if another.tries is not None:
            self.retry_bar.set_menu(self.way_menu(control.retry, self))
        self._show_number(another.tries.waiting if another.tries is not None else 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.retry_bar)
        layout.addWidget(self.undo_bar)
        self.retry_bar.offer(is_possible=control.can_retry)

    @property
    def buttons(self) -> tuple[QWidget, ...]:
        """All buttons, in the order of the keyboard's focus."""
        return (*self.retry_bar.buttons, self.undo_bar.button)

    def hand_over(self) -> Open:
        """End what is offered here without deciding it: the bars of the new window go on with it."""
        return Open(self.undo_bar.hand_over(), self.retry_bar.earlier_s)

    def take_over(self, there: Open) -> None:
        """Go on with what the bars before have offered."""
        self.undo_bar.take_over(there.offer)
        if there.earlier_s is not None:
            self.retry_bar.show_length(there.earlier_s)

    @property
    def has_ways(self) -> bool:
        """Whether there are other ways to have something answered."""
        return self._another.tries is not None

    def way_menu(self, ask: Callable[[], object], parent: QWidget) -> WayMenu:
        """A menu of the ways; choosing one has VoiceDesk answer in that way from then on, and calls ``ask``."""

        def chosen(way: Way) -> None:
            if self._another.tries is not None:
                self._another.tries.ask_with(way, ask)

        return WayMenu(self._another.settings, self._another.keys, chosen, parent)

    def on_event(self, event: Event) -> None:
        """Show what can be had back after this event. The transcript has taken it in already."""
        match event:
            case StateChanged(state=state) if state in _NEXT:
                self.undo_bar.settle()
            case ConversationOpened():
                self.undo_bar.settle()
            case Hint(hint=HintKind.CANCELLED | HintKind.NO_SPEECH, turn=turn):
                self._on_cancelled(turn)
            case TakeOffered(seconds=seconds):
                self.retry_bar.show_length(seconds)
            case TakesWaiting(number=number):
                self._show_number(number)
            case _:
                pass
        self.again.setEnabled(self._control.can_retry)
        if self._control.can_retry == self.retry_bar.isHidden():
            self.retry_bar.offer(is_possible=self._control.can_retry)

    def _on_cancelled(self, turn: int) -> None:
        recall = self._recall
        text = self._transcript.log.question(turn)
        if recall is None or not recall.can_undo(turn, text):
            return
        self.undo_bar.offer(_cancelled, lambda: recall.ask_again(turn, text))

    def _show_number(self, number: int) -> None:
        text = self.tr("Unanswered ({number})…").format(number=number)
        self.unanswered.setText(text if number else self.tr("Unanswered…"))
        self.retry_bar.show_number(number)
