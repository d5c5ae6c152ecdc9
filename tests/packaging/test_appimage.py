"""The AppImage: the program that it begins with, on a small file system, and the whole of it where it has been built."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from builder import appimage, check
from builder.errors import BuildError
from builder.screen import Screen

ROOT = Path(__file__).resolve().parents[2]
WHOLE = appimage.made(ROOT)
CAN_MOUNT = os.geteuid() == 0 and os.access("/dev/fuse", os.R_OK | os.W_OK)

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="AppImages are Linux's"
)


def image_of(work: Path, runtime: Path, **files: str) -> Path:
    """An AppImage with a script as its AppRun, and other files."""
    stage, packed, out = work / "stage", work / "files.squashfs", work / "small image.AppImage"
    shutil.rmtree(stage, ignore_errors=True)
    (stage / "folder").mkdir(parents=True)
    for name, text in files.items():
        (stage / name).write_text(text, encoding="utf-8")
    (stage / "AppRun").chmod(0o755)
    (stage / "folder" / "link").symlink_to("../AppRun")
    (stage / "folder" / "large").write_bytes(os.urandom(3_000_000))
    subprocess.run(
        ["mksquashfs", stage, packed, "-comp", "zstd", "-b", "1M", "-noappend", "-quiet", "-no-progress"],
        check=True,
    )  # fmt: skip
    appimage.join(runtime, packed, out)
    return out


SCRIPT = '#!/bin/sh\nprintf "%s\\n" "$APPDIR" "$APPIMAGE" "$OWD" "$@"\nexit 7\n'


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        appimage.require_tools()
    except BuildError as error:
        pytest.skip(str(error))
    out = tmp_path_factory.mktemp("runtime") / "runtime"
    appimage.compile_runtime(ROOT, out)
    return out


@pytest.fixture
def small(tmp_path: Path, runtime: Path) -> Path:
    return image_of(tmp_path, runtime, AppRun=SCRIPT)


def run(
    image: Path, *arguments: str, status: int = 0, user: int | None = None, **environment: str
) -> list[str]:
    """Run it elsewhere; the lines that it says."""
    done = subprocess.run(
        [image, *arguments],
        env={"PATH": "/usr/bin:/bin", "HOME": str(image.parent), **environment},
        cwd=environment.get("HOME", image.parent),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=100,
        user=user,
    )
    assert done.returncode == status, done.stdout
    return done.stdout.splitlines()


def mounts() -> str:
    return Path("/proc/self/mounts").read_text("utf-8")


def test_it_has_the_mark_of_an_appimage(small: Path) -> None:
    program = small.read_bytes()
    assert (program[:4], program[8:11]) == (b"\x7fELF", b"AI\x02")
    (offset,) = run(small, "--appimage-offset")
    assert program[int(offset) : int(offset) + 4] == b"hsqs"


@pytest.mark.skipif(not CAN_MOUNT, reason="needs FUSE")
def test_it_is_mounted_while_it_runs(small: Path) -> None:
    folder, image, began, *arguments = run(small, "one", "and two", status=7)
    assert ".mount_VoiceDesk" in folder
    assert (image, began, arguments) == (str(small), str(small.parent), ["one", "and two"])
    check.wait_for(lambda: folder not in mounts(), "it stays mounted")
    check.wait_for(lambda: not Path(folder).exists(), "its folder stays")


@pytest.mark.skipif(not CAN_MOUNT, reason="needs FUSE")
def test_it_is_mounted_for_whoever_looks(small: Path) -> None:
    with subprocess.Popen(
        [small, "--appimage-mount"], stdout=subprocess.PIPE, text=True
    ) as looking:
        assert looking.stdout is not None
        folder = Path(looking.stdout.readline().strip())
        packed = small.parent / "stage" / "folder" / "large"
        assert (folder / "folder" / "large").read_bytes() == packed.read_bytes()
        looking.terminate()
    check.wait_for(lambda: str(folder) not in mounts(), "it stays mounted")


def test_it_is_unpacked_where_it_is_told_to(small: Path) -> None:
    assert run(small, "--appimage-extract") == ["squashfs-root"]
    out, stage = small.parent / "squashfs-root", small.parent / "stage"
    assert (out / "folder" / "large").read_bytes() == (stage / "folder" / "large").read_bytes()
    assert (out / "folder" / "link").readlink() == Path("../AppRun")
    assert os.access(out / "AppRun", os.X_OK)
    (said,) = run(small, "--appimage-extract", status=127)
    assert "squashfs-root" in said


def test_without_mounting_it_is_unpacked_once(small: Path) -> None:
    folder, *_ = run(small, "--appimage-extract-and-run", status=7)
    cache = small.parent / ".cache" / "voicedesk-appimage"
    assert Path(folder).parent == cache
    (Path(folder) / "mark").touch()
    again, _, _, *arguments = run(small, "word", status=7, APPIMAGE_EXTRACT_AND_RUN="1")
    assert (again, arguments) == (folder, ["word"])
    assert (Path(folder) / "mark").exists()
    assert [path.name for path in cache.iterdir()] == [Path(folder).name]


def test_what_an_older_one_unpacked_goes_unless_it_runs(small: Path, runtime: Path) -> None:
    waits = image_of(small.parent, runtime, AppRun='#!/bin/sh\necho "$APPDIR"\nread -r _\n')
    environment = {"HOME": str(small.parent), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        [waits, "--appimage-extract-and-run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as running:
        assert running.stdout is not None
        folder = Path(running.stdout.readline().strip())
        newer = image_of(small.parent, runtime, AppRun=SCRIPT)
        os.utime(newer, (1, 1))
        run(newer, "--appimage-extract-and-run", status=7)
        assert folder.exists()
        running.communicate("\n", timeout=30)
    run(newer, "--appimage-extract-and-run", status=7)
    assert not folder.exists()


def test_a_home_that_cannot_be_written(runtime: Path) -> None:
    """And a user without FUSE: root may write and mount, so that another one tries it there."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        work.chmod(0o755)
        image = image_of(work, runtime, AppRun=SCRIPT)
        home = work / "home"
        home.mkdir(mode=0o555)
        user = 65534 if os.geteuid() == 0 else os.geteuid()
        folder, *_ = run(image, status=7, user=user, HOME=str(home), APPIMAGE_EXTRACT_AND_RUN="1")
        try:
            assert Path(folder).parent == Path(f"/tmp/voicedesk-appimage-{user}")
            assert Path(folder).parent.stat().st_mode & 0o077 == 0
        finally:
            shutil.rmtree(Path(folder).parent)


