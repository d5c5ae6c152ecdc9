"""The transcript: both sides of the conversation in one text document, with live words.

One document gives selection across messages, copying, find and the screen reader's text interface for nothing, and
inserting words into it costs about a millisecond however long it is. All text goes in as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRectF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QMenu, QTextBrowser, QTextEdit, QWidget

from voicedesk.core.events import Event, Heard
from voicedesk.ui import theme
from voicedesk.ui.conversation_entries import Entry, Kind, Note, ToolState
from voicedesk.ui.conversation_log import ConversationLog
from voicedesk.ui.icons import em, paint_icon
from voicedesk.ui.status import Status
from voicedesk.ui.tool_words import tool_sentence
from voicedesk.ui.transcript_document import SETTINGS_LINK, TranscriptDocument
from voicedesk.ui.widgets import RoundButton, style_scroll_bar
from voicedesk.ui.wording import error_note, hint_sentence, wait_sentence

_FRAME_MS = 25
_COLUMN_EM = 44
"""Lines longer than this are hard to read, however wide the window is."""


class Transcript(QTextBrowser):
    """Shows what was said, typed and answered.

    Signals:
        settings_wanted: The user followed a note to this page of the settings.
    """

    settings_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.log = ConversationLog(
            hint=hint_sentence, error=error_note, tool=tool_sentence, wait=wait_sentence
        )
        self._follows = True
        self._placing = False
        self._dimmed: list[tuple[int, int]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.flush)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(self.tr("Conversation"))
        self._describe()
        self._document = TranscriptDocument(self.document(), self.palette(), em(self))
        self.anchorClicked.connect(self._on_anchor)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        self._latest = RoundButton("down", self.tr("Show the latest words"), self)
        self._latest.clicked.connect(self.show_latest)
        self._latest.hide()
        self._set_margins()
        style_scroll_bar(self.verticalScrollBar(), self.palette())

    # ------------------------------------------------------------------------------ the words

    def on_event(self, event: Event) -> None:
        """Take in an event; what changed is laid out with the next frame, together."""
        if self.log.apply(event) and not self._timer.isActive():
            self._timer.start()

    def set_transcribing(self, *, is_on: bool) -> None:
        """Whether the user's words can be expected at all."""
        self.log.transcribing = is_on

    @property
    def follows(self) -> bool:
        """Whether the view keeps to the newest words."""
        return self._follows

    def flush(self) -> None:
        """Lay out what has changed, keeping to the end or to what the user is reading."""
        self._timer.stop()
        removed, changed = self.log.take_changes()
        if not removed and not changed:
            return
        was_empty = self._document.is_empty
        if any(entry.kind is Kind.USER and self._document.is_new(entry) for entry in changed):
            self._follows = True  # a new question of the user's own: that is where they are now
        anchor = self.cursorForPosition(QPoint(0, 0))
        offset = self.cursorRect(anchor).top()
        self._placing = True
        try:
            self._document.sync(removed, changed)
            bar = self.verticalScrollBar()
            if self._follows:
                bar.setValue(bar.maximum())
            else:
                bar.setValue(bar.value() + self.cursorRect(anchor).top() - offset)
        finally:
            self._placing = False
        self._place_latest(has_news=True)
        if was_empty != self._document.is_empty:
            self._describe()
            self.viewport().update()

    def _describe(self) -> None:
        """An empty transcript says what to do; one with words needs no description."""
        is_empty = not self.log.entries
        self.setAccessibleDescription(
            self.tr("Hold Space and talk, or type a question.") if is_empty else ""
        )

    def message_text(self, entry: Entry) -> str:
        """The words of an entry as they are copied."""
        return self._document.words(entry)

    # ------------------------------------------------------------------------------ spoken words

    def light(self, turn: int, heard: Sequence[Heard]) -> None:
        """Show the words of a reply that have sounded in full ink and dim those that are still to come.

        Only laid over the text: nothing is laid out anew. With nothing heard all words are in full ink.
        """
        found = self.log.still_to_sound(turn, {part.key: part for part in heard})
        places = self._document.places(*found) if found is not None else []
        if places == self._dimmed:
            return
        self._dimmed = places
        selections = []
        for start, end in places:
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            selection.cursor = cursor
            selection.format.setForeground(theme.scheme(self.palette()).muted)
            selections.append(selection)
        self.setExtraSelections(selections)

    # ------------------------------------------------------------------------------ scrolling

    def show_latest(self) -> None:
        """Go to the newest words and keep to them."""
        self._follows = True
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _on_scrolled(self, value: int) -> None:
        if not self._placing:
            self._follows = value >= self.verticalScrollBar().maximum() - em(self)
        self._place_latest(has_news=self._latest.isVisible())

    def _place_latest(self, *, has_news: bool) -> None:
        """The button that leads to the newest words is there only when they are out of sight."""
        self._latest.setVisible(has_news and not self._follows)
        size = self._latest.sizeHint()
        area = self.viewport().geometry()
        gap = em(self) // 2
        self._latest.setGeometry(
            area.center().x() - size.width() // 2,
            area.bottom() - size.height() - gap,
            size.width(),
            size.height(),
        )

    def _on_range(self, _low: int, high: int) -> None:
        if self._follows:
            self._placing = True
            self.verticalScrollBar().setValue(high)
            self._placing = False

    def _set_margins(self) -> None:
        unit = em(self)
        side = max(int(1.5 * unit), (self.viewport().width() - _COLUMN_EM * unit) // 2)
        self._document.set_margins(side, unit)

    # ------------------------------------------------------------------------------ actions

    def _on_anchor(self, url: QUrl) -> None:
        link, _, page = url.toString().partition("/")
        if link == SETTINGS_LINK:
            self.settings_wanted.emit(page)

    def _copy_message(self, entry: Entry) -> None:
        QGuiApplication.clipboard().setText(self.message_text(entry))

    # ------------------------------------------------------------------------------ Qt

    def loadResource(self, _type: int, _name: QUrl | str) -> object:
        """Nothing is ever loaded, neither from the network nor from the disk."""
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        """A selection is copied as plain text: our colours mean nothing elsewhere."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data

    def menu_at(self, place: QPoint) -> QMenu:
        """The context menu of a place in the viewport."""
        menu = self.createStandardContextMenu(place)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entry = self._document.entry_at(self.cursorForPosition(place).position())
        if entry is not None:
            copy = menu.addAction(self.tr("Copy Message"))
            copy.triggered.connect(lambda: self._copy_message(entry))
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_at(event.pos()).popup(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_margins()
        self._place_latest(has_news=self._latest.isVisible())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange} and hasattr(
            self, "_document"
        ):
            self._document.restyle(self.palette(), em(self))
            self._set_margins()
            style_scroll_bar(self.verticalScrollBar(), self.palette())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._document.is_empty:
            self._paint_welcome(painter)
        else:
            self._paint_grounds(painter, event.rect().top(), event.rect().bottom())
        painter.end()
        super().paintEvent(event)

    def _paint_welcome(self, painter: QPainter) -> None:
        unit = em(self)
        colours = theme.scheme(self.palette())
        area = QRectF(self.viewport().rect())
        size = 2.6 * unit
        icon = QRectF(area.center().x() - size / 2, area.center().y() - size * 1.1, size, size)
        paint_icon(painter, icon, "microphone", self.palette().color(QPalette.ColorRole.Accent))
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        painter.setFont(font)
        painter.setPen(colours.muted)
        painter.drawText(
            area.adjusted(unit, area.height() / 2 + unit, -unit, 0),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap,
            self.accessibleDescription(),
        )

    def _paint_grounds(self, painter: QPainter, top: int, bottom: int) -> None:
        """What lies under the text: the ground of the user's words, the icons of notes."""
        unit = em(self)
        colours = theme.scheme(self.palette())
        shift = self.verticalScrollBar().value()
        painter.translate(-self.horizontalScrollBar().value(), -shift)
        painter.setPen(Qt.PenStyle.NoPen)
        for entry, block in self._document.entries_between(top + shift, bottom + shift):
            rect = self._text_rect(entry, block)
            if entry.kind is Kind.USER:
                painter.setBrush(colours.bubble)
                radius = 0.7 * unit
                painter.drawRoundedRect(
                    rect.adjusted(-0.8 * unit, -0.45 * unit, 0.8 * unit, 0.45 * unit),
                    radius,
                    radius,
                )
            elif entry.kind in {Kind.NOTE, Kind.TOOL}:
                name = _icon_of(entry)
                is_error = name == "warning"
                colour = colours.status[Status.ERROR] if is_error else colours.muted
                place = QRectF(rect.left() - 1.6 * unit, rect.top(), 1.1 * unit, 1.1 * unit)
                paint_icon(painter, place, name, colour)

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
