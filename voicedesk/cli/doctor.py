"""What works on this computer, in one report that can be copied into a question for help."""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import os
import platform
import shutil
import sys
from typing import Any

from voicedesk import __version__
from voicedesk.cli.early import has_display, qt_problem
from voicedesk.cli.output import tell
from voicedesk.cli.probe_report import as_data, in_short
from voicedesk.cli.report import as_json
from voicedesk.cli.servers import chosen
from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.clock import now
from voicedesk.core.errors import ServerError, SettingsError, SoundError, VoiceDeskError
from voicedesk.core.redaction import redactor
from voicedesk.core.settings import Settings
from voicedesk.desk import Desk
from voicedesk.hotkey import base
from voicedesk.probing import Prober, servers_in_use
from voicedesk.providers.keys import Keys
from voicedesk.servers import Servers
from voicedesk.synth.bundled import bundled_espeak

_PACKAGES = (
    "PySide6-Essentials",
    "qasync",
    "sounddevice",
    "numpy",
    "soxr",
    "openai",
    "websockets",
    "aiohttp",
    "pyttsx3",
    "pocketsphinx",
    "keyring",
)


def run(options: argparse.Namespace) -> int:
    """Print the report. Returns 0 when a spoken turn could be had here."""
    try:
        settings, keys = chosen(options)
    except SettingsError as error:
        print(str(error), file=sys.stderr)
        return 2
    file = SettingsFile(Folders.find().config)
    report: dict[str, Any] = {
        "voicedesk": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "display": _display(),
        "sound": _sound(),
        "echo_cancelling": _echo_cancelling(),
        "voice": _voice(),
        "talk_key_in_other_windows": _talk_key_elsewhere(),
        "keyring": keys.backend(),
        "key_file": keys.uses_file(),
        "settings": str(file.path) if file.exists else "defaults",
    }
    report["server"], report["servers"] = asyncio.run(_servers(settings, keys))
    if keys.is_silent:  # asked for a key it may hang that has told its name
        report["keyring"] = "does not answer"
    if not options.json:
        report["servers"] = {name: in_short(data) for name, data in report["servers"].items()}
    tell(as_json(report) if options.json else redactor.clean(_as_text(report)))
    return 0 if report["server"]["reachable"] else 1


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


async def _key(settings: Settings, keys: Keys) -> str:
    try:
        key = await keys.fetch(settings.answering_id, settings.answering_server)
    except ServerError:
        return "unknown"  # connecting says why
    return "present" if key else "none"


def _echo_cancelling() -> str:
    """Whether a reply can be taken out of what the microphone hears: tried on 10 ms of silence."""
    from voicedesk.audio.echo import FRAME, find_canceller
    from voicedesk.audio.io import SAMPLE_BYTES
    from voicedesk.audio.pcm import from_bytes

    make = find_canceller()
    if make is None:
        return "missing: there is none for this computer"
    silence = from_bytes(bytes(SAMPLE_BYTES * FRAME))
    make().process(silence, silence)
    return "works"


def _talk_key_elsewhere() -> str:
    """Whether the talk key can be had while another window is in use, as far as it is known without a window."""
    if not base.is_installed():
        return 'missing: pip install "voicedesk[hotkey]"'
    return "not on Wayland" if base.is_wayland() else "possible"


def _voice() -> str:
    if platform.system() != "Linux":
        return "the system's own"
    if bundled_espeak() is not None:
        return "espeak-ng, which comes with VoiceDesk"
    return "espeak-ng" if shutil.which("espeak-ng") else "missing: install espeak-ng"


def _display() -> dict[str, Any]:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_CURRENT_DESKTOP")
    found: dict[str, Any] = {name: os.environ[name] for name in names if os.environ.get(name)}
    return {"present": has_display(), "problem": qt_problem(), **found}


def _sound() -> dict[str, Any]:
    from voicedesk.audio import devices

    try:
        return {
            "portaudio": devices.version(),
            "host_apis": devices.host_apis(),
            "microphones": [f"{device.name} ({device.host_api})" for device in devices.inputs()],
            "speakers": [f"{device.name} ({device.host_api})" for device in devices.outputs()],
        }
    except SoundError as error:
        return {"problem": str(error)}


async def _servers(settings: Settings, keys: Keys) -> tuple[dict[str, Any], dict[str, Any]]:
    """Whether a turn could be had, and how each server that it needs fares."""
    answering = await _server(settings, keys)
    servers = Servers(keys)
    prober = Prober(servers)
    tried: dict[str, Any] = {}
    try:
        for server_id in servers_in_use(settings):
            report = await prober.test(settings, server_id, lambda _: None)
            tried[server_id] = {"name": report.name, **as_data(report)}
    finally:
        await servers.close()
    return answering, tried


async def _server(settings: Settings, keys: Keys) -> dict[str, Any]:
    """Whether the server that answers can be talked to, and how fast it is ready."""
    server = settings.answering_server
    result: dict[str, Any] = {
        "name": server.name,
        "mode": settings.mode,
        "key": await _key(settings, keys),
        "reachable": False,
    }
    desk = Desk(settings, keys=keys)
    result["model"] = desk.model
    begun = now()
    try:
        await desk.connect()
        result["reachable"] = True
        result["ready_ms"] = round((now() - begun) * 1000)
    except VoiceDeskError as error:
        result["problem"] = str(error)
    finally:
        await desk.close()
    return result


def _as_text(report: dict[str, Any], indent: str = "") -> str:
    lines: list[str] = []
    for name, value in report.items():
        if isinstance(value, dict):
            lines.append(f"{indent}{name}")
            lines.append(_as_text(value, indent + "  "))
        elif isinstance(value, list):
            lines.append(f"{indent}{name}")
            lines += [f"{indent}  - {item}" for item in value] or [f"{indent}  (none)"]
        elif value is not None:
            text = (
                {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
            )
            lines.append(f"{indent}{name}: {text}")
    return "\n".join(line for line in lines if line)
