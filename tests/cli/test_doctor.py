"""The report of the doctor on servers: each stage in use, in words and for programs."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.realtime_server import ScriptedServer
from voicedesk.__main__ import main
from voicedesk.cli.probe_report import as_data, in_short
from voicedesk.core.errors import WrongKeyError
from voicedesk.core.settings import OPENAI, Realtime, Settings
from voicedesk.providers.model_list import ListedModel
from voicedesk.providers.probe import ServerReport, StageReport, Verdict
from voicedesk.providers.retirement import Retirement


def test_the_server_that_answers_is_tried(
    served: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["doctor", "--server", served.base_url, "--model", "m"]
    assert main([*arguments, "--json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert report["key_file"] is False
    assert report["echo_cancelling"] == "works"
    (tried,) = report["servers"].values()
    assert tried["stages"]["realtime"]["verdict"] == "works"
    assert tried["stages"]["realtime"]["model"] == "m"
    assert tried["stages"]["realtime"]["ms"] >= 0


def test_a_model_that_goes_and_a_key_that_is_missing_are_told(
    voicedesk_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(realtime=Realtime(server=OPENAI, model="gpt-realtime"))
    (voicedesk_home / "settings.json").write_text(settings.model_dump_json(), encoding="utf-8")
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "OpenAI needs a key" in out
    assert "gpt-realtime: 2027-01-20" in out


REPORT = ServerReport(
    "Home",
    reached_ms=12.4,
    models=tuple(ListedModel(f"m{number:02}") for number in range(30)),
    stages=(
        StageReport("thinking", Verdict.WORKS, "m01", 530.6, "Hello."),
        StageReport("speech", Verdict.ABSENT),
        StageReport("transcription", Verdict.FAILED, "m02", error=WrongKeyError(server="Home")),
    ),
    retiring=(Retirement("m01", date(2027, 1, 6)),),
    done=True,
)


def test_a_report_for_programs_and_one_for_people() -> None:
    data = as_data(REPORT)
    assert data["reached_ms"] == 12
    assert data["works"] is False
    assert data["stages"]["thinking"] == {
        "verdict": "works",
        "model": "m01",
        "ms": 531,
        "proof": "Hello.",
    }
    assert data["shut_down_soon"] == {"m01": "2027-01-06"}
    assert len(data["models"]) == 30
    short = in_short(data)
    assert short["stages"] == {
        "thinking": "works with m01 in 531 ms “Hello.”",
        "speech": "absent",
        "transcription": (
            "failed with m02: Home refused the key. Enter a valid one in Settings, Servers."
        ),
    }
    assert short["models"][-1] == "… and 10 more"
    assert len(data["models"]) == 30
