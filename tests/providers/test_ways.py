"""The ways in which a question can be answered, and the settings for each."""

from __future__ import annotations

import pytest

from voicedesk.core.settings import BUILTIN, OPENAI, Server, Settings
from voicedesk.providers.presets import preset_of
from voicedesk.providers.ways import Way, settings_for, way_of, ways_of


def settings() -> Settings:
    made = Settings()
    made.servers["texts"] = Server(name="Texts", base_url="http://127.0.0.1:1", dialect="lmstudio")
    made.servers["voices"] = Server(name="Voices", base_url="http://127.0.0.1:2", dialect="kokoro")
    made.servers["any"] = Server(name="Any", base_url="http://127.0.0.1:3", dialect="compatible")
    return made


def test_each_pipeline_goes_with_the_servers_that_offer_it() -> None:
    assert ways_of(settings()) == (
        Way("realtime", BUILTIN),
        Way("realtime", OPENAI),
        Way("realtime", "any"),
        Way("classic", BUILTIN),
        Way("classic", OPENAI),
        Way("classic", "texts"),
        Way("classic", "any"),
    )


@pytest.mark.parametrize("way", ways_of(settings()))
def test_the_settings_for_a_way_answer_in_that_way(way: Way) -> None:
    before = settings()
    after = settings_for(before, way)
    assert way_of(after) == way
    assert after.servers == before.servers
    assert before == settings()  # they are others


def test_the_present_way_changes_nothing() -> None:
    for mode in ("realtime", "classic"):
        made = settings().model_copy(update={"mode": mode})
        made.realtime.model = made.classic.thinking_model = "my-own"
        assert settings_for(made, way_of(made)) == made


def test_a_server_is_asked_for_a_model_that_it_is_known_by() -> None:
    made = settings()
    made.realtime.model = made.classic.thinking_model = "my-own"
    openai = preset_of("openai")
    assert openai is not None
    assert settings_for(made, Way("realtime", OPENAI)).realtime.model == openai.models["realtime"]
    classic = settings_for(made, Way("classic", OPENAI)).classic
    assert classic.thinking_model == openai.models["thinking"]
    assert classic.transcription_server == OPENAI
    assert settings_for(made, Way("realtime", "any")).realtime.model == "my-own"


def test_stages_that_a_server_does_not_offer_stay_where_they_are() -> None:
    made = settings()
    made.classic.voice_kind = "server"
    made.classic.speech_server = "voices"
    made.classic.thinking = "agent"
    classic = settings_for(made, Way("classic", "texts")).classic
    assert classic.transcription_server == BUILTIN
    assert classic.thinking == "auto"
    assert classic.voice_kind == "offline"  # the server that is to be gone round may be this one
    made.classic.speech_server = "any"
    assert settings_for(made, Way("classic", "any")).classic.voice_kind == "server"
