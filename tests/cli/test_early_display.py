"""A display that is named but is not there: Qt would abort the process."""

import socket
import sys
from pathlib import Path

import pytest

from voicedesk.cli import early

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="X is Linux's")


@pytest.fixture(autouse=True)
def _no_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "_missing", lambda libraries: [])
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


def test_a_display_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9977")
    problem = early.qt_problem()
    assert problem is not None
    assert ":9977" in problem


def test_no_display_is_asked_for_where_qt_draws_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9977")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert early.qt_problem() is None


@pytest.mark.parametrize("display", ["", ":9977"])
def test_a_wayland_display_counts_where_somebody_serves_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, display: str
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    problem = early.qt_problem()
    assert problem is not None
    assert (display or "wayland-0") in problem
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-0"))
        assert early.qt_problem() is not None
        compositor.listen()
        assert early.qt_problem() is None
        monkeypatch.setenv("WAYLAND_DISPLAY", str(tmp_path / "wayland-0"))
        assert early.qt_problem() is None
