"""The settings: a page for each concern, everything applied at once, nothing to confirm."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from voicedesk.core.settings import Settings
from voicedesk.ui import theme
from voicedesk.ui.fitting import FittedDialog
from voicedesk.ui.icons import em
from voicedesk.ui.ports import DeviceLister, KeyStore, SettingsChanged, SoundTester
from voicedesk.ui.settings_fields import Field
from voicedesk.ui.settings_page import Panels, SettingsPage
from voicedesk.ui.settings_schema import PAGES
from voicedesk.ui.settings_search import Found
from voicedesk.ui.settings_server import ServerEditor
from voicedesk.ui.settings_sidebar import SettingsSidebar
from voicedesk.ui.settings_sound import SoundTestPanel
from voicedesk.ui.settings_transfer import Notice, SettingsTransfer
from voicedesk.ui.settings_values import read, with_value

_NARROW_EM = 46
"""In a narrower dialog a page has not the room that its rows need."""


class SettingsDialog(FittedDialog):
    """The pages and the chosen one. Stays open beside the window."""

    def __init__(
        self,
        settings: Settings,
        *,
        keys: KeyStore,
        devices: DeviceLister,
        changed: SettingsChanged,
        sound: SoundTester | None = None,
        page: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """``changed`` is called with new settings for each change; without ``sound`` there is nothing to try."""
        super().__init__(parent)
        self._settings = settings
        self._changed = changed
        self._devices = devices
        self._keys = keys
        self._panels: Panels = {"servers": self._make_server_editor}
        if sound is not None:
            self._panels = {**self._panels, "sound-test": lambda: SoundTestPanel(sound)}
        self.setWindowTitle(self.tr("Settings"))
        self.sidebar = SettingsSidebar(self)
        self._stack = QStackedWidget(self)
        for _ in PAGES:
            self._stack.addWidget(QWidget())  # its page comes when it is looked at
        self.notice = Notice(self)
        self.transfer = SettingsTransfer(
            self.notice, settings=lambda: self._settings, apply=self._apply, parent=self
        )
        self._lay_out()
        self._style()
        self.sidebar.page_chosen.connect(self._turn_to)
        self.sidebar.found.connect(self._reveal)
        self.sidebar.import_wanted.connect(self.transfer.ask_where_from)
        self.sidebar.export_wanted.connect(self.transfer.ask_where_to)
        self.sidebar.show_settings(settings)
        self.show_page(page or PAGES[0].name)
        self.sidebar.pages.setFocus()

    def _lay_out(self) -> None:
        unit = em(self)
        content = QVBoxLayout()
        content.setSpacing(0)
        content.addWidget(self._stack, 1)
        content.addWidget(self.notice)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.sidebar)
        layout.addLayout(content, 1)
        self.resize(58 * unit, 43 * unit)

    def _make_server_editor(self) -> ServerEditor:
        return ServerEditor(self._settings, self._keys, self._apply)

    def _style(self) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Base, theme.scheme(self.palette()).field)
        self.setPalette(palette)

    # ------------------------------------------------------------------------------ pages

    def page(self, name: str) -> SettingsPage:
        """A page, built if nobody has looked at it yet."""
        row = next(row for row, page in enumerate(PAGES) if page.name == name)
        return self._page_at(row)

    def _page_at(self, row: int) -> SettingsPage:
        present = self._stack.widget(row)
        if isinstance(present, SettingsPage):
            return present
        made = SettingsPage(
            PAGES[row], devices=self._devices, panels=self._panels, changed=self._on_edited
        )
        made.show_settings(self._settings)
        self._stack.insertWidget(row, made)
        if present is not None:
            self._stack.removeWidget(present)
            present.deleteLater()
        return made

    def _turn_to(self, row: int) -> None:
        if row >= 0:
            self._stack.setCurrentWidget(self._page_at(row))

    @property
    def here(self) -> str:
        """The page that is shown."""
        return PAGES[self.sidebar.pages.currentRow()].name

    def show_page(self, name: str) -> None:
        """Turn to a page."""
        self.sidebar.show_page(name)

    def _reveal(self, found: Found) -> None:
        self.reveal(found.page.name, found.field.path)

    def reveal(self, page: str, path: str) -> None:
        """Turn to a page and point out one of its settings."""
        self.show_page(page)
        self.page(page).reveal(path)

    # ------------------------------------------------------------------------------ values

    def show_settings(self, settings: Settings) -> None:
        """Show settings that were changed elsewhere."""
        if settings is self._settings:
            return
        self._settings = settings
        for row in range(self._stack.count()):
            page = self._stack.widget(row)
            if isinstance(page, SettingsPage):
                page.show_settings(settings)
        self.sidebar.show_settings(settings)

    def _on_edited(self, field: Field, value: object) -> None:
        if read(self._settings, field.path) != value:
            self._apply(with_value(self._settings, field.path, value))

    def _apply(self, settings: Settings) -> None:
        self.show_settings(settings)
        self._changed(settings)

    # ------------------------------------------------------------------------------ Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.sidebar.set_narrow(is_narrow=self.width() < _NARROW_EM * em(self))
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_stack"):
            self._style()
