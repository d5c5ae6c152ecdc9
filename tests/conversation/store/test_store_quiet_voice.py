"""A quiet voice: nothing is sent and the hint says why, but what was said is not thrown away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from tests.conversation.fakes import SILENCE, Desk
from voicedesk.audio.pcm import to_bytes
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation import take as take_module
from voicedesk.conversation.recall import Recall
from voicedesk.conversation.store.model import Recording, TakeState
from voicedesk.conversation.store.store import Store
from voicedesk.conversation.store.takes import EARLIER
from voicedesk.core.clock import now
from voicedesk.core.events import Hint, HintKind, Retried, StateChanged
from voicedesk.core.settings import Privacy
from voicedesk.core.turn import State

BLOCKS = 20  # 0.4 s


def noise(decibels: float) -> bytes:
    """A block of the microphone as loud as this, below full scale."""
    count = len(SILENCE) // 2
    values = np.random.default_rng(1).normal(0.0, 32768.0 * 10 ** (decibels / 20.0), count)
    return to_bytes(np.rint(values).astype(np.int16))


QUIET = noise(-60.0)
NEXT_TO_NOTHING = noise(-90.0)  # the last bit now and then, as of a microphone that is switched off


class Talking:
    """A conductor whose takes are kept, in memory and on disk."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk()
        self.folder = folder
        self.store = Store(folder, Privacy(takes="day"))
        self.recall = Recall(self.desk.conductor, removed=lambda: None)
        self.desk.conductor.watch_takes(self.store.takes.captured)
        self.desk.conductor.observe(self.store.takes)

    async def say(self, pcm: bytes, blocks: int = BLOCKS) -> int:
        self.desk.conductor.press()
        self.desk.microphone.speak(pcm, blocks)
        self.desk.conductor.release()
        await self.desk.state(State.READY)
        return self.desk.conductor.turn

    async def all(self) -> list[Recording]:
        return await self.store.takes._listed("1")

    def files(self) -> list[Path]:
        return sorted((self.folder / "takes").glob("*.wav"))


@pytest.fixture
async def talking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talking]:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)  # the key is down for no time at all
    made = Talking(tmp_path)
    yield made
    await made.recall.close()
    await made.desk.conductor.close()
    await made.store.close()


async def test_a_quiet_voice_is_hinted_at_and_kept(talking: Talking) -> None:
    turn = await talking.say(QUIET)
    assert talking.desk.hints() == [HintKind.NO_SPEECH]
    assert talking.desk.pipeline.log == ["begin 1", "abort 1"]
    (waiting,) = await talking.store.takes.waiting()
    assert waiting.recording.state is TakeState.CANCELLED
    assert await talking.store.takes.sound(waiting.recording.id) == QUIET * BLOCKS
    assert talking.recall.can_undo(turn, "")


async def test_a_quiet_voice_can_be_sent_after_all(talking: Talking) -> None:
    turn = await talking.say(QUIET)
    talking.recall.ask_again(turn, "")
    await talking.desk.state(State.THINKING)
    await talking.desk.state(State.READY)
    assert talking.desk.pipeline.fed >= BLOCKS * len(QUIET)
    (recording,) = await talking.all()
    assert recording.state is TakeState.ANSWERED


@pytest.mark.parametrize(
    "pcm",
    [SILENCE, NEXT_TO_NOTHING, b"\x00\x10" * (len(SILENCE) // 2)],
    ids=["off", "bit", "offset"],
)
async def test_a_microphone_that_hears_nothing_leaves_nothing(talking: Talking, pcm: bytes) -> None:
    turn = await talking.say(pcm)
    assert talking.desk.hints() == [HintKind.NO_SPEECH]
    assert await talking.all() == []
    assert talking.files() == []
    assert not talking.recall.can_undo(turn, "")


async def test_one_moment_of_sound_is_enough(talking: Talking) -> None:
    talking.desk.conductor.press()
    talking.desk.microphone.speak(QUIET, 1)
    talking.desk.microphone.speak(SILENCE, BLOCKS)
    talking.desk.conductor.release()
    await talking.desk.state(State.READY)
    assert [each.state for each in await talking.all()] == [TakeState.CANCELLED]
    assert talking.recall.can_undo(1, "")


async def test_what_is_too_short_for_a_word_leaves_nothing(talking: Talking) -> None:
    turn = await talking.say(QUIET, 3)
    assert talking.desk.hints() == [HintKind.NO_SPEECH]
    assert await talking.all() == []
    assert not talking.recall.can_undo(turn, "")


async def test_taps_of_the_key_do_not_fill_the_list(
    talking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", take_module.MIN_TAKE_S)
    for _ in range(5):  # each with the sound of just before
        await talking.say(QUIET)
    assert talking.desk.hints() == [HintKind.TOO_SHORT] * 5
    assert await talking.store.takes.count_waiting() == 0
    assert talking.files() == []


async def test_a_quiet_take_in_which_the_server_heard_no_words_is_kept_too(
    talking: Talking,
) -> None:
    journal = talking.store.takes
    journal.captured(1, QUIET * BLOCKS)
    journal(StateChanged(turn=1, at=now(), state=State.THINKING))
    journal(Hint(turn=1, at=now(), hint=HintKind.NO_SPEECH))
    journal(StateChanged(turn=1, at=now(), state=State.READY))
    assert [each.state for each in await talking.all()] == [TakeState.CANCELLED]


async def test_a_take_that_was_kept_before_is_not_lost_by_asking_it_again(talking: Talking) -> None:
    journal = talking.store.takes
    await talking.say(QUIET)
    (recording,) = await talking.all()
    journal.offer(recording)
    journal(Retried(turn=2, at=now(), of=EARLIER))
    journal(StateChanged(turn=2, at=now(), state=State.THINKING))
    journal(Hint(turn=2, at=now(), hint=HintKind.NO_SPEECH))
    journal(StateChanged(turn=2, at=now(), state=State.READY))
    (kept,) = await journal.unanswered()
    assert (kept.id, kept.state) == (recording.id, TakeState.CANCELLED)
    assert await journal.sound(kept.id) == QUIET * BLOCKS
