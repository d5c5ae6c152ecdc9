"""Whether the desktop is set to show less motion, read where each system keeps it. Qt does not tell.

Reading may start a small program of the system: it is done on a thread, and after the window was painted.
"""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PATIENCE_S = 3.0

Run = Callable[[Sequence[str]], str]
"""Gives what a command prints; empty when it is not there, fails or takes too long."""

_ASK_PORTAL = (
    *("gdbus", "call", "--session", "--timeout", "2"),
    *("--dest", "org.freedesktop.portal.Desktop"),
    *("--object-path", "/org/freedesktop/portal/desktop"),
    *("--method", "org.freedesktop.portal.Settings.ReadOne"),
    *("org.freedesktop.appearance", "reduced-motion"),
)
_ASK_GNOME = ("gsettings", "get", "org.gnome.desktop.interface", "enable-animations")
_ASK_MAC = ("defaults", "read", "com.apple.universalaccess", "reduceMotion")
_ANIMATION_IN_WINDOWS = 0x1042  # SPI_GETCLIENTAREAANIMATION


def is_wanted_less(platform: str = sys.platform) -> bool:
    """Whether the user has told the desktop to move less; False where that cannot be read. Blocks for a while."""
    if platform == "win32":
        return _in_windows()
    if platform == "darwin":
        return on_mac(run)
    return on_linux(run, os.environ)


def run(command: Sequence[str]) -> str:
    """What a command prints."""
    try:
        done = subprocess.run(  # noqa: S603 - a command of ours, no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace").strip()


def on_linux(run: Run, environment: Mapping[str, str]) -> bool:
    """By the portal, which speaks for any desktop, or by the settings of GNOME's or of KDE's."""
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    has_bus = bool(environment.get("DBUS_SESSION_BUS_ADDRESS")) or (
        bool(runtime) and Path(runtime, "bus").exists()
    )
    if has_bus and "uint32 1" in run(_ASK_PORTAL):
        return True
    if "KDE" in environment.get("XDG_CURRENT_DESKTOP", "").split(":"):
        home = environment.get("HOME", "")
        folder = environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
        return bool(folder) and in_kde(Path(folder, "kdeglobals"))
    return run(_ASK_GNOME) == "false"


def in_kde(file: Path) -> bool:
    """By the speed of animations, of which 0 is "at once"."""
    settings = configparser.RawConfigParser(strict=False, delimiters=("=",))
    try:
        with file.open(encoding="utf-8", errors="replace") as text:
            settings.read_file(text)
        return settings.getfloat("KDE", "AnimationDurationFactor", fallback=1.0) == 0.0
    except (OSError, ValueError, configparser.Error):
        return False


def on_mac(run: Run) -> bool:
    """By the setting of Accessibility, Display."""
    return run(_ASK_MAC) == "1"


def _in_windows() -> bool:
    if sys.platform == "win32":
        import ctypes

        is_on = ctypes.c_int(1)
        ask = ctypes.windll.user32.SystemParametersInfoW
        return bool(ask(_ANIMATION_IN_WINDOWS, 0, ctypes.byref(is_on), 0)) and not is_on.value
    return False
