"""The last step of the first run: the talk key, and with it the first spoken turn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from voicedesk.core.events import (
    Event,
    Hint,
    SoundTrouble,
    StateChanged,
    TextDelta,
    TurnFailed,
    UserText,
)
from voicedesk.core.turn import State
from voicedesk.ui.first_run_ports import FirstRunPorts
from voicedesk.ui.first_run_step import Step
from voicedesk.ui.settings_schema import PAGES
from voicedesk.ui.settings_texts import translated
from voicedesk.ui.status import turn_status
from voicedesk.ui.talk_button import TalkButton
from voicedesk.ui.talk_input import TalkInput
from voicedesk.ui.widgets import QuietLabel
from voicedesk.ui.wording import error_sentence, hint_sentence

_LONGEST_ANSWER = 240


def key_word(name: str) -> str:
    """What a talk key is called on the keyboard."""
    for page in PAGES:
        for field in page.fields:
            if field.path == "talk.key":
                return translated(dict(getattr(field, "options", ())).get(name, name))
    return name


class TalkStep(Step):
    """Press the key, ask, and hear the answer."""

    def __init__(self, ports: FirstRunPorts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name_it(self.tr("Your first question"), "")
        self._ports = ports
        self._input: TalkInput | None = None
        self._stop_observing: Callable[[], None] | None = None
        self._turn = 0
        self._answer = ""
        self._has_sounded = False
        self.talk_button = TalkButton(self)
        self._question = QuietLabel("", self)
        self._question.setWordWrap(True)
        self._reply = QuietLabel("", self)
        self._reply.setWordWrap(True)
        self.body.addWidget(self.talk_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.body.addWidget(self._question)
        self.body.addWidget(self._reply)

    def enter(self) -> None:
        talk = self._ports.settings().talk
        words = (
            self.tr("Tap {key}, ask “What time is it?”, and tap {key} again.")
            if talk.style == "tap"
            else self.tr("Hold {key}, ask “What time is it?”, and let go.")
        )
        self.words.setText(words.format(key=key_word(talk.key)))
        self._input = TalkInput(self._ports.control, self.window(), self.talk_button, talk)
        self._input.changed.connect(self._show_status)
        self._input.escaped.connect(self.window().close)
        self._stop_observing = self._ports.control.observe(self._on_event)
        self._show_status()
        self.talk_button.setFocus()

    def leave(self) -> None:
        if self._input is not None:
            self._input.stop()
            self._input.deleteLater()
            self._input = None
            self.talk_button.held.disconnect()
            self.talk_button.let_go.disconnect()
            self.talk_button.grab_lost.disconnect()
            self.talk_button.clicked.disconnect()
        if self._stop_observing is not None:
            self._stop_observing()
            self._stop_observing = None

    # ------------------------------------------------------------------------------ the turn

    def _on_event(self, event: Event) -> None:
        match event:
            case StateChanged(state=state):
                self._on_state(event.turn, state)
            case SoundTrouble(error=error) if error is not None:
                self.verdict.say(error_sentence(error), is_good=False)
            case _ if event.turn != self._turn:
                pass
            case UserText(text=text) if text:
                self._question.setText(self.tr("You: {words}").format(words=text))
            case TextDelta(text=text):
                self._answer = (self._answer + text)[:_LONGEST_ANSWER]
                self._reply.setText(self.tr("Answer: {words}").format(words=self._answer))
            case TurnFailed(error=failure):
                self.verdict.say(error_sentence(failure), is_good=False)
            case Hint(hint=hint):
                self.verdict.say(hint_sentence(hint, False), is_good=False)
            case _:
                pass

    def _on_state(self, turn: int, state: State) -> None:
        if self._input is not None:
            self._input.on_state(state)
        self._show_status()
        if state is State.LISTENING:
            self._turn = turn
            self._answer, self._has_sounded = "", False
            self._question.setText("")
            self._reply.setText("")
            self.verdict.say(self.tr("Listening…"))
        elif turn != self._turn:
            return
        elif state is State.THINKING:
            self.verdict.say(self.tr("Your question is on its way…"))
        elif state is State.SPEAKING:
            self._has_sounded = True
            self.verdict.say(self.tr("Here is the answer…"))
        elif state is State.READY and (self._has_sounded or self._answer):
            self.prove(self.tr("That was your first turn. Everything works."))

    def _show_status(self) -> None:
        status = turn_status(self._ports.control.state)
        is_locked = self._input is not None and self._input.key.is_locked
        self.talk_button.show_status(status, is_locked=is_locked)
