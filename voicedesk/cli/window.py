"""Open the window."""

from __future__ import annotations

import argparse
import ctypes
import os
import sys
from functools import partial

from voicedesk.cli.early import has_display, hold_garbage, load_qt, qt_problem
from voicedesk.instance import NO_ANSWER, Answer, Request, Seat

_STARTING_S = 5.0
"""How long an instance may take from its start until it listens."""


def run(parser: argparse.ArgumentParser) -> int:
    """Open the window and return when it is closed, or bring forward the one that is open.

    Without a display say so, and run the demo; the packaged application, which may have been started anywhere, writes no
    files unasked and ends with 2.
    """
    if not has_display() and getattr(sys, "frozen", False):
        print(
            "There is no display here, so the window cannot open. Start VoiceDesk on a desktop, or use a command "
            "that needs none: VoiceDesk demo, VoiceDesk ask FILE.wav, or VoiceDesk doctor.",
            file=sys.stderr,
        )
        return 2
    if not has_display():
        print(
            "There is no display here, so the window cannot be seen. Running the demonstration "
            "instead (voicedesk demo); voicedesk ask FILE.wav works as well.\n",
            file=sys.stderr,
        )
        from voicedesk.cli.demo import run as run_demo

        return run_demo(parser.parse_args(["demo"]))
    seat = _take_seat()
    if isinstance(seat, Answer):
        if seat.refusal:
            print(seat.refusal, file=sys.stderr)
        return 1 if seat.refusal else 0
    try:
        return _open(seat)
    finally:
        if seat is not None:
            seat.leave()


def _take_seat() -> Seat | Answer | None:
    """The seat of the one instance, or the answer of that which has it; None when there is no place for a seat."""
    seat = Seat.find()
    try:
        if seat.take():
            return seat
    except OSError as error:
        print(f"Other starts will not find this window: {error}.", file=sys.stderr)
        return None
    token = os.environ.get("XDG_ACTIVATION_TOKEN", "")
    if sys.platform == "win32":
        ctypes.windll.user32.AllowSetForegroundWindow(-1)  # else the other window only blinks
    answer = seat.ask(Request.to_raise(token), patience_s=_STARTING_S)
    return answer if answer.is_running else NO_ANSWER


def _open(seat: Seat | None) -> int:
    hold_garbage()
    problem = qt_problem()
    if problem is not None:
        print(problem, file=sys.stderr)
        return 2
    load_qt()
    from voicedesk.conversation.logs import start_logging
    from voicedesk.conversation.storage import Folders
    from voicedesk.crash import CrashReporter

    folder = Folders.find().log
    start_logging(folder)
    reporter = CrashReporter(folder)
    reporter.start()
    try:
        from voicedesk.app import run_on_qt
        from voicedesk.session import run_session

        return run_on_qt(partial(run_session, seat=seat, reporter=reporter))
    except Exception as error:
        reporter.note(error, "the application")
        raise
    finally:
        reporter.stop()
