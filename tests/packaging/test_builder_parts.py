"""The builder's own work, without a build: smaller data, dropped libraries, packages, icons."""

import array
import os
import shutil
import struct
import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder import bare_root, check, contents, folder, icons, icu, linux, shrink
from builder.errors import BuildError

HEADER = struct.pack("<HHHHBBBB4s", 32, 0x27DA, 20, 0, 0, 0, 2, 0, b"CmnD").ljust(32, b"\0")
NAMES = st.from_regex(r"icudt73l/[a-z_/]{1,20}\.(res|nrm|cnv)", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(min_size=1, max_size=40), min_size=1))
def test_icu_data_is_written_as_it_is_read(items: dict[str, bytes]) -> None:
    library = b"\x7fELF" + bytes(60) + icu.write_items(HEADER, items)
    header, read = icu.read_items(library)
    assert header == HEADER
    assert {name: data[: len(items[name])] for name, data in read.items()} == items
    assert icu.write_items(header, read) == icu.write_items(HEADER, items)


def test_icu_data_that_is_none_is_refused() -> None:
    with pytest.raises(icu.IcuDataError):
        icu.read_items(b"\x7fELF" + bytes(100))


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("icudt73l/coll/root.res", True),
        ("icudt73l/coll/ucadata.icu", True),
        ("icudt73l/coll/de.res", True),
        ("icudt73l/coll/zh.res", False),
        ("icudt73l/nfkc.nrm", True),
        ("icudt73l/brkitr/cjdict.dict", False),
        ("icudt73l/euc-tw-2014.cnv", False),
        ("icudt73l/de.res", True),
        ("icudt73l/fr.res", False),
    ],
)
def test_icu_items_of_spoken_languages_are_kept(name: str, is_kept: bool) -> None:
    assert icu.is_kept(name, ["de"]) is is_kept


def test_a_library_goes_with_the_last_file_that_needs_it() -> None:
    files = [
        ("app/part.so", "/a/part.so", "EXTENSION"),
        ("libdirect.so.1", "/a/libdirect.so.1", "BINARY"),
        ("libnext.so.1", "lib/libnext.so.1", "SYMLINK"),
        ("lib/libnext.so.1", "/a/libnext.so.1", "BINARY"),
        ("liborphan.so.1", "/a/liborphan.so.1", "BINARY"),
    ]
    needs = {"/a/part.so": ["libdirect.so.1"], "/a/libdirect.so.1": ["libnext.so.1", "libc.so.6"]}
    left = shrink.without_orphans(
        files, lambda path: needs.get(path, []), lambda name: name.startswith("app/")
    )
    assert [name for name, _, _ in left] == [
        "app/part.so",
        "libdirect.so.1",
        "libnext.so.1",
        "lib/libnext.so.1",
    ]


def test_numpy_is_asked_for_with_its_own_hashes() -> None:
    pins = (
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "    # via voicedesk\nnumpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:cc\n"
    )
    request = folder.numpy_request(pins, "2.4.6")
    assert request.startswith("numpy==2.4.6 ")
    assert request.rstrip().endswith("--hash=sha256:aa --hash=sha256:bb")
    assert "cc" not in request
    with pytest.raises(BuildError):
        folder.numpy_request(pins, "2.4")


def test_debian_is_told_what_stays_outside() -> None:
    control = linux.control_file("amd64", 180_000, glibc="2.36")
    fields = dict(line.split(": ", 1) for line in control.splitlines() if not line.startswith(" "))
    assert fields["Architecture"] == "amd64"
    assert "libc6 (>= 2.36)" in fields["Depends"]
    # what is inside is not asked for, and what is asked for is not inside
    assert "portaudio" not in control
    assert "libasound2" in fields["Depends"]
    assert not contents.is_kept("libasound.so.2", [])
    assert control.endswith("\n")


def test_the_desktop_finds_the_application(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    linux.lay_out(root, tmp_path / "usr", "/opt/voicedesk")
    assert (tmp_path / "usr/share/applications/voicedesk.desktop").is_file()
    assert (tmp_path / "usr/share/icons/hicolor/scalable/apps/voicedesk.svg").is_file()
    assert (tmp_path / "usr/bin/voicedesk").readlink() == Path("/opt/voicedesk/VoiceDesk")


def test_icon_files_hold_their_pictures(qapp: object) -> None:
    svg = Path(__file__).resolve().parents[2] / "resources/icons/voicedesk.svg"
    pictures = icons.draw(svg, [16, 256])
    ico = icons.as_ico(pictures)
    kind, count = struct.unpack_from("<HH", ico, 2)
    assert (kind, count) == (1, 2)
    for number, side in enumerate((16, 256)):
        width, _, _, _, _, _, size, at = struct.unpack_from("<BBBBHHII", ico, 6 + 16 * number)
        assert width == side % 256
        assert ico[at : at + size] == pictures[side]
    icns = icons.as_icns(dict.fromkeys((16, 32, 128, 256, 512, 1024), b"png"))
    assert struct.unpack_from(">4sI", icns) == (b"icns", len(icns))


def test_a_broken_package_is_recognised_by_what_it_says() -> None:
    assert check.refuse_broken("it", "All is well.") == "All is well."
    for sentence in (
        "ModuleNotFoundError: No module named 'x'",
        "libz.so.1: cannot open shared object file",
        "[PYI-310:ERROR] Failed to execute script",
    ):
        with pytest.raises(check.CheckFailedError):
            check.refuse_broken("it", sentence)


def test_a_window_without_a_screen_is_told_as_not_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def a_place(root: Path) -> Iterator[check.Place]:
        mark = {check._MARK: "none"}
        yield check.Place("an empty environment", None, root, "", root, mark, None)

    monkeypatch.setattr(check, "a_place", a_place)

    def works(_place: check.Place) -> None:
        """It works."""

    for name in ("say_version", "say_what_works", "answer"):
        monkeypatch.setattr(check, name, works)
    assert check.run(tmp_path) == 0
    said = capsys.readouterr().out
    assert "Not tried, since there is no screen in memory here: Its window opens" in said


def test_sound_in_a_recording_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "reply.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(array.array("h", [0] * 24_000 + [9000, -9000] * 6_000).tobytes())
    assert check.loud_seconds(path) == pytest.approx(0.5)


def test_a_bare_system_is_readable_whatever_the_mask_of_its_maker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bare_root, "packages", lambda: ["none"])
    monkeypatch.setattr(os, "chown", lambda *_: None)
    listing = subprocess.CompletedProcess([], 0, stdout=f"/etc\n{__file__}\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: listing)
    root = tmp_path / "root"
    root.mkdir()
    mask = os.umask(0o077)
    try:
        bare_root.make(root)
        assert os.umask(0o077) == 0o077  # what the process had is put back
    finally:
        os.umask(mask)
    own = {root / "srv" / "user", root / "run"}
    folders = [path for path in root.rglob("*") if path.is_dir() and path not in own]
    assert len(folders) > 10
    assert all(path.stat().st_mode & 0o055 == 0o055 for path in folders)


def test_root_that_may_not_isolate_a_program_makes_no_bare_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = subprocess.CompletedProcess([], 1, stderr="unshare: Operation not permitted\n")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: refused)
    assert bare_root.can_be_made().endswith("Operation not permitted")
