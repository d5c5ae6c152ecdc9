"""Chat Completions and Responses, read by the official client, and what they refuse."""

import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from openai import AsyncOpenAI, BadRequestError
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from voicedesk.engine.launch import EngineAddress

Json = dict[str, Any]

_EVENTS: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
SUM = "what is twelve plus thirty"
ANSWER = "Twelve plus thirty is forty-two."
BOTH = "what time is it in tokyo and what is 3 times 4"


def tool(name: str, **properties: str) -> Json:
    return {
        "type": "function",
        "name": name,
        "description": "Does it.",
        "parameters": {
            "type": "object",
            "properties": {key: {"type": kind} for key, kind in properties.items()},
        },
        "strict": False,
    }


def nested(flat: Json) -> Json:
    return {
        "type": "function",
        "function": {key: flat[key] for key in ("name", "description", "parameters")},
    }


TOOLS = [tool("get_time", timezone="string"), tool("calculate", expression="string")]
CHAT_TOOLS: Any = [nested(each) for each in TOOLS]
CALLED = [
    ("get_time", {"timezone": "Asia/Tokyo"}),
    ("calculate", {"expression": "3 times 4"}),
]
RESULTS = [
    json.dumps({"time": "09:30", "zone": "JST"}),
    json.dumps({"expression": "3 times 4", "result": "12"}),
]
TOLD = "It is 9:30 AM in Tokyo. 3 times 4 is 12."


@pytest.fixture
async def openai(engine: EngineAddress) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=engine.base_url, api_key=engine.token, max_retries=0) as client:
        yield client


def user(text: str) -> Any:
    return [{"role": "user", "content": text}]


# --------------------------------------------------------------------------------------- chat


async def test_chat_answers_whole(openai: AsyncOpenAI) -> None:
    done = await openai.chat.completions.create(model="any", messages=user(SUM))
    [choice] = done.choices
    assert (choice.message.content, choice.finish_reason) == (ANSWER, "stop")
    assert choice.message.tool_calls is None
    assert (done.object, done.model) == ("chat.completion", "any")
    assert done.usage is not None
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens > 0


async def test_chat_streams_word_by_word(openai: AsyncOpenAI) -> None:
    stream = await openai.chat.completions.create(
        model="any",
        messages=user(SUM),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert len({chunk.id for chunk in chunks}) == 1
    *rest, last = chunks
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.completion_tokens > 0
    assert all(chunk.usage is None for chunk in rest)
    deltas = [chunk.choices[0].delta for chunk in rest]
    assert (deltas[0].role, deltas[0].content) == ("assistant", "")
    words = [delta.content for delta in deltas[1:-1]]
    assert len(words) == 5
    assert "".join(word or "" for word in words) == ANSWER
    assert [chunk.choices[0].finish_reason for chunk in rest] == [None] * (len(rest) - 1) + ["stop"]


async def test_chat_calls_two_functions_at_once_and_tells_what_they_gave(
    openai: AsyncOpenAI,
) -> None:
    messages = user(BOTH)
    first = await openai.chat.completions.create(model="any", messages=messages, tools=CHAT_TOOLS)
    [choice] = first.choices
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    calls: Any = choice.message.tool_calls
    assert [(c.function.name, json.loads(c.function.arguments)) for c in calls] == CALLED
    messages.append(choice.message.model_dump(exclude_none=True))
    for call, result in zip(calls, RESULTS, strict=True):
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    second = await openai.chat.completions.create(model="any", messages=messages, tools=CHAT_TOOLS)
    assert second.choices[0].message.content == TOLD


async def test_chat_streams_calls_in_pieces(openai: AsyncOpenAI) -> None:
    stream = await openai.chat.completions.create(
        model="any", messages=user(BOTH), tools=CHAT_TOOLS, stream=True
    )
    names, arguments, ids, ends = {}, {0: "", 1: ""}, {}, []
    async for chunk in stream:
        assert not chunk.choices[0].delta.content
        ends.append(chunk.choices[0].finish_reason)
        for piece in chunk.choices[0].delta.tool_calls or []:
            if piece.id is not None:
                ids[piece.index] = piece.id
            assert piece.function is not None
            if piece.function.name is not None:
                names[piece.index] = piece.function.name
            arguments[piece.index] += piece.function.arguments or ""
    made = [(names[at], json.loads(arguments[at])) for at in (0, 1)]
    assert made == CALLED
    assert len(set(ids.values())) == 2
    assert [end for end in ends if end] == ["tool_calls"]


async def test_chats_tool_choice_is_followed(openai: AsyncOpenAI) -> None:
    async def ask(choice: Any, text: str = BOTH, **more: Any) -> Any:
        done = await openai.chat.completions.create(
            model="any", messages=user(text), tools=CHAT_TOOLS, tool_choice=choice, **more
        )
        return done.choices[0].message

    assert (await ask("none")).content.endswith("Three times four is twelve.")
    assert len((await ask("auto")).tool_calls) == 2
    assert len((await ask("auto", parallel_tool_calls=False)).tool_calls) == 1
    assert (await ask("required", "hello")).tool_calls[0].function.name == "get_time"
    one = {"type": "function", "function": {"name": "calculate"}}
    [call] = (await ask(one, "hello")).tool_calls
    assert call.function.name == "calculate"
    allowed = {"mode": "auto", "tools": [one]}
    [call] = (await ask({"type": "allowed_tools", "allowed_tools": allowed})).tool_calls
    assert call.function.name == "calculate"


async def test_chat_ends_where_it_is_told_to(openai: AsyncOpenAI) -> None:
    async def ask(**more: Any) -> Any:
        done = await openai.chat.completions.create(
            model="any", messages=user("count to twenty"), **more
        )
        return done.choices[0]

    short = await ask(max_completion_tokens=5)
    assert short.finish_reason == "length"
    assert short.message.content.startswith("One, two")
    assert "ten" not in short.message.content
    assert (await ask(max_tokens=5)).finish_reason == "length"
    stopped = await ask(stop=["five", "nine"])
    assert stopped.finish_reason == "stop"
    assert stopped.message.content.rstrip().endswith("four,")


async def test_chat_reads_parts_and_the_whole_conversation(openai: AsyncOpenAI) -> None:
    messages: Any = [
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "my name is"}, {"type": "text", "text": "anna"}]},
        {"role": "assistant", "content": "Nice to meet you."},
        {"role": "user", "content": "what is my name"},
    ]  # fmt: skip
    done = await openai.chat.completions.create(model="any", messages=messages)
    assert done.choices[0].message.content == "Your name is Anna."


