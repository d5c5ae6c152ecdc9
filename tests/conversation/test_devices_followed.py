"""Devices that go, come back, change or say nothing, while the application goes on and says so."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import numpy as np
import pytest

from tests.conversation.fakes import FakePipeline
from tests.support.portaudio import FakeSoundDevice, FakeStream, info
from tests.support.sounds import noise, reached
from voicedesk.audio import census, devices, stream
from voicedesk.audio.census import Census
from voicedesk.audio.device_troubles import (
    DefaultChangedError,
    DeviceBusyError,
    DeviceReturnedError,
    MicrophoneLostError,
    SilentMicrophoneError,
    SubstituteDeviceError,
)
from voicedesk.audio.echo import EchoFreeInput
from voicedesk.audio.speaker import Speaker
from voicedesk.conversation import device_watch
from voicedesk.conversation import sound as sound_module
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.device_watch import Counter
from voicedesk.conversation.sound import SoundDevices
from voicedesk.core.errors import NoMicrophoneError, VoiceDeskError
from voicedesk.core.events import AudioKey, Event, SoundTrouble, TurnFailed
from voicedesk.core.settings import DeviceChoice, Settings, Talk

HEADSET = DeviceChoice(host_api="Core Audio", name="Headset")
BUILT_IN = DeviceChoice(host_api="Core Audio", name="Built-in")
BOTH = [info("Built-in"), info("Headset")]


@dataclass
class Room:
    """The devices of an application, and what it says of them."""

    card: FakeSoundDevice
    conductor: Conductor
    sound: SoundDevices
    events: list[Event]
    there: Census

    @property
    def told(self) -> list[VoiceDeskError | None]:
        return [event.error for event in self.events if isinstance(event, SoundTrouble)]

    def was_told(self, kind: type[VoiceDeskError]) -> bool:
        return any(isinstance(error, kind) for error in self.told)

    async def told_of(self, kind: type[VoiceDeskError]) -> str:
        await reached(lambda: self.was_told(kind), kind.__name__)
        return next(str(error) for error in self.told if isinstance(error, kind))

    def in_use(self) -> list[str]:
        """Names of the devices whose streams run: microphone, then speaker."""
        microphone, speaker = self.conductor.microphone, self.conductor.speaker
        return [d.name for d in (microphone, speaker) if d is not None and d.is_open]

    @property
    def microphone(self) -> FakeStream:
        """The stream of the microphone, if it runs."""
        return next(s for s in self.card.streams if s.is_input and not s.closed)

    def plug(self, *names: str) -> None:
        """These devices are there now, the first of them the default. PortAudio sees it when it starts anew."""
        self.card.plugged = [info(name) for name in names]
        self.card.refuses = {name: -9996 for name in ("Built-in", "Headset") if name not in names}
        choices = [DeviceChoice(host_api="Core Audio", name=name) for name in names]
        self.there = Census(choices, choices)

    def unplug(self, *names: str) -> None:
        """The streams of these devices stop."""
        for made in self.card.streams:
            if self.card.infos[made.device]["name"] in names:
                made.active = False


@pytest.fixture
async def room(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    card = FakeSoundDevice(list(BOTH), ["Core Audio"])
    monkeypatch.setattr(devices, "_library", card)
    monkeypatch.setattr(stream, "_LOOK_EVERY", 0.01)
    monkeypatch.setattr(stream, "SILENT_S", 3600.0)
    monkeypatch.setattr(device_watch, "LOOK_S", 0.01)
    monkeypatch.setattr(device_watch, "FOLLOW_S", 0.05)
    monkeypatch.setattr(device_watch, "_PATIENCE", (0.02,))
    conductor = Conductor(FakePipeline(), None, None, Talk())
    events: list[Event] = []
    conductor.observe(events.append)

    async def count() -> Census:
        return made.there

    sound = SoundDevices(conductor, count=count)
    both = [BUILT_IN, HEADSET]
    made = Room(card, conductor, sound, events, Census(both, both))
    yield made
    await sound.close()
    await conductor.close()
    assert all(stream.closed for stream in card.streams)


def with_headset() -> Settings:
    settings = Settings()
    settings.sound.microphone = HEADSET
    return settings


async def test_a_device_that_goes_is_replaced_and_used_again_when_it_is_back(room: Room) -> None:
    await room.sound.open(with_headset())
    assert room.in_use() == ["Headset", "Built-in"]
    room.plug("Built-in")
    room.unplug("Headset")
    assert "Built-in is used meanwhile" in await room.told_of(SubstituteDeviceError)
    await reached(lambda: room.in_use() == ["Built-in", "Built-in"], "the built-in microphone")
    room.plug("Built-in", "Headset")
    assert "Headset is there again" in await room.told_of(DeviceReturnedError)
    await reached(lambda: room.in_use() == ["Headset", "Built-in"], "the headset")
    assert room.card.restarts == 2


async def test_a_new_default_is_followed_where_the_system_does_not_lead_there(room: Room) -> None:
    await room.sound.open(Settings())
    room.plug("Headset", "Built-in")
    assert "Headset" in await room.told_of(DefaultChangedError)
    await reached(lambda: room.in_use() == ["Headset", "Headset"], "the new default")
    restarts = room.card.restarts
    await asyncio.sleep(0.2)
    assert room.card.restarts == restarts == 1


async def test_a_choice_is_no_default(room: Room) -> None:
    settings = with_headset()
    settings.sound.speaker = HEADSET
    await room.sound.open(settings)
    assert not room.sound.follows_default
    room.card.apis = ["ALSA"]
    room.card.infos = [info("default"), info("Headset")]
    await room.sound.use(Settings())
    assert not room.sound.follows_default


async def test_nothing_is_opened_anew_while_somebody_talks(room: Room) -> None:
    await room.sound.open(Settings())
    room.conductor.press()
    room.plug("Headset", "Built-in")
    await room.sound.follow(room.there)
    assert (room.card.restarts, room.in_use()) == (0, ["Built-in", "Built-in"])
    room.conductor.cancel()
    await room.told_of(DefaultChangedError)
    assert room.card.restarts == 1


async def test_what_was_said_before_the_microphone_went_can_be_sent(room: Room) -> None:
    await room.sound.open(Settings())
    said: list[bytes] = []
    room.conductor.watch_takes(lambda _turn, pcm: said.append(pcm))
    room.conductor.press()
    for _ in range(30):
        room.microphone.hear(noise(960))
        await asyncio.sleep(0)
    room.unplug("Built-in")
    assert "Try Again" in await room.told_of(MicrophoneLostError)
    failed = [event.error for event in room.events if isinstance(event, TurnFailed)]
    assert [type(error) for error in failed] == [MicrophoneLostError]
    assert room.conductor.can_retry
    assert sum(map(len, said)) >= 0.55 * 48_000
    await reached(lambda: room.conductor.microphone_ready, "the microphone")


async def test_a_device_that_is_busy_is_told_once_and_tried_until_it_is_free(room: Room) -> None:
    room.card.refuses = {"Headset": -9985}
    await room.sound.open(with_headset())
    tried = len(room.card.tried)
    await reached(lambda: len(room.card.tried) > tried + 2, "more attempts")
    assert [type(error) for error in room.told] == [DeviceBusyError]
    assert "Close that program" in str(room.told[0])
    room.card.refuses = {}
    await room.told_of(DeviceReturnedError)
    assert room.in_use() == ["Headset", "Built-in"]
    assert room.card.restarts == 0  # the speaker has played on meanwhile


async def test_the_first_microphone_is_used_as_soon_as_there_is_one(room: Room) -> None:
    room.card.infos = []
    room.card.defaults = (-1, -1)
    room.there = Census()
    await room.sound.open(Settings())
    await room.told_of(NoMicrophoneError)
    assert room.in_use() == []
    room.card.defaults = (0, 0)
    room.plug("Headset")
    await reached(lambda: room.in_use() == ["Headset", "Headset"], "the devices")


async def test_a_muted_microphone_is_told_while_somebody_talks(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_watch, "MUTED_S", 0.1)
    monkeypatch.setattr(sound_module, "_AGAIN_S", 0.05)
    await room.sound.open(Settings())
    zeros, voice = np.zeros(9600, dtype=np.int16), noise(9600)
    room.microphone.hear(zeros)
    await asyncio.sleep(0.15)
    assert room.told == []  # nobody talks
    room.conductor.press()
    assert "muted" in await room.told_of(SilentMicrophoneError)
    room.microphone.hear(voice)
    await reached(lambda: room.told[-1] is None, "the end of the trouble")
    assert sum(isinstance(error, SilentMicrophoneError) for error in room.told) == 1


async def test_a_voice_is_no_silence(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_watch, "MUTED_S", 0.1)
    await room.sound.open(Settings())
    room.conductor.press()
    room.microphone.hear(np.concatenate((noise(480), np.zeros(4320, dtype=np.int16))))
    await asyncio.sleep(0.2)
    assert room.told == []


async def test_good_news_is_not_shown_for_ever(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_module, "NEWS_S", 0.02)
    await room.sound.open(Settings())
    room.unplug("Built-in")
    await room.told_of(DeviceReturnedError)
    await reached(lambda: room.told[-1] is None, "the end of the news")


async def test_nothing_is_tried_while_the_devices_are_let_go(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_module, "HOLD_S", 0.0)
    await room.sound.open(Settings())
    room.sound.attend(active=False)
    await reached(lambda: not room.in_use(), "the devices to be let go")
    tried = len(room.card.tried)
    await asyncio.sleep(0.1)
    assert len(room.card.tried) == tried
    room.sound.attend(active=True)
    await reached(lambda: len(room.in_use()) == 2, "the devices")
    assert room.told == []


async def test_the_list_is_that_of_now_and_no_stream_is_closed_for_it(room: Room) -> None:
    await room.sound.open(with_headset())
    room.there = Census([BUILT_IN, HEADSET], [BUILT_IN, HEADSET])
    assert room.sound.listed() is None
    listed: Callable[[], bool] = lambda: room.sound.listed() == room.there  # noqa: E731 - a name for the wait
    await reached(listed, "the list")
    assert room.card.restarts == 0
    assert room.in_use() == ["Headset", "Built-in"]


async def test_the_devices_are_counted_in_another_process() -> None:
    counter = Counter()
    found = await counter.count()
    assert found is not None
    assert found == census.read(census.write(found))
    counter.close()
    assert await counter.count() is None


async def test_a_count_that_is_under_way_ends_with_the_application(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    monkeypatch.setattr(device_watch, "child_command", lambda _module: ["sleep", "600"])
    counter = Counter()
    counting = asyncio.ensure_future(counter.count())
    await reached(lambda: counter._process is not None, "the process")
    counter.close()
    assert await counting is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"inputs": [[1]], "outputs": []}', '{"inputs": 3}']
)
def test_a_list_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no list of sound devices"):
        census.read(text)


def test_the_meant_device_is_the_chosen_or_the_default() -> None:
    there = Census([BUILT_IN, HEADSET], [])
    assert there.meant("input", HEADSET) == HEADSET
    assert there.meant("input", None) == BUILT_IN
    assert there.meant("input", DeviceChoice(host_api="ALSA", name="Headset")) == BUILT_IN
    assert there.meant("output", HEADSET) is None


async def test_a_device_that_came_later_can_be_chosen_at_once(room: Room) -> None:
    room.card.infos = [info("Built-in")]
    room.there = Census([BUILT_IN], [BUILT_IN])
    await room.sound.open(Settings())
    room.plug("Built-in", "Headset")
    await room.sound.use(with_headset())
    assert room.in_use() == ["Headset", "Built-in"]
    assert room.told == []


async def test_echoes_are_cancelled_but_not_with_headphones(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_module, "find_canceller", lambda: object)
    room.card.infos = [info("Built-in"), info("Headset"), info("Line")]

    def cancels() -> bool:
        microphone = room.conductor.microphone
        assert isinstance(microphone, EchoFreeInput)
        return microphone.make is not None

    settings = Settings()
    await room.sound.open(settings)
    assert cancels()
    for speaker, echo, expected in (
        (HEADSET, "auto", False),
        (HEADSET, "on", True),
        (BUILT_IN, "on", True),
        (BUILT_IN, "off", False),
        (BUILT_IN, "auto", True),
    ):
        changed = settings.model_copy(deep=True)
        changed.sound.speaker, changed.sound.echo = speaker, echo  # type: ignore[assignment] # one of the three
        await room.sound.use(changed)
        assert cancels() is expected


async def test_what_the_speaker_plays_is_known_to_the_microphone(room: Room) -> None:
    await room.sound.open(Settings())
    speaker = room.conductor.speaker
    assert isinstance(speaker, Speaker)
    played = room.sound._played
    made = next(s for s in room.card.streams if not s.is_input)
    made.call_back(480)
    assert played.sounded_until == 0.0
    speaker.play(AudioKey(1, "r", "a"), noise(2400).tobytes())
    speaker.complete()
    for _ in range(4):
        made.call_back(480)
    assert played.sounded_until > 0.0
    assert played.reader(played.sounded_until - 0.02).read(480).any()
