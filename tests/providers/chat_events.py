"""What chat servers stream, and how a test reads what a thinker makes of it."""

import json
from contextlib import aclosing
from typing import Any

import pytest

from tests.providers.fake_http import Handler, streams
from voicedesk.core.dialogue import Message, Role
from voicedesk.core.errors import ServerError
from voicedesk.providers.stages import Question, TextPiece, Thinker, ThoughtEnded, ToolSpec

USER = Message(1, Role.USER, "What time is it?")
TOOL = ToolSpec("get_time", "Tells the time.", {"type": "object", "properties": {}})
QUESTION = Question("Be brief.", [USER], [TOOL])
DONE = b"data: [DONE]\n\n"


def sse(*events: Any) -> bytes:
    return b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in events)


def piece(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def call(
    index: Any = 0, id_: Any = None, name: Any = None, arguments: Any = None
) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return piece(tool_calls=[{"index": index, "id": id_, "function": function}])


def stream(*parts: bytes) -> Handler:
    return streams(*parts, kind="text/event-stream")


async def thought(thinker: Thinker, question: Question = QUESTION) -> tuple[str, ThoughtEnded]:
    """The words of an answer and its end; every contract of the stage is checked on the way."""
    words = ""
    end: ThoughtEnded | None = None
    async with aclosing(thinker.think(question)) as thoughts:
        async for thought in thoughts:
            assert end is None, "nothing follows the end"
            if isinstance(thought, TextPiece):
                assert thought.text
                words += thought.text
            else:
                end = thought
    assert end is not None
    return words, end


async def failing(thinker: Thinker, question: Question = QUESTION) -> tuple[str, ServerError]:
    words = ""
    with pytest.raises(ServerError) as caught:
        async with aclosing(thinker.think(question)) as thoughts:
            async for thought in thoughts:
                assert isinstance(thought, TextPiece)
                words += thought.text
    assert str(caught.value).endswith(".")
    return words, caught.value
