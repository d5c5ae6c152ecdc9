"""Models that are going to be shut down: which, when, and where the dates count."""

from datetime import date, timedelta

import pytest

from voicedesk.core.settings import BUILTIN, OPENAI, Classic, Realtime, Server, Settings
from voicedesk.providers.presets import PRESETS
from voicedesk.providers.retirement import (
    SHUTDOWNS,
    WARN_DAYS,
    Retirement,
    is_due,
    retiring,
    shutdown_date,
    told_date,
)

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("model", "on"),
    [
        ("gpt-realtime", date(2027, 1, 20)),
        ("gpt-realtime-2025-08-28", date(2027, 1, 20)),
        ("gpt-realtime-2.1", None),
        ("gpt-4o-mini-tts-2025-12-15", date(2027, 1, 6)),
        ("whisper-1", date(2027, 2, 26)),
        ("my-own-model", None),
        ("", None),
    ],
)
def test_when_a_model_goes(model: str, on: date | None) -> None:
    assert shutdown_date(model) == on


def test_no_model_that_is_offered_is_about_to_go() -> None:
    for preset in PRESETS:
        assert not set(preset.models.values()) & SHUTDOWNS.keys()


def test_it_is_time_to_warn_from_a_season_before_on_and_afterwards() -> None:
    assert not is_due(TODAY + timedelta(WARN_DAYS + 1), TODAY)
    assert is_due(TODAY + timedelta(WARN_DAYS), TODAY)
    assert is_due(TODAY - timedelta(1), TODAY)


def on_openai(mode: str, **models: str) -> Settings:
    settings = Settings(mode=mode)  # type: ignore[arg-type] # one of the two
    settings.realtime = Realtime(server=OPENAI)
    settings.classic = Classic(
        transcription_server=OPENAI,
        thinking_server=OPENAI,
        speech_server=OPENAI,
        voice_kind="server",
    )
    section = settings.realtime if mode == "realtime" else settings.classic
    for name, model in models.items():
        setattr(section, name, model)
    return settings


def test_the_models_in_use_are_warned_of_the_soonest_first() -> None:
    settings = on_openai("classic", transcription_model="whisper-1", thinking_model="gpt-5-mini")
    assert retiring(settings, TODAY) == [
        Retirement("gpt-5-mini", date(2026, 12, 11)),
        Retirement("gpt-4o-mini-tts", date(2027, 1, 6)),
        Retirement("whisper-1", date(2027, 2, 26)),
    ]
    assert retiring(on_openai("realtime"), TODAY) == []
    settings = on_openai("realtime", model="gpt-realtime", transcription_model="whisper-1")
    assert [each.model for each in retiring(settings, TODAY)] == ["gpt-realtime", "whisper-1"]
    assert retiring(settings, TODAY, BUILTIN) == []
    assert len(retiring(settings, TODAY, OPENAI)) == 2
    settings.realtime.transcribe = False
    assert [each.model for each in retiring(settings, TODAY)] == ["gpt-realtime"]


def test_a_name_that_another_server_uses_is_none_of_it() -> None:
    settings = on_openai("classic", transcription_model="whisper-1", speech_model="tts-1")
    settings.servers["home"] = Server(
        name="Home", base_url="http://127.0.0.1:8000/v1", dialect="speaches"
    )
    settings.classic.transcription_server = settings.classic.speech_server = "home"
    assert retiring(settings, TODAY) == []
    assert retiring(Settings(), TODAY) == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2027-01-06", date(2027, 1, 6)),
        ("2027-01-06T00:00:00Z", date(2027, 1, 6)),
        ("soon", None),
        (None, None),
        (1_800_000_000, None),
    ],
)
def test_the_date_that_a_server_tells(told: object, expected: date | None) -> None:
    assert told_date(told) == expected
