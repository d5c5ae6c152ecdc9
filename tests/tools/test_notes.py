"""The file of notes: nobody else's, never half written, never written over when it is damaged."""

import json
import os
import stat
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voicedesk.tools import notes as notes_module
from voicedesk.tools.notes import LONGEST_NOTE, Note, Notes
from voicedesk.tools.tool import ToolError


def then() -> datetime:
    return datetime(2026, 3, 1, 9, 30, 12, tzinfo=UTC)


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path / "deep" / "data", now=then)


def test_notes_stay(notes: Notes) -> None:
    assert notes.all() == []
    assert not notes.path.parent.exists(), "reading makes nothing"
    notes.add("buy milk")
    notes.add("  öl & 茶\nzwei ")
    kept = [
        Note("2026-03-01T09:30+00:00", "buy milk"),
        Note("2026-03-01T09:30+00:00", "öl & 茶\nzwei"),
    ]
    assert notes.all() == kept
    assert Notes(notes.path.parent).all() == kept
    assert [path.name for path in notes.path.parent.iterdir()] == ["notes.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_nobody_else_may_read_them(notes: Notes) -> None:
    before = os.umask(0)
    try:
        notes.add("secret")
        notes.add("another")
    finally:
        os.umask(before)
    assert stat.S_IMODE(notes.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST_NOTE + 1)])
def test_what_is_no_note_is_refused(notes: Notes, text: str) -> None:
    with pytest.raises(ToolError):
        notes.add(text)
    assert notes.all() == []


def test_there_is_an_end_to_them(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes_module, "MOST_NOTES", 2)
    notes.add("one")
    notes.add("two")
    with pytest.raises(ToolError, match="2 notes"):
        notes.add("three")
    assert [note.text for note in notes.all()] == ["one", "two"]


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"{}", b"[1]", b'[{"at": 1, "text": "x"}]', b"\xff\xfe", b"[" * 100_000],
)
def test_a_damaged_file_is_set_aside(notes: Notes, damage: bytes) -> None:
    notes.path.parent.mkdir(parents=True)
    notes.path.write_bytes(damage)
    notes.add("new")
    assert [note.text for note in notes.all()] == ["new"]
    assert notes.path.with_name("notes.aside-1.json").read_bytes() == damage


def test_damaged_files_pile_up_rather_than_vanish(notes: Notes) -> None:
    for number in (1, 2):
        notes.path.parent.mkdir(parents=True, exist_ok=True)
        notes.path.write_text(f"damage {number}")
        assert notes.all() == []
    assert notes.path.with_name("notes.aside-2.json").read_text() == "damage 2"


def test_a_file_that_is_far_too_large_is_not_read_whole(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.add("one")
    monkeypatch.setattr(notes_module, "LARGEST_FILE", 10)
    assert notes.all() == []
    assert notes.path.with_name("notes.aside-1.json").exists()


def test_a_disk_that_refuses_is_told_without_the_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    notes = Notes(tmp_path / "file")
    with pytest.raises(ToolError) as told:
        notes.add("one")
    assert str(tmp_path) not in str(told.value)
    with pytest.raises(ToolError):
        notes.all()


def test_a_failed_write_leaves_the_old_file(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.add("one")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ToolError, match="No space left"):
        notes.add("two")
    monkeypatch.undo()
    assert [note.text for note in notes.all()] == ["one"]
    assert [path.name for path in notes.path.parent.iterdir()] == ["notes.json"]


def test_notes_of_several_threads_are_all_kept(notes: Notes) -> None:
    threads = [
        threading.Thread(target=lambda name=name: notes.add(name)) for name in map(str, range(8))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(note.text for note in notes.all()) == [str(number) for number in range(8)]


def test_the_file_can_be_read_by_people(notes: Notes) -> None:
    notes.add("Öl")
    assert "Öl" in notes.path.read_text("utf-8")
    assert json.loads(notes.path.read_text("utf-8"))[0]["text"] == "Öl"
