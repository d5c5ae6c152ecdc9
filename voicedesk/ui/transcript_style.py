"""The formats of the transcript: how labels, words, notes and what Markdown knows look in a palette and a text size."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontDatabase,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextFrameFormat,
    QTextTableFormat,
)

from voicedesk.ui import theme
from voicedesk.ui.conversation_entries import Entry, Kind, Note, UserState
from voicedesk.ui.status import Status
from voicedesk.ui.transcript_markdown import Piece, Run, Shape

UNHEARD = QTextFormat.Property.UserProperty.value + 1
"""The property of words that were never heard."""
_HEADING_SIZES = {1: 1.35, 2: 1.2, 3: 1.1}


class TranscriptStyle:
    """Formats for one palette and one text size.

    Attributes:
        unit: The height of the font in pixels.
        label: The name above a message.
        quiet: What is secondary.
        unheard: Laid over words that were never heard: slanted too, for ink alone tells some people nothing.
        link: What leads somewhere.
        frame_margin: The space above and below code and tables, in pixels.
    """

    def __init__(self, palette: QPalette, font: QFont, unit: int) -> None:
        self.unit = unit
        self.frame_margin = 0.5 * unit
        self._points = font.pointSizeF()
        self._fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families()
        colours = theme.scheme(palette)
        self._muted = colours.muted
        self._ground = colours.code
        self._line = colours.line
        self.label = QTextCharFormat()
        self.label.setForeground(colours.muted)
        self.label.setFontWeight(QFont.Weight.DemiBold)
        self.quiet = QTextCharFormat()
        self.quiet.setForeground(colours.muted)
        self.unheard = QTextCharFormat(self.quiet)
        self.unheard.setFontItalic(True)
        self.unheard.setProperty(UNHEARD, True)
        self._error = QTextCharFormat()
        self._error.setForeground(colours.status[Status.ERROR])
        self.link = QTextCharFormat()
        self.link.setForeground(palette.color(QPalette.ColorRole.Link))
        self.link.setFontUnderline(True)
        self.link.setAnchor(True)
        self.label_block = QTextBlockFormat()
        self.label_block.setTopMargin(1.3 * unit)

    # ------------------------------------------------------------------------------ plain text

    def block(self, entry: Entry) -> QTextBlockFormat:
        """The paragraphs of an entry."""
        block = self._lines()
        if entry.kind is Kind.USER:
            block.setTopMargin(0.7 * self.unit)
            block.setLeftMargin(0.8 * self.unit)
            block.setRightMargin(0.8 * self.unit)
            block.setBottomMargin(0.45 * self.unit)
        elif entry.kind is Kind.REPLY:
            block.setTopMargin(0.25 * self.unit)
        else:
            block.setTopMargin(1.0 * self.unit)
            block.setLeftMargin(1.6 * self.unit)
        return block

    def text(self, entry: Entry) -> QTextCharFormat:
        """The words of an entry."""
        if entry.kind is Kind.TOOL:
            return self.quiet
        if entry.kind is Kind.NOTE:
            return self._error if entry.note is Note.ERROR else self.quiet
        if entry.kind is Kind.USER and entry.user_state is not UserState.FINAL:
            return self.quiet
        return QTextCharFormat()

    @staticmethod
    def _lines() -> QTextBlockFormat:
        block = QTextBlockFormat()
        block.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        return block

    # ------------------------------------------------------------------------------ Markdown

    def piece_block(self, piece: Piece) -> QTextBlockFormat:
        """The block that holds a piece."""
        block = self._lines()
        block.setTopMargin(0.4 * self.unit)
        if piece.shape is Shape.HEADING:
            block.setTopMargin(0.9 * self.unit)
        elif piece.shape is Shape.ITEM:
            block.setTopMargin(0.2 * self.unit)
        elif piece.shape is Shape.QUOTE:
            block.setLeftMargin(1.2 * self.unit * max(1, piece.level))
        elif piece.shape is Shape.CODE:
            block = QTextBlockFormat()
        return block

    @staticmethod
    def thin_block() -> QTextBlockFormat:
        """The block that must stand behind a frame though nothing is in it."""
        block = QTextBlockFormat()
        block.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        return block

    def run(self, run: Run, piece: Piece) -> QTextCharFormat:
        """Words in a piece."""
        look = QTextCharFormat(self.link) if run.link else QTextCharFormat()
        if run.link:
            look.setAnchorHref(run.link)
        if run.bold or piece.shape is Shape.HEADING:
            look.setFontWeight(QFont.Weight.DemiBold)
        if piece.shape is Shape.HEADING and piece.level in _HEADING_SIZES:
            look.setFontPointSize(self._points * _HEADING_SIZES[piece.level])
        look.setFontItalic(run.italic)
        look.setFontStrikeOut(run.struck)
        if piece.shape in {Shape.QUOTE, Shape.RULE} and not run.link:
            look.setForeground(self._muted)
        if run.fixed:
            look.setFontFamilies(self._fixed)
            look.setFontFixedPitch(True)
            if piece.shape is not Shape.CODE:
                look.setBackground(self._ground)
        return look

    def code_frame(self) -> QTextFrameFormat:
        """The room around a block of code; its ground is painted under the text."""
        frame = QTextFrameFormat()
        frame.setPadding(0.7 * self.unit)
        frame.setTopMargin(self.frame_margin)
        frame.setBottomMargin(self.frame_margin)
        return frame

    def table(self) -> QTextTableFormat:
        """A table."""
        look = QTextTableFormat()
        look.setCellPadding(0.35 * self.unit)
        look.setCellSpacing(0)
        look.setBorder(1)
        look.setBorderCollapse(True)
        look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        look.setBorderBrush(QBrush(self._line, Qt.BrushStyle.SolidPattern))
        look.setTopMargin(self.frame_margin)
        look.setBottomMargin(self.frame_margin)
        return look
