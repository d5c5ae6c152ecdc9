"""The window of the figures: one answer, or all of them, and their way into a file."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from voicedesk.conversation.figures.export import FiguresExportError, Kind, write
from voicedesk.conversation.figures.groups import Groups
from voicedesk.conversation.figures.turn_figures import TurnFigures
from voicedesk.conversation.figures.turns import Figures
from voicedesk.core.timeline import Timeline
from voicedesk.ui.announce import announce
from voicedesk.ui.fitting import FittedDialog
from voicedesk.ui.icons import em
from voicedesk.ui.latency_groups import GroupsView
from voicedesk.ui.latency_turn import TurnView, page_of
from voicedesk.ui.latency_words import turn_name
from voicedesk.ui.widgets import (
    FocusFrame,
    IconButton,
    QuietLabel,
    style_scroll_bar,
    tab_through,
)
from voicedesk.ui.wording import error_sentence, seconds

_LISTED = 100
"""Answers that can be chosen; older ones are in the file."""
_SETTLE_MS = 50


class LatencyDialog(FittedDialog):
    """Shows the figures, and keeps them up to date while it is open.

    Signals:
        settings_wanted: The user asked for this page of the settings, and this setting on it.
    """

    settings_wanted = Signal(str, str)
    _written = Signal(object)

    def __init__(self, figures: Figures, parent: QWidget | None = None) -> None:
        """``figures`` are those of this run."""
        super().__init__(parent)
        self._figures = self._live = figures
        self._shown = 0
        self._listed: list[tuple[str, int]] = []
        self._writer: threading.Thread | None = None
        self._written.connect(self._on_written, Qt.ConnectionType.QueuedConnection)
        self.setWindowTitle(self.tr("Where the Time Goes"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self._refresh)
        self._groups = self._live_groups = _groups_of(figures)
        self._build()
        self._style()
        self._stop = figures.watch(self._on_turn)
        self.destroyed.connect(self._stop)
        unit = em(self)
        self.resize(48 * unit, 41 * unit)

    # ------------------------------------------------------------------------------ building

    def _build(self) -> None:
        unit = em(self)
        self._answer = TurnView(self)
        self._answer.setting_wanted.connect(self._on_setting)
        self._all = GroupsView(self)
        self._area = area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setAccessibleName(self.tr("This answer"))
        self._bar = area.verticalScrollBar()
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._answer)
        FocusFrame(area)
        area.viewport().setAutoFillBackground(False)
        self._answer.setAutoFillBackground(False)
        one = QWidget(self)
        inside = QVBoxLayout(one)
        inside.setContentsMargins(0, unit // 2, 0, 0)
        inside.addLayout(self._build_choice())
        inside.addWidget(area, 1)
        self._tabs = QTabWidget(self)
        self._tabs.setAccessibleName(self.tr("Figures"))
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(one, self.tr("One Answer"))
        self._tabs.addTab(self._all, self.tr("All Answers"))
        self._pages = QStackedLayout()
        self._pages.addWidget(self._build_empty())
        self._pages.addWidget(self._tabs)
        self._message = QLabel(self)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setWordWrap(True)
        self._message.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(unit, unit, unit, unit)
        layout.setSpacing(unit // 2)
        layout.addLayout(self._pages, 1)
        layout.addWidget(self._message)
        layout.addWidget(self._build_buttons())

    def _style(self) -> None:
        style_scroll_bar(self._bar, self.palette(), QPalette.ColorRole.Window)

    def _build_empty(self) -> QLabel:
        self._empty = QuietLabel(self.tr("Ask something first: its figures will show here."), self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        return self._empty

    def _build_choice(self) -> QHBoxLayout:
        unit = em(self)
        self._choice = QComboBox(self)
        self._choice.setAccessibleName(self.tr("Answer"))
        self._choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._choice.setMinimumContentsLength(20)
        self._choice.activated.connect(self._on_chosen)
        self._before = IconButton("back", self.tr("The answer before"), self)
        self._before.clicked.connect(lambda: self._step(1))
        self._after = IconButton("forward", self.tr("The answer after"), self)
        self._after.clicked.connect(lambda: self._step(-1))
        row = QHBoxLayout()
        row.setContentsMargins(unit, unit // 3, unit, 0)
        row.addWidget(self._before)
        row.addWidget(self._choice, 1)
        row.addWidget(self._after)
        return row

    def _build_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setIcon(QIcon())  # some desktops have one that cannot be seen on a dark ground
        close.setAutoDefault(False)  # else it looks at all times as if it had the keyboard
        self._save: list[QPushButton] = []
        for kind, text in (
            ("csv", self.tr("Save as CSV…")),
            ("json", self.tr("Save as JSON…")),
        ):
            button = buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, kind=kind: self._ask_where(kind))
            self._save.append(button)
        buttons.rejected.connect(self.reject)
        return buttons

    # ------------------------------------------------------------------------------ which answer

    def show_turn(self, turn: int = 0, figures: Figures | None = None) -> None:
        """Show an answer; 0 for the latest, and then each that comes.

        Args:
            turn: Its number.
            figures: Those of a conversation that is read; None for those of this run.
        """
        self._figures = figures if figures is not None else self._live
        self._groups = _groups_of(figures) if figures is not None else self._live_groups
        self._shown = turn
        self._tabs.setCurrentIndex(0)
        self._refresh()
        self._choice.setFocus()

    @property
    def here(self) -> tuple[int, Figures | None]:
        """What ``show_turn`` is to be told to show this again."""
        return self._shown, None if self._figures is self._live else self._figures

    def _on_turn(self, turn: TurnFigures) -> None:
        self._live_groups.add(turn.timeline)
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    @property
    def _answers(self) -> list[TurnFigures]:
        """Those that can be chosen and saved, oldest first."""
        return [*self._figures.past, *self._figures]

    def _refresh(self) -> None:
        turns = self._answers[-_LISTED:][::-1]
        self._pages.setCurrentIndex(1 if turns else 0)
        for button in self._save:
            button.setEnabled(bool(turns))
        self.setAccessibleDescription("" if turns else self._empty.text())
        if not turns:
            return
        self._all.show_groups(self._groups, self._figures.spent)
        found = next((turn for turn in turns if turn.turn == self._shown), None)
        found = found or self._figures.of(self._shown) or turns[0]
        self._list(turns, found)
        self._answer.show_turn(found, self._figures.spent)
        self._area.setAccessibleDescription(self._answer.in_words)
        choice = (self._before, self._choice, self._after)
        tab_through(self._tabs, *choice, self._area, *self._answer.links, self._all.table)

    def _list(self, turns: list[TurnFigures], chosen: TurnFigures) -> None:
        if chosen not in turns:
            turns.append(chosen)
        items = [(f"{turn_name(turn)} · {_in_short(turn.timeline)}", turn.turn) for turn in turns]
        if items != self._listed:  # a list that is open stays open
            self._listed = items
            self._choice.clear()
            for text, number in items:
                self._choice.addItem(text, number)
        index = self._choice.findData(chosen.turn)
        self._choice.setCurrentIndex(index)
        self._before.setEnabled(index < len(turns) - 1)
        self._after.setEnabled(index > 0)

    def _on_chosen(self, index: int) -> None:
        self._shown = 0 if index == 0 else int(self._choice.itemData(index))
        self._refresh()

    def _step(self, by: int) -> None:
        index = self._choice.currentIndex() + by
        if 0 <= index < self._choice.count():
            self._on_chosen(index)

    # ------------------------------------------------------------------------------ ways out

    def _on_setting(self, path: str) -> None:
        self.settings_wanted.emit(page_of(path), path)

    def _ask_where(self, kind: Kind) -> None:
        dialog = QFileDialog(self, self.tr("Save the Figures"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind)
        dialog.setDirectory(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        )
        dialog.selectFile(f"voicedesk-figures.{kind}")
        dialog.fileSelected.connect(lambda path: self.save(kind, Path(path)))
        dialog.open()

    def save(self, kind: Kind, path: Path) -> None:
        """Write all figures to a file, on a thread, and say where they are or why not."""
        self.finish()
        turns = [turn.snapshot() for turn in self._answers]

        def work() -> None:
            try:
                write(turns, kind, path)
            except FiguresExportError as error:
                self._written.emit(error)
            else:
                self._written.emit(path)

        for button in self._save:
            button.setEnabled(False)
        self._writer = threading.Thread(target=work, name="voicedesk-figures")
        self._writer.start()

    def leave(self) -> None:
        """Close, and let go of everything."""
        self.close()
        self.finish()
        self._stop()
        self.deleteLater()

    def finish(self) -> None:
        """Wait for a file that is being written."""
        if self._writer is not None:
            self._writer.join()
            self._writer = None

    def _on_written(self, outcome: object) -> None:
        self.finish()
        for button in self._save:
            button.setEnabled(True)
        if isinstance(outcome, FiguresExportError):
            self._say(error_sentence(outcome))
        else:
            self._say(self.tr("Saved to {}.").format(outcome))

    def _say(self, sentence: str) -> None:
        self._message.setText(sentence)
        self._message.show()
        announce(self, sentence)

    # ------------------------------------------------------------------------------ Qt

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_bar"):
            self._style()


def _groups_of(figures: Figures) -> Groups:
    groups = Groups()
    for turn in figures:
        groups.add(turn.timeline)
    return groups


def _in_short(timeline: Timeline) -> str:
    if timeline.latency_ms is None:
        return QCoreApplication.translate("Latency", "not heard")
    return seconds(timeline.latency_ms)
