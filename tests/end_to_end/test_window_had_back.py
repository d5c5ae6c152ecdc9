"""The real application's window is where it was closed, also after its language was changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QApplication

from tests.end_to_end.desktop import run, settings_for
from tests.support.realtime_server import ScriptedServer
from voicedesk.app import Application
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.conversation.storage import SettingsFile
from voicedesk.ui import window_place
from voicedesk.ui.settings_values import with_value
from voicedesk.ui.window_place import WindowPlace

pytestmark = pytest.mark.timeout(60)


@asynccontextmanager
async def desktop_at(home: Path, base_url: str) -> AsyncIterator[Application]:
    desktop = Application(
        settings_for(base_url),
        file=SettingsFile(home),
        microphone=FileMicrophone(bytes(48_000)),
        speaker=FileSpeaker(),
    )
    try:
        desktop.window.show()
        await desktop.start()
        yield desktop
    finally:
        await desktop.close()


def test_the_window_is_where_it_was_closed(
    voicedesk_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The window may be larger than the screen of a test.
    monkeypatch.setattr(window_place, "fits", lambda place: place.isValid())
    file = voicedesk_home / "data" / "window.json"
    at, compact = QPoint(30, 40), QPoint(70, 80)

    async def work() -> None:
        async with ScriptedServer() as server:
            async with desktop_at(voicedesk_home, server.base_url) as desktop:
                default = desktop.window.size()
                least = desktop.window.minimumSize()
                window_place.move_to(desktop.window, at)
                desktop.window.resize(least)
            assert window_place.load(file) == WindowPlace(least, at)
            assert least != default
            async with desktop_at(voicedesk_home, server.base_url) as desktop:
                assert (desktop.window.geometry().topLeft(), desktop.window.size()) == (at, least)
                await _move_compact(desktop, compact)
                desktop.window.close()
            assert window_place.load(file) == WindowPlace(least, at, compact)
            file.write_text("{", encoding="utf-8")
            async with desktop_at(voicedesk_home, server.base_url) as desktop:
                assert desktop.window.size() == QSize(default)

    run(work)


async def _move_compact(desktop: Application, place: QPoint) -> None:
    """Put the compact window somewhere, make it whole, and change the language, which makes the window anew."""
    desktop.modes.compact.set_on(is_on=True)
    window_place.move_to(desktop.window, place)
    desktop.modes.compact.set_on(is_on=False)
    window = desktop.window
    window.change_settings(with_value(window.settings, "appearance.language", "de"))
    async with asyncio.timeout(10):
        while window.question.accessibleName() != "Frage":
            await asyncio.sleep(0.01)
    QApplication.processEvents()
    assert not desktop.modes.compact.is_on
