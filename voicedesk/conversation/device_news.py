"""What is told about the sound devices: each trouble once, good news for a moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from voicedesk.audio.device_troubles import GOOD_NEWS
from voicedesk.audio.devices import Kind
from voicedesk.core.clock import now
from voicedesk.core.errors import SoundError
from voicedesk.core.events import Event, SoundTrouble

log = logging.getLogger(__name__)

NEWS_S = 10.0
"""How long good news is shown."""


class DeviceNews:
    """Tells by events. The latest news stands in the place of what was told before."""

    def __init__(self, emit: Callable[[Event], None], *, all_is_well: Callable[[], bool]) -> None:
        """Nothing is told yet.

        Args:
            emit: Takes the events.
            all_is_well: Whether nothing is wrong any more, so that the place may be empty.
        """
        self._emit = emit
        self._all_is_well = all_is_well
        self._told: dict[Kind, str] = {}
        self._passing: asyncio.TimerHandle | None = None

    def tell(self, error: SoundError) -> None:
        """Tell a trouble, or good news."""
        log.info("sound: %s (%s)", error, error.detail)
        self._emit(SoundTrouble(turn=0, at=now(), error=error))
        self.stay()
        if isinstance(error, GOOD_NEWS):
            self._passing = asyncio.get_running_loop().call_later(NEWS_S, self.over)

    def tell_once(self, kind: Kind, error: SoundError) -> None:
        """Tell a trouble of one direction, unless it is what was told of it last."""
        if self._told.get(kind) != str(error):
            self._told[kind] = str(error)
            self.tell(error)

    def forget(self, kind: Kind | None = None) -> None:
        """Whatever is wrong from now on is new: in one direction, or in both."""
        if kind is None:
            self._told.clear()
        else:
            self._told.pop(kind, None)

    def over(self) -> None:
        """What was told is over; other troubles keep their place."""
        if self._all_is_well():
            self._emit(SoundTrouble(turn=0, at=now(), error=None))

    def stay(self) -> None:
        """What is told now does not pass by itself."""
        if self._passing is not None:
            self._passing.cancel()
            self._passing = None
