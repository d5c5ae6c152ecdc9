"""What the application may load before its window is painted."""

import subprocess
import sys

HEAVY = ("numpy", "soxr", "sounddevice", "openai", "httpx2", "websockets", "aiohttp", "keyring")

CHECK = f"""
import sys
import voicedesk.app
from voicedesk.core.settings import Settings
from voicedesk.desk import Desk
import asyncio

async def make():
    for mode in ("realtime", "classic"):
        await Desk(Settings(mode=mode)).close()

asyncio.run(make())
print(*sorted(set({HEAVY!r}) & set(sys.modules)))
"""


def test_nothing_heavy_is_loaded_before_the_first_paint() -> None:
    result = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.split() == []
