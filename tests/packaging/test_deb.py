"""The Debian package, where it has been built: installed on a system that has nothing but what it depends on."""

import subprocess
import sys
from pathlib import Path

import pytest

from builder import bare_root

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = next(iter((ROOT / "dist").glob("voicedesk_*.deb")), None)

pytestmark = [
    pytest.mark.skipif(PACKAGE is None, reason="there is no .deb in dist (scripts/build deb)"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="for Debian"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare root whose package manager knows what is there."""
    if reason := bare_root.can_be_made():
        pytest.skip(f"no bare system: {reason}")
    root = tmp_path_factory.mktemp("bare")
    bare_root.make(root)
    known = subprocess.run(
        ["dpkg", "--status", *bare_root.packages()], capture_output=True, text=True, check=True
    )
    database = root / "var" / "lib" / "dpkg"
    for name in ("info", "updates", "triggers"):
        (database / name).mkdir(parents=True, exist_ok=True)
    (database / "status").write_text(known.stdout, encoding="utf-8")
    return root


def dpkg(root: Path, *arguments: str) -> None:
    command = ["dpkg", f"--root={root}", "--force-script-chrootless", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_is_installed_runs_and_goes(bare: Path) -> None:
    dpkg(bare, "--install", str(PACKAGE))
    said = subprocess.run(
        [
            "chroot",
            bare,
            "/usr/bin/env",
            "-i",
            f"HOME={bare_root.HOME}",
            "/usr/bin/voicedesk",
            "--version",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.startswith("VoiceDesk ")
    for name in ("applications/voicedesk.desktop", "doc/voicedesk/copyright"):
        assert (bare / "usr" / "share" / name).is_file()
    dpkg(bare, "--purge", "voicedesk")
    assert not (bare / "opt" / "voicedesk").exists()
    assert not (bare / "usr" / "share" / "applications" / "voicedesk.desktop").exists()
