"""How chat servers end their answers, and what they are told of answers that stand side by side."""

import asyncio

import pytest

from tests.providers.chat_events import piece, sse, thought
from tests.providers.fake_http import fake_http, streams
from voicedesk.core.dialogue import Message, Role, ToolCall
from voicedesk.providers import chat
from voicedesk.providers.chat import ChatThinker, chat_messages


async def test_an_answer_that_has_ended_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    never = asyncio.Event()
    monkeypatch.setattr(chat, "LINGER_S", 0.05)
    handler = streams(sse(piece(content="Noon."), piece("stop")), never, kind="text/event-stream")
    async with fake_http(handler) as fake, asyncio.timeout(4):
        thinker = ChatThinker(fake.client(stall_s=5.0), "m")
        assert (await thought(thinker))[0] == "Noon."
        never.set()
        await thinker.close()


def test_two_answers_in_a_row_are_told_as_one() -> None:
    said = [
        Message(1, Role.USER, "What time is it?"),
        Message(1, Role.ASSISTANT, "I look.", round=0),
        Message(1, Role.TOOL_CALL, call=ToolCall("c", "now", "{}"), round=0),
        Message(1, Role.ASSISTANT, "Noon.", round=1),
    ]
    told = chat_messages("", said)
    assert told == [
        {"role": "user", "content": "What time is it?"},
        {"role": "assistant", "content": "I look.\nNoon."},
    ]
