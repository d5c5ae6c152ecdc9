"""Hearing with the real recognisers, and what happens when their processes fail."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.conftest import ExpectLog
from tests.engine.conftest import pcm_of
from voicedesk.engine.ears import ears as ears_module
from voicedesk.engine.ears.ears import Ears, EarsError, Transcript
from voicedesk.engine.ears.line import Line, LineBrokenError
from voicedesk.synth.voice import OfflineVoice

STUB = Path(__file__).with_name("stub_worker.py")

MakeEars = Callable[..., Ears]


@pytest.fixture
async def make_ears(tmp_path: Path) -> AsyncIterator[MakeEars]:
    """Makes ears of stubs: ``make_ears(command="good", dictation="good")``."""
    made: list[Ears] = []

    def line(kind: str, behaviour: str) -> Line:
        return Line(
            kind, command=[sys.executable, str(STUB), behaviour, str(tmp_path / f"{kind}-mark")]
        )

    def make(command: str = "good", dictation: str = "good") -> Ears:
        made.append(Ears(line("command", command), line("dictation", dictation)))
        return made[-1]

    yield make
    for ears in made:
        await ears.close()


async def hear(ears: Ears, pcm: bytes, block: int = 1920) -> Transcript:
    utterance = ears.listen()
    for at in range(0, len(pcm), block):
        utterance.feed(pcm[at : at + block])
        await asyncio.sleep(0)
    return await utterance.finish()


def noise(seconds: float, spread: float) -> bytes:
    source = random.Random(3)
    count = int(24_000 * seconds)
    return b"".join(
        round(source.gauss(0, spread)).to_bytes(2, "little", signed=True) for _ in range(count)
    )


async def test_real_ears_tell_words_while_they_are_said() -> None:
    ears = Ears()
    await ears.start()
    try:
        told: list[str] = []
        utterance = ears.listen(told.append)
        pcm = pcm_of("q01.wav")
        for at in range(0, len(pcm), 9600):
            utterance.feed(pcm[at : at + 9600])
        async with asyncio.timeout(30):
            while not told:
                await asyncio.sleep(0.01)
        transcript = await utterance.finish()
    finally:
        await ears.close()
    assert transcript.text == "what is twelve plus thirty"
    assert transcript.text.startswith(told[-1])


async def test_real_ears_hear_commands_other_things_and_nothing() -> None:
    ears, voice = Ears(), OfflineVoice()
    await ears.start()
    try:
        heard = await hear(ears, pcm_of("question.wav"))
        assert heard.text == "what is twelve plus thirty"
        assert not heard.dictated
        assert heard.seconds == pytest.approx(1.977, abs=0.001)
        story = (
            bytes(7200)
            + await voice.render("Please tell me a story about dragons.")
            + bytes(12_000)
        )
        heard = await hear(ears, story)
        assert heard.dictated, "what is no command must not be forced into one"
        assert "story" in heard.text
        assert (await hear(ears, bytes(48_000))).text == ""
        assert (await hear(ears, noise(1.5, 2500))).text == ""
        assert (await hear(ears, b"")).text == ""
        both = await asyncio.gather(hear(ears, pcm_of("q02.wav")), hear(ears, pcm_of("q03.wav")))
        assert [one.text for one in both] == ["what time is it", "how many inches are in a foot"]
    finally:
        await asyncio.gather(ears.close(), voice.close())


async def test_silence_does_not_spoil_the_hearing_of_what_comes_after() -> None:
    ears = Ears()
    await ears.start()
    try:
        for _ in range(3):
            await hear(ears, noise(2, 5))
        assert (await hear(ears, pcm_of("q09.wav"))).text == "count to twenty"
    finally:
        await ears.close()


async def test_sound_goes_to_the_recogniser_while_it_comes(make_ears: MakeEars) -> None:
    ears = make_ears()
    await ears.start()
    utterance = ears.listen()
    utterance.feed(bytes(1000))
    assert ears.live is utterance
    utterance.feed(bytes(500))
    assert (await utterance.finish()).text == "1500 bytes"
    assert ears.live is None


async def test_sound_from_before_the_recogniser_was_ready_is_not_lost(make_ears: MakeEars) -> None:
    ears = make_ears()
    utterance = ears.listen()
    utterance.feed(bytes(1000))
    assert (await utterance.finish()).text == "1000 bytes"


async def test_who_has_ended_goes_before_who_still_talks(make_ears: MakeEars) -> None:
    ears = make_ears()
    await ears.start()
    talking, ended = ears.listen(), ears.listen()
    talking.feed(bytes(100))
    ended.feed(bytes(200))
    assert ears.live is talking
    assert (await ended.finish()).text == "200 bytes"
    talking.feed(bytes(50))
    assert (await talking.finish()).text == "150 bytes"


async def test_what_does_not_fit_is_dictated(make_ears: MakeEars) -> None:
    ears = make_ears("misfit")
    await ears.start()
    heard = await hear(ears, bytes(10_000), block=100)
    assert heard.dictated
    assert heard.text == "10000 bytes"


async def test_a_dropped_utterance_makes_room(make_ears: MakeEars) -> None:
    ears = make_ears("misfit")
    await ears.start()
    utterance = ears.listen()
    utterance.feed(bytes(100))
    utterance.drop()
    utterance.drop()
    assert ears.live is None
    assert (await hear(ears, bytes(300))).text == "300 bytes"


@pytest.mark.parametrize("who", ["command", "dictation"])
async def test_a_recogniser_that_dies_is_started_again_and_hears_it_all(
    make_ears: MakeEars, who: str, expected_log: ExpectLog
) -> None:
    ears = make_ears("crash-once") if who == "command" else make_ears("misfit", "crash-once")
    await ears.start()
    expected_log("speech recognition is started again")
    assert (await hear(ears, bytes(700))).text == "700 bytes"


async def test_a_recogniser_that_always_dies_is_an_error_with_a_sentence(
    make_ears: MakeEars, expected_log: ExpectLog
) -> None:
    ears = make_ears("crash")
    await ears.start()
    expected_log("speech recognition is started again")
    with pytest.raises(EarsError, match="Say it again"):
        await hear(ears, bytes(700))


async def test_a_recogniser_that_hangs_is_killed(
    make_ears: MakeEars, expected_log: ExpectLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ears_module, "PATIENCE", 0.3)
    ears = make_ears("hang")
    await ears.start()
    expected_log("speech recognition is started again")
    with pytest.raises(EarsError):
        await hear(ears, bytes(700))


async def test_giving_up_in_the_middle_frees_the_recogniser_for_the_next(
    make_ears: MakeEars,
) -> None:
    ears = make_ears("hang")
    await ears.start()
    first = ears.command.pid
    waiting = asyncio.create_task(hear(ears, bytes(100)))
    while not ears.command_busy.locked():
        await asyncio.sleep(0.005)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not ears.command_busy.locked()
    async with asyncio.timeout(10):
        while ears.command.is_ready:
            await asyncio.sleep(0.005)
    await ears.command.ready()
    assert ears.command.pid != first


@pytest.mark.parametrize("behaviour", ["garbage", "mute"])
async def test_a_recogniser_that_does_not_start_is_told(
    make_ears: MakeEars, behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicedesk.engine.ears.line.START_SECONDS", 1.0)
    ears = make_ears(behaviour)
    with pytest.raises(EarsError, match="does not start"):
        await ears.start()


async def test_a_recogniser_that_is_not_there_is_told() -> None:
    line = Line("command", command=["/no/such/program"])
    with pytest.raises(LineBrokenError):
        await line.ready()
    assert not line.is_ready
    await line.close()
    with pytest.raises(LineBrokenError, match="closed"):
        await line.ready()
