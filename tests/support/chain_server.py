"""The three servers of the classic chain on loopback, in one: it transcribes, thinks and speaks at once, or goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any, Self

from aiohttp import web

WORDS = "what was said"
"""What every take says."""


class ChainServer:
    """Answers every question.

    Attributes:
        base_url: Where it is, while it runs.
        replies: What comes next: a text to be said; or "!refuse", "!cut" (in the middle) or "!empty".
        usual: What is said when there is none of these.
    """

    def __init__(self, usual: str = "Yes, that is so.", pcm: bytes = b"\x10\x27\xf0\xd8" * 1_200):
        self.base_url = ""
        self.replies: deque[str] = deque()
        self.usual = usual
        self._pcm = pcm
        application = web.Application()
        application.router.add_get("/v1/models", self._models)
        application.router.add_post("/v1/audio/transcriptions", self._transcribe)
        application.router.add_post("/v1/chat/completions", self._chat)
        application.router.add_post("/v1/audio/speech", self._speech)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _models(self, _request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": []})

    async def _transcribe(self, request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"text": WORDS})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        reply = self.replies.popleft() if self.replies else self.usual
        if reply == "!refuse":
            return web.json_response({"error": {"message": "not now", "type": "x"}}, status=400)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        words = "I was about to" if reply == "!cut" else "" if reply == "!empty" else reply
        for word in words.split():
            await response.write(_chunk(asked, {"role": "assistant", "content": f"{word} "}))
            await asyncio.sleep(0)
        if reply == "!cut":
            assert request.transport is not None
            request.transport.abort()
            return response
        await response.write(_chunk(asked, {}, "stop"))
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _speech(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(self._pcm)
        return response


def _chunk(asked: dict[str, Any], delta: dict[str, Any], finish: str | None = None) -> bytes:
    data = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": asked["model"],
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(data).encode() + b"\n\n"
