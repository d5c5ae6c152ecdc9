"""The fake providers and the chain without streaming, in their processes: what they answer, not how fast."""

import json
from collections.abc import Mapping
from urllib.request import Request, urlopen

import pytest

from benchmarks.chain import WAITING, heard
from benchmarks.chain_process import Chain, ChainError, Providers
from benchmarks.chain_timing import RATE, TEXTS, Arrival, Fixture, spoken_s

QUICK = Fixture("text-2", 1, 400.0)


def asked(url: str, body: Mapping[str, object]) -> bytes:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as response:
        answer: bytes = response.read()
    return answer


def test_the_fake_providers_answer_streamed_and_whole() -> None:
    with Providers() as providers:
        chat = f"{providers.base_url}/chat/completions"
        whole = json.loads(asked(chat, {"model": "text-1", "messages": []}))
        assert whole["choices"][0]["message"]["content"] == TEXTS["text-1"]
        events = asked(chat, {"model": "text-1", "messages": [], "stream": True}).split(b"\n\n")
        assert events[-2:] == [b"data: [DONE]", b""]
        deltas = [json.loads(event[6:])["choices"][0]["delta"] for event in events[:-2]]
        assert "".join(delta.get("content", "") for delta in deltas) == TEXTS["text-1"]
        speech = {"model": QUICK.voice, "input": "One, two.", "response_format": "pcm"}
        assert len(asked(f"{providers.base_url}/audio/speech", speech)) == 2 * round(0.72 * RATE)
        assert providers.lateness_ms() >= 0


def test_the_chain_without_streaming_hands_over_the_whole_reply_at_once() -> None:
    with Providers() as providers, Chain(WAITING, "benchmarks.chain_waiting") as chain:
        (arrival,) = chain.turn(providers.base_url, QUICK)
    assert arrival.seconds == pytest.approx(spoken_s(TEXTS["text-2"]), abs=0.001)
    # the last word is not there before
    assert arrival.at > 0.150 + (len(TEXTS["text-2"].split()) - 1) * 0.025


def test_a_chain_that_fails_says_with_what() -> None:
    with (
        Chain(WAITING, "benchmarks.chain_waiting") as chain,
        pytest.raises(ChainError, match=r"\w+Error"),
    ):
        chain.turn("http://127.0.0.1:9/v1", QUICK)


def test_a_reply_that_is_not_whole_is_no_figure() -> None:
    with pytest.raises(ChainError, match=r"of 11\.16 s"):
        heard([Arrival(1.0, 3.0)], QUICK)
    with pytest.raises(ChainError, match="nothing"):
        heard([], QUICK)
