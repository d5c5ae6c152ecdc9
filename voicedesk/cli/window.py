"""Open the window."""

from __future__ import annotations

import argparse
import sys

from voicedesk.cli.early import has_display, hold_garbage, qt_problem


def run(parser: argparse.ArgumentParser) -> int:
    """Open the window and return when it is closed; without a display say so and run the demo."""
    if not has_display():
        print(
            "There is no display here, so the window cannot be seen. Running the demonstration "
            "instead (voicedesk demo); voicedesk ask FILE.wav works as well.\n",
            file=sys.stderr,
        )
        from voicedesk.cli.demo import run as run_demo

        return run_demo(parser.parse_args(["demo"]))
    hold_garbage()
    problem = qt_problem()
    if problem is not None:
        print(problem, file=sys.stderr)
        return 2
    from voicedesk.conversation.logs import start_logging
    from voicedesk.conversation.storage import Folders

    start_logging(Folders.find().log)
    from voicedesk.app import run_on_qt, run_window

    return run_on_qt(run_window)
