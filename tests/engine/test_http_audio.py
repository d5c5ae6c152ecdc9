"""Recordings to words and text to speech over HTTP: what is answered, what is refused, and what a client's end ends."""

import asyncio
import base64
import io
import json
import math
import wave
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from openai import APIStatusError, AsyncOpenAI, RateLimitError

from tests.conftest import ExpectLog
from tests.engine.conftest import pcm_of
from tests.engine.fakes import FakeEars, FakeVoice, fake_services
from voicedesk.audio.wav import decode_wav, encode_wav
from voicedesk.engine import http_audio
from voicedesk.engine.launch import EngineAddress
from voicedesk.engine.limits import MAX_BODY
from voicedesk.engine.server import Server

RECORDING = encode_wav(bytes(48 * 500))
HEARD = "What is one plus one?"
Event = dict[str, Any]


class Desk:
    """A server of fakes, and a way to talk to it."""

    def __init__(self, ears: FakeEars, voice: FakeVoice, url: str) -> None:
        self.ears = ears
        self.voice = voice
        self.url = url
        self.http = aiohttp.ClientSession(headers={"Authorization": "Bearer token"})
        self.openai = AsyncOpenAI(base_url=url, api_key="token", max_retries=0)

    async def close(self) -> None:
        await self.http.close()
        await self.openai.close()

    async def transcribe(self, data: bytes = RECORDING, /, **parts: str) -> tuple[int, str]:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(data), filename="take.wav")
        for name, value in {"model": "any", **parts}.items():
            form.add_field(name, value)
        async with self.http.post(f"{self.url}/audio/transcriptions", data=form) as answer:
            return answer.status, await answer.text()

    async def speak(self, text: str = "Hello.", **body: object) -> tuple[int, str, bytes]:
        asked = {"model": "any", "voice": "any", "input": text, **body}
        async with self.http.post(f"{self.url}/audio/speech", json=asked) as answer:
            return answer.status, answer.headers["Content-Type"], await answer.read()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    services, ears, voice = fake_services()
    server = Server("token", services)
    desk = Desk(ears, voice, f"http://127.0.0.1:{await server.start()}/v1")
    yield desk
    await desk.close()
    await server.stop()


def error_of(body: str | bytes) -> Event:
    error: Event = json.loads(body)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    return error


def events_of(body: str | bytes) -> list[Event]:
    text = body if isinstance(body, str) else body.decode()
    lines = [line for line in text.split("\n") if line]
    assert text.endswith("\n\n")
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


