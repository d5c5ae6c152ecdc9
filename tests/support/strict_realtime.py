"""A strict Realtime server in memory, for a virtual clock: one response at a time, and its own pace for each.

It takes the place of ``RealtimeSocket``: what is sent and what comes takes a moment on the way, in order. Like a real
server it refuses a second response while one is active, a cancel where none is, and a commit of no sound.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from voicedesk.core.clock import now
from voicedesk.core.errors import ConnectionLostError, ServerError, UnreachableError
from voicedesk.providers.profiles import Address

ON_WAY_S = 0.01
SHORTEST_TAKE = 4800  # bytes: the real server refuses less than 100 ms
WORD = base64.b64encode(b"\x10\x27\xf0\xd8" * 1200).decode()  # 100 ms

ClientEvent = dict[str, Any]
_END: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Plan:
    """How one response goes.

    Attributes:
        begins_after: Seconds until it is told that it was created.
        gap: Seconds before each word, and before the end.
        words: How many.
        ends: What becomes of it; "stuck" says nothing more until it is cancelled.
        cancel: What becomes of a cancel: obeyed, obeyed after ``late`` seconds, or refused.
        late: See ``cancel``.
    """

    begins_after: float = 0.0
    gap: float = 0.05
    words: int = 3
    ends: Literal["completed", "failed", "calls", "stuck"] = "completed"
    cancel: Literal["obeyed", "late", "refused"] = "obeyed"
    late: float = 0.0


@dataclass(eq=False)
class Response:
    """A response.

    Attributes:
        question: What the conversation ended with when it was asked for.
        said: The words that were sent.
        cancels: When the client asked for its end, in seconds of the loop.
        is_refusing: Whether it has refused to end.
    """

    id: str
    question: str
    plan: Plan
    metadata: Any
    said: list[str] = field(default_factory=list)
    cancels: list[float] = field(default_factory=list)
    is_refusing: bool = False


class StrictSession:
    """One connection, with the face of a ``RealtimeSocket``.

    Attributes:
        delivered: Characters that were sent; nothing is on its way for long.
        appended: Every piece of sound that came, in order.
        takes: The takes that were committed.
        refused: Each response that was active when another one was asked for, and when that was.
        responses: All of them.
    """

    def __init__(self, server: StrictServer) -> None:
        self.server = server
        self.ended: ServerError | None = None
        self.refusal: ServerError | None = None
        self.garbage = 0
        self.delivered = 0
        self.appended: list[bytes] = []
        self.takes: list[bytes] = []
        self.refused: list[tuple[Response, float]] = []
        self.responses: list[Response] = []
        self.active: Response | None = None
        self.is_open = True
        self._ids = itertools.count(1)
        self._buffer = b""
        self._question = ""
        self._items: set[str] = set()
        self._there: asyncio.Queue[tuple[float, ClientEvent, Callable[[float], None] | None]] = (
            asyncio.Queue()
        )
        self._back: asyncio.Queue[tuple[float, Mapping[str, Any]]] = asyncio.Queue()
        self._tasks = {asyncio.get_running_loop().create_task(self._serve(), name="strict server")}
        self._making: asyncio.Task[None] | None = None
        self._tell({"type": "session.created", "session": {"type": "realtime"}})

    # --------------------------------------------------------------------------- the client's side

    def send(self, event: Mapping[str, Any], *, sent: Callable[[float], None] | None = None) -> str:
        event_id = f"vd_{next(self._ids)}"
        text = json.dumps({"event_id": event_id, **event})
        self.delivered += len(text)
        copied = json.loads(text)
        self._there.put_nowait((self._due(), copied, sent))
        return event_id

    async def receive(self) -> ClientEvent | None:
        due, event = await self._back.get()
        await asyncio.sleep(max(0.0, due - self._now()))
        if event is _END:
            self._back.put_nowait((due, _END))
            return None
        return json.loads(json.dumps(event))  # type: ignore[no-any-return]

    async def answers(self, timeout: float) -> bool:
        await asyncio.sleep(min(timeout, 2 * ON_WAY_S))
        return self.is_open

    async def close(self) -> None:
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --------------------------------------------------------------------------- the server's side

    def cut(self) -> None:
        """The connection is gone, with all that is on its way."""
        if not self.is_open:
            return
        self.is_open = False
        self.ended = ConnectionLostError("cut", server="Strict", reason="the network failed")
        for task in self._tasks:
            task.cancel()
        while not self._back.empty():
            self._back.get_nowait()
        self._back.put_nowait((0.0, _END))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _due(self) -> float:
        return self._now() + ON_WAY_S

    def _tell(self, event: Mapping[str, Any]) -> None:
        if self.is_open:
            self._back.put_nowait(
                (self._due(), {"event_id": self.server.next_id("event"), **event})
            )

    def _complain(self, event: ClientEvent, code: str) -> None:
        body = {"type": "invalid_request_error", "code": code, "message": code}
        self._tell({"type": "error", "error": {**body, "event_id": event["event_id"]}})

    async def _serve(self) -> None:
        while True:
            due, event, sent = await self._there.get()
            if sent is not None:
                sent(now())
            await asyncio.sleep(max(0.0, due - self._now()))
            self._take(event)

    def _take(self, event: ClientEvent) -> None:
        kind = event["type"]
        if kind == "session.update":
            self._tell({"type": "session.updated", "session": event["session"]})
        elif kind == "input_audio_buffer.append":
            self.appended.append(base64.b64decode(event["audio"]))
            self._buffer += self.appended[-1]
        elif kind == "input_audio_buffer.clear":
            self._buffer = b""
        elif kind == "input_audio_buffer.commit":
            self._commit(event)
        elif kind == "response.create":
            self._create(event)
        elif kind == "response.cancel":
            self._cancel(event)
        elif kind.startswith("conversation.item."):
            self._change_items(event)

    def _commit(self, event: ClientEvent) -> None:
        take, self._buffer = self._buffer, b""
        if len(take) < SHORTEST_TAKE:
            self._complain(event, "input_audio_buffer_commit_empty")
            return
        self.takes.append(take)
        item = self.server.next_id("item")
        self._items.add(item)
        self._question = take[:2].hex()
        self._tell({"type": "input_audio_buffer.committed", "item_id": item})
        kind = "conversation.item.input_audio_transcription.completed"
        self._tell({"type": kind, "item_id": item, "transcript": "so it is"})

    def _change_items(self, event: ClientEvent) -> None:
        kind = event["type"].removeprefix("conversation.item.")
        if kind == "create":
            item = event["item"]
            self._items.add(item.get("id") or self.server.next_id("item"))
            if item["type"] == "message" and item["role"] == "user":
                self._question = item["content"][0]["text"]
        elif event["item_id"] not in self._items:
            self._complain(event, f"item_{kind}_invalid_item_id")

    def _create(self, event: ClientEvent) -> None:
        if self.active is not None:
            self.refused.append((self.active, self._now()))
            self._complain(event, "conversation_already_has_active_response")
            return
        plan = self.server.plans.popleft() if self.server.plans else Plan()
        metadata = event["response"]["metadata"]
        self.active = Response(self.server.next_id("resp"), self._question, plan, metadata)
        self.responses.append(self.active)
        self._make(self._respond(self.active))

    def _make(self, work: Any) -> None:
        self._making = task = asyncio.get_running_loop().create_task(work, name="strict response")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _cancel(self, event: ClientEvent) -> None:
        response = self.active
        if response is None or event.get("response_id") not in {None, response.id}:
            self._complain(event, "response_cancel_not_active")
            return
        response.cancels.append(self._now())
        if response.plan.cancel == "refused" and response.plan.ends != "stuck":
            response.is_refusing = True
            self._complain(event, "response_cancel_not_active")  # and yet it goes on
            return
        assert self._making is not None
        if len(response.cancels) == 1:
            self._making.cancel()
            self._make(self._let_go(response))

    async def _let_go(self, response: Response) -> None:
        await asyncio.sleep(response.plan.late if response.plan.cancel == "late" else 0.0)
        self._done(response, "cancelled")

    async def _respond(self, response: Response) -> None:
        plan = response.plan
        await asyncio.sleep(plan.begins_after)
        told = {"id": response.id, "status": "in_progress", "metadata": response.metadata}
        self._tell({"type": "response.created", "response": told})
        if plan.ends != "calls":
            item = self.server.next_id("item")
            self._items.add(item)
            for _ in range(plan.words):
                await asyncio.sleep(plan.gap)
                self._say(response, item)
        await asyncio.sleep(plan.gap)
        if plan.ends == "stuck":
            await asyncio.Event().wait()
        self._done(response, "failed" if plan.ends == "failed" else "completed")

    def _say(self, response: Response, item: str) -> None:
        ids = {"response_id": response.id, "item_id": item, "content_index": 0}
        word = f"{response.question}/{self.server.next_id('word')}"
        response.said.append(word)
        name = "response.output_audio"
        self._tell({"type": f"{name}_transcript.delta", **ids, "delta": f"{word} "})
        self._tell({"type": f"{name}.delta", **ids, "delta": WORD})

    def _done(self, response: Response, status: str) -> None:
        self.active = None
        more: dict[str, Any] = {"output": []}
        if status == "failed":
            more["status_details"] = {"error": {"code": "server_error", "message": "it failed"}}
        if status == "completed" and response.plan.ends == "calls":
            call = {"type": "function_call", "call_id": self.server.next_id("call"), "name": "now"}
            more["output"] = [{"id": self.server.next_id("item"), **call, "arguments": "{}"}]
        told = {"id": response.id, "status": status, "metadata": response.metadata, **more}
        self._tell({"type": "response.done", "response": told})


class StrictServer:
    """Makes sessions.

    Attributes:
        plans: For the next responses; without one it is a short, good answer.
        is_there: Whether connections come about.
        sessions: All that were.
    """

    def __init__(self) -> None:
        self.plans: deque[Plan] = deque()
        self.is_there = True
        self.sessions: list[StrictSession] = []
        self._ids = itertools.count(1)

    def next_id(self, kind: str) -> str:
        return f"{kind}_{next(self._ids)}"

    async def connect(self, address: Address, *, model: str, intent: str = "") -> StrictSession:
        """In place of ``RealtimeSocket.connect``."""
        del model, intent
        await asyncio.sleep(2 * ON_WAY_S)
        if not self.is_there:
            raise UnreachableError("gone", server=address.name, reason="nothing listens there")
        self.sessions.append(StrictSession(self))
        return self.sessions[-1]

    def cut(self) -> None:
        """Every connection is gone."""
        for session in self.sessions:
            session.cut()
