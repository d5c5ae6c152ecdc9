"""A row of the settings: label, editor, help, and the way back to the default."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from voicedesk.core.settings import Settings
from voicedesk.ui.icons import em
from voicedesk.ui.ports import DeviceLister
from voicedesk.ui.settings_choosers import OptionEditor, ServerChoiceEditor, ToolChoiceEditor
from voicedesk.ui.settings_editors import (
    ChoiceEditor,
    DecimalEditor,
    DeviceEditor,
    Editor,
    SwitchEditor,
    WholeEditor,
    WordsEditor,
)
from voicedesk.ui.settings_fields import (
    Choice,
    Decimal,
    Device,
    Field,
    Option,
    ServerChoice,
    Switch,
    ToolChoice,
    Whole,
    Words,
    translated,
)
from voicedesk.ui.settings_values import read
from voicedesk.ui.widgets import IconButton, QuietLabel


def editor_for(field: Field, devices: DeviceLister) -> Editor:
    """The editor of a kind of setting."""
    match field:
        case Whole():
            return WholeEditor(field)
        case Switch():
            return SwitchEditor(field)
        case Choice():
            return ChoiceEditor(field)
        case Words():
            return WordsEditor(field)
        case Device():
            return DeviceEditor(field, devices)
        case Decimal():
            return DecimalEditor(field)
        case _:
            return _chooser_for(field)


def _chooser_for(field: Field) -> Editor:
    match field:
        case Option():
            return OptionEditor(field)
        case ServerChoice():
            return ServerChoiceEditor(field)
        case ToolChoice():
            return ToolChoiceEditor(field)
        case _:
            raise TypeError(f"no editor for {field!r}")


class SettingRow(QWidget):
    """A setting with its name, its editor, what it does, its default and the way back to it."""

    def __init__(
        self, field: Field, editor: Editor, changed: Callable[[Field, object], None]
    ) -> None:
        super().__init__()
        unit = em(self)
        self.field = field
        self.editor = editor
        name = translated(field.label)
        self._back = IconButton(
            "reset", self.tr("Set {name} back to the default").format(name=name)
        )
        self._back.clicked.connect(lambda: changed(field, field.default))
        editor.edited.connect(lambda value: changed(field, value))
        heading = QHBoxLayout()
        heading.setSpacing(unit // 2)
        heading.addWidget(self._heading(name, editor))
        heading.addWidget(self._back)
        heading.addStretch(1)
        # The way back comes and goes without moving what is below.
        heading.addStrut(self._back.sizeHint().height())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(unit // 4)
        layout.addLayout(heading)
        if not isinstance(field, Switch):
            layout.addWidget(editor)
        text = self._help_text(editor)
        if text:
            help_label = QuietLabel(text)
            help_label.setWordWrap(True)
            layout.addWidget(help_label)

    @staticmethod
    def _heading(name: str, editor: Editor) -> QWidget:
        if isinstance(editor, SwitchEditor):
            return editor  # a check box is its own label
        label = QLabel(name)
        label.setBuddy(editor.control)
        return label

    def _help_text(self, editor: Editor) -> str:
        parts = []
        if self.field.help:
            parts.append(translated(self.field.help))
        default = editor.default_in_words()
        if default:
            parts.append(self.tr("Default: {value}.").format(value=default))
        return " ".join(parts)

    def show_settings(self, settings: Settings) -> None:
        """Show the value, whether there is a way back, and nothing at all where it means nothing."""
        value = read(settings, self.field.path)
        self.editor.prepare(settings)
        self.editor.show_value(value)
        self._back.setVisible(value != self.field.default)
        self.setVisible(self.field.applies(settings))
