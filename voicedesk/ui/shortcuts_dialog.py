"""Which keys do what."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from voicedesk.ui.fitting import FittedDialog
from voicedesk.ui.icons import em
from voicedesk.ui.roomy import ContentArea
from voicedesk.ui.talk_key_names import talk_key_name


class ShortcutsDialog(FittedDialog):
    """A small table of keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self.setWindowTitle(self.tr("Keyboard Shortcuts"))
        content = QWidget(self)
        table = QFormLayout(content)
        table.setContentsMargins(0, 0, 0, 0)
        table.setHorizontalSpacing(2 * unit)
        table.setVerticalSpacing(int(0.6 * unit))
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        rows = self._rows()
        # Labels are no place where the keyboard goes: who cannot see them hears them as the dialog opens.
        self.setAccessibleDescription(". ".join(f"{keys}: {meaning}" for keys, meaning in rows))
        meanings: list[QLabel] = []
        for keys, meaning in rows:
            key = QLabel(keys, self)
            key.setFont(bold)
            does = QLabel(meaning, self)
            table.addRow(key, does)
            meanings.append(does)
        whole = content.sizeHint().width()
        for does in meanings:
            does.setWordWrap(True)  # where the screen is narrow
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * unit, int(1.5 * unit), 2 * unit, int(1.2 * unit))
        layout.setSpacing(int(1.5 * unit))
        layout.addWidget(ContentArea(content, self.windowTitle(), self), 1)
        layout.addWidget(buttons)
        self.resize(whole + 5 * unit, 0)

    def _rows(self) -> tuple[tuple[str, str], ...]:
        key = talk_key_name()
        return (
            (self.tr("Hold {key}").format(key=key), self.tr("Talk; let go to send")),
            (self.tr("Tap {key}").format(key=key), self.tr("Keep listening; tap again to send")),
            (self.tr("{key} during an answer").format(key=key), self.tr("Interrupt it and talk")),
            (self.tr("Esc"), self.tr("Cancel what you are saying, or stop the answer")),
            (self.tr("Ctrl+L"), self.tr("Type a question; Enter sends it")),
            (self.tr("Ctrl+R"), self.tr("Ask again what was not answered")),
            (self.tr("Ctrl+U"), self.tr("All that was said and not answered")),
            (self.tr("Ctrl+Z"), self.tr("Take back a cancel, or a message that was deleted")),
            (self.tr("Ctrl+N"), self.tr("Begin a new conversation")),
            (self.tr("Ctrl+H"), self.tr("Earlier conversations")),
            (self.tr("Ctrl+M"), self.tr("Switch between realtime and classic")),
            (self.tr("Ctrl+T"), self.tr("Where the time of an answer went")),
            (self.tr("Ctrl+C"), self.tr("Copy what is selected in the conversation")),
            (self.tr("Alt+Up, Alt+Down"), self.tr("Choose a message; Tab leads to its buttons")),
            (self.tr("Ctrl+K"), self.tr("A small window in front of all others, or the whole one")),
            (self.tr("Ctrl+Shift+M"), self.tr("Mute the answers, or let them sound")),
            (self.tr("Ctrl+,"), self.tr("Settings")),
            (self.tr("F1"), self.tr("This list")),
            (self.tr("Ctrl+Q"), self.tr("Quit")),
        )
