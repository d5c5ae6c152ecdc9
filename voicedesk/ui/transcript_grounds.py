"""What is painted under the words of the transcript: grounds, the icons of notes, and a welcome while it is empty."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QTextEdit

from voicedesk.ui import theme
from voicedesk.ui.conversation_entries import Entry, Kind, Note, ToolState
from voicedesk.ui.icons import em, paint_icon
from voicedesk.ui.status import Status
from voicedesk.ui.transcript_document import TranscriptDocument


def paint_welcome(painter: QPainter, view: QTextBrowser, text: str) -> None:
    """An empty transcript says what to do."""
    unit = em(view)
    area = QRectF(view.viewport().rect())
    size = 2.6 * unit
    icon = QRectF(area.center().x() - size / 2, area.center().y() - size * 1.1, size, size)
    paint_icon(painter, icon, "microphone", view.palette().color(QPalette.ColorRole.Accent))
    font = view.font()
    font.setPointSizeF(font.pointSizeF() * 1.2)
    painter.setFont(font)
    painter.setPen(theme.scheme(view.palette()).muted)
    painter.drawText(
        area.adjusted(unit, area.height() / 2 + unit, -unit, 0),
        Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap,
        text,
    )


def paint_under(
    view: QTextBrowser, document: TranscriptDocument, chosen: Entry | None, area: QRect
) -> None:
    """Paint what lies under the text of an area of the viewport.

    ``chosen``: the message that is chosen by keyboard.
    """
    painter = QPainter(view.viewport())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if document.is_empty:
        paint_welcome(painter, view, view.accessibleDescription())
    else:
        Grounds(painter, view, document, chosen).paint(area.top(), area.bottom())
    painter.end()


def inked(
    document: QTextDocument, places: Iterable[tuple[int, int]], ink: QColor
) -> list[QTextEdit.ExtraSelection]:
    """What is laid over the words between these positions (start, end) so that they are drawn in another ink."""
    selections = []
    for start, end in places:
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(document)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        selection.cursor = cursor
        selection.format.setForeground(ink)
        selections.append(selection)
    return selections


class Grounds:
    """Paints what lies under the text."""

    def __init__(
        self,
        painter: QPainter,
        view: QTextBrowser,
        document: TranscriptDocument,
        chosen: Entry | None,
    ) -> None:
        """``chosen``: the message that is chosen by keyboard."""
        self._painter = painter
        self._view = view
        self._document = document
        self._chosen = chosen
        self._unit = em(view)
        self._colours = theme.scheme(view.palette())

    def paint(self, top: int, bottom: int) -> None:
        """Paint what meets these heights of the viewport."""
        shift = self._view.verticalScrollBar().value()
        self._painter.translate(0, -shift)
        self._codes(top + shift, bottom + shift)
        for entry, block in self._document.entries_between(top + shift, bottom + shift):
            if entry is self._chosen:
                self._mark(entry)
            if entry.kind is Kind.USER:
                self._bubble(self._text_rect(entry, block))
            elif entry.kind in {Kind.NOTE, Kind.TOOL}:
                self._icon(entry, self._text_rect(entry, block))

    def _bubble(self, rect: QRectF) -> None:
        unit = self._unit
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._colours.bubble)
        room = rect.adjusted(-0.8 * unit, -0.45 * unit, 0.8 * unit, 0.45 * unit)
        self._painter.drawRoundedRect(room, 0.7 * unit, 0.7 * unit)

    def _icon(self, entry: Entry, rect: QRectF) -> None:
        unit = self._unit
        name = _icon_of(entry)
        is_error = name == "warning"
        colour = self._colours.status[Status.ERROR] if is_error else self._colours.muted
        place = QRectF(rect.left() - 1.6 * unit, rect.top(), 1.1 * unit, 1.1 * unit)
        paint_icon(self._painter, place, name, colour)

    def _codes(self, top: float, bottom: float) -> None:
        self._painter.setPen(self._colours.line)
        self._painter.setBrush(self._colours.code)
        radius = self._unit / 2
        for rect, _ in self._document.codes_between(top, bottom):
            room = rect.adjusted(0.5, 0.5, -0.5, -0.5)
            self._painter.drawRoundedRect(room, radius, radius)

    def _mark(self, entry: Entry) -> None:
        """A line beside the message that is chosen by keyboard."""
        rect = self._document.rect_of(entry)
        thick = max(2.0, self._unit / 7)
        is_mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        edge = 0.4 * self._unit
        side = self._view.viewport().width() - edge if is_mirrored else edge
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._view.palette().color(QPalette.ColorRole.Accent))
        line = QRectF(side, rect.top(), thick, rect.height())
        self._painter.drawRoundedRect(line, thick / 2, thick / 2)

    def _text_rect(self, entry: Entry, first: QTextBlock) -> QRectF:
        """The rectangle of an entry's words, as wide as its widest line."""
        end = self._document.end_of(entry)
        result = QRectF()
        block = first
        while block.isValid() and block.position() <= end:
            lines = block.layout()
            for index in range(lines.lineCount()):
                line = lines.lineAt(index).naturalTextRect()
                result = result.united(line.translated(lines.position()))
            block = block.next()
        return result


def _icon_of(entry: Entry) -> str:
    if entry.kind is Kind.TOOL:
        return "warning" if entry.tool_state is ToolState.FAILED else "tool"
    return {Note.ERROR: "warning", Note.WAIT: "wait", Note.HINT: "info"}[entry.note]
