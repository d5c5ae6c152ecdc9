"""Everybody who watches the events of the turns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from voicedesk.conversation.control import Observer
from voicedesk.core.events import Event

log = logging.getLogger(__name__)


class Audience:
    """Hands events to all observers, in order. One that fails never holds up the others, or sound."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []
        self._late: Event | None = None

    def add(self, observer: Observer) -> Callable[[], None]:
        """Hand every event from now on to ``observer``; the returned call ends it."""
        self._observers.append(observer)

        def stop() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return stop

    def tell(self, event: Event) -> None:
        """Hand on an event, after one that is still to be told."""
        self._tell_late()
        self._hand_on(event)

    def tell_soon(self, event: Event) -> None:
        """Hand on an event when what is being done is done: painting takes longer than sending."""
        self._tell_late()
        self._late = event
        asyncio.get_running_loop().call_soon(self._tell_late)

    def _tell_late(self) -> None:
        late, self._late = self._late, None
        if late is not None:
            self._hand_on(late)

    def _hand_on(self, event: Event) -> None:
        for observer in list(self._observers):
            try:
                observer(event)
            except Exception:  # an observer's fault must not end the turn; it is logged whole
                log.exception("an observer failed at %s", type(event).__name__)
