"""Devices that go, come back, change or say nothing, while the application goes on and says so."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.conversation.fakes import FakePipeline
from tests.support.portaudio import FakeSoundDevice, FakeStream, info
from tests.support.sounds import Samples, noise, reached
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
from voicedesk.conversation import device_watch, muted_microphone
from voicedesk.conversation import sound as sound_module
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.device_watch import Counter
from voicedesk.conversation.sound import SoundDevices
from voicedesk.core.clock import now
from voicedesk.core.errors import NoMicrophoneError, VoiceDeskError
from voicedesk.core.events import AudioKey, Event, SoundTrouble, TurnFailed
from voicedesk.core.settings import DeviceChoice, Settings, Talk
from voicedesk.core.turn import State

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
    looks: int = 0  # of the watch
    counts: int = 0  # of the devices that are there

    async def looked(self, times: int = 3) -> None:
        """The watch has looked so many times more."""
        before = self.looks
        await reached(lambda: self.looks >= before + times, "the watch to look")

    async def counted(self, times: int = 3) -> None:
        """The devices were counted so many times more, and what follows from it has been done."""
        before = self.counts
        await reached(lambda: self.counts >= before + times, "the devices to be counted")
        await self.looked()

    def is_listening(self) -> bool:
        return self.conductor.state is State.LISTENING

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
        return [device.name for _, device in self.sound._devices() if device.is_open]

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
        made.counts += 1
        return made.there

    def is_warm(sound: SoundDevices) -> bool:
        made.looks += 1
        return sound._is_warm

    monkeypatch.setattr(SoundDevices, "is_warm", property(is_warm))

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
    await room.counted()
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


class Relisting:
    """PortAudio takes its list anew, and stands still in the middle of it until it is let go on."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.begun = threading.Event()
        self.go_on = threading.Event()
        room.card.starting = self._stand_still

    def _stand_still(self) -> None:
        self.begun.set()
        assert self.go_on.wait(10)

    async def reached(self) -> None:
        self.room.plug("Headset", "Built-in")
        await reached(self.begun.is_set, "the list to be taken anew")
        assert self.room.in_use() == []


@pytest.fixture
def relisting(room: Room) -> Iterator[Relisting]:
    made = Relisting(room)
    yield made
    made.go_on.set()


async def test_a_press_while_the_devices_are_listed_anew_is_taken(
    room: Room, relisting: Relisting
) -> None:
    await room.sound.open(Settings())
    takes: list[bytes] = []
    room.conductor.watch_takes(lambda _turn, pcm: takes.append(pcm))
    room.microphone.hear(noise(9600))  # just before
    await relisting.reached()
    room.conductor.press()
    assert room.conductor.state is State.LISTENING
    assert room.told == []
    before = sum(map(len, takes))
    assert before > 0  # what was said before the key is as much part of it as ever
    relisting.go_on.set()
    await reached(lambda: room.in_use() == ["Headset", "Headset"], "the devices")
    assert room.conductor.state is State.LISTENING
    for _ in range(30):
        room.microphone.hear(noise(960))
        await asyncio.sleep(0)
    await reached(lambda: sum(map(len, takes)) >= before + 0.5 * 48_000, "the sound after it")
    room.conductor.release()
    await reached(lambda: room.conductor.state is not State.LISTENING, "the end of the take")
    assert not [event for event in room.events if isinstance(event, TurnFailed)]


async def test_a_press_while_the_chosen_microphone_takes_its_place_again_is_taken(
    room: Room, relisting: Relisting
) -> None:
    room.plug("Built-in")
    room.card.infos = [info("Built-in")]
    await room.sound.open(with_headset())
    assert room.was_told(SubstituteDeviceError)
    room.plug("Built-in", "Headset")
    await reached(relisting.begun.is_set, "the list to be taken anew")
    room.conductor.press()
    assert room.conductor.state is State.LISTENING
    relisting.go_on.set()
    await reached(lambda: room.in_use() == ["Headset", "Built-in"], "the devices")
    assert not room.was_told(NoMicrophoneError)


async def test_a_press_waits_for_a_microphone_that_does_not_come_and_says_so(
    room: Room, relisting: Relisting
) -> None:
    await room.sound.open(Settings())
    await relisting.reached()
    room.conductor.press()
    room.card.refuses = {"Headset": -9985, "Built-in": -9985}
    relisting.go_on.set()
    await reached(lambda: room.conductor.state is State.FAILED, "the take to fail")
    failed = [event.error for event in room.events if isinstance(event, TurnFailed)]
    assert [type(error) for error in failed] == [DeviceBusyError]
    room.conductor.press()  # now it is known that there is none
    assert room.conductor.state is State.FAILED
    assert isinstance(room.told[-1], NoMicrophoneError)


async def test_a_press_while_another_microphone_is_being_opened_is_taken(
    room: Room, relisting: Relisting
) -> None:
    room.card.infos = [info("Built-in")]
    await room.sound.open(Settings())
    room.plug("Built-in", "Headset")
    changing = asyncio.create_task(room.sound.use(with_headset()))
    await reached(relisting.begun.is_set, "the list to be taken anew")
    room.conductor.press()
    assert room.conductor.state is State.LISTENING
    relisting.go_on.set()
    await changing
    assert room.in_use() == ["Headset", "Built-in"]


