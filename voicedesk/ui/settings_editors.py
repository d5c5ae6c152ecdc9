"""Editors of single values: numbers, switches, words, text and devices."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QPlainTextEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from voicedesk.core.settings import DeviceChoice, Settings
from voicedesk.ui.icons import em
from voicedesk.ui.ports import DeviceLister
from voicedesk.ui.settings_fields import (
    Choice,
    Decimal,
    Device,
    Field,
    Percent,
    Switch,
    Whole,
    Words,
    translated,
)
from voicedesk.ui.widgets import OutlinedCheckBox

_TYPING_PAUSE_MS = 400
_LIST_AGAIN_MS = 2000


class Editor(QWidget):
    """Base of editors: a widget that shows a value and tells when the user changed it."""

    edited = Signal(object)

    def __init__(self, field: Field, control: QWidget) -> None:
        super().__init__()
        self.field = field
        self.control = control
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(control)
        control.setAccessibleName(translated(field.label))
        control.setAccessibleDescription(translated(field.help))

    def show_value(self, value: Any) -> None:
        """Show a value without telling that it was edited."""
        raise NotImplementedError

    def prepare(self, settings: Settings) -> None:
        """Take in what the choices depend on, before a value is shown. Most depend on nothing."""

    def default_in_words(self) -> str:
        """The default as the user would read it, empty where it is obvious."""
        return ""


class WholeEditor(Editor):
    """A spin box."""

    def __init__(self, field: Whole) -> None:
        self._box = QSpinBox()
        super().__init__(field, self._box)
        self._box.setRange(*field.bounds)
        self._box.setSingleStep(field.step)
        self._box.setSuffix(f" {field.unit}")
        self._box.setKeyboardTracking(False)
        self._box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._box.setMinimumWidth(9 * em(self))
        self._box.valueChanged.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        self._box.blockSignals(True)
        self._box.setValue(value)
        self._box.blockSignals(False)

    def default_in_words(self) -> str:
        assert isinstance(self.field, Whole)
        return f"{self.field.default}\N{NO-BREAK SPACE}{self.field.unit}"


class DecimalEditor(Editor):
    """A spin box with decimals."""

    def __init__(self, field: Decimal) -> None:
        self._box = QDoubleSpinBox()
        super().__init__(field, self._box)
        self._unit = field.unit
        self._box.setDecimals(2)
        self._box.setRange(*field.bounds)
        self._box.setSingleStep(field.step)
        self._box.setSuffix(f" {field.unit}")
        self._box.setKeyboardTracking(False)
        self._box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._box.setMinimumWidth(9 * em(self))
        self._box.valueChanged.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        self._box.blockSignals(True)
        self._box.setValue(value)
        self._box.blockSignals(False)

    def default_in_words(self) -> str:
        number = self._box.locale().toString(self.field.default, "f", 2)
        return f"{number}\N{NO-BREAK SPACE}{self._unit}"


class PercentEditor(Editor):
    """A spin box in percent, for a share from 0 to 1."""

    def __init__(self, field: Percent) -> None:
        self._box = QSpinBox()
        super().__init__(field, self._box)
        self._box.setRange(0, 100)
        self._box.setSingleStep(field.step)
        self._box.setSuffix("\N{NO-BREAK SPACE}%")
        self._box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._box.setMinimumWidth(9 * em(self))
        self._box.valueChanged.connect(lambda value: self.edited.emit(value / 100))

    def show_value(self, value: Any) -> None:
        self._box.blockSignals(True)
        self._box.setValue(round(value * 100))
        self._box.blockSignals(False)

    def default_in_words(self) -> str:
        return f"{round(self.field.default * 100)}\N{NO-BREAK SPACE}%"


class SwitchEditor(Editor):
    """A check box."""

    def __init__(self, field: Switch) -> None:
        self._box = OutlinedCheckBox(translated(field.label))
        super().__init__(field, self._box)
        self._box.toggled.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        self._box.blockSignals(True)
        self._box.setChecked(value)
        self._box.blockSignals(False)

    def default_in_words(self) -> str:
        return self.tr("on") if self.field.default else self.tr("off")


class ChoiceEditor(Editor):
    """An editable combo box: suggestions, and whatever else the server offers."""

    def __init__(self, field: Choice) -> None:
        self._box = QComboBox()
        super().__init__(field, self._box)
        self._box.setEditable(True)
        self._box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._box.addItems(list(field.suggestions))
        self._box.setMinimumWidth(8 * em(self))
        self._shown = ""
        self._may_be_empty = bool(field.when_empty)
        self._box.textActivated.connect(self._tell)
        line = self._box.lineEdit()
        assert line is not None
        line.setPlaceholderText(translated(field.when_empty) if field.when_empty else "")
        line.setMaxLength(200)
        line.setAccessibleName(translated(field.label))
        line.editingFinished.connect(lambda: self._tell(self._box.currentText()))

    def _tell(self, text: str) -> None:
        text = text.strip()
        if not text and not self._may_be_empty:
            self._box.setEditText(self._shown)  # an empty name means nothing to a server
        elif text != self._shown:
            self._shown = text
            self.edited.emit(text)

    def show_value(self, value: Any) -> None:
        self._shown = value
        if self._box.currentText() != value:
            self._box.setEditText(value)

    def default_in_words(self) -> str:
        assert isinstance(self.field, Choice)
        return str(self.field.default) or translated(self.field.when_empty)


class WordsEditor(Editor):
    """Several lines of text. Told after a pause in typing, and when the focus goes."""

    def __init__(self, field: Words) -> None:
        self._edit = QPlainTextEdit()
        super().__init__(field, self._edit)
        self._edit.setTabChangesFocus(True)
        self._edit.setFixedHeight(8 * em(self))
        self._shown = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self._edit.textChanged.connect(self._pause.start)
        self._edit.installEventFilter(self)

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusOut, QEvent.Type.Hide}:
            self._tell()
        return False

    def _tell(self) -> None:
        self._pause.stop()
        text = self._edit.toPlainText()
        if text != self._shown:
            self._shown = text
            self.edited.emit(text)

    def show_value(self, value: Any) -> None:
        self._shown = value
        if self._edit.toPlainText() != value:
            self._edit.setPlainText(value)
        self._pause.stop()

    def default_in_words(self) -> str:
        return self.tr("the text that VoiceDesk comes with")


class DeviceEditor(Editor):
    """The devices that are there now, and the chosen one even when it is not."""

    def __init__(self, field: Device, devices: DeviceLister) -> None:
        self._box = QComboBox()
        super().__init__(field, self._box)
        self._devices = devices
        self._kind = field.kind
        self._present: list[DeviceChoice] = []
        self._shown: DeviceChoice | None = None
        self._box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._box.setMinimumContentsLength(16)
        self._box.activated.connect(self._tell)
        self._again = QTimer(self)
        self._again.setInterval(_LIST_AGAIN_MS)
        self._again.timeout.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        self._present = self._list()
        self._fill()
        self._again.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._again.stop()
        super().hideEvent(event)

    def _list(self) -> list[DeviceChoice]:
        return list(getattr(self._devices(), self._kind))

    def refresh(self) -> None:
        """List the devices anew, though not under the hand of somebody who chooses."""
        if self._box.view().isVisible():
            return
        present = self._list()
        if present != self._present:
            self._present = present
            self._fill()

    def _fill(self) -> None:
        self._box.clear()
        self._box.addItem(self.tr("System default"), None)
        names = [device.name for device in self._present]
        for device in self._present:
            # The sound system is named only where two devices would look alike.
            label = device.name
            if names.count(device.name) > 1:
                label = f"{device.name} ({device.host_api})"
            self._box.addItem(label, device)
        if self._shown is not None and self._shown not in self._present:
            self._box.addItem(
                self.tr("{name} (not connected)").format(name=self._shown.name), self._shown
            )
        for index in range(self._box.count()):
            if self._box.itemData(index) == self._shown:
                self._box.setCurrentIndex(index)

    def _tell(self, index: int) -> None:
        self._shown = self._box.itemData(index)
        self.edited.emit(self._shown)

    def show_value(self, value: Any) -> None:
        self._shown = value
        if self.isVisible():
            self._fill()

    def default_in_words(self) -> str:
        return self.tr("System default")
