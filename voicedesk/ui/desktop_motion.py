"""Whether the desktop is set to show less motion, read where each system keeps it.

There is a source for each place, and all of them look the same: a call that tells, or says that it does not know. The
first that knows decides. Reading may start a small program of the system: it is done on a thread, and after the window
was painted. Where Qt tells, which it does from 6.12 on, ``voicedesk.ui.motion`` asks it.
"""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

_PATIENCE_S = 3.0

Source = Callable[[], bool | None]
"""Tells whether things are to move less; None where this place does not say."""

Run = Callable[[Sequence[str]], str]
"""Gives what a command prints; empty when it is not there, fails or takes too long."""

AskWindows = Callable[[int, int, Any, int], int]
"""SystemParametersInfoW: what is asked, a number, where the answer goes, flags; 0 when it failed."""

_ASK_PORTAL = (
    *("gdbus", "call", "--session", "--timeout", "2"),
    *("--dest", "org.freedesktop.portal.Desktop"),
    *("--object-path", "/org/freedesktop/portal/desktop"),
    *("--method", "org.freedesktop.portal.Settings.ReadAll"),
    str(
        [
            *("org.freedesktop.appearance", "org.gnome.desktop.a11y.interface"),
            *("org.gnome.desktop.interface", "org.kde.kdeglobals.KDE"),
        ]
    ),
)
"""All at once, and by the one call that each version of the portal knows."""

_LESS_BY_PORTAL = re.compile(
    r"'reduced-motion': <(?:uint32 1|'reduce')>"  # of any desktop, and of GNOME since 50
    r"|'enable-animations': <false>"  # of GNOME, and of what is made like it
    r"|'AnimationDurationFactor': <'?0(?:\.0*)?'?>"  # of KDE
)
_TOLD_BY_PORTAL = re.compile(r"'(?:enable-animations|AnimationDurationFactor)': ")
"""That there is no wish is believed where the desktop's own setting was told; a portal may know no more than colours."""

_GNOME = (
    ("org.gnome.desktop.a11y.interface", "reduced-motion", "'reduce'"),
    ("org.gnome.desktop.interface", "enable-animations", "false"),
)
_OTHERS = {
    "X-Cinnamon": (("org.cinnamon.desktop.interface", "enable-animations", "false"),),
    "MATE": (
        ("org.mate.interface", "enable-animations", "false"),
        ("org.mate.interface", "gtk-enable-animations", "false"),
    ),
}
"""By the name of the desktop: a schema, its key, and the value that wants less. Its portal does not tell of it."""

_ASK_MAC = ("defaults", "read", "com.apple.universalaccess", "reduceMotion")
_ANIMATION_IN_WINDOWS = 0x1042  # SPI_GETCLIENTAREAANIMATION


def is_wanted_less(sources: Iterable[Source] | None = None) -> bool:
    """Whether the user has told the desktop to move less; False where nothing says so. Blocks for a while."""
    for source in sources_of(sys.platform) if sources is None else sources:
        told = source()
        if told is not None:
            return told
    return False


def sources_of(
    platform: str, run: Run | None = None, environment: Mapping[str, str] = os.environ
) -> Iterator[Source]:
    """The places of a system where that may be set, the one that knows best first."""
    run = run if run is not None else output_of
    if platform == "win32":
        yield partial(by_windows, _system_parameters_info())
    elif platform == "darwin":
        yield partial(by_mac, run)
    else:
        yield from _on_linux(run, environment)


def _on_linux(run: Run, environment: Mapping[str, str]) -> Iterator[Source]:
    desktops = environment.get("XDG_CURRENT_DESKTOP", "").split(":")
    if "KDE" in desktops:
        yield partial(by_kde, environment)
    for desktop in desktops:
        if desktop in _OTHERS:
            yield partial(by_gsettings, run, _OTHERS[desktop])
    if _has_bus(environment):
        yield partial(by_portal, run)
    if "KDE" not in desktops:
        yield partial(by_gsettings, run, _GNOME)


def _has_bus(environment: Mapping[str, str]) -> bool:
    """Whether there is a session's bus: asking for one that is not there would start it."""
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    return bool(environment.get("DBUS_SESSION_BUS_ADDRESS")) or (
        bool(runtime) and Path(runtime, "bus").exists()
    )


def output_of(command: Sequence[str]) -> str:
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


def by_portal(run: Run) -> bool | None:
    """By the XDG desktop portal, which speaks for any desktop, also from within a sandbox."""
    told = run(_ASK_PORTAL)
    if _LESS_BY_PORTAL.search(told):
        return True
    return False if _TOLD_BY_PORTAL.search(told) else None


def by_gsettings(run: Run, keys: Iterable[tuple[str, str, str]]) -> bool | None:
    """By GNOME's kind of settings: less is wanted where one of the keys says so."""
    result = None
    for schema, key, less in keys:
        told = run(("gsettings", "get", schema, key))
        if told == less:
            return True
        if told:
            result = False
    return result


def by_kde(environment: Mapping[str, str]) -> bool | None:
    """By the speed of KDE's animations, of which 0 is "at once". The user's file counts first, the system's last."""
    home = environment.get("HOME", "")
    own = environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    of_system = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    folders = [own, f"{own}/kdedefaults"] if own else []
    for folder in (*folders, *of_system.split(":")):
        factor = _factor_in(Path(folder, "kdeglobals")) if folder else None
        if factor is not None:
            return factor == 0.0
    return None


def _factor_in(file: Path) -> float | None:
    settings = configparser.RawConfigParser(strict=False, delimiters=("=",))
    try:
        with file.open(encoding="utf-8", errors="replace") as text:
            settings.read_file(text)
    except (OSError, configparser.Error):
        return None
    # With [$i] the user may not change it.
    for name in (
        "animationdurationfactor",
        "animationdurationfactor[$i]",
    ):
        try:
            return settings.getfloat("KDE", name)
        except (ValueError, configparser.Error):
            continue
    return None


def by_mac(run: Run) -> bool | None:
    """By the setting of Accessibility, Display; None where it was never touched."""
    told = run(_ASK_MAC)
    return told == "1" if told else None


def by_windows(ask: AskWindows | None) -> bool | None:
    """By the setting of Accessibility, Visual effects."""
    import ctypes

    is_on = ctypes.c_int(1)
    if ask is None or not ask(_ANIMATION_IN_WINDOWS, 0, ctypes.byref(is_on), 0):
        return None
    return not is_on.value


def _system_parameters_info() -> AskWindows | None:
    if sys.platform == "win32":
        import ctypes

        ask: AskWindows = ctypes.windll.user32.SystemParametersInfoW
        return ask
    return None
