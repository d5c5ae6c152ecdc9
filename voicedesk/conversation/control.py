"""What the window may ask of the conductor, so that the window can be tried without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from voicedesk.audio.io import Level
from voicedesk.core.events import Event, Heard, Link
from voicedesk.core.turn import State

Observer = Callable[[Event], None]


class TalkControl(Protocol):
    """The talk key, typed questions, and the stream of events. All on the loop's thread; nothing blocks."""

    @property
    def state(self) -> State:
        """Where the present turn is."""

    @property
    def turn(self) -> int:
        """Number of the present turn, 0 before the first."""

    @property
    def link(self) -> Link:
        """The connection to the server."""

    @property
    def level(self) -> Level:
        """Loudness at the microphone, for the meter."""

    @property
    def microphone_ready(self) -> bool:
        """Whether talking is possible; typing always is."""

    def press(self) -> None:
        """The talk key went down. During a reply this is a barge-in."""

    def release(self) -> None:
        """The talk key went up."""

    def cancel(self) -> None:
        """Drop the take, or stop the reply."""

    def ask(self, text: str) -> None:
        """A typed question: its own turn. Blank text does nothing."""

    @property
    def can_retry(self) -> bool:
        """Whether the last question went unanswered and can be asked once more."""

    def retry(self) -> None:
        """Ask the unanswered question once more, as a turn of its own. Does nothing when there is none."""

    def heard_so_far(self) -> Sequence[Heard]:
        """How much of each run of the present reply has left the DAC by now. Empty when nothing can sound."""

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Have every event from now on handed to ``observer``. Returns the call that ends it."""
