"""Conductor, realtime pipeline and sound files together: what is sent, what sounds, what is remembered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.support.realtime_server import ScriptedServer, Session, Step, begin, done, pcm_delta, say
from voicedesk.audio.files import FileMicrophone, FileSpeaker, read_wav
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.record import Recorder, TurnRecord
from voicedesk.core.events import Event, Hint, HintKind, StateChanged, UserText
from voicedesk.core.settings import Realtime, Talk
from voicedesk.core.turn import State
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.profiles import Address, Quirks

SPEECH = np.random.default_rng(1).normal(0, 3000, 12_000).astype("<i2").tobytes()  # 0.5 s
# 1.5 s, no two moments of it alike.
CHIRP = (
    (
        np.sin(2 * np.pi * (300 + 200 * np.arange(36_000) / 24_000) * np.arange(36_000) / 24_000)
        * 9000
    )
    .astype("<i2")
    .tobytes()
)


class Turns:
    def __init__(self, conductor: Conductor, microphone: FileMicrophone) -> None:
        self.conductor = conductor
        self.microphone = microphone
        self.recorder = Recorder()
        self.events: list[Event] = []
        conductor.observe(self.recorder)
        conductor.observe(self.events.append)

    async def until(self, state: State) -> None:
        async with asyncio.timeout(20):
            while self.conductor.state is not state:
                await asyncio.sleep(0.005)

    async def heard(self, milliseconds: float) -> None:
        """Wait until so much of the present reply has sounded."""
        async with asyncio.timeout(20):
            while sum(run.heard_ms for run in self.conductor.heard_so_far()) < milliseconds:
                await asyncio.sleep(0.005)

    async def talk(self) -> None:
        self.conductor.press()
        await self.microphone.spoken()
        self.conductor.release()

    async def turn(self) -> TurnRecord:
        # When this is back the state is that of the turn, at rest only when it is over.
        await self.talk()
        async with asyncio.timeout(20):
            while self.conductor.state not in {State.READY, State.FAILED}:
                await asyncio.sleep(0.005)
        return self.recorder.turns[self.conductor.turn]


@asynccontextmanager
async def turns_on(server: ScriptedServer, wav: Path | None = None) -> AsyncIterator[Turns]:
    async def source() -> Address:
        return Address("Test", server.base_url, "", Quirks())

    microphone, speaker = FileMicrophone(SPEECH), FileSpeaker(wav)
    speaker.open()
    microphone.open()
    conductor = Conductor(
        RealtimePipeline(source, Realtime(), ""), microphone, speaker, Talk(tail_ms=50)
    )
    try:
        await conductor.start()
        yield Turns(conductor, microphone)
    finally:
        await conductor.close()
        microphone.close()
        speaker.close()


def deltas(pcm: bytes, pieces: int, gap: float = 0.0) -> list[Step]:
    """The steps of a reply in pieces, with a pause after each."""
    ids = {"response_id": "r", "item_id": "i", "content_index": 0}
    size = len(pcm) // pieces // 2 * 2
    cuts = [pcm[at : at + size] for at in range(0, len(pcm), size)]
    steps: list[Step] = [begin("r")]
    for cut in cuts:
        steps.append({"type": "response.output_audio.delta", **ids, "delta": pcm_delta(cut)})
        if gap:
            steps.append(gap)
    return [*steps, done()]


def sound_in(wav: Path) -> np.ndarray:
    samples = np.frombuffer(read_wav(wav), dtype="<i2").astype(np.float64)
    loud = np.flatnonzero(np.abs(samples) > 200)
    return samples[loud[0] : loud[-1] + 1]


@pytest.mark.parametrize(("pieces", "gap"), [(1, 0.0), (150, 0.0), (15, 0.02)])
async def test_a_reply_plays_whole_and_without_a_gap(
    tmp_path: Path, pieces: int, gap: float
) -> None:
    for attempt in range(5):
        wav = tmp_path / f"reply-{attempt}.wav"
        async with ScriptedServer() as server:
            server.replies.append(deltas(CHIRP, pieces, gap))
            async with turns_on(server, wav) as turns:
                record = await turns.turn()
                underruns = turns.conductor.underruns
        assert record.error is None
        assert record.reply_ms == record.heard_ms == pytest.approx(1500, abs=0.1)
        if not underruns:
            break  # a busy machine may disturb an attempt
    heard = sound_in(wav)
    expected = np.frombuffer(CHIRP, dtype="<i2").astype(np.float64)
    assert abs(heard.size - expected.size) < 240
    middle = heard[4800:24_000]
    place = int(np.argmax(np.correlate(expected, middle, mode="valid")))
    # Not a sample missing, doubled or altered between its beginning and its end.
    assert np.abs(expected[place : place + middle.size] - middle).max() <= 2


async def test_a_reply_that_comes_slower_than_it_plays_still_plays_whole(tmp_path: Path) -> None:
    wav = tmp_path / "reply.wav"
    async with ScriptedServer() as server:
        server.replies.append(deltas(CHIRP, 15, 0.18))  # 100 ms pieces, 180 ms apart
        async with turns_on(server, wav) as turns:
            record = await turns.turn()
    assert record.error is None
    assert record.heard_ms == pytest.approx(1500, abs=0.1)


async def test_a_reply_of_one_sample(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        server.replies.append([begin(), say("Tick.", b"\x00\x40", item="i"), done()])
        async with turns_on(server, tmp_path / "reply.wav") as turns:
            record = await turns.turn()
    assert record.error is None
    assert record.heard_ms == pytest.approx(1 / 24, abs=0.01)


async def test_a_barge_in_and_the_next_turn(tmp_path: Path) -> None:
    async def wait(session: Session) -> None:
        await session.cancelled.wait()

    async with ScriptedServer() as server:
        server.replies.append([begin("old"), say("A long one.", CHIRP * 4, item="old"), wait])
        async with turns_on(server, tmp_path / "reply.wav") as turns:
            await turns.talk()
            await turns.until(State.SPEAKING)
            await turns.heard(250.0)
            second = await turns.turn()
            first = turns.recorder.turns[1]
        assert second.turn == 2
        assert second.assistant_text == "hello to you"
        assert 200 < first.heard_ms < 1500
        assert first.reply_ms == 6000
        truncated = server.of("conversation.item.truncate")
        assert [event["item_id"] for event in truncated] == ["old"]
        assert truncated[0]["audio_end_ms"] == int(first.heard_ms)
        order = server.types()
        assert order.index("response.cancel") < order.index("conversation.item.truncate")
        assert order[-2:] == ["input_audio_buffer.commit", "response.create"]


async def test_many_quick_presses_leave_one_answer(tmp_path: Path) -> None:
    async with ScriptedServer() as server, turns_on(server, tmp_path / "reply.wav") as turns:
        for _ in range(5):
            turns.conductor.press()
            await turns.until(State.LISTENING)
            turns.conductor.release()
            await turns.until(State.READY)
        record = await turns.turn()
        assert record.assistant_text == "hello to you"
        hints = [event.hint for event in turns.events if isinstance(event, Hint)]
        assert hints == [HintKind.TOO_SHORT] * 5
        assert len(server.of("response.create")) == 1


async def test_words_and_states_come_in_order(tmp_path: Path) -> None:
    async with ScriptedServer() as server, turns_on(server, tmp_path / "reply.wav") as turns:
        await turns.turn()
        states = [event.state for event in turns.events if isinstance(event, StateChanged)]
        assert states == [
            State.LISTENING,
            State.ENDING,
            State.THINKING,
            State.SPEAKING,
            State.READY,
        ]
        assert [e.text for e in turns.events if isinstance(e, UserText)] == ["hello"]
