"""The files of the packaged folder, where it has been built: what must be there, what may not, and whose they are."""

import json
import sys
from pathlib import Path

import pytest

from builder import contents
from builder.folder import executable
from voicedesk.core.resources import FOLDERS

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = executable(ROOT)
INSIDE = PROGRAM.parent / "_internal"

pytestmark = pytest.mark.skipif(
    not PROGRAM.exists(), reason="dist/VoiceDesk is not built (scripts/build)"
)


def files_below(folder: Path) -> dict[str, Path]:
    """All files that are no links, by their path in the folder."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def is_library(path: Path) -> bool:
    if path.suffix in {".dll", ".pyd", ".dylib"}:
        return True
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def test_the_resources_are_inside_as_they_are_but_for_sources_and_tests() -> None:
    for folder in FOLDERS:
        wanted = files_below(ROOT / "resources" / folder)
        inside = files_below(INSIDE / "resources" / folder)
        if folder == "translations":
            wanted = {name: path for name, path in wanted.items() if path.suffix != ".ts"}
        if folder == "speech":
            wanted = {"question.wav": wanted["question.wav"]}
        assert inside.keys() == wanted.keys(), folder
        assert wanted, folder
        for name, path in wanted.items():
            assert inside[name].read_bytes() == path.read_bytes(), name


def test_each_language_of_the_window_has_qt_own_texts_too() -> None:
    spoken = {path.stem.removeprefix("voicedesk_") for path in (INSIDE / "resources").rglob("*.qm")}
    of_qt = {path.stem for path in (INSIDE / "PySide6").rglob("*.qm")}
    assert of_qt == {f"qtbase_{language}" for language in spoken}
    assert spoken


def test_the_parts_of_qt_are_those_that_are_kept() -> None:
    bindings = {
        path.name.partition(".")[0] for path in (INSIDE / "PySide6").glob("Qt*") if path.is_file()
    }
    assert bindings == set(contents.QT_MODULES)


@pytest.mark.skipif(sys.platform != "linux", reason="libraries of Qt have other names elsewhere")
def test_no_library_of_qt_is_there_in_vain() -> None:
    libraries = {
        path.name.partition(".")[0].removeprefix("libQt6")
        for path in (INSIDE / "PySide6" / "Qt" / "lib").glob("libQt6*")
    }
    wanted = {module.removeprefix("Qt") for module in contents.QT_MODULES}
    # the platforms' plugins, xcb and Wayland, are linked to the others
    assert libraries == wanted | {"DBus", "OpenGL", "WaylandClient", "XcbQpa"}


def test_each_library_is_a_part_that_the_bill_names() -> None:
    bill = json.loads((PROGRAM.parent / "sbom.cdx.json").read_text("utf-8"))
    named = [
        occurrence["location"]
        for part in bill["components"]
        for occurrence in part.get("evidence", {}).get("occurrences", ())
    ]
    inside = {name for name, path in files_below(INSIDE).items() if is_library(path)}
    assert set(named) == inside
    assert len(named) == len(inside), "a library is told as a part of two works"


def test_each_part_has_its_licence_in_full() -> None:
    licences = (PROGRAM.parent / "LICENSES.txt").read_text("utf-8")
    assert "carries no text" not in licences
    for title in ("GPL-2", "GPL-3", "LGPL-3", "MIT"):
        assert f"\n{title}, as it is referred to above\n" in licences
