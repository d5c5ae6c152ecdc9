"""Functions of the client's in realtime sessions: several at once, spoken answers, and how they may be chosen."""

import itertools
import json
from typing import Any

import pytest

from tests.engine.conftest import Client, Event, pcm_of, said

QUESTION = "what time is it and what is 3 times 4"


def tool(name: str, **properties: str) -> Event:
    schema = {key: {"type": kind} for key, kind in properties.items()}
    return {
        "type": "function",
        "name": name,
        "description": "Does it.",
        "parameters": {"type": "object", "properties": schema},
    }


TOOLS = [tool("get_time", timezone="string"), tool("calculate", expression="string")]


async def configure(client: Client, **session: object) -> None:
    await client.send("session.update", session={"type": "realtime", **session})
    await client.until("session.updated")


async def give(client: Client, call: Event, **output: Any) -> None:
    item = {
        "type": "function_call_output",
        "call_id": call["call_id"],
        "output": json.dumps(output),
    }
    await client.send("conversation.item.create", item=item)
    await client.until("conversation.item.done")


def called(response: Event) -> list[tuple[str, Event]]:
    return [(item["name"], json.loads(item["arguments"])) for item in response["output"]]


async def test_two_functions_are_called_in_one_response_and_told_aloud(client: Client) -> None:
    await configure(client, tools=TOOLS)
    at = len(client.seen)
    done = await client.ask(QUESTION)
    assert called(done) == [("get_time", {}), ("calculate", {"expression": "3 times 4"})]
    kinds = [kind for kind, _ in itertools.groupby(event["type"] for event in client.seen[at:])]
    assert kinds[2:] == [
        "response.created",
        *[
            "response.output_item.added",
            "conversation.item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "conversation.item.done",
            "response.output_item.done",
        ]
        * 2,
        "response.done",
    ]
    for index, item in enumerate(done["output"]):
        assert item["status"] == "completed"
        pieces = [
            event
            for event in client.of("response.function_call_arguments.delta")
            if event["item_id"] == item["id"]
        ]
        assert {event["output_index"] for event in pieces} == {index}
        assert {event["call_id"] for event in pieces} == {item["call_id"]}
        assert "".join(event["delta"] for event in pieces) == item["arguments"]
    assert client.of("response.output_audio.delta") == []

    await give(client, done["output"][1], error="The numbers are out")
    await give(client, done["output"][0], time="21:05")
    await client.send("response.create")
    told = (await client.until("response.done"))["response"]
    assert said(told) == "It is 9:05 PM. I could not work that out: The numbers are out."
    assert client.of("response.output_audio.delta")


async def test_a_spoken_question_calls_a_function(client: Client) -> None:
    await configure(client, tools=TOOLS)
    await client.speak(pcm_of("question.wav"))
    await client.send("input_audio_buffer.commit")
    await client.send("response.create")
    done = (await client.until("response.done"))["response"]
    assert called(done) == [("calculate", {"expression": "12 plus 30"})]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("auto", ["get_time", "calculate"]),
        ("required", ["get_time", "calculate"]),
        ({"type": "function", "name": "calculate"}, ["calculate"]),
        ("none", []),
    ],
)
async def test_the_choice_of_functions_is_followed(
    client: Client, choice: object, names: list[str]
) -> None:
    done = await client.ask(QUESTION, tools=TOOLS, tool_choice=choice, output_modalities=["text"])
    assert [item.get("name") for item in done["output"] if "name" in item] == names
    assert bool(said(done)) == (not names)


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"tool_choice": "always"}, "response.tool_choice"),
        ({"tool_choice": {"type": "function", "name": "no"}}, "response.tool_choice"),
        ({"tool_choice": "required", "tools": []}, "response.tool_choice"),
        ({"tools": [{"type": "function", "name": "a b"}]}, "response.tools[0].name"),
    ],
)
async def test_a_choice_that_cannot_be_is_refused(
    client: Client, values: Event, param: str
) -> None:
    await client.send("response.create", response=values)
    error = await client.error()
    assert (error["code"], error["param"]) == ("invalid_value", param)


async def test_a_sessions_choice_is_checked_when_it_is_set(client: Client) -> None:
    await client.send(
        "session.update", session={"type": "realtime", "tool_choice": {"type": "mcp"}}
    )
    assert (await client.error())["param"] == "session.tool_choice.type"


async def test_a_limit_ends_the_calls_too(client: Client) -> None:
    done = await client.ask(QUESTION, tools=TOOLS, max_output_tokens=3)
    assert done["status"] == "incomplete"
    assert [item["status"] for item in done["output"]] == ["completed", "incomplete"]
    added, ended = client.of("response.output_item.added"), client.of("response.output_item.done")
    assert len(added) == len(ended) == 2
