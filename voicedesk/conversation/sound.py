"""The sound devices of the running application: opened as the settings say, warm while they may be needed."""

from __future__ import annotations

import asyncio
import logging

from voicedesk.audio import devices
from voicedesk.audio.io import AudioInput, AudioOutput
from voicedesk.audio.microphone import Microphone
from voicedesk.audio.speaker import Speaker
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.figures.turns import DeviceCounts
from voicedesk.core.clock import now
from voicedesk.core.errors import DeviceError, SoundError
from voicedesk.core.events import SoundTrouble
from voicedesk.core.settings import Settings, Sound
from voicedesk.core.tasks import TaskSet
from voicedesk.core.turn import State

log = logging.getLogger(__name__)

HOLD_S = 30.0
"""How long the microphone stays warm after the window has lost the user's attention."""


class SoundDevices:
    """Opens microphone and speaker for a conductor, tells what cannot be opened, and goes on without it.

    Devices are started on a thread: one may take seconds, and the window must not stand still meanwhile.
    """

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._microphone: Microphone | None = None
        self._speaker: Speaker | None = None
        self._in_use = Sound()
        self._is_muted = False
        self._cooling: asyncio.TimerHandle | None = None
        self._changing = asyncio.Lock()
        self._tasks = TaskSet()

    async def open(self, settings: Settings) -> None:
        """Open the devices of the settings in place of those that are open."""
        async with self._changing:
            try:
                await asyncio.to_thread(devices.library)
            except SoundError as error:
                self._tell(error)
                return
            self._in_use = settings.sound
            await self._change_microphone(settings.sound)
            await self._change_speaker(settings.sound)

    async def use(self, settings: Settings) -> None:
        """Take changed settings into use: the volume at once, and only a device that is another one is opened anew."""
        async with self._changing:
            before, self._in_use = self._in_use, settings.sound
            if self._speaker is not None:
                self._speaker.volume = self._volume
            if settings.sound.microphone != before.microphone:
                await self._change_microphone(settings.sound)
            if settings.sound.speaker != before.speaker:
                await self._change_speaker(settings.sound)

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

    async def _change_microphone(self, sound: Sound) -> None:
        old, self._microphone = self._microphone, None
        if old is not None:
            await self._conductor.use_microphone(None)
            await asyncio.to_thread(old.close)
        microphone = Microphone(sound.microphone, loop=asyncio.get_running_loop())
        if await self._start(microphone):
            self._tell_substitute(microphone, sound.microphone is not None)
        self._microphone = microphone
        await self._conductor.use_microphone(microphone)

    async def _change_speaker(self, sound: Sound) -> None:
        old, self._speaker = self._speaker, None
        if old is not None:
            await self._conductor.use_speaker(None)
            await asyncio.to_thread(old.close)
        speaker = Speaker(sound.speaker, loop=asyncio.get_running_loop())
        speaker.volume = self._volume
        self._speaker = speaker
        if await self._start(speaker):
            self._tell_substitute(speaker, sound.speaker is not None)
            await self._conductor.use_speaker(speaker)

    async def _start(self, device: AudioInput | AudioOutput) -> bool:
        try:
            await asyncio.to_thread(device.open)
        except SoundError as error:
            self._tell(error)
            return False
        return True

    def _tell_substitute(self, device: Microphone | Speaker, chosen: bool) -> None:  # noqa: FBT001 - private
        if chosen and device.is_substitute:
            self._tell(SubstituteDeviceError(device=device.name))

    def _tell(self, error: SoundError) -> None:
        log.info("sound: %s (%s)", error, error.detail)
        self._conductor.emit(SoundTrouble(turn=0, at=now(), error=error))

    def attend(self, *, active: bool) -> None:
        """The window became active, or is no longer: warm the devices, or let them go after a while."""
        if self._cooling is not None:
            self._cooling.cancel()
            self._cooling = None
        if active:
            self._tasks.spawn(self._warm(), name="warming the sound devices")
        else:
            self._cooling = asyncio.get_running_loop().call_later(HOLD_S, self._cool)

    async def wake(self) -> None:
        """Warm the devices for somebody who talks while another window is active."""
        await self._warm()
        if self._cooling is not None:  # counted from now on
            self.attend(active=False)

    async def _warm(self) -> None:
        async with self._changing:
            microphone, speaker = self._microphone, self._speaker
            warmed = False
            if microphone is not None and not microphone.is_open:
                warmed = await self._start(microphone)
            if speaker is not None and not speaker.is_open and await self._start(speaker):
                warmed = True
                await self._conductor.use_speaker(speaker)
            if warmed:
                self._conductor.emit(SoundTrouble(turn=0, at=now(), error=None))

    def _cool(self) -> None:
        if self._conductor.state not in {State.READY, State.FAILED}:
            self.attend(active=False)
        else:
            self._tasks.spawn(self._let_go(), name="letting the sound devices go")

    async def _let_go(self) -> None:
        async with self._changing:
            if self._speaker is not None:
                await self._conductor.use_speaker(None)
            for device in (self._microphone, self._speaker):
                if device is not None:
                    await asyncio.to_thread(device.close)

    async def close(self) -> None:
        """Let go of the devices. Safe to call twice."""
        if self._cooling is not None:
            self._cooling.cancel()
        await self._tasks.close()
        async with self._changing:
            for device in (self._microphone, self._speaker):
                if device is not None:
                    await asyncio.to_thread(device.close)
            self._microphone = self._speaker = None


class SubstituteDeviceError(DeviceError):
    """The chosen device is not there, another serves in its place."""

    sentence = "The sound device that you chose is not connected; {device} is used meanwhile."
