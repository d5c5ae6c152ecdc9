"""A realtime pipeline with a tool on a scripted server, and what it told: what tests of its turns begin with."""

from collections.abc import Callable, Sequence

from voicedesk.core.dialogue import Dialogue, ToolCall, ToolResult
from voicedesk.core.events import Event
from voicedesk.core.settings import Realtime
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.stages import ToolSpec

TONE = b"\x10\x27\xf0\xd8" * 1200  # 100 ms
CALL = {"id": "f", "type": "function_call", "call_id": "c", "name": "now", "arguments": "{}"}
"""The server calls the tool."""


class RealtimeTalk:
    """A pipeline, not connected.

    Attributes:
        told: All that it tells outside of ``end_turn``.
        dialogue: What its sessions are told of the past.
        turn: The latest, 0 before the first.
        tools_run: How often its tool ran.
    """

    def __init__(self, base_url: str) -> None:
        """``base_url`` is the server's, or that of a proxy before it."""
        self.told: list[Event] = []
        self.dialogue = Dialogue()
        self.turn = 0
        self.tools_run = 0
        self._base_url = base_url
        self.pipeline = RealtimePipeline(
            self._address,
            Realtime(),
            "",
            history=self.dialogue.before,
            tools=[ToolSpec("now", "The time", {"type": "object"})],
            run_tools=self._run,
        )
        self.pipeline.listen(self.told.append)

    async def _address(self) -> Address:
        return Address("Test", self._base_url, "", Quirks())

    async def _run(
        self, calls: Sequence[ToolCall], answered: Callable[[ToolResult], None]
    ) -> Sequence[ToolResult]:
        self.tools_run += 1
        results = [ToolResult(call.call_id, call.name, "noon") for call in calls]
        for result in results:
            answered(result)
        return results
