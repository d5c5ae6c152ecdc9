"""A reply as sound and words in step."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.fakes import FakeVoice
from voicedesk.core.placed import Placed, Speech
from voicedesk.engine.speech import Chunk, speak
from voicedesk.synth.sentences import SENTENCE_PAUSE_MS


class SomeVoice(FakeVoice):
    """Makes no sound of what has no letters."""

    async def render(self, text: str, *, voice: str | None = None, wpm: int = 0) -> bytes:
        pcm = await super().render(text, voice=voice, wpm=wpm)
        return pcm if any(character.isalnum() for character in text) else b""


async def chunks_of(text: str) -> list[Chunk]:
    return [chunk async for chunk in speak(SomeVoice(), text)]  # type: ignore[arg-type] # a voice to the letter


@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        "One, two, three. Four!  Five?",
        "... ",
        "Yes. ... No.",
        "word " * 200,
        "",
        "  ",
        "Wait...",
        "\n\nA\n\nB",
    ],
)
async def test_no_word_is_lost_and_none_doubled(text: str) -> None:
    chunks = await chunks_of(text)
    assert "".join(chunk.text for chunk in chunks) == (text if text.strip() else "")


@given(st.text(max_size=300))
def test_any_text_keeps_its_words(text: str) -> None:
    import asyncio

    chunks = asyncio.run(chunks_of(text))
    assert "".join(chunk.text for chunk in chunks).split() == text.split()


async def test_chunks_are_small_and_the_first_is_smallest() -> None:
    chunks = await chunks_of("One, two, three, four, five, six. And seven.")
    lengths = [len(chunk.pcm) // 48 for chunk in chunks]
    assert lengths[0] == 60
    assert max(lengths) <= 160
    assert all(len(chunk.pcm) % 2 == 0 for chunk in chunks)


async def test_words_are_marked_where_they_sound() -> None:
    text = "One two three four. Five six."
    marks = [mark for chunk in await chunks_of(text) for mark in chunk.words]
    times, ends = zip(*marks, strict=True)
    assert list(times) == sorted(times)
    assert [text[:end].rsplit(maxsplit=1)[-1] for end in ends] == text.split()
    assert ends[-1] == len(text)
    first_sentence_ms = 60 * len("One two three four.")
    assert times[3] <= first_sentence_ms < times[4]


class TellingVoice(SomeVoice):
    """A voice that tells where its words lie: each in the middle of twice its time."""

    async def render(self, text: str, *, voice: str | None = None, wpm: int = 0) -> bytes:
        pcm = await super().render(text, voice=voice, wpm=wpm)
        length = len(pcm) / 48 / max(1, len(text.split()))
        words = [
            Placed(match.end(), length * (number + 0.25), length * (number + 0.75))
            for number, match in enumerate(re.finditer(r"\S+", text))
        ]
        return Speech(pcm, words)


async def test_a_word_comes_with_the_sound_that_begins_with_it() -> None:
    text = "One two three four. Five six seven."
    chunks = [chunk async for chunk in speak(TellingVoice(), text)]  # type: ignore[arg-type] # a voice to the letter
    begun, sent = {}, 0.0
    for chunk in chunks:
        if chunk.text:
            begun[chunk.text.strip()] = sent
        sent += len(chunk.pcm) / 48
    length = 60 * len("One two three four.") / 4
    second = 60 * len("One two three four.") + SENTENCE_PAUSE_MS
    assert begun["One"] == pytest.approx(0.25 * length, abs=0.1)
    assert begun["two"] == pytest.approx(1.25 * length, abs=0.1)
    assert begun["four."] == pytest.approx(3.25 * length, abs=0.1)
    assert begun["Five"] == pytest.approx(second + 60 * len("Five six seven.") / 12, abs=0.1)
    ends = [mark for chunk in chunks for mark in chunk.words]
    assert ends[1] == (math.ceil(1.75 * length), len("One two "))
