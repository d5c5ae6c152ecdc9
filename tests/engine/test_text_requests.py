"""The text endpoints' requests and answers without a server: whatever the JSON, and whole and streamed the same."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.engine.answer import answer
from voicedesk.engine.assistant.assistant import Assistant
from voicedesk.engine.http_text import TextRequest
from voicedesk.engine.protocol.agent import parse_agent
from voicedesk.engine.protocol.chat import parse_chat
from voicedesk.engine.protocol.errors import ClientError
from voicedesk.engine.protocol.responses import parse_responses

NAMES = ["model", "messages", "input", "role", "content", "type", "name", "arguments", "id", "call_id", "tools", "tool_choice",
         "function", "parameters", "tool_calls", "tool_call_id", "output", "stream", "stop", "text", "metadata", "mode"]  # fmt: skip
WORDS = ["user", "assistant", "tool", "system", "message", "function", "function_call", "function_call_output",
         "allowed_tools", "input_text", "text", "auto", "required", "get_time", "c1", "{}", "what time is it"]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip
PARSERS: dict[str, Callable[[dict[str, Any]], TextRequest]] = {
    "chat": parse_chat,
    "responses": parse_responses,
    "agent": parse_agent,
}
REQUEST = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8)


@given(REQUEST, st.sampled_from(sorted(PARSERS)))
def test_any_json_is_answered_or_refused(raw: dict[str, Any], kind: str) -> None:
    asked: TextRequest | None = None
    refused = ""
    try:
        asked = PARSERS[kind]({"model": "any", **raw})
    except ClientError as error:
        refused = str(error)
    if asked is None:
        assert refused
        return
    made = answer(Assistant(), asked.prompt)
    assert json.dumps([asked.whole(made), list(asked.events(made))])


TOOLS = [{"type": "function", "name": "get_time"}, {"type": "function", "name": "calculate"}]


@pytest.mark.parametrize(
    "question", ["what time is it and what is 3 times 4", "hello", "count to nine", ""]
)
@given(limit=st.none() | st.integers(1, 40))
def test_whole_and_streamed_say_the_same(question: str, limit: int | None) -> None:
    chat = parse_chat(
        {
            "model": "any",
            "messages": [{"role": "user", "content": question}],
            "tools": [{"function": tool} for tool in TOOLS],
            "max_completion_tokens": limit,
        }
    )
    made = answer(Assistant(), chat.prompt)
    whole = chat.whole(made)["choices"][0]
    *chunks, (_, last) = chat.events(made)
    assert last == "[DONE]"
    deltas = [chunk["choices"][0]["delta"] for _, chunk in chunks if isinstance(chunk, dict)]
    assert "".join(delta.get("content") or "" for delta in deltas) == (
        whole["message"]["content"] or ""
    )
    pieces: dict[int, str] = {}
    for delta in deltas:
        for call in delta.get("tool_calls", []):
            pieces[call["index"]] = pieces.get(call["index"], "") + call["function"]["arguments"]
    calls = whole["message"].get("tool_calls", [])
    assert list(pieces.values()) == [call["function"]["arguments"] for call in calls]
    assert limit is None or made.tokens <= limit
    responses = parse_responses({"model": "any", "input": question, "max_output_tokens": limit})
    made = answer(Assistant(), responses.prompt)
    events = [event for _, event in responses.events(made)]
    assert "".join(event["delta"] for event in events if "delta" in event) == made.text
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == made.text
