"""Which stage is on which server with which model, and what a desk shares between its pipelines."""

from pathlib import Path

import pytest

from voicedesk.assembly import classic_settings, model_of, realtime_settings
from voicedesk.conversation.scribe import Scribe
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Role
from voicedesk.core.errors import RateLimitError
from voicedesk.core.events import Event, UserText, Waiting
from voicedesk.core.settings import OPENAI, Classic, Mode, Realtime, Server, Settings
from voicedesk.desk import Desk
from voicedesk.providers.profiles import QUIRKS, Quirks


def test_the_built_in_server_has_models_of_its_own() -> None:
    settings = Settings(classic=Classic(effort="high", voice="marin", voice_kind="server"))
    classic = classic_settings(settings)
    assert classic.transcription_model == classic.live_transcription_model == "voicedesk-ears"
    assert (classic.thinking_model, classic.effort) == ("voicedesk-assistant", "")
    assert (classic.speech_model, classic.voice) == ("voicedesk-voice", "")
    assert realtime_settings(settings).model == "voicedesk-realtime"


def test_what_a_server_leaves_no_choice_in_is_a_row_of_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd = Quirks(
        models={"thinking": "mind", "speech": "mouth", "realtime": "all"},
        ignores=frozenset({"effort", "voice"}),
    )
    monkeypatch.setitem(QUIRKS, "odd", odd)
    server = Server(name="Odd", base_url="https://odd.example/v1", dialect="odd")
    settings = Settings(
        servers={"odd": server},
        realtime=Realtime(server="odd", model="m", voice="v", effort="low"),
        classic=Classic(
            transcription_server="odd",
            thinking_server="odd",
            speech_server="odd",
            effort="high",
            voice="v",
            voice_kind="server",
        ),
    )
    classic = classic_settings(settings)
    assert classic.transcription_model == settings.classic.transcription_model
    assert (classic.thinking_model, classic.effort) == ("mind", "")
    assert (classic.speech_model, classic.voice) == ("mouth", "")
    realtime = realtime_settings(settings)
    assert (realtime.model, realtime.voice, realtime.effort) == ("all", "", "")
    assert realtime.noise_reduction == settings.realtime.noise_reduction


def test_each_stage_keeps_what_its_own_server_understands() -> None:
    classic = Classic(thinking_server=OPENAI, effort="high", thinking_model="gpt-5.5")
    settings = Settings(mode="classic", classic=classic)
    understood = classic_settings(settings)
    assert (understood.thinking_model, understood.effort) == ("gpt-5.5", "high")
    assert understood.transcription_model == "voicedesk-ears"
    assert model_of(settings) == "gpt-5.5"


def test_the_offline_voice_keeps_its_name_whatever_the_speech_server() -> None:
    assert classic_settings(Settings(classic=Classic(voice="de"))).voice == "de"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("", ("gpt-realtime-2.1", "marin")), ("cedar", ("gpt-realtime-2.1", "cedar"))],
)
def test_speech_through_a_session_has_a_realtime_model(
    chosen: str, expected: tuple[str, str]
) -> None:
    classic = Classic(voice_kind="realtime", speech_server=OPENAI, voice=chosen)
    understood = classic_settings(Settings(classic=classic, realtime=Realtime(voice="marin")))
    assert (understood.speech_model, understood.voice) == expected


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.mark.parametrize("mode", ["realtime", "classic"])
async def test_pipelines_know_what_was_said_before(
    mode: Mode, events: list[Event], voicedesk_home: Path
) -> None:
    desk = Desk(Settings(mode=mode))
    try:
        desk.conductor.observe(events.append)
        Scribe(desk.dialogue)(UserText(turn=1, at=now(), text="Hello", final=True))
        assert [(m.role, m.text) for m in desk.dialogue.before(2)] == [(Role.USER, "Hello")]
        assert desk.model.startswith("voicedesk-")
        assert desk.server_name == "Built-in"
    finally:
        await desk.close()
    assert not (voicedesk_home / "data" / "voice").exists(), "nothing was said, nothing is kept"


async def test_a_wait_for_a_server_is_told(events: list[Event]) -> None:
    desk = Desk(Settings(mode="classic"))
    try:
        desk.conductor.observe(events.append)
        pace = desk._assembly.paces.of("https://example.invalid/v1", "Example")
        pace.hold(0.3)
        await pace.turn()
        (waiting,) = [event for event in events if isinstance(event, Waiting)]
        assert waiting.server == "Example"
        assert 0 < waiting.seconds <= 0.3
        assert "wait" in str(RateLimitError(server="Example")).lower()
    finally:
        await desk.close()


async def test_a_question_of_the_very_first_moment_is_kept(voicedesk_home: Path) -> None:
    desk = Desk(Settings(), keep=True)
    try:
        before = desk._keeping
        desk.conductor.ask("Is anybody there?")
        kept = desk._keeping
        assert before is None
        assert kept is not None
        assert desk.keeping is kept
    finally:
        await desk.close()
