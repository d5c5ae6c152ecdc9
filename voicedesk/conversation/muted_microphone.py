"""A microphone that gives nothing but zeros while somebody talks: it is muted, which is told, and told again when over."""

from __future__ import annotations

from collections.abc import Callable

from voicedesk.audio.device_troubles import SilentMicrophoneError
from voicedesk.audio.microphone import Microphone
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.device_news import DeviceNews
from voicedesk.core.clock import now
from voicedesk.core.turn import State

MUTED_S = 2.0
"""So long nothing but zeros while somebody talks is a microphone that is muted."""
AGAIN_S = 0.5
"""Sound within the last half second shows that it is not muted any more."""


class MutedMicrophone:
    """Looks at the microphone in use.

    Args:
        conductor: Knows whether somebody talks.
        microphone: The one in use, if there is one.
        news: Where it is told.
    """

    def __init__(
        self, conductor: Conductor, microphone: Callable[[], Microphone | None], news: DeviceNews
    ) -> None:
        self._conductor = conductor
        self._microphone = microphone
        self._news = news
        self._is_silent = False
        self._talking_since: tuple[int, float] | None = (
            None  # the turn, and when that was seen first
        )

    def look(self) -> None:
        """To be called again and again while the devices run."""
        microphone = self._microphone()
        if self._is_silent:
            if self._hears(microphone):
                self._is_silent = False
                self._news.over()
        elif self._hears_nothing(microphone):
            self._is_silent = True
            if microphone is not None:
                self._news.tell(SilentMicrophoneError(device=microphone.name))

    def _hears(self, microphone: Microphone | None) -> bool:
        return microphone is not None and microphone.is_open and not microphone.is_silent(AGAIN_S)

    def _hears_nothing(self, microphone: Microphone | None) -> bool:
        """Whether somebody has talked for so long to a microphone that gave nothing but zeros."""
        if self._conductor.state is not State.LISTENING or microphone is None:
            self._talking_since = None
            return False
        turn = self._conductor.turn
        if self._talking_since is None or self._talking_since[0] != turn:
            self._talking_since = turn, now()
        return now() - self._talking_since[1] >= MUTED_S and microphone.is_silent(MUTED_S)
