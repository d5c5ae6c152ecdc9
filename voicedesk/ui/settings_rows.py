"""A row of the settings: label, editor, help, and the way back to the default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from voicedesk.core.settings import Settings
from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.ports import DeviceLister
from voicedesk.ui.settings_choosers import (
    LanguageEditor,
    OptionEditor,
    ServerChoiceEditor,
    ToolChoiceEditor,
)
from voicedesk.ui.settings_editors import (
    ChoiceEditor,
    DecimalEditor,
    DeviceEditor,
    Editor,
    PercentEditor,
    SwitchEditor,
    WholeEditor,
    WordsEditor,
)
from voicedesk.ui.settings_fields import (
    Choice,
    Decimal,
    Device,
    Field,
    LanguageChoice,
    Option,
    Percent,
    ServerChoice,
    Switch,
    ToolChoice,
    Whole,
    Words,
    translated,
)
from voicedesk.ui.settings_values import read
from voicedesk.ui.widgets import IconButton, QuietLabel

_LIT_MS = 1500
_EDITOR_EM = 18
_WIDEST_EM = 34


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
        case LanguageChoice():
            return LanguageEditor(field)
        case Percent():
            return PercentEditor(field)
        case ServerChoice():
            return ServerChoiceEditor(field)
        case ToolChoice():
            return ToolChoiceEditor(field)
        case _:
            raise TypeError(f"no editor for {field!r}")


@runtime_checkable
class ShowsSettings(Protocol):
    """A panel that depends on the settings."""

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""


class _Row(QWidget):
    """Base of rows: can be pointed out for a moment."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self._is_lit = False
        self._dim = QTimer(self)
        self._dim.setSingleShot(True)
        self._dim.setInterval(_LIT_MS)
        self._dim.timeout.connect(self._on_dim)

    def point_out(self) -> None:
        """Give the row a ground of its own for a moment, without any motion."""
        self._is_lit = True
        self._dim.start()
        self.update()

    @property
    def is_pointed_out(self) -> bool:
        """Whether it has a ground of its own now."""
        return self._is_lit

    def _on_dim(self) -> None:
        self._is_lit = False
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._is_lit:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.scheme(self.palette()).bubble)
        radius = em(self) / 2
        painter.drawRoundedRect(self.rect(), radius, radius)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""

    def take_focus(self) -> None:
        """Give the keyboard to what is edited here."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)


class PanelRow(_Row):
    """Something that is no single setting, as wide as the page."""

    def __init__(self, field: Field, panel: QWidget) -> None:
        super().__init__(field)
        self.panel = panel
        self.setFocusProxy(panel)
        layout = QVBoxLayout(self)
        margin = em(self) // 3
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.addWidget(panel)

    def show_settings(self, settings: Settings) -> None:
        if isinstance(self.panel, ShowsSettings):
            self.panel.show_settings(settings)


class SettingRow(_Row):
    """A setting with its name, its editor, what it does, its default and the way back to it."""

    def __init__(
        self, field: Field, editor: Editor, changed: Callable[[Field, object], None]
    ) -> None:
        super().__init__(field)
        unit = em(self)
        self.editor = editor
        name = translated(field.label)
        self._back = self._make_back(name)
        self._back.clicked.connect(lambda: changed(field, field.default))
        editor.edited.connect(lambda value: changed(field, value))
        wanted = editor.sizeHint().width()
        is_wide = isinstance(field, Words | ToolChoice) or wanted > _EDITOR_EM * unit
        words = QVBoxLayout()
        words.setSpacing(unit // 5)
        words.addWidget(self._heading(name, editor))
        text = self._help_text(editor)
        if text:
            help_label = QuietLabel(text)
            help_label.setWordWrap(True)
            words.addWidget(help_label)
        words.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(unit)
        line.addLayout(words, 1)
        if not is_wide and not isinstance(field, Switch):
            editor.setFixedWidth(_EDITOR_EM * unit)
            line.addWidget(editor, 0, Qt.AlignmentFlag.AlignTop)
        is_below = is_wide and not isinstance(field, Words | ToolChoice | Switch)
        if not is_below:
            line.addWidget(self._back, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        margin = unit // 3
        layout.setContentsMargins(margin, margin, 0, margin)
        layout.setSpacing(unit // 3)
        layout.addLayout(line)
        if is_below:
            editor.setFixedWidth(min(wanted, _WIDEST_EM * unit))
            layout.addLayout(self._below())
        elif is_wide and not isinstance(field, Switch):
            layout.addWidget(editor)

    def _make_back(self, name: str) -> IconButton:
        back = IconButton("reset", self.tr("Set {name} back to the default").format(name=name))
        policy = back.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # it comes and goes without moving anything
        back.setSizePolicy(policy)
        return back

    def _below(self) -> QHBoxLayout:
        """The editor and the way back beside it, where both stand under the words."""
        below = QHBoxLayout()
        below.setSpacing(em(self) // 2)
        below.addWidget(self.editor)
        below.addWidget(self._back)
        below.addStretch(1)
        return below

    @staticmethod
    def _heading(name: str, editor: Editor) -> QWidget:
        if isinstance(editor, SwitchEditor):
            return editor  # a check box is its own label
        label = QLabel(name)
        label.setWordWrap(True)
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
        self.setVisible(self.field.when.holds(settings))

    def take_focus(self) -> None:
        self.editor.control.setFocus(Qt.FocusReason.ShortcutFocusReason)
