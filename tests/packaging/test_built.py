"""The packaged folder itself, where it has been built: run in places and ways that desktops have in store."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import psutil
import pytest
from packaging.utils import canonicalize_name

from builder import bare_root, check
from builder.folder import executable
from builder.screen import Screen
from voicedesk.core.settings import Settings, Talk, dump
from voicedesk.ui.translation import catalogue

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = executable(ROOT)

NOBODY = 65534
NONE: Mapping[str, str | None] = MappingProxyType({})

pytestmark = [
    pytest.mark.skipif(not PROGRAM.exists(), reason="dist/VoiceDesk is not built (scripts/build)"),
    pytest.mark.timeout(300),
]


class Installed:
    """The packaged application with a home and an environment of its own."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.program = folder / PROGRAM.name
        self.home = home
        self.user: int | None = None
        self.environment = {
            "PATH": "/nonexistent",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
            "ALSA_CONFIG_PATH": str(ROOT / "tests" / "support" / "no-sound-cards.conf"),
        }

    def run(
        self, *arguments: str, status: int = 0, changes: Mapping[str, str | None] = NONE
    ) -> str:
        """Run it to its end; a change of None takes a variable away. Returns all that it said."""
        changed = {**self.environment, **changes}
        environment = {name: value for name, value in changed.items() if value is not None}
        done = subprocess.run(
            [self.program, *arguments],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=200,
            user=self.user,
        )
        assert done.returncode == status, done.stdout
        return check.refuse_broken("VoiceDesk", done.stdout)

    def answers(self, changes: Mapping[str, str | None] = NONE) -> None:
        """Let it answer the recorded question, and look for the answer in the recording."""
        out = self.home / "demo"
        self.run("demo", "--mode", "classic", "--out", str(out), changes=changes)
        turn = json.loads((out / "turn-classic.json").read_text("utf-8"))
        assert "forty-two" in turn["assistant_text"]
        assert check.loud_seconds(out / "reply-classic.wav") > 0.5

    def opens_a_window(self, meanwhile: Callable[[str], object] = str) -> None:
        """Open the window, see it painted, and have it go in good order with all that it has started.

        Args:
            meanwhile: What is done while it is open, with its display.
        """
        if shutil.which("Xvfb") is None:
            pytest.skip("Xvfb is not installed")
        with Screen() as screen:
            self.environment |= {"DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb"}
            window = subprocess.Popen(
                [self.program],
                env=self.environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                user=self.user,
            )
            try:
                assert screen.wait_for_paint(60) is not None
                check.wait_for(lambda: screen.colours() > 20, "the window stays empty")
                meanwhile(screen.display)
                assert window.poll() is None
                window.send_signal(signal.SIGTERM)
                assert window.wait(30) == 0
                check.wait_for(lambda: not self.running(), "processes outlive the window")
            finally:
                window.kill()
                window.wait()

    def running(self) -> list[str]:
        """The command lines of its processes, each of which has its home."""
        mark = f"HOME={self.home}".encode()
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                environment = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
                if mark in environment and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(process.cmdline()))
        return found


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    home = tmp_path / "home"
    home.mkdir()
    return Installed(PROGRAM.parent, home)


def copy_of_the_folder(target: Path) -> Path:
    """The folder elsewhere: hard links where the file system allows it, for it is large."""
    try:
        shutil.copytree(PROGRAM.parent, target, symlinks=True, copy_function=os.link)
    except (OSError, shutil.Error):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(PROGRAM.parent, target, symlinks=True)
    return target


def test_a_path_with_spaces_and_umlauts(tmp_path: Path) -> None:
    home = tmp_path / "Jürgen Müßig"
    home.mkdir()
    Installed(copy_of_the_folder(home / "Meine Programme – ö" / "VoiceDesk"), home).answers()


@contextlib.contextmanager
def a_folder_for_all() -> Iterator[Path]:
    """A folder that every user of this machine reaches; pytest's are the user's own, and so may $TMPDIR be."""
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        with tempfile.TemporaryDirectory(dir=base) as name:
            Path(name).chmod(0o755)
            if os.geteuid() != 0 or reaches(NOBODY, name):
                yield Path(name)
                return
    pytest.skip("no other user reaches a temporary folder, or root may not become another user")


