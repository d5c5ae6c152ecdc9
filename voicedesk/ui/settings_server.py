"""The part of the settings that chooses a server, says where it is, and takes its key."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.settings import BUILTIN, OPENAI, Server, Settings
from voicedesk.providers.profiles import address_of, is_loopback
from voicedesk.ui.icons import em
from voicedesk.ui.ports import KeyStore
from voicedesk.ui.settings_values import read, with_value
from voicedesk.ui.widgets import QuietLabel
from voicedesk.ui.wording import error_sentence

_FIXED = frozenset({BUILTIN, OPENAI})


def server_id(name: str, taken: frozenset[str]) -> str:
    """An id for a new server: readable, and not one that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "server"
    number, result = 1, stem
    while result in taken:
        number += 1
        result = f"{stem}-{number}"
    return result


def address_problem(server: Server) -> str:
    """Why a server's address cannot be used, as a sentence; empty when it can."""
    try:
        address_of(server, "")
    except VoiceDeskError as error:
        return error_sentence(error)
    return ""


def needs_permission(address: str) -> bool:
    """Whether an address leads to another computer without encryption."""
    parts = urlsplit(address.strip())
    host = parts.hostname or ""
    return bool(host) and parts.scheme in {"http", "ws"} and not is_loopback(host)


def _uses_of(mode: str) -> tuple[str, ...]:
    """Where a pipeline keeps which servers it uses."""
    if mode == "realtime":
        return ("realtime.server",)
    return ("classic.transcription_server", "classic.thinking_server", "classic.speech_server")


