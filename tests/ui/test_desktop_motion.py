"""Each system is asked in its own way whether things are to move less; what cannot be read counts as no wish."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from voicedesk.ui import desktop_motion, motion
from voicedesk.ui.desktop_motion import (
    by_gsettings,
    by_kde,
    by_mac,
    by_portal,
    by_windows,
    is_wanted_less,
    output_of,
    sources_of,
)


class Desktop:
    """Answers what programs of the system would, by the words of the command that are told."""

    def __init__(self, answers: Mapping[str, str] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[str] = []

    def run(self, command: Sequence[str]) -> str:
        self.asked.append(command[0])
        words = " ".join(command)
        return next((told for known, told in self.answers.items() if known in words), "")

    def moves_less(self, platform: str = "linux", **environment: str) -> bool:
        return is_wanted_less(sources_of(platform, self.run, environment))


BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
ANIMATIONS = "gsettings get org.gnome.desktop.interface enable-animations"
REDUCED = "gsettings get org.gnome.desktop.a11y.interface reduced-motion"


# ------------------------------------------------------------------------------------- all of them


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ([], False),
        ([None, None], False),
        ([None, True], True),
        ([False, True], False),
        ([True, False], True),
    ],
)
def test_the_first_that_knows_decides(told: list[bool | None], *, wanted: bool) -> None:
    def source(answer: bool | None) -> Callable[[], bool | None]:
        return lambda: answer

    assert is_wanted_less([source(answer) for answer in told]) is wanted


def test_nobody_is_asked_who_need_not_be() -> None:
    def never() -> bool | None:
        raise AssertionError

    assert is_wanted_less([lambda: True, never])
    assert not is_wanted_less([lambda: False, never])


# ------------------------------------------------------------------------------------------ Linux


def portal(**namespaces: str) -> str:
    """What gdbus prints of ReadAll."""
    inner = ", ".join(
        f"'{name.replace('_', '.')}': {{{values}}}" for name, values in namespaces.items()
    )
    return f"({{{inner}}},)"


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (portal(org_freedesktop_appearance="'reduced-motion': <uint32 1>"), True),
        (portal(org_freedesktop_appearance="'reduced-motion': <uint32 0>"), None),
        (portal(org_freedesktop_appearance="'color-scheme': <uint32 1>"), None),
        (portal(org_gnome_desktop_a11y_interface="'reduced-motion': <'reduce'>"), True),
        (portal(org_gnome_desktop_a11y_interface="'reduced-motion': <'no-preference'>"), None),
        (portal(org_gnome_desktop_interface="'enable-animations': <false>"), True),
        (portal(org_gnome_desktop_interface="'enable-animations': <true>"), False),
        (
            portal(
                org_freedesktop_appearance="'contrast': <uint32 0>, 'reduced-motion': <uint32 1>",
                org_gnome_desktop_interface="'clock-24h': <true>, 'enable-animations': <true>",
            ),
            True,
        ),
        (
            portal(
                org_freedesktop_appearance="'reduced-motion': <uint32 0>",
                org_gnome_desktop_interface="'enable-animations': <false>",
            ),
            True,
        ),
        (portal(org_kde_kdeglobals_KDE="'AnimationDurationFactor': <'0'>"), True),
        (portal(org_kde_kdeglobals_KDE="'AnimationDurationFactor': <'0.0'>"), True),
        (portal(org_kde_kdeglobals_KDE="'AnimationDurationFactor': <0.0>"), True),
        (portal(org_kde_kdeglobals_KDE="'AnimationDurationFactor': <'0.5'>"), False),
        (portal(org_kde_kdeglobals_KDE="'AnimationDurationFactor': <'1'>"), False),
        ("(@a{sa{sv}} {},)", None),
        ("", None),
    ],
)
def test_the_portal_speaks_for_any_desktop(told: str, wanted: bool | None) -> None:
    assert by_portal(Desktop({"ReadAll": told}).run) is wanted


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        ({ANIMATIONS: "true"}, False),
        ({ANIMATIONS: "false"}, True),
        ({ANIMATIONS: "true", REDUCED: "'no-preference'"}, False),
        ({ANIMATIONS: "true", REDUCED: "'reduce'"}, True),
        ({}, False),
    ],
)
def test_without_a_portal_the_settings_of_gnome_are_asked(
    answers: dict[str, str], *, wanted: bool
) -> None:
    desktop = Desktop(answers)
    assert desktop.moves_less(XDG_CURRENT_DESKTOP="ubuntu:GNOME", **BUS) is wanted
    assert desktop.asked[0] == "gdbus"


def test_what_the_portal_knows_is_asked_nowhere_else() -> None:
    desktop = Desktop(
        {
            "ReadAll": portal(org_gnome_desktop_interface="'enable-animations': <true>"),
            ANIMATIONS: "false",  # that of a sandbox, which nobody has set
        }
    )
    assert not desktop.moves_less(**BUS)
    assert desktop.asked == ["gdbus"]


def test_without_a_bus_nobody_starts_one() -> None:
    desktop = Desktop({ANIMATIONS: "false"})
    assert desktop.moves_less()
    assert set(desktop.asked) == {"gsettings"}


def test_a_bus_is_found_where_systems_put_it(tmp_path: Path) -> None:
    (tmp_path / "bus").touch()
    desktop = Desktop(
        {"ReadAll": portal(org_freedesktop_appearance="'reduced-motion': <uint32 1>")}
    )
    assert desktop.moves_less(XDG_RUNTIME_DIR=str(tmp_path))


@pytest.mark.parametrize(
    ("name", "schema"),
    [("X-Cinnamon", "org.cinnamon.desktop.interface"), ("MATE", "org.mate.interface")],
)
def test_desktops_that_come_from_gnome_have_schemas_of_their_own(name: str, schema: str) -> None:
    unused = portal(org_gnome_desktop_interface="'enable-animations': <true>")
    own = f"gsettings get {schema} enable-animations"
    desktop = Desktop({"ReadAll": unused, own: "false"})
    assert desktop.moves_less(XDG_CURRENT_DESKTOP=name, **BUS)
    assert not Desktop({"ReadAll": unused, own: "true"}).moves_less(XDG_CURRENT_DESKTOP=name, **BUS)
    assert not Desktop({"ReadAll": unused}).moves_less(XDG_CURRENT_DESKTOP=name, **BUS)


def test_kde_keeps_it_in_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "kdeglobals").write_text("[KDE]\nAnimationDurationFactor=0\n")
    desktop = Desktop({ANIMATIONS: "true"})
    assert desktop.moves_less(XDG_CURRENT_DESKTOP="KDE", XDG_CONFIG_HOME=str(tmp_path), **BUS)
    assert desktop.asked == []
    nowhere = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "none")}
    assert not desktop.moves_less(XDG_CURRENT_DESKTOP="KDE", **nowhere)
    assert desktop.asked == []
    told = portal(org_freedesktop_appearance="'reduced-motion': <uint32 1>")
    assert Desktop({"ReadAll": told}).moves_less(XDG_CURRENT_DESKTOP="KDE", **nowhere, **BUS)


def test_a_file_of_kde_that_another_desktop_has_left_behind_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "kdeglobals").write_text("[KDE]\nAnimationDurationFactor=0\n")
    assert not Desktop().moves_less(XDG_CURRENT_DESKTOP="GNOME", XDG_CONFIG_HOME=str(tmp_path))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[KDE]\nAnimationDurationFactor=0.0\n", True),
        ("[KDE]\nAnimationDurationFactor[$i]=0\n", True),
        ("[KDE]\nAnimationDurationFactor=0.5\n", False),
        ("[KDE]\nAnimationDurationFactor=soon\n", None),
        ("[KDE]\nTwice=1\nTwice=2\n[Colors][x]\na[$i]=%b\n", None),
        ("no section at all", None),
        ("", None),
    ],
)
def test_a_file_of_kde_of_any_kind_does_no_harm(
    tmp_path: Path,
    text: str,
    wanted: bool | None,
) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "none")}
    file = tmp_path / "kdeglobals"
    assert by_kde(environment) is None
    file.write_text(text)
    assert by_kde(environment) is wanted
    file.unlink()
    file.mkdir()
    assert by_kde(environment) is None


def test_what_the_user_has_set_in_kde_counts_before_what_the_system_has(tmp_path: Path) -> None:
    own, system = tmp_path / "own", tmp_path / "system"
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(own)}
    environment["XDG_CONFIG_DIRS"] = f"{tmp_path / 'none'}:{system}"
    for folder, factor in ((system, "0"), (own / "kdedefaults", "1"), (own, "0")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "kdeglobals").write_text(f"[KDE]\nAnimationDurationFactor={factor}\n")
        assert by_kde(environment) is (factor == "0")


# -------------------------------------------------------------------------------- the other systems


def test_on_a_mac_it_is_a_default() -> None:
    assert by_mac(Desktop({"reduceMotion": "1"}).run) is True
    assert by_mac(Desktop({"reduceMotion": "0"}).run) is False
    assert by_mac(Desktop().run) is None
    desktop = Desktop({"com.apple.universalaccess": "1"})
    assert desktop.moves_less("darwin")
    assert desktop.asked == ["defaults"]


@pytest.mark.parametrize(("worked", "is_on", "wanted"), [(1, 0, True), (1, 1, False), (0, 0, None)])
def test_windows_is_asked_for_its_animations(
    worked: int,
    is_on: int,
    wanted: bool | None,
) -> None:
    asked: list[tuple[int, int, int]] = []

    def ask(what: int, number: int, answer: Any, flags: int) -> int:
        asked.append((what, number, flags))
        answer._obj.value = is_on
        return worked

    assert by_windows(ask) is wanted
    assert asked == [(0x1042, 0, 0)]  # SPI_GETCLIENTAREAANIMATION


def test_elsewhere_windows_is_not_asked() -> None:
    if sys.platform != "win32":
        assert by_windows(None) is None
        assert not is_wanted_less(sources_of("win32"))


class Preference(Enum):
    """As Qt's from 6.12 on."""

    NoPreference = 0
    ReducedMotion = 1


