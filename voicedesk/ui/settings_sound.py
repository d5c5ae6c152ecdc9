"""The part of the settings that tries the sound devices: a meter, a sound, and one's own voice."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from voicedesk.conversation.stages import Stage
from voicedesk.core.errors import VoiceDeskError
from voicedesk.ui.announce import announce
from voicedesk.ui.icons import em
from voicedesk.ui.level_meter import LevelMeter
from voicedesk.ui.ports import SoundTester
from voicedesk.ui.widgets import QuietLabel
from voicedesk.ui.wording import error_sentence


class SoundTestPanel(QWidget):
    """Shows how loud the microphone hears, and plays a sound or what it has heard."""

    def __init__(self, tester: SoundTester, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self._tester = tester
        label = QLabel(self.tr("Try it"), self)
        self.meter = LevelMeter(tester, self)
        self.meter.setMaximumWidth(16 * unit)
        self._voice = self._button(self.tr("Hear Yourself"))
        self._voice.clicked.connect(lambda: tester.hear_yourself(self._tell))
        self._sound = self._button(self.tr("Play a Sound"))
        self._sound.clicked.connect(lambda: tester.play_sound(self._tell))
        self._note = QuietLabel("", self)
        self._note.setWordWrap(True)
        self._note.setMinimumHeight(2 * unit)
        row = QHBoxLayout()
        row.setSpacing(unit)
        row.addWidget(self.meter, 1)
        row.addWidget(self._voice)
        row.addWidget(self._sound)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(unit // 3)
        layout.addWidget(label)
        layout.addLayout(row)
        layout.addWidget(self._note)
        self.setFocusProxy(self._voice)
        self.setAccessibleName(label.text())
        self._explain()

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.setAccessibleName(text)
        return button

    @property
    def note(self) -> str:
        """What is said about the trial."""
        return self._note.text()

    def _explain(self) -> None:
        words = self.tr("Speak, and the bars move. Hear Yourself listens for three seconds.")
        self._note.setText(words)
        self._voice.setAccessibleDescription(words)

    def _tell(self, news: Stage | VoiceDeskError) -> None:
        is_running = news in {Stage.LISTENING, Stage.PLAYING}
        self._voice.setEnabled(not is_running)
        self._sound.setEnabled(not is_running)
        text = error_sentence(news) if isinstance(news, VoiceDeskError) else self._sentence(news)
        self._note.setText(text)
        announce(self, text)

    def _sentence(self, stage: Stage) -> str:
        match stage:
            case Stage.LISTENING:
                return self.tr("Say something now…")
            case Stage.PLAYING:
                return self.tr("You should hear it now…")
            case Stage.DONE:
                return self.tr("If you heard nothing, choose another speaker or turn it up.")
            case Stage.NOTHING_HEARD:
                return self.tr(
                    "The microphone heard nothing. Choose another one, or look whether it is muted."
                )
            case Stage.INTERRUPTED:
                return self.tr("That was cut short because you talked. Try again.")

    def showEvent(self, event: QShowEvent) -> None:
        self.meter.set_running(is_on=True)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.meter.set_running(is_on=False)
        self._tester.stop()
        self._voice.setEnabled(True)
        self._sound.setEnabled(True)
        self._explain()
        super().hideEvent(event)
