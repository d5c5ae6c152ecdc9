"""The fake providers of the chain in a process of their own: a chat server and a voice that keep to a timetable.

Prints its base URL as the first line, and ends with its input. Each line of the input is answered by how late the
latest word or sound since the last such line has left: whether the machine was too busy for the figures to count.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from typing import Any

from aiohttp import web

from benchmarks.chain_timing import RATE, SAMPLE_BYTES, TEXTS, pieces, tokens, voice_of

_TONE = b"".join(
    round(8000 * math.sin(2 * math.pi * 440 * index / RATE)).to_bytes(2, "little", signed=True)
    for index in range(RATE // 10)
)


class Providers:
    """Both servers.

    Attributes:
        late_s: The longest that anything left after its time.
    """

    def __init__(self) -> None:
        self.late_s = 0.0

    def application(self) -> web.Application:
        application = web.Application()
        application.on_response_prepare.append(_name)
        application.router.add_get("/v1/models", self._models)
        application.router.add_post("/v1/chat/completions", self._chat)
        application.router.add_post("/v1/audio/speech", self._speech)
        return application

    async def _due(self, begun: float, seconds: float) -> None:
        wait = begun + seconds - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        self.late_s = max(self.late_s, time.perf_counter() - begun - seconds)

    async def _models(self, _request: web.Request) -> web.Response:
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in TEXTS]
        return web.json_response({"object": "list", "data": data})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        begun = time.perf_counter()
        asked = await request.json()
        text = TEXTS[asked["model"]]
        if not asked.get("stream"):
            for due, _ in tokens(text):
                await self._due(begun, due)
            choice = {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
            }
            return web.json_response(_completion(asked, "chat.completion", [choice]))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for due, token in tokens(text):
            await self._due(begun, due)
            await response.write(_event(asked, {"role": "assistant", "content": token}))
        await response.write(_event(asked, {}, "stop"))
        if (asked.get("stream_options") or {}).get("include_usage"):
            await response.write(
                _line(_completion(asked, "chat.completion.chunk", []) | {"usage": _USAGE})
            )
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _speech(self, request: web.Request) -> web.StreamResponse:
        begun = time.perf_counter()
        asked = await request.json()
        first_byte, speed = voice_of(asked["model"])
        response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
        response.enable_chunked_encoding()
        prepared = False
        for due, samples in pieces(asked["input"], first_byte, speed):
            await self._due(begun, due)
            if not prepared:
                await response.prepare(request)
                prepared = True
            size = samples * SAMPLE_BYTES
            await response.write((_TONE * (size // len(_TONE) + 1))[:size])
        if not prepared:
            await response.prepare(request)
        return response


async def _name(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["x-request-id"] = "req_1"


_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def _completion(asked: dict[str, Any], kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": kind,
        "created": 0,
        "model": asked["model"],
        "choices": choices,
    }


def _line(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def _event(asked: dict[str, Any], delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _line(_completion(asked, "chat.completion.chunk", [choice]))


async def serve() -> None:
    providers = Providers()
    runner = web.AppRunner(providers.application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    print(json.dumps({"base_url": f"http://127.0.0.1:{port}/v1"}), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps({"late_ms": providers.late_s * 1000.0}), flush=True)
        providers.late_s = 0.0
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
