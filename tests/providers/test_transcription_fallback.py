"""Two ways to the same words: the second has the take when the first fails."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.providers.fake_http import FakeHttp, answers, fake_http
from tests.support.realtime_server import ScriptedServer
from voicedesk.audio.wav import decode_wav
from voicedesk.core.errors import ConnectionLostError, ReplyFailedError, UnreachableError
from voicedesk.core.settings import Classic, Server
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.providers.stages import Words
from voicedesk.providers.transcription import RestTranscriber, WordsTaker
from voicedesk.providers.transcription_fallback import (
    MOST_FAILURES,
    FallbackTranscriber,
    transcriber_for,
)
from voicedesk.providers.transcription_live import LiveTranscriber


class Way:
    """A transcriber that says its name and how much it was fed."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.fail = self.closed = False
        self.begun = self.warmed = self.finished = self.cancelled = 0

    async def warm(self) -> None:
        self.warmed += 1
        if self.fail:
            raise UnreachableError(server=self.model, reason="it is off")

    def begin(self, words: WordsTaker) -> "Take":
        self.begun += 1
        return Take(self)

    async def close(self) -> None:
        self.closed = True


class Take:
    def __init__(self, way: Way) -> None:
        self.way = way
        self.fed = 0

    def feed(self, pcm: bytes) -> None:
        self.fed += len(pcm)

    async def finish(self) -> Words:
        self.way.finished += 1
        if self.way.fail:
            raise ConnectionLostError(server=self.way.model, reason="it was told to")
        return Words(f"{self.way.model} {self.fed}")

    async def cancel(self) -> None:
        self.way.cancelled += 1


@pytest.fixture
def ways() -> tuple[Way, Way, FallbackTranscriber]:
    first, second = Way("first"), Way("second")
    return first, second, FallbackTranscriber(first, second)


Ways = tuple[Way, Way, FallbackTranscriber]


async def take(transcriber: FallbackTranscriber) -> Words:
    hearing = transcriber.begin(lambda words: None)
    hearing.feed(b"ab")
    hearing.feed(b"cd")
    return await hearing.finish()


async def test_the_second_way_is_not_asked_when_the_first_works(ways: Ways) -> None:
    _, second, both = ways
    assert await take(both) == Words("first 4")
    assert (second.finished, second.cancelled) == (0, 1)
    assert both.model == "first"


async def test_a_take_that_fails_goes_the_second_way_whole(ways: Ways) -> None:
    first, _, both = ways
    first.fail = True
    assert await take(both) == Words("second 4")
    first.fail = False
    assert await take(both) == Words("first 4")


async def test_trying_again_after_both_failed_asks_the_second_alone(ways: Ways) -> None:
    first, second, both = ways
    first.fail = second.fail = True
    hearing = both.begin(lambda words: None)
    hearing.feed(b"ab")
    with pytest.raises(ConnectionLostError, match="second"):
        await hearing.finish()
    second.fail = False
    assert await hearing.finish() == Words("second 2")
    assert first.finished == 1


async def test_when_both_fail_it_is_not_the_first_ways_fault(ways: Ways) -> None:
    first, second, both = ways
    first.fail = second.fail = True
    for _ in range(MOST_FAILURES + 1):
        with pytest.raises(ConnectionLostError):
            await take(both)
    assert both.uses_first


async def test_a_way_that_keeps_failing_is_left_alone(ways: Ways) -> None:
    first, _, both = ways
    first.fail = True
    for _ in range(MOST_FAILURES + 2):
        assert await take(both) == Words("second 4")
    assert first.finished == MOST_FAILURES
    assert both.model == "second"
    await both.warm()
    assert first.warmed == 0


async def test_warming_fails_only_if_both_do(ways: Ways) -> None:
    first, second, both = ways
    first.fail = True
    await both.warm()
    first.fail, second.fail = False, True
    await both.warm()
    first.fail = True
    with pytest.raises(UnreachableError, match="second"):
        await both.warm()


async def test_dropping_and_closing_reach_both(ways: Ways) -> None:
    first, second, both = ways
    await both.begin(lambda words: None).cancel()
    await both.close()
    assert (first.cancelled, second.cancelled) == (1, 1)
    assert first.closed
    assert second.closed


@pytest.mark.parametrize(
    ("way", "dialect", "kind"),
    [
        ("auto", "builtin", FallbackTranscriber),
        ("auto", "openai", FallbackTranscriber),
        ("auto", "compatible", RestTranscriber),
        ("live", "compatible", FallbackTranscriber),
        ("streamed", "openai", RestTranscriber),
        ("whole", "builtin", RestTranscriber),
    ],
)
async def test_the_settings_and_the_kind_of_server_decide(
    way: str, dialect: str, kind: type
) -> None:
    async def nowhere() -> Address:
        raise UnreachableError(server="Fake", reason="it is off")

    settings = Classic.model_validate({"transcription": way, "transcription_model": "whole-model"})
    server = Server(name="S", dialect=dialect)
    transcriber = transcriber_for(settings, server, HttpServer(nowhere), nowhere)
    assert type(transcriber) is kind
    assert transcriber.model == (
        "gpt-live-transcribe" if kind is FallbackTranscriber else "whole-model"
    )
    await transcriber.close()


@pytest.fixture
async def servers() -> AsyncIterator[tuple[ScriptedServer, FakeHttp]]:
    async with ScriptedServer() as live, fake_http(answers('{"text": "whole"}')) as rest:
        yield live, rest


async def test_a_session_lost_in_the_middle_of_a_take_costs_no_word(
    servers: tuple[ScriptedServer, FakeHttp],
) -> None:
    server, rest = servers
    pcm = b"\x10\x27\xf0\xd8" * 240

    async def source() -> Address:
        return Address("Fake", server.base_url, "", QUIRKS["compatible"])

    live = LiveTranscriber(source, model="m")
    both = FallbackTranscriber(live, RestTranscriber(rest.client(), model="m"))
    await both.warm()
    hearing = both.begin(lambda words: None)
    for number in range(20):
        hearing.feed(pcm)
        if number == 10:
            await server.cut()
            async with asyncio.timeout(10):
                while live.session.ready:
                    await asyncio.sleep(0.005)
    assert (await hearing.finish()).text == "whole"
    assert decode_wav(rest.asked[0]["body"]["file"]) == pcm * 20
    rest.handler = answers('{"error": {"message": "no"}}', kind="application/json")
    server.refuse = (500, "no")
    again = both.begin(lambda words: None)
    again.feed(pcm * 10)
    with pytest.raises(ReplyFailedError):
        await again.finish()
    await both.close()
