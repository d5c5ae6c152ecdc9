"""Editors that choose from a list: one of a few values, a server, a sound device, some of the tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QSizePolicy, QWidget

from voicedesk.core.settings import BUILTIN, DeviceChoice, Settings
from voicedesk.ui.device_box import DeviceBox
from voicedesk.ui.icons import em
from voicedesk.ui.ports import DeviceLister
from voicedesk.ui.settings_editors import Editor
from voicedesk.ui.settings_fields import (
    Device,
    Field,
    LanguageChoice,
    Option,
    ServerChoice,
    ToolChoice,
)
from voicedesk.ui.settings_texts import translated
from voicedesk.ui.tool_words import GROUPS
from voicedesk.ui.translation import languages
from voicedesk.ui.widgets import OutlinedCheckBox

_LIST_AGAIN_MS = 2000


class _BoxEditor(Editor):
    """A combo box whose items are names of values."""

    def __init__(self, field: Field) -> None:
        self._box = QComboBox()
        super().__init__(field, self._box)
        self._box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._box.setMinimumContentsLength(12)
        self._box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._box.activated.connect(lambda index: self.edited.emit(self._box.itemData(index)))

    def _show_items(self, items: Sequence[tuple[Any, str]]) -> None:
        """Fill in values and their names, and say which one is the default."""
        self._box.clear()
        for value, name in items:
            is_default = value == self.field.default
            text = self.tr("{name} (default)").format(name=name) if is_default else name
            self._box.addItem(text, value)

    def _show(self, value: Any) -> None:
        self._box.setCurrentIndex(self._box.findData(value))


class OptionEditor(_BoxEditor):
    """One of a few values."""

    def __init__(self, field: Option) -> None:
        super().__init__(field)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._show_items([(value, translated(name)) for value, name in field.options])


class LanguageEditor(_BoxEditor):
    """One of the languages that the window can speak, each by its own name."""

    def __init__(self, field: LanguageChoice) -> None:
        super().__init__(field)
        self._show_items(
            [
                ("", self.tr("As the desktop")),
                *((tag, QLocale(tag).nativeLanguageName()) for tag in languages()),
            ]
        )

    def _show(self, value: Any) -> None:
        super()._show(value if self._box.findData(value) >= 0 else "")


class ServerChoiceEditor(_BoxEditor):
    """One of the servers that are set up. One that was removed shows as the built-in one, which answers then."""

    def __init__(self, field: ServerChoice) -> None:
        super().__init__(field)
        self._servers: list[tuple[str, str]] = []

    def prepare(self, settings: Settings) -> None:
        servers = [(identifier, server.name) for identifier, server in settings.servers.items()]
        if servers != self._servers:
            self._servers = servers
            self._show_items(servers)

    def _show(self, value: Any) -> None:
        known = value in (identifier for identifier, _ in self._servers)
        super()._show(value if known else BUILTIN)


class DeviceEditor(Editor):
    """The devices that are there now, and the chosen one even when it is not."""

    def __init__(self, field: Device, devices: DeviceLister) -> None:
        self._box = DeviceBox(translated(field.label))
        super().__init__(field, self._box)
        self._devices = devices
        self._kind = field.kind
        self._present: Sequence[DeviceChoice] = ()
        self._shown: DeviceChoice | None = None
        self._box.chosen.connect(self._tell)
        self._again = QTimer(self)
        self._again.setInterval(_LIST_AGAIN_MS)
        self._again.timeout.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        self._present = self._list()
        self.show_value(self._shown)
        self._again.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._again.stop()
        super().hideEvent(event)

    def _list(self) -> Sequence[DeviceChoice]:
        return tuple(getattr(self._devices(), self._kind))

    def refresh(self) -> None:
        """List the devices anew, though not under the hand of somebody who chooses."""
        if self._box.view().isVisible():
            return
        present = self._list()
        if present != self._present:
            self._present = present
            self.show_value(self._shown)

    def _tell(self, device: DeviceChoice | None) -> None:
        self._shown = device
        self.edited.emit(device)

    def _show(self, value: Any) -> None:
        self._shown = value
        self._box.show_devices(self._present, value)


class ToolChoiceEditor(Editor):
    """A check box for each kind of tool. The value names those that may not be used, others included."""

    is_across = True

    def __init__(self, field: ToolChoice) -> None:
        self._list = QWidget()
        super().__init__(field, self._list)
        self._off: list[str] = []
        self._boxes: list[QCheckBox] = []
        self._grid = QGridLayout(self._list)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(em(self) // 2)
        for group in GROUPS:
            box = OutlinedCheckBox(group.label(), self._list)
            box.setAccessibleName(group.label())
            box.clicked.connect(
                lambda is_on, names=group.names: self._switch(names, is_on=bool(is_on))
            )
            self._boxes.append(box)
        self._lay_out(columns=2)

    def _lay_out(self, *, columns: int) -> None:
        for number, box in enumerate(self._boxes):
            self._grid.addWidget(box, *divmod(number, columns))

    def set_narrow(self, *, is_narrow: bool) -> None:
        self._lay_out(columns=1 if is_narrow else 2)

    def describe(self, text: str) -> None:
        for box in self._boxes:  # the list that holds them never has the keyboard
            box.setAccessibleDescription(f"{translated(self.field.label)}: {text}")

    def _switch(self, names: tuple[str, ...], *, is_on: bool) -> None:
        self._off = [name for name in self._off if name not in names]
        if not is_on:
            self._off += names
        self.edited.emit(list(self._off))

    def _show(self, value: Any) -> None:
        self._off = list(value)
        for group, box in zip(GROUPS, self._boxes, strict=True):
            box.setChecked(not set(group.names) <= set(self._off))

    def default_in_words(self) -> str:
        return self.tr("all of them")
