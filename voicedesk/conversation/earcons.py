"""Soft sounds that say that recording begins and ends and that something failed, kept out of what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from voicedesk.audio import cues
from voicedesk.audio.cues import Cue
from voicedesk.core.events import Event, StateChanged
from voicedesk.core.turn import State

_SILENT = frozenset({State.READY, State.FAILED, State.THINKING})


class CuePlayer(Protocol):
    """Who plays and records: the conductor."""

    def play_cue(self, cue: Cue) -> None:
        """Play a short sound beside the turns. It is no part of a take."""


class Earcons:
    """An observer that has the sounds played.

    What sounds while the key is held is taken out of what is recorded, and what is said meanwhile stays.

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
            if event.state is State.LISTENING and before in _SILENT:
                self._play(cues.listening)  # after a reply its silence says as much
            elif event.state is State.THINKING and before in {State.LISTENING, State.ENDING}:
                self._play(cues.sent)
            elif event.state is State.FAILED:
                self._play(cues.failed)

    def _play(self, cue: Callable[[], Cue]) -> None:
        if self.is_on:
            self._player.play_cue(cue())
