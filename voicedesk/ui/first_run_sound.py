"""The first two steps of the first run: the microphone hears, the speaker sounds."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from voicedesk.conversation.stages import Stage
from voicedesk.core.errors import NoMicrophoneError, VoiceDeskError
from voicedesk.core.events import Event, SoundTrouble
from voicedesk.core.settings import DeviceChoice
from voicedesk.ui.device_box import DeviceBox
from voicedesk.ui.first_run_ports import FirstRunPorts
from voicedesk.ui.first_run_step import Step
from voicedesk.ui.icons import em
from voicedesk.ui.level_meter import LevelMeter
from voicedesk.ui.settings_values import with_value
from voicedesk.ui.wording import error_sentence

_VOICE = 0.3
"""Loudness on the meter's scale that no quiet room reaches."""
_ENOUGH_FRAMES = 5
"""Frames of the meter that must be that loud, in one go: a knock on the desk is no voice, and neither are five."""
_GAP_FRAMES = 3
"""So many quieter ones may be between two of them: within a word the voice stops for about a tenth of a second."""


class MicrophoneStep(Step):
    """The meter moves when one speaks, and one can hear oneself."""

    def __init__(self, ports: FirstRunPorts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name_it(
            self.tr("Your microphone"),
            self.tr("Say a few words. The bars move when your microphone hears you."),
        )
        self._ports = ports
        self._loud_frames = self._quiet_frames = 0
        self._stop_observing: Callable[[], None] = _nothing
        self._devices = DeviceBox(self.tr("Microphone"), self)
        self._devices.chosen.connect(self._choose)
        self.meter = LevelMeter(ports.tester, self)
        self.meter.setMaximumWidth(16 * em(self))
        self.meter.measured.connect(self._measure)
        self._hear = self.button(self.tr("Hear Yourself"))
        self._hear.clicked.connect(lambda: ports.tester.hear_yourself(self._tell))
        row = QHBoxLayout()
        row.setSpacing(em(self))
        row.addWidget(self.meter, 1)
        row.addStretch(1)
        row.addWidget(self._hear)
        self.body.addWidget(self._devices)
        self.body.addLayout(row)

    def enter(self) -> None:
        self._loud_frames = 0
        self._list()
        if not self._ports.control.microphone_ready and not self._ports.devices().microphones:
            self.verdict.say(error_sentence(NoMicrophoneError()), is_good=False)
        self._stop_observing = self._ports.control.observe(self._on_event)
        self.meter.set_running(is_on=True)

    def leave(self) -> None:
        self._stop_observing()
        self._stop_observing = _nothing
        self.meter.set_running(is_on=False)
        self._ports.tester.stop()
        self._hear.setEnabled(True)

    def _list(self) -> None:
        chosen = self._ports.settings().sound.microphone
        self._devices.show_devices(self._ports.devices().microphones, chosen)

    def _on_event(self, event: Event) -> None:
        """A microphone was plugged in, or is gone."""
        if not isinstance(event, SoundTrouble):
            return
        self._list()
        if isinstance(event.error, NoMicrophoneError):
            self.verdict.say(error_sentence(event.error), is_good=False)
        elif event.error is None and not self.is_proven:
            self.verdict.say("")

    def _choose(self, device: DeviceChoice | None) -> None:
        self._loud_frames = 0
        self.start_over()
        self._ports.change(with_value(self._ports.settings(), "sound.microphone", device))

    def _measure(self, loudness: float) -> None:
        if loudness >= _VOICE:
            self._loud_frames += 1
            self._quiet_frames = 0
        else:
            self._quiet_frames += 1
            if self._quiet_frames > _GAP_FRAMES:
                self._loud_frames = 0
        if self._loud_frames >= _ENOUGH_FRAMES and not self.is_proven:
            self.prove(self.tr("Your microphone hears you."))

    def _tell(self, news: Stage | VoiceDeskError) -> None:
        self._hear.setEnabled(news not in {Stage.LISTENING, Stage.PLAYING})
        if isinstance(news, VoiceDeskError):
            self.verdict.say(error_sentence(news), is_good=False)
            return
        match news:
            case Stage.LISTENING:
                self.verdict.say(self.tr("Say something now: it is recorded for three seconds…"))
            case Stage.PLAYING:
                self.verdict.say(self.tr("This is how you sound…"))
            case Stage.DONE:
                self.prove(self.tr("Your microphone hears you."))
            case Stage.NOTHING_HEARD:
                self.verdict.say(
                    self.tr("Nothing was heard. Is it muted, or is another one the right one?"),
                    is_good=False,
                )
            case Stage.INTERRUPTED:
                self.verdict.say(self.tr("That was cut short. Try it again."), is_good=False)


class SpeakerStep(Step):
    """A few notes, and the user says whether they were heard."""

    def __init__(self, ports: FirstRunPorts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name_it(
            self.tr("Your speaker"),
            self.tr("Play a few notes to hear where the answers will come from."),
        )
        self._ports = ports
        self._devices = DeviceBox(self.tr("Speaker"), self)
        self._devices.chosen.connect(self._choose)
        self._play = self.button(self.tr("Play a Sound"))
        self._play.clicked.connect(lambda: ports.tester.play_sound(self._tell))
        self._heard = self.button(self.tr("I Heard It"))
        self._heard.clicked.connect(lambda: self.prove(self.tr("Your speaker works.")))
        self._heard.setEnabled(False)
        row = QHBoxLayout()
        row.setSpacing(em(self))
        row.addWidget(self._play)
        row.addWidget(self._heard)
        row.addStretch(1)
        self.body.addWidget(self._devices)
        self.body.addLayout(row)

    def enter(self) -> None:
        settings = self._ports.settings()
        self._devices.show_devices(self._ports.devices().speakers, settings.sound.speaker)

    def leave(self) -> None:
        self._ports.tester.stop()
        self._play.setEnabled(True)

    def _choose(self, device: DeviceChoice | None) -> None:
        self.start_over()
        self._heard.setEnabled(False)
        self._ports.change(with_value(self._ports.settings(), "sound.speaker", device))

    def _tell(self, news: Stage | VoiceDeskError) -> None:
        self._play.setEnabled(news is not Stage.PLAYING)
        if isinstance(news, VoiceDeskError):
            self.verdict.say(error_sentence(news), is_good=False)
        elif news is Stage.PLAYING:
            self.verdict.say(self.tr("It is playing now…"))
        elif news is Stage.DONE:
            self._heard.setEnabled(True)
            self.verdict.say(
                self.tr("Did you hear it? If not, turn it up or choose another speaker.")
            )
        else:
            self.verdict.say(self.tr("That was cut short. Try it again."), is_good=False)


def _nothing() -> None:
    """There is nothing left to end."""
