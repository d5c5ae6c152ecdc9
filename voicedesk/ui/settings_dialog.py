"""The settings: a page for each concern, everything applied at once, nothing to confirm."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from voicedesk.core.settings import Settings
from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.navigation import ICON_ROLE, NavigationDelegate
from voicedesk.ui.ports import DeviceLister, KeyStore, SettingsChanged
from voicedesk.ui.settings_editors import DeviceEditor
from voicedesk.ui.settings_fields import Field, Page, translated
from voicedesk.ui.settings_rows import SettingRow, editor_for
from voicedesk.ui.settings_schema import PAGES
from voicedesk.ui.settings_server import ServerEditor
from voicedesk.ui.settings_values import read, with_value


class SettingsDialog(QDialog):
    """A list of pages and the chosen one. Stays open beside the window."""

    def __init__(
        self,
        settings: Settings,
        *,
        keys: KeyStore,
        devices: DeviceLister,
        changed: SettingsChanged,
        parent: QWidget | None = None,
    ) -> None:
        """``changed`` is called with new settings for each change."""
        super().__init__(parent)
        self._settings = settings
        self._changed = changed
        self._devices = devices
        self._rows: list[SettingRow] = []
        unit = em(self)
        self.setWindowTitle(self.tr("Settings"))
        self._server = ServerEditor(settings, keys, self._apply, self)
        self._pages = QListWidget(self)
        self._pages.setAccessibleName(self.tr("Pages"))
        self._pages.setFrameShape(QFrame.Shape.NoFrame)
        self._pages.setItemDelegate(NavigationDelegate(self._pages))
        self._pages.setMouseTracking(True)
        self._pages.viewport().setAutoFillBackground(False)
        self._pages.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages.setFixedWidth(12 * unit)
        self._stack = QStackedWidget(self)
        for page in PAGES:
            item = QListWidgetItem(translated(page.title))
            item.setData(ICON_ROLE, page.icon)
            self._pages.addItem(item)
            self._stack.addWidget(self._build_page(page))
        self._pages.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._pages.setCurrentRow(0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        side = QVBoxLayout()
        side.setContentsMargins(int(0.6 * unit), int(0.8 * unit), int(0.6 * unit), int(0.6 * unit))
        side.addWidget(self._pages)
        layout.addLayout(side)
        layout.addWidget(self._stack, 1)
        self.resize(52 * unit, 41 * unit)
        self._style()
        self._show()

    # ------------------------------------------------------------------------------ building

    def _build_page(self, page: Page) -> QWidget:
        unit = em(self)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(2 * unit, int(1.6 * unit), 2 * unit, int(1.6 * unit))
        layout.setSpacing(int(1.3 * unit))
        title = QLabel(translated(page.title))
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.45)
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        layout.addWidget(title)
        if page.name == "server":
            layout.addWidget(self._server)
        for field in page.fields:
            row = SettingRow(field, editor_for(field, self._devices), self._on_edited)
            self._rows.append(row)
            layout.addWidget(row)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _style(self) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Base, theme.scheme(self.palette()).field)
        self.setPalette(palette)

    # ------------------------------------------------------------------------------ values

    def show_settings(self, settings: Settings) -> None:
        """Show settings that were changed elsewhere."""
        if settings is not self._settings:
            self._settings = settings
            self._server.show_settings(settings)
            self._show()

    def _show(self) -> None:
        for row in self._rows:
            row.show_settings(self._settings)
        for index, page in enumerate(PAGES):
            self._pages.setRowHidden(index, not page.applies(self._settings))
        if self._pages.isRowHidden(self._pages.currentRow()):
            self.show_page("pipeline")  # what was looked at means nothing any more

    def _on_edited(self, field: Field, value: object) -> None:
        if read(self._settings, field.path) != value:
            self._apply(with_value(self._settings, field.path, value))

    def _apply(self, settings: Settings) -> None:
        self.show_settings(settings)
        self._changed(settings)

    def show_page(self, name: str) -> None:
        """Turn to a page."""
        for row, page in enumerate(PAGES):
            if page.name == name:
                self._pages.setCurrentRow(row)

    # ------------------------------------------------------------------------------ Qt

    def showEvent(self, event: QShowEvent) -> None:
        for row in self._rows:
            if isinstance(row.editor, DeviceEditor):
                row.editor.refresh()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_pages"):
            self._style()
