"""The top row: which pipeline, which model, what is going on, and the way to everything else."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from voicedesk.core.settings import Settings
from voicedesk.providers.profiles import quirks_of
from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.mode_switch import ModeSwitch
from voicedesk.ui.status import Status, status_word
from voicedesk.ui.widgets import ElidedLabel, IconButton, IconView


class StatusView(QWidget):
    """The status: a word, a colour and an icon."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = Status.OFFLINE
        self._detail = ""
        self._icon = IconView(self._status.icon, 1.25, self)
        self._word = QLabel(self)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self._word.setFont(font)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(self) // 2)
        layout.addStretch(1)
        layout.addWidget(self._icon)
        layout.addWidget(self._word)
        self.setAccessibleName(self.tr("Status"))
        self._show()

    @property
    def word(self) -> str:
        """The word that is shown."""
        return self._word.text()

    def show_status(self, status: Status) -> None:
        """Show another status."""
        self._status = status
        self._show()

    def show_detail(self, text: str) -> None:
        """Say more than the word while the connection is opened again; empty for the word alone."""
        if text != self._detail:
            self._detail = text
            self._show()

    def _show(self) -> None:
        colour = theme.scheme(self.palette()).status[self._status]
        self._icon.show_icon(self._status.icon, colour)
        theme.set_text_colour(self._word, colour)
        word = status_word(self._status)
        is_counting = self._status is Status.RECONNECTING and bool(self._detail)
        self._word.setText(self._detail if is_counting else word)
        self.setAccessibleDescription(word)  # not the seconds: nobody wants them read out

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_word"):
            self._show()


class Header(QWidget):
    """The top row of the window.

    Signals:
        mode_chosen: The user chose this pipeline, "realtime" or "classic".
    """

    mode_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self.mode = ModeSwitch(self)
        self.mode.mode_chosen.connect(self.mode_chosen)
        self._model = ElidedLabel(self)
        self._model.setAccessibleName(self.tr("Model and server"))
        self.muted = IconButton("muted", self.tr("Answers are muted; let them sound again"), self)
        self.muted.hide()
        self.status = StatusView(self)
        self.settings = IconButton("settings", self.tr("Settings"), self)
        self.menu = IconButton("menu", self.tr("Menu"), self)
        self.menu.setPopupMode(self.menu.ToolButtonPopupMode.InstantPopup)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(unit, int(0.6 * unit), int(0.7 * unit), int(0.6 * unit))
        layout.setSpacing(int(0.8 * unit))
        layout.addWidget(self.mode)
        layout.addWidget(self._model, 1)
        layout.addWidget(self.muted)
        layout.addWidget(self.status)
        layout.addWidget(self.settings)
        layout.addWidget(self.menu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_mode(self, mode: str) -> None:
        """Show which pipeline answers."""
        self.mode.show_mode(mode)

    def show_settings(self, settings: Settings) -> None:
        """Show which pipeline and which model answer, and where they are."""
        self.show_mode(settings.mode)
        server = settings.answering_server
        is_realtime = settings.mode == "realtime"
        model = settings.realtime.model if is_realtime else settings.classic.thinking_model
        text = f"{model} · {server.name}"
        if quirks_of(server).is_ours:
            text = self.tr("Built-in assistant, on this computer")
        self._model.show_text(text)
        self.settings.setAccessibleDescription(text)  # a label is no place where the keyboard goes
