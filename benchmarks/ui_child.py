"""One piece of work of the window in a process of its own: run by ``benchmarks.ui``, prints one line of JSON."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncGenerator, Iterator

import numpy as np
import psutil
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from tests.conversation.fakes import FakeMicrophone, FakePipeline, FakeSpeaker
from voicedesk.app import Application, run_on_qt
from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Message, Role
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    ReplyEnded,
    TextDelta,
    UserText,
)
from voicedesk.core.settings import Settings
from voicedesk.core.turn import State

MESSAGES = 2000
SHORT_S, SHORT = 3.0, 100
"""In a short run there are fewer messages."""
DELTAS_A_SECOND = 50
ANSWER_S = 10.0
"""So long each answer streams: 500 words."""
PCM = bytes(RATE * SAMPLE_BYTES // DELTAS_A_SECOND)
ANSWER = (
    "It **depends** on the file: `read_text` is enough for a small one.\n\n"
    "- short files at once\n- long files line by line\n\n"
    "```python\nfor line in open(name):\n    print(line)\n```\n\n"
    "That is all there is to it, and it has been so for a long time."
)


class PlayingSpeaker(FakeSpeaker):
    """Plays what it is given as slowly as a device does; the answer is over when all of it has come."""

    def __init__(self) -> None:
        super().__init__()
        self._began: dict[AudioKey, float] = {}

    def play(self, key: AudioKey, pcm: bytes) -> None:
        self._began.setdefault(key, now())
        super().play(key, pcm)

    def position(self, key: AudioKey) -> float:
        elapsed = (now() - self._began[key]) * 1000.0 if key in self._began else 0.0
        return min(super().position(key), elapsed)


class StreamingPipeline(FakePipeline):
    """Answers for a while with words and sound at an even pace, or with a whole answer at once."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    async def end_turn(self, text: str | None = None) -> AsyncGenerator[Event, None]:
        del text
        turn = self.turn
        key = AudioKey(turn, "r", f"i{turn}")
        if self.seconds:
            async for event in self._stream(key):
                yield event
        else:
            yield TextDelta(turn=turn, at=now(), key=key, text=ANSWER)
            yield AudioDelta(turn=turn, at=now(), key=key, pcm=PCM * DELTAS_A_SECOND * 5)
        yield AudioEnded(turn=turn, at=now(), key=key)
        yield ReplyEnded(turn=turn, at=now())

    async def _stream(self, key: AudioKey) -> AsyncGenerator[Event, None]:
        words = _words()
        start = now()
        for number in range(round(self.seconds * DELTAS_A_SECOND)):
            await asyncio.sleep(max(0.0, start + number / DELTAS_A_SECOND - now()))
            yield TextDelta(turn=key.turn, at=now(), key=key, text=next(words))
            yield AudioDelta(turn=key.turn, at=now(), key=key, pcm=PCM)


def _words() -> Iterator[str]:
    while True:
        for word in ANSWER.split(" "):
            yield f"{word} "


class LoopWatch:
    """How late the loop is for something that is due every 5 ms, and how much of that it worked itself."""

    STEP = 0.005

    def __init__(self) -> None:
        self.late: list[float] = []
        self.worked: list[float] = []

    async def run(self) -> None:
        due = time.perf_counter() + self.STEP
        worked = time.thread_time()
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            at, before = time.perf_counter(), worked
            worked = time.thread_time()
            self.late.append(max(0.0, at - due))
            self.worked.append(worked - before)
            due = max(due + self.STEP, at)

    def figures(self) -> dict[str, float]:
        late, worked = np.array(self.late) * 1000.0, np.array(self.worked) * 1000.0
        return {
            "p99": float(np.percentile(late, 99)),
            "longest": float(late.max()),
            "p99 of work": float(np.percentile(worked, 99)),
            "most work": float(worked.max()),
        }


async def until_ready(desktop: Application) -> None:
    async with asyncio.timeout(120):
        while desktop.desk.conductor.state is not State.READY:  # noqa: ASYNC110 - any state may come
            await asyncio.sleep(0.001)


