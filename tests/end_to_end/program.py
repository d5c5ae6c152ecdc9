"""VoiceDesk in a process of its own, as the desktop starts it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

NO_SOUND = Path(__file__).parent.parent / "support" / "no-sound-cards.conf"


class Program:
    """The window in a process of its own, and commands to it from others."""

    def __init__(self, home: Path, runtime: Path, sound: Mapping[str, str] | None = None) -> None:
        """Nothing runs yet.

        Args:
            home: Where it keeps its files.
            runtime: Where its seat is.
            sound: The environment of a sound card; None for none at all.
        """
        self.home = home
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
        self.environment["VOICEDESK_HOME"] = str(home)
        # Another test's virtual sound card may be there by now.
        self.environment["ALSA_CONFIG_PATH"] = str(NO_SOUND)
        for name in ("PULSE_SERVER", "PULSE_COOKIE", "PULSE_CLIENTCONFIG"):
            self.environment.pop(name, None)
        self.environment.update(sound or {})
        self.running: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "voicedesk", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def open(self) -> None:
        """Open the window and wait until it listens to commands."""
        self.running = subprocess.Popen(
            [sys.executable, "-m", "voicedesk"], env=self.environment, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while self.command("stop").returncode != 0:
            assert self.running.poll() is None
            assert time.monotonic() < deadline

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.running is not None
        self.running.send_signal(number)
        status = self.running.wait(60)
        self.running = None
        return status

    def leave(self) -> None:
        """Leave nothing running, whatever became of the test."""
        if self.running is not None:
            self.running.kill()
            self.running.wait(60)
