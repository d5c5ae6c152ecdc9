"""The program is killed in the middle of a word, as hard as can be, and started again: what was said is there."""

import math
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
import soxr
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import Person, run, spoken
from tests.end_to_end.program import Program
from tests.support.pulse import RATE, Recording, Samples, VirtualSound, wait_until
from voicedesk.app import Application
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.audio.io import RATE as TAKE_RATE
from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.events import TakeOffered
from voicedesk.core.settings import Mode, Settings

pytestmark = [
    pytest.mark.sound,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

QUESTION = (
    "What is twelve plus thirty, and what is eighteen minus seven, and who is asking all this?"
)
LOUD = 500
HEADER = 44
PIECE = TAKE_RATE // 2
MOST_LOST_S = 0.1


@dataclass(frozen=True)
class Killed:
    """What was said until a program was killed.

    Attributes:
        said: What the microphone had given by then, PCM16 mono 24 kHz.
        children: Processes that the program had started.
    """

    said: Samples
    children: list[psutil.Process]


@pytest.fixture
def program(
    voicedesk_home: Path, tmp_path_factory: pytest.TempPathFactory, pulse: VirtualSound
) -> Iterator[Program]:
    result = Program(voicedesk_home, tmp_path_factory.mktemp("run"), pulse.environment)
    yield result
    result.leave()


def kill_in_a_word(program: Program, pulse: VirtualSound, question: Path) -> Killed:
    """Talk to the window, and kill it while a word sounds."""
    program.open()
    assert program.running is not None
    children = psutil.Process(program.running.pid).children(recursive=True)
    with pulse.record_microphone() as recording:
        pressed = program.command("start")
        assert pressed.returncode == 0, pressed.stderr
        pulse.play_to_microphone(question)
        first = recording.wait_for_sound(threshold=LOUD)
        recording.wait_for_samples(first + round(1.5 * RATE))
        # A machine that others keep busy brings the sound late: killed while it keeps up, the program has no excuse.
        wait_until(
            lambda: is_within_a_word(recording) and behind_s(recording, program.home) <= 0.08,
            20.0,
            "a word that the program hears in time",
        )
        said = recording.samples()
        assert program.end(signal.SIGKILL) == -signal.SIGKILL
    pulse.stop_playing()
    return Killed(soxr.resample(said, RATE, TAKE_RATE), children)


def behind_s(recording: Recording, home: Path) -> float:
    """By how much what is on disk is behind what the microphone has given: both count from the first loud sample."""
    (journal,) = (home / "data" / "takes").glob("*.open.wav")
    data = journal.read_bytes()[HEADER:]
    take = np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.int32)
    loud, first = np.flatnonzero(np.abs(take) > LOUD), recording.first_above(LOUD)
    if first is None or not len(loud):
        return math.inf
    said_s = (len(recording.samples()) - first) / RATE
    return said_s - (len(take) - int(loud[0])) / TAKE_RATE


def is_within_a_word(recording: Recording) -> bool:
    """Whether the newest 60 ms are loud throughout."""
    latest = recording.samples()[-round(0.06 * RATE) :].astype(np.int32)
    return bool((np.abs(latest).reshape(6, -1).max(axis=1) > LOUD).all())


def place(piece: Samples, said: Samples) -> int:
    """Where a piece of a take begins in what was said; it must be there, and nothing else is like it."""
    window = np.lib.stride_tricks.sliding_window_view(said.astype(np.float32), len(piece))
    likeness = window @ piece.astype(np.float32)
    likeness /= np.linalg.norm(window, axis=1) * np.linalg.norm(piece.astype(np.float32)) + 1.0
    at = int(np.argmax(likeness))
    assert likeness[at] > 0.95
    return at


class Offer:
    """The next start of the application, in this process: its window can be looked at."""

    def __init__(self, mode: Mode) -> None:
        folders = Folders.find()
        self.microphone, self.speaker = FileMicrophone(b""), FileSpeaker()
        self.desktop = Application(
            Settings(mode=mode),
            file=SettingsFile(folders.config),
            microphone=self.microphone,
            speaker=self.speaker,
        )
        self.person = Person(self.desktop)

    @property
    def offers(self) -> list[TakeOffered]:
        return [event for event in self.person.events if isinstance(event, TakeOffered)]

    async def start(self) -> None:
        self.microphone.open()
        self.speaker.open()
        self.desktop.window.show()
        await self.desktop.start()

    async def close(self) -> None:
        await self.desktop.close()
        self.microphone.close()
        self.speaker.close()

    def take(self) -> Samples:
        assert self.desktop.desk.keeping is not None
        takes = self.desktop.desk.keeping.takes
        return np.frombuffer(takes.sound_now(takes.offered), dtype="<i2")


@pytest.mark.parametrize("mode", ["realtime", "classic"])
def test_what_was_said_until_the_kill_is_offered_and_answered(
    qtbot: QtBot, program: Program, pulse: VirtualSound, tmp_path: Path, mode: Mode
) -> None:
    del qtbot
    SettingsFile(Folders.find().config).save(Settings(mode=mode))
    killed = kill_in_a_word(program, pulse, spoken(QUESTION, tmp_path / "question.wav"))
    assert psutil.wait_procs(killed.children, timeout=20.0)[1] == []  # the server ends with it

    async def work() -> None:
        offer = Offer(mode)
        try:
            await offer.start()
            bar = offer.desktop.window.retry_bar
            await offer.person.until(lambda: bool(offer.offers))
            await offer.person.until(bar.isVisible)
            take = offer.take()
            assert offer.offers[0].seconds == pytest.approx(len(take) / TAKE_RATE, abs=0.01)
            heard = np.flatnonzero(np.abs(take.astype(np.int32)) > LOUD)
            begins = int(heard[0])
            first = place(take[begins : begins + PIECE], killed.said)
            last = place(take[-PIECE:], killed.said)
            assert last - first == pytest.approx(len(take) - PIECE - begins, abs=TAKE_RATE // 1000)
            assert len(killed.said) - (last + PIECE) <= MOST_LOST_S * TAKE_RATE
            loud = np.flatnonzero(np.abs(killed.said.astype(np.int32)) > LOUD)
            assert first - loud[0] < TAKE_RATE // 50

            QTest.mouseClick(bar.button, Qt.MouseButton.LeftButton)
            records = offer.person.records
            await offer.person.until(lambda: 1 in records and bool(records[1].assistant_text), 60.0)
            assert offer.person.failures() == []
            await offer.person.until(bar.isHidden)
        finally:
            await offer.close()

    run(work)
