"""What a trial of the sound devices tells while it goes on. Apart from the trial, which loads numpy."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from voicedesk.core.errors import VoiceDeskError


class Stage(Enum):
    """How far a trial is."""

    LISTENING = auto()
    PLAYING = auto()
    DONE = auto()
    NOTHING_HEARD = auto()
    INTERRUPTED = auto()


Told = Callable[[Stage | VoiceDeskError], None]
"""Is told each stage, and what went wrong instead of the last one."""