class Hints(QObject):
    """Qt's hints of a version that knows."""

    def __init__(self, preference: object) -> None:
        super().__init__()
        self.motionPreference = lambda: preference


def test_qt_is_asked_where_it_knows(qapp: QApplication) -> None:
    assert motion.is_wanted_less(Hints(Preference.ReducedMotion))
    assert not motion.is_wanted_less(Hints(Preference.NoPreference))
    assert not motion.is_wanted_less(QObject())
    assert not motion.is_wanted_less(qapp.styleHints().accessibility())


# ------------------------------------------------------------------------------- programs of the system


def test_a_command_that_is_missing_fails_or_hangs_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert output_of(["no-such-command-anywhere"]) == ""
    assert output_of([sys.executable, "-c", "print('no'); raise SystemExit(1)"]) == ""
    assert output_of([sys.executable, "-c", "print(' yes ')"]) == "yes"
    monkeypatch.setattr(desktop_motion, "_PATIENCE_S", 0.1)
    assert output_of([sys.executable, "-c", "__import__('time').sleep(60)"]) == ""


@pytest.mark.skipif(shutil.which("gsettings") is None, reason="GNOME's settings are not there")
@pytest.mark.parametrize("animations", ["true", "false"])
def test_the_settings_of_gnome_are_read_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, animations: str
) -> None:
    file = tmp_path / "glib-2.0" / "settings" / "keyfile"
    file.parent.mkdir(parents=True)
    file.write_text(f"[org/gnome/desktop/interface]\nenable-animations={animations}\n")
    monkeypatch.setenv("GSETTINGS_BACKEND", "keyfile")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    keys = (("org.gnome.desktop.interface", "enable-animations", "false"),)
    told = by_gsettings(output_of, keys)
    if told is None:
        pytest.skip("the desktop's schemas are not installed")
    assert told == (animations == "false")
    assert is_wanted_less(sources_of("linux", environment={})) == told
