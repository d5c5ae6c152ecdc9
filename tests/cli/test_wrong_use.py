"""Commands with an address that is none, and with settings that cannot be used."""

import json
from pathlib import Path

import pytest

from voicedesk.__main__ import main, make_parser
from voicedesk.audio.files import write_wav
from voicedesk.cli.servers import chosen
from voicedesk.conversation.folders import Folders
from voicedesk.core.errors import UnreachableError
from voicedesk.core.settings import Server
from voicedesk.pipelines.realtime_keeper import worth_trying_again
from voicedesk.providers.profiles import address_of

ADDRESSES = ["http://[bad", "ftp://somewhere", "nothing at all", ""]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_none_is_not_tried_again(address: str) -> None:
    with pytest.raises(UnreachableError, match="not valid") as caught:
        address_of(Server(name="Mine", base_url=address), "")
    assert not worth_trying_again(caught.value)
    assert not caught.value.retryable


def test_an_address_that_is_none_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEDESK_HOME", str(tmp_path))
    question = tmp_path / "question.wav"
    write_wav(question, b"\x10\x27\xf0\xd8" * 12_000)
    assert main(["ask", str(question), "--server", "http://[bad", "--json"]) == 1
    assert "not valid" in json.loads(capsys.readouterr().out)["error"]


@pytest.mark.parametrize("command", [["ask", "question.wav"], ["doctor"]])
def test_settings_that_were_set_aside_are_told(
    command: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VOICEDESK_HOME", str(tmp_path))
    Folders.find().config.mkdir(parents=True, exist_ok=True)
    (Folders.find().config / "settings.json").write_text("{", encoding="utf-8")
    settings, _ = chosen(make_parser().parse_args(command))
    assert settings.mode == "realtime"
    assert "settings.aside-1.json" in capsys.readouterr().err
