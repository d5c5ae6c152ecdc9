"""Microphone, speaker and pipeline that do what a test says, for the conductor's tests."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

import numpy as np

from voicedesk.audio.io import RATE, CapturedBlock, Level, OutputListener
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.record import Recorder
from voicedesk.core.clock import now
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    Heard,
    Hint,
    HintKind,
    Link,
    LinkChanged,
    ReplyEnded,
    StateChanged,
    TextDelta,
    TurnFailed,
)
from voicedesk.core.settings import Talk
from voicedesk.core.turn import State
from voicedesk.pipelines.base import Emit

_NOISE = np.random.default_rng(1).normal(0, 3000, RATE // 50).astype("<i2").tobytes()
SPEECH = _NOISE
SILENCE = bytes(len(_NOISE))
SILENCE_FELL = "silence"


class FakeMicrophone:
    """Delivers what ``speak`` is given; ``end`` returns when ``tail_over`` is set."""

    name = "Fake"

    def __init__(self) -> None:
        self.is_open = True
        self.level = Level()
        self.begun: list[float] = []
        self.ended: list[float] = []
        self.aborted = 0
        self.tail_over = asyncio.Event()
        self.tail_over.set()
        self._deliver: Callable[[CapturedBlock], None] | None = None
        self._trouble: Callable[[VoiceDeskError], None] | None = None

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def begin(self, at: float, deliver: Callable[[CapturedBlock], None]) -> None:
        self.begun.append(at)
        self._deliver = deliver

    async def end(self, at: float, *, through: float | None = None) -> None:
        self.ended.append(at)
        await self.tail_over.wait()
        self._deliver = None

    def abort(self) -> None:
        self.aborted += 1
        self._deliver = None

    def on_trouble(self, tell: Callable[[VoiceDeskError], None]) -> None:
        self._trouble = tell

    def speak(self, pcm: bytes = SPEECH, blocks: int = 5) -> None:
        for _ in range(blocks):
            if self._deliver is not None:
                self._deliver(CapturedBlock(pcm, now()))

    def unplug(self, error: VoiceDeskError) -> None:
        self.is_open = False
        assert self._trouble is not None
        self._trouble(error)


class FakeSpeaker:
    """Plays nothing; a test says what has sounded. It is silent a moment after it is asked to be.

    Attributes:
        log: The response of each piece that was to be played, and SILENCE_FELL, in order.
    """

    name = "Fake"
    is_open = True

    def __init__(self) -> None:
        self.played: dict[AudioKey, int] = {}
        self.finished: list[AudioKey] = []
        self.completed = 0
        self.interrupted = 0
        self.hushed = 0
        self.listener: OutputListener | None = None
        self.play_through = True
        self.log: list[str] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def listen(self, listener: OutputListener) -> None:
        self.listener = listener

    def play(self, key: AudioKey, pcm: bytes) -> None:
        assert self.listener is not None
        self.log.append(key.response)
        first = key not in self.played
        self.played[key] = self.played.get(key, 0) + len(pcm)
        if first:
            self.listener.queued(key, now())
            self.listener.sounded(key, now(), now())

    def finish(self, key: AudioKey) -> None:
        self.finished.append(key)

    def complete(self) -> None:
        self.completed += 1
        if self.play_through:
            self.drain()

    def drain(self) -> None:
        assert self.listener is not None
        for key in self.played:
            if key in self.finished:
                self.end_key(key)
        self.listener.drained(now())

    def end_key(self, key: AudioKey) -> None:
        """Its last sample leaves the DAC."""
        assert self.listener is not None
        ms = self.played[key] / 48.0
        self.listener.finished(Heard(key, ms, ms, finished=True), now())

    def position(self, key: AudioKey) -> float:
        return self.played.get(key, 0) / 48.0

    def hush(self) -> None:
        self.hushed += 1

    async def interrupt(self) -> Sequence[Heard]:
        await asyncio.sleep(0)
        self.log.append(SILENCE_FELL)
        self.interrupted += 1
        return [Heard(key, size / 96.0, size / 48.0) for key, size in self.played.items()]

    def silent_at(self) -> float | None:
        return now()


class FakePipeline:
    """Answers with what ``script`` gives; keeps what it was asked."""

    mode = "fake"
    model = "fake-1"
    server = "Fake"

    def __init__(self) -> None:
        self.log: list[str] = []
        self.fed = 0
        self.turn = 0
        self.closed = False
        self.heard: list[Heard] = []
        self.error: VoiceDeskError | None = None
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.emit: Emit | None = None
        self.silent = False

    def listen(self, emit: Emit) -> None:
        self.emit = emit

    async def open(self) -> None:
        assert self.emit is not None
        self.emit(LinkChanged(turn=0, at=now(), link=Link.READY))

    def begin_turn(self, turn: int) -> None:
        self.turn = turn
        self.fed = 0
        self.log.append(f"begin {turn}")

    def feed(self, pcm: bytes) -> None:
        self.fed += len(pcm)

    def abort_turn(self) -> None:
        self.log.append(f"abort {self.turn}")

    def end_turn(self, text: str | None = None) -> AsyncGenerator[Event, None]:
        self.log.append(f"ask {self.turn} {text}" if text else f"end {self.turn}")
        return self._answer(self.turn)

    async def _answer(self, turn: int) -> AsyncGenerator[Event, None]:
        key = AudioKey(turn, "r", "i")
        try:
            yield TextDelta(turn=turn, at=now(), key=key, text="hello")
            if not self.silent:
                yield AudioDelta(turn=turn, at=now(), key=key, pcm=SPEECH)
            await self.go_on.wait()
            if self.error is not None:
                raise self.error
            if not self.silent:
                yield AudioEnded(turn=turn, at=now(), key=key)
            yield ReplyEnded(turn=turn, at=now(), usage={"total_tokens": 1})
            self.log.append(f"done {turn}")
        finally:
            self.log.append(f"over {turn}")

    async def interrupt(self, heard: Sequence[Heard]) -> None:
        self.heard = list(heard)
        self.log.append(f"interrupt {self.turn}")

    async def close(self) -> None:
        self.closed = True


class Desk:
    """A conductor with such parts, and all that it told."""

    def __init__(self, *, microphone: bool = True) -> None:
        self.microphone = FakeMicrophone()
        self.speaker = FakeSpeaker()
        self.pipeline = FakePipeline()
        self.events: list[Event] = []
        self.recorder = Recorder()
        self.conductor = Conductor(
            self.pipeline, self.microphone if microphone else None, self.speaker, Talk()
        )
        self.conductor.observe(self.events.append)
        self.conductor.observe(self.recorder)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0)

    async def state(self, state: State) -> None:
        await self.until(lambda: self.conductor.state is state)

    def talk(self, pcm: bytes | None = None) -> None:
        self.conductor.press()
        self.microphone.speak() if pcm is None else self.microphone.speak(pcm)

    async def talk_and_release(self) -> None:
        self.talk()
        self.conductor.release()
        await self.until(lambda: self.conductor.state not in {State.LISTENING, State.ENDING})

    def hints(self) -> list[HintKind]:
        return [event.hint for event in self.events if isinstance(event, Hint)]

    def states(self) -> list[State]:
        return [event.state for event in self.events if isinstance(event, StateChanged)]

    def failures(self) -> list[VoiceDeskError]:
        return [event.error for event in self.events if isinstance(event, TurnFailed)]
