"""What is packaged: nothing that the application imports is left out, and nothing is left in that it has no use for."""

import ast
import plistlib
import tomllib
import xml.etree.ElementTree as ET
from configparser import ConfigParser
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from builder import contents, platforms
from voicedesk import __version__
from voicedesk.cli.doctor import _PACKAGES
from voicedesk.core.resources import FOLDERS
from voicedesk.synth import command

ROOT = Path(__file__).resolve().parents[2]


def imported() -> set[str]:
    """Dotted names of all modules that voicedesk/ imports, wherever the import stands."""
    names: set[str] = set()
    for path in (ROOT / "voicedesk").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def test_the_parts_of_qt_that_are_kept_are_those_that_are_imported() -> None:
    used = {name.split(".")[1] for name in imported() if name.startswith("PySide6.")}
    assert used == set(contents.QT_MODULES)


def test_no_module_that_is_left_out_is_imported() -> None:
    left_out = set(contents.EXCLUDED_MODULES)
    for name in imported():
        parts = name.split(".")
        assert not left_out & {".".join(parts[:end]) for end in range(1, len(parts) + 1)}, name


def test_every_folder_of_resources_is_packaged() -> None:
    assert {path.name for path in (ROOT / "resources").iterdir() if path.is_dir()} == set(FOLDERS)


def test_each_translation_is_there_as_the_window_reads_it() -> None:
    """A build takes what is there, and makes no translations."""
    folder = ROOT / "resources" / "translations"
    sources = {path.stem for path in folder.glob("voicedesk_*.ts")}
    assert {path.stem for path in folder.glob("*.qm")} == sources
    assert sources


def test_what_doctor_asks_for_has_its_version_inside() -> None:
    assert set(map(canonicalize_name, _PACKAGES)) <= set(map(canonicalize_name, contents.METADATA))


def test_every_child_process_has_its_module() -> None:
    for module in command._MODULES:
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/wayland-shell-integration/libxdg-shell.so",
        r"PySide6\plugins\platforms\qwindows.dll",
        "PySide6/Qt/translations/qtbase_de.qm",
        r"PySide6\translations\qtbase_de.qm",
        "resources/translations/voicedesk_de.qm",
        "PySide6/QtWidgets.abi3.so",
        r"PySide6\QtCore.pyd",
        "libportaudio.so.2",
        "libxcb-cursor.so.0",
        "libzstd.so.1",
        "resources/speech/question.wav",
        "espeak-ng/espeak-ng-data/de_dict",
        "pocketsphinx/model/en-us/en-us-phone.lm.bin",
        "keyring-25.7.0.dist-info/entry_points.txt",
    ],
)
def test_kept(name: str) -> None:
    assert contents.is_kept(name, ["de"])


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/egldeviceintegrations/libqeglfs-kms-egldevice-integration.so",
        "PySide6/Qt/translations/qtbase_fr.qm",
        "PySide6/Qt/translations/assistant_de.qm",
        "PySide6/Qt/translations/qt_help_de.qm",
        "resources/translations/voicedesk_de.ts",
        "resources/translations/sentences_de.ts",
        "PySide6/QtQml.abi3.so",
        r"PySide6\QtWebEngineCore.pyd",
        "libasound.so.2",
        "libstdc++.so.6",
        "libz.so.1",
        "libX11.so.6",
        "resources/speech/q07.wav",
        "espeak-ng/espeak-ng-data/mbrola_ph/de2",
        "openai-3.52.0.dist-info/RECORD",
    ],
)
def test_left_out(name: str) -> None:
    assert not contents.is_kept(name, ["de"])


def test_libraries_are_there_for_others_and_the_rest_for_itself() -> None:
    assert contents.is_wanted_for_itself("soxr/soxr_ext.abi3.so")
    assert contents.is_wanted_for_itself("PySide6/Qt/plugins/platforms/libqxcb.so")
    assert contents.is_wanted_for_itself("libportaudio.so.2")
    assert not contents.is_wanted_for_itself("libxcb-cursor.so.0")
    assert not contents.is_wanted_for_itself("PySide6/Qt/lib/libQt6Svg.so.6")


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("0.1.0", (0, 1, 0, 0)), ("2.13rc1", (2, 13, 0, 0)), ("1.2.3.dev4", (1, 2, 3, 0))],
)
def test_versions_for_windows(version: str, numbers: tuple[int, int, int, int]) -> None:
    assert platforms.version_numbers(version) == numbers


def test_windows_is_told_who_made_the_executable(tmp_path: Path) -> None:
    written = platforms.version_resource(tmp_path, "win32")
    assert written is not None
    text = Path(written).read_text("utf-8")
    compile(text, written, "eval")
    assert f"StringStruct('ProductVersion', '{__version__}')" in text
    assert platforms.version_resource(tmp_path, "linux") is None


def test_macos_asks_for_the_microphone() -> None:
    information = platforms.bundle()["info_plist"]
    assert information["NSMicrophoneUsageDescription"]
    with (ROOT / "packaging/macos/entitlements.plist").open("rb") as file:
        assert plistlib.load(file)["com.apple.security.device.audio-input"] is True


def test_the_desktop_entry_names_what_is_there() -> None:
    entry = ConfigParser(interpolation=None, strict=True)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(ROOT / "packaging/linux/voicedesk.desktop", encoding="utf-8")
    main = entry["Desktop Entry"]
    assert main["Exec"] == "voicedesk"
    assert (ROOT / "resources/icons" / f"{main['Icon']}.svg").is_file()
    for action in filter(None, main["Actions"].split(";")):
        program, argument = entry[f"Desktop Action {action}"]["Exec"].split()
        assert (program, argument) == ("voicedesk", action)


def test_the_software_centre_is_told_this_version() -> None:
    tree = ET.parse(ROOT / "packaging/linux/org.voicedesk.VoiceDesk.metainfo.xml")
    releases = [release.get("version") for release in tree.iter("release")]
    assert releases[0] == __version__
    launchable = tree.findtext("launchable")
    assert launchable is not None
    assert (ROOT / "packaging/linux" / launchable).is_file()


def test_the_source_archive_has_all_that_builds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {"/builder", "/packaging", "/build.spec", "/scripts", "/resources"} <= set(included)
