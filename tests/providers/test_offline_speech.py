"""The offline voice as a voice of the chain: order, pauses, speed, language, and a process that dies."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from tests.conftest import ExpectLog
from voicedesk.core.errors import VoiceError
from voicedesk.providers.offline_speech import OfflineSpeech, _fitting
from voicedesk.providers.stages import Voice
from voicedesk.synth.sentences import SENTENCE_PAUSE_MS
from voicedesk.synth.voice import OfflineVoice, VoiceInfo

STUB = Path(__file__).parent.parent / "synth" / "stub_child.py"
MS = 48

Make = Callable[..., OfflineSpeech]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    """Makes voices of stubs: ``make("crash")``; each character is 4 bytes of sound."""
    made: list[OfflineVoice] = []

    def make(behaviour: str, **options: str | float) -> OfflineSpeech:
        command = [sys.executable, str(STUB), behaviour, str(tmp_path / "mark")]
        made.append(OfflineVoice(command=command, patience=10.0))
        return OfflineSpeech(made[-1], **options)  # type: ignore[arg-type]

    yield make
    for voice in made:
        await voice.close()


async def sound_of(voice: Voice, text: str) -> bytes:
    async with aclosing(voice.speak(text)) as pieces:
        return b"".join([piece async for piece in pieces])


async def test_it_really_speaks_and_says_who_it_is() -> None:
    voice = OfflineSpeech(speed=1.5, language="en")
    try:
        await voice.warm()
        fast = await sound_of(voice, "Twelve plus thirty is forty-two.")
        assert 500 * MS < len(fast) < 3000 * MS
        assert voice.identity.speed == 1.5
        assert voice.identity.server == "offline"
    finally:
        await voice.close()


async def test_units_are_made_in_the_order_of_the_calls_and_each_whole(make: Make) -> None:
    voice = make("good")
    finished: list[str] = []

    async def say(name: str, text: str) -> int:
        sound = await sound_of(voice, text)
        finished.append(name)
        return len(sound)

    two_pieces = "This is the first sentence of it. And this is the second sentence."
    lengths = await asyncio.gather(say("a", two_pieces), say("b", "Two"), say("c", "Three"))
    assert finished == ["a", "b", "c"]
    pauses = 2 * SENTENCE_PAUSE_MS * MS
    assert lengths[0] == pytest.approx(len(two_pieces) * 4 + pauses, abs=8)
    assert list(lengths[1:]) == [12, 20]


async def test_nothing_to_say_is_no_sound(make: Make) -> None:
    assert await sound_of(make("good"), " ... ") == b""


async def test_a_unit_that_is_dropped_lets_the_next_one_speak(make: Make) -> None:
    voice = make("good")
    pieces = voice.speak("A first unit that is long enough for more than one piece of sound. " * 30)
    assert await anext(pieces)
    await pieces.aclose()
    assert await sound_of(voice, "Go") == b"\1\0\1\0" * 2


async def test_a_process_that_dies_once_says_the_sentence_all_the_same(
    make: Make, expected_log: ExpectLog
) -> None:
    expected_log("started again")
    assert await sound_of(make("crash-once"), "Hello") == b"\1\0\1\0" * 5


async def test_a_process_killed_in_the_middle_of_a_unit_is_replaced(
    make: Make, expected_log: ExpectLog
) -> None:
    expected_log("started again")
    offline = OfflineVoice()
    voice = OfflineSpeech(offline)
    text = "This is the first sentence of it. " * 8
    try:
        pieces = voice.speak(text)
        heard = await anext(pieces)
        assert offline.pid is not None
        process = psutil.Process(offline.pid)
        process.kill()
        async with aclosing(pieces):
            heard += b"".join([piece async for piece in pieces])
        undisturbed = await sound_of(voice, text)
        assert len(heard) == pytest.approx(len(undisturbed), rel=0.05)
    finally:
        await offline.close()


async def test_one_that_always_dies_is_told_and_the_next_unit_tries_again(
    make: Make, expected_log: ExpectLog
) -> None:
    expected_log("started again")
    voice = make("crash")
    for _ in range(2):
        with pytest.raises(VoiceError, match="stopped twice"):
            await sound_of(voice, "Hello")


async def test_no_voice_at_all_is_told_by_speaking_not_by_warming(make: Make) -> None:
    voice = make("die")
    await voice.warm()
    with pytest.raises(VoiceError):
        await sound_of(voice, "Hello")


VOICES = (
    VoiceInfo("scot", "Scotland", ("en-gb-scotland",), ""),
    VoiceInfo("us", "America", ("en_US",), ""),
    VoiceInfo("de", "German", ("de",), ""),
    VoiceInfo("zh", "Mandarin", ("cmn",), ""),
    VoiceInfo("pt-br", "Brazil", ("pt-BR",), ""),
)


@pytest.mark.parametrize(
    ("voice", "language", "chosen"),
    [
        ("de", "en", "de"),
        ("marin", "", None),
        ("marin", "en", "us"),
        ("", "de-AT", "de"),
        ("", "zh", "zh"),
        ("", "pt", "pt-br"),
        ("", "xx", None),
    ],
)
def test_the_voice_follows_the_choice_and_then_the_language(
    voice: str, language: str, chosen: str | None
) -> None:
    assert _fitting(VOICES, voice, language) == chosen
