"""The chain without streaming: the whole reply is awaited, then the whole of its sound, then it is played."""

from __future__ import annotations

import aiohttp

from benchmarks.chain_timing import RATE, SAMPLE_BYTES
from benchmarks.chain_turn import QUESTION, Turn, serve

_sessions: list[aiohttp.ClientSession] = []


async def answer(turn: Turn) -> None:
    if not _sessions:
        _sessions.append(aiohttp.ClientSession(raise_for_status=True))
    (session,) = _sessions
    turn.begin()
    asked = {"model": turn.text, "messages": [{"role": "user", "content": QUESTION}]}
    async with session.post(f"{turn.base_url}/chat/completions", json=asked) as response:
        text = (await response.json())["choices"][0]["message"]["content"]
    wanted = {"model": turn.voice, "voice": "alloy", "input": text, "response_format": "pcm"}
    async with session.post(f"{turn.base_url}/audio/speech", json=wanted) as response:
        pcm = await response.read()
    turn.sound(len(pcm) / (RATE * SAMPLE_BYTES))


async def end() -> None:
    for session in _sessions:
        await session.close()


if __name__ == "__main__":
    serve(answer, end)
