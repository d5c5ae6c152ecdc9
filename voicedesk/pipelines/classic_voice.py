"""The last stage of the classic chain: units of text become sound, in order, some of them made ahead."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.core.clock import now
from voicedesk.core.errors import VoiceDeskError
from voicedesk.pipelines.chunker import Unit
from voicedesk.pipelines.gate import AT_ONCE, StartGate, VoicePace
from voicedesk.providers.stages import Voice

FAR_AHEAD_S = 20.0
"""With so much sound not yet played, no further unit is made: a barge-in would throw it away."""
_LONGEST_PIECE = 60 * RATE * SAMPLE_BYTES
_QUEUE_PIECES = 1024


@dataclass(eq=False, slots=True)
class _Making:
    """A unit being made. ``pieces`` is bounded; None is its end."""

    unit: Unit
    round: int
    pieces: asyncio.Queue[bytes | None] = field(
        default_factory=lambda: asyncio.Queue(_QUEUE_PIECES)
    )
    seconds: float = 0.0
    failure: VoiceDeskError | None = None


@dataclass(frozen=True, slots=True)
class UnitBegun:
    """The sound of a unit is about to come; ``expected_ms`` is how long it will probably be."""

    unit: Unit
    round: int
    expected_ms: float


@dataclass(frozen=True, slots=True)
class UnitSound:
    """A piece of the unit's sound, whole samples."""

    unit: Unit
    round: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class UnitDone:
    """No more sound comes for the unit; ``is_whole`` is False where the voice failed in the middle of it."""

    unit: Unit
    round: int
    length_ms: float
    is_whole: bool = True


Said = UnitBegun | UnitSound | UnitDone


class UnitSpeaker:
    """Speaks the units of one turn.

    Attributes:
        synthesised_s: Seconds of sound made so far.
        bad_pieces: Count of pieces that were no sound and were left out.
        failure: What the voice failed with; units after that are not made.
    """

    def __init__(self, voice: Voice, pace: VoicePace, *, asked: Callable[[], None]) -> None:
        """Nothing is made yet.

        Args:
            voice: Makes the sound.
            pace: What is known of its speed, kept from turn to turn.
            asked: Called when the first unit is given to the voice.
        """
        self._voice = voice
        self._pace = pace
        self._gate = StartGate(pace)
        self._asked = asked
        self._units: deque[tuple[int, Unit]] = deque()
        self._making: deque[_Making] = deque()
        self._open = True
        self._changed = asyncio.Event()
        self._arrived = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0
        self._begun = False
        self._plays_until = 0.0  # if it sounds at once and without a pause
        self._given_s = 0.0
        self.synthesised_s = 0.0
        self.bad_pieces = 0
        self.failure: VoiceDeskError | None = None

    @property
    def waiting(self) -> int:
        """Units that the voice has not begun."""
        return len(self._units)

    @property
    def buffered_s(self) -> float:
        """Seconds of sound given out and probably not played yet."""
        return max(0.0, self._plays_until - now())

    @property
    def covered_s(self) -> float:
        """Seconds until silence if no more text came: what is buffered and what known units will be; 0 before the first sound."""
        if not self._begun:
            return 0.0
        return self.buffered_s + max(0.0, self._gate.known_s - self._given_s)

    def add(self, round_: int, unit: Unit) -> None:
        """One more unit."""
        self._gate.plan(self._count + len(self._units), len(unit.text))
        self._units.append((round_, unit))
        self._changed.set()
        self._arrived.set()

    def end(self) -> None:
        """No more units come."""
        self._open = False
        self._gate.end()
        self._changed.set()
        self._arrived.set()

    async def run(self, tasks: asyncio.TaskGroup) -> AsyncGenerator[Said, None]:
        """The sound of all units in order, as it is made. Tasks that make sound ahead live in ``tasks``."""
        feeder = tasks.create_task(self._feed(tasks), name="units to the voice")
        try:
            while (making := await self._next()) is not None:
                async with aclosing(self._say(making)) as said:
                    async for event in said:
                        yield event
                if self.failure is not None:
                    return
        finally:
            for task in (feeder, *self._tasks):
                task.cancel()

    async def _next(self) -> _Making | None:
        while not self._making:
            if not self._open and not self._units:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._making.popleft()

    async def _feed(self, tasks: asyncio.TaskGroup) -> None:
        while self._open or self._units:
            if not self._units:
                await self._until_units()
                continue
            await self._slots.acquire()
            await self._until_wanted()
            round_, unit = self._units.popleft()
            making = _Making(unit, round_)
            if self._count == 0:
                self._asked()
            index, self._count = self._count, self._count + 1
            self._gate.ask(index, len(unit.text), now())
            self._making.append(making)
            task = tasks.create_task(self._make(index, making), name="making a unit")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self._changed.set()

    async def _until_units(self) -> None:
        while self._open and not self._units:
            self._changed.clear()
            await self._changed.wait()

    async def _until_wanted(self) -> None:
        made_s = sum(making.seconds for making in self._making)
        ahead = self.buffered_s + made_s - FAR_AHEAD_S
        if ahead > 0:
            await asyncio.sleep(ahead)

    async def _make(self, index: int, making: _Making) -> None:
        try:
            async with aclosing(self._voice.speak(making.unit.text)) as sound:
                async for pcm in sound:
                    if not pcm or len(pcm) % SAMPLE_BYTES or len(pcm) > _LONGEST_PIECE:
                        self.bad_pieces += 1
                        continue
                    seconds = len(pcm) / (RATE * SAMPLE_BYTES)
                    making.seconds += seconds
                    self.synthesised_s += seconds
                    self._gate.arrive(index, seconds, now())
                    await making.pieces.put(pcm)
                    self._arrived.set()
        except VoiceDeskError as error:
            making.failure = error.of_stage("speech")
        self._gate.done(index, now())
        if making.failure is None:
            # Not when it was said: while the start is held back, what follows must be made.
            self._slots.release()
        await making.pieces.put(None)
        self._arrived.set()

    async def _say(self, making: _Making) -> AsyncGenerator[Said, None]:
        first = await making.pieces.get()
        if not self._begun:
            await self._until_safe()
        if first is not None:
            expected = self._pace.seconds(len(making.unit.text)) * 1000.0
            yield UnitBegun(making.unit, making.round, expected)
            piece: bytes | None = first
            while piece is not None:
                self._begun = True
                seconds = len(piece) / (RATE * SAMPLE_BYTES)
                self._plays_until = max(self._plays_until, now()) + seconds
                self._given_s += seconds
                yield UnitSound(making.unit, making.round, piece)
                piece = await making.pieces.get()
            is_whole = making.failure is None
            yield UnitDone(making.unit, making.round, making.seconds * 1000.0, is_whole)
        if making.failure is not None and self.failure is None:
            self.failure = making.failure

    async def _until_safe(self) -> None:
        """Wait until the first sound may start without a later stall."""
        while (wait := self._gate.release_at(now()) - now()) > 0:
            self._arrived.clear()
            try:
                async with asyncio.timeout(wait):
                    await self._arrived.wait()
            except TimeoutError:
                continue
