"""What the application may load before its window is painted."""

import subprocess
import sys

import pytest

HEAVY = {"numpy", "soxr", "sounddevice", "openai", "httpx2", "websockets", "aiohttp", "keyring"}
OF_DIALOGS = {"voicedesk.ui.settings_fields", "voicedesk.ui.settings_dialog"}
OF_TRIALS = {"voicedesk.providers.trials", "voicedesk.providers.thinkers"}
OF_NETWORK = {"PySide6.QtNetwork"}
OF_CHAINS = {"voicedesk.chains", "voicedesk.pipelines.chunker", "voicedesk.pipelines.classic"}
OF_TURNS = {
    "sqlite3",
    "voicedesk.assembly",
    "voicedesk.conversation.figures.accountant",
    "voicedesk.keeping",
    "voicedesk.pipelines.realtime",
    "voicedesk.tools.builtin_tools",
}

CHECK = """
import sys
import voicedesk.session
from voicedesk.app import Application, run_on_qt
from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.settings import Settings

async def make(_application):
    desktop = Application(Settings(mode=sys.argv[1]), file=SettingsFile(Folders.find().config))
    desktop.window.show()
    print(*set(sys.argv[2:]) & set(sys.modules))
    await desktop.close()
    return 0

run_on_qt(make)
"""


@pytest.mark.parametrize(
    ("mode", "later"),
    [
        ("realtime", HEAVY | OF_NETWORK | OF_DIALOGS | OF_TRIALS | OF_CHAINS | OF_TURNS),
        ("classic", HEAVY | OF_NETWORK | OF_DIALOGS | OF_TRIALS | OF_CHAINS | OF_TURNS),
    ],
)
def test_nothing_is_loaded_before_the_first_paint_that_is_wanted_later(
    mode: str, later: set[str]
) -> None:
    result = subprocess.run(
        [sys.executable, "-c", CHECK, mode, *later],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert result.stdout.split() == []


WATCHED = """
import linecache
import os
from voicedesk.cli.early import load_qt
load_qt()
import voicedesk.session
from PySide6.QtCore import QObject
ours = os.path.join(os.path.dirname(voicedesk.__file__), "")
print(*(name for name in linecache.cache if name.startswith(ours)))
"""


def test_no_source_is_read_because_qt_is_there() -> None:
    result = subprocess.run(
        [sys.executable, "-c", WATCHED], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.split() == []
