"""The notification area: troubles that belong to no turn, each with a way out.

What belongs to a turn stands in the transcript, in its place; what belongs to none stands here, once for each kind,
until it is over or closed.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from voicedesk.core.errors import VoiceDeskError
from voicedesk.ui import theme
from voicedesk.ui.announce import announce
from voicedesk.ui.banner import Banner, Words
from voicedesk.ui.icons import em
from voicedesk.ui.status import Status
from voicedesk.ui.widgets import IconButton
from voicedesk.ui.wording import error_sentence, settings_page_for


class Message(Banner):
    """One trouble: icon, sentence, an action where one helps, and a way to close it."""

    closed = Signal()
    action_wanted = Signal()
    icon_name = "warning"

    def __init__(
        self, sentence: Words, action: Words | None = None, parent: QWidget | None = None
    ) -> None:
        """``action`` is the caption of the button, None for no button."""
        super().__init__(parent)
        self._says, self._does = sentence, action
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self.row.addWidget(self._label, 1)
        self._button = self.add_button("") if action is not None else None
        if self._button is not None:
            self._button.clicked.connect(self.action_wanted)
        self._close = IconButton("close", "", self)
        self._close.clicked.connect(self.closed)
        self.row.addWidget(self._close)
        self.speak()

    @property
    def sentence(self) -> str:
        """What is shown."""
        return self._label.text()

    def speak(self) -> None:
        sentence = self._says()
        self.setAccessibleName(sentence)
        self._label.setText(sentence)
        if self._button is not None and self._does is not None:
            self._button.setText(self._does())
            self._button.setAccessibleDescription(sentence)
        self._close.name_it(self.tr("Close this message"))
        self._close.setAccessibleDescription(sentence)

    def colour(self) -> QColor:
        return theme.scheme(self.palette()).status[Status.ERROR]


class Messages(QWidget):
    """Shows the troubles there are, the newest below. Takes no room when there are none.

    Signals:
        settings_wanted: The user asked for this page of the settings.
    """

    settings_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: dict[str, Message] = {}
        layout = QVBoxLayout(self)
        unit = em(self)
        layout.setContentsMargins(unit, 0, unit, int(0.7 * unit))
        layout.setSpacing(unit // 3)
        self.setAccessibleName(self.tr("Messages"))
        self.hide()

    @property
    def sentences(self) -> list[str]:
        """What is shown now."""
        return [message.sentence for message in self._shown.values()]

    def show_error(self, topic: str, error: VoiceDeskError) -> None:
        """Show an error in place of an earlier one on the same topic."""
        page = settings_page_for(error)
        self.show_message(
            topic,
            lambda: error_sentence(error),
            (lambda: self.tr("Open Settings")) if page else None,
            lambda: self.settings_wanted.emit(page),
        )

    def show_message(
        self,
        topic: str,
        sentence: Words,
        action: Words | None = None,
        do: Callable[[], None] | None = None,
    ) -> None:
        """Show a sentence in place of an earlier one on the same topic.

        Args:
            topic: What it is about; see ``clear``.
            sentence: What is said; asked again when the window speaks another language.
            action: Caption of a button, None for none.
            do: What the button does; the message stays until it is closed.
        """
        present = self._shown.get(topic)
        if present is not None and present.sentence == sentence():
            return
        self.clear(topic)
        message = Message(sentence, action, self)
        message.closed.connect(lambda: self.clear(topic))
        if do is not None:
            message.action_wanted.connect(do)
        self._shown[topic] = message
        layout = self.layout()
        assert layout is not None
        layout.addWidget(message)
        self.show()
        announce(self, message.sentence, is_urgent=True)

    def clear(self, topic: str) -> None:
        """The trouble is over, or the user has read it."""
        message = self._shown.pop(topic, None)
        if message is None:
            return
        message.hide()
        message.deleteLater()
        self.setVisible(bool(self._shown))

    def clear_sentence(self, sentence: str) -> None:
        """The same is said elsewhere now."""
        for topic in [topic for topic, shown in self._shown.items() if shown.sentence == sentence]:
            self.clear(topic)
