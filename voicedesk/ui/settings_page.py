"""A page of the settings: its title and its rows, built when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from voicedesk.core.settings import Settings
from voicedesk.ui.icons import em
from voicedesk.ui.ports import DeviceLister
from voicedesk.ui.roomy import FocusFollower
from voicedesk.ui.settings_fields import Field, Page, Panel
from voicedesk.ui.settings_rows import PanelRow, SettingRow, editor_for
from voicedesk.ui.settings_texts import translated

Panels = Mapping[str, Callable[[], QWidget]]
"""How the parts are made that are no single settings, by their names."""


_NARROW_EM = 34
"""In less the words of a row had hardly any room beside what is edited."""


class SettingsPage(QScrollArea):
    """The rows of a page. Scrolls only where the text is so large that they do not fit."""

    def __init__(
        self,
        page: Page,
        *,
        devices: DeviceLister,
        panels: Panels,
        changed: Callable[[Field, object], None],
    ) -> None:
        super().__init__()
        unit = em(self)
        self.rows: dict[str, SettingRow | PanelRow] = {}
        inner = QWidget()
        layout = self._layout = QVBoxLayout(inner)
        self._set_margins(is_narrow=False)
        layout.setSpacing(int(0.7 * unit))
        title = QLabel(translated(page.title))
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.45)
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        title.setContentsMargins(unit // 3, 0, 0, 0)  # in line with the rows
        layout.addWidget(title)
        for field in page.fields:
            row = self._row(field, devices, panels, changed)
            if row is not None:
                self.rows[field.path] = row
                layout.addWidget(row)
        layout.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(inner)
        self.setFocusPolicy(self.focusPolicy().NoFocus)
        FocusFollower(self)

    def _set_margins(self, *, is_narrow: bool) -> None:
        left, right = (0.6, 0.4) if is_narrow else (2.0, 1.2)
        unit = em(self)
        self._layout.setContentsMargins(int(left * unit), int(1.4 * unit), int(right * unit), unit)

    @staticmethod
    def _row(
        field: Field,
        devices: DeviceLister,
        panels: Panels,
        changed: Callable[[Field, object], None],
    ) -> SettingRow | PanelRow | None:
        if isinstance(field, Panel):
            make = panels.get(field.path)
            return PanelRow(field, make()) if make is not None else None
        return SettingRow(field, editor_for(field, devices), changed)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        for row in self.rows.values():
            row.show_settings(settings)

    def resizeEvent(self, event: QResizeEvent) -> None:
        is_narrow = self.width() < _NARROW_EM * em(self)
        self._set_margins(is_narrow=is_narrow)
        for row in self.rows.values():
            row.set_narrow(is_narrow=is_narrow)
        super().resizeEvent(event)

    def reveal(self, path: str) -> None:
        """Point out a setting and give it the keyboard."""
        row = self.rows.get(path)
        if row is not None:
            self.ensureWidgetVisible(row)
            row.take_focus()
            row.point_out()
