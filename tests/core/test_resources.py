"""Resources are found in a source tree, in an installed package and in a frozen application."""

import sys
from pathlib import Path

import pytest

from voicedesk.core import resources
from voicedesk.core.resources import resource_path


def put(root: Path) -> Path:
    file = root / "sounds" / "tick.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"RIFF")
    return file


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package elsewhere, beside which nothing is."""
    folder = tmp_path / "somewhere" / "voicedesk"
    folder.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", folder)
    return folder


def test_in_a_source_tree_they_lie_beside_the_package(package: Path) -> None:
    file = put(package.parent / "resources")
    assert resource_path("sounds", "tick.wav") == file


def test_in_an_installed_package_they_lie_inside_it(package: Path) -> None:
    put(package.parent / "resources")  # somebody else's, in site-packages
    file = put(package / "_resources")
    assert resource_path("sounds", "tick.wav") == file


def test_in_a_frozen_application_they_lie_in_its_bundle(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(package / "_resources")
    file = put(tmp_path / "bundle" / "resources")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "bundle"), raising=False)
    assert resource_path("sounds", "tick.wav") == file
    assert resource_path("sounds") == file.parent


def test_a_missing_one_is_told(package: Path) -> None:
    with pytest.raises(FileNotFoundError, match="install it again"):
        resource_path("sounds", "tick.wav")


def test_of_this_tree_they_are_found() -> None:
    assert resource_path().is_dir()
