"""The whole application in a long talk, in a process of its own: run by ``benchmarks.soak``, prints lines of JSON."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.application import until
from benchmarks.soak_fill import Fill
from benchmarks.soak_readings import read
from tests.support.pulse import MICROPHONE_SINK
from voicedesk.app import Application, run_on_qt
from voicedesk.audio.files import read_wav
from voicedesk.audio.io import SAMPLE_BYTES
from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.clock import now
from voicedesk.core.events import Link
from voicedesk.core.resources import resource_path
from voicedesk.core.turn import AT_REST, State

EVERY_S = 10.0
"""A press each."""
SAME_MODE = 12
"""Presses on one pipeline before the other takes its place."""
READ_EVERY = 2
"""Presses between two readings."""
TALKED = frozenset({State.SPEAKING, *AT_REST})
UNCLEAR_EVERY = 10
"""One question in so many of those that fill is none that the engine knows."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long.

    Attributes:
        presses: In all.
        fill: Questions before them, spoken and answered faster than time, which fill what is kept of the latest turns.
    """

    presses: int
    fill: int


def tell(kind: str, **what: Any) -> None:
    print(json.dumps({"kind": kind, **what}))
    sys.stdout.flush()


def play(wav: Path) -> subprocess.Popen[bytes]:
    """Have a recording sound in the virtual microphone."""
    command = ["paplay", f"--device={MICROPHONE_SINK}", "--latency-msec=100", str(wav)]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def broken_up(questions: Sequence[bytes]) -> list[bytes]:
    """Of each two questions that follow on each other the end of the first, and the beginning of the second after it.

    That is no command: the engine takes it down as any other words. What it needs for that it takes from then on, and
    what is spoken later needs it now and then, where a take was cut.
    """
    halves = [
        (pcm[:middle], pcm[middle:])
        for pcm in questions
        for middle in [len(pcm) // (2 * SAMPLE_BYTES) * SAMPLE_BYTES]
    ]
    following = [*halves[1:], halves[0]]
    return [end + beginning for (_, end), (beginning, _) in zip(halves, following, strict=True)]


class Talker:
    """Somebody who talks to the window for a long time."""

    def __init__(self, desktop: Application) -> None:
        self.desktop = desktop
        self.conductor = desktop.desk.conductor
        self.began = now()
        self._chance = random.Random(5)
        listed = json.loads(resource_path("speech", "questions.json").read_text("utf-8"))
        self._questions = [resource_path("speech", each["file"]) for each in listed["questions"]]

    async def rest(self) -> None:
        await until(lambda: self.conductor.state in AT_REST, 90)

    async def fill(self, questions: int) -> None:
        """Speak the questions that are spoken later, on both pipelines, faster than time."""
        clear = [read_wav(each) for each in self._questions]
        unclear = broken_up(clear)
        async with Fill(self.conductor) as hurried:
            for number in range(questions):
                if number % SAME_MODE == 0:
                    await self._use_other(number)
                which, is_unclear = divmod(number, UNCLEAR_EVERY)
                pcm = clear[number % len(clear)] if is_unclear else unclear[which % len(unclear)]
                await hurried.turn(pcm, is_cancelled=number % 12 == 10)
                if number % 100 == 99:
                    self.look()
        await asyncio.sleep(0.5)

    async def _use_other(self, number: int) -> None:
        """The other pipeline takes its place."""
        await self.rest()
        even = number // SAME_MODE % 2 == 0
        await self.desktop.use_mode("realtime" if even else "classic")
        await until(lambda: self.conductor.link is Link.READY)

    async def say(self, number: int) -> None:
        """Hold the key for as long as a recorded question lasts."""
        button = self.desktop.window.talk_button
        QTest.mousePress(button, Qt.MouseButton.LeftButton)
        with play(self._questions[number % len(self._questions)]) as player:
            await until(lambda: player.poll() is not None, 30)
        QTest.mouseRelease(button, Qt.MouseButton.LeftButton)

    async def turn(self, number: int) -> str:
        """One press and what follows from it. Returns what it was."""
        await self.say(number)
        kind = {5: "barge-in", 8: "cancelled reply", 10: "cancelled take"}.get(number % 12, "whole")
        if kind == "cancelled take":
            QTest.mousePress(self.desktop.window.talk_button, Qt.MouseButton.LeftButton)
            await asyncio.sleep(0.5)
            self.conductor.cancel()
            QTest.mouseRelease(self.desktop.window.talk_button, Qt.MouseButton.LeftButton)
        elif kind != "whole":
            await until(lambda: self.conductor.state in TALKED, 30)
            await asyncio.sleep(self._chance.uniform(0.2, 1.0))
            if kind == "barge-in":
                await self.say(number + 3)
            else:
                self.conductor.cancel()
        return kind

    async def talk(self, presses: int) -> None:
        """A press every ten seconds, each pipeline for a while in turn, and readings at rest."""
        self.began = now()
        for number in range(presses):
            if number % SAME_MODE == 0:
                await self._use_other(number)
            due = self.began + number * EVERY_S
            await asyncio.sleep(max(0.0, due - now()))
            kind = await self.turn(number)
            turn = self.conductor.turn
            await self._over_by(due + EVERY_S - 0.7)
            self._tell_turn(number, turn, kind)
            if number % READ_EVERY == 0 and self.conductor.state in AT_REST:
                self.look()

    async def _over_by(self, at: float) -> None:
        """An answer that takes longer is interrupted by the next press."""
        while self.conductor.state not in AT_REST and now() < at:  # noqa: ASYNC110 - any state may come
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)  # what follows from the end: words laid out, things written

    def _tell_turn(self, number: int, turn: int, kind: str) -> None:
        record = self.desktop.desk.recorder.turns.get(turn)
        timeline = record.timeline if record is not None else None
        tell(
            "turn",
            at=now() - self.began,
            question=(number + 3 * (kind == "barge-in")) % len(self._questions),
            what=kind,
            mode=timeline.mode if timeline is not None else "",
            latency=timeline.latency_ms if timeline is not None else None,
            failure=str(record.error) if record is not None and record.error else "",
        )

    def look(self) -> None:
        window = self.desktop.window
        reading = read(
            now() - self.began,
            widgets=len(window.findChildren(QObject)),
            store=Folders.find().data,
        )
        tell("reading", **reading.as_json())


async def soak(plan: Plan) -> None:
    file = SettingsFile(Folders.find().config)
    settings = file.load()
    settings.talk.style = "hold"
    desktop = Application(settings, file=file)
    desktop.window.resize(960, 720)
    desktop.window.show()
    try:
        await desktop.start()
        conductor = desktop.desk.conductor
        await until(lambda: conductor.microphone_ready and conductor.link is Link.READY)
        gc.freeze()  # as a session does
        talker = Talker(desktop)
        talker.look()
        await talker.fill(plan.fill)
        talker.look()
        await talker.talk(plan.presses)
    finally:
        await desktop.close()


def main() -> None:
    plan = Plan(presses=int(sys.argv[1]), fill=int(sys.argv[2]))

    async def work(application: QApplication) -> int:
        del application
        await soak(plan)
        return 0

    run_on_qt(work)
    tell("end")


if __name__ == "__main__":
    assert Path(os.environ["VOICEDESK_HOME"]).is_dir()
    main()
