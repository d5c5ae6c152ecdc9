"""The sound devices of the running application: opened as the settings say, warm while they may be needed.

One that goes is replaced by the system's default and used again when it is back; see ``device_watch`` for when that is
looked at. PortAudio learns of new devices only while no stream is open: both are closed for that moment, and only when
nobody talks or listens.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

from voicedesk.audio import census, devices
from voicedesk.audio.census import Census
from voicedesk.audio.device_troubles import (
    DefaultChangedError,
    DeviceReturnedError,
    MicrophoneLostError,
    SubstituteDeviceError,
)
from voicedesk.audio.devices import Kind
from voicedesk.audio.echo import EchoFreeInput, MakeCanceller, find_canceller, is_worn
from voicedesk.audio.microphone import Microphone
from voicedesk.audio.played import PlayedSound
from voicedesk.audio.speaker import Speaker
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.device_news import DeviceNews
from voicedesk.conversation.device_watch import Count, Counter, DeviceWatch
from voicedesk.conversation.figures.turn_figures import DeviceCounts
from voicedesk.conversation.muted_microphone import MutedMicrophone
from voicedesk.conversation.steadiness import Steadiness
from voicedesk.core.clock import now
from voicedesk.core.errors import SoundError, VoiceDeskError
from voicedesk.core.settings import DeviceChoice, Settings, Sound
from voicedesk.core.tasks import TaskSet
from voicedesk.core.turn import AT_REST, State

log = logging.getLogger(__name__)

HOLD_S = 30.0
"""How long the microphone stays warm after the window has lost the user's attention."""
_LIST_S = 3.0
"""Seconds for which a list of the devices is new enough."""
_TALKING = frozenset({State.LISTENING, State.ENDING})
_LED_BY_THE_SYSTEM = frozenset({"ALSA", "JACK Audio Connection Kit"})
"""Sound systems whose default is a name: a sound server behind it leads open streams to whatever the user chooses."""


