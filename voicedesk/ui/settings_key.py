"""The part of the settings that takes a server's key, and says where it is kept."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.settings import Server
from voicedesk.ui.announce import announce
from voicedesk.ui.icons import em
from voicedesk.ui.ports import KeyStore
from voicedesk.ui.widgets import QuietLabel
from voicedesk.ui.wording import error_sentence


class KeyEditor(QWidget):
    """Takes a key and shows only whether there is one."""

    def __init__(self, keys: KeyStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._id = ""
        self._server: Server | None = None
        self._edit = QLineEdit(self)
        self._edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._edit.setAccessibleName(self.tr("Key"))
        self._edit.returnPressed.connect(self._store)
        self._save = QPushButton(self.tr("Save Key"), self)
        self._save.setAutoDefault(False)
        self._save.setEnabled(False)
        self._edit.textChanged.connect(lambda text: self._save.setEnabled(bool(text.strip())))
        self._save.clicked.connect(self._store)
        self._remove = QPushButton(self.tr("Remove Key"), self)
        self._remove.setAutoDefault(False)
        self._remove.clicked.connect(self._forget)
        self._note = QuietLabel("", self)
        self._note.setWordWrap(True)
        self._file = QCheckBox(self.tr("Keep keys in a file on this computer"), self)
        self._file.setAccessibleDescription(self._warning())
        self._file.clicked.connect(self._use_file)
        label = QLabel(self.tr("Key"), self)
        label.setBuddy(self._edit)
        row = QHBoxLayout()
        row.addWidget(self._edit, 1)
        row.addWidget(self._save)
        row.addWidget(self._remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(self) // 4)
        layout.addWidget(label)
        layout.addLayout(row)
        layout.addWidget(self._file)
        layout.addWidget(self._note)

    def _warning(self) -> str:
        return self.tr(
            "Whoever can read your files, every program that you start included, can read a key in such a file."
        )

    def show_server(self, identifier: str, server: Server) -> None:
        """Take the key of this server from now on."""
        if (identifier, server) == (self._id, self._server):
            return  # asking a keychain takes time
        self._edit.clear()
        self._id, self._server = identifier, server.model_copy()
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        if self._server is not None:
            self._show()
        super().showEvent(event)

    def _show(self, problem: str = "") -> None:
        assert self._server is not None
        present = self._keys.has(self._id, self._server)
        self._remove.setVisible(present)
        self._edit.setPlaceholderText(
            self.tr("A key is set; enter another to replace it") if present else self.tr("No key")
        )
        where = self._where()
        self._note.setText(problem or where)
        self._edit.setAccessibleDescription(self._note.text())

    def _tell(self, problem: str) -> None:
        """Show how something went, and say it."""
        self._show(problem)
        announce(self, problem or self._edit.placeholderText())

    def _where(self) -> str:
        """Where keys are kept, in a sentence or two."""
        place = self._keys.backend()
        in_file = self._keys.uses_file()
        self._file.setVisible(place == "none" or in_file)
        self._file.setChecked(in_file)
        if place == "none":
            kept = (
                self.tr("This desktop has no keychain. Keys are in a file of your own.")
                if in_file
                else self.tr("This desktop has no keychain: a key is kept until VoiceDesk ends.")
            )
            return f"{kept} {self._warning()}"
        if in_file:
            return self.tr("New keys are stored in {place}, older ones in a file.").format(
                place=place
            )
        return self.tr("Keys are stored in {place}, never in a file.").format(place=place)

    def _use_file(self) -> None:
        problem = ""
        try:
            self._keys.use_file(allowed=self._file.isChecked())
        except VoiceDeskError as error:
            problem = error_sentence(error)
        self._tell(problem)

    def _store(self) -> None:
        key = self._edit.text().strip()
        if not key or self._server is None:
            return
        self._edit.clear()
        problem = ""
        try:
            self._keys.store(self._id, self._server, key)
        except VoiceDeskError as error:
            problem = error_sentence(error)
        self._tell(problem)

    def _forget(self) -> None:
        if self._server is None:
            return
        problem = ""
        try:
            self._keys.remove(self._id, self._server)
        except VoiceDeskError as error:
            problem = error_sentence(error)
        self._tell(problem)
