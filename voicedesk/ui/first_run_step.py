"""What the steps of the first run share: a title, a sentence, and a proof that is seen at once."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from voicedesk.ui import theme
from voicedesk.ui.announce import announce
from voicedesk.ui.icons import em
from voicedesk.ui.roomy import settle
from voicedesk.ui.status import Status
from voicedesk.ui.widgets import IconView


class Verdict(QWidget):
    """A sentence about how a proof went: an icon and words, with a colour beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self._is_good = False
        self._icon = IconView("state-ready", 1.25, self)
        self._icon.hide()
        self._label = QLabel("", self)
        self._label.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(unit // 2)
        layout.addWidget(self._icon)
        layout.addWidget(self._label, 1)
        self.setMinimumHeight(int(2.8 * unit))  # two lines, so that nothing moves when they come

    @property
    def sentence(self) -> str:
        """What is said now."""
        return self._label.text()

    def say(self, sentence: str, *, is_good: bool | None = None) -> None:
        """Say how it goes; ``is_good`` None while that is open."""
        if sentence == self._label.text():
            return
        self._label.setText(sentence)
        self._icon.setVisible(is_good is not None)
        self._is_good = bool(is_good)
        self._style()
        settle(self)
        if sentence:
            announce(self, sentence)

    def _style(self) -> None:
        status = Status.READY if self._is_good else Status.ERROR
        name = "state-ready" if self._is_good else "warning"
        self._icon.show_icon(name, theme.scheme(self.palette()).status[status])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_label"):
            self._style()


class Step(QWidget):
    """One step of the first run.

    Signals:
        proven: What the step is about works, seen or heard by the user; or that has to be proven again.
    """

    proven = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self.title = ""
        self.is_proven = False
        self.verdict = Verdict(self)
        heading = QLabel("", self)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.45)
        font.setWeight(QFont.Weight.DemiBold)
        heading.setFont(font)
        self._heading = heading
        self.words = QLabel("", self)
        self.words.setWordWrap(True)
        self.body = QVBoxLayout()
        self.body.setSpacing(unit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(unit)
        layout.addWidget(heading)
        layout.addWidget(self.words)
        layout.addLayout(self.body)
        layout.addWidget(self.verdict)
        layout.addStretch(1)

    def name_it(self, title: str, sentence: str) -> None:
        """Say what the step is about, and what to do."""
        self.title = title
        self._heading.setText(title)
        self.words.setText(sentence)

    def prove(self, sentence: str) -> None:
        """It works; say so."""
        self.verdict.say(sentence, is_good=True)
        if not self.is_proven:
            self.is_proven = True
            self.proven.emit()

    def start_over(self) -> None:
        """Something else was chosen, of which nothing is proven."""
        self.verdict.say("")
        if self.is_proven:
            self.is_proven = False
            self.proven.emit()

    def button(self, text: str) -> QPushButton:
        """A button of the step. It takes the focus from the keyboard alone."""
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        return button

    def enter(self) -> None:
        """The step is shown now."""

    def leave(self) -> None:
        """The step is left: nothing of it goes on."""
