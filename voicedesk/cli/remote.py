"""Acts on the VoiceDesk that is running, so that any desktop can bind a key to it."""

from __future__ import annotations

import sys

from voicedesk.instance import Request, Seat


def run(command: str) -> int:
    """Ask the running instance. Returns 0 when it did what was asked, 1 otherwise."""
    answer = Seat.find().ask(Request(command))
    if answer.refusal:
        print(answer.refusal, file=sys.stderr)
        return 1
    return 0
