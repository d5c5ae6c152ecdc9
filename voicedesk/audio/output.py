"""The loop's side of an output: keys, resampling, positions and answers, for whatever device fills its blocks."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from voicedesk.audio import playback as pb
from voicedesk.audio.io import RATE, OutputListener
from voicedesk.audio.pcm import Samples, StreamResampler, first_audible, from_bytes
from voicedesk.core.clock import Clock, now
from voicedesk.core.errors import DeviceError, VoiceDeskError
from voicedesk.core.events import AudioKey, Heard

LONGEST_QUEUE_S = 30 * 60.0
"""Sound that may wait to be played (170 MB at 48 kHz). A server that sends more is not answering a question."""
ANSWER_S = 0.25
"""How long a dead device is waited for before an interruption is answered without it."""
_REMEMBERED_KEYS = 32
"""Beside those of the present reply; how far an earlier one came is asked no more a moment later."""

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Sent:
    """One key on the loop's side.

    Attributes:
        resampler: To the rate of the device.
        buffer: That of the device for which it was made.
        live: Whether that device still runs. If not, sound is only counted.
        received: Samples that came, at RATE.
        frames: Frames that were made of them for the device.
        handed: Frames that the device took.
        audible: Its first audible frame, once it is known.
        spans: What the device took and may not have sounded yet: first frame, count, when it leaves the DAC.
    """

    resampler: StreamResampler
    buffer: pb.PlaybackBuffer
    live: bool
    received: int = 0
    frames: int = 0
    handed: int = 0
    audible: int | None = None
    finished: bool = False
    spans: list[tuple[int, int, float]] = field(default_factory=list)


class BufferedOutput:
    """All of ``AudioOutput`` but the device, which calls ``fill`` on its buffer and is started by a subclass.

    Args:
        name: What the device is called, for people.
        clock: The clock of all times.
    """

    def __init__(self, name: str, clock: Clock = now) -> None:
        self._name = name
        self._clock = clock
        self._buffer = pb.PlaybackBuffer(RATE, self._wake)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = False
        self._running = False
        self._pending: deque[pb.Notice] = deque()
        self._listener: OutputListener | None = None
        self._sent: dict[AudioKey, _Sent] = {}
        self._reply: list[AudioKey] = []
        self._newest_turn = -1
        self._stale_turn = -1
        self._answers: dict[int, asyncio.Future[float | None]] = {}
        self._stops = 0
        self._silent_at: float | None = None
        self._hushed: tuple[list[AudioKey], int | None] | None = None
        self._volume = 1.0
        self._full = False
        self._completed = False

    # ------------------------------------------------------------------------------------- contract

    @property
    def is_open(self) -> bool:
        """Whether the device is running."""
        return self._running

    @property
    def name(self) -> str:
        """What the device is called, for people."""
        return self._name

    @property
    def volume(self) -> float:
        """Loudness, 0 to 1."""
        return self._volume

    @volume.setter
    def volume(self, value: float) -> None:
        self._volume = self._buffer.volume = min(1.0, max(0.0, value))

    def listen(self, listener: OutputListener) -> None:
        """Who is told. One listener at a time."""
        self._listener = listener

    def play(self, key: AudioKey, pcm: bytes) -> None:
        """Add sound to ``key``: PCM16 mono 24 kHz. What belongs to an interrupted turn is dropped.

        Raises:
            ValueError: The number of bytes is odd.
        """
        if 0 < key.turn <= self._stale_turn:  # 0 is no turn's
            return
        arrived = self._clock()
        samples = from_bytes(pcm)
        sent = self._key(key)
        if sent.live and self._queue_is_full(samples.size / RATE):
            return
        sent.received += samples.size
        if sent.live:
            self._order(key, sent, sent.resampler.feed(samples), arrived)

    def finish(self, key: AudioKey) -> None:
        """No more sound comes for ``key``."""
        if 0 < key.turn <= self._stale_turn:  # 0 is no turn's
            return
        sent = self._key(key)
        sent.finished = True
        if sent.live:
            self._order(key, sent, sent.resampler.flush(), self._clock())
            self._buffer.order(pb.Finish(key, sent.audible))

    def complete(self) -> None:
        """No more keys come in this reply: whatever the start buffer still holds is released at once.

        Keys that were not finished are finished by this. With no device the reply is over at once.
        """
        for key in self._reply:
            if not self._sent[key].finished:
                self.finish(key)
        self._completed = True
        if self._running:
            self._buffer.order(pb.Complete())
        else:
            self._end_without_device()

    def position(self, key: AudioKey) -> float:
        """Milliseconds of ``key`` that have left the DAC by now; 0 for a key that is not known."""
        self._take_notices()
        sent = self._sent.get(key)
        return 0.0 if sent is None else _milliseconds(sent, _sounded(sent, self._clock()))

    def hush(self) -> None:
        """Begin an interruption: the device is told to fade out. ``interrupt`` follows."""
        if self._hushed is not None:
            return
        keys, self._reply = self._reply, []
        self._stale_turn = max(self._stale_turn, self._newest_turn)
        self._full = self._completed = False
        self._silent_at = None
        self._hushed = keys, self._order_stop() if keys else None

    async def interrupt(self) -> Sequence[Heard]:
        """Fade out now, drop the rest, and tell what was heard, one entry for each key of the reply.

        A device that has died is waited for no longer than ANSWER_S; what it had told by then counts.
        """
        self.hush()
        assert self._hushed is not None
        (keys, token), self._hushed = self._hushed, None
        cut = [(key, self._sent[key]) for key in keys]
        answered = token is not None and await self._stop_device(token)
        self._take_notices()
        at = self._clock()
        heard = []
        for key, sent in cut:
            frames = sent.handed if answered else _sounded(sent, at)
            whole = sent.finished and sent.live and frames >= sent.frames
            sent.resampler.reset()  # keys are remembered for long, and nothing more comes for this one
            heard_ms = _milliseconds(sent, frames)
            heard.append(Heard(key, heard_ms, _received(sent), finished=whole))
        return tuple(heard)

    def silent_at(self) -> float | None:
        """When the last sample of the interrupted reply leaves the DAC, if there was one."""
        return self._silent_at

    # ------------------------------------------------------------------------------- for subclasses

    def _start(self, rate: int, loop: asyncio.AbstractEventLoop) -> pb.PlaybackBuffer:
        """A device at ``rate`` is about to ask for blocks. Returns what fills them.

        Keys of a reply that another device had begun keep their counts and are not continued.
        """
        self._loop = loop
        self._woken = False
        self._buffer = pb.PlaybackBuffer(rate, self._wake, self._volume)
        self._running = True
        return self._buffer

    def _stopped(self) -> None:
        """The device has stopped and will not ask for another block. On any thread."""
        if self._running:
            self._running = False
            self._on_loop(partial(self._give_up, self._buffer))

    def _give_up(self, buffer: pb.PlaybackBuffer) -> None:
        """Let go of what the stopped device leaves behind."""
        self._take_notices(buffer)
        for sent in self._sent.values():
            if sent.buffer is buffer:
                sent.live = False
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)
        if self._completed and not self._running:
            self._end_without_device()

    def _report(self, error: VoiceDeskError) -> None:
        if self._listener is not None:
            self._listener.trouble(error)

    def _wake(self) -> None:
        """Have the notices taken on the loop. Called on the device's thread."""
        if not self._woken:
            self._woken = True
            self._on_loop(self._dispatch)

    def _on_loop(self, callback: Callable[[], None]) -> None:
        """Have something done on the loop. Called on the device's thread."""
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            # The loop was closed while the device still ran: there is nobody left to tell.
            self._loop = None

    # -------------------------------------------------------------------------------------- private

    def _key(self, key: AudioKey) -> _Sent:
        sent = self._sent.get(key)
        if sent is None:
            self._forget()
            sent = _Sent(StreamResampler(RATE, self._buffer.rate), self._buffer, live=self._running)
            self._sent[key] = sent
            self._newest_turn = max(self._newest_turn, key.turn)
        if key not in self._reply:
            self._reply.append(key)
        return sent

    def _forget(self) -> None:
        """Keep of keys whose reply is over how much of them sounded, and that of the latest only."""
        needed = {*self._reply, *(self._hushed[0] if self._hushed is not None else ())}
        over = [key for key in self._sent if key not in needed]
        for key in over:
            self._sent[key].spans = []
        for key in over[: max(0, len(over) - _REMEMBERED_KEYS)]:
            del self._sent[key]

    def _queue_is_full(self, seconds: float) -> bool:
        """Whether ``seconds`` more would be too much; that is told once in a reply."""
        queued = (self._sent[key] for key in self._reply)
        waiting = sum(sent.frames - sent.handed for sent in queued) / self._buffer.rate
        if waiting + seconds <= LONGEST_QUEUE_S:
            return False
        if not self._full:
            self._full = True
            reason = "the answer is too long to be played whole"
            self._report(DeviceError(f"{waiting:.0f} s queued", device=self._name, reason=reason))
        return True

    def _order(self, key: AudioKey, sent: _Sent, frames: Samples, arrived: float) -> None:
        if not frames.size:
            return
        if sent.audible is None:
            index = first_audible(frames)
            sent.audible = None if index is None else sent.frames + index
        sent.frames += frames.size
        self._buffer.order(pb.Piece(key, frames, arrived, sent.audible))

    def _order_stop(self) -> int | None:
        """Have the device fade out. Returns what its answer is known by; None if there is no device to answer."""
        if not self._running or self._loop is None:
            return None
        self._stops += 1
        self._answers[self._stops] = self._loop.create_future()
        self._buffer.order(pb.Stop(self._stops))
        return self._stops

    async def _stop_device(self, token: int) -> bool:
        """Wait for the device's answer. Returns whether it came, so that its counts are final."""
        try:
            async with asyncio.timeout(ANSWER_S):
                self._silent_at = await self._answers[token]
        except TimeoutError:
            log.warning("%s did not answer an interruption within %.2f s", self._name, ANSWER_S)
            return False
        finally:
            del self._answers[token]
        return self._running

    def _end_without_device(self) -> None:
        """Nothing will ask for blocks any more: let the reply come to its end all the same."""
        loop = self._loop or asyncio.get_running_loop()
        if not loop.is_closed():
            loop.call_soon(self._drain, pb.Drained(self._clock()))

    def _drain(self, notice: pb.Drained) -> None:
        if self._completed:
            self._pending.append(notice)
            self._dispatch()

    def _take_notices(self, buffer: pb.PlaybackBuffer | None = None) -> None:
        """Note what was handed over; what is to be told waits for ``_dispatch``."""
        at = self._clock()
        buffer = buffer or self._buffer
        while (notice := buffer.notice()) is not None:
            if not isinstance(notice, pb.Span):
                self._pending.append(notice)
                continue
            sent = self._sent.get(notice.key)
            if sent is not None:
                while sent.spans and _end(sent, sent.spans[0]) < at:
                    del sent.spans[0]
                sent.spans.append((notice.start, notice.count, notice.at))
                sent.handed = notice.start + notice.count

    def _dispatch(self) -> None:
        """Tell the listener all that waits, on the loop."""
        self._woken = False
        self._take_notices()
        try:
            while self._pending:
                self._pass_on(self._pending.popleft())
        finally:
            if self._pending and self._loop is not None:
                # A listener failed: the loop reports that, and the rest is told all the same.
                self._loop.call_soon(self._dispatch)

    def _pass_on(self, notice: pb.Notice) -> None:
        match notice:
            case pb.Stopped(token, silent_at):
                answer = self._answers.get(token)
                if answer is not None and not answer.done():
                    answer.set_result(silent_at)
            case pb.Drained() if not self._completed:
                pass  # interrupted meanwhile
            case pb.Drained():
                self._completed = False
                self._reply.clear()
                self._inform(notice)
            case _:
                self._inform(notice)

    def _inform(self, notice: pb.Notice) -> None:
        listener = self._listener
        if listener is None:
            return
        match notice:
            case pb.Queued(key, at):
                listener.queued(key, at)
            case pb.Sounded(key, at, audible_at):
                listener.sounded(key, at, audible_at)
            case pb.Finished(key, at) if key in self._reply:
                sent = self._sent[key]
                heard_ms, received_ms = _milliseconds(sent, sent.handed), _received(sent)
                listener.finished(Heard(key, heard_ms, received_ms, finished=True), at)
            case pb.Underrun(key, at):
                listener.underrun(key, at)
            case pb.Drained(at):
                listener.drained(at)


def _end(sent: _Sent, span: tuple[int, int, float]) -> float:
    return span[2] + span[1] / sent.resampler.out_rate


def _sounded(sent: _Sent, at: float) -> int:
    """Frames of a key that have left the DAC at ``at``."""
    for span in sent.spans:
        if at < _end(sent, span):
            return span[0] + max(0, int((at - span[2]) * sent.resampler.out_rate))
    return sent.handed


def _milliseconds(sent: _Sent, frames: int) -> float:
    return min(frames / sent.resampler.out_rate, sent.received / RATE) * 1000.0


def _received(sent: _Sent) -> float:
    return sent.received / RATE * 1000.0
