"""The connection is killed at each moment of a turn: is every take answered once, or offered to be asked again?"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable, Sequence

from benchmarks.faults_desk import Crashes, Desk, scripted
from benchmarks.faults_takes import TONE, Takes, Tally
from benchmarks.report import Result
from tests.support.proxy import Proxy
from tests.support.realtime_server import ScriptedServer, Session, begin, done, say
from voicedesk.core.clock import now
from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.core.events import Link
from voicedesk.core.timeline import percentile
from voicedesk.core.turn import State

_CALL = {"id": "f", "type": "function_call", "call_id": "c", "name": "now", "arguments": "{}"}


class Killer(Takes):
    """One desk whose connections die."""

    def __init__(self, desk: Desk, server: ScriptedServer, proxy: Proxy) -> None:
        super().__init__(desk)
        self.server = server
        self.proxy = proxy
        self.states: dict[str, Callable[[], Awaitable[None]]] = {
            "connecting": self._connecting,
            "configuring": self._configuring,
            "idle": self._idle,
            "appending": self._appending,
            "committing": lambda: self._armed("input_audio_buffer.commit"),
            "waiting": lambda: self._armed("response.create"),
            "mid-audio": self._mid_audio,
            "mid-tool": self._mid_tool,
            "cancelling": self._cancelling,
        }

    async def kill(self, session: Session) -> None:
        """Each time in another way."""
        how = self.number % 4
        if how == 0:
            self.proxy.cut()
        elif how == 1:
            self.proxy.reset()
        elif how == 2:
            await session.socket.close(1011, "")
        else:
            self.proxy.half_close()

    def _arm(self, kind: str) -> None:
        async def die(session: Session, _event: object) -> None:
            self.server.answers.pop(kind, None)
            await self.kill(session)

        self.server.answers[kind] = die

    async def _connecting(self) -> None:
        self.proxy.drops = 2
        self.proxy.cut()
        await self.desk.talk()

    async def _configuring(self) -> None:
        self._arm("session.update")
        self.proxy.cut()
        await self.desk.talk()

    async def _idle(self) -> None:
        await self.kill(self.server.session)
        await self.desk.talk()

    async def _appending(self) -> None:
        session = self.server.session
        before = len(session.received)
        self.desk.conductor.press()
        await self.desk.until(lambda: len(session.received) > before + 4)
        await self.kill(session)
        await self.desk.microphone.spoken()
        self.desk.conductor.release()

    async def _armed(self, kind: str) -> None:
        self._arm(kind)
        await self.desk.talk()

    async def _mid_audio(self) -> None:
        self.server.replies.append(
            [begin(), say("This is", TONE, pieces=2), 0.05, self.kill, say("not said", TONE)]
        )
        await self.desk.talk()

    async def _mid_tool(self) -> None:
        self.server.replies.append([begin(), done(output=[_CALL])])
        self.server.replies.append([self.kill])
        await self.desk.talk()

    async def _cancelling(self) -> None:
        async def wait(session: Session) -> None:
            await session.cancelled.wait()

        self.server.replies.append([begin(), say("A long one", TONE * 30, pieces=10), wait])
        question, self.server.transcript = self.server.transcript, "something else"
        await self.desk.talk()
        await self.desk.until(lambda: self.desk.conductor.state is State.SPEAKING)
        self.server.transcript = question
        self._arm("response.cancel")
        await self.desk.talk()

    async def take(self, state: str, tally: Tally) -> None:
        """One take, disturbed in a state."""
        await self.disturbed(state, self.states[state], self._prepare, tally)

    def _prepare(self, question: str, answer: str) -> None:
        self.server.transcript = question

        async def reply(session: Session) -> None:
            await session.begin()
            await session.say(answer, TONE, pieces=2)
            await session.done()

        self.server.default = reply

    def forgotten(self) -> int:
        """How much of the conversation the present session was not told before its first question."""
        known: list[str] = []
        for event in self.server.session.received:
            if event["type"] in {"input_audio_buffer.commit", "response.create"}:
                break
            if event["type"] == "conversation.item.create":
                known += [part["text"] for part in event["item"].get("content", ())]
        said = [m.text for m in self.desk.dialogue if m.text]
        missing = [text for text in known if text not in said]
        first = said.index(known[0]) if known and known[0] in said else 0
        return len(missing) + sum(text not in known for text in said[first : first + len(known)])


async def _no_time(
    calls: Sequence[ToolCall], answered: Callable[[ToolResult], None]
) -> Sequence[ToolResult]:
    results = [ToolResult(call.call_id, call.name, "noon") for call in calls]
    for result in results:
        answered(result)
    return results


async def measure(*, each: int, returns: int) -> list[Result]:
    """Kill, and take the network away."""
    crashes = Crashes()
    total = Tally()
    with crashes.watching():
        async with scripted(_no_time) as (desk, server, proxy):
            killer = Killer(desk, server, proxy)
            for state in killer.states:
                for _ in range(each):
                    await killer.take(state, total)
            total.forgotten = killer.forgotten()
        back = await _returns(returns)
    for line in (*total.notes, *crashes.lines):
        print(line, file=sys.stderr)
    how = f"{total.takes} takes: {each} in each of nine states of the protocol, killed in four ways"
    return [
        *total.results("", how),
        Result("errors that nobody had foreseen", float(len(crashes.lines)), "", 0.0),
        Result(
            "the network is back until ready, p95",
            percentile(back, 0.95),
            "ms",
            1000.0,
            note=f"{returns} times, away for up to half a minute" if returns > 5 else "",
        ),
    ]


async def _returns(count: int) -> list[float]:
    """Milliseconds from the network's return to ready."""
    found: list[float] = []
    chance = random.Random(5)
    async with scripted() as (desk, _, proxy):
        for number in range(count):
            await desk.ready()
            await proxy.refuse()
            proxy.cut()
            await desk.until(lambda: desk.conductor.link is Link.RECONNECTING)
            await asyncio.sleep(chance.uniform(0.3, 2.0 if count <= 5 else 2.0 + 1.5 * number))
            await proxy.listen()
            at = now()
            await desk.ready()
            found.append((now() - at) * 1000.0)
    return found
