"""A display that is named but is not there: Qt would abort the process."""

import sys

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
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert early.qt_problem() is None
