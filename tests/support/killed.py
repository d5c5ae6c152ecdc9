"""A VoiceDesk that is killed in the middle of a turn, and what its next start finds.

The child takes turns with made-up sound in real time: a counter in the place of samples, so that every sample that is
found says where it belongs. Before each piece it tells how far it has come; then it is killed, as hard as can be.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voicedesk.conversation.store.model import TakeState

RATE = 24_000
BLOCK = 480
ROOT = Path(__file__).resolve().parents[2]

PHASES = ("recording", "waiting", "speaking", "between", "starting")
"""Where in a turn the child can be killed."""


@dataclass(frozen=True)
class Finding:
    """What the next start found.

    Attributes:
        phase: Where the child was killed.
        said: Samples of the unanswered take that had been captured for sure.
        found: Samples of it that were found; None when there was no take.
        in_order: Whether the found samples are those that were said, from the first on.
        is_database_whole: What SQLite's check says.
        turns: Answered turns in the history.
        answered: Turns that the child had told to be answered.
    """

    phase: str
    said: int
    found: int | None
    in_order: bool
    is_database_whole: bool
    turns: int
    answered: int

    @property
    def lost_ms(self) -> float:
        """How much of the take is missing at its end."""
        return max(0.0, (self.said - (self.found or 0)) / RATE * 1000.0)


def samples(start: int, count: int) -> bytes:
    """A counter as sound, loud enough for speech."""
    return ((np.arange(start, start + count) % 32_000) - 16_000).astype("<i2").tobytes()


def kill_and_look(folder: Path, phase: str, after_s: float) -> Finding:
    """Run the child until it is in ``phase``, kill it ``after_s`` later, and start again."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "VOICEDESK_HOME": str(folder)}
    command = [sys.executable, "-m", "tests.support.killed", str(folder), phase]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told: list[str] = []
        while (line := child.stdout.readline()) and line.strip() != phase:
            told.append(line)
        time.sleep(after_s)  # the random point itself, not a wait for something
        child.kill()
        told += child.stdout.readlines()
    said = answered = 0
    for line in told:
        name, _, number = line.partition(" ")
        if name == "said" and number.endswith("\n"):
            said = int(number)
        answered += name.strip() == "answered"
    return asyncio.run(_look(folder, phase, said, answered))


async def _look(folder: Path, phase: str, said: int, answered: int) -> Finding:
    from voicedesk.conversation.store.store import Store

    with contextlib.closing(sqlite3.connect(folder / "history.db")) as connection:
        is_whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    store = Store(folder)
    troubles: list[object] = []
    store.on_trouble(troubles.append)
    found = await store.recover()
    pcm = await store.takes.sound(found[0].id) if found else None
    assert not found or found[0].state is TakeState.FAILED
    turns = [
        turn
        for each in await store.history.list()
        for turn in await store.history.turns(each.id)
        if turn.outcome.value == "answered"
    ]
    await store.close()
    count = None if pcm is None else len(pcm) // 2
    in_order = pcm is None or pcm == samples(0, len(pcm) // 2)
    return Finding(phase, said, count, in_order, is_whole and not troubles, len(turns), answered)


# ------------------------------------------------------------------------------------------ the child


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def _child(folder: Path, phase: str) -> None:
    from tests.conversation.fakes import SPEECH, Desk
    from voicedesk.conversation.scribe import Scribe
    from voicedesk.conversation.store.store import Store
    from voicedesk.core.clock import now
    from voicedesk.core.dialogue import Dialogue
    from voicedesk.core.events import AudioDelta, AudioEnded, AudioKey, ReplyEnded, TextDelta
    from voicedesk.core.turn import State

    desk, store, scribe = Desk(), Store(folder), Scribe(Dialogue())
    conductor = desk.conductor
    conductor.observe(scribe)
    conductor.watch_takes(store.takes.captured)
    conductor.observe(store.takes)
    conductor.observe(store.watch(scribe, desk.recorder, lambda: "Fake"))

    async def answer(text: str | None = None) -> AsyncGenerator[Any, None]:
        number = desk.pipeline.turn
        key = AudioKey(number, "r", "i")
        if phase == "waiting" and number == 2:
            _say(phase)
            await asyncio.Event().wait()
        yield TextDelta(turn=number, at=now(), key=key, text="An answer in some words.")
        yield AudioDelta(turn=number, at=now(), key=key, pcm=SPEECH * 50)
        if phase == "speaking" and number == 2:
            _say(phase)
            await asyncio.Event().wait()
        yield AudioEnded(turn=number, at=now(), key=key)
        yield ReplyEnded(turn=number, at=now())

    desk.pipeline.end_turn = answer  # type: ignore[method-assign]
    await store.recover()
    for turn in (1, 2):
        if turn == 2 and phase == "between":
            _say(phase)
            await asyncio.Event().wait()
        conductor.press()
        if turn == 2 and phase == "starting":
            _say(phase)
        begun = now()
        blocks = 20 if turn == 1 or phase in {"waiting", "speaking"} else 1_000
        for block in range(blocks):
            desk.microphone.speak(samples(block * BLOCK, BLOCK), 1)
            if turn == 2:
                _say(f"said {(block + 1) * BLOCK}")
            if turn == 2 and phase == "recording" and block == 15:
                _say(phase)
            await asyncio.sleep(max(0.0, begun + (block + 1) * BLOCK / RATE - now()))
        conductor.release()
        await desk.state(State.READY)
        await asyncio.sleep(0)  # the historian hands over at once what changed in one moment
        await store.history.count()  # what was posted before is on disk
        _say("answered")


if __name__ == "__main__":
    asyncio.run(_child(Path(sys.argv[1]), sys.argv[2]))
