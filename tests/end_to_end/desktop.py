"""The whole application in a test: its window, its loop, its devices, on a virtual sound card."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.support.pulse import VirtualSound
from voicedesk.app import Application, run_on_qt
from voicedesk.conversation.record import TurnRecord
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import Event, TurnFailed
from voicedesk.core.settings import Server, Settings
from voicedesk.core.turn import State

LONGEST_S = 100.0
"""What any such test may take, well below the limit that ends the whole run."""


class Person:
    """Somebody in front of the window: presses, speaks, types, looks."""

    def __init__(self, desktop: Application) -> None:
        self.desktop = desktop
        self.window = desktop.window
        self.events: list[Event] = []
        desktop.desk.conductor.observe(self.events.append)

    @property
    def state(self) -> State:
        return self.desktop.desk.conductor.state

    @property
    def records(self) -> dict[int, TurnRecord]:
        return self.desktop.desk.recorder.turns

    def failures(self) -> list[VoiceDeskError]:
        return [event.error for event in self.events if isinstance(event, TurnFailed)]

    def hold(self) -> None:
        QTest.mousePress(self.window.talk_button, Qt.MouseButton.LeftButton)

    def let_go(self) -> None:
        QTest.mouseRelease(self.window.talk_button, Qt.MouseButton.LeftButton)

    def type(self, question: str) -> None:
        self.window.question.setFocus()
        QTest.keyClicks(self.window.question, question)
        QTest.keyClick(self.window.question, Qt.Key.Key_Return)

    async def say(self, wav: Path, sound: VirtualSound) -> None:
        """Speak a recording into the virtual microphone, to its end."""
        player = sound.play_to_microphone(wav)
        await asyncio.to_thread(player.wait)

    async def until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)

    async def rest(self) -> None:
        """Wait until the turn is over."""
        await self.until(lambda: self.state in {State.READY, State.FAILED})


@asynccontextmanager
async def desktop_with(settings: Settings) -> AsyncIterator[Person]:
    desktop = Application(settings)
    try:
        desktop.window.show()
        person = Person(desktop)
        await desktop.start()
        yield person
    finally:
        await desktop.close()


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run a test's coroutine on the loop of the application."""

    async def whole(application: QApplication) -> int:
        del application
        async with asyncio.timeout(LONGEST_S):  # a signal's exception is lost in Qt's loop
            await work()
        return 0

    assert run_on_qt(whole) == 0


def settings_for(base_url: str) -> Settings:
    settings = Settings()
    settings.servers["test"] = Server(name="Test", base_url=base_url, dialect="compatible")
    settings.realtime.server = "test"
    return settings


def spoken(text: str, path: Path, *, speed: int = 165) -> Path:
    """Have espeak-ng speak a sentence to a WAV file."""
    subprocess.run(
        ["espeak-ng", "-v", "en-us", "-s", str(speed), "-w", str(path), text], check=True
    )
    return path
