"""Files that are replaced as a whole: the old one or the new one, and never anything beside it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from voicedesk.disk import replacement, write_whole


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    result = tmp_path / "folder"
    result.mkdir()
    return result


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_with_its_folder_and_replaced(folder: Path) -> None:
    path = folder / "deep" / "notes.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert names(path.parent) == ["notes.json"]


@pytest.mark.skipif(os.name != "posix", reason="other systems keep who may read in other ways")
def test_a_file_is_its_owners_alone(folder: Path) -> None:
    path = folder / "keys.json"
    path.write_text("{}")
    path.chmod(0o644)
    write_whole(path, b"{}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "settings.json"
    write_whole(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(folder) == ["settings.json"]


def test_what_fails_while_it_writes_changes_nothing(folder: Path) -> None:
    path = folder / "talk.wav"

    def fails() -> None:
        with replacement(path) as unfinished:
            unfinished.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    assert names(folder) == []


def test_an_unfinished_file_is_told_by_its_name(folder: Path) -> None:
    with replacement(folder / "a.unit", prefix=".making-") as unfinished:
        assert unfinished.name.startswith(".making-")
        assert unfinished.parent == folder
    assert names(folder) == ["a.unit"]
