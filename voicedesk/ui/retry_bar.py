"""Below the conversation: the way to ask once more what was not answered."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from voicedesk.ui.announce import announce
from voicedesk.ui.icons import em, icon
from voicedesk.ui.widgets import QuietLabel


class RetryBar(QWidget):
    """A sentence and buttons. Takes no room while there is nothing to try again.

    Signals:
        wanted: The user wants the question to be asked once more.
        all_wanted: The user wants to see all takes that were not answered.
    """

    wanted = Signal()
    all_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self._number = 0
        self._earlier_s: float | None = None
        self._button = self._make(self.tr("Try Again"), self.tr("Ask the same once more (Ctrl+R)"))
        side = int(1.15 * unit)
        self._button.setIconSize(QSize(side, side))
        self._button.clicked.connect(self.wanted)
        self._with = self._make(
            self.tr("Try Again With"),
            self.tr("Have the other pipeline or another server answer, this and what you ask next"),
        )
        self._all = self._make("", self.tr("All that was said and not answered (Ctrl+U)"))
        self._all.clicked.connect(self.all_wanted)
        self._label = QuietLabel(self.tr("Your question is kept."), self)
        self._label.setWordWrap(True)
        self._describe()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(unit, int(0.4 * unit), unit, int(0.4 * unit))
        layout.setSpacing(int(0.6 * unit))
        layout.addWidget(self._label, 1)
        for button in self.buttons:
            layout.addWidget(button)
        self._with.hide()
        self._all.hide()
        self.hide()

    def _make(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        return button

    def _describe(self) -> None:
        self._button.setAccessibleDescription(f"{self._label.text()} {self._button.toolTip()}")

    @property
    def button(self) -> QPushButton:
        """Asks the same once more."""
        return self._button

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """All buttons, in the order of the keyboard's focus."""
        return (self._button, self._with, self._all)

    def set_menu(self, menu: QMenu) -> None:
        """Offer other ways to have the question answered."""
        self._with.setMenu(menu)
        self._with.show()

    @property
    def earlier_s(self) -> float | None:
        """How long the take of an earlier run is that is offered, in seconds; None where it is of this run."""
        return self._earlier_s

    def show_length(self, seconds: float) -> None:
        """What is kept is a take of an earlier run, which ended before it was answered."""
        self._earlier_s = seconds
        length = QLocale().toString(max(1, round(seconds)))
        self._label.setText(
            self.tr(
                "VoiceDesk ended before it could answer. What you said ({seconds} s) is kept."
            ).format(seconds=length)
        )
        self._describe()
        announce(self, self._label.text())
        self._show_all()

    def show_number(self, number: int) -> None:
        """So many takes wait; where there are others than the one that is offered, they can be listed."""
        self._number = number
        self._all.setText(self.tr("Show All {number}").format(number=number))
        self._show_all()

    def _show_all(self) -> None:
        self._all.setVisible(
            self._number > 1 or (self._number == 1 and self._earlier_s is not None)
        )
        if self._number == 1:
            self._all.setText(self.tr("Show It"))

    def offer(self, *, is_possible: bool) -> None:
        """Show or hide it."""
        if is_possible:
            self._button.setIcon(icon("reset", self.palette()))
            for button in self.buttons:  # an icon makes one higher than the others
                button.setMinimumHeight(self._button.sizeHint().height())
        elif self._earlier_s is not None:  # what comes next is of this run
            self._earlier_s = None
            self._label.setText(self.tr("Your question is kept."))
            self._describe()
            self._show_all()
        self.setVisible(is_possible)
