"""What opens beside the main window: the first run and the history. Made when they are first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voicedesk.app import Application
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.tasks import TaskSet
from voicedesk.ui.first_run_ports import FirstRunPorts

if TYPE_CHECKING:  # the window paints before its dialogs are loaded
    from voicedesk.ui.first_run import FirstRun
    from voicedesk.ui.history_dialog import HistoryDialog


class Dialogs:
    """Opens them when the window says that they are wanted."""

    def __init__(self, desktop: Application) -> None:
        self._desktop = desktop
        self._tasks = TaskSet()
        self._first_run: FirstRun | None = None
        self._history: HistoryDialog | None = None
        desktop.window.first_run_wanted.connect(self.open_first_run)
        desktop.window.history_wanted.connect(self.open_history)
        desktop.window.new_wanted.connect(self.begin_conversation)
        desktop.window.rebuilt.connect(self._forget_closed)

    def open_first_run(self) -> FirstRun:
        """Show the first run, from its first step."""
        from voicedesk.ui.first_run import FirstRun

        if self._first_run is None:
            desktop = self._desktop
            self._first_run = FirstRun(
                FirstRunPorts(
                    control=desktop.desk.conductor,
                    settings=lambda: desktop.window.settings,
                    change=desktop.window.change_settings,
                    keys=desktop.key_store,
                    devices=desktop.list_devices,
                    tester=desktop.sound_check,
                    connect=desktop.connect_server,
                ),
                desktop.window,
            )
        self._first_run.start()
        return self._first_run

    def open_history(self) -> HistoryDialog | None:
        """Show earlier conversations. None where nothing is kept on disk."""
        keeping = self._desktop.desk.keeping
        if keeping is None:
            return None
        from voicedesk.ui.history_dialog import HistoryDialog
        from voicedesk.ui.history_ports import HistoryPorts

        if self._history is None:
            desktop = self._desktop
            self._history = HistoryDialog(
                HistoryPorts(
                    conversations=keeping.history,
                    current=lambda: keeping.conversation,
                    proceed=desktop.open_conversation,
                    is_kept=lambda: desktop.desk.settings.privacy.history,
                ),
                desktop.window,
            )
        self._history.start()
        return self._history

    def begin_conversation(self) -> None:
        """Begin a new conversation, which knows nothing of the one before."""
        self._tasks.spawn(self._begin(), name="a new conversation")

    async def _begin(self) -> None:
        try:
            await self._desktop.open_conversation()
        except VoiceDeskError as error:
            self._desktop.window.show_error("history", error)

    def introduce(self, kept: Callable[[], bool]) -> None:
        """Show the first run as soon as the devices are open. It comes once, also when it is closed half-way.

        Args:
            kept: Whether settings have been written by now, so that the next start is no first one.
        """
        self._tasks.spawn(self._introduce(kept), name="the first run")

    async def _introduce(self, kept: Callable[[], bool]) -> None:
        desktop = self._desktop

        def keep() -> None:
            if not kept():
                desktop.window.change_settings(desktop.window.settings)

        await desktop.wake()
        self.open_first_run().over.connect(keep)

    def _forget_closed(self) -> None:
        """The window speaks another language: what opens from now on speaks it too."""
        if self._first_run is not None and not self._first_run.isVisible():
            self._tasks.spawn(_discard(self._first_run), name="discarding the first run")
            self._first_run = None
        if self._history is not None and not self._history.isVisible():
            self._tasks.spawn(_discard(self._history), name="discarding the history")
            self._history = None

    async def close(self) -> None:
        """Close what is open. The application is closed after."""
        await self._tasks.close()
        if self._first_run is not None:
            await self._first_run.stop()
        if self._history is not None:
            await self._history.stop()


async def _discard(dialog: FirstRun | HistoryDialog) -> None:
    await dialog.stop()
    dialog.deleteLater()
