"""A device that this computer was late for holds more from the next turn on."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.conversation.fakes import FakePipeline
from tests.support.portaudio import FakeSoundDevice, FakeStream, info
from tests.support.sounds import noise, reached
from voicedesk.audio import devices, stream
from voicedesk.audio.census import Census
from voicedesk.audio.reserve import STEPS_S
from voicedesk.audio.speaker import Speaker
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.figures.turn_figures import DeviceCounts
from voicedesk.conversation.sound import SoundDevices
from voicedesk.conversation.steadiness import Steadiness
from voicedesk.core.events import Event, StateChanged
from voicedesk.core.settings import DeviceChoice, Settings, Talk
from voicedesk.core.turn import State


@dataclass
class Desk:
    card: FakeSoundDevice
    pipeline: FakePipeline
    conductor: Conductor
    sound: SoundDevices

    def running(self, *, is_input: bool) -> FakeStream:
        return next(s for s in self.card.streams if s.is_input is is_input and s.active)

    async def ask(self) -> None:
        told: list[State] = []
        stop = self.conductor.observe(
            lambda event: told.append(event.state) if isinstance(event, StateChanged) else None
        )
        self.conductor.ask("hello")
        await reached(lambda: State.THINKING in told, "the state to be told")
        stop()

    async def turn(self, *, late: int = 0, lost: int = 0) -> None:
        """A typed turn, in which the devices count so many blocks."""
        await self.ask()
        for _ in range(late):
            self.running(is_input=False).call_back(480, flagged=True)
        for _ in range(lost):
            self.running(is_input=True).call_back(480, flagged=True)
        self.pipeline.go_on.set()
        await reached(lambda: self.conductor.state is State.READY, "the end of the turn")
        self.pipeline.go_on.clear()

    async def opened(self, count: int) -> None:
        """So many streams were made, and one of each kind runs."""

        def are_there() -> bool:
            running = [made for made in self.card.streams if made.active]
            return len(self.card.streams) == count and len(running) == 2

        await reached(are_there, "the streams")


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    card = FakeSoundDevice([info("Built-in"), info("Headset")], ["Core Audio"])
    monkeypatch.setattr(devices, "_library", card)
    monkeypatch.setattr(stream, "SILENT_S", 3600.0)
    pipeline = FakePipeline()
    pipeline.silent = True
    pipeline.go_on.clear()
    conductor = Conductor(pipeline, None, None, Talk())
    both = [DeviceChoice(host_api="Core Audio", name=name) for name in ("Built-in", "Headset")]

    async def count() -> Census:
        return Census(both, both)

    sound = SoundDevices(conductor, count=count)
    await sound.open(Settings())
    yield Desk(card, pipeline, conductor, sound)
    await sound.close()
    await conductor.close()
    assert all(made.closed for made in card.streams)


async def test_a_speaker_that_starved_holds_more_from_the_next_turn_on(desk: Desk) -> None:
    assert desk.running(is_input=False).latency == STEPS_S[0]
    await desk.turn(late=4)
    await desk.opened(3)
    assert desk.running(is_input=False).latency == STEPS_S[1]
    assert desk.running(is_input=True).latency == STEPS_S[0]  # it was in time, and runs on
    await desk.turn(late=4)
    await desk.opened(4)
    assert desk.running(is_input=False).latency == STEPS_S[2]


async def test_a_microphone_that_lost_sound_holds_more_too(desk: Desk) -> None:
    await desk.turn(lost=3)
    await desk.opened(3)
    assert desk.running(is_input=True).latency == STEPS_S[1]
    assert desk.running(is_input=False).latency == STEPS_S[0]


async def test_what_comes_late_while_nothing_is_asked_counts_for_nothing(desk: Desk) -> None:
    for _ in range(10):
        desk.running(is_input=False).call_back(480, flagged=True)
    await desk.turn()
    await desk.turn(late=1)
    assert len(desk.card.streams) == 2


async def test_who_talks_again_at_once_is_not_interrupted(desk: Desk) -> None:
    """The devices are opened anew after the turn in which there is time for it."""
    await desk.ask()
    for _ in range(3):
        desk.running(is_input=False).call_back(480, flagged=True)

    def talk_on(event: Event) -> None:
        if isinstance(event, StateChanged) and event.state is State.READY:
            stop()
            desk.conductor.press()  # before anything could be opened

    stop = desk.conductor.observe(talk_on)
    desk.pipeline.go_on.set()
    await reached(lambda: desk.conductor.state is State.LISTENING, "the press")
    microphone = desk.running(is_input=True)
    for _ in range(20):
        microphone.hear(noise(960))
        await asyncio.sleep(0)
    assert desk.conductor.state is State.LISTENING
    assert desk.running(is_input=False).latency == STEPS_S[0]
    desk.conductor.cancel()
    await desk.opened(3)
    assert desk.running(is_input=False).latency == STEPS_S[1]
    assert desk.running(is_input=True) is microphone


async def test_another_device_begins_with_little(desk: Desk) -> None:
    await desk.turn(late=4)
    await desk.opened(3)
    settings = Settings()
    settings.sound.speaker = DeviceChoice(host_api="Core Audio", name="Headset")
    await desk.sound.use(settings)
    assert desk.running(is_input=False).latency == STEPS_S[0]


async def test_an_answer_that_comes_meanwhile_finds_a_speaker(desk: Desk) -> None:
    speakers: list[object] = []
    desk.conductor.observe(lambda _event: speakers.append(desk.conductor.speaker))
    before = desk.conductor.speaker
    await desk.turn(late=4)
    await desk.turn()  # asked while the speaker is being exchanged
    await desk.opened(3)
    await desk.turn()
    assert None not in speakers
    assert desk.conductor.speaker is not before


async def test_a_speaker_that_lets_nothing_be_opened_beside_it_goes_on(desk: Desk) -> None:
    speaker = desk.running(is_input=False)
    desk.card.refuses = {"Built-in": -9985}
    tried = len(desk.card.tried)
    await desk.turn(late=4)
    await reached(lambda: len(desk.card.tried) > tried, "the attempt")
    await desk.turn()
    assert desk.running(is_input=False) is speaker
    assert speaker.latency == STEPS_S[0]


async def test_a_speaker_that_is_being_opened_at_the_end_is_closed_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    opened = Speaker.open

    def open_slowly(speaker: Speaker) -> None:
        begun.set()
        assert go_on.wait(10)
        opened(speaker)

    monkeypatch.setattr(Speaker, "open", open_slowly)
    await desk.turn(late=4)
    await reached(begun.is_set, "the speaker to be opened")
    closing = asyncio.ensure_future(desk.sound.close())
    done, _ = await asyncio.wait([closing], timeout=0.05)
    assert not done
    go_on.set()
    await closing
    assert len(desk.card.streams) == 3
    assert all(made.closed for made in desk.card.streams)


def test_the_beginning_of_a_turn_is_told_once() -> None:
    begun: list[int] = []
    steadiness = Steadiness(
        lambda: DeviceCounts(late_blocks=0, lost_blocks=0), lambda _: None, lambda: begun.append(1)
    )
    for state, count in (
        (State.LISTENING, 1),
        (State.ENDING, 1),
        (State.THINKING, 1),
        (State.READY, 1),
        (State.THINKING, 2),
    ):
        steadiness.observe(StateChanged(turn=1, at=0.0, state=state))
        assert len(begun) == count
