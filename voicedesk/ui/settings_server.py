"""The part of the settings that chooses a server, says where it is, and takes its key."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from voicedesk.core.settings import BUILTIN, OPENAI, Server, Settings
from voicedesk.providers.profiles import needs_permission, quirks_of
from voicedesk.providers.retirement import retiring
from voicedesk.ui.fitting import ButtonRow
from voicedesk.ui.icons import em
from voicedesk.ui.ports import KeyStore
from voicedesk.ui.roomy import settle
from voicedesk.ui.server_test import ServerTestDialog, retirement_notes
from voicedesk.ui.settings_add_server import AddServerDialog, address_problem
from voicedesk.ui.settings_key import KeyEditor
from voicedesk.ui.settings_values import read, with_value
from voicedesk.ui.widgets import QuietLabel, tab_through

__all__ = ["AddServerDialog", "ServerEditor", "needs_permission", "server_id"]

_FIXED = frozenset({BUILTIN, OPENAI})


def server_id(name: str, taken: frozenset[str]) -> str:
    """An id for a new server: readable, and not one that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "server"
    number, result = 1, stem
    while result in taken:
        number += 1
        result = f"{stem}-{number}"
    return result


def _place(address: str) -> tuple[str | None, int | None]:
    """Which computer an address leads to, and which program on it."""
    try:
        parts = urlsplit(address.strip())
        return parts.hostname, parts.port
    except ValueError:
        return None, None


def _uses_of(mode: str) -> tuple[str, ...]:
    """Where a pipeline keeps which servers it uses."""
    if mode == "realtime":
        return ("realtime.server",)
    return ("classic.transcription_server", "classic.thinking_server", "classic.speech_server")


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
        self._keys = keys
        self._adding: AddServerDialog | None = None
        self._testing: ServerTestDialog | None = None
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
        self._test = self._button(
            self.tr("Test Connection…"), self.tr("Test the connection"), self._test_server
        )
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
        deeds = ButtonRow(uses.spacing())
        deeds.addWidget(self._test)
        deeds.addWidget(self._use)
        uses.addLayout(deeds)
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
        tab_through(self._remove, self._test, self._use, self._address)

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
        told = (self._uses.text(), self._about.text())
        self._choice.setAccessibleDescription(" ".join(filter(None, told)))
        settle(self)

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
        is_builtin = quirks_of(server).is_ours
        self._remove.setVisible(is_own)
        self._address.setVisible(is_own)
        self._address.setText(server.base_url)
        self._plain.setVisible(is_own and needs_permission(server.base_url))
        self._plain.setChecked(server.allow_plain)
        self._key.setVisible(not is_builtin)
        if is_builtin:
            about = self.tr(
                "Runs on this computer, needs no key and no network. It knows a few skills; "
                "ask it for help to hear them."
            )
        else:
            about = address_problem(server) or (server.base_url if not is_own else "")
        today = date.today()  # noqa: DTZ011 - the user's day is meant
        going = retirement_notes(retiring(self._settings, today, chosen))
        about = "\n".join(filter(None, (about, going)))
        self._about.setText(about)
        self._about.setVisible(bool(about))
        if not is_builtin:
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

    def _test_server(self) -> None:
        self._testing = ServerTestDialog(
            self._settings, self._shown, self._keys.test, parent=self.window()
        )
        self._testing.finished.connect(self._testing.deleteLater)
        self._testing.open()

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
        address = self._address.text().strip()
        # Leave was given to one computer: another one has to be allowed anew.
        is_same = _place(address) == _place(server.base_url)
        server.base_url = address
        server.allow_plain = is_same and self._plain.isChecked()
        if result != self._settings:
            self._apply(result)
