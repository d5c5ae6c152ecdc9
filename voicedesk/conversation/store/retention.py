"""Which recordings may stay: by what became of them, by age, and by the room that they take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.store.model import Recording, TakeState
from voicedesk.core.settings import Privacy

DAY = 24 * 3600.0
WEEK = 7 * DAY
UNANSWERED_S = WEEK
"""How long a take waits to be asked again, whatever the setting."""

MONTH = 30 * DAY
YEAR = 365 * DAY
HISTORY_SPANS = {"week": WEEK, "month": MONTH, "year": YEAR, "always": float("inf")}
"""How long a conversation is kept after it went on for the last time, by the user's setting, in seconds."""

_SPANS = {"none": 0.0, "day": DAY, "week": WEEK, "always": float("inf")}
_FIRST_TO_GO = {TakeState.ANSWERED: 0, TakeState.CANCELLED: 1, TakeState.FAILED: 2}


@dataclass(frozen=True, slots=True)
class Total:
    """All recordings in one state: when the oldest was made, and bytes of sound."""

    state: TakeState
    oldest: float
    size: float


def may_go(totals: Iterable[Total], privacy: Privacy, at: float, *, is_start: bool = False) -> bool:
    """Whether any recording is to be deleted now: most often none, and that is known without looking at each.

    Args:
        totals: Of each state.
        privacy: As for ``outlived``.
        at: As for ``outlived``.
        is_start: As for ``outlived``.
    """
    span = _SPANS[privacy.takes]
    settled = [total for total in totals if total.state in _FIRST_TO_GO]
    is_full = sum(total.size for total in settled) > privacy.takes_limit_mb * 1_000_000
    return is_full or any(
        at - total.oldest >= _longest(total.state, span, is_start) for total in settled
    )


def outlived(
    recordings: Iterable[Recording],
    privacy: Privacy,
    at: float,
    *,
    is_start: bool = False,
    spare: float = 0.0,
) -> list[str]:
    """The recordings that are to be deleted now.

    Args:
        recordings: All there are. Those that are being recorded or answered always stay.
        privacy: What the user wants.
        at: The present moment.
        is_start: Whether the application starts or ends; cancelled takes that the user does not want to keep go
            then, not at once: a slip can be undone.
        spare: Where there is not room enough, this share of it is made free besides, so that it lasts for a while.
    """
    span = _SPANS[privacy.takes]
    settled = [each for each in recordings if each.state in _FIRST_TO_GO]
    gone = {
        each.id for each in settled if at - each.created_at >= _longest(each.state, span, is_start)
    }
    left = sorted(
        (each for each in settled if each.id not in gone),
        key=lambda each: (_FIRST_TO_GO[each.state], each.created_at),
    )
    limit = privacy.takes_limit_mb * 1_000_000
    room = limit - sum(map(_bytes, left))
    if room < 0:
        room -= spare * limit
    for each in left:
        if room >= 0:
            break
        gone.add(each.id)
        room += _bytes(each)
    return sorted(gone)


def _bytes(recording: Recording) -> float:
    return recording.seconds * RATE * SAMPLE_BYTES


def _longest(state: TakeState, span: float, is_start: bool) -> float:  # noqa: FBT001 - private
    if state is TakeState.FAILED:
        return max(span, UNANSWERED_S)
    if state is TakeState.CANCELLED:
        return max(span, 0.0 if is_start and span == 0.0 else DAY)
    return span
