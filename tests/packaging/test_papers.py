"""Whose the files in the folder are, and which licences go with them, without a build."""

import shutil
import subprocess
import sys
import sysconfig
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from builder import papers
from builder.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]


class Dpkg:
    """Stands in for dpkg-query, with lists of its own.

    Attributes:
        files: Which package has which file.
    """

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def run(self, command: Sequence[str], **_options: object) -> "subprocess.CompletedProcess[str]":
        assert command[0] == "dpkg-query"
        if command[1] == "--search":
            found = [f"{self.files[name]}: {name}" for name in command[2:] if name in self.files]
            lines = [
                "diversion by dash from: /bin/sh",
                *found,
            ]
            return subprocess.CompletedProcess(command, 1, "\n".join(lines) + "\n", "")
        return subprocess.CompletedProcess(command, 0, "1.0-1", "")


@pytest.fixture
def dpkg(monkeypatch: pytest.MonkeyPatch) -> Dpkg:
    stand_in = Dpkg({})
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", stand_in.run)
    return stand_in


@pytest.mark.parametrize(
    ("told", "listed"),
    [
        ("/usr/lib/libnone.so.1", "/usr/lib/libnone.so.1"),
        ("/usr/lib/libnone.so.1", "/lib/libnone.so.1"),
        ("/lib/libnone.so.1", "/usr/lib/libnone.so.1"),
    ],
)
def test_a_library_is_found_under_either_name_of_its_folder(
    dpkg: Dpkg, told: str, listed: str
) -> None:
    dpkg.files[listed] = "libnone1:amd64, libnone1:i386"
    part = papers.find_parts({Path(told): "libnone.so.1"})[0]
    assert (part.name, part.version, part.kind) == ("libnone1", "1.0-1", "deb")
    assert part.libraries == ("libnone.so.1",)


def test_a_file_of_nobody_ends_the_build_by_its_name(dpkg: Dpkg) -> None:
    dpkg.files["/lib/libnone.so.1"] = "libnone1"
    with pytest.raises(BuildError, match=r"/usr/lib/libstray\.so\.2") as caught:
        papers.find_parts({Path("/lib/libnone.so.1"): "", Path("/usr/lib/libstray.so.2"): ""})
    assert "libnone" not in str(caught.value)


@pytest.mark.parametrize("prefix", ["/usr", "/usr/local"])
def test_a_python_of_the_system_owns_its_own_files_alone(
    dpkg: Dpkg, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    monkeypatch.setattr(sys, "base_prefix", prefix)
    monkeypatch.setattr(sys, "base_exec_prefix", prefix)
    lib = f"{prefix}/lib"
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    monkeypatch.setattr(sysconfig, "get_path", lambda _name, **_options: f"{lib}/{version}")
    dpkg.files[f"{lib}/libnone.so.1"] = "libnone1"
    found = papers.find_parts(
        {
            Path(f"{lib}/libnone.so.1"): "libnone.so.1",
            Path(f"{lib}/lib{version}.so.1.0"): f"lib{version}.so.1.0",
            Path(f"{lib}/{version}/lib-dynload/_json.so"): "_json.so",
        }
    )
    assert {part.name: part.libraries for part in found} == {
        "libnone1": ("libnone.so.1",),
        "python": ("_json.so", f"lib{version}.so.1.0"),
    }


def test_where_nobody_can_be_asked_each_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    parts = papers.find_parts({Path("/somewhere/libnone.dylib"): "libnone.dylib"})
    part = next(part for part in parts if part.name == "libnone.dylib")
    assert part.libraries == ("libnone.dylib",)
    assert part.note in papers.as_text(parts)


def test_our_own_files_are_no_work_of_others(dpkg: Dpkg) -> None:
    assert not dpkg.files
    parts = papers.find_parts({ROOT / "voicedesk" / "frozen.py": ""}, [ROOT / "voicedesk"])
    assert [part.name for part in parts] == ["python"]


def test_parts_are_found_by_their_files() -> None:
    import numpy as np
    import qasync

    found = papers.find_parts(
        dict.fromkeys(map(Path, (np.__file__, qasync.__file__, wave.__file__)), "")
    )
    assert {part.name for part in found} == {"numpy", "qasync", "python"}
    assert all(part.licence for part in found)
    assert not any(part.libraries for part in found)


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="for Debian and its like")
def test_debian_knows_whose_its_libraries_are() -> None:
    compression = next(Path("/lib").glob("*/liblzma.so.5"), None)
    if compression is None:
        pytest.skip("liblzma is elsewhere here")
    names = [part.name for part in papers.find_parts({compression: ""})]
    assert names == ["liblzma5", "python"]


def test_the_licences_name_every_part_and_hold_its_text() -> None:
    text = papers.as_text(
        [
            papers.Part("one", "1.0", "pypi", "MIT", ("You may.",)),
            papers.Part("two", "2.0", "deb", "", ("Ask /usr/share/common-licenses/NONE-1.",)),
        ]
    )
    assert "one 1.0: MIT" in text
    assert "two 2.0: see below" in text
    assert "You may." in text


def test_texts_that_parts_share_come_from_here_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "_COMMON", papers._COMMON[:1])  # as on a system without Debian's
    named = {name for _, _, names in papers._TOLD.values() for name in names}
    text = papers.as_text(
        papers.Part(name, "1.0", "pypi", licence, (), note, names)
        for name, (licence, note, names) in papers._TOLD.items()
    )
    for name in named:
        assert text.count(f"\n{name}, as it is referred to above\n") == 1
    assert text.count("TERMS AND CONDITIONS FOR COPYING, DISTRIBUTION AND MODIFICATION") >= 1
    assert "Permission is hereby granted, free of charge" in text
    assert "carries no text" not in text


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("in /usr/share/common-licenses/GPL-2.", ["GPL-2"]),
        ("in /usr/share/common-licenses/LGPL-2.1.", ["LGPL-2.1"]),
        ("'/usr/share/common-licenses/CC0-1.0'", ["CC0-1.0"]),
        ("/usr/share/common-licenses/Artistic, and", ["Artistic"]),
    ],
)
def test_references_to_shared_texts_are_understood(sentence: str, names: list[str]) -> None:
    assert papers._REFERENCE.findall(sentence) == names
