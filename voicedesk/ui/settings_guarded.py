"""A switch that something may stand in the way of, which is then said beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicedesk.core.settings import Settings
from voicedesk.ui.settings_editors import SwitchEditor
from voicedesk.ui.settings_fields import Switch
from voicedesk.ui.settings_texts import translated
from voicedesk.ui.widgets import QuietLabel


def _nothing(_settings: Settings) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class GuardedSwitch(Switch):
    """A switch that can be used only where nothing stands in its way.

    Attributes:
        hindrance: What does, in an untranslated sentence; empty for nothing.
    """

    hindrance: Callable[[Settings], str] = _nothing


class GuardedSwitchEditor(SwitchEditor):
    """A check box, and below it why it cannot be used. One that is on can always be taken off."""

    def __init__(self, field: GuardedSwitch) -> None:
        super().__init__(field)
        self._hindrance = field.hindrance
        self._told = self._help = ""
        self._reason = QuietLabel()
        self._reason.setWordWrap(True)
        self._reason.hide()
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._reason)

    def describe(self, text: str) -> None:
        self._help = text
        super().describe(" ".join(filter(None, (self._told, text))))

    def prepare(self, settings: Settings) -> None:
        self._told = translated(told) if (told := self._hindrance(settings)) else ""
        self._reason.setText(self._told)
        self._reason.setVisible(bool(self._told))
        self.describe(self._help)

    def show_value(self, value: object) -> None:
        super().show_value(value)
        self.control.setEnabled(bool(value) or not self._told)
