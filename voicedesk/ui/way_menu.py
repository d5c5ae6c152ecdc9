"""Another way to have a question answered: the other pipeline, or another server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from voicedesk.core.settings import Settings
from voicedesk.ui.ports import KeyStore

if TYPE_CHECKING:  # the window paints before it is needed
    from voicedesk.providers.ways import Way


def way_name(settings: Settings, way: Way) -> str:
    """A way as people read it: "Classic · OpenAI"."""
    mode = (
        QCoreApplication.translate("ModeSwitch", "Realtime")
        if way.mode == "realtime"
        else QCoreApplication.translate("ModeSwitch", "Classic")
    )
    return f"{mode} · {settings.server(way.server).name}"


def usable_ways(settings: Settings, keys: KeyStore) -> Sequence[Way]:
    """The ways that can be gone: those to servers that need a key only where there is one."""
    from voicedesk.providers.profiles import quirks_of
    from voicedesk.providers.ways import ways_of

    def has_key(identifier: str) -> bool:
        server = settings.server(identifier)
        return not quirks_of(server).needs_key or keys.has(identifier, server)

    known = {identifier: has_key(identifier) for identifier in settings.servers}
    return [way for way in ways_of(settings) if known[way.server]]


class WayMenu(QMenu):
    """Lists the ways when it opens; the present one is marked."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        keys: KeyStore,
        chosen: Callable[[Way], object],
        parent: QWidget | None = None,
    ) -> None:
        """Nothing is looked up before it opens.

        Args:
            settings: Those in force.
            keys: Tells which servers have one.
            chosen: Called with the way that the user chose.
            parent: Owns it.
        """
        super().__init__(parent)
        self._settings = settings
        self._keys = keys
        self._chosen = chosen
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        from voicedesk.providers.ways import way_of

        settings = self._settings()
        present = way_of(settings)
        self.clear()
        for way in usable_ways(settings, self._keys):
            action = self.addAction(way_name(settings, way).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(way == present)
            action.triggered.connect(lambda _checked=False, way=way: self._chosen(way))
