"""The command line of VoiceDesk; without a command it opens the window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from voicedesk import __version__
from voicedesk.cli.output import OutputError, flush, let_go


def make_parser() -> argparse.ArgumentParser:
    """The arguments of all commands."""
    parser = argparse.ArgumentParser(
        prog="voicedesk",
        description="Hold a key, talk, let go, and hear the answer at once.",
        epilog="Without a command the window opens. VOICEDESK_HOME moves all files into one folder.",
    )
    parser.add_argument("--version", action="version", version=f"VoiceDesk {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("window", help="open the window (the default)")
    demo = commands.add_parser("demo", help="let the window answer a recorded question")
    demo.add_argument(
        "--mode", choices=["realtime", "classic", "both"], default="both", help="which pipeline"
    )
    demo.add_argument("--question", type=Path, metavar="FILE.wav", help="another recorded question")
    demo.add_argument(
        "--out", type=Path, default=Path("voicedesk-demo"), metavar="DIR", help="where results go"
    )
    ask = commands.add_parser("ask", help="ask a recorded question, without a window")
    ask.add_argument("file", type=Path, metavar="FILE.wav", help="the recorded question")
    ask.add_argument("--out", type=Path, metavar="REPLY.wav", help="keep the spoken reply")
    doctor = commands.add_parser("doctor", help="say what works on this computer")
    for name, text in (
        ("start", "begin to listen, in the window that is open"),
        ("stop", "end listening and send what was said"),
        ("toggle", "begin to listen, or end it"),
        ("cancel", "drop what is being said, or stop the answer"),
    ):
        commands.add_parser(name, help=text)
    for command in (ask, doctor):
        command.add_argument(
            "--mode", choices=["realtime", "classic"], help="another pipeline than in the settings"
        )
        command.add_argument("--server", metavar="URL", help="another server than in the settings")
        command.add_argument(
            "--key-env", metavar="NAME", help="environment variable that holds its key"
        )
        command.add_argument("--model", metavar="NAME", help="another model than in the settings")
    for command in (demo, ask, doctor):
        command.add_argument("--json", action="store_true", help="print JSON")
    engine = commands.add_parser("engine", help="run the built-in server", add_help=False)
    engine.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns the exit status: 0 if all went well, 1 if a turn failed, 2 for wrong use."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["engine"]:
        from voicedesk.engine.__main__ import main as engine

        return engine(given[1:])
    try:
        try:
            return _run(make_parser().parse_args(given))
        finally:
            flush()  # also what the parser has said
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        let_go()  # the reader of our output has gone; there is nobody left to tell
        return 1
    except OutputError as error:
        let_go()
        print(str(error), file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    if options.command in {"start", "stop", "toggle", "cancel"}:
        from voicedesk.cli.remote import run as run_remote

        return run_remote(options.command)
    if options.command == "ask":
        from voicedesk.cli.ask import run as run_ask

        return run_ask(options)
    if options.command == "doctor":
        from voicedesk.cli.doctor import run as run_doctor

        return run_doctor(options)
    if options.command == "demo":
        from voicedesk.cli.demo import run as run_demo

        return run_demo(options)
    from voicedesk.cli.window import run as run_window

    return run_window(make_parser())


if __name__ == "__main__":
    sys.exit(main())
