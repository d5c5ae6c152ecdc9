"""Sound that is kept for long: whole in whatever order it is packed and added, and out of the heap's way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicedesk.conversation.pieces import Pieces
from voicedesk.conversation.recall import SoundMemory


@given(st.lists(st.one_of(st.binary(max_size=9), st.just("pack"), st.just("clear"))))
def test_what_was_added_is_read(row: list[bytes | str]) -> None:
    pieces, expected = Pieces(), b""
    for step in row:
        if isinstance(step, bytes):
            pieces.add(step)
            expected += step
        elif step == "pack":
            pieces.pack()
            pieces.pack()
        else:
            pieces.clear()
            expected = b""
        assert b"".join(pieces.read()) == expected
        assert len(pieces) == len(expected)


def test_the_sound_of_a_turn_is_packed_when_the_next_begins() -> None:
    memory = SoundMemory(most_turns=3)
    for turn in range(1, 11):
        for piece in range(5):
            memory.add(turn, bytes([turn, piece]) * 100, is_take=piece < 2)
    whole = [(len(memory.take(turn)), len(memory.reply(turn))) for turn in (7, 8, 9, 10)]
    assert whole == [(0, 0), (1, 1), (1, 1), (2, 3)]
    assert memory.size == 3 * 1000
    assert b"".join(memory.take(8)) == bytes([8, 0]) * 100 + bytes([8, 1]) * 100
    memory.add(8, b"late", is_take=False)  # an old turn that still has something to come
    assert memory.reply(8)[1:] == [b"late"]
    memory.forget_reply(8)
    assert memory.reply(8) == []
    assert memory.size == 2 * 1000 + 400
