"""Runs what models call: side by side, each with its own end, and every failure becomes a result that can be told."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.providers.stages import ToolSpec
from voicedesk.tools.arguments import read_arguments
from voicedesk.tools.tool import Arguments, DeclinedError, Tool, ToolError, told

log = logging.getLogger(__name__)

MAX_ROUNDS = 10
"""Rounds of tools in one turn; a model that goes on calling is asked to answer without."""
MOST_CALLS = 32
"""Calls in one round; what is beyond is refused."""
SIDE_BY_SIDE = 8
"""Calls that run at the same time; the others wait for their turn."""
CONFIRM_TIMEOUT_S = 60.0
"""How long the user is waited for; no answer counts as a no."""
LARGEST_RESULT = 16 * 1024
"""Bytes of a result in UTF-8."""

Confirm = Callable[[str, str], Awaitable[bool]]
"""Asks the user: question and detail, see Confirmation. Cancelled when nobody wants the answer any more."""

Answered = Callable[[ToolResult], None]
"""Is told each result as soon as it is there, on the loop."""

_CUT = " … (cut: the result is too long)"


class Registry:
    """The tools of this desk, for all pipelines.

    One question is put to the user at a time, whoever wants to ask.
    """

    def __init__(self, tools: Iterable[Tool], *, confirm: Confirm | None = None) -> None:
        """Nothing runs yet.

        Args:
            tools: All there are, each name once.
            confirm: Asks the user; without it tools that have to ask are not offered and refused.

        Raises:
            ValueError: Two tools have the same name.
        """
        self._tools: dict[str, Tool] = {}
        for tool in tools:
            if tool.name in self._tools:
                raise ValueError(f"two tools are called {tool.name}")
            self._tools[tool.name] = tool
        self._confirm = confirm
        self._off: frozenset[str] = frozenset()
        self._asking = asyncio.Lock()
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._running: dict[str, asyncio.Timeout] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """All tools, those that are switched off included."""
        return tuple(self._tools)

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What models are offered."""
        return tuple(tool.spec for tool in self._tools.values() if self._offered(tool))

    def without(self, names: Collection[str]) -> Registry:
        """The same tools, but for those that are switched off. Unknown names are ignored."""
        other = copy.copy(self)
        other._off = frozenset(names)  # noqa: SLF001 - of the same class
        return other

    def _offered(self, tool: Tool) -> bool:
        return tool.name not in self._off and (tool.confirm is None or self._confirm is not None)

    async def run_all(
        self, calls: Sequence[ToolCall], answered: Answered | None = None
    ) -> list[ToolResult]:
        """Run calls side by side. Cancelling it cancels every one of them.

        Args:
            calls: Complete, in the model's order.
            answered: Is told each result as it comes.

        Returns:
            One result for each call, in the order of the calls. Nothing a tool does raises.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._answer(call, place, answered), name=f"tool {call.name}")
                for place, call in enumerate(calls)
            ]
        return [task.result() for task in tasks]

    def cancel(self, call_id: str) -> bool:
        """Stop one call; the others go on, and its result says so. Returns whether it was running."""
        scope = self._running.get(call_id)
        if scope is None or scope.expired():
            return False
        scope.reschedule(asyncio.get_running_loop().time())
        return True

    async def _answer(self, call: ToolCall, place: int, answered: Answered | None) -> ToolResult:
        if place < MOST_CALLS:
            result = await self._result(call)
        else:
            result = _failure(call, f"More than {MOST_CALLS} calls at once are not possible")
        if answered is not None:
            answered(result)
        return result

    async def _result(self, call: ToolCall) -> ToolResult:
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._running[call.call_id] = scope
                async with self._slots:
                    output = await self._run(call)
        except DeclinedError as error:
            return _failure(call, str(error), declined=True)
        except ToolError as error:
            return _failure(call, str(error))
        except TimeoutError:
            return _failure(call, "The call was stopped before it was done")
        except Exception:  # whatever a tool fails with, the model is told and the turn lives on
            log.warning("the tool %s failed", call.name, exc_info=True)
            return _failure(call, f"The tool {call.name} failed for an inner reason")
        finally:
            if self._running.get(call.call_id) is scope:
                del self._running[call.call_id]
        return ToolResult(call.call_id, call.name, bounded(output))

    async def _run(self, call: ToolCall) -> str:
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(spec.name for spec in self.specs) or "none"
            raise ToolError(f"There is no tool {call.name[:64]!r}; those there are: {known}")
        if not self._offered(tool):
            raise ToolError(f"The tool {call.name} is switched off")
        arguments = read_arguments(call.arguments, tool.spec.parameters)
        if tool.confirm is not None:
            await self._ask(tool, arguments)
        return await _within(tool, arguments)

    async def _ask(self, tool: Tool, arguments: Arguments) -> None:
        assert tool.confirm is not None
        assert self._confirm is not None
        confirmation = tool.confirm(arguments)
        limit = asyncio.timeout(None)
        try:
            async with self._asking, limit:
                limit.reschedule(asyncio.get_running_loop().time() + CONFIRM_TIMEOUT_S)
                allowed = await self._confirm(confirmation.question, confirmation.detail)
        except TimeoutError as error:
            raise DeclinedError("The user was asked and did not answer") from error
        if not allowed:
            raise DeclinedError("The user was asked and did not allow it")


async def _within(tool: Tool, arguments: Arguments) -> str:
    limit = asyncio.timeout(tool.timeout_s)
    try:
        async with limit:
            return await tool.run(arguments)
    except TimeoutError as error:
        if limit.expired():
            raise ToolError(
                f"The tool {tool.name} took longer than {tool.timeout_s:g} seconds and was stopped"
            ) from error
        raise ToolError(f"The tool {tool.name} waited too long for an answer") from error


def _failure(call: ToolCall, reason: str, *, declined: bool = False) -> ToolResult:
    output = told(error=reason, declined=True) if declined else told(error=reason)
    return ToolResult(call.call_id, call.name, output, failed=True)


def bounded(output: str) -> str:
    """A result that is not too large for a request: cut, and saying so, where it was."""
    data = output.encode("utf-8", "replace")
    if len(data) <= LARGEST_RESULT:
        return data.decode()
    return data[: LARGEST_RESULT - len(_CUT.encode())].decode("utf-8", "ignore") + _CUT