# ---------------------------------------------------------------------------------- responses


async def test_a_response_comes_whole(openai: AsyncOpenAI) -> None:
    done = await openai.responses.create(
        model="any", input=SUM, instructions="Be kind.", metadata={"turn": "7"}
    )
    assert (done.output_text, done.status, done.model) == (ANSWER, "completed", "any")
    assert (done.instructions, done.metadata) == ("Be kind.", {"turn": "7"})
    assert done.usage is not None
    assert done.usage.total_tokens == done.usage.input_tokens + done.usage.output_tokens > 0


async def test_a_response_streams_in_the_order_of_the_api(openai: AsyncOpenAI) -> None:
    stream = await openai.responses.create(model="any", input=user(SUM), stream=True)
    events: list[Any] = [event async for event in stream]
    assert [kind for kind, _ in itertools.groupby(event.type for event in events)] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(deltas) == 5
    assert "".join(deltas) == ANSWER
    done = events[-1].response
    assert done.output_text == ANSWER
    assert events[0].response.status == "in_progress"
    assert {event.item_id for event in events[3:-2]} == {done.output[0].id}


async def test_a_response_calls_two_functions_and_tells_what_they_gave(
    openai: AsyncOpenAI,
) -> None:
    tools: Any = TOOLS
    items = user(BOTH)
    stream = await openai.responses.create(model="any", input=items, tools=tools, stream=True)
    events: list[Any] = [event async for event in stream]
    assert [kind for kind, _ in itertools.groupby(event.type for event in events)] == [
        "response.created",
        "response.in_progress",
        *[
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
        ]
        * 2,
        "response.completed",
    ]
    calls = events[-1].response.output
    assert [(call.name, json.loads(call.arguments)) for call in calls] == CALLED
    for index, call in enumerate(calls):
        pieces = [
            event.delta
            for event in events
            if event.type == "response.function_call_arguments.delta"
            and (event.item_id, event.output_index) == (call.id, index)
        ]
        assert len(pieces) > 1
        assert "".join(pieces) == call.arguments
    items += [call.model_dump(exclude_none=True) for call in calls]
    items += [
        {"type": "function_call_output", "call_id": call.call_id, "output": output}
        for call, output in zip(calls, RESULTS, strict=True)
    ]
    done = await openai.responses.create(model="any", input=items, tools=tools)
    assert done.output_text == TOLD


