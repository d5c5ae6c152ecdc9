"""Editors of single values: numbers, switches, words and text."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from voicedesk.core.settings import Settings
from voicedesk.ui.icons import em
from voicedesk.ui.settings_fields import Choice, Decimal, Field, Percent, Switch, Whole, Words
from voicedesk.ui.settings_texts import translated
from voicedesk.ui.widgets import OutlinedCheckBox

_TYPING_PAUSE_MS = 400


class Editor(QWidget):
    """Base of editors: a widget that shows a value and tells when the user changed it.

    Attributes:
        is_label: It says itself what it is the editor of.
        is_across: It is as wide as the page.
        control: What has the keyboard.

    Signals:
        edited: The user chose this value.
    """

    is_label = False
    is_across = False
    edited = Signal(object)

    def __init__(self, field: Field, control: QWidget) -> None:
        super().__init__()
        self.field = field
        self.control = control
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(control)
        control.setAccessibleName(translated(field.label))

    def describe(self, text: str) -> None:
        """What a screen reader says of it after its name."""
        self.control.setAccessibleDescription(text)

    def show_value(self, value: Any) -> None:
        """Show a value without telling that it was edited."""
        with QSignalBlocker(self.control):
            self._show(value)

    @abstractmethod
    def _show(self, value: Any) -> None:
        """Show a value."""

    def set_narrow(self, *, is_narrow: bool) -> None:
        """Get along with less room, or take all that is usual. Most are as wide as they are told to be."""

    def prepare(self, settings: Settings) -> None:
        """Take in what the choices depend on, before a value is shown. Most depend on nothing."""

    def default_in_words(self) -> str:
        """The default as the user would read it, empty where it is obvious."""
        return ""


class _NumberEditor(Editor):
    """Base of spin boxes."""

    def __init__(self, field: Whole | Decimal | Percent, box: QSpinBox | QDoubleSpinBox) -> None:
        super().__init__(field, box)
        self._unit = f"\N{NO-BREAK SPACE}{field.unit}"
        box.setSuffix(self._unit)
        box.setKeyboardTracking(False)
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        box.setMinimumWidth(9 * em(self))


class WholeEditor(_NumberEditor):
    """A spin box."""

    def __init__(self, field: Whole) -> None:
        self._box = QSpinBox()
        self._box.setRange(*field.bounds)
        self._box.setSingleStep(field.step)
        super().__init__(field, self._box)
        self._box.valueChanged.connect(self.edited.emit)

    def _show(self, value: Any) -> None:
        self._box.setValue(value)

    def default_in_words(self) -> str:
        return f"{self.field.default}{self._unit}"


class DecimalEditor(_NumberEditor):
    """A spin box with decimals."""

    def __init__(self, field: Decimal) -> None:
        self._box = QDoubleSpinBox()
        self._box.setDecimals(2)
        self._box.setRange(*field.bounds)
        self._box.setSingleStep(field.step)
        super().__init__(field, self._box)
        self._box.valueChanged.connect(self.edited.emit)

    def _show(self, value: Any) -> None:
        self._box.setValue(value)

    def default_in_words(self) -> str:
        return self._box.locale().toString(self.field.default, "f", 2) + self._unit


class PercentEditor(_NumberEditor):
    """A spin box in percent, for a share from 0 to 1."""

    def __init__(self, field: Percent) -> None:
        self._box = QSpinBox()
        self._box.setRange(0, 100)
        self._box.setSingleStep(field.step)
        super().__init__(field, self._box)
        self._box.valueChanged.connect(lambda value: self.edited.emit(value / 100))

    def _show(self, value: Any) -> None:
        self._box.setValue(round(value * 100))

    def default_in_words(self) -> str:
        return f"{round(self.field.default * 100)}{self._unit}"


class SwitchEditor(Editor):
    """A check box."""

    is_label = True

    def __init__(self, field: Switch) -> None:
        self._box = OutlinedCheckBox(translated(field.label))
        super().__init__(field, self._box)
        self._box.toggled.connect(self.edited.emit)

    def _show(self, value: Any) -> None:
        self._box.setChecked(value)

    def default_in_words(self) -> str:
        return self.tr("on") if self.field.default else self.tr("off")


class ChoiceEditor(Editor):
    """A line to type in, with a list of suggestions where there are any."""

    def __init__(self, field: Choice) -> None:
        box = self._make_box(field) if field.suggestions else None
        line = box.lineEdit() if box is not None else QLineEdit()
        assert line is not None  # the box was made editable
        super().__init__(field, box or line)
        self._line = line
        self._shown = ""
        self._may_be_empty = bool(field.when_empty)
        self._line.setPlaceholderText(translated(field.when_empty) if field.when_empty else "")
        self._line.setMaxLength(field.longest)
        self._line.setAccessibleName(translated(field.label))
        self._line.editingFinished.connect(lambda: self._tell(self._line.text()))

    def _make_box(self, field: Choice) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems(list(field.suggestions))
        box.setMinimumWidth(8 * em(box))
        box.textActivated.connect(self._tell)
        return box

    def _tell(self, text: str) -> None:
        text = text.strip()
        if not text and not self._may_be_empty:
            self._line.setText(self._shown)  # an empty name means nothing to a server
        elif text != self._shown:
            self._shown = text
            self.edited.emit(text)

    def _show(self, value: Any) -> None:
        self._shown = value
        if self._line.text() != value:
            self._line.setText(value)

    def default_in_words(self) -> str:
        return str(self.field.default) or self.tr("empty")


class WordsEditor(Editor):
    """Several lines of text. Told after a pause in typing, and when the focus goes."""

    is_across = True

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

    def _show(self, value: Any) -> None:
        self._shown = value
        if self._edit.toPlainText() != value:
            self._edit.setPlainText(value)
        self._pause.stop()

    def default_in_words(self) -> str:
        return self.tr("the text that VoiceDesk comes with")
