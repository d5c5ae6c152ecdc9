"""What takes long and what is large: models that are loaded first, and takes beyond what servers accept in one file."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.providers.chat_events import piece, sse, thought
from tests.providers.fake_http import FakeHttp, answers, fake_http, streams
from voicedesk.audio.wav import decode_wav, wav_seconds
from voicedesk.core.errors import NoAnswerError
from voicedesk.providers import transcription
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.profiles import QUIRKS
from voicedesk.providers.transcription import RestTranscriber


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(answers('{"text": "Hello."}', kind="application/json")) as fake:
        yield fake


async def test_a_server_that_loads_its_model_first_is_waited_for(fake: FakeHttp) -> None:
    loaded = asyncio.Event()
    fake.handler = streams(
        loaded, sse(piece(content="Noon."), piece("stop")), b"data: [DONE]\n\n",
        kind="text/event-stream",
    )  # fmt: skip
    thinker = ChatThinker(fake.client(stall_s=0.1), "m")
    with pytest.raises(NoAnswerError):
        await thought(thinker)
    await thinker.close()
    fake.quirks = QUIRKS["ollama"]
    thinker = ChatThinker(fake.client(stall_s=0.1), "m")
    asyncio.get_running_loop().call_later(0.5, loaded.set)
    assert (await thought(thinker))[0] == "Noon."
    await thinker.close()


async def test_a_very_long_take_is_sent_in_fewer_samples(
    fake: FakeHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcription, "LARGEST_FILE", 100_000)
    transcriber = RestTranscriber(fake.client(stall_s=5.0), model="m")
    for seconds in (2, 3):
        assert (await transcriber.transcribe(bytes(48_000 * seconds), print)).text == "Hello."
    await transcriber.close()
    whole, smaller = (asked["body"]["file"] for asked in fake.asked)
    assert len(whole) == 96_044
    assert len(smaller) == 96_044
    assert wav_seconds(smaller) == 3.0
    assert abs(len(decode_wav(smaller)) - 144_000) < 100


def test_the_longest_take_fits_into_what_servers_accept() -> None:
    assert transcription.LARGEST_FILE <= 25_000_000
    assert 602 * transcription.SMALLER_RATE * 2 < transcription.LARGEST_FILE