class AddServerDialog(QDialog):
    """Asks for the name and the address of a server.

    Signals:
        added: The server that was described.
    """

    added = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self.setWindowTitle(self.tr("Add a Server"))
        self._name = QLineEdit(self)
        self._name.setPlaceholderText(self.tr("My server"))
        self._address = QLineEdit(self)
        self._address.setPlaceholderText("https://example.org/v1")
        self._address.setMinimumWidth(22 * unit)
        self._plain = QCheckBox(self.tr("Allow this server without encryption"), self)
        self._problem = QuietLabel("", self)
        self._problem.setWordWrap(True)
        self._problem.setMinimumWidth(30 * unit)
        form = QFormLayout()
        form.setVerticalSpacing(int(0.8 * unit))
        form.addRow(self.tr("&Name"), self._name)
        form.addRow(self.tr("&Address"), self._address)
        form.addRow("", self._plain)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self._add = self._buttons.addButton(self.tr("Add"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        layout.setContentsMargins(int(1.5 * unit), int(1.2 * unit), int(1.5 * unit), unit)
        layout.setSpacing(unit)
        intro = QuietLabel(
            self.tr("Any server that speaks OpenAI's protocol, in your house or elsewhere.")
        )
        intro.setWordWrap(True)
        layout.addWidget(intro)
        layout.addLayout(form)
        layout.addWidget(self._problem)
        layout.addWidget(self._buttons)
        for edit in (self._name, self._address):
            edit.textChanged.connect(self._check)
        self._plain.toggled.connect(self._check)
        self._check()

    def _server(self) -> Server:
        address = self._address.text().strip()
        name = self._name.text().strip() or urlsplit(address).hostname or ""
        return Server(
            name=name, base_url=address, dialect="compatible", allow_plain=self._plain.isChecked()
        )

    def _check(self) -> None:
        address = self._address.text()
        self._plain.setVisible(needs_permission(address))
        problem = address_problem(self._server()) if address.strip() else ""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._add.setEnabled(bool(address.strip()) and not problem)

    def _accept(self) -> None:
        self.added.emit(self._server())
        self.accept()


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
        layout.addWidget(self._note)

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
        place = self._keys.backend()
        if problem:
            text = problem
        elif place == "none":
            text = self.tr("This desktop has no keychain: a key is kept until VoiceDesk ends.")
        else:
            text = self.tr("Keys are stored in {place}, never in a file.").format(place=place)
        self._note.setText(text)

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
        self._show(problem)

    def _forget(self) -> None:
        if self._server is not None:
            self._keys.remove(self._id, self._server)
            self._show()


class ServerEditor(QWidget):
    """Chooses, adds, changes and removes servers, and takes their keys."""

    def __init__(
        self,
        settings: Settings,
        keys: KeyStore,
        changed: Callable[[Settings], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._changed = changed
        self._adding: AddServerDialog | None = None
        self._shown = BUILTIN
        self._looked_at = ""  # chosen here; which one answers is chosen by the pipelines
        self._choice = QComboBox(self)
        self._choice.setAccessibleName(self.tr("Server"))
        self._choice.activated.connect(self._choose)
        self._add = self._button(self.tr("Add…"), self.tr("Add a server"), self._ask_for_server)
        self._remove = self._button(
            self.tr("Remove"), self.tr("Remove this server"), self._remove_server
        )
        self._about = QuietLabel("", self)
        self._about.setWordWrap(True)
        self._address = QLineEdit(self)
        self._address.setAccessibleName(self.tr("Address"))
        self._address.editingFinished.connect(self._change_address)
        self._plain = QCheckBox(self.tr("Allow this server without encryption"), self)
        self._plain.clicked.connect(self._change_address)
        self._key = KeyEditor(keys, self)
        self._label = QLabel(self.tr("Server to set up"), self)
        self._label.setBuddy(self._choice)
        self._uses = QuietLabel("", self)
        self._uses.setWordWrap(True)
        self._use = QPushButton(self)
        self._use.setAutoDefault(False)
        self._use.clicked.connect(self._use_server)
        self.setFocusProxy(self._choice)
        self._lay_out()
        self.show_settings(settings)

    def _lay_out(self) -> None:
        unit = em(self)
        row = QHBoxLayout()
        row.addWidget(self._choice, 1)
        row.addWidget(self._add)
        row.addWidget(self._remove)
        uses = QHBoxLayout()
        uses.addWidget(self._uses, 1)
        uses.addWidget(self._use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(unit // 3)
        layout.addWidget(self._label)
        layout.addLayout(row)
        layout.addLayout(uses)
        layout.addSpacing(unit // 2)
        layout.addWidget(self._address)
        layout.addWidget(self._plain)
        layout.addWidget(self._about)
        layout.addSpacing(unit // 2)
        layout.addWidget(self._key)

    def _button(self, text: str, name: str, action: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.setAccessibleName(name)
        button.clicked.connect(action)
        return button

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self._settings = settings
        chosen = self._looked_at or settings.answering_id
        self._shown = chosen = chosen if chosen in settings.servers else BUILTIN
        self._choice.clear()
        for identifier, server in settings.servers.items():
            self._choice.addItem(server.name, identifier)
        self._choice.setCurrentIndex(self._choice.findData(chosen))
        self._show_server(chosen, settings.server(chosen))
        self._show_uses(chosen)

    def _show_uses(self, chosen: str) -> None:
        names = {
            "realtime.server": self.tr("Realtime"),
            "classic.transcription_server": self.tr("Transcribe"),
            "classic.thinking_server": self.tr("Think"),
            "classic.speech_server": self.tr("Speak"),
        }
        used = [name for path, name in names.items() if read(self._settings, path) == chosen]
        self._uses.setText(
            self.tr("Chosen for: {pages}.").format(pages=", ".join(used))
            if used
            else self.tr("Chosen for nothing yet.")
        )
        is_realtime = self._settings.mode == "realtime"
        text = self.tr("Answer with This Server") if is_realtime else self.tr("Use for All Stages")
        self._use.setText(text)
        self._use.setAccessibleName(text)
        paths = _uses_of(self._settings.mode)
        self._use.setVisible(any(read(self._settings, path) != chosen for path in paths))

    def _use_server(self) -> None:
        result = self._settings
        for path in _uses_of(self._settings.mode):
            result = with_value(result, path, self._shown)
        self._apply(result)

    def _show_server(self, chosen: str, server: Server) -> None:
        is_own = chosen not in _FIXED
        self._remove.setVisible(is_own)
        self._address.setVisible(is_own)
        self._address.setText(server.base_url)
        self._plain.setVisible(is_own and needs_permission(server.base_url))
        self._plain.setChecked(server.allow_plain)
        self._key.setVisible(chosen != BUILTIN)
        if chosen == BUILTIN:
            about = self.tr(
                "Runs on this computer, needs no key and no network. It knows a few skills; "
                "ask it for help to hear them."
            )
        else:
            about = address_problem(server) or (server.base_url if not is_own else "")
        self._about.setText(about)
        self._about.setVisible(bool(about))
        if chosen != BUILTIN:
            self._key.show_server(chosen, server)

    def _apply(self, settings: Settings) -> None:
        self.show_settings(settings)
        self._changed(settings)

    def _choose(self, index: int) -> None:
        """Turn to a server; who answers is none of this."""
        self._looked_at = self._choice.itemData(index)
        self.show_settings(self._settings)

    def _ask_for_server(self) -> None:
        self._adding = AddServerDialog(self)
        self._adding.added.connect(self._add_server)
        self._adding.finished.connect(self._adding.deleteLater)
        self._adding.open()

    def _add_server(self, server: Server) -> None:
        result = self._settings.model_copy(deep=True)
        identifier = server_id(server.name, frozenset(result.servers))
        result.servers[identifier] = server
        self._looked_at = identifier
        self._apply(result)

    def _remove_server(self) -> None:
        """Remove the server that is shown; whatever used it uses the built-in one."""
        result = self._settings.model_copy(deep=True)
        gone = self._shown
        result.servers.pop(gone, None)
        self._looked_at = ""
        for path in (*_uses_of("realtime"), *_uses_of("classic")):
            if read(result, path) == gone:
                result = with_value(result, path, BUILTIN)
        self._apply(result)

    def _change_address(self) -> None:
        result = self._settings.model_copy(deep=True)
        server = result.servers.get(self._shown)
        if server is None or self._shown in _FIXED:
            return
        server.base_url = self._address.text().strip()
        server.allow_plain = self._plain.isChecked()
        if result != self._settings:
            self._apply(result)
