"""Each system is asked in its own way whether things are to move less; what cannot be read counts as no wish."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from voicedesk.ui import desktop_motion
from voicedesk.ui.desktop_motion import in_kde, on_linux, on_mac, run


class Desktop:
    """Answers what programs of the system would."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def run(self, command: Sequence[str]) -> str:
        self.asked.append(command[0])
        return self.answers.get(command[0], "")


BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}


@pytest.mark.parametrize(
    ("portal", "gnome", "wanted"),
    [
        ("(<uint32 1>,)", "true", True),
        ("(<uint32 0>,)", "true", False),
        ("(<uint32 0>,)", "false", True),
        ("", "false", True),
        ("", "true", False),
        ("", "", False),
    ],
)
def test_on_linux_the_portal_is_asked_and_the_settings_of_the_desktop(
    portal: str, gnome: str, *, wanted: bool
) -> None:
    desktop = Desktop(gdbus=portal, gsettings=gnome)
    assert on_linux(desktop.run, BUS) is wanted


def test_without_a_bus_nobody_starts_one() -> None:
    desktop = Desktop(gsettings="false")
    assert on_linux(desktop.run, {})
    assert desktop.asked == ["gsettings"]


def test_a_bus_is_found_where_systems_put_it(tmp_path: Path) -> None:
    (tmp_path / "bus").touch()
    assert on_linux(Desktop(gdbus="(<uint32 1>,)").run, {"XDG_RUNTIME_DIR": str(tmp_path)})


def test_kde_keeps_it_in_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "kdeglobals").write_text("[KDE]\nAnimationDurationFactor=0\n")
    desktop = Desktop(gsettings="true")
    environment = {"XDG_CURRENT_DESKTOP": "KDE", "XDG_CONFIG_HOME": str(tmp_path)}
    assert on_linux(desktop.run, environment)
    assert desktop.asked == []
    assert not on_linux(desktop.run, {"XDG_CURRENT_DESKTOP": "KDE", "HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[KDE]\nAnimationDurationFactor=0.0\n", True),
        ("[KDE]\nAnimationDurationFactor=0.5\n", False),
        ("[KDE]\nAnimationDurationFactor=soon\n", False),
        ("[KDE]\nTwice=1\nTwice=2\n[Colors][x]\na[$i]=%b\n", False),
        ("no section at all", False),
        ("", False),
    ],
)
def test_a_file_of_kde_of_any_kind_does_no_harm(tmp_path: Path, text: str, *, wanted: bool) -> None:
    file = tmp_path / "kdeglobals"
    file.write_text(text)
    assert in_kde(file) is wanted
    assert not in_kde(tmp_path / "none")
    assert not in_kde(tmp_path)


def test_on_a_mac_it_is_a_default() -> None:
    assert on_mac(Desktop(defaults="1").run)
    assert not on_mac(Desktop(defaults="0").run)
    assert not on_mac(Desktop().run)


def test_a_command_that_is_missing_fails_or_hangs_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(["no-such-command-anywhere"]) == ""
    assert run([sys.executable, "-c", "print('no'); raise SystemExit(1)"]) == ""
    assert run([sys.executable, "-c", "print(' yes ')"]) == "yes"
    monkeypatch.setattr(desktop_motion, "_PATIENCE_S", 0.1)
    assert run([sys.executable, "-c", "__import__('time').sleep(60)"]) == ""


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
    monkeypatch.delenv("XDG_CURRENT_DESKTOP", raising=False)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    if run(["gsettings", "get", "org.gnome.desktop.interface", "enable-animations"]) == "":
        pytest.skip("the desktop's schemas are not installed")
    assert desktop_motion.is_wanted_less("linux") == (animations == "false")
