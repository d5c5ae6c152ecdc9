"""Lights the words of the answer as they are spoken, for as long as something sounds."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from voicedesk.conversation.control import TalkControl
from voicedesk.core.turn import State
from voicedesk.ui.transcript import Transcript

_STEP_MS = 50


class LitWords(QObject):
    """Asks how far the sound is while an answer is spoken; at rest nothing runs."""

    def __init__(self, control: TalkControl, transcript: Transcript) -> None:
        super().__init__(transcript)
        self._control = control
        self._transcript = transcript
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._look)
        self._is_on = True

    def set_on(self, *, is_on: bool) -> None:
        """Light the words, or leave them all in full ink."""
        self._is_on = is_on
        if is_on:
            self.on_state(self._control.state)
        elif self._timer.isActive():
            self._rest()

    def on_state(self, state: State) -> None:
        """The turn moved on."""
        if state is State.SPEAKING and self._is_on:
            self._look()
            self._timer.start()
        elif self._timer.isActive():
            self._rest()

    def _rest(self) -> None:
        self._timer.stop()
        self._transcript.light(self._control.turn, ())

    def _look(self) -> None:
        self._transcript.light(self._control.turn, self._control.heard_so_far())
