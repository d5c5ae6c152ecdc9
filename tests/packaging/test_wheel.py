"""The wheel, where it has been built: installed into an environment of its own, away from the source."""

import json
import subprocess
import sys
import sysconfig
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from voicedesk import __version__
from voicedesk.core.resources import FOLDERS

ROOT = Path(__file__).resolve().parents[2]
WHEEL = ROOT / "dist" / f"voicedesk-{__version__}-py3-none-any.whl"

pytestmark = [
    pytest.mark.skipif(
        not WHEEL.exists(), reason="there is no wheel in dist (scripts/build wheel)"
    ),
    pytest.mark.timeout(300),
]


def test_the_wheel_holds_the_package_and_its_resources_alone() -> None:
    with zipfile.ZipFile(WHEEL) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0] for name in names} == {
        "voicedesk",
        f"voicedesk-{__version__}.dist-info",
    }
    inside = {name.removeprefix("voicedesk/_resources/") for name in names if "_resources/" in name}
    wanted = {
        str(path.relative_to(ROOT / "resources"))
        for folder in FOLDERS
        for path in (ROOT / "resources" / folder).rglob("*")
        if path.is_file()
    }
    assert wanted == inside
    assert "voicedesk/py.typed" in names


def test_the_wheel_says_what_it_needs() -> None:
    with zipfile.ZipFile(WHEEL) as wheel:
        text = wheel.read(f"voicedesk-{__version__}.dist-info/METADATA").decode()
    told = Parser().parsestr(text)
    assert told["Requires-Python"] == ">=3.11"
    assert told["License-Expression"] == "MIT"
    assert set(told.get_all("Provides-Extra") or []) == {"hotkey", "otel"}
    needed = told.get_all("Requires-Dist") or []
    assert any(
        line.startswith("pyside6-essentials!=6.12.0,>=6.11") for line in map(str.lower, needed)
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of an environment with the wheel in it, and the dependencies of this one."""
    place = tmp_path_factory.mktemp("wheel") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    programs = place / ("Scripts" if sys.platform == "win32" else "bin")
    packages = Path(
        sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)})
    )
    command = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install"]
    subprocess.run(
        [*command, "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", str(WHEEL)],
        check=True,
    )
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return programs


def test_the_command_is_there(installed: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        [installed / "voicedesk", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"VoiceDesk {__version__}\n"


def test_what_is_installed_is_what_runs_and_it_answers(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [installed / "python", "-P", "-c", "import voicedesk; print(voicedesk.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(installed.parent)
    subprocess.run(
        [installed / "voicedesk", "demo", "--mode", "classic", "--out", tmp_path / "demo"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
    turn = json.loads((tmp_path / "demo" / "turn-classic.json").read_text("utf-8"))
    assert "forty-two" in turn["assistant_text"]
