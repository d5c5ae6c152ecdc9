"""The desktop application: Qt, the loop, the window, and the desk behind it."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from voicedesk.audio.io import AudioInput, AudioOutput
from voicedesk.conversation.logs import write_log
from voicedesk.conversation.sound_check import SoundCheck
from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.clock import now
from voicedesk.core.errors import SoundError, VoiceDeskError
from voicedesk.core.events import Event, SoundTrouble, StateChanged
from voicedesk.core.settings import Mode, Settings
from voicedesk.core.settings_changes import with_change
from voicedesk.core.tasks import TaskSet
from voicedesk.core.turn import State
from voicedesk.desk import Desk
from voicedesk.key_store import KeyStore
from voicedesk.providers.keys import Keys
from voicedesk.second_tries import SecondTries
from voicedesk.ui import theme, translation, window_place
from voicedesk.ui.desktop import QtDesktop
from voicedesk.ui.everywhere import Everywhere
from voicedesk.ui.garbage import Garbage
from voicedesk.ui.looks import Looks
from voicedesk.ui.loop import Loop
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.ports import Devices
from voicedesk.ui.window_modes import WindowModes

if TYPE_CHECKING:
    from voicedesk.conversation.sound import SoundDevices

log = logging.getLogger(__name__)


def make_application(arguments: list[str] | None = None) -> QApplication:
    """The one QApplication of the process."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(arguments or sys.argv[:1])
        application.setApplicationName("VoiceDesk")
        application.setApplicationDisplayName("VoiceDesk")
        QGuiApplication.setDesktopFileName("voicedesk")
        theme.install(application)
        translation.use(application)
    application.setQuitOnLastWindowClosed(False)  # the loop ends when everything is closed
    return application


