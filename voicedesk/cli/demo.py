"""The demonstration: the real window and the real pipeline, with files in the place of sound devices."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.cli.early import has_display, qt_problem
from voicedesk.cli.report import as_json, as_table, write_json
from voicedesk.cli.turns import TurnWatch
from voicedesk.conversation.logs import start_logging
from voicedesk.conversation.record import TurnRecord
from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.errors import SoundFileError
from voicedesk.core.resources import resource_path

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from voicedesk.app import Application

_PICTURE_SIZE = (960, 720)


def run(options: argparse.Namespace) -> int:
    """Run the demonstration. Returns 0 when the question was answered."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    problem = qt_problem()
    if problem is not None:
        print(problem, file=sys.stderr)
        return 2
    start_logging(Folders.find().log)
    question = options.question or resource_path("speech", "question.wav")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        microphone = FileMicrophone(question)
        speaker = FileSpeaker(options.out / f"reply-{options.mode}.wav")
        from voicedesk.app import run_on_qt

        return run_on_qt(_work(options, microphone, speaker))
    except SoundFileError as error:
        print(str(error), file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{options.out} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2


def _work(
    options: argparse.Namespace, microphone: FileMicrophone, speaker: FileSpeaker
) -> Callable[[QApplication], Coroutine[Any, Any, int]]:
    async def work(application: QApplication) -> int:
        del application
        from voicedesk.app import Application

        settings = SettingsFile(Folders.find().config).load()
        desktop = Application(settings, microphone=microphone, speaker=speaker)
        try:
            speaker.open()
            microphone.open()
            record = await _turn(desktop, microphone, options.out / f"window-{options.mode}.png")
        finally:
            await desktop.close()
            microphone.close()
            speaker.close()
        return _tell(options, record, desktop.desk.server_name)

    return work


async def _turn(desktop: Application, microphone: FileMicrophone, picture: Path) -> TurnRecord:
    desktop.window.resize(*_PICTURE_SIZE)
    desktop.window.show()
    await desktop.start()
    watch = TurnWatch(desktop.desk.conductor)
    button = desktop.window.talk_button
    _mouse(button, down=True)
    await microphone.spoken()
    _mouse(button, down=False)
    await watch.over()
    await asyncio.sleep(0.1)  # the window gathers what it is told before it paints
    desktop.window.grab().save(str(picture))
    return desktop.desk.recorder.turns[1]


def _mouse(widget: QWidget, *, down: bool) -> None:
    """Press or release the left mouse button in the middle of a widget, as a hand does."""
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    place = QPointF(widget.rect().center())
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseButtonPress if down else QEvent.Type.MouseButtonRelease,
        place,
        widget.mapToGlobal(place),
        left,
        left if down else Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def _tell(options: argparse.Namespace, record: TurnRecord, server: str) -> int:
    data = record.as_json(server=server)
    write_json(options.out / f"turn-{options.mode}.json", data)
    if options.json:
        print(as_json(data))
    else:
        print(as_table(record, server=server))
        print(f"\nThe turn, the spoken reply and a picture of the window are in {options.out}.")
    return 0 if record.error is None and record.assistant_text and record.heard_ms > 0 else 1