async def test_every_event_of_a_response_has_the_official_shape(engine: EngineAddress) -> None:
    for text, limit in ((SUM, 3), (SUM, None), (BOTH, None), (BOTH, 4)):
        body = {"model": "any", "input": text, "tools": TOOLS, "stream": True}
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {engine.token}"}) as http,
            http.post(
                f"{engine.base_url}/responses", json={**body, "max_output_tokens": limit}
            ) as answer,
        ):
            events = (await answer.text()).strip().split("\n\n")
        for event in events:
            name, data = event.split("\n")
            parsed = json.loads(data.removeprefix("data: "))
            assert name == f"event: {parsed['type']}"
            assert _EVENTS.validate_python(parsed).type == parsed["type"]
        ended = parsed["response"]
        if limit is not None:
            assert ended["status"] == "incomplete"
            assert ended["incomplete_details"] == {"reason": "max_output_tokens"}
            assert ended["output"][-1]["status"] == "incomplete"
            assert ended["usage"]["output_tokens"] <= limit


async def test_a_required_function_is_called_once_and_then_there_are_words(
    openai: AsyncOpenAI,
) -> None:
    tools: Any = TOOLS
    choice: Any = {"type": "function", "name": "calculate"}
    first = await openai.responses.create(model="any", input=SUM, tools=tools, tool_choice=choice)
    call: Any = first.output[0]
    assert (call.type, call.name) == ("function_call", "calculate")
    items: Any = [
        *user(SUM),
        {"type": "reasoning", "id": "rs_1", "summary": []},
        call.model_dump(exclude_none=True),
        {"type": "function_call_output", "call_id": call.call_id, "output": '{"error": "It is late"}'},
    ]  # fmt: skip
    second = await openai.responses.create(
        model="any", input=items, tools=tools, tool_choice=choice
    )
    assert second.output_text == "I could not work that out: It is late."


# ------------------------------------------------------------------------------------ refusals

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
ASKED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
GIVEN = {"role": "tool", "tool_call_id": "c1", "content": "1"}
USER = {"role": "user", "content": "hello"}
CHAT: Json = {"model": "any", "messages": [USER]}
RESPONSE: Json = {"model": "any", "input": "hello"}

