"""What a speaker's callback does: take queued sound in order, never click, and keep count of every sample.

``PlaybackBuffer`` has two sides. The *loop* hands in sound and orders (``play``, ``finish``, ``complete``, ``stop``)
and takes notices out (``notice``); the *device* calls ``fill`` for each block. Between the two are two deques, whose
``append`` and ``popleft`` are atomic: no lock is shared with the device, and what the device reads was allocated by
the loop. Everything else belongs to the device's side alone, takes its times as arguments, and can be tried on any
clock.

Positions count frames of a key that were handed to the device. Inserted silence and the tails that round off a cut
are never counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from voicedesk.audio.pcm import Samples
from voicedesk.audio.shape import Shape
from voicedesk.audio.startbuffer import StartBuffer
from voicedesk.core.events import AudioKey

_NOTICES_BEFORE_WAKE = 32


# ------------------------------------------------------------------------------- loop to device


@dataclass(frozen=True, slots=True)
class Piece:
    """Sound to play.

    Attributes:
        key: Whose sound.
        samples: At the device's rate. Not changed after this.
        arrived: When it came, in seconds.
        audible: Frame of the key, counted from its beginning, that is its first audible one, if it is known by now.
    """

    key: AudioKey
    samples: Samples
    arrived: float
    audible: int | None


@dataclass(frozen=True, slots=True)
class Finish:
    """No more sound comes for a key; its first audible frame, None if all of it was silence."""

    key: AudioKey
    audible: int | None


@dataclass(frozen=True, slots=True)
class Complete:
    """No more keys come."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Fade out and forget everything; ``token`` names the answer."""

    token: int


# ------------------------------------------------------------------------------- device to loop


@dataclass(frozen=True, slots=True)
class Span:
    """``count`` frames of a key, from its frame ``start`` on, leave the DAC from ``at`` on."""

    key: AudioKey
    start: int
    count: int
    at: float


@dataclass(frozen=True, slots=True)
class Queued:
    """The first frame of a key was handed over at ``at``."""

    key: AudioKey
    at: float


@dataclass(frozen=True, slots=True)
class Sounded:
    """The first frame of a key left the DAC at ``at``, its first audible one at ``audible_at``."""

    key: AudioKey
    at: float
    audible_at: float | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The last frame of a finished key left the DAC at ``at``."""

    key: AudioKey
    at: float


@dataclass(frozen=True, slots=True)
class Drained:
    """All has left the DAC and the reply is complete."""

    at: float


@dataclass(frozen=True, slots=True)
class Underrun:
    """Sound of a key came too late: the device had wanted it at ``at``."""

    key: AudioKey
    at: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """The answer to ``Stop``: all spans were told before. ``silent_at`` is None if nothing was sounding."""

    token: int
    silent_at: float | None


Order = Piece | Finish | Complete | Stop
Notice = Span | Queued | Sounded | Finished | Drained | Underrun | Stopped


@dataclass(slots=True, eq=False)
class _Run:
    """One key on the device's side."""

    key: AudioKey
    pieces: deque[Samples] = field(default_factory=deque)
    offset: int = 0  # frames of the first piece that were handed over
    handed: int = 0
    audible: int | None = None
    begins_at: float | None = None
    ends_at: float = 0.0  # when the last frame that was handed over has left the DAC
    told: bool = False  # Sounded was told
    finished: bool = False  # no more sound comes
    ended: bool = False  # finished, handed over whole, and Finished was told


