"""What opens beside the main window: the first run and the history. Made when they are first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voicedesk.app import Application
from voicedesk.core.tasks import TaskSet
from voicedesk.ui.first_run_ports import FirstRunPorts

if TYPE_CHECKING:  # the window paints before its dialogs are loaded
    from voicedesk.conversation.sound_check import SoundCheck
    from voicedesk.ui.first_run import FirstRun


class Dialogs:
    """Opens them when the window says that they are wanted."""

    def __init__(self, desktop: Application) -> None:
        self._desktop = desktop
        self._tasks = TaskSet()
        self._first_run: FirstRun | None = None
        self._sound_check: SoundCheck | None = None
        desktop.window.first_run_wanted.connect(self.open_first_run)

    def open_first_run(self) -> FirstRun:
        """Show the first run, from its first step."""
        from voicedesk.conversation.sound_check import SoundCheck
        from voicedesk.ui.first_run import FirstRun

        if self._first_run is None:
            desktop = self._desktop
            self._sound_check = SoundCheck(desktop.desk.conductor)
            self._first_run = FirstRun(
                FirstRunPorts(
                    control=desktop.desk.conductor,
                    settings=lambda: desktop.window.settings,
                    change=desktop.window.change_settings,
                    keys=desktop.key_store,
                    devices=desktop.list_devices,
                    tester=self._sound_check,
                    connect=desktop.connect_server,
                ),
                desktop.window,
            )
        self._first_run.start()
        return self._first_run

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

    async def close(self) -> None:
        """Close what is open. The application is closed after."""
        await self._tasks.close()
        if self._first_run is not None:
            await self._first_run.stop()
        if self._sound_check is not None:
            await self._sound_check.close()
