"""What the fake providers of the chain do and when, and what a listener hears of it. Pure, and of the standard library.

A fixture is a reply and the speed of a voice. The fake chat server gives its first word after 150 ms and then a word
every 25 ms; the fake voice gives its first byte after a set time and then sound at a set multiple of real time,
0.36 s for each word of what it is asked to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

RATE = 24_000
SAMPLE_BYTES = 2
FIRST_TOKEN_S = 0.150
TOKEN_S = 0.025
WORD_S = 0.36
PIECE_S = 0.020
"""The fake voice writes what it has made every so often."""
SHORTEST_STALL_S = 0.001
"""Less silence than this is the clock's own coarseness, and less than any device's block."""

TEXTS = {
    "text-1": (
        "Sure, I can help with that. The quickest way to get there is to take the blue line to Central and then walk "
        "for about five minutes along the river. Let me know if you would like more detail."
    ),
    "text-2": (
        "Yes, of course. That is fine. I have moved it. It is now at three. Anna will join you. She knows the plan. "
        "Shall I tell Ben? He may be late."
    ),
}
"""The replies, by the name of the model that gives them."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """A reply and a voice.

    Attributes:
        text: The chat model, which is the name of its reply.
        first_byte_ms: From a request for sound to its first byte.
        speed: Seconds of sound made in a second.
        bound_ms: First sound to reach; None where there is none.
    """

    text: str
    first_byte_ms: int
    speed: float
    bound_ms: float | None = None

    @property
    def voice(self) -> str:
        """The name of the speech model that behaves like this."""
        return f"voice-{self.first_byte_ms}-{self.speed:g}"

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.text.replace('-', ' ')}, {self.first_byte_ms} ms, {self.speed:g} x"


FIXTURES = (
    Fixture("text-1", 200, 1.5, 360.0),
    Fixture("text-1", 200, 4.0, 360.0),
    Fixture("text-2", 800, 1.2, 1010.0),
    Fixture("text-2", 400, 3.0, 600.0),
    # Sound that is made slower than it is played: no stall is worth a later start.
    Fixture("text-2", 400, 0.8),
)


def voice_of(model: str) -> tuple[float, float]:
    """Seconds to the first byte and speed of a speech model, from its name.

    Raises:
        ValueError: It is no such name.
    """
    kind, first_byte_ms, speed = model.split("-")
    if kind != "voice" or float(speed) <= 0:
        raise ValueError(f"no voice of the benchmark: {model!r}")
    return float(first_byte_ms) / 1000.0, float(speed)


def tokens(text: str) -> Iterator[tuple[float, str]]:
    """When each token of a reply is due, in seconds from the request: a word each, with the space before it."""
    for index, word in enumerate(text.split()):
        yield FIRST_TOKEN_S + index * TOKEN_S, f" {word}" if index else word


def spoken_s(text: str) -> float:
    """Seconds of sound that the voice makes of a text."""
    return len(text.split()) * WORD_S


def pieces(text: str, first_byte_s: float, speed: float) -> Iterator[tuple[float, int]]:
    """When each piece of the sound of a text is due, in seconds from the request, and its length in samples."""
    total = round(spoken_s(text) * RATE)
    step = round(PIECE_S * speed * RATE)
    for index, start in enumerate(range(0, total, step)):
        yield first_byte_s + index * PIECE_S, min(step, total - start)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A piece of sound was handed to the speaker.

    Attributes:
        at: Seconds from the start of the turn.
        seconds: Length of the sound.
    """

    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Listened:
    """What a listener hears whose speaker plays from the first piece on.

    Attributes:
        first_ms: Start of the turn to the first sound.
        stalls: Silences between the first sound and the end of the reply.
        stalled_ms: Their length in all.
        spoken_s: Seconds of sound.
    """

    first_ms: float
    stalls: int
    stalled_ms: float
    spoken_s: float


def listen(arrivals: Iterable[Arrival]) -> Listened:
    """What is heard of sound that arrives like this.

    Raises:
        ValueError: There was no sound.
    """
    first: float | None = None
    played_until = spoken = stalled = 0.0
    stalls = 0
    for arrival in arrivals:
        if first is None:
            first = played_until = arrival.at
        silence = arrival.at - played_until
        if silence > SHORTEST_STALL_S:
            stalls += 1
            stalled += silence
        played_until = max(played_until, arrival.at) + arrival.seconds
        spoken += arrival.seconds
    if first is None:
        raise ValueError("nothing was heard")
    return Listened(first * 1000.0, stalls, stalled * 1000.0, spoken)
