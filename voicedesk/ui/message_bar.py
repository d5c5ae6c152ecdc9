"""What can be done with one message, and the small row of buttons that offers it beside the message's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from voicedesk.ui import theme
from voicedesk.ui.conversation_entries import Entry
from voicedesk.ui.icons import em
from voicedesk.ui.widgets import IconButton


@dataclass(frozen=True, slots=True)
class MessageAction:
    """Something that can be done with a message.

    Attributes:
        icon: Name of its icon.
        text: What it is called in menus, in the user's language.
        is_possible: Whether it can be done with this message now.
        run: Does it.
        is_unseen: Nothing changes on the screen, so that the button has to say that it was done.
    """

    icon: str
    text: str
    is_possible: Callable[[Entry], bool]
    run: Callable[[Entry], None]
    is_unseen: bool = False


def copying(
    text: str, is_possible: Callable[[Entry], bool], run: Callable[[Entry], None]
) -> MessageAction:
    """An action that copies something."""
    return MessageAction("copy", text, is_possible, run, is_unseen=True)


class MessageBar(QWidget):
    """A button for each action that is possible with one message."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entry: Entry | None = None
        self._buttons: list[tuple[MessageAction, IconButton]] = []
        self._row = QHBoxLayout(self)
        gap = em(self) // 6
        self._row.setContentsMargins(gap, gap, gap, gap)
        self._row.setSpacing(gap)
        self.setAccessibleName(self.tr("Message"))
        self.hide()

    def set_actions(self, actions: Sequence[MessageAction]) -> None:
        """Offer these actions from now on."""
        for _, button in self._buttons:
            button.setParent(None)
            button.deleteLater()
        self._buttons = []
        for action in actions:
            button = IconButton(action.icon, action.text, self)
            button.clicked.connect(
                lambda _checked=False, action=action, button=button: self._run(action, button)
            )
            self._row.addWidget(button)
            self._buttons.append((action, button))

    def offer(self, entry: Entry) -> bool:
        """Show the buttons of a message. Returns whether there are any."""
        is_same, self.entry = self.entry is entry, entry
        any_possible = False
        for action, button in self._buttons:
            is_possible = action.is_possible(entry)
            button.setVisible(is_possible)
            if not is_same:
                button.show_done(is_done=False)  # that was another message
            any_possible = any_possible or is_possible
        self.setVisible(any_possible)
        if any_possible:
            self.resize(self.sizeHint())
        return any_possible

    def first(self) -> IconButton | None:
        """The first button that is shown."""
        return next((button for _, button in self._buttons if button.isVisible()), None)

    def _run(self, action: MessageAction, button: IconButton) -> None:
        if self.entry is not None and action.is_possible(self.entry):
            if action.is_unseen:
                button.show_done()
            action.run(self.entry)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.scheme(self.palette()).line)
        painter.setBrush(self.palette().base())
        radius = em(self) / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
