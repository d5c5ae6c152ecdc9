"""Rounds of tools in a realtime session: calls are run, results are sent, and the same reply goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voicedesk.core.clock import now
from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.core.events import ToolAnswered, ToolCalled
from voicedesk.core.tasks import TaskSet
from voicedesk.pipelines.base import RunTools
from voicedesk.pipelines.realtime_reply import Reply
from voicedesk.pipelines.realtime_tools import result_event, unanswered
from voicedesk.tools.registry import MAX_ROUNDS


@dataclass(slots=True, eq=False)
class _Round:
    """Calls that run."""

    calls: Sequence[ToolCall]
    results: list[ToolResult] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class ToolRounds:
    """Runs what replies call."""

    def __init__(
        self,
        run: RunTools,
        tasks: TaskSet,
        *,
        send: Callable[[Mapping[str, Any]], None],
        go_on: Callable[[Reply], None],
    ) -> None:
        """Nothing runs yet.

        Args:
            run: Runs calls side by side.
            tasks: Where they run.
            send: Sends an event to the server, if it is there.
            go_on: Asks for the next response of a reply, whose results have been sent.
        """
        self._run = run
        self._tasks = tasks
        self._send = send
        self._go_on = go_on
        self._running: dict[Reply, _Round] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def running(self, reply: Reply) -> bool:
        """Whether the reply waits for tools, and not for the server."""
        return reply in self._running

    def begin(self, reply: Reply, calls: Sequence[ToolCall]) -> bool:
        """The reply calls tools. Returns whether they run: a model that calls for ever is only told so."""
        if reply.round >= MAX_ROUNDS:
            for result in unanswered(calls, (), "There were too many rounds of tools in this turn"):
                self._send(result_event(result))
            return False
        for call in calls:
            reply.queue.put(ToolCalled(turn=reply.turn, at=now(), call=call, round=reply.round))
        round_ = self._running[reply] = _Round(calls)
        round_.task = self._tasks.spawn(self._take(reply, round_), name="tools of a reply")
        return True

    async def _take(self, reply: Reply, round_: _Round) -> None:
        def answered(result: ToolResult) -> None:
            round_.results.append(result)
            event = ToolAnswered(turn=reply.turn, at=now(), result=result, round=reply.round)
            reply.queue.put(event)

        try:
            results = await self._run(round_.calls, answered)
        finally:
            self._running.pop(reply, None)
        for result in results:
            self._send(result_event(result))
        reply.round += 1
        self._go_on(reply)

    def cancel(self, reply: Reply) -> None:
        """Nobody wants the reply any more. The server is told of every call what became of it."""
        round_ = self._running.pop(reply, None)
        if round_ is None or round_.task is None:
            return
        self._ending.add(round_.task)
        round_.task.add_done_callback(self._ending.discard)
        round_.task.cancel()
        for result in (*round_.results, *unanswered(round_.calls, round_.results)):
            self._send(result_event(result))

    async def stopped(self) -> None:
        """Return when nothing runs any more that was cancelled."""
        await asyncio.gather(*self._ending, return_exceptions=True)
