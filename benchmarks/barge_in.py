"""A press during a reply, in the whole application with echo cancellation, to the silence in a recording."""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.application import WireServer, home, noise, until
from benchmarks.report import Result
from benchmarks.sound import DEVICE_MS, LOUD, p50, p95, recorded, since
from tests.support.pulse import Recording, VirtualSound
from voicedesk.core.clock import now

PRESSES = 40
REPLY_MS = 4_000


def run(presses: int = PRESSES) -> list[Result]:
    """Press the button of the real window while it answers."""
    server = WireServer(str(REPLY_MS))
    try:
        with home(), VirtualSound() as sound:
            silences, cleaned = _press(sound, server.base_url, presses)
    finally:
        server.close()
    note = (
        f"{presses} presses in the real window, {cleaned} of their takes without echo; the device's own buffer of"
        f" {DEVICE_MS:.0f} ms in it"
    )
    return [
        Result("press in the window to silence, p50", p50(silences), "ms"),
        Result(
            "press in the window to silence, p95", p95(silences), "ms", 30.0 + DEVICE_MS, note=note
        ),
        Result("press in the window to silence, longest", max(silences), "ms"),
    ]


def _press(sound: VirtualSound, base_url: str, presses: int) -> tuple[list[float], int]:
    """Milliseconds from each press to the last sample of the reply, and how many takes had their echo taken out."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from tests.end_to_end.desktop import Person, desktop_with, settings_for
    from voicedesk.app import run_on_qt
    from voicedesk.audio.echo import EchoFreeInput
    from voicedesk.core.turn import State

    found: list[float] = []
    cleaned = 0

    async def one(person: Person, recording: Recording) -> None:
        nonlocal cleaned
        conductor, button = person.desktop.desk.conductor, person.window.talk_button
        conductor.ask("A tone, please")
        await until(lambda: conductor.state is State.SPEAKING)
        spoken = now()
        await asyncio.sleep(random.uniform(0.3, 0.9))
        pressed = now()
        QTest.mousePress(button, Qt.MouseButton.LeftButton)
        await recorded(recording, pressed + 0.4)
        microphone = conductor.microphone
        cleaned += isinstance(microphone, EchoFreeInput) and microphone.is_cleaning
        start, heard = since(recording, spoken)
        last = int(np.flatnonzero(np.abs(heard.astype(int)) > LOUD)[-1]) + 1
        found.append((recording.time_of(start + last) - pressed) * 1000.0)
        conductor.cancel()
        QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
        await until(lambda: conductor.state is State.READY)

    async def work(application: QApplication) -> int:
        del application
        settings = settings_for(base_url)
        settings.talk.style = "hold"
        async with desktop_with(settings) as person:
            with sound.record_speaker() as recording:
                await recorded(recording, now() + 0.7)
                for _ in range(presses):
                    await one(person, recording)
        return 0

    with tempfile.TemporaryDirectory() as folder:
        sound.play_to_microphone(noise(Path(folder) / "noise.wav", presses * 3.0 + 10.0))
        run_on_qt(work)
        sound.stop_playing()
    return found, cleaned
