"""Whole takes to words: streamed and not, from servers of every kind, and every bad answer a sentence."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.providers.fake_http import (
    BAD_ANSWERS,
    FakeHttp,
    Handler,
    answers,
    fake_http,
    openai_error,
    streams,
)
from voicedesk.audio.wav import decode_wav
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    ProtocolError,
    RateLimitError,
    ReplyFailedError,
    ServerError,
)
from voicedesk.providers.stages import Words
from voicedesk.providers.transcription import RestTranscriber

TAKE = bytes(range(1, 251)) * 48
EVENTS = "text/event-stream"
HELLO = json.dumps({"text": " Hello there. ", "usage": {"type": "duration", "seconds": 1}})


def event(data: object) -> bytes:
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


def delta(text: str) -> bytes:
    return event({"type": "transcript.text.delta", "delta": text})


def done(text: str) -> bytes:
    return event({"type": "transcript.text.done", "text": text, "usage": {"total_tokens": 3}})


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(answers(HELLO, kind="application/json")) as fake:
        yield fake


@pytest.fixture
async def transcriber(fake: FakeHttp) -> AsyncIterator[RestTranscriber]:
    transcriber = RestTranscriber(fake.client(stall_s=5.0), model="m", language="en")
    yield transcriber
    await transcriber.close()


async def words_of(transcriber: RestTranscriber, so_far: list[str] | None = None) -> Words:
    hearing = transcriber.begin(
        lambda words: so_far.append(words.text) if so_far is not None else None
    )
    for start in range(0, len(TAKE), 960):
        hearing.feed(TAKE[start : start + 960])
    return await hearing.finish()


async def test_the_take_is_sent_as_a_file_with_what_is_known_of_it(
    fake: FakeHttp, transcriber: RestTranscriber
) -> None:
    words = await words_of(transcriber)
    assert words.text == "Hello there."
    assert words.usage == {"type": "duration", "seconds": 1}
    (request,) = fake.asked
    assert request["path"] == "/v1/audio/transcriptions"
    assert request["key"] == "Bearer sk-test"
    body = request["body"]
    assert decode_wav(body.pop("file")) == TAKE
    assert body == {
        "model": "m",
        "response_format": "json",
        "stream": "true",
        "language": "en",
    }


async def test_without_streaming_it_is_not_asked_for(fake: FakeHttp) -> None:
    transcriber = RestTranscriber(fake.client(), model="m", streamed=False)
    assert (await words_of(transcriber)).text == "Hello there."
    assert set(fake.asked[0]["body"]) == {"file", "model", "response_format"}
    await transcriber.close()


async def test_words_show_while_they_come(fake: FakeHttp, transcriber: RestTranscriber) -> None:
    more, so_far = asyncio.Event(), list[str]()
    fake.handler = streams(delta(" Hel"), delta("lo"), more, done("Hello, you."), kind=EVENTS)
    finishing = asyncio.create_task(words_of(transcriber, so_far))
    async with asyncio.timeout(10):
        while so_far[-1:] != ["Hello"]:
            await asyncio.sleep(0.005)
        more.set()
        words = await finishing
    assert words == Words("Hello, you.", {"total_tokens": 3})
    assert so_far == ["Hel", "Hello", "Hello, you."]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([delta("a b"), done("")], "a b"),
        ([delta("a"), delta(" b"), event(b"[DONE]")], "a b"),
        ([event({"text": "One."}), event({"text": " Two."})], "One. Two."),
        ([event({"type": "transcript.text.segment", "text": "One."}), done("One!")], "One!"),
        ([b": comment\n\n", event({"type": "new.thing"}), event(b"{broken"), done("x")], "x"),
        ([done("")], ""),
    ],
)
async def test_the_streams_of_other_servers(
    fake: FakeHttp, transcriber: RestTranscriber, pieces: list[bytes], text: str
) -> None:
    fake.handler = streams(*pieces, kind=EVENTS)
    assert (await words_of(transcriber)).text == text


async def test_a_stream_may_be_split_inside_a_character(
    fake: FakeHttp, transcriber: RestTranscriber
) -> None:
    whole = delta("Grüße, 世界")
    whole = whole.decode().encode() + event(
        json.dumps(
            {"text": "Grüße, 世界", "type": "transcript.text.done"}, ensure_ascii=False
        ).encode()
    )
    fake.handler = streams(*(whole[at : at + 1] for at in range(len(whole))), kind=EVENTS)
    assert (await words_of(transcriber)).text == "Grüße, 世界"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Hello there.\n", "text/plain"),
        ('"Hello there."', "application/json"),
        (HELLO, "text/plain"),
    ],
)
async def test_answers_of_other_shapes(
    fake: FakeHttp, transcriber: RestTranscriber, body: str, kind: str
) -> None:
    fake.handler = answers(body, kind=kind)
    assert (await words_of(transcriber)).text == "Hello there."


async def test_a_server_that_cannot_stream_is_asked_without_from_then_on(
    fake: FakeHttp, transcriber: RestTranscriber
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if "stream" in fake.asked[-1]["body"]:
            refusal = openai_error("Unknown parameter: 'stream'")
            return await answers(refusal, 400, kind="application/json")(request)
        return await answers(HELLO, kind="application/json")(request)

    fake.handler = handler
    for _ in range(2):
        assert (await words_of(transcriber)).text == "Hello there."
    assert ["stream" in each["body"] for each in fake.asked] == [True, False, False]


async def test_a_slip_of_the_finger_costs_no_request(
    fake: FakeHttp, transcriber: RestTranscriber
) -> None:
    hearing = transcriber.begin(lambda words: None)
    assert await hearing.finish() == Words("")
    hearing.feed(bytes(960))
    assert await hearing.finish() == Words("")
    hearing.feed(TAKE)
    await hearing.cancel()
    await hearing.cancel()
    assert await hearing.finish() == Words("")
    assert fake.asked == []


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_every_bad_answer_becomes_one_of_our_errors(
    name: str, fake: FakeHttp, transcriber: RestTranscriber
) -> None:
    fake.handler, expected = BAD_ANSWERS[name]
    with pytest.raises(ServerError) as caught:
        await words_of(transcriber)
    assert type(caught.value).__name__ == expected
    assert "Fake" in str(caught.value)
    assert "sk-test" not in str(caught.value) + caught.value.detail


LIMIT = {"message": "slow down", "code": "rate_limit_exceeded"}


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (streams(kind=EVENTS), ProtocolError),
        (answers("", kind="application/json"), ProtocolError),
        (answers("[1]", kind="application/json"), ProtocolError),
        (answers('{"words": 1}', kind="application/json"), ProtocolError),
        (streams(delta("half of"), kind=EVENTS), ConnectionLostError),
        (streams(delta("half of"), cut=True, kind=EVENTS), ConnectionLostError),
        (streams(event({"type": "error", "error": LIMIT}), kind=EVENTS), RateLimitError),
        (
            streams(b"event: error\n" + event({"message": "it broke"}), kind=EVENTS),
            ReplyFailedError,
        ),
    ],
)
async def test_bad_streams_and_bodies(
    fake: FakeHttp, transcriber: RestTranscriber, handler: Handler, expected: type[ServerError]
) -> None:
    fake.handler = handler
    with pytest.raises(expected):
        await words_of(transcriber)


async def test_a_failed_take_can_be_sent_again(
    fake: FakeHttp, transcriber: RestTranscriber
) -> None:
    hearing = transcriber.begin(lambda words: None)
    hearing.feed(TAKE)
    fake.handler = answers("oops", 500)
    with pytest.raises(ServerError):
        await hearing.finish()
    fake.handler = answers(HELLO, kind="application/json")
    assert (await hearing.finish()).text == "Hello there."


async def test_a_stream_that_stalls_is_given_up(fake: FakeHttp) -> None:
    never = asyncio.Event()
    fake.handler = streams(delta("half"), never, kind=EVENTS)
    transcriber = RestTranscriber(fake.client(stall_s=0.2), model="m")
    with pytest.raises(NoAnswerError):
        await words_of(transcriber)
    await transcriber.close()
    never.set()


async def test_cancelling_ends_the_request(fake: FakeHttp, transcriber: RestTranscriber) -> None:
    never, so_far = asyncio.Event(), list[str]()
    fake.handler = streams(delta("half"), never, kind=EVENTS)
    finishing = asyncio.create_task(words_of(transcriber, so_far))
    async with asyncio.timeout(10):
        while not so_far:
            await asyncio.sleep(0.005)
        finishing.cancel()
        await fake.gone.wait()
    with pytest.raises(asyncio.CancelledError):
        await finishing


async def test_warming_opens_a_connection(fake: FakeHttp, transcriber: RestTranscriber) -> None:
    await transcriber.warm()
    assert fake.warmed == 1
