"""The first run: four steps, each with a proof that is seen or heard, ending in a first spoken turn."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from voicedesk.ui import theme
from voicedesk.ui.announce import announce
from voicedesk.ui.first_run_ports import FirstRunPorts
from voicedesk.ui.first_run_server import ServerStep
from voicedesk.ui.first_run_sound import MicrophoneStep, SpeakerStep
from voicedesk.ui.first_run_step import Step
from voicedesk.ui.first_run_talk import TalkStep
from voicedesk.ui.fitting import FittedDialog
from voicedesk.ui.icons import em
from voicedesk.ui.roomy import ContentArea
from voicedesk.ui.widgets import QuietLabel

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class FirstRun(FittedDialog):
    """Stands beside the window and is closed at any time; what was chosen in it counts at once.

    Signals:
        over: It was finished or closed.
    """

    over = Signal()

    def __init__(self, ports: FirstRunPorts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self.setWindowTitle(self.tr("Set Up VoiceDesk"))
        self._server = ServerStep(ports, self)
        self.steps: tuple[Step, ...] = (
            MicrophoneStep(ports, self),
            SpeakerStep(ports, self),
            self._server,
            TalkStep(ports, self),
        )
        self._stack = QStackedWidget(self)
        for step in self.steps:
            step.proven.connect(self._show_buttons)
            self._stack.addWidget(step)
        self._place = QuietLabel("", self)
        self._close = self._button(self.tr("Skip the Rest"))
        self._close.clicked.connect(self.close)
        self._back = self._button(self.tr("Back"))
        self._back.clicked.connect(lambda: self.go(-1))
        self._next = self._button(self.tr("Next"))
        self._next.clicked.connect(lambda: self.go(1))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * unit, int(1.6 * unit), 2 * unit, int(1.2 * unit))
        layout.setSpacing(unit)
        layout.addWidget(self._place)
        layout.addWidget(ContentArea(self._stack, self.windowTitle(), self), 1)
        layout.addLayout(self._footer())
        self.resize(42 * unit, 25 * unit)
        self._style()

    def _footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self._close)
        row.addStretch(1)
        row.addWidget(self._back)
        row.addWidget(self._next)
        return row

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    # ------------------------------------------------------------------------------ the way

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.steps[self._stack.currentIndex()]

    @property
    def here(self) -> int:
        """Which step is shown, for ``start``."""
        return self._stack.currentIndex()

    def start(self, here: int = 0) -> None:
        """Show it from the first step on, or from the one where another one was."""
        self._turn_to(here)
        self.show()
        self.raise_()
        self.activateWindow()

    def go(self, by: int) -> None:
        """Go this many steps on; past the last one it is over."""
        index = self._stack.currentIndex() + by
        if index >= len(self.steps):
            self.close()
        elif index >= 0:
            self._turn_to(index)

    def _turn_to(self, index: int) -> None:
        self.step.leave()
        self._stack.setCurrentIndex(index)
        self._place.setText(
            self.tr("Step {number} of {count}").format(number=index + 1, count=len(self.steps))
        )
        self._show_buttons()
        self._next.setFocus()
        self.step.enter()
        announce(self, f"{self._place.text()}: {self.step.title}. {self.step.words.text()}")

    def _show_buttons(self) -> None:
        index = self._stack.currentIndex()
        is_last = index == len(self.steps) - 1
        is_proven = self.step.is_proven
        self._back.setEnabled(index > 0)
        self._close.setVisible(not is_last)
        if is_last:
            self._next.setText(self.tr("Finish"))
        else:
            self._next.setText(self.tr("Next") if is_proven else self.tr("Skip This"))

    def _enter(self, focus: QWidget | None) -> None:
        """Enter presses the button that has the keyboard, else it goes on where something is proven."""
        if isinstance(focus, QPushButton):
            focus.click()
        elif self.step.is_proven and not isinstance(focus, QLineEdit):
            self.go(1)

    async def stop(self) -> None:
        """The application ends: close it, and leave nothing running."""
        self.close()
        await self._server.end()

    def _style(self) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Base, theme.scheme(self.palette()).field)
        self.setPalette(palette)

    # ------------------------------------------------------------------------------ Qt

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_next"):
            self._style()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in _ENTER:
            self._enter(self.focusWidget())
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        was_open = self.isVisible()
        self.step.leave()
        super().closeEvent(event)
        if was_open:
            self.over.emit()
