"""The demonstration: the real window and the real pipelines, with files in the place of sound devices."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.cli.early import has_display, qt_problem
from voicedesk.cli.output import tell
from voicedesk.cli.report import as_json, as_table, write_json
from voicedesk.cli.servers import own_settings
from voicedesk.cli.turns import TurnWatch
from voicedesk.conversation.logs import start_logging
from voicedesk.conversation.record import TurnRecord
from voicedesk.conversation.storage import Folders
from voicedesk.core.errors import SoundFileError
from voicedesk.core.reasons import disk_reason
from voicedesk.core.resources import resource_path
from voicedesk.core.settings import Mode

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from voicedesk.app import Application

_PICTURE_SIZE = (960, 720)

Told = tuple[Mode, TurnRecord, str]
"""Pipeline, what happened, and the name of the server that answered."""


def run(options: argparse.Namespace) -> int:
    """Run the demonstration. Returns 0 when the question was answered, by each pipeline."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    problem = qt_problem()
    if problem is not None:
        print(problem, file=sys.stderr)
        return 2
    start_logging(Folders.find().log)
    question = options.question or resource_path("speech", "question.wav")
    modes: list[Mode] = ["realtime", "classic"] if options.mode == "both" else [options.mode]
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        microphone = FileMicrophone(question)
        speakers = {mode: FileSpeaker(options.out / f"reply-{mode}.wav") for mode in modes}
        from voicedesk.app import run_on_qt

        return run_on_qt(_work(options, microphone, speakers))
    except SoundFileError as error:
        print(str(error), file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise  # it is not about the folder
    except OSError as error:
        print(f"{options.out} cannot be written: {disk_reason(error)}.", file=sys.stderr)
        return 2


def _work(
    options: argparse.Namespace, microphone: FileMicrophone, speakers: Mapping[Mode, FileSpeaker]
) -> Callable[[QApplication], Coroutine[Any, Any, int]]:
    """One turn on each pipeline, exchanged in the running window."""

    async def work(application: QApplication) -> int:
        del application
        from voicedesk.app import Application

        first = next(iter(speakers))
        settings = own_settings().model_copy(update={"mode": first})
        desktop = Application(settings, microphone=microphone, speaker=speakers[first])
        told: list[Told] = []
        try:
            microphone.open()
            for mode, speaker in speakers.items():
                speaker.open()
                if mode == first:
                    desktop.window.resize(*_PICTURE_SIZE)
                    desktop.window.show()
                    await desktop.start()
                else:
                    await desktop.desk.conductor.use_speaker(speaker)
                    await desktop.use_mode(mode)
                record = await _turn(desktop, microphone, options.out / f"window-{mode}.png")
                told.append((mode, record, desktop.desk.server_name))
                speaker.close()
        finally:
            await desktop.close()
            microphone.close()
            for speaker in speakers.values():
                speaker.close()
        return _tell(options, told)

    return work


async def _turn(desktop: Application, microphone: FileMicrophone, picture: Path) -> TurnRecord:
    watch = TurnWatch(desktop.desk.conductor)
    button = desktop.window.talk_button
    _mouse(button, down=True)
    await microphone.spoken()
    _mouse(button, down=False)
    await watch.over()
    await asyncio.sleep(0.1)  # the window gathers what it is told before it paints
    desktop.window.grab().save(str(picture))
    return desktop.desk.recorder.turns[desktop.desk.conductor.turn]


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


def _tell(options: argparse.Namespace, told: Sequence[Told]) -> int:
    data: dict[str, dict[str, Any]] = {
        mode: record.as_json(server=server) for mode, record, server in told
    }
    for mode, turn in data.items():
        write_json(options.out / f"turn-{mode}.json", turn)
    if options.json:
        tell(as_json(data if len(data) > 1 else next(iter(data.values()))))
    else:
        tell("\n\n".join(as_table(record, server=server) for _, record, server in told))
        tell(f"\nEach turn, its spoken reply and a picture of the window are in {options.out}.")
    answered = all(
        record.error is None and record.assistant_text and record.heard_ms > 0
        for _, record, _ in told
    )
    return 0 if answered else 1
