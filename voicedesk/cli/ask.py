"""Ask a recorded question, without a window."""

from __future__ import annotations

import argparse
import asyncio
import sys

from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.cli.report import as_json, as_table
from voicedesk.cli.servers import chosen
from voicedesk.cli.turns import TurnWatch
from voicedesk.conversation.logs import start_logging
from voicedesk.conversation.record import TurnRecord
from voicedesk.conversation.storage import Folders
from voicedesk.core.errors import SettingsError, SoundFileError
from voicedesk.core.events import HintKind
from voicedesk.core.settings import Settings
from voicedesk.desk import Desk
from voicedesk.providers.keys import Keys

_HINTS = {
    HintKind.TOO_SHORT: "The recording is shorter than a quarter of a second: nothing was asked.",
    HintKind.NO_SPEECH: "Nobody speaks in the recording: nothing was asked.",
}


def run(options: argparse.Namespace) -> int:
    """Take one turn. Returns 0 when it was answered."""
    start_logging(Folders.find().log)
    try:
        settings, keys = chosen(options)
        microphone = FileMicrophone(options.file)
        speaker = FileSpeaker(options.out)
        record, hint = asyncio.run(_ask(settings, keys, microphone, speaker))
    except (SettingsError, SoundFileError) as error:
        print(str(error), file=sys.stderr)
        return 2
    server = settings.answering_server.name
    if options.json:
        print(as_json(record.as_json(server=server)))
    else:
        print(as_table(record, server=server))
    if hint is not None:
        print(_HINTS.get(hint, hint.value), file=sys.stderr)
    return 0 if record.error is None and hint is None and record.assistant_text else 1


async def _ask(
    settings: Settings, keys: Keys, microphone: FileMicrophone, speaker: FileSpeaker
) -> tuple[TurnRecord, HintKind | None]:
    desk = Desk(settings, keys=keys, microphone=microphone, speaker=speaker)
    try:
        speaker.open()
        microphone.open()
        await desk.start()
        watch = TurnWatch(desk.conductor)
        desk.conductor.press()
        await microphone.spoken()
        desk.conductor.release()
        await watch.over()
    finally:
        await desk.close()
        microphone.close()
        speaker.close()
    return desk.recorder.turns[1], watch.hint
