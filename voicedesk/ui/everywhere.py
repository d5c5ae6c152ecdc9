"""The talk key while another window is in use: what it does there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from voicedesk.conversation.control import TalkControl
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.settings import Settings, Talk, TalkKeyName
from voicedesk.core.tasks import TaskSet
from voicedesk.hotkey import base
from voicedesk.ui.elsewhere import hindrance
from voicedesk.ui.main_window import MainWindow

log = logging.getLogger(__name__)

_TOPIC = "talk key"


class Everywhere(QObject):
    """Watches the talk key for the window while none of ours is in use; within the window Qt tells of it."""

    _went_down = Signal(float)
    _went_up = Signal(float)
    _failed = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        control: TalkControl,
        wake: Callable[[], Awaitable[None]],
        hindered: Callable[[Settings], str] = hindrance,
    ) -> None:
        """Nothing is watched before ``use``. ``wake`` has the microphone ready, which rests meanwhile."""
        super().__init__()
        self._window = window
        self._control = control
        self._wake = wake
        self._hindered = hindered
        self._tasks = TaskSet()
        self._changing = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._watch: base.Watch | None = None
        self._key: TalkKeyName | None = None
        # what a watch tells on its thread is taken on this one
        queued = Qt.ConnectionType.QueuedConnection
        self._went_down.connect(self._on_down, queued)
        self._went_up.connect(self._on_up, queued)
        self._failed.connect(self._on_failed, queued)

    async def use(self, settings: Settings) -> None:
        """Watch the key that the settings name, or none."""
        async with self._changing:
            wanted = self._wanted(settings.talk, self._hindered(settings))
            if wanted == self._key:
                return
            await self._let_go()
            self._window.messages.clear(_TOPIC)
            if wanted is not None:
                await self._begin(wanted)

    @staticmethod
    def _wanted(talk: Talk, hindrance: str) -> TalkKeyName | None:
        return talk.key if talk.everywhere and not hindrance else None

    async def _begin(self, key: TalkKeyName) -> None:
        told = base.Told(self._went_down.emit, self._went_up.emit, self._failed.emit)
        self._key = key  # a key that is refused is not asked for again until it is another one
        try:
            self._watch = await asyncio.to_thread(base.watch, key, told)
        except VoiceDeskError as error:
            self._on_failed(error)
            return
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._attend)
        self._attend(application.applicationState())

    async def _let_go(self) -> None:
        watch, self._watch, self._key = self._watch, None, None
        if watch is not None:
            application = QGuiApplication.instance()
            assert isinstance(application, QGuiApplication)
            application.applicationStateChanged.disconnect(self._attend)
            await asyncio.to_thread(watch.close)

    def _attend(self, state: Qt.ApplicationState) -> None:
        if self._watch is not None:
            self._watch.attend(is_on=state is not Qt.ApplicationState.ApplicationActive)

    def _on_down(self, at: float) -> None:
        self._tasks.spawn(self._down(at), name="talk key in another window")

    def _on_up(self, at: float) -> None:
        self._tasks.spawn(self._up(at), name="talk key up in another window")

    async def _down(self, at: float) -> None:
        async with self._turn:
            if not self._control.microphone_ready:
                await self._wake()
            self._window.talk_input.down_elsewhere(at)

    async def _up(self, at: float) -> None:
        async with self._turn:  # after its down, however long the microphone took
            self._window.talk_input.up_elsewhere(at)

    def _on_failed(self, error: VoiceDeskError) -> None:
        log.info("talk key in other windows: %s", error.detail)
        self._window.show_error(_TOPIC, error)

    async def close(self) -> None:
        """Watch no longer."""
        async with self._changing:
            await self._let_go()
        for signal in (self._went_down, self._went_up, self._failed):
            signal.disconnect()
        await self._tasks.close()
        self.deleteLater()
