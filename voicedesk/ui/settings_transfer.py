"""Takes settings in from a file and writes them to one, and says how that went, with a way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.reasons import disk_reason
from voicedesk.core.settings import Settings
from voicedesk.core.settings_exchange import (
    MAX_BYTES,
    SettingsExportError,
    SettingsImportError,
    export_text,
    import_text,
)
from voicedesk.ui.announce import announce
from voicedesk.ui.icons import em
from voicedesk.ui.widgets import IconButton, QuietLabel
from voicedesk.ui.wording import error_sentence


def read_settings(path: Path, present: Settings) -> Settings:
    """The settings in a file.

    Raises:
        SettingsImportError: It cannot be read, or there are none in it.
    """
    try:
        with path.open("rb") as file:
            return import_text(file.read(MAX_BYTES + 1), present)
    except OSError as error:
        raise SettingsImportError(repr(error), reason=disk_reason(error)) from error


def write_settings(path: Path, settings: Settings) -> None:
    """Write settings to a file, without secrets.

    Raises:
        SettingsExportError: It cannot be written.
    """
    try:
        path.write_text(export_text(settings), encoding="utf-8")
    except OSError as error:
        reason = disk_reason(error)
        raise SettingsExportError(repr(error), reason=reason, path=str(path)) from error


class Notice(QWidget):
    """A line that says what has happened, with a way back where there is one.

    Signals:
        undo_wanted: Everything is to be as it was.
    """

    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self._text = QuietLabel("", self)
        self._text.setWordWrap(True)
        self._undo = QPushButton(self.tr("Undo"), self)
        self._undo.setAutoDefault(False)
        self._undo.clicked.connect(self.undo_wanted)
        close = IconButton("close", self.tr("Close this message"), self)
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * unit, unit // 2, unit, unit // 2)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._undo)
        layout.addWidget(close)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty when it says nothing."""
        return "" if self.isHidden() else self._text.text()

    def tell(self, text: str, *, can_undo: bool = False) -> None:
        """Say something, until it is closed or something else is said."""
        self._text.setText(text)
        self._undo.setVisible(can_undo)
        self.show()
        announce(self, text)


class SettingsTransfer(QObject):
    """Asks for files and carries settings between them and the dialog."""

    def __init__(
        self,
        notice: Notice,
        *,
        settings: Callable[[], Settings],
        apply: Callable[[Settings], None],
        parent: QWidget,
    ) -> None:
        """``settings`` gives those in force; ``apply`` takes others into use."""
        super().__init__(parent)
        self._notice = notice
        self._settings = settings
        self._apply = apply
        self._before: Settings | None = None
        self._window = parent
        notice.undo_wanted.connect(self._undo)

    def ask_where_from(self) -> None:
        """Ask which file to import."""
        dialog = self._dialog(self.tr("Import Settings"), QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.take_in(Path(name)))
        dialog.open()

    def ask_where_to(self) -> None:
        """Ask where to export to."""
        dialog = self._dialog(self.tr("Export Settings"), QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile("voicedesk-settings.json")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.open()

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        documents = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.DocumentsLocation
        )
        dialog = QFileDialog(self._window, title, documents)
        dialog.setAcceptMode(mode)
        dialog.setNameFilters([self.tr("Settings (*.json)"), self.tr("All files (*)")])
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def take_in(self, path: Path) -> None:
        """Import a file, and say how that went."""
        before = self._settings()
        try:
            imported = read_settings(path, before)
        except VoiceDeskError as error:
            self._notice.tell(error_sentence(error))
            return
        self._apply(imported)
        self._before = before
        self._notice.tell(
            self.tr("The settings of {name} are in use now. Keys are not part of them.").format(
                name=path.name
            ),
            can_undo=True,
        )

    def write(self, path: Path) -> None:
        """Export to a file, and say how that went."""
        try:
            write_settings(path, self._settings())
        except VoiceDeskError as error:
            self._notice.tell(error_sentence(error))
            return
        self._notice.tell(
            self.tr("The settings were written to {name}, without keys.").format(name=path.name)
        )

    def _undo(self) -> None:
        if self._before is not None:
            before, self._before = self._before, None
            self._apply(before)
            self._notice.tell(self.tr("The settings are as they were."))
