"""Writes a conversation to a file: which kind, and where to."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu

from voicedesk.conversation.store.export import ExportKind, Names
from voicedesk.conversation.store.model import Conversation
from voicedesk.ui.history_model import title_of
from voicedesk.ui.history_ports import Conversations

if TYPE_CHECKING:
    from voicedesk.ui.history_dialog import HistoryDialog

_ENDINGS: dict[ExportKind, str] = {"markdown": "md", "json": "json", "wav": "wav", "srt": "srt"}


def file_name(title: str, ending: str) -> str:
    """A name for a file that any file system takes."""
    stem = re.sub(r"[^\w\-. ]+", " ", title)
    stem = " ".join(stem.split()).strip(". ")[:60].strip()
    return f"{stem or 'conversation'}.{ending}"


class ExportMenu(QMenu):
    """The kinds of files.

    Attributes:
        conversation: The one that is exported.
    """

    def __init__(
        self,
        dialog: HistoryDialog,
        conversations: Conversations,
        do: Callable[[Callable[[], Coroutine[Any, Any, None]]], object],
    ) -> None:
        super().__init__(dialog)
        self.conversation: Conversation | None = None
        self._dialog = dialog
        self._conversations = conversations
        self._do = do
        kinds: tuple[tuple[ExportKind, str], ...] = (
            ("markdown", self.tr("Text to Read (Markdown)…")),
            ("wav", self.tr("Sound (WAV)…")),
            ("srt", self.tr("Subtitles for the Sound (SRT)…")),
            ("json", self.tr("Everything, for Programs (JSON)…")),
        )
        for kind, text in kinds:
            action = QAction(text, self)
            action.triggered.connect(lambda _checked=False, kind=kind: self._ask_where(kind))
            self.addAction(action)

    def _ask_where(self, kind: ExportKind) -> None:
        conversation = self.conversation
        if conversation is None:
            return
        ending = _ENDINGS[kind]
        chooser = QFileDialog(self._dialog, self.tr("Export Conversation"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setFileMode(QFileDialog.FileMode.AnyFile)
        chooser.setDefaultSuffix(ending)
        chooser.setDirectory(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        )
        chooser.selectFile(file_name(title_of(conversation), ending))
        chooser.fileSelected.connect(
            lambda path: self._do(partial(self._write, conversation.id, kind, Path(path)))
        )
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    async def _write(self, conversation: str, kind: ExportKind, path: Path) -> None:
        names = Names(
            user=self.tr("You"),
            assistant=QCoreApplication.translate("Transcript", "VoiceDesk"),
            untitled=self.tr("Conversation"),
            unheard=self.tr("not heard"),
            tool=self.tr("Tool"),
        )
        await self._conversations.export(conversation, kind, path, names)
        self._dialog.tell(self.tr("The conversation was written to {name}.").format(name=path.name))