def reaches(user: int, folder: str) -> bool:
    try:
        return subprocess.run(["test", "-x", folder], user=user, check=False).returncode == 0
    except OSError:  # root within a container may not become everybody
        return False


@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_folder_and_a_home_that_cannot_be_written(mode: int) -> None:
    """Root may write everywhere, so that another user runs it there, in a home of root's."""
    with a_folder_for_all() as name:
        home = name / "home"
        home.mkdir(mode=mode)
        folder = copy_of_the_folder(name / "VoiceDesk")
        for path in [folder, *filter(Path.is_dir, folder.rglob("*"))]:
            path.chmod(0o555)
        installed = Installed(folder, home)
        installed.user = NOBODY if os.geteuid() == 0 else None
        assert os.geteuid() == 0 or not os.access(folder, os.W_OK)
        said = installed.run("doctor", "--json")
        # After a word on settings that may not be read.
        report = json.loads(said[said.index("{") :])
        assert report["server"]["reachable"]
        assert report["settings"] == "defaults"
        installed.opens_a_window()
        home.chmod(0o700)
        for path in [folder, *filter(Path.is_dir, folder.rglob("*"))]:
            path.chmod(0o755)


def test_a_c_locale(installed: Installed) -> None:
    installed.answers({"LANG": "C", "LC_ALL": "C"})


def test_no_bus_and_no_sound_server(installed: Installed) -> None:
    nowhere = f"unix:path={installed.home}/none"
    installed.answers({"DBUS_SESSION_BUS_ADDRESS": nowhere, "PULSE_SERVER": nowhere})


@pytest.mark.parametrize("display", [None, ":9977"])
def test_no_display_is_told_in_a_sentence(installed: Installed, display: str | None) -> None:
    said = installed.run(status=2, changes={"QT_QPA_PLATFORM": None, "DISPLAY": display})
    assert "display" in said
    assert len(said.splitlines()) == 1
    assert not (installed.home / "voicedesk-demo").exists()


def test_commands_find_no_window(installed: Installed) -> None:
    assert "not running" in installed.run("toggle", status=1)


def test_a_second_start_brings_the_first_forward(installed: Installed) -> None:
    def start_again(_display: str) -> None:
        assert installed.run() == ""
        assert "microphone" in installed.run("toggle", status=1)  # there is none here

    installed.opens_a_window(start_again)


def test_the_talk_key_is_had_while_another_window_is_in_use(installed: Installed) -> None:
    from Xlib import XK, X
    from Xlib.display import Display
    from Xlib.error import BadAccess, CatchError

    def wait_until_taken(name: str) -> None:
        display = Display(name)
        root, code = display.screen().root, display.keysym_to_keycode(XK.XK_F9)

        def is_taken() -> bool:
            refusal = CatchError(BadAccess)
            root.grab_key(code, 0, False, X.GrabModeAsync, X.GrabModeAsync, onerror=refusal)
            root.ungrab_key(code, 0)
            display.sync()
            return refusal.get_error() is not None

        check.wait_for(is_taken, "the key is everybody's")
        display.close()

    settings = Settings(talk=Talk(key="f9", everywhere=True))
    folder = installed.home / "settings"
    folder.mkdir()
    (folder / "settings.json").write_text(dump(settings), encoding="utf-8")
    installed.environment["VOICEDESK_HOME"] = str(folder)
    installed.opens_a_window(wait_until_taken)


