"""The side of the settings: the pages, the search for single settings, and the way in and out for all of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from voicedesk.core.settings import Settings
from voicedesk.ui.announce import announce
from voicedesk.ui.icons import em, icon
from voicedesk.ui.navigation import (
    ICON_ROLE,
    LEVEL_ROLE,
    NOTE_ROLE,
    NavigationDelegate,
    ResultDelegate,
)
from voicedesk.ui.settings_schema import PAGES
from voicedesk.ui.settings_search import Found, SettingsIndex, place_of
from voicedesk.ui.settings_texts import translated
from voicedesk.ui.widgets import IconButton, QuietLabel, tab_through

_FOUND_ROLE = Qt.ItemDataRole.UserRole + 3
_WHOLE_EM, _FOLDED_EM = 14.5, 5.0
_USABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class SettingsSidebar(QWidget):
    """Chooses a page or finds a setting.

    Signals:
        page_chosen: The row of a page.
        found: The user chose this setting among those that were found (a ``Found``).
        import_wanted: Settings are to be read from a file.
        export_wanted: They are to be written to one.
    """

    page_chosen = Signal(int)
    found = Signal(object)
    import_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = Settings()
        self._index: SettingsIndex | None = None
        self._is_narrow = False
        self.pages = self._list(self.tr("Pages"), NavigationDelegate)
        for page in PAGES:
            item = QListWidgetItem(translated(page.title))
            item.setData(ICON_ROLE, page.icon)
            item.setData(LEVEL_ROLE, page.level)
            self.pages.addItem(item)
        self.pages.currentRowChanged.connect(self.page_chosen)
        self.pages.itemClicked.connect(lambda _item: self._fold())
        self.results = self._list(self.tr("Settings that were found"), ResultDelegate)
        self.results.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.results.itemActivated.connect(self._choose)
        self.results.itemClicked.connect(self._choose)
        self._nothing = QuietLabel(self.tr("No setting is called that."), self)
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._stack = QStackedWidget(self)
        for widget in (self.pages, self.results, self._nothing):
            self._stack.addWidget(widget)
        self._build_search()
        self._lay_out()

    def _list(self, name: str, delegate: type[QStyledItemDelegate]) -> QListWidget:
        result = QListWidget(self)
        result.setAccessibleName(name)
        result.setFrameShape(QFrame.Shape.NoFrame)
        result.setItemDelegate(delegate(result))
        result.setMouseTracking(True)
        result.viewport().setAutoFillBackground(False)
        result.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return result

    def _build_search(self) -> None:
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search the settings"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(100)
        self._glass = QAction(self.search)
        self._glass.setIcon(icon("search", self.palette()))
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._look)
        self.search.returnPressed.connect(self._choose_first)
        self.search.installEventFilter(self)
        find = QAction(self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.triggered.connect(self.focus_search)
        self.addAction(find)

    def _lay_out(self) -> None:
        unit = em(self)
        layout = QVBoxLayout(self)
        side = int(0.6 * unit)
        layout.setContentsMargins(side, int(0.8 * unit), side, side)
        layout.setSpacing(int(0.6 * unit))
        self._more = IconButton("search", self.tr("Search, import and export"), self)
        self._more.clicked.connect(self.focus_search)
        layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.search)
        layout.addWidget(self._stack, 1)
        self._foldable: list[QWidget] = [self.search]
        for text, signal in (
            (self.tr("Import…"), self.import_wanted),
            (self.tr("Export…"), self.export_wanted),
        ):
            button = QPushButton(text, self)
            button.setAutoDefault(False)
            button.clicked.connect(signal)
            layout.addWidget(button)
            self._foldable.append(button)
        self._fold()
        tab_through(self._more, self.search, self.pages, self.results)

    def set_narrow(self, *, is_narrow: bool) -> None:
        """Show the pages by their icons alone, to leave them the room; the rest unfolds when it is wanted."""
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._fold()

    def _fold(self, *, is_folded: bool = True) -> None:
        """Fold what takes room up or down, where there is little; elsewhere it is always there."""
        is_small = self._is_narrow and is_folded
        for part in self._foldable:
            part.setVisible(not is_small)
        self._more.setVisible(is_small)
        for row in range(self.pages.count()):
            item = self.pages.item(row)
            item.setToolTip(item.text() if is_small else "")
        self.setFixedWidth(int((_FOLDED_EM if is_small else _WHOLE_EM) * em(self)))

    # ------------------------------------------------------------------------------ pages

    def show_settings(self, settings: Settings) -> None:
        """Show the pages that mean something with these settings."""
        self._settings = settings
        for row, page in enumerate(PAGES):
            is_there = page.when.holds(settings)
            self.pages.setRowHidden(row, not is_there)
            # Hidden alone it would still be turned to by typing its name.
            self.pages.item(row).setFlags(_USABLE if is_there else Qt.ItemFlag.NoItemFlags)
        if self.pages.isRowHidden(self.pages.currentRow()):
            self.show_page("pipeline")  # what was looked at means nothing any more

    def show_page(self, name: str) -> None:
        """Turn to a page.

        Raises:
            KeyError: No page is called that.
        """
        rows = {page.name: row for row, page in enumerate(PAGES)}
        self.pages.setCurrentRow(rows[name])

    # ------------------------------------------------------------------------------ search

    def focus_search(self) -> None:
        """Look for a setting."""
        self._fold(is_folded=False)
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _look(self, query: str) -> None:
        if not query.strip():
            self._stack.setCurrentWidget(self.pages)
            return
        self._fold(is_folded=False)
        if self._index is None:
            self._index = SettingsIndex(self)
        found = self._index.find(query)
        self.results.clear()
        for one in found:
            item = QListWidgetItem(translated(one.field.label))
            item.setData(NOTE_ROLE, self._note(one))
            item.setData(_FOUND_ROLE, one)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {item.data(NOTE_ROLE)}"
            )
            self.results.addItem(item)
        self.results.setCurrentRow(0 if found else -1)
        self._stack.setCurrentWidget(self.results if found else self._nothing)
        announce(self, self.results.item(0).text() if found else self._nothing.text())

    def _note(self, found: Found) -> str:
        """Where a setting is, and what it depends on where it means nothing now."""
        title = translated(found.page.title)
        place = place_of(found, self._settings)
        if place is found:
            return title
        return self.tr("{page}, depends on “{setting}”").format(
            page=title, setting=translated(place.field.label)
        )

    def _choose_first(self) -> None:
        item = self.results.currentItem()
        if self._stack.currentWidget() is self.results and item is not None:
            self._choose(item)

    def _choose(self, item: QListWidgetItem) -> None:
        found = item.data(_FOUND_ROLE)
        self.search.clear()
        self._fold()
        self.found.emit(place_of(found, self._settings))

    # ------------------------------------------------------------------------------ Qt

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """In the search: Esc empties it first, and the arrow keys go through what was found."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            return True
        if event.key() == Qt.Key.Key_Escape and self._is_narrow:
            self._fold()
            self.pages.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            if self._stack.currentWidget() is self.results:
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                last = self.results.count() - 1
                row = min(last, max(0, self.results.currentRow() + step))
                self.results.setCurrentRow(row)
                announce(self, self.results.item(row).text())
            return True
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_glass"):
            self._glass.setIcon(icon("search", self.palette()))
