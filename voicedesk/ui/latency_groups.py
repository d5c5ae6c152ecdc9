"""All answers of the session, by pipeline and model: how many, how quick, and how that went up and down."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from voicedesk.conversation.figures.groups import Group
from voicedesk.conversation.figures.spending import Spent
from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.latency_views import Sparkline
from voicedesk.ui.latency_words import day_sentence, mode_name
from voicedesk.ui.widgets import QuietLabel, style_scroll_bar
from voicedesk.ui.wording import seconds

_FIGURES = range(2, 5)
_SHOWN = 60
"""Answers in the small line."""


class _Cells(QStyledItemDelegate):
    """Cells with room around their words; the row that the keyboard is in stands out as a whole."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        view = self.parent()
        assert isinstance(view, QTableWidget)
        colours, unit = view.palette(), em(view)
        if view.hasFocus() and index.row() == view.currentRow():
            self._paint_focus(painter, option.rect, colours, is_first=index.column() == 0)
        painter.setPen(colours.text().color())
        room = option.rect.adjusted(_pad(unit), 0, -_pad(unit), 0)
        align = Qt.AlignmentFlag.AlignVCenter | _side(index.column())
        words = view.fontMetrics().elidedText(
            str(index.data() or ""), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, align, words)

    @staticmethod
    def _paint_focus(painter: QPainter, cell: QRect, colours: QPalette, *, is_first: bool) -> None:
        """A ground under the whole row, and a mark at its beginning; the line of the latest stays in sight."""
        painter.fillRect(cell, theme.scheme(colours).bubble)
        if is_first:
            mark = QRect(cell.topLeft(), QSize(max(3, cell.height() // 9), cell.height()))
            place = QStyle.visualRect(painter.layoutDirection(), cell, mark)
            painter.fillRect(place, colours.accent())

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        view = self.parent()
        assert isinstance(view, QTableWidget)
        return super().sizeHint(option, index) + QSize(2 * _pad(em(view)), 0)


class _Titles(QHeaderView):
    """Titles that stand above their cells, on the same side and with the same room around them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setHighlightSections(False)

    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        unit = em(self)
        painter.fillRect(rect, self.palette().base())
        painter.setPen(theme.scheme(self.palette()).muted)
        align = Qt.AlignmentFlag.AlignVCenter | _side(logical_index)
        text = str(self.model().headerData(logical_index, self.orientation()) or "")
        painter.drawText(rect.adjusted(_pad(unit), 0, -_pad(unit), 0), align, text)
        painter.setPen(theme.scheme(self.palette()).line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def sectionSizeFromContents(self, logical_index: int) -> QSize:
        unit = em(self)
        text = str(self.model().headerData(logical_index, self.orientation()) or "")
        return QSize(self.fontMetrics().horizontalAdvance(text) + 2 * _pad(unit), 2 * unit)


def _pad(unit: int) -> int:
    return int(0.6 * unit)


def _side(column: int) -> Qt.AlignmentFlag:
    """Figures stand under each other by their ends, words by their beginnings."""
    is_figure = column in _FIGURES
    return Qt.AlignmentFlag.AlignTrailing if is_figure else Qt.AlignmentFlag.AlignLeading


class GroupsView(QWidget):
    """A table with a row for each pipeline and model, and the cost of the day."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self._table = QTableWidget(0, 6, self)
        self._table.setAccessibleName(self.tr("Answers by model"))
        self._table.setItemDelegate(_Cells(self._table))
        self._table.setHorizontalHeader(_Titles(self._table))
        self._table.setHorizontalHeaderLabels(
            [
                self.tr("Pipeline"),
                self.tr("Model"),
                self.tr("Answers"),
                self.tr("Usually (p50)"),
                self.tr("Slow (p95)"),
                self.tr("Latest"),
            ]
        )
        for column, meaning in (
            (3, self.tr("Half of the answers came within this time.")),
            (4, self.tr("19 of 20 answers came within this time.")),
        ):
            title = self._table.horizontalHeaderItem(column)
            assert title is not None
            title.setToolTip(meaning)
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
        self._day = QuietLabel("", self)
        self._day.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(unit, unit, unit, unit)
        layout.setSpacing(int(0.7 * unit))
        layout.addWidget(self._table, 1)
        layout.addWidget(self._day)
        self._style()

    @property
    def table(self) -> QTableWidget:
        """The table, for the order of the keyboard's focus."""
        return self._table

    def _style(self) -> None:
        style_scroll_bar(self._table.verticalScrollBar(), self.palette())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_day"):
            self._style()

    def show_groups(self, groups: Iterable[Group], spent: Spent | None) -> None:
        """Show these, the latest first."""
        found = list(groups)[::-1]
        self._table.setRowCount(len(found))
        for row, group in enumerate(found):
            self._fill(row, group)
        text = day_sentence(spent)
        self._day.setText(text)
        self._table.setAccessibleDescription(text)
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
