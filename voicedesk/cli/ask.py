"""Ask a recorded question, without a window."""

from __future__ import annotations

import argparse
import asyncio
import sys

from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.cli.output import tell
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
        record, watch = asyncio.run(_ask(settings, keys, microphone, speaker))
    except (SettingsError, SoundFileError) as error:
        print(str(error), file=sys.stderr)
        return 2
    server = settings.answering_server.name
    if options.json:
        tell(as_json(record.as_json(server=server)))
    else:
        tell(as_table(record, server=server))
    hint, trouble = watch.hint, watch.trouble
    if hint is not None:
        print(_HINTS.get(hint, hint.value), file=sys.stderr)
    if trouble is not None:
        print(str(trouble), file=sys.stderr)
    went_well = record.error is None and hint is None and trouble is None
    return 0 if went_well and record.assistant_text else 1


async def _ask(
    settings: Settings, keys: Keys, microphone: FileMicrophone, speaker: FileSpeaker
) -> tuple[TurnRecord, TurnWatch]:
    desk = Desk(settings, keys=keys, microphone=microphone, speaker=speaker)
    try:
        speaker.open()  # where the reply goes is tried before anything is asked
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
    return desk.recorder.turns[1], watch