async def let_go(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The devices were open, and another window has been in use for long enough."""
    monkeypatch.setattr(sound_module, "HOLD_S", 0.0)
    await room.sound.open(Settings())
    room.sound.attend(active=False)
    await reached(lambda: not room.in_use(), "the devices to be let go")


async def test_a_press_as_soon_as_the_window_is_in_use_again_is_taken(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await let_go(room, monkeypatch)
    room.conductor.press()
    assert not room.is_listening()
    assert room.was_told(NoMicrophoneError)
    room.sound.attend(active=True)
    room.conductor.press()  # in the same moment
    assert room.is_listening()
    takes: list[bytes] = []
    room.conductor.watch_takes(lambda _turn, pcm: takes.append(pcm))
    await reached(lambda: len(room.in_use()) == 2, "the devices")
    room.microphone.hear(noise(9600))
    await reached(lambda: sum(map(len, takes)) > 0, "its sound")


async def test_a_device_that_is_being_opened_when_the_application_ends_is_closed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that opens it goes on, whoever has called off waiting for it."""
    await let_go(room, monkeypatch)
    begun, go_on = threading.Event(), threading.Event()
    make = devices.make_stream

    def stand_still(*arguments: Any) -> Any:
        begun.set()
        assert go_on.wait(10)
        return make(*arguments)

    monkeypatch.setattr(devices, "make_stream", stand_still)
    room.sound.attend(active=True)
    await reached(begun.is_set, "a device to be opened")
    closing = asyncio.create_task(room.sound.close())
    for _ in range(1000):  # as far as it comes without it: nothing here waits for a clock
        await asyncio.sleep(0)
    go_on.set()
    await closing
    await reached(lambda: len(room.card.streams) == 3, "the device")
    assert all(made.closed for made in room.card.streams)


async def test_a_speaker_that_is_being_exchanged_when_the_application_ends_is_closed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.sound.open(Settings())
    stopping = asyncio.Event()

    async def stop_a_reply(_speaker: Speaker | None) -> None:
        stopping.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(room.conductor, "use_speaker", stop_a_reply)
    changed = Settings()
    changed.sound.speaker = HEADSET
    using = asyncio.create_task(room.sound.use(changed))
    await stopping.wait()
    using.cancel()
    await asyncio.wait([using])
    await room.sound.close()
    assert all(made.closed for made in room.card.streams)


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
    assert sum(map(len, said)) >= 0.58 * 48_000  # but for what the resampler holds: to the last
    await reached(lambda: room.conductor.microphone_ready, "the microphone")


async def test_what_was_said_over_a_reply_before_the_microphone_went_can_be_sent(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Holding:
        """Gives each sample back a tenth of a second later."""

        delay = 2400

        def __init__(self) -> None:
            self._inside: Samples = np.zeros(self.delay, dtype=np.int16)

        def process(self, near: Samples, far: Samples) -> Samples:
            del far
            whole = np.concatenate((self._inside, near))
            self._inside = whole[near.size :]
            return whole[: near.size]

    monkeypatch.setattr(sound_module, "find_canceller", lambda: Holding)
    await room.sound.open(Settings())
    said: list[bytes] = []
    room.conductor.watch_takes(lambda _turn, pcm: said.append(pcm))
    room.sound._played.sounded_until = now() + 3600.0  # the reply sounds on
    room.conductor.press()
    microphone = room.conductor.microphone
    assert isinstance(microphone, EchoFreeInput)
    assert microphone.is_cleaning
    for _ in range(30):
        room.microphone.hear(noise(960))
        await asyncio.sleep(0)
    room.unplug("Built-in")
    await room.told_of(MicrophoneLostError)
    assert room.conductor.can_retry
    assert sum(map(len, said)) >= 0.58 * 48_000


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
    monkeypatch.setattr(muted_microphone, "MUTED_S", 0.1)
    monkeypatch.setattr(muted_microphone, "AGAIN_S", 0.05)
    await room.sound.open(Settings())
    zeros, voice = np.zeros(9600, dtype=np.int16), noise(9600)
    room.microphone.hear(zeros)
    long_ago = now() + 1.5 * muted_microphone.MUTED_S
    await reached(lambda: now() > long_ago, "more time than a muted microphone is given")
    await room.looked()
    assert room.told == []  # nobody talks
    room.conductor.press()
    assert "muted" in await room.told_of(SilentMicrophoneError)
    room.microphone.hear(voice)
    await reached(lambda: room.told[-1] is None, "the end of the trouble")
    assert sum(isinstance(error, SilentMicrophoneError) for error in room.told) == 1


async def test_a_voice_is_no_silence(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(muted_microphone, "MUTED_S", 0.1)
    await room.sound.open(Settings())
    room.conductor.press()
    room.microphone.hear(np.concatenate((noise(480), np.zeros(4320, dtype=np.int16))))
    long_ago = now() + 2.0 * muted_microphone.MUTED_S
    await reached(lambda: now() > long_ago, "more time than a muted microphone is given")
    await room.looked()
    assert room.told == []


async def test_good_news_is_not_shown_for_ever(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicedesk.conversation.device_news.NEWS_S", 0.02)
    await room.sound.open(Settings())
    room.unplug("Built-in")
    await room.told_of(DeviceReturnedError)
    await reached(lambda: room.told[-1] is None, "the end of the news")


async def test_nothing_is_tried_while_the_devices_are_let_go(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await let_go(room, monkeypatch)
    tried = len(room.card.tried)
    await room.looked(5)
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