async def make(seconds: float) -> Application:
    desktop = Application(Settings(), microphone=FakeMicrophone(), speaker=PlayingSpeaker())
    await desktop.desk.conductor.use_pipeline(StreamingPipeline(seconds))
    desktop.window.resize(960, 720)
    desktop.window.show()
    await desktop.desk.conductor.connect()
    gc.freeze()  # as a session does
    return desktop


async def settle(desktop: Application) -> None:
    """Until everything that is known is laid out."""
    transcript = desktop.window.transcript
    async with asyncio.timeout(120):
        while transcript.is_behind:  # noqa: ASYNC110 - what it waits for is Qt's
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)


async def stream(seconds: float) -> dict[str, float]:
    desktop = await make(min(seconds, ANSWER_S))
    past = [
        Message(-turn, role, text)
        for turn in range((MESSAGES if seconds > SHORT_S else SHORT) // 2, 0, -1)
        for role, text in ((Role.USER, f"Question {turn} about files"), (Role.ASSISTANT, ANSWER))
    ]
    opening = LoopWatch()
    watching = asyncio.create_task(opening.run())
    desktop.window.transcript.show_past(past)
    await settle(desktop)
    watching.cancel()
    figures = await watch_answers(desktop, max(1, round(seconds / ANSWER_S)))
    figures |= {f"opening {name}": value for name, value in opening.figures().items()}
    desktop.window.transcript.select_whole()  # what is selected stays laid out
    await settle(desktop)
    whole = await watch_answers(desktop, 1)
    figures |= {f"whole {name}": value for name, value in whole.items()}
    await desktop.close()
    return figures


async def watch_answers(desktop: Application, answers: int) -> dict[str, float]:
    """Of the loop while so many answers stream, one after the other."""
    watch = LoopWatch()
    watching = asyncio.create_task(watch.run())
    for _ in range(answers):
        desktop.desk.conductor.ask("How do I read a file?")
        await asyncio.sleep(0.05)
        await until_ready(desktop)
        await asyncio.sleep(0.3)  # the Markdown of the answer is read and laid out
    watching.cancel()
    return watch.figures()


async def memory(turns: float) -> dict[str, float]:
    desktop = await make(0)
    conductor = desktop.desk.conductor
    process = psutil.Process()
    sizes = {}
    for number in range(1, int(turns) + 1):
        conductor.ask(f"Question {number} about files")
        conductor.emit(UserText(turn=conductor.turn, at=now(), text="A question", final=True))
        await until_ready(desktop)
        await asyncio.sleep(0.03)
        if number in {int(turns) // 2, int(turns)}:
            await settle(desktop)
            sizes[number] = process.memory_info().rss / 1e6
    await desktop.close()
    half, whole = sizes.values()
    return {"whole": whole, "grown": whole - half}


async def settings(times: float) -> dict[str, float]:
    """From the wish to the painted dialog, the modules that it needs loaded with the first."""
    took = []
    for _ in range(int(times)):
        desktop = await make(0)
        await asyncio.sleep(0.2)
        painted: list[float] = []

        class Watch(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                if event.type() is QEvent.Type.Paint and watched.isWidgetType():
                    window = watched.window()  # type: ignore[attr-defined] # a widget
                    if window is not desktop.window:  # noqa: B023 - used in this round only
                        painted.append(time.perf_counter())  # noqa: B023 - see above
                return False

        watch = Watch()
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(watch)
        start = time.perf_counter()
        desktop.window.open_settings()
        async with asyncio.timeout(10):
            while not painted:  # noqa: ASYNC110 - Qt paints when it likes
                await asyncio.sleep(0)
        application.removeEventFilter(watch)
        took.append((painted[0] - start) * 1000.0)
        await desktop.close()
    return {"first": took[0], "again": float(np.median(took[1:] or took))}


WORKS = {"stream": stream, "memory": memory, "settings": settings}


def main() -> None:
    name, amount = sys.argv[1], float(sys.argv[2])
    figures: dict[str, float] = {}

    async def work(application: QApplication) -> int:
        del application
        figures.update(await WORKS[name](amount))
        return 0

    run_on_qt(work)
    print(json.dumps(figures))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