class PlaybackBuffer:
    """Queued sound of a reply, and what its device does with it.

    Attributes:
        rate: Frames per second of the device.
        volume: 0 to 1; set by the loop, reached within a block.
        start_buffer: Belongs to the device's side.
        took_sound: Whether the latest block was part of a reply: sound, its end, or a gap in the middle of it.

    Args:
        rate: Frames per second of the device.
        wake: Called on the device's side when notices wait for the loop.
        volume: The volume to begin with.
    """

    def __init__(self, rate: int, wake: Callable[[], None], volume: float = 1.0) -> None:
        self.rate = rate
        self.volume = volume
        self.start_buffer = StartBuffer()
        self.took_sound = False
        self._begun = False
        self._wake = wake
        self._orders: deque[Order] = deque()
        self._notices: deque[Notice] = deque()
        self._due: deque[tuple[float, Notice]] = deque()
        self._urgent = False
        self._known: dict[AudioKey, _Run] = {}
        self._runs: deque[_Run] = deque()  # in the order of sound; only the first may be dry
        self._buffered = 0
        self._playing = False
        self._complete = False
        self._starved: tuple[AudioKey, float] | None = None
        self._heard_until = 0.0
        self._shape = Shape(rate, volume)

    # ------------------------------------------------------------------------------ the loop's side

    def order(self, order: Order) -> None:
        """Hand in sound or an order. They take effect one after the other with the next block."""
        self._orders.append(order)

    def notice(self) -> Notice | None:
        """The next notice, None when there is none."""
        try:
            return self._notices.popleft()
        except IndexError:
            return None

    # ---------------------------------------------------------------------------- the device's side

    @property
    def is_idle(self) -> bool:
        """Whether a block would be silence and nothing else is to be done. On the device's thread."""
        return not (self._orders or self._known or self._due or self._urgent or self._shape.ending)

    def fill(self, out: Samples, now: float, dac: float) -> None:
        """Fill a block.

        Args:
            out: Frames to fill, at most ``shape.MAX_BLOCK``, mono.
            now: The present moment.
            dac: When the first of them leaves the DAC.
        """
        self.start_buffer.block = len(out) / self.rate
        while self._orders:
            self._obey(self._orders.popleft(), now, dac)
        at = 0
        while at < len(out):
            if self._shape.ending:
                at += self._shape.end_softly(out[at:])
            elif self._may_play(now):
                at += self._hand_over(out[at:], now, dac + at / self.rate)
            else:
                break
        out[at:] = 0
        self.took_sound = at > 0 or self._begun
        self._shape.amplify(out, self.volume)
        while self._due and self._due[0][0] <= now:
            self._tell(self._due.popleft()[1])
        if self._urgent or len(self._notices) >= _NOTICES_BEFORE_WAKE:
            self._urgent = False
            self._wake()

    def _tell(self, notice: Notice) -> None:
        self._notices.append(notice)
        self._urgent = True

    def _obey(self, order: Order, now: float, dac: float) -> None:
        match order:
            case Piece():
                self._accept(order)
            case Finish():
                run = self._known.setdefault(order.key, _Run(order.key))
                run.finished, run.audible = True, order.audible
                self._settle(now)
            case Complete():
                self._complete = True
                for run in self._known.values():
                    run.finished = True
                self._settle(now)
            case Stop():
                self._stop(order.token, now, dac)

    def _accept(self, piece: Piece) -> None:
        run = self._known.setdefault(piece.key, _Run(piece.key))
        if run not in self._runs:
            self._runs.append(run)
        if self._starved is not None and self._starved[0] == piece.key:
            self._tell(Underrun(*self._starved))
            self._shape.ease_in()
        self._starved = None
        run.ended = False
        run.audible = piece.audible
        run.pieces.append(piece.samples)
        self._buffered += piece.samples.size
        self.start_buffer.arrive(piece.arrived, piece.samples.size / self.rate)

    def _may_play(self, now: float) -> bool:
        """Whether there is sound to hand over, and it may start or go on."""
        if not self._buffered:
            return False
        while not self._runs[0].pieces:
            # A key that has run dry yields to the next, even if its end was never announced.
            self._runs.popleft()
        if not self._playing:
            released = self._complete or self._runs[0].finished
            if not released and not self.start_buffer.ready(now, self._buffered / self.rate):
                return False
            self._playing = self._begun = True
            self._shape.begin()
        return True

    def _hand_over(self, out: Samples, now: float, dac: float) -> int:
        """Copy from the first key into ``out``, which leaves the DAC from ``dac`` on. Returns how many frames."""
        run = self._runs[0]
        piece = run.pieces[0]
        count = min(len(out), piece.size - run.offset)
        out[:count] = piece[run.offset : run.offset + count]
        self._shape.pass_through(out[:count])
        if run.begins_at is None:
            run.begins_at = dac
            self._tell(Queued(run.key, now))
        self._notices.append(Span(run.key, run.handed, count, dac))
        if not run.told and run.audible is not None and run.audible < run.handed + count:
            run.told = True
            audible_at = dac + max(0, run.audible - run.handed) / self.rate
            self._due.append((audible_at, Sounded(run.key, run.begins_at, audible_at)))
        run.handed += count
        run.offset += count
        run.ends_at = self._heard_until = dac + count / self.rate
        self._buffered -= count
        if run.offset == piece.size:
            run.pieces.popleft()
            run.offset = 0
        if not self._buffered:
            self._playing = False
            self._shape.round_off()
            if not run.finished:
                self._starved = (run.key, now)
        if not run.pieces:
            self._settle(now)
        return count

    def _settle(self, now: float) -> None:
        """Tell which keys have come to their end, and whether that was the end of the reply."""
        for run in self._known.values():
            if not run.finished or run.pieces or run.ended:
                continue
            run.ended = True
            until = max(now, run.ends_at)
            if run.begins_at is not None and not run.told:
                run.told = True
                self._due.append((until, Sounded(run.key, run.begins_at, None)))
            self._due.append((until, Finished(run.key, run.ends_at if run.handed else now)))
        if not all(run.ended for run in self._known.values()):
            return
        self._starved = None
        self.start_buffer.end()
        if self._complete:
            until = max(now, self._heard_until)
            self._due.append((until, Drained(until)))
            self._forget()

    def _stop(self, token: int, now: float, dac: float) -> None:
        """Play what the fade needs, forget the rest, and answer."""
        if self._playing:
            faded = 0
            while faded < self._shape.fade.size and self._may_play(now):
                at = dac + faded / self.rate
                faded += self._hand_over(self._shape.fade[faded:], now, at)
            self._heard_until = dac + self._shape.fade_out(faded) / self.rate
        for _, notice in self._due:
            if isinstance(notice, Sounded):
                self._tell(notice)
        self._due.clear()
        self._forget()
        self.start_buffer.end()
        self._tell(Stopped(token, self._heard_until if self._heard_until > now else None))

    def _forget(self) -> None:
        self._known.clear()
        self._runs.clear()
        self._buffered = 0
        self._playing = self._complete = self._begun = False
        self._starved = None
