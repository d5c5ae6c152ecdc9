"""A scripted Realtime server on loopback, for what a real one does rarely.

It answers the handshake and the session like a real server, keeps every client event with the time of its arrival, and
plays a script for each ``response.create``: a list of events to send, numbers of seconds to wait, or callables.
"""

import asyncio
import base64
import contextlib
import http
import itertools
import json
import queue
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

ClientEvent = dict[str, Any]
Step = Mapping[str, Any] | float | str | Callable[["Session"], Awaitable[None]]
Answer = Callable[["Session", ClientEvent], Awaitable[None]]


def pcm_delta(pcm: bytes) -> str:
    """Sound as it goes over the wire."""
    return base64.b64encode(pcm).decode()


class Session:
    """One connection of a client."""

    def __init__(self, server: "ScriptedServer", socket: ServerConnection) -> None:
        self.server = server
        self.socket = socket
        self.active: str | None = None
        self.cancelled = asyncio.Event()
        self.item = ""
        self.metadata: Any = None
        self.received: list[ClientEvent] = []
        self._scripts: set[asyncio.Task[None]] = set()

    def types(self, *, without: tuple[str, ...] = ("input_audio_buffer.append",)) -> list[str]:
        return [event["type"] for event in self.received if event["type"] not in without]

    def sound(self) -> bytes:
        """All the sound that the client has sent on this connection."""
        appended = (e for e in self.received if e["type"] == "input_audio_buffer.append")
        return b"".join(base64.b64decode(event["audio"]) for event in appended)

    async def send(self, event: Mapping[str, Any] | str) -> None:
        if isinstance(event, str):
            await self.socket.send(event)
            return
        await self.socket.send(json.dumps({"event_id": self.server.next_id("event"), **event}))

    async def error(self, event: ClientEvent, code: str, message: str = "", **more: Any) -> None:
        body: dict[str, Any] = {
            "type": "invalid_request_error",
            "code": code,
            "message": message or code,
            **more,
        }
        body["event_id"] = event.get("event_id")
        await self.send({"type": "error", "error": body})

    async def begin(self, *, id_: str | None = None) -> str:
        """response.created"""
        response_id = id_ or self.server.next_id("resp")
        self.active = response_id
        self.cancelled.clear()
        response = {"id": response_id, "object": "realtime.response", "status": "in_progress"}
        await self.send(
            {"type": "response.created", "response": {**response, "metadata": self.metadata}}
        )
        return response_id

    async def say(self, text: str, pcm: bytes, *, item: str | None = None, pieces: int = 1) -> None:
        """One audio item with its words."""
        item = item or self.server.next_id("item")
        ids: dict[str, Any] = {"response_id": self.active, "item_id": item}
        message = {"id": item, "type": "message", "role": "assistant"}
        await self.send({"type": "response.output_item.added", **ids, "item": message})
        ids |= {"content_index": 0, "output_index": 0}
        await self.send({"type": "response.output_audio_transcript.delta", **ids, "delta": text})
        size = -(-len(pcm) // pieces // 2) * 2 if pcm else 0
        for start in range(0, len(pcm), size or 1):
            piece = pcm_delta(pcm[start : start + size])
            await self.send({"type": "response.output_audio.delta", **ids, "delta": piece})
        await self.send({"type": "response.output_audio.done", **ids})
        await self.send(
            {"type": "response.output_audio_transcript.done", **ids, "transcript": text}
        )

    async def done(self, status: str = "completed", **more: Any) -> None:
        """response.done"""
        response = {"id": self.active, "object": "realtime.response", "status": status, **more}
        self.active = None
        await self.send({"type": "response.done", "response": response})

    def run(self, steps: Iterable[Step]) -> None:
        task = asyncio.get_running_loop().create_task(self._play(list(steps)))
        self._scripts.add(task)
        task.add_done_callback(self._scripts.discard)

    async def _play(self, steps: list[Step]) -> None:
        with contextlib.suppress(ConnectionClosed):
            for step in steps:
                if isinstance(step, float):
                    await asyncio.sleep(step)
                elif callable(step):
                    await step(self)
                else:
                    await self.send(step)

    async def stop(self) -> None:
        for task in list(self._scripts):
            task.cancel()
        await asyncio.gather(*self._scripts, return_exceptions=True)


class ScriptedServer:
    """``async with ScriptedServer() as server``; ``server.replies.append([...])`` for each reply.

    Attributes:
        received: Every client event with the clock's time under "at".
        replies: Scripts for the next responses; without one a short reply is spoken.
        answers: Own handlers by event type, instead of the usual answer.
        refuse: HTTP status and body with which to refuse the handshake.
        confirm: Whether ``session.update`` is confirmed.
        expires_in: Seconds that a session lasts, as the server says; None when it says nothing.
    """

    def __init__(self) -> None:
        self.received: list[ClientEvent] = []
        self.replies: deque[list[Step]] = deque()
        self.answers: dict[str, Answer] = {}
        self.refuse: tuple[int, str] | None = None
        self.confirm = True
        self.expires_in: float | None = None
        self.sessions: list[Session] = []
        self.transcript: str | None = "hello"
        self.default: Callable[[Session], Awaitable[None]] = _say_hello
        self._ids = itertools.count(1)
        self._server: Server | None = None
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._serve, "127.0.0.1", 0, process_request=self._gate, max_size=None
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        for session in self.sessions:
            await session.stop()
        self._server.close()
        await self._server.wait_closed()

    @property
    def base_url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}/v1"

    @property
    def session(self) -> Session:
        return self.sessions[-1]

    def next_id(self, kind: str) -> str:
        return f"{kind}_{next(self._ids)}"

    def types(self, *, without: tuple[str, ...] = ("input_audio_buffer.append",)) -> list[str]:
        return [event["type"] for event in self.received if event["type"] not in without]

    def of(self, kind: str) -> list[ClientEvent]:
        return [event for event in self.received if event["type"] == kind]

    async def wait_for(self, kind: str, count: int = 1) -> ClientEvent:
        """Wait until ``count`` events of a kind have come; gives the last of them."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[count - 1]

    async def cut(self, code: int = 1011, reason: str = "") -> None:
        """Close the newest connection."""
        await self.session.socket.close(code, reason)

    def _gate(self, connection: ServerConnection, request: Request) -> Response | None:
        del request
        if self.refuse is None:
            return None
        status, body = self.refuse
        return connection.respond(http.HTTPStatus(status), body)

    async def _serve(self, socket: ServerConnection) -> None:
        session = Session(self, socket)
        self.sessions.append(session)
        with contextlib.suppress(ConnectionClosed):
            await session.send({"type": "session.created", "session": self._fresh()})
            async for message in socket:
                event = json.loads(message)
                event["at"] = time.perf_counter()
                self.received.append(event)
                session.received.append(event)
                async with self._changed:
                    self._changed.notify_all()
                await self._answer(session, event)
        await session.stop()

    def _fresh(self) -> dict[str, Any]:
        session: dict[str, Any] = {"type": "realtime"}
        if self.expires_in is not None:
            session["expires_at"] = time.time() + self.expires_in
        return session

    async def _answer(self, session: Session, event: ClientEvent) -> None:
        kind = event["type"]
        if kind in self.answers:
            await self.answers[kind](session, event)
        elif kind == "session.update":
            if self.confirm:
                await session.send({"type": "session.updated", "session": event["session"]})
        elif kind == "input_audio_buffer.commit":
            await self._commit(session)
        elif kind == "response.create":
            session.metadata = event.get("response", {}).get("metadata")
            session.run(self.replies.popleft() if self.replies else [self.default])
        elif kind == "response.cancel":
            await session.stop()
            session.cancelled.set()
            if session.active is not None:
                await session.done(
                    "cancelled", status_details={"type": "cancelled", "reason": "client_cancelled"}
                )

    async def _commit(self, session: Session) -> None:
        item, previous = self.next_id("item"), session.item or None
        session.item = item
        placed = {"item_id": item, "previous_item_id": previous}
        await session.send({"type": "input_audio_buffer.committed", **placed})
        message = {"id": item, "type": "message", "role": "user", "content": []}
        await session.send(
            {"type": "conversation.item.added", "previous_item_id": previous, "item": message}
        )
        if self.transcript is not None:
            kind = "conversation.item.input_audio_transcription.completed"
            await session.send({"type": kind, "item_id": item, "transcript": self.transcript})


async def _say_hello(session: Session) -> None:
    await session.begin()
    await session.say("hello to you", b"\x10\x27\xf0\xd8" * 2400, pieces=4)
    await session.done(usage={"total_tokens": 3})


@contextlib.contextmanager
def on_a_thread() -> Iterator[ScriptedServer]:
    """A server that goes on while the loop of the test stands still. Script it before it is asked."""
    ended = asyncio.Event()
    begun: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, ScriptedServer]] = queue.SimpleQueue()

    async def serve_until_ended() -> None:
        async with ScriptedServer() as server:
            begun.put((asyncio.get_running_loop(), server))
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve_until_ended()))
    thread.start()
    try:
        loop, server = begun.get(timeout=10)
        try:
            yield server
        finally:
            loop.call_soon_threadsafe(ended.set)
    finally:
        thread.join()


def begin(id_: str | None = None) -> Step:
    """A step: the response is created."""

    async def step(session: Session) -> None:
        await session.begin(id_=id_)

    return step


def say(text: str, pcm: bytes, *, item: str | None = None, pieces: int = 1) -> Step:
    """A step: an audio item with its words."""

    async def step(session: Session) -> None:
        await session.say(text, pcm, item=item, pieces=pieces)

    return step


def done(status: str = "completed", **more: Any) -> Step:
    """A step: the response is done."""

    async def step(session: Session) -> None:
        await session.done(status, **more)

    return step