def run_on_qt(work: Callable[[QApplication], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine on Qt's loop and close the loop before the application goes."""
    application = make_application()
    garbage = Garbage(application)
    try:
        with asyncio.Runner(loop_factory=lambda: Loop(application)) as runner:
            return runner.run(work(application))
    finally:
        garbage.release()


class Application(QObject):
    """The window and the desk, and what goes between them.

    Attributes:
        desk: Everything but the window.
        window: The main window.
        sound: The sound devices, once they are open; None when files stand in for them.
        key_store: The keys as dialogs may see them.
        sound_check: Tries the devices.
        tries: Has what was not answered asked again.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        file: SettingsFile | None = None,
        microphone: AudioInput | None = None,
        speaker: AudioOutput | None = None,
    ) -> None:
        """Build the window; ``start`` brings it to life.

        Args:
            settings: To begin with.
            file: Where changed settings are kept; None keeps them for this run only.
            microphone: Takes the place of the sound devices, for a demonstration or a test.
            speaker: The same.
        """
        super().__init__()
        self._file = file
        self._kept = self._shown = settings
        self._keys = Keys(Folders.find().config)
        self._tasks = TaskSet()
        self._applying, self._wants_rebuild = asyncio.Lock(), False
        self._closing, self._tried_sound = asyncio.Event(), asyncio.Event()
        self._looks = Looks(make_application())
        self._looks.apply(settings.appearance)
        write_log(is_on=settings.privacy.logs)
        self.desk = Desk(
            settings,
            keys=self._keys,
            microphone=microphone,
            speaker=speaker,
            desktop=QtDesktop(),
            confirm=self._confirm,
            keep=file is not None,
        )
        self._own_devices = microphone is None and speaker is None
        self.sound: SoundDevices | None = None
        self.sound_check = SoundCheck(self.desk.conductor)
        self.key_store = KeyStore(self._keys, self.desk.servers, self._key_changed)
        self.tries = SecondTries(self.desk, self.use_for_now)
        self.window = self._make_window(settings)
        self.modes = self._make_modes()
        self._put_back()
        self._everywhere = Everywhere(self.window, self.desk.conductor, self.wake)
        self._stop_watching = self.desk.conductor.observe(self._on_event)

    # ------------------------------------------------------------------------------------- life

    async def start(self) -> None:
        """Open the sound devices, then the connection, behind the painted window.

        Being able to talk comes first: what is said before the server is connected is kept and sent.
        """
        if garbage := make_application().findChild(Garbage):
            garbage.is_quiet = lambda: self._is_at_rest
        if self._file is not None and self._file.problem is not None:
            self.window.show_error("settings", self._file.problem)
        self._tasks.spawn(self.desk.warm(), name="warming the server")
        if self._own_devices:
            # The window is painted before numpy and PortAudio are loaded, and they load on a thread.
            module = await asyncio.to_thread(import_module, "voicedesk.conversation.sound")
            self.sound = sound = module.SoundDevices(self.desk.conductor)
            self.desk.figures.devices = sound.counts
            sound.mute(is_on=self.modes.mute_action.isChecked())
            await sound.open(self.desk.settings)
            make_application().applicationStateChanged.connect(self._attend)
        self._tried_sound.set()
        self._follow_desktop()
        make_application().applicationStateChanged.connect(self._follow_desktop)
        await self._everywhere.use(self.desk.settings)
        self.modes.show_tray()
        self._tasks.spawn(self.desk.look_back(), name="looking for takes that were cut")
        await self.desk.start()

    async def run(self) -> None:
        """Return when the window has been closed."""
        await self._closing.wait()

    async def wake(self) -> None:
        """Have the microphone ready although the window is not in use, as far as it can be."""
        await self._tried_sound.wait()
        if self.sound is not None:
            await self.sound.wake()

    def end(self) -> None:
        """Have ``run`` return, as if the window had been closed."""
        self._closing.set()

    async def close(self) -> None:
        """Let go of everything: first of the user's hand, last of the window."""
        self._stop_watching()
        if self._tried_sound.is_set():
            make_application().applicationStateChanged.disconnect(self._follow_desktop)
        self.window.close()
        await self._everywhere.close()
        await self.tries.close()
        await self.sound_check.close()
        await self.key_store.close()
        await self._tasks.close()
        await self.desk.close()
        if self.sound is not None:
            make_application().applicationStateChanged.disconnect(self._attend)
            await self.sound.close()
        self.window.deleteLater()
        self._looks.restore()
        self.deleteLater()

    def _put_back(self) -> None:
        """Have the window where it was when it was closed last, where anything is kept from run to run."""
        if self._file is None:
            return
        file = Folders.find().data / "window.json"
        place = window_place.load(file)
        window_place.put_back(self.window, place)
        self.modes.compact.place = place.compact
        self.window.closed.connect(lambda: self._keep_place(file))

    def _keep_place(self, file: Path) -> None:
        try:
            window_place.save(file, self.modes.compact.window_place)
        except OSError as error:  # nothing is lost that the user would miss
            log.info("the window's place cannot be kept: %s", error)

    # ---------------------------------------------------------------------------------- changes

    async def use_mode(self, mode: Mode) -> None:
        """Answer the next turns with another pipeline, in the same conversation. Not kept for the next start."""
        await self.use_for_now(self.desk.settings.model_copy(update={"mode": mode}))

    async def use_for_now(self, settings: Settings) -> None:
        """Take settings into use and show them. Not kept for the next start."""
        self._shown = settings
        self.window.show_settings(settings)
        await self._apply(settings, self.desk.conductor.turn)

    async def open_conversation(self, conversation: str | None = None) -> None:
        """Begin a new conversation, or go on with one of the history, by its id.

        Raises:
            StorageError: It cannot be read.
        """
        if self.desk.keeping is not None:
            async with self._applying:
                await self.desk.keeping.open(conversation)

    async def _confirm(self, question: str, detail: str) -> bool:
        return await self.window.confirm(question, detail)

    def _settings_changed(self, settings: Settings) -> None:
        self._kept = with_change(self._kept, self._shown, settings)
        self._shown = settings
        if self._file is not None:
            try:
                self._file.save(self._kept)
            except VoiceDeskError as error:
                self.window.show_error("settings", error)
        write_log(is_on=settings.privacy.logs)
        if self._looks.apply(settings.appearance):
            self._wants_rebuild = True
            self._rebuild_soon()
        self._follow_desktop()
        changed_in = self.desk.conductor.turn
        self._tasks.spawn(self._apply(settings, changed_in), name="applying settings")

    def _follow_desktop(
        self, state: Qt.ApplicationState = Qt.ApplicationState.ApplicationActive
    ) -> None:
        """At the start, and when the user comes back: perhaps from the desktop's settings."""
        if state is Qt.ApplicationState.ApplicationActive:
            self._tasks.spawn(self._looks.follow(), name="asking the desktop")

    @property
    def _is_at_rest(self) -> bool:
        return self.desk.conductor.state in {State.READY, State.FAILED}

    def _on_event(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self._rebuild_soon()

    def _rebuild_soon(self) -> None:
        """Show the window in another language or size when nothing is pressed that it would let go of."""
        if self._wants_rebuild and self._is_at_rest:
            self._wants_rebuild = False
            QTimer.singleShot(0, self._rebuild)  # the settings are still in what was clicked

    def _rebuild(self) -> None:
        """The window is made anew, and with it the modes that hold on to its parts."""
        old, is_muted = self.modes, self.modes.mute_action.isChecked()
        old.compact.set_on(is_on=False)
        old.close()
        old.deleteLater()
        self.window.rebuild()
        self.modes = self._make_modes()
        self.modes.compact.place = old.compact.place
        self.modes.mute_action.setChecked(is_muted)
        if old.tray is not None:
            self.modes.show_tray()

    def _make_window(self, settings: Settings) -> MainWindow:
        window = MainWindow(
            self.desk.conductor,
            settings,
            keys=self.key_store,
            devices=self.list_devices,
            changed=self._settings_changed,
            sound=self.sound_check,
            figures=self.desk.figures,
            recall=self.desk.recall,
            tries=self.tries,
        )
        window.closed.connect(self._closing.set)
        return window

    def _make_modes(self) -> WindowModes:
        modes = WindowModes(self.window, self.desk.conductor)
        modes.muted.connect(self._mute)
        return modes

    async def _apply(self, settings: Settings, changed_in: int) -> None:
        async with self._applying:
            sound_before = self.desk.settings.sound
            await self.desk.apply(settings, changed_in)
            if self.sound is not None and settings.sound != sound_before:
                await self.sound.use(settings)
            await self._everywhere.use(settings)

    def _mute(self, is_on: bool) -> None:  # noqa: FBT001 - what a signal hands over
        if self.sound is not None:
            self.sound.mute(is_on=is_on)

    def _key_changed(self) -> None:
        changed_in = self.desk.conductor.turn
        self._tasks.spawn(self._reconnect(changed_in), name="reconnecting with another key")

    async def _reconnect(self, changed_in: int) -> None:
        async with self._applying:
            await self.desk.reconnect(changed_in)

    async def connect_server(self) -> None:
        """Connect to the server that the settings name, when what was changed last is in use.

        Raises:
            VoiceDeskError: Why it failed.
        """
        async with self._applying:
            await self.desk.connect()
            await self.key_store.check(self.desk.settings)

    def list_devices(self) -> Devices:
        """The sound devices that are there now, as far as it is known yet: counting them takes a moment."""
        from voicedesk.audio import devices

        if self.sound is not None and (there := self.sound.listed()) is not None:
            return Devices(microphones=there.inputs, speakers=there.outputs)
        try:
            return Devices(
                microphones=[device.choice for device in devices.inputs()],
                speakers=[device.choice for device in devices.outputs()],
            )
        except SoundError as error:
            self.desk.conductor.emit(SoundTrouble(turn=0, at=now(), error=error))
            return Devices()

    def _attend(self, state: Qt.ApplicationState) -> None:
        """The microphone is warm while the window is active, and let go a while after."""
        if self.sound is not None:
            self.sound.attend(active=state is Qt.ApplicationState.ApplicationActive)
