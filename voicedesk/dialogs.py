"""What opens beside the main window: first run, history, unanswered takes. Made when they are first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from voicedesk.app import Application
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.tasks import TaskSet
from voicedesk.ui.first_run_ports import FirstRunPorts

if TYPE_CHECKING:  # the window paints before its dialogs are loaded
    from voicedesk.conversation.figures.turns import Figures
    from voicedesk.ui.first_run import FirstRun
    from voicedesk.ui.history_dialog import HistoryDialog
    from voicedesk.ui.unanswered_dialog import UnansweredDialog

_Dialog = TypeVar("_Dialog", "FirstRun", "HistoryDialog", "UnansweredDialog")


class Dialogs:
    """Opens them when the window says that they are wanted."""

    def __init__(self, desktop: Application) -> None:
        self._desktop = desktop
        self._tasks = TaskSet()
        self._first_run: FirstRun | None = None
        self._history: HistoryDialog | None = None
        self._unanswered: UnansweredDialog | None = None
        self._old: set[FirstRun | HistoryDialog | UnansweredDialog] = set()
        desktop.window.first_run_wanted.connect(self.open_first_run)
        desktop.window.history_wanted.connect(self.open_history)
        desktop.window.unanswered_wanted.connect(self.open_unanswered)
        desktop.window.new_wanted.connect(self.begin_conversation)
        desktop.window.rebuilt.connect(self._outdate)

    def open_first_run(self) -> FirstRun:
        """Show the first run, from its first step."""
        from voicedesk.ui.first_run import FirstRun

        dialog = self._first_run = self._current(self._first_run)
        if dialog is None:
            desktop = self._desktop
            dialog = self._first_run = FirstRun(
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
        dialog.start()
        return dialog

    def open_history(self) -> HistoryDialog | None:
        """Show earlier conversations. None where nothing is kept on disk."""
        keeping = self._desktop.desk.keeping
        if keeping is None:
            return None
        from voicedesk.ui.history_dialog import HistoryDialog
        from voicedesk.ui.history_ports import HistoryPorts

        dialog = self._history = self._current(self._history)
        if dialog is None:
            desktop = self._desktop
            dialog = self._history = HistoryDialog(
                HistoryPorts(
                    conversations=keeping.history,
                    current=lambda: keeping.conversation,
                    proceed=desktop.open_conversation,
                    is_kept=lambda: desktop.desk.settings.privacy.history,
                    show_times=self._show_times,
                ),
                desktop.window,
            )
        dialog.start()
        return dialog

    def _show_times(self, turn: int, figures: Figures) -> None:
        self._desktop.window.latency.open(turn, figures)  # the window may be another one by then

    def open_unanswered(self) -> UnansweredDialog | None:
        """Show the takes that were not answered. None where nothing is kept on disk."""
        desktop = self._desktop
        if desktop.desk.keeping is None:
            return None
        from voicedesk.ui.unanswered_dialog import UnansweredDialog
        from voicedesk.ui.unanswered_ports import UnansweredPorts

        dialog = self._unanswered = self._current(self._unanswered)
        if dialog is None:
            dialog = self._unanswered = UnansweredDialog(
                UnansweredPorts(
                    takes=desktop.tries,
                    control=desktop.desk.conductor,
                    settings=lambda: desktop.window.settings,
                    keys=desktop.key_store,
                ),
                desktop.window,
            )
        dialog.start()
        return dialog

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

    def _outdate(self) -> None:
        """The window speaks another language: what opens from now on speaks it too, what is open stays as it is."""
        for dialog in (self._first_run, self._history, self._unanswered):
            if dialog is not None:
                self._old.add(dialog)

    def _current(self, dialog: _Dialog | None) -> _Dialog | None:
        """A dialog that can be shown as it is. One that is closed and out of date is let go of: None."""
        if dialog is None or dialog not in self._old or dialog.isVisible():
            return dialog
        self._old.discard(dialog)
        self._tasks.spawn(_discard(dialog), name="discarding a dialog")
        return None

    async def close(self) -> None:
        """Close what is open. The application is closed after."""
        await self._tasks.close()
        if self._first_run is not None:
            await self._first_run.stop()
        if self._history is not None:
            await self._history.stop()
        if self._unanswered is not None:
            await self._unanswered.stop()


async def _discard(dialog: FirstRun | HistoryDialog | UnansweredDialog) -> None:
    await dialog.stop()
    dialog.deleteLater()
