"""How much a conversation that does not end may keep in the window: all of it is in the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicedesk.core.events import (
    AudioEnded,
    Event,
    Interrupted,
    Sounded,
    TextDelta,
    TextEnded,
    Voiced,
)
from voicedesk.ui.conversation_entries import Entry

MAX_CHARACTERS = 400_000
"""Of all entries together: some hours of talk. The window needs about fifty bytes for each."""
LATE_TURNS = 8
"""Turns back from the newest whose answers may still change; of older ones only the words are kept."""

_OF_WORDS = TextDelta, TextEnded, Voiced, AudioEnded, Sounded, Interrupted


def leaving(entries: Sequence[Entry], most: int) -> Sequence[Entry]:
    """The entries, oldest first, that make room for another one.

    A twentieth leaves at once, since what stands below is laid out anew.

    Args:
        entries: In their order.
        most: How many there may be.
    """
    excess = len(entries) - most
    by_number = excess + max(1, most // 20) if excess >= 0 else 0
    return entries[: max(by_number, _by_length(entries))]


def is_long(entries: Sequence[Entry]) -> bool:
    """Whether the entries have twice the length that may stay, and nothing is to be had back above them."""
    return sum(len(entry.text) for entry in entries) >= 2 * MAX_CHARACTERS


def _by_length(entries: Sequence[Entry]) -> int:
    """How many have to leave for their length. What was said just now stays, however long it is."""
    excess = sum(len(entry.text) for entry in entries) - MAX_CHARACTERS
    if excess <= 0:
        return 0
    excess += MAX_CHARACTERS // 20
    for number, entry in enumerate(entries):
        if excess <= 0 or _is_recent(entry, entries[-1].turn):
            return number
        excess -= len(entry.text)
    return len(entries)


def _is_recent(entry: Entry, turn: int) -> bool:
    return entry.turn > turn - LATE_TURNS


def settle(entries: Sequence[Entry], turn: int) -> None:
    """Keep only the words of answers that are well before this turn: how their sound came is of no more use."""
    for entry in _unsettled(entries):
        if not _is_recent(entry, turn):
            entry.settle()


def _unsettled(entries: Sequence[Entry]) -> Iterator[Entry]:
    for entry in reversed(entries):
        if entry.is_settled:
            return
        yield entry


def is_too_late(event: Event, reply: Entry | None) -> bool:
    """Whether an event would change the words of an answer that was settled."""
    return reply is not None and reply.is_settled and isinstance(event, _OF_WORDS)
