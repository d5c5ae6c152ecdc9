"""A server's voice: passed on as it comes, in one format, and every bad answer a sentence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest
from aiohttp import web

from tests.providers.fake_http import (
    BAD_ANSWERS,
    FakeHttp,
    answers,
    fake_http,
    openai_error,
    streams,
)
from voicedesk.audio.lengths import silence
from voicedesk.audio.pcm import to_bytes
from voicedesk.audio.wav import encode_wav
from voicedesk.core.errors import (
    NoAnswerError,
    ProtocolError,
    ReplyFailedError,
    ServerError,
    UnreachableError,
)
from voicedesk.providers.profiles import QUIRKS
from voicedesk.providers.speech import LONGEST_TEXT, ServerVoice, _parts
from voicedesk.synth.sentences import SENTENCE_PAUSE_MS

SOUND = to_bytes((np.arange(1, 4801) % 2 * 8000 - 4000).astype(np.int16))
"""A fifth of a second, audible from its first sample."""


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(answers(SOUND, kind="audio/pcm")) as fake:
        yield fake


@pytest.fixture
async def voice(fake: FakeHttp) -> AsyncIterator[ServerVoice]:
    server = fake.client(stall_s=5.0)
    yield ServerVoice(server, name="fake", model="m", voice="v", speed=1.5, language="de")
    await server.close()


async def sound_of(voice: ServerVoice, text: str = "Hello.") -> bytes:
    async with aclosing(voice.speak(text)) as pieces:
        return b"".join([piece async for piece in pieces])


async def test_it_asks_for_bare_samples_with_all_that_was_chosen(
    fake: FakeHttp, voice: ServerVoice
) -> None:
    assert await sound_of(voice) == SOUND
    (request,) = fake.asked
    assert request["path"] == "/v1/audio/speech"
    assert request["key"] == "Bearer sk-test"
    assert request["body"] == {
        "model": "m",
        "input": "Hello.",
        "voice": "v",
        "speed": 1.5,
        "response_format": "pcm",
    }
    assert voice.identity.voice == "v"
    assert voice.identity.language == "de"


async def test_a_voice_is_named_where_the_server_needs_one(fake: FakeHttp) -> None:
    for dialect, expected in (("openai", "marin"), ("compatible", None)):
        fake.quirks = QUIRKS[dialect]
        server = fake.client()
        await sound_of(ServerVoice(server, name="fake", model="m"))
        assert fake.asked[-1]["body"].get("voice") == expected
        assert "speed" not in fake.asked[-1]["body"]
        await server.close()


async def test_the_first_bytes_sound_before_the_last_ones_are_made(
    fake: FakeHttp, voice: ServerVoice
) -> None:
    more = asyncio.Event()
    fake.handler = streams(SOUND[:999], more, SOUND[999:], kind="audio/pcm")
    async with asyncio.timeout(10), aclosing(voice.speak("Hello.")) as pieces:
        first = await anext(pieces)
        assert first == SOUND[:998]  # the odd byte waits for its other half
        more.set()
        rest = [piece async for piece in pieces]
    assert first + b"".join(rest) == SOUND
    assert all(piece and len(piece) % 2 == 0 for piece in rest)


async def test_a_wav_header_is_read_and_silence_trimmed(fake: FakeHttp, voice: ServerVoice) -> None:
    fake.handler = answers(encode_wav(bytes(24000) + SOUND), kind="audio/wav")
    heard = await sound_of(voice)
    assert heard.endswith(SOUND)
    assert len(heard) == len(SOUND) + 15 * 48


async def test_other_rates_are_resampled(fake: FakeHttp, voice: ServerVoice) -> None:
    fake.handler = answers(SOUND, kind="audio/L16; rate=12000; channels=1")
    assert len(await sound_of(voice)) == pytest.approx(2 * len(SOUND), abs=8)
    fake.handler = answers(encode_wav(SOUND, 48000), kind="audio/wav")
    assert len(await sound_of(voice)) == pytest.approx(len(SOUND) / 2, abs=8)


@pytest.mark.parametrize(
    "refusal",
    [
        answers(
            openai_error("response_format 'pcm' is not supported"), 400, kind="application/json"
        ),
        answers(b"ID3\4" + bytes(900), kind="audio/mpeg"),
        answers(b"ID3\4" + bytes(900), kind="application/octet-stream"),
    ],
)
async def test_a_server_without_bare_samples_is_asked_for_wav_from_then_on(
    fake: FakeHttp, voice: ServerVoice, refusal: object
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if fake.asked[-1]["body"]["response_format"] == "wav":
            return await answers(encode_wav(SOUND), kind="audio/wav")(request)
        return await refusal(request)  # type: ignore[operator,no-any-return]

    fake.handler = handler
    assert await sound_of(voice) == SOUND
    assert await sound_of(voice) == SOUND
    assert [each["body"]["response_format"] for each in fake.asked] == ["pcm", "wav", "wav"]


@pytest.mark.parametrize("head", [b"ID3\4", b"\xff\xfb\x90\x64"])
async def test_sound_that_is_never_samples_ends_in_a_sentence(
    fake: FakeHttp, voice: ServerVoice, head: bytes
) -> None:
    fake.handler = answers(head + bytes(900), kind="audio/mpeg")
    with pytest.raises(ProtocolError, match="cannot be read"):
        await sound_of(voice)
    assert len(fake.asked) == 2


@pytest.mark.parametrize("kind", ["audio/pcm", "audio/wav"])
async def test_no_sound_at_all_is_told(fake: FakeHttp, voice: ServerVoice, kind: str) -> None:
    fake.handler = answers(b"", kind=kind)
    with pytest.raises(ReplyFailedError, match="no sound"):
        await sound_of(voice)


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_every_bad_answer_becomes_one_of_our_errors(
    name: str, fake: FakeHttp, voice: ServerVoice
) -> None:
    fake.handler, expected = BAD_ANSWERS[name]
    with pytest.raises(ServerError) as caught:
        await sound_of(voice)
    assert type(caught.value).__name__ == expected
    assert "Fake" in str(caught.value)
    assert "sk-test" not in str(caught.value) + caught.value.detail


async def test_a_server_that_asks_to_wait_is_waited_for(fake: FakeHttp, voice: ServerVoice) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if len(fake.asked) == 1:
            return web.Response(status=429, headers={"Retry-After": "0.01"})
        return await answers(SOUND, kind="audio/pcm")(request)

    fake.handler = handler
    assert await sound_of(voice) == SOUND


async def test_a_stream_that_stalls_is_given_up_and_what_came_has_sounded(fake: FakeHttp) -> None:
    never = asyncio.Event()
    fake.handler = streams(SOUND, never, kind="audio/pcm")
    server = fake.client(stall_s=1.0)
    heard = b""
    with pytest.raises(NoAnswerError):
        async for pcm in ServerVoice(server, name="fake", model="m").speak("Hello."):
            heard += pcm
    assert heard == SOUND
    await server.close()
    never.set()


async def test_a_unit_that_is_cut_ends_its_request(fake: FakeHttp, voice: ServerVoice) -> None:
    never = asyncio.Event()
    fake.handler = streams(SOUND, never, kind="audio/pcm")
    pieces = voice.speak("Hello.")
    assert await anext(pieces)
    await pieces.aclose()
    async with asyncio.timeout(10):
        await fake.gone.wait()


async def test_several_units_at_a_time_keep_apart(fake: FakeHttp, voice: ServerVoice) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        number = (await request.json())["input"]
        return await answers(SOUND * int(number), kind="audio/pcm")(request)

    fake.handler = handler
    sounds = await asyncio.gather(*(sound_of(voice, str(number)) for number in (1, 2, 3)))
    assert [len(sound) // len(SOUND) for sound in sounds] == [1, 2, 3]


async def test_sound_that_never_ends_is_cut_off(
    fake: FakeHttp, voice: ServerVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicedesk.providers.speech.LONGEST_S", 1)
    fake.handler = answers(SOUND * 20, kind="audio/pcm")
    with pytest.raises(ProtocolError, match="never ends"):
        await sound_of(voice)


async def test_a_server_that_is_not_there_is_told_by_speaking_not_by_warming(
    fake: FakeHttp, voice: ServerVoice
) -> None:
    await voice.warm()
    assert fake.warmed > 0
    fake.error = UnreachableError(server="Fake", reason="it is off")
    await voice.warm()
    with pytest.raises(UnreachableError):
        await sound_of(voice)


def test_a_long_text_is_cut_at_white_space_and_stays_whole() -> None:
    text = "word " * 2000
    parts = _parts(text)
    assert "".join(parts) == text
    assert all(len(part) <= LONGEST_TEXT and part.endswith(" ") for part in parts if part)
    assert "".join(_parts("x" * 9000)) == "x" * 9000


async def test_a_voice_that_leaves_no_pauses_is_given_them(
    fake: FakeHttp, voice: ServerVoice
) -> None:
    fake.quirks = QUIRKS["builtin"]
    assert await sound_of(voice, "Hello.") == SOUND + silence(SENTENCE_PAUSE_MS)
    assert await sound_of(voice, "Hello") == SOUND