def test_a_file_that_is_cut_short_is_told(small: Path) -> None:
    os.truncate(small, small.stat().st_size // 2)
    said = run(small, "--appimage-extract", status=127)
    assert "damaged" in said[-1]


# ---------------------------------------------------------------------------------------- the whole

whole = pytest.mark.skipif(not WHOLE.exists(), reason="not built (scripts/build appimage)")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def environment_of(home: Path) -> Mapping[str, str]:
    return {"PATH": "/nonexistent", "HOME": str(home), "LANG": "C.UTF-8"}


@whole
@pytest.mark.timeout(300)
def test_the_whole_says_its_version_however_it_runs(home: Path) -> None:
    for way in ([], ["--appimage-extract-and-run"]):
        said = subprocess.run(
            [WHOLE, *way, "--version"], env=environment_of(home), capture_output=True, check=True
        )
        assert said.stdout.startswith(b"VoiceDesk ")


@whole
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_the_window_of_the_whole_opens_and_goes(home: Path) -> None:
    before = mounts()
    with Screen() as screen:
        window = subprocess.Popen(
            [WHOLE], env={**environment_of(home), "DISPLAY": screen.display}, cwd="/"
        )
        try:
            assert screen.wait_for_paint(60) is not None
            check.wait_for(lambda: screen.colours() > 20, "the window stays empty")
            window.send_signal(signal.SIGTERM)
            assert window.wait(60) == 0
        finally:
            window.kill()
            window.wait()
    check.wait_for(lambda: mounts() == before, "it stays mounted")
