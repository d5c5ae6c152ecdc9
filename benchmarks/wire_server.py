"""A scripted Realtime server in a process of its own, which notes when things arrive and leave.

``python -m benchmarks.wire_server [MILLISECONDS]``: how long its replies are. Prints its base URL as the first line; at the end of its input one line of JSON with the times, in the seconds of
``time.perf_counter``, which on Linux is one clock for all processes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import numpy as np

from tests.support.realtime_server import ScriptedServer, Session

REPLY_MS = 400
PIECE_MS = 100


def tone(milliseconds: int) -> bytes:
    """A tone of so long."""
    moments = np.arange(24 * milliseconds) / 24_000
    return (np.sin(2 * np.pi * 440 * moments) * 12_000).astype("<i2").tobytes()


async def serve(milliseconds: int) -> None:
    sound = tone(milliseconds)
    sent: list[float] = []

    async def reply(session: Session) -> None:
        await session.begin()
        sent.append(time.perf_counter())
        await session.say("A tone.", sound, pieces=milliseconds // PIECE_MS)
        await session.done()

    async with ScriptedServer() as server:
        server.default = reply
        print(json.dumps({"base_url": server.base_url}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        commits = [event["at"] for event in server.of("input_audio_buffer.commit")]
        print(json.dumps({"commits": commits, "deltas": sent}), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else REPLY_MS))
