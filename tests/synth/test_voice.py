"""The offline voice: the real one, and what is done when its process crashes, hangs or is not there."""

import array
import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from tests.conftest import ExpectLog
from voicedesk.core.errors import VoiceError
from voicedesk.synth.command import child_environment
from voicedesk.synth.voice import OfflineVoice

STUB = Path(__file__).with_name("stub_child.py")
MS = 48

MakeVoice = Callable[..., OfflineVoice]


@pytest.fixture
async def voice() -> AsyncIterator[OfflineVoice]:
    voice = OfflineVoice()
    yield voice
    await voice.close()


@pytest.fixture
async def make_voice(tmp_path: Path) -> AsyncIterator[MakeVoice]:
    """Makes voices of stubs: ``make_voice("crash")``."""
    made: list[OfflineVoice] = []

    def make(behaviour: str, patience: float = 10.0) -> OfflineVoice:
        command = [sys.executable, str(STUB), behaviour, str(tmp_path / "mark")]
        made.append(OfflineVoice(command=command, patience=patience))
        return made[-1]

    yield make
    for voice in made:
        await voice.close()


def loud(pcm: bytes) -> list[int]:
    """Indexes of the samples that can be heard."""
    return [at for at, sample in enumerate(array.array("h", pcm)) if abs(sample) > 150]


async def test_it_speaks_without_silence_around_it(voice: OfflineVoice) -> None:
    pcm = await voice.render("Twelve plus thirty is forty-two.")
    assert 1000 * MS < len(pcm) < 4000 * MS
    audible = loud(pcm)
    assert audible[0] <= 30 * 24
    assert len(pcm) // 2 - audible[-1] <= 60 * 24


async def test_every_sentence_is_whole_however_they_follow(voice: OfflineVoice) -> None:
    """espeak's own thread speaks on while pyttsx3 already returns: a sentence must not lose or gain by it."""
    texts = ["say that again", "who are you", "please tell me a story about dragons"]
    lengths: dict[tuple[str, int], list[int]] = {}
    for _ in range(12):
        for text in texts:
            for wpm in (150, 200):
                lengths.setdefault((text, wpm), []).append(
                    len(await voice.render(text, wpm=wpm)) // MS
                )
    assert all(min(found) > 0.95 * max(found) > 0 for found in lengths.values()), lengths


async def test_faster_is_shorter(voice: OfflineVoice) -> None:
    slow, fast = [len(await voice.render("one two three four", wpm=wpm)) for wpm in (120, 300)]
    assert fast < 0.7 * slow


async def test_there_are_voices_and_an_unknown_one_is_the_default(voice: OfflineVoice) -> None:
    voices = await voice.voices()
    assert any("en-us" in info.id for info in voices)
    assert await voice.render("hello", voice="marin")


@pytest.mark.parametrize("text", ["", "  ", "...", "?!", "—"])
async def test_nothing_to_say_is_no_sound(voice: OfflineVoice, text: str) -> None:
    assert await voice.render(text) == b""
    assert [chunk async for chunk in voice.speak(text)] == []


@pytest.mark.parametrize(
    "text", ["a\0b", "\x1b[1m", "<speak>hi</speak>", "日本", "é" * 500, "a\nb"]
)
async def test_odd_text_harms_nothing(voice: OfflineVoice, text: str) -> None:
    assert isinstance(await voice.render(text), bytes)
    assert await voice.render("still here")


async def test_a_text_comes_in_chunks_with_pauses_between_sentences(voice: OfflineVoice) -> None:
    chunks = [chunk async for chunk in voice.speak("One. Two.", chunk_ms=50)]
    assert all(0 < len(chunk) <= 50 * MS for chunk in chunks)
    one, two = await voice.render("One."), await voice.render("Two.")
    together = len(b"".join(chunks)) // MS - len(one + two) // MS
    assert 200 <= together <= 280


async def test_calls_at_once_are_served_in_turn(voice: OfflineVoice) -> None:
    alone = [len(await voice.render(text)) for text in ("one", "twenty two", "three hundred")]
    together = await asyncio.gather(
        *(voice.render(text) for text in ("one", "twenty two", "three hundred"))
    )
    for expected, found in zip(alone, map(len, together), strict=True):
        assert found == pytest.approx(expected, rel=0.05)


async def test_a_speech_given_up_leaves_the_voice_usable(voice: OfflineVoice) -> None:
    speech = voice.speak("One. Two. Three. Four.")
    await anext(speech)
    await speech.aclose()
    waiting = asyncio.create_task(voice.render("a long sentence that nobody waits for"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await voice.render("still here")


async def test_killed_between_two_sentences_it_is_started_again(voice: OfflineVoice) -> None:
    await voice.start()
    assert voice.pid is not None
    first = psutil.Process(voice.pid)
    first.kill()
    async with asyncio.timeout(10):
        while voice._child is not None and voice._child.process.alive:
            await asyncio.sleep(0.005)
    assert await voice.render("hello")
    assert voice.pid != first.pid


@pytest.mark.parametrize("behaviour", ["crash-once", "hang-once"])
async def test_a_sentence_that_fails_once_is_tried_again(
    make_voice: MakeVoice, behaviour: str, expected_log: ExpectLog
) -> None:
    voice = make_voice(behaviour, patience=0.5)
    expected_log("the offline voice is started again")
    assert await voice.render("hello") == b"\1\0\1\0" * 5


@pytest.mark.parametrize("behaviour", ["crash", "hang"])
async def test_a_sentence_that_fails_twice_is_an_error_with_a_sentence(
    make_voice: MakeVoice, behaviour: str, expected_log: ExpectLog
) -> None:
    voice = make_voice(behaviour, patience=0.3)
    expected_log("the offline voice is started again")
    with pytest.raises(VoiceError, match="stopped twice"):
        await voice.render("hello")


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("refuse", "refused the sentence"), ("die", "does not start"), ("mute", "does not start")],
)
async def test_a_voice_that_cannot_is_an_error_with_a_sentence(
    make_voice: MakeVoice, behaviour: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicedesk.synth.voice.START_SECONDS", 1.0)
    with pytest.raises(VoiceError, match=reason):
        await make_voice(behaviour).render("hello")


async def test_no_program_is_an_error_with_a_sentence() -> None:
    voice = OfflineVoice(command=["/no/such/program"])
    with pytest.raises(VoiceError, match="cannot be started"):
        await voice.start()
    await voice.close()
    with pytest.raises(VoiceError, match="switched off"):
        await voice.render("hello")


async def test_without_espeak_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "fakes" / "pyttsx3"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("def init():\n    raise RuntimeError('no espeak')\n")
    code = f"import sys; sys.path.insert(0, {str(package.parent)!r}); from voicedesk.synth.child import main; sys.exit(main())"
    voice = OfflineVoice(command=[sys.executable, "-c", code])
    with pytest.raises(VoiceError, match=r"espeak-ng is not installed\. Install") as error:
        await voice.start()
    assert "no espeak" in error.value.detail
    await voice.close()


def test_the_process_ends_with_its_stdin_and_removes_its_folder(scratch: Path) -> None:
    folder = scratch / "mine"
    folder.mkdir()
    command = [sys.executable, "-m", "voicedesk.synth.child", str(folder)]
    run = subprocess.run(
        command, input=b"", capture_output=True, env=child_environment(), timeout=30, check=False
    )
    assert run.returncode == 0
    assert not folder.exists()
