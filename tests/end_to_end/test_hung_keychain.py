"""The program on a desktop whose keychain never answers: it says so, it opens, and it ends."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.program import Program
from tests.support import hung_keychain
from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.settings import Realtime, Server, Settings

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals"),
]

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture
def program(voicedesk_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    server = Server(name="Far", base_url=NOWHERE, dialect="openai")
    settings = Settings(servers={"far": server}, realtime=Realtime(server="far"))
    SettingsFile(Folders.find().config).save(settings)
    result = Program(voicedesk_home, tmp_path_factory.mktemp("run"))
    result.environment["PYTHON_KEYRING_BACKEND"] = hung_keychain.BACKEND
    result.environment["PYTHONPATH"] = str(ROOT)
    yield result
    result.leave()


def test_the_window_closes_while_the_keychain_is_waited_for(program: Program) -> None:
    program.open()
    assert program.end() == 0


def test_the_doctor_reports_it(program: Program) -> None:
    report = json.loads(program.command("doctor", "--json").stdout)
    assert report["keyring"] == "does not answer"
    assert report["server"]["key"] == "unknown"
    assert "Unlock the keychain" in report["server"]["problem"]