class SoundDevices:
    """Opens microphone and speaker for a conductor, tells what cannot be opened, and goes on without it.

    Devices are started on a thread: one may take seconds, and the window must not stand still meanwhile.

    Args:
        conductor: Who uses them.
        count: Counts the devices that are there; by default in a process of its own.
    """

    def __init__(self, conductor: Conductor, *, count: Count | None = None) -> None:
        self._conductor = conductor
        self._microphone: Microphone | None = None
        self._speaker: Speaker | None = None
        self._played = PlayedSound()
        self._echo_free: EchoFreeInput | None = None
        self._canceller: MakeCanceller | None = None
        self._in_use = Sound()
        self._is_muted = False
        self._is_warm = self._is_wanted = False  # the latter: or should be in a moment
        self._is_microphone_gone = False
        self._cooling: asyncio.TimerHandle | None = None
        self._changing = asyncio.Lock()
        self._tasks = TaskSet()
        self._counter = Counter()
        self._count = count or self._counter.count
        self._away: set[Kind] = set()  # does not run, or another stands in for it
        self._news = DeviceNews(conductor.emit, all_is_well=lambda: not self._away)
        muted = MutedMicrophone(conductor, lambda: self._microphone, self._news)
        self._watch = DeviceWatch(self, muted.look, self._count)
        self._renewed_for: Census | None = None
        self._listed: tuple[float, Census] | None = None
        self._listing: asyncio.Task[None] | None = None
        self._steadiness = Steadiness(self.counts, self._hold, self._wake_speaker)
        self._stop_observing = conductor.observe(self._steadiness.observe)

    async def open(self, settings: Settings) -> None:
        """Open the devices of the settings in place of those that are open."""
        self._is_wanted = True
        async with self._changing:
            try:
                await asyncio.to_thread(devices.library)
            except SoundError as error:
                self._news.tell(error)
                return
            self._canceller = await asyncio.to_thread(find_canceller)
            self._in_use = settings.sound
            self._is_warm = True
            self._news.forget()
            await self._change_microphone(settings.sound)
            await self._change_speaker(settings.sound)
        self._watch.start()

    async def use(self, settings: Settings) -> None:
        """Take changed settings into use: the volume at once, and only a device that is another one is opened anew."""
        async with self._changing:
            before, self._in_use = self._in_use, settings.sound
            if self._speaker is not None:
                self._speaker.volume = self._volume
            self._news.forget()
            self._choose_canceller()
            new_microphone = settings.sound.microphone != before.microphone
            new_speaker = settings.sound.speaker != before.speaker
            if new_microphone or new_speaker:
                await self._know_the_chosen()
            if new_microphone:
                self._steadiness.forget("input")
                self._away.discard("input")
                await self._change_microphone(settings.sound)
            if new_speaker:
                self._steadiness.forget("output")
                self._away.discard("output")
                await self._change_speaker(settings.sound)
            if self._is_warm:
                await self._start_all()

    async def _know_the_chosen(self) -> None:
        """Have PortAudio look anew if a device is chosen that came after it had looked last."""
        if self._conductor.state not in AT_REST:
            return  # it is used as soon as nobody talks or listens
        try:
            known = await asyncio.to_thread(census.take)
        except SoundError:
            return  # told when a device is to be opened
        chosen = ((kind, self._choice(kind)) for kind, _ in self._devices())
        if any(choice is not None and choice not in known.of(kind) for kind, choice in chosen):
            await self._look_anew()

    @property
    def _volume(self) -> float:
        return 0.0 if self._is_muted else self._in_use.volume

    def mute(self, *, is_on: bool) -> None:
        """Have nothing sound, from now on, or let it sound again."""
        self._is_muted = is_on
        if self._speaker is not None:
            self._speaker.volume = self._volume

    def counts(self) -> DeviceCounts:
        """What the devices that are in use have counted."""
        speaker, microphone = self._speaker, self._microphone
        return DeviceCounts(
            late_blocks=speaker.underflows if speaker is not None else 0,
            lost_blocks=microphone.overflows if microphone is not None else 0,
        )

    def listed(self) -> Census | None:
        """The devices that were there when they were counted last; None before. A new count begins behind it."""
        is_old = self._listed is None or now() - self._listed[0] > _LIST_S
        if is_old and (self._listing is None or self._listing.done()):
            self._listing = self._tasks.spawn(self._list(), name="listing the sound devices")
        return self._listed[1] if self._listed is not None else None

    async def _list(self) -> None:
        found = await self._count()
        if found is not None:
            self._listed = now(), found

    # --------------------------------------------------------------------------------- opening

    async def _change_microphone(self, sound: Sound) -> None:
        microphone = Microphone(sound.microphone, loop=asyncio.get_running_loop())
        old, self._microphone = self._microphone, microphone
        self._echo_free = EchoFreeInput(microphone, self._played, None)
        self._echo_free.is_coming = self._is_microphone_coming
        self._is_microphone_gone = False
        self._choose_canceller()
        await self._conductor.use_microphone(self._echo_free)
        self._echo_free.on_trouble(self._on_microphone_lost)
        if old is not None:
            await asyncio.to_thread(old.close)
        await self._start("input", microphone)

    def _is_microphone_coming(self) -> bool:
        """Whether a microphone that is closed is being opened: a take may begin."""
        return self._is_wanted and not self._is_microphone_gone

    async def _change_speaker(self, sound: Sound) -> None:
        if (old := self._speaker) is not None:
            await self._conductor.use_speaker(None)  # may be called off while a reply is stopped
            self._speaker = None
            await asyncio.to_thread(old.close)
        loop = asyncio.get_running_loop()
        speaker = Speaker(sound.speaker, loop=loop, played=self._played)
        speaker.volume = self._volume
        self._speaker = speaker
        if await self._start("output", speaker):
            await self._conductor.use_speaker(speaker)

    def _choose_canceller(self) -> None:
        """With headphones there is nothing to cancel."""
        echo, speaker = self._in_use.echo, self._speaker
        is_off = echo == "off" or (echo == "auto" and speaker is not None and is_worn(speaker.name))
        if self._echo_free is not None:
            self._echo_free.make = None if is_off else self._canceller

    async def _start(self, kind: Kind, device: Microphone | Speaker) -> bool:
        """Open a device and tell what that changes. Returns whether it runs."""
        before = device.device
        device.hold(self._steadiness.reserve(kind))
        try:
            await device.open_or_close()
        except SoundError as error:
            self._away.add(kind)
            self._is_microphone_gone |= kind == "input"
            if kind == "input" and self._conductor.state in _TALKING:
                self._conductor.on_trouble(error)  # a take has begun that waits for it
            else:
                self._news.tell_once(kind, error)
            return False
        self._is_microphone_gone &= kind != "input"
        self._choose_canceller()
        was_away = kind in self._away
        self._away.discard(kind)
        if self._choice(kind) is not None and device.is_substitute:
            self._away.add(kind)
            self._news.tell_once(kind, SubstituteDeviceError(device=device.name))
        elif was_away:
            self._news.forget(kind)
            self._news.tell(DeviceReturnedError(device=device.name))
        elif before is not None and device.device != before:
            self._news.tell(DefaultChangedError(device=device.name))
        return True

    def _choice(self, kind: Kind) -> DeviceChoice | None:
        return self._in_use.microphone if kind == "input" else self._in_use.speaker

    def _devices(self) -> Iterator[tuple[Kind, Microphone | Speaker]]:
        if self._microphone is not None:
            yield "input", self._microphone
        if self._speaker is not None:
            yield "output", self._speaker

    # --------------------------------------------------------------------------------- telling

    def _on_microphone_lost(self, error: VoiceDeskError) -> None:
        microphone = self._microphone
        if microphone is not None and self._conductor.state in _TALKING:
            error = MicrophoneLostError(error.detail, device=microphone.name)
        self._away.add("input")
        self._is_microphone_gone = True
        self._news.stay()
        self._conductor.on_trouble(error)

    # -------------------------------------------------------------------------------- watching

    @property
    def is_warm(self) -> bool:
        """Whether the devices should be running now."""
        return self._is_warm

    @property
    def is_in_trouble(self) -> bool:
        """Whether a device does not run, or is not the one that is meant."""
        if not self._changing.locked():  # what is being opened is in no trouble yet
            self._away.update(kind for kind, device in self._devices() if not device.is_open)
        return bool(self._away)

    @property
    def follows_default(self) -> bool:
        """Whether the default is used, and the system does not lead an open stream to another one."""
        return any(
            device.device is not None
            and self._choice(kind) is None
            and device.device.host_api not in _LED_BY_THE_SYSTEM
            for kind, device in self._devices()
        )

    async def mend(self) -> None:
        """Start again what does not run."""
        async with self._changing:
            if self._is_warm:
                await self._start_all()

    async def follow(self, listed: Census) -> None:
        """Use the devices that the settings mean, among those that are there now, unless somebody talks or listens."""
        self._listed = now(), listed
        async with self._changing:
            if not self._is_warm or listed == self._renewed_for:
                return
            meant = ((d, listed.meant(kind, self._choice(kind))) for kind, d in self._devices())
            if all(m is None or (d.is_open and d.device == m) for d, m in meant):
                return
            if listed == await asyncio.to_thread(census.take):
                return  # PortAudio knows them all; what is not open refuses
            if self._conductor.state in AT_REST:
                self._renewed_for = listed
                await self._look_anew()
                await self._start_all()

    def _wake_speaker(self) -> None:
        if self._speaker is not None:
            self._speaker.wake()

    def _hold(self, seconds: dict[Kind, float]) -> None:
        """A turn is over: have the devices hold so much from the next one on."""
        others = {kind for kind, device in self._devices() if device.hold(seconds[kind])}
        if others and self._is_warm:
            self._tasks.spawn(self._open_anew(others), name="opening sound devices anew")

    async def _open_anew(self, kinds: set[Kind]) -> None:
        async with self._changing:
            if "output" in kinds and self._speaker is not None and self._can_change:
                await self._exchange_speaker(self._speaker)
            if "input" in kinds and self._microphone is not None and self._can_change:
                await asyncio.to_thread(self._microphone.close)  # a press meanwhile waits for it
                await self._start_all()

    @property
    def _can_change(self) -> bool:
        return self._is_warm and self._conductor.state in AT_REST

    async def _exchange_speaker(self, old: Speaker) -> None:
        """Open the device a second time, and use that: an answer that comes meanwhile must not find none."""
        speaker = Speaker(self._in_use.speaker, loop=asyncio.get_running_loop())
        speaker.volume = self._volume
        speaker.hold(self._steadiness.reserve("output"))
        try:
            await speaker.open_or_close()
        except SoundError as error:
            log.info(
                "the speaker goes on as it is, nothing can be opened beside it: %s", error.detail
            )
            self._steadiness.forget("output")
            return
        if not self._can_change or speaker.device != old.device:
            await asyncio.to_thread(speaker.close)  # after the next turn then
            return
        self._speaker = speaker
        await self._conductor.use_speaker(speaker)
        await asyncio.to_thread(old.close)
        speaker.note(self._played)

    async def _look_anew(self) -> None:
        """Have PortAudio take its list anew; no device is open after that."""
        for _, device in self._devices():
            await asyncio.to_thread(device.close)
        try:
            await asyncio.to_thread(devices.refresh)
        except SoundError as error:
            self._news.tell(error)

    async def _start_all(self) -> None:
        """Open what is not open."""
        for kind, device in self._devices():
            if device.is_open or not await self._start(kind, device):
                continue
            if isinstance(device, Speaker) and self._conductor.speaker is not device:
                await self._conductor.use_speaker(device)  # it knows a speaker only once it has run

    # ---------------------------------------------------------------------------------- warmth

    def attend(self, *, active: bool) -> None:
        """The window became active, or is no longer: warm the devices, or let them go after a while."""
        if self._cooling is not None:
            self._cooling.cancel()
            self._cooling = None
        if active:
            self._is_wanted = True
            self._tasks.spawn(self._warm(), name="warming the sound devices")
        else:
            self._cooling = asyncio.get_running_loop().call_later(HOLD_S, self._cool)

    async def wake(self) -> None:
        """Warm the devices for somebody who talks while another window is active."""
        self._is_wanted = True
        await self._warm()
        if self._cooling is not None:  # counted from now on
            self.attend(active=False)

    async def _warm(self) -> None:
        async with self._changing:
            self._is_warm = True
            self._news.forget()
            microphone, speaker = self._microphone, self._speaker
            if microphone is not None and not microphone.is_open:
                await self._start("input", microphone)
            if speaker is not None and not speaker.is_open and await self._start("output", speaker):
                await self._conductor.use_speaker(speaker)

    def _cool(self) -> None:
        if self._conductor.state not in {State.READY, State.FAILED}:
            self.attend(active=False)
        else:
            self._is_wanted = False
            self._tasks.spawn(self._let_go(), name="letting the sound devices go")

    async def _let_go(self) -> None:
        async with self._changing:
            if self._is_wanted:
                return
            self._is_warm = False
            if self._speaker is not None:
                await self._conductor.use_speaker(None)
            for _, device in self._devices():
                await asyncio.to_thread(device.close)

    async def close(self) -> None:
        """Let go of the devices. Safe to call twice."""
        if self._cooling is not None:
            self._cooling.cancel()
        self._is_warm = self._is_wanted = False
        self._stop_observing()
        self._counter.close()
        await self._watch.close()
        await self._tasks.close()
        self._news.stay()
        async with self._changing:
            for _, device in self._devices():
                await asyncio.to_thread(device.close)
            self._microphone = self._speaker = None
