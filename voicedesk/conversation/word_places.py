"""Where the words of the present reply lie in its sound: told by the voice, or found by listening to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile

from voicedesk.core.clock import now
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    Heard,
    TextDelta,
    TextEnded,
    Voiced,
)
from voicedesk.core.loudness import FRAME_MS, Loudness
from voicedesk.core.placed import Placed
from voicedesk.core.placement import measured_pace, place, place_in_step
from voicedesk.core.word_lengths import Word, words_of

_KEEP = 0.7
_BEYOND_MS = 3_000.0
_FASTEST = 3.0
"""Nobody speaks so many times faster than the lengths of words say."""


@dataclass(slots=True)
class _Text:
    """The words of one key, and where in its sound pieces of them begin if the server says so."""

    text: str = ""
    is_whole: bool = False
    steps: list[tuple[int, float]] = field(default_factory=list)


@dataclass(slots=True)
class _Run:
    """A run of sound."""

    loudness: Loudness = field(default_factory=Loudness)
    is_whole: bool = False
    is_placed: bool = False
    pace_before: float | None = None  # as it was known when this run was placed


class WordPlaces:
    """Listens to one reply at a time, and knows the pace of the voice from the runs that were whole."""

    def __init__(self) -> None:
        """Nothing is said yet."""
        self._turn = 0
        self._texts: dict[AudioKey, _Text] = {}
        self._runs: dict[AudioKey, _Run] = {}
        self._voiced: dict[AudioKey, Voiced] = {}
        self._pace: float | None = None

    def begin(self, turn: int) -> None:
        """A reply is about to come."""
        self._turn = turn
        self._texts.clear()
        self._runs.clear()
        self._voiced.clear()

    def forget_pace(self) -> None:
        """Another voice will speak."""
        self._pace = None

    def take(self, event: Event) -> Iterator[Voiced]:
        """An event of the reply. Gives where the words of a run lie once it is complete."""
        if isinstance(event, TextDelta):
            words = self._texts.setdefault(event.key, _Text())
            if event.begins_ms is not None:
                words.steps.append((len(words.text), event.begins_ms))
            words.text += event.text
        elif isinstance(event, TextEnded):
            words = self._texts.setdefault(event.key, _Text())
            if words.steps and not event.text.startswith(words.text[: words.steps[-1][0]]):
                words.steps.clear()  # other words than those that came in step
            words.text = event.text
            words.is_whole = True
            yield from self._complete(event.key)
        elif isinstance(event, Voiced):
            self._voiced[event.key] = event
        elif isinstance(event, AudioDelta):
            self._runs.setdefault(event.key, _Run()).loudness.add(event.pcm)
        elif isinstance(event, AudioEnded):
            run = self._runs.setdefault(event.key, _Run())
            if not event.is_whole and run.is_placed:
                self._pace = run.pace_before
                run.is_placed = False
            run.is_whole = event.is_whole
            yield from self._complete(event.key)

    def of(self, heard: Sequence[Heard]) -> Iterator[Voiced]:
        """Where the words lie in the runs that were cut, as far as can be told from what came of them."""
        for part in heard:
            run = self._runs.get(part.key)
            if run is not None and not part.finished and not run.is_placed:
                yield from self._place(part.key, run, part.heard_ms)

    def _complete(self, key: AudioKey) -> Iterator[Voiced]:
        run = self._runs.get(key)
        if run is None or not run.is_whole or run.is_placed or not self._source(key).is_whole:
            return
        run.is_placed, run.pace_before = True, self._pace
        yield from self._place(key, run)

    def _source(self, key: AudioKey) -> _Text:
        voiced = self._voiced.get(key)
        if voiced is None:
            return self._texts.get(key, _NO_TEXT)
        words = self._texts.get(voiced.words, _NO_TEXT)
        # The words of a unit were there before its sound, those of the whole answer may go on.
        return _Text(words.text, is_whole=len(words.text) >= voiced.end)

    def _place(self, key: AudioKey, run: _Run, heard_ms: float = math.inf) -> Iterator[Voiced]:
        voiced = self._voiced.get(key)
        if voiced is not None and voiced.is_told:
            return
        source = self._source(key)
        start, end = (voiced.start, voiced.end) if voiced is not None else (0, len(source.text))
        said = voiced.said if voiced is not None else ()
        words = said or tuple(words_of(source.text, start, end))
        if not words:
            return
        placed = self._placed(words, source, run, heard_ms)
        yield Voiced(
            turn=self._turn,
            at=now(),
            key=key,
            words=voiced.words if voiced is not None else key,
            start=start,
            end=end,
            expected_ms=voiced.expected_ms if voiced is not None else 0.0,
            said=said,
            placed=tuple(placed),
        )

    def _placed(
        self, words: Sequence[Word], source: _Text, run: _Run, heard_ms: float
    ) -> list[Placed]:
        frames = run.loudness.frames
        is_whole = run.is_whole and source.is_whole
        if source.steps:
            return place_in_step(words, frames, source.steps, whole=is_whole)
        if is_whole:
            pace = measured_pace(words, frames)
            if pace is not None:
                known = pace if self._pace is None else self._pace
                self._pace = _KEEP * known + (1.0 - _KEEP) * pace
            return place(words, frames, whole=True)
        # What lies far beyond what was heard costs time and tells nothing.
        frames = frames[: int(min(heard_ms + _BEYOND_MS, run.loudness.ms) / FRAME_MS)]
        lengths = accumulate(word.length_ms for word in words)
        most = _FASTEST * len(frames) * FRAME_MS + _BEYOND_MS
        near = sum(1 for _ in takewhile(lambda length: length < most, lengths))
        return place(words[: near + 1], frames, whole=False, pace=self._pace)


_NO_TEXT = _Text()
