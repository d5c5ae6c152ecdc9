"""Costs: what servers count in their several ways, and what the models that we know charge for it."""

from __future__ import annotations

import socket
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.conversation.figures.prices import Cost, Count, Used, count_of, estimate, used_by
from voicedesk.conversation.figures.stages import Role, Stage, stages_of
from voicedesk.core.settings import OPENAI, OPENAI_URL, Server, Settings

REALTIME = {
    "input_tokens": 1000,
    "output_tokens": 200,
    "input_token_details": {
        "text_tokens": 400,
        "audio_tokens": 600,
        "cached_tokens": 300,
        "cached_tokens_details": {"text_tokens": 100, "audio_tokens": 200},
    },
    "output_token_details": {"text_tokens": 50, "audio_tokens": 150},
}
ANSWER = Stage(Role.ANSWER, "gpt-realtime-2.1", OPENAI_URL)


def cost_of(role: Role, model: str, count: Count, base_url: str = OPENAI_URL) -> Cost:
    return estimate([Used(Stage(role, model, base_url), count)])


def test_cached_tokens_and_sound_are_counted_once() -> None:
    """At 4 dollars for a million tokens of text, 32 of sound, 0.40 cached; 24 and 64 of what is made."""
    cost = estimate([Used(ANSWER, count_of(REALTIME))])
    dollars = (300 * 4 + 100 * 0.4 + 400 * 32 + 200 * 0.4 + 50 * 24 + 150 * 64) / 1e6
    assert cost.usd is not None
    assert float(cost.usd) == pytest.approx(dollars)
    assert (cost.input_tokens, cost.output_tokens) == (1000, 200)
    assert cost.unpriced == cost.uncounted == ()


def test_the_three_ways_to_count_tokens_are_read_alike() -> None:
    chat = {
        "prompt_tokens": 7,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 2},
    }
    responses = {
        "input_tokens": 7,
        "output_tokens": 5,
        "input_tokens_details": {"cached_tokens": 2},
    }
    assert count_of(chat) == count_of(responses) == Count(input=7, output=5, cached=2)
    assert count_of({"type": "duration", "seconds": 2.5}) == Count(seconds=2.5)


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
NAMES = ("input_tokens", "output_tokens", "input_token_details", "seconds", "cached_tokens")


@given(st.dictionaries(st.sampled_from(NAMES), JSON) | JSON)
def test_whatever_a_server_sends_is_a_count_or_none(usage: Any) -> None:
    count = count_of(usage)
    assert count is None or count != Count()
    cost = estimate([Used(ANSWER, count)])
    assert cost.usd is None or cost.usd >= 0


@pytest.mark.parametrize(
    ("role", "model", "count", "dollars"),
    [
        (Role.TRANSCRIPTION, "gpt-transcribe", Count(seconds=60), "0.0045"),
        (Role.TRANSCRIPTION, "gpt-live-transcribe", Count(seconds=60), "0.017"),
        (Role.SPEECH, "tts-1", Count(characters=1000), "0.015"),
        (Role.THINKING, "gpt-5.4-mini", Count(input=1000, output=100), "0.0012"),
        (Role.THINKING, "gpt-5.4-mini-2026-03-17", Count(input=1000, output=100), "0.0012"),
    ],
)
def test_each_stage_is_paid_in_its_own_way(
    role: Role, model: str, count: Count, dollars: str
) -> None:
    assert cost_of(role, model, count).usd == Decimal(dollars)


def test_where_no_price_is_known_there_are_tokens() -> None:
    cost = cost_of(Role.THINKING, "own-model", Count(input=10, output=5))
    assert cost == Cost(None, 10, 5, unpriced=("own-model",))
    elsewhere = cost_of(Role.THINKING, "gpt-5.4-mini", Count(input=10), "https://models.example/v1")
    assert elsewhere.usd is None


def test_a_count_that_contradicts_itself_has_no_price() -> None:
    assert cost_of(Role.ANSWER, ANSWER.model, Count(input=1, cached=9)).usd is None


def test_a_model_that_is_paid_otherwise_is_not_for_nothing() -> None:
    cost = cost_of(Role.TRANSCRIPTION, "gpt-4o-transcribe", Count(seconds=60))
    assert cost.usd is None
    assert cost.unpriced == ("gpt-4o-transcribe",)


def test_a_server_that_does_not_count_is_named() -> None:
    assert estimate([Used(ANSWER, None)]).uncounted == (ANSWER.model,)


def test_what_is_done_on_this_computer_costs_nothing() -> None:
    cost = estimate([Used(Stage(Role.ANSWER, "own", is_local=True), Count(input=5, output=2))])
    assert cost == Cost(Decimal(0), 5, 2, is_local=True)


def test_prices_are_looked_up_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        pytest.fail("somebody wants the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert estimate([Used(ANSWER, count_of(REALTIME))]).usd


# ------------------------------------------------------------------------------------------- stages


def settings(mode: str, **classic: object) -> Settings:
    result = Settings.model_validate({"mode": mode, "classic": classic})
    result.realtime.server = OPENAI
    return result


def test_the_built_in_server_and_the_offline_voice_are_here() -> None:
    assert all(stage.is_local for stage in stages_of(Settings()))
    assert all(stage.is_local for stage in stages_of(Settings(mode="classic")))


def test_a_realtime_session_transcribes_beside_the_answer() -> None:
    asked = settings("realtime")
    assert [(s.role, s.model, s.base_url) for s in stages_of(asked)] == [
        (Role.ANSWER, "gpt-realtime-2.1", OPENAI_URL),
        (Role.TRANSCRIPTION, "gpt-transcribe", OPENAI_URL),
    ]
    asked.realtime.transcribe = False
    assert [s.role for s in stages_of(asked)] == [Role.ANSWER]


def test_the_chain_names_each_of_its_servers() -> None:
    asked = settings(
        "classic",
        transcription_server=OPENAI,
        thinking_server="home",
        voice_kind="realtime",
        speech_server=OPENAI,
    )
    asked = asked.model_copy(
        update={
            "servers": {**asked.servers, "home": Server(name="Home", base_url="http://[::1]:9/v1")}
        }
    )
    assert [(s.role, s.model, s.is_local) for s in stages_of(asked)] == [
        (Role.TRANSCRIPTION, "gpt-live-transcribe", False),
        (Role.THINKING, "gpt-5.4-mini", True),
        (Role.SPEECH, "gpt-realtime-2.1", False),
    ]


def test_the_rounds_of_a_chain_are_added_and_its_voice_is_known_from_its_sound() -> None:
    stages = (
        Stage(Role.TRANSCRIPTION, "gpt-transcribe", OPENAI_URL),
        Stage(Role.THINKING, "gpt-5.4-mini", OPENAI_URL),
        Stage(Role.SPEECH, "gpt-4o-mini-tts", OPENAI_URL),
    )
    rounds = [{"input_tokens": 10, "output_tokens": 2}, {"input_tokens": 30, "output_tokens": 4}]
    used = used_by(stages, usage={"thinking": rounds}, take_ms=3000, reply_ms=2000, characters=40)
    assert [part.count for part in used] == [
        Count(seconds=3.0),
        Count(input=40, output=6),
        Count(input=10, output=40, output_audio=40, characters=40),
    ]
    typed = used_by(stages, usage=None, take_ms=None)
    assert [part.stage.role for part in typed] == [Role.THINKING, Role.SPEECH]
    assert typed[0].count is None
