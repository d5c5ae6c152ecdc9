"""What of each server there is to try, by the settings."""

from datetime import date

import pytest

from voicedesk.core.settings import BUILTIN, OPENAI, Classic, Realtime, Server, Settings
from voicedesk.probing import Prober, models_of, servers_in_use, subject_of
from voicedesk.providers.keys import Keys
from voicedesk.providers.probe import ServerReport, Verdict
from voicedesk.servers import Servers

TODAY = date(2026, 11, 20)


def mixed(mode: str = "classic") -> Settings:
    settings = Settings(mode=mode)  # type: ignore[arg-type] # one of the two
    settings.servers["home"] = Server(
        name="Home", base_url="http://127.0.0.1:8000/v1", dialect="speaches"
    )
    settings.realtime = Realtime(server=OPENAI)
    settings.classic = Classic(
        transcription_server="home",
        thinking_server=OPENAI,
        voice_kind="server",
        speech_server="home",
        speech_model="kokoro",
        voice="af_heart",
        thinking="chat",
        effort="low",
        language="de",
    )
    return settings


def test_the_servers_of_the_chosen_pipeline() -> None:
    assert servers_in_use(mixed()) == ["home", OPENAI]
    assert servers_in_use(mixed("realtime")) == [OPENAI]
    assert servers_in_use(Settings(mode="classic")) == [BUILTIN]


def test_a_server_is_tried_with_what_both_pipelines_use_it_for() -> None:
    assert models_of(mixed(), OPENAI) == {
        "realtime": "gpt-realtime-2.1",
        "thinking": "gpt-5.4-mini",
    }
    assert models_of(mixed(), BUILTIN) == {}
    assert models_of(Settings(), BUILTIN)["thinking"] == "voicedesk-assistant"


def test_a_subject_holds_how_it_is_used() -> None:
    subject = subject_of(mixed(), "home", sample=b"\0\0", today=TODAY)
    # Nobody transcribes there while one talks, unless the settings say so.
    assert subject.models == {"transcription": "gpt-transcribe", "speech": "kokoro"}
    assert (subject.wishes.voice, subject.wishes.language) == ("af_heart", "de")
    assert subject.wishes.thinking == "auto"
    subject = subject_of(mixed(), OPENAI, sample=b"", today=TODAY)
    assert (subject.wishes.thinking, subject.wishes.effort) == ("chat", "low")
    assert subject.wishes.voice == ""
    assert "gpt-transcribe" in subject.in_use
    settings = mixed()
    settings.classic.transcription = "live"
    assert "live" in subject_of(settings, "home", sample=b"", today=TODAY).models


@pytest.mark.timeout(110)
async def test_the_built_in_server_passes_every_trial() -> None:
    servers = Servers(Keys())
    told: list[ServerReport] = []
    try:
        report = await Prober(servers).test(Settings(), BUILTIN, told.append)
    finally:
        await servers.close()
    assert {each.stage: each.verdict for each in report.stages} == dict.fromkeys(
        ("realtime", "live", "transcription", "thinking", "speech"), Verdict.WORKS
    ), [str(each.error) for each in report.stages]
    proofs = {each.stage: each.proof for each in report.stages}
    assert "thirty" in proofs["transcription"].lower()
    assert proofs["thinking"]
    assert report.models
    assert report.retiring == ()


async def test_a_missing_key_is_told_before_anything_is_asked() -> None:
    report = await Prober(Servers(Keys())).test(mixed(), OPENAI, lambda _: None)
    assert "needs a key" in str(report.error)
