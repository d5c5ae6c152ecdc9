"""Sound without holes on a computer that is busy: after a turn with late blocks a device is to hold more."""

from __future__ import annotations

from collections.abc import Callable

from voicedesk.audio.devices import Kind
from voicedesk.audio.reserve import Reserve
from voicedesk.conversation.figures.turn_figures import DeviceCounts
from voicedesk.core.events import Event, StateChanged
from voicedesk.core.turn import AT_REST


class Steadiness:
    """Looks after each turn at what the devices have counted in it.

    Args:
        counts: What the devices in use have counted until now.
        changed: Called when nobody talks or listens any more, with what each device is to hold, in seconds.
        began: Called when a turn begins: the speaker will be needed.
    """

    def __init__(
        self,
        counts: Callable[[], DeviceCounts],
        changed: Callable[[dict[Kind, float]], None],
        began: Callable[[], None] | None = None,
    ) -> None:
        self._counts = counts
        self._changed = changed
        self._began = began
        self._reserves: dict[Kind, Reserve] = {"input": Reserve(), "output": Reserve()}
        self._begun: DeviceCounts | None = None  # as it was when the turn began

    def reserve(self, kind: Kind) -> float:
        """What a device is to hold, in seconds."""
        return self._reserves[kind].seconds

    def forget(self, kind: Kind) -> None:
        """It is another device from now on."""
        self._reserves[kind] = Reserve()

    def observe(self, event: Event) -> None:
        """Follow the turns."""
        if not isinstance(event, StateChanged):
            return
        if event.state not in AT_REST:
            if self._begun is None and self._began is not None:
                self._began()
            self._begun = self._begun or self._counts()
        elif self._begun is not None:
            counted, self._begun = self._counts().since(self._begun), None
            self._reserves["output"].note(counted.late_blocks)
            self._reserves["input"].note(counted.lost_blocks)
            self._changed({kind: each.seconds for kind, each in self._reserves.items()})
