"""All answers of the session, by pipeline and model: how many, how quick, and how that went up and down."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from voicedesk.conversation.figures.groups import Group
from voicedesk.conversation.figures.spending import Spent
from voicedesk.ui.icons import em
from voicedesk.ui.latency_views import Sparkline
from voicedesk.ui.latency_words import day_sentence, mode_name
from voicedesk.ui.widgets import QuietLabel, style_scroll_bar
from voicedesk.ui.wording import seconds

_SHOWN = 60
"""Answers in the small line."""


class GroupsView(QWidget):
    """A table with a row for each pipeline and model, and the cost of the day."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self._table = QTableWidget(0, 6, self)
        self._table.setAccessibleName(self.tr("Answers by model"))
        self._table.setHorizontalHeaderLabels(
            [
                self.tr("Pipeline"),
                self.tr("Model"),
                self.tr("Answers"),
                self.tr("Half within"),
                self.tr("19 of 20 within"),
                self.tr("Latest"),
            ]
        )
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setTabKeyNavigation(False)
        self._table.setShowGrid(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(2 * unit)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setMinimumHeight(int(1.8 * unit))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        style_scroll_bar(self._table.verticalScrollBar(), self.palette())
        self._day = QuietLabel("", self)
        self._day.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(unit, unit, unit, unit)
        layout.setSpacing(int(0.7 * unit))
        layout.addWidget(self._table, 1)
        layout.addWidget(self._day)

    def show_groups(self, groups: Iterable[Group], spent: Spent | None) -> None:
        """Show these, the latest first."""
        found = list(groups)[::-1]
        self._table.setRowCount(len(found))
        for row, group in enumerate(found):
            self._fill(row, group)
        text = day_sentence(spent)
        self._day.setText(text)
        self._day.setVisible(bool(text))

    def _fill(self, row: int, group: Group) -> None:
        figures = (
            mode_name(group.mode),
            group.model,
            str(group.count),
            seconds(group.median or 0.0),
            seconds(group.p95 or 0.0),
            "",
        )
        for column, text in enumerate(figures):
            item = QTableWidgetItem(text)
            if column == 1:
                item.setToolTip(text)
            self._table.setItem(row, column, item)
        line = self._table.cellWidget(row, 5)
        if not isinstance(line, Sparkline):
            line = Sparkline(self._table)
            self._table.setCellWidget(row, 5, line)
        values = group.recent(_SHOWN)
        line.show_values(values)
        spoken = self.tr("The last took {last}.").format(last=seconds(values[-1]))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        line.setToolTip(spoken)
