"""What a turn asks: a take, typed words, or nothing, since the application itself has something to say."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.take import MIN_TAKE_S
from voicedesk.core.events import Event
from voicedesk.pipelines.base import Pipeline

Announcement = Callable[[int], AsyncGenerator[Event, None]]
"""Gives the events of a reply that nobody asked for, such as a timer's alarm, in the turn with this number."""


@dataclass(slots=True, eq=False)
class Asked:
    """Kept until the turn is answered, so that nobody has to say it again.

    Attributes:
        text: Typed words; None for a take.
        take: The sound of the take so far: PCM16 mono 24 kHz.
        announcement: What is said without a question.
        again: The turn that failed with the same question; 0 when it is asked for the first time.
    """

    text: str | None = None
    take: list[bytes] = field(default_factory=list)
    announcement: Announcement | None = None
    again: int = 0

    @property
    def spoken(self) -> bool:
        """Whether it comes from the microphone."""
        return self.text is None and self.announcement is None

    @property
    def can_be_asked_again(self) -> bool:
        """Whether there is a question in it."""
        if not self.spoken:
            return self.text is not None
        return sum(map(len, self.take)) >= MIN_TAKE_S * RATE * SAMPLE_BYTES

    def repeat(self, turn: int) -> Asked:
        """The same question, since turn ``turn`` failed."""
        return Asked(self.text, list(self.take), again=turn)

    def begin_on(self, pipeline: Pipeline, turn: int) -> None:
        """Another pipeline is to answer what is being captured: it gets all of the take so far."""
        pipeline.begin_turn(turn)
        for pcm in self.take:
            pipeline.feed(pcm)

    def ask(self, pipeline: Pipeline, turn: int) -> AsyncGenerator[Event, None]:
        """Send it; a take that is being captured now is with the pipeline already."""
        if self.announcement is not None:
            return self.announcement(turn)
        if self.again:
            for pcm in self.take:
                pipeline.feed(pcm)
        return pipeline.end_turn(self.text)
