"""What opens beside the main window: first run, history, unanswered takes. Made when they are first wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtWidgets import QApplication

from voicedesk.app import Application
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.tasks import TaskSet
from voicedesk.ui.first_run_ports import FirstRunPorts

if TYPE_CHECKING:  # the window paints before its dialogs are loaded
    from voicedesk.conversation.figures.turns import Figures
    from voicedesk.ui.first_run import FirstRun
    from voicedesk.ui.history_dialog import Deleted, HistoryDialog
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
        self._replacing: set[asyncio.Task[None]] = set()
        desktop.window.first_run_wanted.connect(self.open_first_run)
        desktop.window.history_wanted.connect(self.open_history)
        desktop.window.unanswered_wanted.connect(self.open_unanswered)
        desktop.window.new_wanted.connect(self.begin_conversation)
        desktop.window.rebuilt.connect(self._renew)

    def open_first_run(self, here: int = 0) -> FirstRun:
        """Show the first run, from its first step or another one."""
        from voicedesk.ui.first_run import FirstRun

        dialog = self._first_run
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
        dialog.start(here)
        return dialog

    def open_history(
        self, here: tuple[str, str] = ("", ""), deleted: Deleted | None = None
    ) -> HistoryDialog | None:
        """Show earlier conversations, as another dialog showed them. None where nothing is kept on disk.

        Args:
            here: See ``HistoryDialog.here``.
            deleted: What that one offered to have back.
        """
        keeping = self._desktop.desk.keeping
        if keeping is None:
            return None
        from voicedesk.ui.history_dialog import HistoryDialog
        from voicedesk.ui.history_ports import HistoryPorts

        dialog = self._history
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
        dialog.start(here)
        if deleted is not None:
            dialog.take_over(deleted)
        return dialog

    def _show_times(self, turn: int, figures: Figures) -> None:
        self._desktop.window.latency.open(turn, figures)  # the window may be another one by then

    def open_unanswered(self, here: str = "") -> UnansweredDialog | None:
        """Show the takes that were not answered, as another dialog showed them. None where nothing is kept on disk."""
        desktop = self._desktop
        if desktop.desk.keeping is None:
            return None
        from voicedesk.ui.unanswered_dialog import UnansweredDialog
        from voicedesk.ui.unanswered_ports import UnansweredPorts

        dialog = self._unanswered
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
        dialog.start(here)
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

    def _renew(self) -> None:
        """The window speaks another language: what opens from now on speaks it too, and what is open comes again."""
        first_run, self._first_run = self._first_run, None
        history, self._history = self._history, None
        unanswered, self._unanswered = self._unanswered, None
        deleted = history.hand_over() if history is not None else None
        again = [
            *_ways_back(first_run, self.open_first_run),
            *_ways_back(history, partial(self.open_history, deleted=deleted)),
            *_ways_back(unanswered, self.open_unanswered),
        ]
        old = [dialog for dialog in (first_run, history, unanswered) if dialog is not None]
        task = self._tasks.spawn(_replace(old, again), name="dialogs in another language")
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def close(self) -> None:
        """Close what is open. The application is closed after."""
        await asyncio.gather(*self._replacing, return_exceptions=True)
        await self._tasks.close()
        if self._first_run is not None:
            await self._first_run.stop()
        if self._history is not None:
            await self._history.stop()
        if self._unanswered is not None:
            await self._unanswered.stop()


def _ways_back(
    old: _Dialog | None, open_another: Callable[[Any], _Dialog | None]
) -> Iterator[Callable[[], None]]:
    """If a dialog is open, the call that has another one in its place, which shows what it shows."""
    if old is None or not old.isVisible():
        return
    here, place, size = old.here, old.pos(), old.size()

    def again() -> None:
        another = open_another(here)
        if another is not None:
            another.move(place)
            another.resize(another.size().expandedTo(size))

    yield again


async def _replace(
    old: Iterable[FirstRun | HistoryDialog | UnansweredDialog],
    again: Iterable[Callable[[], None]],
) -> None:
    for dialog in old:
        await dialog.stop()
        dialog.deleteLater()
    active = QApplication.activeWindow()
    for open_another in again:
        open_another()
    if active is not None:  # that is where the user is
        active.raise_()
        active.activateWindow()
