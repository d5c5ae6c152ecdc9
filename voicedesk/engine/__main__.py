"""The engine's process: ``python -m voicedesk.engine``, or ``voicedesk engine``.

Prints one line of JSON on stdout when it is ready, ``{"base_url", "token", "pid", "models"}``, or
``{"error": sentence, "detail"}`` when it cannot be, with exit status 1. Ends when its stdin does, or by SIGTERM or
SIGINT, and takes its children along.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Sequence

from voicedesk.core import memory


def main(argv: Sequence[str] | None = None) -> int:
    """Run the engine until it is told to end.

    Args:
        argv: Arguments, ``sys.argv`` without the program if None.

    Returns:
        The exit status.
    """
    memory.keep_little()
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if arguments.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    token = (
        os.environ.get(arguments.token_env, "")
        if arguments.token_env
        else secrets.token_urlsafe(24)
    )
    if not token:
        return _refuse(f"the environment variable {arguments.token_env} is empty", "no token")
    try:
        return asyncio.run(_serve(arguments.port, token, watch_stdin=not arguments.ignore_stdin))
    except ImportError as error:
        return _refuse(f"a part of VoiceDesk is not installed ({error.name})", repr(error))
    except OSError as error:
        return _refuse(f"it cannot listen on port {arguments.port}", repr(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voicedesk engine",
        description="Serve the built-in assistant on this computer, for any client of the OpenAI API.",
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on (default: any free one)"
    )
    parser.add_argument(
        "--token-env",
        metavar="NAME",
        help="take the token from this environment variable (default: a random one)",
    )
    parser.add_argument(
        "--ignore-stdin", action="store_true", help="keep running when standard input ends"
    )
    parser.add_argument("--verbose", action="store_true", help="log everything on standard error")
    return parser


async def _serve(port: int, token: str, *, watch_stdin: bool) -> int:
    # Imported here so that a missing part is told in a sentence and not in a traceback.
    from voicedesk.engine.server import Server
    from voicedesk.engine.services import MODELS, Services

    ended = asyncio.Event()
    _end_on_signals(ended)
    services = Services()
    server = Server(token, services)
    try:
        bound = await server.start(port)
        address = f"http://127.0.0.1:{bound}/v1"
        _announce({"base_url": address, "token": token, "pid": os.getpid(), "models": list(MODELS)})
        if watch_stdin:
            _end_with_stdin(ended)
        warming = asyncio.create_task(services.warm(), name="warm up")
        saving = asyncio.create_task(_save_memory(), name="save memory")
        await ended.wait()
        warming.cancel()
        saving.cancel()
        await asyncio.gather(warming, saving, return_exceptions=True)
    finally:
        await server.stop()
        await services.close()
    return 0


async def _save_memory() -> None:
    """Sound that was spoken leaves holes in the heap: give back what is free, now and then."""
    while True:
        await asyncio.sleep(memory.EVERY_S)
        memory.give_back()


def _end_on_signals(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, ended.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))


def _end_with_stdin(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def watch() -> None:
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, name="stdin", daemon=True).start()


def _announce(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)


def _refuse(sentence: str, detail: str) -> int:
    _announce({"error": sentence, "detail": detail})
    return 1


if __name__ == "__main__":
    sys.exit(main())
