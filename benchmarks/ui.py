"""The window as people feel it: how soon it is there, whether it stays smooth, what it takes."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks import real_start, window
from benchmarks.application import home
from benchmarks.report import Result
from voicedesk.conversation.store import queries
from voicedesk.conversation.store.database import Database
from voicedesk.conversation.store.history import History
from voicedesk.conversation.store.model import Outcome, Said, Turn
from voicedesk.conversation.store.sound_files import SoundFiles
from voicedesk.core.dialogue import Role

STREAM_S, QUICK_STREAM_S = 30.0, 2.0
TURNS, QUICK_TURNS = 500, 20
SETTINGS_OPENINGS, QUICK_OPENINGS = 5, 2
CONVERSATIONS, QUICK_CONVERSATIONS = 10_000, 200
FLAT_KB = 10.0
"""What a turn may leave behind: its words as they are kept and laid out, and its figures. Its sound is many times that."""
_A_TIME = 500
_SEARCHES = ("wea", "weather tomorrow", "timer 42", "zzz", "a")


def child(work: str, amount: float) -> dict[str, float]:
    """Have the window do something in a process of its own and take the figures."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ui_child", work, str(amount)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=600,
        env=dict(os.environ),
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def run(*, quick: bool = False) -> list[Result]:
    """All rows; with ``quick`` short and without the sound devices, to see that each can be measured."""
    with home():
        results = [] if quick else window.run()
        results += real_start.run(1 if quick else window.STARTS)
        results += smooth(QUICK_STREAM_S if quick else STREAM_S)
        results += opening(QUICK_OPENINGS if quick else SETTINGS_OPENINGS)
        results += size(QUICK_TURNS if quick else TURNS)
    with tempfile.TemporaryDirectory() as folder:
        amount = QUICK_CONVERSATIONS if quick else CONVERSATIONS
        results.append(asyncio.run(search(Path(folder), amount)))
    return results


def smooth(seconds: float) -> list[Result]:
    """The loop's lateness while an answer streams into a long transcript."""
    figures = child("stream", seconds)
    how = (
        f"{seconds:.0f} s of 50 text and 50 audio deltas a second in a transcript of 2,000 messages"
    )
    return [
        Result("main loop, p99 of its lateness", figures["p99"], "ms", 16.0, note=how),
        Result("main loop, longest block", figures["longest"], "ms", 50.0, note=how),
        Result(
            "main loop, most work in one go",
            figures["most work"],
            "ms",
            note="the processor time of the longest block: what other programs took is not in it",
        ),
        Result(
            "main loop, the same with all 2,000 messages laid out",
            figures["whole most work"],
            "ms",
            note=f"as after all was selected; longest block {figures['whole longest']:.0f} ms, "
            f"p99 {figures['whole p99']:.1f} ms",
        ),
        Result(
            "main loop, longest block while 2,000 messages open",
            figures["opening longest"],
            "ms",
            note=f"the newest messages first; most work in one go {figures['opening most work']:.0f} ms",
        ),
    ]


def opening(times: int) -> list[Result]:
    """From the wish for the settings to their first paint."""
    figures = child("settings", times)
    return [
        Result("settings open", figures["again"], "ms", 150.0, note=f"median of {times - 1}, warm"),
        Result(
            "settings open, the first time", figures["first"], "ms", note="their code is loaded"
        ),
    ]


def size(turns: int) -> list[Result]:
    """Memory after many turns with words and five seconds of sound each."""
    figures = child("memory", turns)
    a_turn = figures["grown"] * 1000.0 / (turns - turns // 2)
    return [
        Result(f"memory after {turns} turns", figures["whole"], "MB", 250.0),
        Result(
            "of it, grown with each turn of their second half",
            a_turn,
            "kB",
            FLAT_KB,
            note=f"{figures['grown']:.1f} MB in all; the words and figures of a turn take a few kB themselves",
        ),
    ]


def _turn(number: int) -> Turn:
    chance = random.Random(number)
    subject = chance.choice(("weather", "timer", "train", "recipe", "song", "garden"))
    day = chance.choice(("today", "tomorrow", "on Monday", "next week"))
    return Turn(
        id=f"t{number}",
        started_at=1_700_000_000.0 + 60 * number,
        outcome=Outcome.ANSWERED,
        messages=(
            Said(Role.USER, f"Tell me about the {subject} {day}, number {number % 100}"),
            Said(Role.ASSISTANT, f"The {subject} {day} is as good as number {number} can be."),
        ),
    )


async def search(folder: Path, conversations: int) -> Result:
    """The slowest of several searches as they are typed, through the history's own door."""
    database = Database(folder / "history.db")
    history = History(database, SoundFiles(folder / "takes"))
    try:
        for first in range(0, conversations, _A_TIME):
            numbers = range(first, min(first + _A_TIME, conversations))
            await database.write(partial(_fill, numbers=numbers))
        took: list[float] = []
        for text in _SEARCHES:
            times = []
            for _ in range(5):
                start = time.perf_counter()
                await history.search(text)
                times.append((time.perf_counter() - start) * 1000.0)
            took.append(statistics.median(times))
    finally:
        await database.close()
    return Result(
        f"history search among {conversations} conversations",
        max(took),
        "ms",
        100.0,
        note=f"the slowest of {len(_SEARCHES)} searches, median of 5 each",
    )


def _fill(connection: sqlite3.Connection, numbers: range) -> None:
    for number in numbers:
        queries.save_turn(connection, f"c{number}", _turn(number), 1_700_000_000.0 + 60 * number)
