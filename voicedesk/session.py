"""A session of the desktop application: the window, and what surrounds it from the first paint to the last."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from voicedesk.app import Application
from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.tasks import TaskSet
from voicedesk.crash import CrashReporter
from voicedesk.dialogs import Dialogs
from voicedesk.instance import Seat
from voicedesk.ui.crash_offer import offer_report, tell_unexpected
from voicedesk.ui.interrupts import Interrupts
from voicedesk.ui.update_offer import tell_broken_list, tell_release
from voicedesk.updates import Updates

if TYPE_CHECKING:
    from voicedesk.ui.instance_server import InstanceServer


async def run_session(
    application: QApplication, *, seat: Seat | None = None, reporter: CrashReporter | None = None
) -> int:
    """The desktop application. Returns its exit status when the window has been closed.

    Args:
        application: Qt's.
        seat: Taken; commands from other processes come by it. None when there is no place for one.
        reporter: Started; it knows how the run before ended.
    """
    del application
    file = SettingsFile(Folders.find().config)
    is_first = not file.exists
    async with AsyncExitStack() as stack:
        desktop = Application(file.load(), file=file)
        stack.callback(Interrupts(desktop.end).restore)
        if reporter is not None:
            stack.callback(_watch(desktop, reporter))
        stack.push_async_callback(desktop.close)
        dialogs = Dialogs(desktop)
        stack.push_async_callback(dialogs.close)
        desktop.window.show()
        await asyncio.sleep(0)  # let it paint first
        if seat is not None:
            stack.push_async_callback(_listen(desktop, seat).close)
        if reporter is not None and reporter.report:
            offer_report(desktop.window.messages, reporter.report)
        if is_first:
            dialogs.introduce(lambda: file.exists)
        tasks = TaskSet()
        stack.push_async_callback(tasks.close)
        tasks.spawn(_updates(desktop).run(), name="looking for newer versions")
        gc.freeze()  # what was loaded stays; looking through it again and again would hold up sound
        await desktop.start()
        gc.freeze()  # so does what has been loaded since
        await desktop.run()
    return 0


def _listen(desktop: Application, seat: Seat) -> InstanceServer:
    """Take what other processes ask of the window."""
    from voicedesk.ui.instance_server import InstanceServer
    from voicedesk.ui.remote import Remote

    remote = Remote(desktop.window, desktop.desk.conductor, desktop.wake)
    service = InstanceServer(seat.address, remote.handle)
    service.listen()
    return service


def _updates(desktop: Application) -> Updates:
    messages = desktop.window.messages
    return Updates(
        lambda: desktop.desk.settings.privacy,
        Folders.find().data / "looked-for-versions",
        tell=partial(tell_release, messages),
        complain=partial(tell_broken_list, messages),
    )


def _watch(desktop: Application, reporter: CrashReporter) -> Callable[[], None]:
    """Note what goes wrong unexpectedly, and tell the user. Returns the call that ends it."""
    loop = asyncio.get_running_loop()
    tell = partial(tell_unexpected, desktop.window.messages)

    def on_unexpected() -> None:  # on any thread
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell)

    def on_trouble(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        loop.default_exception_handler(context)  # it goes to the log
        error = context.get("exception")
        if isinstance(error, Exception):
            reporter.note(error, "a task")

    def end() -> None:
        loop.set_exception_handler(None)
        reporter.unexpected = lambda: None

    reporter.unexpected = on_unexpected
    loop.set_exception_handler(on_trouble)
    return end
