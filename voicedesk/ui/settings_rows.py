"""A row of the settings: label, editor, help, and the way back to the default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from voicedesk.core.settings import Settings
from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.ports import DeviceLister
from voicedesk.ui.settings_choosers import (
    DeviceEditor,
    LanguageEditor,
    OptionEditor,
    ServerChoiceEditor,
    ToolChoiceEditor,
)
from voicedesk.ui.settings_editors import (
    ChoiceEditor,
    DecimalEditor,
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
    Milliseconds,
    Option,
    Percent,
    ServerChoice,
    Switch,
    ToolChoice,
    Whole,
    Words,
)
from voicedesk.ui.settings_guarded import GuardedSwitch, GuardedSwitchEditor
from voicedesk.ui.settings_texts import translated
from voicedesk.ui.settings_values import read
from voicedesk.ui.widgets import IconButton, QuietLabel

_LIT_MS = 1500
_EDITOR_EM, _LEAST_EDITOR_EM = 18, 10
_WIDEST_EM = 34
_LONGEST_PIECE = 32


_EDITORS: dict[type[Field], Callable[[Any], Editor]] = {
    Choice: ChoiceEditor,
    Decimal: DecimalEditor,
    GuardedSwitch: GuardedSwitchEditor,
    LanguageChoice: LanguageEditor,
    Milliseconds: WholeEditor,
    Option: OptionEditor,
    Percent: PercentEditor,
    ServerChoice: ServerChoiceEditor,
    Switch: SwitchEditor,
    ToolChoice: ToolChoiceEditor,
    Whole: WholeEditor,
    Words: WordsEditor,
}


def editor_for(field: Field, devices: DeviceLister) -> Editor:
    """The editor of a kind of setting.

    Raises:
        KeyError: There is none for this kind.
    """
    if isinstance(field, Device):
        return DeviceEditor(field, devices)
    return _EDITORS[type(field)](field)


def _in_one_piece(text: str) -> str:
    """A short text that goes to the next line as a whole. Names of models have hyphens, where Qt breaks lines."""
    if len(text) > _LONGEST_PIECE:
        return text
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("-", "-\N{WORD JOINER}")


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

    def set_narrow(self, *, is_narrow: bool) -> None:
        """Get along with less room, or take all that is usual."""

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
        self._is_beside = self._is_narrow = False
        self._below: QHBoxLayout | None = None
        name = translated(field.label)
        editor.describe(self._help_text())
        self._back = self._make_back(name)
        self._back.clicked.connect(lambda: changed(field, field.default))
        editor.edited.connect(lambda value: changed(field, value))
        layout = QVBoxLayout(self)
        margin = unit // 3
        layout.setContentsMargins(margin, margin, 0, margin)
        layout.setSpacing(unit // 3)
        line = self._line = QHBoxLayout()
        line.setSpacing(unit)
        line.addLayout(self._words(name), 1)
        layout.addLayout(line)
        wanted = editor.sizeHint().width()
        if wanted > _EDITOR_EM * unit and not (editor.is_label or editor.is_across):
            editor.setFixedWidth(min(wanted, _WIDEST_EM * unit))
            self._below = self._make_below()
            layout.addLayout(self._below)
            return
        if editor.is_across:
            layout.addWidget(editor)
        elif not editor.is_label:
            self._is_beside = True
            self.editor.setFixedWidth(_EDITOR_EM * unit)
            line.addWidget(editor, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._back, 0, Qt.AlignmentFlag.AlignTop)

    def set_narrow(self, *, is_narrow: bool) -> None:
        if is_narrow is not self._is_narrow:
            self._is_narrow = is_narrow
            self.editor.set_narrow(is_narrow=is_narrow)
            if self._below is not None:
                self._move_back(self._below)
        if self._is_beside:
            usual = _EDITOR_EM * em(self)
            self.editor.setFixedWidth(min(usual, self._least_width()) if is_narrow else usual)

    def _move_back(self, below: QHBoxLayout) -> None:
        """To the words, where there is room for it in any case, or beside the editor below them."""
        to_words = self._is_narrow
        (below if to_words else self._line).removeWidget(self._back)
        if to_words:
            self._line.addWidget(self._back, 0, Qt.AlignmentFlag.AlignTop)
        else:
            below.insertWidget(1, self._back)

    def _least_width(self) -> int:
        """So wide the editor has to be, and any choice that it offers."""
        unit, advance = em(self), self.fontMetrics().horizontalAdvance
        choices = [
            advance(box.itemText(index)) + 3 * unit
            for box in self.editor.findChildren(QComboBox)
            for index in range(box.count())
        ]
        return max(_LEAST_EDITOR_EM * unit, self.editor.sizeHint().width(), *choices)

    def _make_back(self, name: str) -> IconButton:
        back = IconButton("reset", self.tr("Set {name} back to the default").format(name=name))
        policy = back.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # it comes and goes without moving anything
        back.setSizePolicy(policy)
        return back

    def _make_below(self) -> QHBoxLayout:
        """The editor and the way back beside it, where both stand under the words."""
        below = QHBoxLayout()
        below.setSpacing(em(self) // 2)
        below.addWidget(self.editor)
        below.addWidget(self._back)
        below.addStretch(1)
        return below

    def _words(self, name: str) -> QVBoxLayout:
        """The name of the setting, and below it what it does and what its default is."""
        words = QVBoxLayout()
        words.setSpacing(em(self) // 5)
        words.addWidget(self.editor if self.editor.is_label else self._heading(name))
        text = self._help_text()
        if text:
            help_label = QuietLabel(self._help_text(_in_one_piece))
            help_label.setWordWrap(True)
            words.addWidget(help_label)
        words.addStretch(1)
        return words

    def _heading(self, name: str) -> QWidget:
        label = QLabel(name)
        label.setWordWrap(True)
        label.setBuddy(self.editor.control)
        return label

    def _help_text(self, laid_out: Callable[[str], str] = str) -> str:
        """What it does, and the default as it is ``laid_out``."""
        parts = []
        if self.field.help:
            parts.append(translated(self.field.help))
        default = self.editor.default_in_words()
        if default:
            parts.append(laid_out(self.tr("Default: {value}.").format(value=default)))
        return " ".join(parts)

    def show_settings(self, settings: Settings) -> None:
        """Show the value, whether there is a way back, and nothing at all where it means nothing."""
        value = read(settings, self.field.path)
        self.editor.prepare(settings)
        self.editor.show_value(value)
        self.set_narrow(is_narrow=self._is_narrow)  # its choices may be longer ones by now
        self._back.setVisible(value != self.field.default)
        self.setVisible(self.field.when.holds(settings))

    def take_focus(self) -> None:
        self.editor.control.setFocus(Qt.FocusReason.ShortcutFocusReason)
