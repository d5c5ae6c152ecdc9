"""Soft sounds that say that recording begins and ends and that something failed, kept out of what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from voicedesk.audio import cues
from voicedesk.core.events import Event, StateChanged
from voicedesk.core.turn import State


class CuePlayer(Protocol):
    """Who plays and records: the conductor."""

    def play_cue(self, pcm: bytes) -> None:
        """Play a short sound beside the turns. It is recorded as silence."""


class Earcons:
    """An observer that has the sounds played.

    What sounds while the key is held is recorded as silence, so that it is never part of what was said.

    Attributes:
        is_on: Whether anything is played.
    """

    def __init__(self, player: CuePlayer, *, is_on: bool = False) -> None:
        self.is_on = is_on
        self._player = player
        self._state = State.READY

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if isinstance(event, StateChanged):
            before, self._state = self._state, event.state
            if event.state is State.LISTENING and before in {State.READY, State.FAILED}:
                self._play(cues.listening)  # after a reply its silence says as much
            elif event.state is State.THINKING and before in {State.LISTENING, State.ENDING}:
                self._play(cues.sent)
            elif event.state is State.FAILED:
                self._play(cues.failed)

    def _play(self, cue: Callable[[], bytes]) -> None:
        if self.is_on:
            self._player.play_cue(cue())
