"""What build.spec needs to know about each system."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

from voicedesk import __version__
from voicedesk.synth.bundled import FOLDER as ESPEAK

BUNDLE_ID = "org.voicedesk.VoiceDesk"
MICROPHONE_USE = "VoiceDesk listens while you hold the talk key, and sends what you say to the server that you chose."

Data = list[tuple[str, str]]


def _espeak() -> Path:
    found = importlib.util.find_spec("espeakng_loader")
    if found is None or found.origin is None:
        raise SystemExit("espeakng-loader is not installed: start this by scripts/build.")
    return Path(found.origin).parent


def espeak_library() -> Data:
    """espeak-ng itself, under the name that programs ask for."""
    return [(str(_espeak() / "libespeak-ng.so.1"), ESPEAK)]


def espeak_data() -> Data:
    """espeak-ng's voices and dictionaries."""
    return [(str(_espeak() / "espeak-ng-data"), f"{ESPEAK}/espeak-ng-data")]


def voice_drivers(platform: str = sys.platform) -> list[str]:
    """pyttsx3 imports its driver by name."""
    drivers = {"win32": ["sapi5"], "darwin": ["nsss", "avspeech"]}.get(
        platform, ["espeak", "_espeak"]
    )
    return ["pyttsx3.drivers", *(f"pyttsx3.drivers.{name}" for name in drivers)]


def icon(root: Path, platform: str = sys.platform) -> str | None:
    """The executable's icon; Linux takes it from the desktop entry."""
    ending = {"win32": "ico", "darwin": "icns"}.get(platform)
    made = root / "build" / "icons" / f"voicedesk.{ending}"
    return str(made) if ending and made.exists() else None


def version_numbers(version: str = __version__) -> tuple[int, int, int, int]:
    """As Windows wants them: "1.2.3rc1" is 1.2.3.0."""
    numbers = [int(digits) for part in version.split(".") if (digits := _leading_digits(part))]
    first, second, third, *_ = [*numbers, 0, 0, 0]
    return first, second, third, 0


def _leading_digits(text: str) -> str:
    for at, sign in enumerate(text):
        if not sign.isdigit():
            return text[:at]
    return text


def version_resource(root: Path, platform: str = sys.platform) -> str | None:
    """Write what Windows shows in a file's properties; None elsewhere."""
    if platform != "win32":
        return None
    numbers = version_numbers()
    strings = {
        "CompanyName": "The VoiceDesk developers",
        "FileDescription": "VoiceDesk",
        "FileVersion": __version__,
        "LegalCopyright": "MIT licence; see LICENSE and the licences of its parts",
        "ProductName": "VoiceDesk",
        "ProductVersion": __version__,
    }
    told = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in strings.items())
    path = root / "build" / "version.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}),\n"
        f"  kids=[StringFileInfo([StringTable('040904B0', [{told}])]),\n"
        "        VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n",
        encoding="utf-8",
    )
    return str(path)


def bundle() -> dict[str, Any]:
    """What macOS wants to know about the application."""
    return {
        "bundle_identifier": BUNDLE_ID,
        "version": __version__,
        "info_plist": {
            "CFBundleDisplayName": "VoiceDesk",
            "CFBundleShortVersionString": __version__,
            "LSApplicationCategoryType": "public.app-category.productivity",
            "LSMinimumSystemVersion": "13.0",
            "NSHighResolutionCapable": True,
            "NSMicrophoneUsageDescription": MICROPHONE_USE,
            "NSRequiresAquaSystemAppearance": False,
        },
    }
