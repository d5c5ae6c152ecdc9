"""One start of the application, timed from outside: run by ``benchmarks.window``, prints one line of JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

STARTED = float(os.environ["VOICEDESK_BENCH_STARTED"])
IDLE_S = float(os.environ.get("VOICEDESK_BENCH_IDLE", "0"))


def since() -> float:
    return time.perf_counter() - STARTED


async def share_of_processor() -> float:
    """What is taken of a core while nothing is done, and nothing was done for a while."""
    from voicedesk.audio.on_device import REST_AFTER_S

    await asyncio.sleep(REST_AFTER_S + 3.0)
    before, at = time.process_time(), since()
    await asyncio.sleep(IDLE_S)
    return (time.process_time() - before) / (since() - at)


def main() -> None:
    times: dict[str, float] = {"python": since()}
    from voicedesk.cli.early import hold_garbage, load_qt

    hold_garbage()
    load_qt()
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication

    from voicedesk.app import Application, run_on_qt
    from voicedesk.conversation.storage import Folders, SettingsFile
    from voicedesk.core.events import Link

    times["imported"] = since()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Paint and "painted" not in times:
                times["painted"] = since()
            return super().eventFilter(watched, event)

    async def work(application: QApplication) -> int:
        file = SettingsFile(Folders.find().config)
        desktop = Application(file.load(), file=file)
        del application
        watch = Watch()
        # On all of Qt's events it would cost what it measures.
        desktop.window.installEventFilter(watch)
        desktop.window.show()
        conductor = desktop.desk.conductor
        try:
            await asyncio.sleep(0)
            starting = asyncio.create_task(desktop.start())
            while "recording" not in times or "connected" not in times:
                # The level is more than nothing as soon as the first block was captured.
                if conductor.microphone_ready and conductor.level.peak > 0:
                    times.setdefault("recording", since())
                if conductor.link is Link.READY:
                    times.setdefault("connected", since())
                if since() > 30:
                    break
                await asyncio.sleep(0.005)
            await starting
            if IDLE_S and desktop.sound is not None:
                from voicedesk.conversation import sound

                times["idle_cpu"] = await share_of_processor()
                sound.HOLD_S = 0.0
                desktop.sound.attend(active=False)
                while conductor.microphone_ready:  # noqa: ASYNC110 - it changes with the devices, on a thread
                    await asyncio.sleep(0.005)
                times["away_cpu"] = await share_of_processor()
        finally:
            desktop.window.removeEventFilter(watch)
            await desktop.close()
        return 0

    run_on_qt(work)
    print(json.dumps(times))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
