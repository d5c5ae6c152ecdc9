"""The settings file on disk."""

import json
import os
from pathlib import Path

import pytest

from voicedesk.conversation.storage import (
    Folders,
    SettingsFile,
    SettingsLeftError,
    SettingsSaveError,
)
from voicedesk.core.settings import SCHEMA, Settings, Talk


def test_the_home_variable_moves_everything(voicedesk_home: Path) -> None:
    folders = Folders.find()
    for folder in (folders.config, folders.data, folders.log):
        assert folder.is_relative_to(voicedesk_home)


def test_without_it_each_desktop_has_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOICEDESK_HOME")
    assert "VoiceDesk" in str(Folders.find().config)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path)
    assert file.load() == Settings()
    assert file.problem is None


def test_saved_settings_are_loaded(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "new" / "folder")
    file.save(Settings(talk=Talk(tail_ms=77)))
    assert file.load().talk.tail_ms == 77
    assert [path.name for path in file.path.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        json.dumps({"schema_version": SCHEMA + 1}).encode(),
        b"[" + b" " * 2_000_000 + b"]",
    ],
)
def test_a_file_that_cannot_be_used_is_set_aside_and_told(tmp_path: Path, content: bytes) -> None:
    file = SettingsFile(tmp_path)
    file.path.write_bytes(content)
    assert file.load() == Settings()
    assert file.problem is not None
    aside = tmp_path / "settings.aside-1.json"
    assert aside.read_bytes() == content
    assert str(aside) in str(file.problem)
    assert not file.path.exists()
    file.path.write_bytes(content)
    file.load()
    assert (tmp_path / "settings.aside-2.json").exists()


def test_a_folder_in_the_place_of_the_file_is_set_aside_and_told(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path)
    file.path.mkdir()
    assert file.load() == Settings()
    aside = tmp_path / "settings.aside-1.json"
    assert aside.is_dir()
    assert str(aside) in str(file.problem)


def test_of_a_file_that_stays_where_it_is_nothing_else_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(self), 0, str(target))

    monkeypatch.setattr(Path, "rename", refuse)
    file = SettingsFile(tmp_path)
    file.path.write_bytes(b"{")
    assert file.load() == Settings()
    assert isinstance(file.problem, SettingsLeftError)
    assert str(file.path) in str(file.problem)
    assert "aside" not in str(file.problem)


def test_a_file_in_a_folder_that_may_not_be_looked_into_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    for method in ("open", "exists", "rename"):
        monkeypatch.setattr(Path, method, refuse)
    file = SettingsFile(tmp_path / "closed")
    assert file.load() == Settings()
    assert isinstance(file.problem, SettingsLeftError)
    assert not file.exists


def test_a_failed_save_keeps_the_old_file_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = SettingsFile(tmp_path / "config")
    file.save(Settings(talk=Talk(tail_ms=1)))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsSaveError, match="the disk is full"):
        file.save(Settings(talk=Talk(tail_ms=2)))
    assert file.load().talk.tail_ms == 1
    assert len(list(file.path.parent.iterdir())) == 1
