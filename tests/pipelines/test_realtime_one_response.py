"""A server makes one response at a time: whatever hands and networks do, no session is asked for two at once."""

from __future__ import annotations

import asyncio
import itertools
import struct
from collections import Counter
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import ExitStack, aclosing
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.support.strict_realtime import Plan, Response, StrictServer, StrictSession
from tests.support.virtual_time import VirtualLoop
from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.core.errors import ServerError
from voicedesk.core.events import AudioDelta, AudioKey, Event, Heard, ReplyEnded, TextDelta
from voicedesk.core.settings import Realtime
from voicedesk.pipelines import realtime_keeper, realtime_link
from voicedesk.pipelines.realtime import CANCEL_TIMEOUT, RealtimePipeline
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.stages import ToolSpec

_ADDRESS = Address("Strict", "https://strict.test/v1", "", Quirks())
_FADE_S = 0.01
_LONGEST_S = 300.0
_SECONDS = st.sampled_from([0.0, 0.05, 1.0, 3.0])
_PLANS = st.builds(
    Plan,
    begins_after=_SECONDS,
    gap=st.sampled_from([0.0, 0.05, 0.5]),
    words=st.integers(1, 4),
    ends=st.sampled_from(["completed", "completed", "completed", "calls", "failed", "stuck"]),
    cancel=st.sampled_from(["obeyed", "late", "refused"]),
    late=_SECONDS,
)


class NoNetwork:
    """Of the network nothing is known."""

    slept_s = 0.0

    async def came_back(self, base_url: str) -> bool:
        del base_url
        return False

    def moved(self, base_url: str) -> bool:
        del base_url
        return False

    def forget(self) -> None: ...

    def went_away(self) -> None: ...


class Asked:
    """A question, and what came of it.

    Attributes:
        name: How the server knows it.
        take: Its sound; empty for a typed one.
        is_wanted: Whether nobody has cancelled it.
        left_at: Since when its answer was not wanted any more, in seconds of the loop; 0 while it is.
        ends: What was told of its end.
        outcomes: "answered", "failed" or "cancelled", each time it came to an end.
    """

    def __init__(self, turn: int, name: str, text: str | None, take: bytes) -> None:
        self.turn = turn
        self.name = name
        self.text = text
        self.take = take
        self.is_wanted = True
        self.left_at = 0.0
        self.ends: list[str] = []
        self.outcomes: list[str] = []
        self.words: list[str] = []
        self.received: Counter[AudioKey] = Counter()
        self.reader: asyncio.Task[None] | None = None

    def leave(self) -> None:
        """Its answer is not wanted any more."""
        self.left_at = self.left_at or asyncio.get_running_loop().time()

    def put(self, event: Event) -> None:
        assert event.turn == self.turn
        if isinstance(event, TextDelta):
            self.words += event.text.split()
        elif isinstance(event, AudioDelta):
            self.received[event.key] += len(event.pcm)
        elif isinstance(event, ReplyEnded):
            self.ends.append("cancelled" if event.interrupted else "answered")

    def heard(self, part: float) -> list[Heard]:
        lengths = {key: count / 48.0 for key, count in self.received.items()}
        return [Heard(key, length * part, length) for key, length in lengths.items()]


