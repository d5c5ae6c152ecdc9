"""Every screen, as it is painted: nothing is faint, cut, covered, empty or shortened without a word, in any look.

Each look is a process of its own, since its scale, direction and language hold for all of an application. Every two of
theme, scale, language and direction come together in one of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.picture import Picture, contrast
from voicedesk.ui import theme

pytestmark = pytest.mark.timeout(240)

LOOKS = {
    "plain": ("1", "en", "ltr", "100", "light", "large"),
    "German, from right to left": ("1", "de", "rtl", "100", "light", "large"),
    "German, 200 %": ("2", "de", "ltr", "100", "light", "large"),
    "200 %, from right to left, dark": ("2", "en", "rtl", "100", "dark", "large"),
    "German, large text, dark": ("1", "de", "ltr", "200", "dark", "large"),
    "German, 200 % on a small screen": ("2", "de", "ltr", "130", "light", "small"),
}
_LEAST_PICTURES = 55
_SCREEN = {"name": "one", "x": 0, "y": 0, "dpr": 1, "logicalDpi": 96, "logicalBaseDpi": 96}
_SIZES = {"large": {"width": 2732, "height": 1536}, "small": {"width": 1366, "height": 768}}
_EXPECTED = "This plugin does not support"
"""Qt's complaint about a platform that has no windows of its own."""


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """All of them at once: most of the time they wait for something to be laid out."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, size in _SIZES.items():
        (folder / name).write_text(json.dumps({"screens": [{**_SCREEN, **size}]}), "utf-8")
    running = {name: _start(look, folder / look[-1]) for name, look in LOOKS.items()}
    yield running
    for process in running.values():
        if process.poll() is None:
            process.kill()
        process.communicate()


def _start(look: tuple[str, ...], screens: Path) -> subprocess.Popen[str]:
    scale, *rest = look
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": f"offscreen:configfile={screens}",
        "QT_SCALE_FACTOR": scale,
        "VOICEDESK_HOME": str(screens.parent / "home"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ui.picture_child", *rest],
        env=environment,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def seen(started: dict[str, subprocess.Popen[str]]) -> Callable[[str], dict[str, Any]]:
    """What was found in a look, once its process has ended."""

    @cache
    def result(name: str) -> dict[str, Any]:
        process = started[name]
        out, errors = process.communicate(timeout=200)
        complaints = [line for line in errors.splitlines() if not line.startswith(_EXPECTED)]
        assert complaints == []
        assert process.returncode == 0
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
        return found

    return result


@pytest.mark.parametrize("name", LOOKS)
def test_no_screen_has_a_gross_fault(seen: Callable[[str], dict[str, Any]], name: str) -> None:
    found = seen(name)
    assert found["faults"] == {}
    assert found["pictures"] >= _LEAST_PICTURES


# On a small screen half of it is scrolled, and where that is says nothing of the order.
@pytest.mark.parametrize("name", [name for name in LOOKS if LOOKS[name][-1] == "large"])
def test_every_screen_passes_the_checklist(
    seen: Callable[[str], dict[str, Any]], name: str
) -> None:
    assert seen(name)["lacks"] == {}


# ------------------------------------------------------------------------- the check is one itself


@pytest.fixture
def board(qtbot: QtBot, qapp: QApplication) -> Iterator[QWidget]:
    """A window on which a test writes something bad."""
    before, style = qapp.palette(), qapp.style().name()
    theme.install(qapp)
    qapp.setPalette(theme.light_palette())
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    fine = QHBoxLayout()
    fine.addWidget(QLabel("A label"))
    fine.addWidget(QPushButton("A button"))
    box = QComboBox()
    box.addItems(["One", "Another"])
    fine.addWidget(box)
    layout.addLayout(fine)
    window.resize(400, 300)
    yield window
    qapp.setPalette(before)
    qapp.setStyle(style)


def faults(board: QWidget) -> str:
    board.show()
    QApplication.processEvents()
    return "\n".join(Picture(board).faults())


def add(board: QWidget, widget: QWidget) -> None:
    layout = board.layout()
    assert layout is not None
    layout.addWidget(widget)


def coloured(text: str, colour: str) -> QLabel:
    label = QLabel(text)
    palette = label.palette()
    palette.setColor(palette.ColorRole.WindowText, colour)
    label.setPalette(palette)
    return label


def test_what_is_fine_has_no_faults(board: QWidget) -> None:
    edit = QLineEdit()
    edit.setPlaceholderText("What is it?")
    tabs = QTabWidget()
    tabs.addTab(QLabel("inside"), "A tab")
    group = QGroupBox("A group")
    items = QListWidget()
    items.addItems(["First", "Second"])
    for widget in (edit, tabs, group, items):
        add(board, widget)
    assert faults(board) == ""


def test_the_contrast_of_two_colours_is_that_of_the_standard() -> None:
    black, white = np.array([0, 0, 0], np.int16), np.array([255, 255, 255], np.int16)
    assert contrast(black, white) == pytest.approx(21.0)
    assert contrast(white, np.array([0x76] * 3, np.int16)) == pytest.approx(4.54, abs=0.01)


def test_faint_text_is_found_and_what_cannot_be_used_may_be_faint(board: QWidget) -> None:
    add(board, coloured("too faint", "#9a9eac"))
    large = coloured("large enough", "#858a9c")
    font = large.font()
    font.setPixelSize(30)
    large.setFont(font)
    add(board, large)
    button = QPushButton("not now")
    button.setEnabled(False)
    add(board, button)
    found = faults(board)
    assert "'too faint' is faint" in found
    assert "2." in found
    assert "large enough" not in found
    assert "not now" not in found


def test_text_without_room_is_found(board: QWidget) -> None:
    narrow = QLabel("There is no room for these words")
    narrow.setFixedWidth(60)
    low = QLabel("These words take several lines, of which only the first can be seen")
    low.setWordWrap(True)
    low.setFixedSize(120, 16)
    box = QComboBox()
    box.addItems(["A", "A choice that is much longer than its box"])
    box.setFixedWidth(80)
    for widget in (narrow, low, box):
        add(board, widget)
    found = faults(board)
    assert "'There is no room for these words' is" in found
    assert "has a height of 16" in found
    assert "'A choice that is much longer than its box' has" in found


def test_text_that_is_painted_over_is_found(board: QWidget) -> None:
    under = QLabel("under the button", board)
    under.move(20, 200)
    over = QPushButton("over the label", board)
    over.setGeometry(60, 195, 150, 30)
    found = faults(board)
    assert "lie on each other" in found
    assert "'under the button' is" in found
    out = QPushButton("out", board)
    out.setGeometry(350, 280, 90, 40)
    out.show()
    assert "QPushButton 'out' reaches out of" in faults(board)


def test_shortened_text_needs_a_tooltip_or_a_name(board: QWidget) -> None:
    label = QLabel("The beginning of…")
    add(board, label)
    add(board, QPushButton("Settings…"))
    edit = QLineEdit()
    edit.setPlaceholderText("Words that say what may be written here")
    edit.setFixedSize(QSize(80, 24))
    add(board, edit)
    found = faults(board)
    assert "'The beginning of…' is all" in found
    assert "Settings" not in found, "these are its own dots"
    assert "Words" not in found, "who hears it hears the whole placeholder"
    label.setToolTip("The beginning of a long story")
    assert faults(board) == ""


def test_an_empty_window_is_found(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    found = Picture(window).faults()
    assert "there is no text in it" in found
    assert "it is empty" in found