CHAT_REFUSED: list[tuple[Json, str, str | None]] = [
    ({"messages": [USER]}, "missing_required_parameter", "model"),
    ({"model": "any"}, "missing_required_parameter", "messages"),
    ({**CHAT, "messages": []}, "invalid_value", "messages"),
    ({**CHAT, "messages": [3]}, "invalid_type", "messages[0]"),
    ({**CHAT, "messages": [{"role": "function", "content": ""}]}, "invalid_value", "messages[0].role"),
    ({**CHAT, "messages": [{"role": "user", "content": None}]}, "missing_required_parameter", "messages[0].content"),
    ({**CHAT, "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "invalid_value", "messages[0].content[0].type"),
    ({**CHAT, "messages": [{"role": "user", "content": ["hi"]}]}, "invalid_type", "messages[0].content[0]"),
    ({**CHAT, "messages": [USER, GIVEN]}, "invalid_value", "messages[1].tool_call_id"),
    ({**CHAT, "messages": [USER, ASKED]}, "invalid_value", "messages"),
    ({**CHAT, "messages": [USER, ASKED, USER]}, "invalid_value", "messages[2]"),
    ({**CHAT, "messages": [USER, ASKED, GIVEN, GIVEN]}, "invalid_value", "messages[3].tool_call_id"),
    ({**CHAT, "messages": [USER, {"role": "assistant", "tool_calls": [{"id": None}]}]}, "missing_required_parameter", "messages[1].tool_calls[0].function"),
    ({**CHAT, "messages": [USER, {"role": "assistant", "tool_calls": [{**CALL, "id": None}]}]}, "missing_required_parameter", "messages[1].tool_calls[0].id"),
    ({**CHAT, "stream": 1}, "invalid_type", "stream"),
    ({**CHAT, "stream_options": {"include_usage": True}}, "invalid_value", "stream_options"),
    ({**CHAT, "n": 2}, "invalid_value", "n"),
    ({**CHAT, "logprobs": True}, "invalid_value", "logprobs"),
    ({**CHAT, "response_format": {"type": "json_object"}}, "invalid_value", "response_format.type"),
    ({**CHAT, "modalities": ["audio"]}, "invalid_value", "modalities"),
    ({**CHAT, "functions": []}, "invalid_value", "functions"),
    ({**CHAT, "temperature": 3}, "invalid_value", "temperature"),
    ({**CHAT, "temperature": "hot"}, "invalid_type", "temperature"),
    ({**CHAT, "max_tokens": 0}, "invalid_value", "max_tokens"),
    ({**CHAT, "stop": [1]}, "invalid_type", "stop"),
    ({**CHAT, "stop": ["a"] * 5}, "invalid_value", "stop"),
    ({**CHAT, "tools": {}}, "invalid_type", "tools"),
    ({**CHAT, "tools": [{"type": "web_search"}]}, "invalid_value", "tools[0].type"),
    ({**CHAT, "tools": [{"type": "function"}]}, "missing_required_parameter", "tools[0].function"),
    ({**CHAT, "tools": [{"function": {"name": "a b"}}]}, "invalid_value", "tools[0].function.name"),
    ({**CHAT, "tools": [{"function": {"name": "a", "parameters": []}}]}, "invalid_type", "tools[0].function.parameters"),
    ({**CHAT, "tools": [{"function": {"name": "a"}}] * 129}, "invalid_value", "tools"),
    ({**CHAT, "tool_choice": "always"}, "invalid_value", "tool_choice"),
    ({**CHAT, "tool_choice": "required"}, "invalid_value", "tool_choice"),
    ({**CHAT, "tool_choice": 1}, "invalid_type", "tool_choice"),
    ({**CHAT, "tool_choice": {"type": "function", "function": {"name": "x"}}}, "invalid_value", "tool_choice"),
    ({**CHAT, "tool_choice": {"type": "allowed_tools", "mode": "never", "tools": []}}, "invalid_value", "tool_choice.mode"),
]  # fmt: skip
RESPONSES_REFUSED: list[tuple[Json, str, str | None]] = [
    ({"input": "hello"}, "missing_required_parameter", "model"),
    ({"model": "any"}, "missing_required_parameter", "input"),
    ({**RESPONSE, "input": 1}, "invalid_type", "input"),
    ({**RESPONSE, "input": []}, "invalid_value", "input"),
    ({**RESPONSE, "input": ["hello"]}, "invalid_type", "input[0]"),
    ({**RESPONSE, "input": [{"type": "image"}]}, "invalid_value", "input[0].type"),
    ({**RESPONSE, "input": [{"type": "item_reference", "id": "x"}]}, "invalid_value", "input[0]"),
    ({**RESPONSE, "input": [{"role": "tool", "content": ""}]}, "invalid_value", "input[0].role"),
    ({**RESPONSE, "input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "invalid_value", "input[0].content[0].type"),
    ({**RESPONSE, "input": [{"type": "function_call_output", "call_id": "c", "output": ""}]}, "invalid_value", "input[0].call_id"),
    ({**RESPONSE, "input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": ""}]}, "invalid_value", "input"),
    ({**RESPONSE, "previous_response_id": "resp_1"}, "previous_response_not_found", "previous_response_id"),
    ({**RESPONSE, "conversation": "conv_1"}, "invalid_value", "conversation"),
    ({**RESPONSE, "background": True}, "invalid_value", "background"),
    ({**RESPONSE, "text": {"format": {"type": "json_schema"}}}, "invalid_value", "text.format.type"),
    ({**RESPONSE, "metadata": {"a": 1}}, "invalid_type", "metadata.a"),
    ({**RESPONSE, "max_output_tokens": 0}, "invalid_value", "max_output_tokens"),
    ({**RESPONSE, "tools": [{"type": "function"}]}, "missing_required_parameter", "tools[0].name"),
    ({**RESPONSE, "tool_choice": {"type": "mcp"}}, "invalid_value", "tool_choice.type"),
    ({**RESPONSE, "reasoning": {"effort": 1}}, "invalid_type", "reasoning.effort"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "code", "param"),
    [("/chat/completions", *row) for row in CHAT_REFUSED]
    + [("/responses", *row) for row in RESPONSES_REFUSED],
)
async def test_what_it_cannot_do_it_refuses_in_the_shape_of_the_api(
    engine: EngineAddress, path: str, body: Json, code: str, param: str | None
) -> None:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {engine.token}"}) as http,
        http.post(engine.base_url + path, json=body) as answer,
    ):
        assert answer.status == 400
        error = (await answer.json())["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param)
    assert error["message"]


async def test_the_official_client_raises_its_own_error(openai: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match="one answer") as refused:
        await openai.chat.completions.create(model="any", messages=user("hello"), n=2)
    assert refused.value.param == "n"


async def test_a_body_that_is_too_large_is_413(engine: EngineAddress) -> None:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {engine.token}"}) as http,
        http.post(
            f"{engine.base_url}/chat/completions", headers={"Content-Length": str(26 << 20)}
        ) as answer,
    ):
        assert answer.status == 413
        assert (await answer.json())["error"]["code"] == "content_size_exceeded"
