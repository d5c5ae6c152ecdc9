"""What to install when the offline voice has nothing to speak with."""

from __future__ import annotations

import shutil
import sys

_INSTALLERS = (
    ("apt-get", "sudo apt install espeak-ng"),
    ("dnf", "sudo dnf install espeak-ng"),
    ("pacman", "sudo pacman -S espeak-ng"),
    ("zypper", "sudo zypper install espeak-ng"),
    ("brew", "brew install espeak-ng"),
)


def missing_voice_remedy(platform: str = sys.platform) -> str:
    """The reason and the remedy as the end of a sentence, for this computer."""
    if platform in ("win32", "darwin"):
        return "the system's own speech could not be opened; check that a voice is installed in its speech settings"
    for program, command in _INSTALLERS:
        if shutil.which(program):
            return f'espeak-ng is not installed. Install it with "{command}" and try again'
    return "espeak-ng is not installed. Install the package espeak-ng and try again"