class Talk(RuleBasedStateMachine):
    """Presses, words, cancels and typed questions, in the order in which the conductor passes them on."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self._numbers = itertools.count(1)
        self._patches = ExitStack()
        self.server = StrictServer()
        socket = mock.Mock(connect=self.server.connect)
        for module, name, stub in (
            (realtime_link, "RealtimeSocket", socket),
            (realtime_link, "prepared", _prepared),
            (realtime_keeper, "Network", NoNetwork),
        ):
            self._patches.enter_context(mock.patch.object(module, name, stub))
        self.turn = 0
        self.is_held = False
        self.take = b""
        self.asked: list[Asked] = []
        self.tool_s = 0.0
        self.tool_runs: Counter[str] = Counter()
        self._stopping: asyncio.Task[None] | None = None
        self._do(self._begin())

    async def _begin(self) -> None:
        self.pipeline = RealtimePipeline(
            _prepared_address,
            Realtime(),
            "",
            tools=[ToolSpec("now", "The time", {"type": "object"})],
            run_tools=self._run_tools,
        )
        self.pipeline.listen(_nobody)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        self.loop.run_until_complete(work)

    async def _run_tools(self, calls: Sequence[ToolCall], answered: Any) -> Sequence[ToolResult]:
        self.tool_runs.update(call.call_id for call in calls)
        await asyncio.sleep(self.tool_s)
        results = [ToolResult(call.call_id, call.name, "noon") for call in calls]
        for result in results:
            answered(result)
        return results

    # --------------------------------------------------------------------------------- the hands

    @property
    def present(self) -> Asked | None:
        """The question that is being answered."""
        last = self.asked[-1] if self.asked else None
        return last if last is not None and last.is_wanted and not last.outcomes else None

    @rule(heard=st.sampled_from([0.0, 0.5]))
    @precondition(lambda self: not self.is_held)
    def press(self, heard: float) -> None:
        self._do(self._press(heard))

    async def _press(self, heard: float) -> None:
        self.turn += 1
        self._stop(heard)
        self.is_held, self.take = True, b""
        self.pipeline.begin_turn(self.turn)

    @rule(blocks=st.integers(1, 3))
    @precondition(lambda self: self.is_held)
    def speak(self, blocks: int) -> None:
        self._do(self._speak(blocks))

    async def _speak(self, blocks: int) -> None:
        for _ in range(blocks):
            block = struct.pack("<H", next(self._numbers)) * 2400
            self.take += block
            self.pipeline.feed(block)
            await asyncio.sleep(0.1)

    @rule()
    @precondition(lambda self: self.is_held)
    def release(self) -> None:
        self.is_held = False
        self._do(self._ask(Asked(self.turn, self.take[:2].hex(), None, self.take)))

    @rule()
    @precondition(lambda self: self.is_held)
    def abort(self) -> None:
        self.is_held = False
        self._do(self._abort())

    async def _abort(self) -> None:
        self.pipeline.abort_turn()

    @rule(heard=st.sampled_from([0.0, 0.5]))
    @precondition(lambda self: not self.is_held)
    def type_a_question(self, heard: float) -> None:
        self._do(self._type(heard))

    async def _type(self, heard: float) -> None:
        self.turn += 1
        self._stop(heard)
        self.pipeline.begin_turn(self.turn)
        text = f"question{next(self._numbers)}"
        await self._ask(Asked(self.turn, text, text, b""))

    @rule(heard=st.sampled_from([0.0, 0.5]))
    @precondition(lambda self: self.present is not None)
    def interrupt(self, heard: float) -> None:
        self._do(self._interrupt(heard))

    async def _interrupt(self, heard: float) -> None:
        self._stop(heard)

    async def _ask(self, asked: Asked) -> None:
        self.asked.append(asked)
        stopped = self._stopping is None or self._stopping.done()
        reply = self.pipeline.end_turn(asked.text) if stopped else None
        asked.reader = self.loop.create_task(self._read(asked, reply), name="reader")

    async def _read(self, asked: Asked, reply: AsyncGenerator[Event, None] | None) -> None:
        if reply is None:
            assert self._stopping is not None
            await asyncio.wait({self._stopping})
            if asked.turn != self.turn:
                return
            reply = self.pipeline.end_turn(asked.text)
        try:
            async with aclosing(reply) as events:
                async for event in events:
                    if asked.turn != self.turn:
                        return
                    asked.put(event)
            (outcome,) = asked.ends
            asked.outcomes.append(outcome)
        except ServerError:
            asked.outcomes.append("failed")
            asked.leave()

    def _stop(self, heard: float) -> None:
        """Silence: what is being answered is not wanted any more."""
        asked = self.present
        if asked is not None:
            asked.is_wanted = False
            silence = self._silence(asked, heard, self._stopping)
            self._stopping = self.loop.create_task(silence, name="silence")

    async def _silence(self, asked: Asked, heard: float, before: asyncio.Task[None] | None) -> None:
        await asyncio.sleep(_FADE_S)
        asked.leave()
        await self.pipeline.interrupt(asked.heard(heard))
        assert asked.reader is not None
        asked.reader.cancel()
        await asyncio.gather(asked.reader, *filter(None, [before]), return_exceptions=True)

    # --------------------------------------------------------------------- the server and the net

    @rule(plan=_PLANS)
    def answer_next_in_this_way(self, plan: Plan) -> None:
        self.server.plans.append(plan)

    @rule(seconds=_SECONDS)
    def have_tools_take(self, seconds: float) -> None:
        self.tool_s = seconds

    @rule()
    def lose_the_connection(self) -> None:
        self._do(self._cut())

    async def _cut(self) -> None:
        self.server.cut()

    @rule(is_there=st.booleans())
    def take_connections_or_not(self, is_there: bool) -> None:
        self.server.is_there = is_there

    @rule(seconds=st.sampled_from([0.001, 0.015, 0.1, 0.7, 2.5, 15.0]))
    def wait(self, seconds: float) -> None:
        self._do(asyncio.sleep(seconds))

    @rule()
    @precondition(lambda self: self.present is not None)
    def wait_for_the_answer(self) -> None:
        self._do(self._answered())

    async def _answered(self) -> None:
        async with asyncio.timeout(_LONGEST_S):
            tasks = {asked.reader for asked in self.asked if asked.reader is not None}
            await asyncio.wait({*tasks, *filter(None, [self._stopping])})

    # ---------------------------------------------------------------------------- what must be so

    def teardown(self) -> None:
        try:
            self.server.is_there = True
            self.server.plans.clear()
            if self.is_held:
                self.abort()
            if self.asked:
                self._do(self._answered())
            self._check()
            self._do(self._press(1.0))
            self._do(self._speak(2))
            self.release()
            self._do(self._answered())
            assert self.asked[-1].outcomes == ["answered"]
            self._check()
        finally:
            self._do(self.pipeline.close())
            self.server.cut()
            self._do(asyncio.sleep(1.0))
            left = asyncio.all_tasks(self.loop)
            self.loop.close()
            self._patches.close()
            assert left == set()

    def _check(self) -> None:
        left_at = {str(asked.turn): asked.left_at for asked in self.asked if asked.left_at}
        for session in self.server.sessions:
            _check_requests(session, left_at)
            assert max(Counter(session.appended).values(), default=1) == 1
        takes = {asked.take for asked in self.asked if asked.take}
        assert {take for session in self.server.sessions for take in session.takes} <= takes
        assert max(self.tool_runs.values(), default=1) == 1
        responses = [made for session in self.server.sessions for made in session.responses]
        for asked in self.asked:
            _check_outcome(asked, responses)


def _check_requests(session: StrictSession, left_at: Mapping[str, float]) -> None:
    """Only a server that does not let go of what was given up long ago is asked for more than it can do.

    ``left_at`` says by turn since when its answer was not wanted any more.
    """
    for active, at in session.refused:
        waited = at - left_at.get(active.metadata["turn"], at)
        assert active.is_refusing or waited >= CANCEL_TIMEOUT, active


def _check_outcome(asked: Asked, responses: Sequence[Response]) -> None:
    """What is wanted comes to one end; what is told of it is what was said in answer to it, each word once."""
    if asked.is_wanted:
        assert asked.outcomes in (["answered"], ["failed"])
    else:
        assert len(asked.outcomes) <= 1  # it may have come to its end while the sound was fading
    said = [word for made in responses if made.question == asked.name for word in made.said]
    assert len(set(asked.words)) == len(asked.words)
    assert asked.words == [word for word in said if word in asked.words]
    if asked.outcomes == ["answered"]:
        # A take without any sound in it is a turn too, and has the server answer the question before it.
        its = [made for made in responses if made.metadata["turn"] == str(asked.turn)]
        own = [made.said for made in its if made.question == asked.name and made.said]
        assert asked.words == own[-1]


async def _prepared(_source: object) -> Address:
    return _ADDRESS


async def _prepared_address() -> Address:
    return _ADDRESS


def _nobody(_event: Event) -> None:
    """What is told beside the answers is looked at elsewhere."""


def test_no_session_is_asked_for_two_responses_at_once() -> None:
    Talk.TestCase.settings = settings(
        max_examples=100,
        stateful_step_count=20,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failure is told at once
        suppress_health_check=list(HealthCheck),
    )
    Talk.TestCase("runTest").runTest()


def refused_in(talk: Talk) -> int:
    """How often the server was asked for a second response, when all is over."""
    talk.teardown()
    return sum(len(session.refused) for session in talk.server.sessions)


def test_a_question_waits_for_the_answer_that_the_one_before_it_was_waiting_for() -> None:
    talk = Talk()
    talk.server.plans.append(Plan(gap=0.5, cancel="late", late=1.0))
    talk.type_a_question(0.0)
    talk.wait(0.7)
    talk.type_a_question(0.0)
    talk.wait(0.1)
    talk.type_a_question(0.0)  # while the second is not asked yet
    assert refused_in(talk) == 0


def test_a_question_waits_for_the_answer_to_a_refused_take() -> None:
    talk = Talk()
    talk.type_a_question(0.0)
    talk.wait_for_the_answer()
    talk.server.plans.append(Plan(begins_after=1.0))
    talk.press(0.0)
    talk.release()  # nothing was said: the take is refused, and what it asked for is made all the same
    talk.wait_for_the_answer()
    talk.type_a_question(0.0)
    assert refused_in(talk) == 0
