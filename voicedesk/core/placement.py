"""Where in a run of speech its words lie, for voices that do not say so.

What can be measured is where the speech pauses; what is known of the text is how long its words are in relation to
each other (``word_lengths``) and after which of them a speaker pauses. Pauses and ends of clauses are matched so that
the lengths between them agree best (a dynamic alignment), which fixes those words; the others are spread in between.
A word that lies far from one that is fixed may lie elsewhere: it counts as finished only when it certainly is.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

from voicedesk.core.alignment import AS_GOOD, PACE_SPREAD, WORD_MS, WORD_SPREAD, Alignment, Anchor
from voicedesk.core.loudness import FRAME_MS, Speaking, quiet_level, speaking
from voicedesk.core.placed import Placed
from voicedesk.core.word_lengths import Word

_CERTAIN = 2.0
"""Standard deviations that a word's end is taken to be later than foretold."""
_USUAL_PACE = 1.15
_KNOWN_PACE_SPREAD = 0.07
_PACES, _KNOWN_PACES = 4, 2
"""Paces that are tried on either side of the likely one."""
_LEAST_TO_TELL_MS = 1500.0


def place(
    words: Sequence[Word], frames: Sequence[int], *, whole: bool, pace: float | None = None
) -> list[Placed]:
    """Where the words lie.

    Args:
        words: What the sound says, in order.
        frames: How loud it is, as of ``Loudness``.
        whole: Whether both are complete; otherwise either may run ahead of the other.
        pace: How long words of this voice take against ``Word.length_ms``, where that is known.

    Returns:
        A place for each word; times beyond the sound there is for those that have not come. Never falling.
    """
    speech = speaking(frames, whole=whole)
    total = sum(word.length_ms for word in words)
    if speech is None or total <= 0.0:
        end = len(frames) * FRAME_MS if whole else math.inf
        return [Placed(word.end, 0.0, end) for word in words]
    if whole:
        pace = speech.said / total
        anchors = Alignment(words, speech, pace, whole=True).anchors()
    else:
        pace, anchors = _guess(words, speech, pace)
    return _spread(words, speech, anchors, pace)


def _guess(
    words: Sequence[Word], speech: Speaking, pace: float | None
) -> tuple[float, list[Anchor]]:
    """The pace at which pauses and words agree; of several that will do the slowest, by which the fewest words were said."""
    likely, spread, count = _USUAL_PACE, PACE_SPREAD, _PACES
    if pace is not None:
        likely, spread, count = pace, _KNOWN_PACE_SPREAD, _KNOWN_PACES
    tried = []
    for step in range(-count, count + 1):
        off = 2.5 * step / count
        alignment = Alignment(words, speech, likely * math.exp(off * spread), whole=False)
        tried.append((alignment.cost + off * off, alignment))
    least = min(cost for cost, _ in tried)
    slowest = max(
        (alignment for cost, alignment in tried if cost <= least + AS_GOOD),
        key=lambda alignment: alignment.pace,
    )
    return slowest.pace, slowest.anchors()


def place_in_step(
    words: Sequence[Word],
    frames: Sequence[int],
    steps: Sequence[tuple[int, float]],
    *,
    whole: bool,
) -> list[Placed]:
    """Where words lie whose text came in step with their sound.

    Args:
        words: What the sound says, in order.
        frames: How loud it is, as of ``Loudness``.
        steps: Characters of the text, and where in the sound (ms) what stands from there on begins; never falling.
        whole: Whether both are complete.

    Returns:
        A place for each word. The end of the last one is not known before all is there.
    """
    groups = _groups(words, [start for start, _ in steps])
    begins = [ms for _, ms in steps]
    stops = [*begins[1:], len(frames) * FRAME_MS if whole else math.inf]
    quiet = quiet_level(frames)
    placed: list[Placed] = []
    for group, begin, stop in zip(groups, begins, stops, strict=True):
        length = stop - begin if math.isfinite(stop) else 0.0
        for each in place_evenly(group, length):
            ends = begin + each.ends_ms if math.isfinite(stop) else math.inf
            ends = _last_audible(frames, quiet, begin + each.begins_ms, ends)
            placed.append(Placed(each.end, begin + each.begins_ms, ends))
    return placed


def _groups(words: Sequence[Word], starts: Sequence[int]) -> list[list[Word]]:
    groups: list[list[Word]] = [[] for _ in starts]
    for word in words:
        groups[max(0, bisect_left(starts, word.end) - 1)].append(word)
    return groups


def _last_audible(frames: Sequence[int], quiet: int, begin: float, end: float) -> float:
    """Where the sound ends of what lies between two places."""
    if not math.isfinite(end):
        return end
    last = min(len(frames), math.ceil(end / FRAME_MS))
    while last * FRAME_MS > begin and last > 0 and frames[last - 1] <= quiet:
        last -= 1
    return min(end, last * FRAME_MS) if last * FRAME_MS > begin else end


def place_evenly(words: Sequence[Word], length_ms: float) -> list[Placed]:
    """Where words lie in a run of speech of which nothing is known but its length; doubt is left out."""
    total = sum(word.length_ms for word in words)
    placed, said = [], 0.0
    for word in words:
        begins = said
        said += word.length_ms
        ends = length_ms * (said / total if total else 1.0)
        placed.append(Placed(word.end, length_ms * (begins / total if total else 0.0), ends))
    return placed


def measured_pace(words: Sequence[Word], frames: Sequence[int]) -> float | None:
    """How long the words of a whole run take against ``Word.length_ms``; None if it is too short to tell."""
    speech = speaking(frames, whole=True)
    total = sum(word.length_ms for word in words)
    if speech is None or total < _LEAST_TO_TELL_MS:
        return None
    return speech.said / total


def _spread(
    words: Sequence[Word],
    speech: Speaking,
    anchors: Sequence[Anchor],
    pace: float,
) -> list[Placed]:
    placed: list[Placed] = []
    least = 0.0
    for index, anchor in enumerate(anchors):
        following = anchors[index + 1] if index + 1 < len(anchors) else None
        stop = following.word if following is not None else len(words)
        length = sum(word.length_ms for word in words[anchor.word : stop])
        said, run = anchor.said, (following.said - anchor.said if following else length * pace)
        late = max(said, anchor.latest)
        late_run = max(0.0, following.latest - late) if following is not None else run
        at = 0.0
        for word in words[anchor.word : stop]:
            begins = said + at * run
            at += word.length_ms / length if length else 0.0
            if following is not None:
                ends = min(late + at * late_run + doubt(at, late_run), following.latest)
            else:
                ends = late + at * run * (1.0 + PACE_SPREAD) + doubt(at * run, math.inf)
            least = max(least, _real(speech, ends))
            placed.append(Placed(word.end, min(speech.begin(begins), least), least))
    return placed


def _real(speech: Speaking, said: float) -> float:
    return speech.real(min(said, speech.said)) + max(0.0, said - speech.said)


def doubt(at: float, run: float) -> float:
    """By how much later a word may end than is thought: at a share of a run between two places that are fixed.

    Without a second place ``at`` is what was said since the first.
    """
    free = at if math.isinf(run) else at * max(0.0, 1.0 - at) * run
    return _CERTAIN * WORD_SPREAD * math.sqrt(WORD_MS * free)