async def until(true: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


# ------------------------------------------------------------------------------ transcriptions


async def test_a_recording_as_json_text_and_verbose_json(desk: Desk) -> None:
    status, body = await desk.transcribe()
    assert status == 200
    assert json.loads(body) == {"text": HEARD, "usage": {"type": "duration", "seconds": 0.5}}
    assert await desk.transcribe(response_format="text") == (200, f"{HEARD}\n")
    _, body = await desk.transcribe(response_format="verbose_json", language="en", prompt="sums")
    verbose = json.loads(body)
    assert (verbose["text"], verbose["duration"], verbose["language"]) == (HEARD, 0.5, "english")
    assert [(part["start"], part["end"], part["text"]) for part in verbose["segments"]] == [
        (0.0, 0.5, HEARD)
    ]
    assert all(len(utterance.sound) == 48 * 500 for utterance in desk.ears.utterances)
    assert all(utterance.dropped for utterance in desk.ears.utterances)


async def test_a_recording_as_a_stream_of_words(desk: Desk) -> None:
    status, body = await desk.transcribe(stream="true")
    *deltas, done = events_of(body)
    assert status == 200
    assert {event["type"] for event in deltas} == {"transcript.text.delta"}
    assert len(deltas) == 5
    assert "".join(event["delta"] for event in deltas) == done["text"] == HEARD
    assert done["type"] == "transcript.text.done"
    assert done["usage"]["total_tokens"] == done["usage"]["input_tokens"] + math.ceil(21 / 4)


async def test_silence_is_an_empty_text(desk: Desk) -> None:
    desk.ears.hears = ""
    assert json.loads((await desk.transcribe())[1])["text"] == ""
    (done,) = events_of((await desk.transcribe(stream="1"))[1])
    assert done["text"] == ""
    assert json.loads((await desk.transcribe(response_format="verbose_json"))[1])["segments"] == []


async def test_other_rates_and_channels_are_converted(desk: Desk) -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(bytes(4 * 16_000))
    status, body = await desk.transcribe(file.getvalue())
    assert (status, json.loads(body)["usage"]["seconds"]) == (200, 1.0)


BAD_FORMS = [
    ({"response_format": "srt"}, "invalid_value", "response_format"),
    ({"stream": "perhaps"}, "invalid_value", "stream"),
    ({"language": "???"}, "invalid_value", "language"),
    ({"temperature": "warm"}, "invalid_type", "temperature"),
    ({"temperature": "2"}, "invalid_value", "temperature"),
    ({"timestamp_granularities[]": "word"}, "invalid_value", "timestamp_granularities"),
]


@pytest.mark.parametrize(("parts", "code", "param"), BAD_FORMS)
async def test_what_a_form_cannot_ask_is_refused(
    desk: Desk, parts: dict[str, str], code: str, param: str
) -> None:
    status, body = await desk.transcribe(**parts)
    assert status == 400
    assert (error_of(body)["code"], error_of(body)["param"]) == (code, param)
    assert desk.ears.utterances == []


@pytest.mark.parametrize(
    "data",
    [b"", b"ID3\3 this is no WAV", RECORDING[:20], encode_wav(b"")],
    ids=["empty", "other", "cut off", "no sound"],
)
async def test_what_is_no_recording_is_refused_with_a_sentence(desk: Desk, data: bytes) -> None:
    status, body = await desk.transcribe(data)
    assert status == 400
    assert error_of(body)["code"] == "invalid_audio"
    assert error_of(body)["message"].startswith("The recording cannot be used as sound: ")


@pytest.mark.parametrize(
    ("data", "content_type", "code"),
    [
        (b'{"model": "any"}', "application/json", "invalid_content_type"),
        (b"no form at all", "multipart/form-data; boundary=x", "invalid_multipart_form"),
        (b"no form at all", "multipart/form-data", "invalid_multipart_form"),
        (b"--x\r\n\r\nnameless\r\n--x--\r\n", "multipart/form-data; boundary=x", "invalid_multipart_form"),
        (
            b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nany\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            "missing_required_parameter",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\n\xff\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            "invalid_value",
        ),
    ],
)  # fmt: skip
async def test_a_broken_form_is_refused(
    desk: Desk, data: bytes, content_type: str, code: str
) -> None:
    headers = {"Content-Type": content_type}
    url = f"{desk.url}/audio/transcriptions"
    async with desk.http.post(url, data=data, headers=headers) as answer:
        assert answer.status == 400
        assert error_of(await answer.text())["code"] == code


async def test_a_recording_of_a_minute_is_heard_and_a_longer_one_refused(desk: Desk) -> None:
    assert (await desk.transcribe(encode_wav(bytes(48_000 * 60))))[0] == 200
    status, body = await desk.transcribe(encode_wav(bytes(48_000 * 60 + 4800)))
    assert (status, error_of(body)["code"]) == (413, "audio_too_long")


async def test_hours_in_a_small_file_are_refused_before_they_are_decoded(desk: Desk) -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(1000)
        writer.writeframes(bytes(20 << 20))
    status, body = await desk.transcribe(file.getvalue())
    assert (status, error_of(body)["code"]) == (413, "audio_too_long")


async def test_a_body_over_25_mb_is_refused_whether_it_says_so_or_not(desk: Desk) -> None:
    status, body = await desk.transcribe(bytes(MAX_BODY))
    assert (status, error_of(body)["code"]) == (413, "content_size_exceeded")

    async def pieces() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        for _ in range(26):
            yield bytes(1 << 20)
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    url = f"{desk.url}/audio/transcriptions"
    async with desk.http.post(url, data=pieces(), headers=headers) as answer:
        assert answer.status == 413
        assert error_of(await answer.text())["code"] == "content_size_exceeded"
    assert desk.ears.utterances == []


async def test_ears_that_fail_are_told(desk: Desk, expected_log: ExpectLog) -> None:
    desk.ears.broken = True
    expected_log("audio/transcriptions")
    status, body = await desk.transcribe()
    assert (status, error_of(body)["code"]) == (503, "transcription_failed")
    assert error_of(body)["type"] == "server_error"
    assert error_of(body)["message"] == "Speech recognition failed. Say it again."


async def test_too_many_at_once_are_sent_away_and_told_when_to_come_back(desk: Desk) -> None:
    desk.ears.may_hear.clear()
    file = ("take.wav", RECORDING)
    asking = {
        asyncio.create_task(desk.openai.audio.transcriptions.create(file=file, model="any"))
        for _ in range(http_audio.RUNNING + http_audio.WAITING + 1)
    }
    done, waiting = await asyncio.wait(asking, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    with pytest.raises(RateLimitError) as refused:
        await done.pop()
    assert refused.value.code == "rate_limit_exceeded"
    assert int(refused.value.response.headers["Retry-After"]) >= 1
    assert done == set()
    await until(lambda: len(desk.ears.utterances) == http_audio.RUNNING)
    desk.ears.may_hear.set()
    assert {answer.text for answer in await asyncio.gather(*waiting)} == {HEARD}
    assert (await desk.transcribe())[0] == 200


async def test_a_client_that_goes_while_it_waits_is_not_heard(desk: Desk) -> None:
    desk.ears.may_hear.clear()
    asking = asyncio.create_task(desk.transcribe())
    await until(lambda: desk.ears.utterances)
    asking.cancel()
    await until(lambda: desk.ears.utterances[0].dropped)
    desk.ears.may_hear.set()
    assert (await desk.transcribe())[0] == 200


# ------------------------------------------------------------------------------ speech


async def test_speech_as_pcm_and_as_wav(desk: Desk) -> None:
    status, kind, pcm = await desk.speak(response_format="pcm")
    assert (status, kind, len(pcm)) == (200, "audio/pcm", 48 * 60 * 6)
    status, kind, file = await desk.speak(response_format="wav")
    assert (status, kind) == (200, "audio/wav")
    assert decode_wav(file) == pcm
    with wave.open(io.BytesIO(file)) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getsampwidth()) == (
            24_000,
            1,
            2,
        )
    assert (await desk.speak())[2] == file, "a WAV file is what whoever asks for nothing gets"


async def test_speech_as_events(desk: Desk) -> None:
    status, kind, body = await desk.speak(response_format="pcm", stream_format="sse")
    *deltas, done = events_of(body)
    assert (status, kind) == (200, "text/event-stream; charset=utf-8")
    assert {event["type"] for event in deltas} == {"speech.audio.delta"}
    sound = b"".join(base64.b64decode(event["audio"]) for event in deltas)
    assert len(sound) == 48 * 60 * 6
    assert done["type"] == "speech.audio.done"
    assert done["usage"] == {"input_tokens": 2, "output_tokens": 8, "total_tokens": 10}


async def test_the_first_sentence_is_sent_before_the_second_is_made(desk: Desk) -> None:
    desk.voice.allowed = asyncio.Semaphore(1)
    asked = {"model": "any", "voice": {"id": "any"}, "input": "One. Two.", "response_format": "pcm"}
    async with desk.http.post(f"{desk.url}/audio/speech", json=asked) as answer:
        async with asyncio.timeout(10):
            await answer.content.readexactly(48 * 60 * 4)
        assert desk.voice.spoken == ["One. "]
        desk.voice.allowed.release()
        assert len(await answer.read()) > 48 * 60 * 4
    assert desk.voice.spoken == ["One. ", "Two."]


async def test_a_client_that_goes_ends_its_speech(desk: Desk) -> None:
    desk.voice.allowed = asyncio.Semaphore(1)
    asked = {"model": "any", "input": "One. Two. Three.", "response_format": "pcm"}
    async with desk.http.post(f"{desk.url}/audio/speech", json=asked) as answer:
        await answer.content.readexactly(480)
        await until(lambda: desk.voice.asked == 2)
    await until(lambda: desk.voice.given_up == 1)
    assert desk.voice.spoken == ["One. "]


async def test_what_cannot_be_said_is_a_moment_of_silence(desk: Desk) -> None:
    status, _, pcm = await desk.speak("...", response_format="pcm")
    assert (status, pcm) == (200, bytes(4800))


BAD_SPEECH: list[tuple[Event, str, str]] = [
    ({"input": None}, "missing_required_parameter", "input"),
    ({"model": None}, "missing_required_parameter", "model"),
    ({"input": 7}, "invalid_type", "input"),
    ({"input": " "}, "string_below_min_length", "input"),
    ({"input": "x" * 4097}, "string_above_max_length", "input"),
    ({"response_format": "mp3"}, "invalid_value", "response_format"),
    ({"stream_format": "video"}, "invalid_value", "stream_format"),
    ({"speed": 5}, "invalid_value", "speed"),
    ({"speed": "fast"}, "invalid_type", "speed"),
    ({"voice": 7}, "invalid_type", "voice"),
]


@pytest.mark.parametrize(("body", "code", "param"), BAD_SPEECH)
async def test_what_cannot_be_spoken_is_refused(
    desk: Desk, body: Event, code: str, param: str
) -> None:
    status, _, answer = await desk.speak(**{"text": "Hello.", **body})
    assert status == 400
    assert (error_of(answer)["code"], error_of(answer)["param"]) == (code, param)
    assert desk.voice.spoken == []


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_refused(desk: Desk, body: bytes) -> None:
    async with desk.http.post(f"{desk.url}/audio/speech", data=body) as answer:
        assert answer.status == 400
        assert error_of(await answer.text())["code"] == "invalid_json"


async def test_the_longest_text_is_spoken_and_half_a_character_is_no_reason_to_fail(
    desk: Desk,
) -> None:
    text = ("a" * 62 + ". ") * 64
    assert len((await desk.speak(text, response_format="pcm"))[2]) >= 48 * 60 * 62 * 64
    assert (await desk.speak("Oh \ud83d no"))[0] == 200


async def test_a_voice_that_does_not_begin_is_told_by_the_status(
    desk: Desk, expected_log: ExpectLog
) -> None:
    desk.voice.broken = True
    expected_log("audio/speech")
    status, _, body = await desk.speak()
    assert (status, error_of(body)["code"]) == (503, "speech_failed")
    assert error_of(body)["message"] == "The offline voice cannot speak: it is hoarse."


async def test_a_voice_that_stops_half_way_is_not_taken_for_one_that_is_through(
    desk: Desk, expected_log: ExpectLog
) -> None:
    desk.voice.breaks_at = 2
    expected_log("half way")
    with pytest.raises(aiohttp.ClientError):
        await desk.speak("One. Two.", response_format="pcm")
    desk.voice.breaks_at = 4
    expected_log("half way")
    status, _, body = await desk.speak("One. Two.", response_format="pcm", stream_format="sse")
    *deltas, last = events_of(body)
    assert status == 200
    assert deltas
    assert last["type"] == "error"
    assert last["error"]["message"] == "The offline voice cannot speak: it is hoarse."


# ------------------------------------------------------------------------------ the whole engine


@pytest.fixture
async def official(engine: EngineAddress) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=engine.base_url, api_key=engine.token, max_retries=0) as client:
        yield client


