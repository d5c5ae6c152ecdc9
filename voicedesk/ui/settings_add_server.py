"""Asks for a server: its kind, its name, and where it is."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.settings import Server
from voicedesk.providers.presets import ENTER, PRESETS, Preset, preset_of
from voicedesk.providers.profiles import address_of, needs_permission
from voicedesk.ui.announce import announce
from voicedesk.ui.fitting import FittedDialog
from voicedesk.ui.icons import em
from voicedesk.ui.roomy import ContentArea
from voicedesk.ui.widgets import QuietLabel
from voicedesk.ui.wording import error_sentence

_COMPATIBLE = "compatible"
_AGENT = "agent"


def address_problem(server: Server) -> str:
    """Why a server's address cannot be used, as a sentence; empty when it can."""
    try:
        address_of(server, "")
    except VoiceDeskError as error:
        return error_sentence(error)
    return ""


class AddServerDialog(FittedDialog):
    """Asks for the name and the address of a server.

    Signals:
        added: The server that was described.
    """

    added = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self.setWindowTitle(self.tr("Add a Server"))
        self._kind = QComboBox(self)
        self._kind.addItem(self.tr("Any server that speaks OpenAI's protocol"), _COMPATIBLE)
        for preset in PRESETS:
            self._kind.addItem(preset.name, preset.dialect)
        self._kind.addItem(self.tr("An agent that answers in events"), _AGENT)
        self._kind.activated.connect(self._take_kind)
        self._name = QLineEdit(self)
        self._name.setPlaceholderText(self.tr("My server"))
        self._address = QLineEdit(self)
        self._address.setPlaceholderText("https://example.org/v1")
        self._address.setMinimumWidth(22 * unit)
        self._plain = QCheckBox(self.tr("Allow this server without encryption"), self)
        self._problem = QuietLabel("", self)
        self._problem.setWordWrap(True)
        form = QFormLayout()
        form.setVerticalSpacing(int(0.8 * unit))
        form.addRow(self.tr("&Kind"), self._kind)
        form.addRow(self.tr("&Name"), self._name)
        form.addRow(self.tr("&Address"), self._address)
        form.addRow("", self._plain)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self._add = self._buttons.addButton(self.tr("Add"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        self._lay_out(form)
        for edit in (self._name, self._address):
            edit.textChanged.connect(self._check)
        self._plain.toggled.connect(self._check)
        self._check()

    def _lay_out(self, form: QFormLayout) -> None:
        unit = em(self)
        content = QWidget(self)
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(unit)
        inside.addWidget(self._intro())
        inside.addLayout(form)
        inside.addWidget(self._problem)
        inside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(int(1.5 * unit), int(1.2 * unit), int(1.5 * unit), unit)
        layout.setSpacing(unit)
        layout.addWidget(ContentArea(content, self.windowTitle(), self), 1)
        layout.addWidget(self._buttons)
        self.resize(33 * unit, 0)

    def _intro(self) -> QuietLabel:
        words = self.tr("Any server that speaks OpenAI's protocol, in your house or elsewhere.")
        self.setAccessibleDescription(words)
        label = QuietLabel(words, self)
        label.setWordWrap(True)
        return label

    def _take_kind(self) -> None:
        """Fill in where such a server usually is, unless something else was typed."""
        preset = preset_of(self._kind.currentData())
        usual = {"", *(each.base_url for each in PRESETS)}
        if self._address.text().strip() in usual:
            self._address.setText(preset.base_url if preset is not None else "")
        if self._name.text().strip() in {"", *(each.name for each in PRESETS)}:
            self._name.setText(preset.name if preset is not None else "")
        if preset is not None and ENTER in preset.base_url:
            self._select_gap(preset)

    def _select_gap(self, preset: Preset) -> None:
        """What only the user knows is selected, to be typed over."""
        self._address.setFocus()
        self._address.setSelection(preset.base_url.index(ENTER), len(ENTER))

    def _server(self) -> Server:
        address = self._address.text().strip()
        return Server(
            name=self._name.text().strip() or _host_of(address),
            base_url=address,
            dialect=self._kind.currentData(),
            allow_plain=self._plain.isChecked() and needs_permission(address),
        )

    def _check(self) -> None:
        address = self._address.text()
        self._plain.setVisible(needs_permission(address))
        problem = address_problem(self._server()) if address.strip() else ""
        if problem and problem != self._problem.text():
            announce(self, problem)
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._address.setAccessibleDescription(problem)
        self._add.setEnabled(bool(address.strip()) and not problem and ENTER not in address)

    def _accept(self) -> None:
        self.added.emit(self._server())
        self.accept()


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