def test_the_window_speaks_the_language_of_the_desktop(installed: Installed) -> None:
    """The first run's dialog has its title from the translations that come inside."""
    from PySide6.QtCore import QObject
    from Xlib.display import Display
    from Xlib.error import XError

    owner = QObject()
    title = catalogue("de", owner).translate("FirstRun", "Set Up VoiceDesk") or ""
    assert title not in {"", "Set Up VoiceDesk"}

    def wait_for_the_title(name: str) -> None:
        display = Display(name)
        root = display.screen().root
        text, utf8 = display.intern_atom("_NET_WM_NAME"), display.intern_atom("UTF8_STRING")

        def titles() -> set[str]:
            found: set[str] = set()
            for window in root.query_tree().children:
                with contextlib.suppress(XError):  # it has gone meanwhile
                    if told := window.get_full_property(text, utf8):
                        found.add(bytes(told.value).decode())
            return found

        try:
            check.wait_for(  # Qt puts the application's name behind it
                lambda: any(told.startswith(title) for told in titles()),
                f"no window is called {title}",
            )
        finally:
            display.close()

    installed.environment |= {"LANG": "de_DE.UTF-8"}
    installed.opens_a_window(wait_for_the_title)


def test_the_desktops_keychain_is_found(installed: Installed, tmp_path: Path) -> None:
    """A bus that knows of a Secret Service, which ends as soon as it is asked for a key."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon is not installed")
    services = tmp_path / "services"
    services.mkdir()
    (services / "secrets.service").write_text(
        "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/false\n", "utf-8"
    )
    settings = tmp_path / "bus.conf"
    settings.write_text(
        f"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><servicedir>{services}</servicedir>"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
        '<allow own="*"/></policy></busconfig>',
        "utf-8",
    )
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={settings}", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        said = installed.run("doctor", "--json", changes={"DBUS_SESSION_BUS_ADDRESS": address})
    finally:
        bus.terminate()
        bus.communicate(timeout=30)
    report = json.loads(said)
    assert report["keyring"] == "SecretService Keyring"
    assert report["packages"]["keyring"] != "missing"


def test_a_worker_of_multiprocessing_is_no_second_window(installed: Installed) -> None:
    """Python starts its own helpers by the name of the executable, which is ours here."""
    reading, writing = os.pipe()
    try:
        helper = subprocess.Popen(
            [
                *(installed.program, "-B", "-S", "-I", "-c"),
                f"from multiprocessing.resource_tracker import main;main({reading})",
            ],
            env=installed.environment,
            pass_fds=[reading],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    finally:
        os.close(reading)
    os.write(writing, b"PROBE:0:semaphore\n")  # it listens, and does nothing else
    os.close(writing)
    said, _ = helper.communicate(timeout=60)
    assert (helper.returncode, said) == (0, b"")


def test_an_unknown_child_is_refused(installed: Installed) -> None:
    assert "unknown child" in installed.run("--child", "os", status=1)


def test_nothing_is_inside_that_was_not_pinned() -> None:
    pins = (ROOT / "requirements" / "app.txt").read_text("utf-8")
    pinned = {
        name.replace("_", "-").lower() for name in re.findall(r"^([\w.-]+)==", pins, re.MULTILINE)
    }
    bill = json.loads((PROGRAM.parent / "sbom.cdx.json").read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    inside = {
        canonicalize_name(part["name"])
        for part in bill["components"]
        if part["purl"].startswith("pkg:pypi/")
    }
    assert inside - pinned == {"espeakng-loader", "pyinstaller"}
    licences = (PROGRAM.parent / "LICENSES.txt").read_text("utf-8")
    for part in bill["components"]:
        assert f"\n  {part['name']} {part['version']}:" in licences


def test_links_inside_lead_inside() -> None:
    for path in PROGRAM.parent.rglob("*"):
        if path.is_symlink():
            assert path.resolve().is_relative_to(PROGRAM.parent), path
            assert path.exists(), path


@pytest.mark.skipif(not check.can_be_shown(), reason="Xvfb is not installed")
def test_an_empty_environment_has_a_window_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bare_root, "can_be_made", lambda: "only root may make one")
    assert check.run(ROOT) == 0
    said = capsys.readouterr().out
    assert "\n  Its window opens" in said
    assert "works on an empty environment" in said


def test_a_bare_system(capsys: pytest.CaptureFixture[str]) -> None:
    if reason := bare_root.can_be_made():
        pytest.skip(f"no bare system: {reason}")
    assert check.run(ROOT) == 0
    assert "works on a bare system" in capsys.readouterr().out