async def test_the_official_client_is_understood_in_every_form(official: AsyncOpenAI) -> None:
    file = ("take.wav", encode_wav(pcm_of("q01.wav")))
    create = official.audio.transcriptions.create
    heard = "What is twelve plus thirty?"
    assert (await create(file=file, model="voicedesk-ears")).text == heard
    assert await create(file=file, model="any", response_format="text") == f"{heard}\n"
    verbose = await create(file=file, model="any", response_format="verbose_json")
    assert verbose.text == heard
    assert verbose.segments is not None
    assert verbose.segments[0].text == heard
    stream = await create(file=file, model="any", stream=True)
    events = [event async for event in stream]
    assert [event.type for event in events[-2:]] == [
        "transcript.text.delta",
        "transcript.text.done",
    ]


async def test_the_official_client_gets_speech_that_the_ears_understand(
    official: AsyncOpenAI,
) -> None:
    speaking = official.audio.speech.with_streaming_response
    async with speaking.create(
        model="voicedesk-voice",
        voice="any",
        input="What is twelve plus thirty?",
        response_format="pcm",
    ) as answer:
        pcm = b"".join([chunk async for chunk in answer.iter_bytes()])
    file = ("spoken.wav", encode_wav(pcm))
    transcript = await official.audio.transcriptions.create(file=file, model="any")
    assert transcript.text == "What is twelve plus thirty?"


async def test_a_faster_voice_takes_less_time(official: AsyncOpenAI) -> None:
    lengths = []
    for speed in (0.25, 1.0, 4.0):
        answer = await official.audio.speech.create(
            model="any", voice="any", input="Count on me.", response_format="pcm", speed=speed
        )
        lengths.append(len(answer.content))
    assert lengths[0] > lengths[1] > lengths[2]


async def test_the_official_client_tells_refusals_apart(official: AsyncOpenAI) -> None:
    with pytest.raises(APIStatusError) as refused:
        await official.audio.transcriptions.create(file=("a.mp3", b"ID3"), model="any")
    assert (refused.value.status_code, refused.value.code) == (400, "invalid_audio")
    long = ("long.wav", encode_wav(bytes(48_000 * 61)))
    with pytest.raises(APIStatusError) as refused:
        await official.audio.transcriptions.create(file=long, model="any")
    assert refused.value.status_code == 413
