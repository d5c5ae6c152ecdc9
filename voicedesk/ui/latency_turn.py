"""One answer under the glass: where its time went, why it was slow or choppy, and what it cost."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from voicedesk.conversation.figures.causes import Cause, is_slow, main_causes
from voicedesk.conversation.figures.spending import Spent
from voicedesk.conversation.figures.turn_figures import TurnFigures
from voicedesk.conversation.figures.waterfall import rows
from voicedesk.ui import theme
from voicedesk.ui.figures import points_table
from voicedesk.ui.icons import em
from voicedesk.ui.latency_views import WaterfallView
from voicedesk.ui.latency_words import (
    around_sentence,
    cause_sentence,
    cost_sentence,
    day_sentence,
    lack_sentence,
    no_cause_sentence,
    setting_name,
    turn_sentence,
)
from voicedesk.ui.settings_schema import PAGES
from voicedesk.ui.widgets import IconView, LinkButton, QuietLabel

_MOST_CAUSES = 4
"""Somebody who is told ten reasons is told none; all of them are in the file."""


def page_of(path: str) -> str:
    """The page of the settings that a setting stands on; empty when it stands on none."""
    return next(
        (page.name for page in PAGES if any(field.path == path for field in page.fields)), ""
    )


class Causes(QWidget):
    """The reasons, each with a link to the setting that helps.

    Signals:
        setting_wanted: The user wants to change the setting with this path.
    """

    setting_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons: list[IconView] = []
        self._links: list[LinkButton] = []
        self._shown: tuple[list[Cause], str] | None = None
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(em(self) // 2)
        self._layout.setVerticalSpacing(em(self) // 2)
        self._layout.setColumnStretch(1, 1)

    def show_causes(self, found: list[Cause], nothing: str) -> None:
        """Show these, or this sentence when there are none."""
        if (found, nothing) == self._shown:
            return  # a link that has the keyboard keeps it
        self._shown = (found, nothing)
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._icons, self._links = [], []
        for row, cause in enumerate(found):
            self._add(2 * row, cause_sentence(cause), "wait" if cause.milliseconds else "warning")
            if cause.setting and page_of(cause.setting):
                start = Qt.AlignmentFlag.AlignLeading
                self._layout.addWidget(self._link(cause.setting), 2 * row + 1, 1, start)
        if not found:
            self._add(0, nothing, "info")
        self._style()

    @property
    def sentences(self) -> list[str]:
        """What is said now."""
        if self._shown is None:
            return []
        found, nothing = self._shown
        return [cause_sentence(cause) for cause in found] or [nothing]

    @property
    def links(self) -> list[LinkButton]:
        """Those to the settings, from top to bottom."""
        return self._links

    def _add(self, row: int, sentence: str, icon: str) -> None:
        view = IconView(icon, 1.2, self)
        view.setProperty("icon", icon)
        self._icons.append(view)
        label = QLabel(sentence, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        self._layout.addWidget(view, row, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(label, row, 1)

    def _link(self, path: str) -> LinkButton:
        fields = tuple(field for page in PAGES for field in page.fields)
        name = setting_name(path, fields)
        link = LinkButton(self.tr("Settings: {}").format(name), self)
        link.clicked.connect(lambda: self.setting_wanted.emit(path))
        self._links.append(link)
        return link

    def _style(self) -> None:
        colour = theme.scheme(self.palette()).muted
        for view in self._icons:
            view.show_icon(str(view.property("icon")), colour)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_icons"):
            self._style()


class TurnView(QWidget):
    """All about one answer.

    Signals:
        setting_wanted: The user wants to change the setting with this path.
    """

    setting_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self._has_steps = False
        self._sentence = QLabel(self)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setWeight(QFont.Weight.DemiBold)
        self._sentence.setFont(font)
        self._sentence.setWordWrap(True)
        self._sentence.setAccessibleName(self.tr("Time to the first sound"))
        self._around = QuietLabel("", self)
        self._around.setWordWrap(True)
        self._waterfall = WaterfallView(self)
        self._why = QLabel(self.tr("Why was that slow or choppy?"), self)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        self._why.setFont(bold)
        self._causes = Causes(self)
        self._causes.setting_wanted.connect(self.setting_wanted)
        self._lacking = QuietLabel("", self)
        self._lacking.setWordWrap(True)
        self._cost = QuietLabel("", self)
        self._cost.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(unit, unit, unit, unit)
        layout.setSpacing(int(0.7 * unit))
        for widget in (self._sentence, self._around, self._waterfall):
            layout.addWidget(widget)
        layout.addSpacing(unit // 2)
        layout.addWidget(self._why)
        layout.addWidget(self._causes)
        layout.addWidget(self._lacking)
        layout.addSpacing(unit // 2)
        layout.addWidget(self._cost)
        layout.addStretch(1)

    @property
    def in_words(self) -> str:
        """All that is shown, to be read out: none of it is a place where the keyboard goes."""
        said = [self._sentence.text(), self._around.text()]
        said += [f"{self._waterfall.accessibleDescription()}."] if self._has_steps else []
        said += [self._why.text(), *self._causes.sentences]
        return " ".join(filter(None, (*said, self._lacking.text(), self._cost.text())))

    @property
    def links(self) -> list[LinkButton]:
        """Those to the settings that help, from top to bottom."""
        return self._causes.links

    def show_turn(self, turn: TurnFigures, spent: Spent | None = None) -> None:
        """Show another answer, or the same one better known, and what was spent today."""
        self._sentence.setText(turn_sentence(turn))
        self._sentence.setAccessibleDescription(self._sentence.text())
        _show(self._around, around_sentence(turn))
        found = rows(turn)
        self._has_steps = bool(found)
        self._waterfall.setVisible(self._has_steps)
        self._waterfall.show_rows(found)
        self._waterfall.setToolTip(points_table(turn.timeline))
        main = main_causes(turn, _MOST_CAUSES)
        self._causes.show_causes(main, no_cause_sentence(turn, is_slow=is_slow(turn)))
        _show(self._lacking, lack_sentence(turn))
        _show(self._cost, " ".join(filter(None, (cost_sentence(turn.cost), day_sentence(spent)))))


def _show(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
