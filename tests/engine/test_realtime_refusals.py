"""What the server refuses: with the API's codes, the client's event id, and a session that stays usable."""

import asyncio
import base64
import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.engine.conftest import Client, Connect, Event, said
from voicedesk.engine.protocol.input_buffer import LONGEST_INPUT_MS

USER = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}
SOUND = base64.b64encode(bytes(48 * 50)).decode()


def message(role: str, **part: object) -> Event:
    return {"item": {"type": "message", "role": role, "content": [part]}}


def session(**values: object) -> Event:
    return {"session": {"type": "realtime", **values}}


REFUSED: list[tuple[str, Event, str, str | None]] = [
    ("foo.bar", {}, "invalid_value", "type"),
    ("input_audio_buffer.commit", {}, "input_audio_buffer_commit_empty", None),
    ("input_audio_buffer.append", {}, "missing_required_parameter", "audio"),
    ("input_audio_buffer.append", {"audio": "not base64!"}, "invalid_value", "audio"),
    ("input_audio_buffer.append", {"audio": 7}, "invalid_type", "audio"),
    ("output_audio_buffer.clear", {}, "invalid_value", "type"),
    ("response.cancel", {}, "response_cancel_not_active", None),
    ("response.cancel", {"response_id": "resp_none"}, "response_cancel_not_active", None),
    ("conversation.item.create", {}, "missing_required_parameter", "item"),
    ("conversation.item.create", {"item": []}, "invalid_type", "item"),
    ("conversation.item.create", {"item": {}}, "missing_required_parameter", "item.type"),
    ("conversation.item.create", {"item": {"type": "song"}}, "invalid_value", "item.type"),
    ("conversation.item.create", {"item": USER, "previous_item_id": "none"}, "item_create_invalid_previous_item_id", "previous_item_id"),
    ("conversation.item.create", {"item": {**USER, "id": "x" * 65}}, "string_above_max_length", "item.id"),
    ("conversation.item.create", {"item": {**USER, "content": []}}, "invalid_value", "item.content"),
    ("conversation.item.create", {"item": {**USER, "role": "robot"}}, "invalid_value", "item.role"),
    ("conversation.item.create", message("assistant", type="text", text="beta"), "invalid_value", "item.content[0].type"),
    ("conversation.item.create", message("assistant", type="output_audio"), "missing_required_parameter", "item.content[0].audio"),
    ("conversation.item.create", message("user", type="input_image", image_url="data:"), "invalid_value", "item.content[0].type"),
    ("conversation.item.create", message("user", type="input_audio", audio="?"), "invalid_value", "item.content[0].audio"),
    ("conversation.item.create", {"item": {"type": "function_call_output", "call_id": "no", "output": ""}}, "invalid_tool_call_id", "item.call_id"),
    ("conversation.item.delete", {"item_id": "none"}, "item_delete_invalid_item_id", "item_id"),
    ("conversation.item.retrieve", {"item_id": "none"}, "item_retrieve_invalid_item_id", "item_id"),
    ("conversation.item.retrieve", {}, "missing_required_parameter", "item_id"),
    ("conversation.item.truncate", {"item_id": "none", "content_index": 0, "audio_end_ms": 0}, "item_truncate_invalid_item_id", "item_id"),
    ("session.update", {}, "missing_required_parameter", "session"),
    ("session.update", {"session": {}}, "missing_required_parameter", "session.type"),
    ("session.update", {"session": {"type": "transcription"}}, "invalid_value", "session.type"),
    ("session.update", session(output_modalities=["text", "audio"]), "invalid_value", "session.output_modalities"),
    ("session.update", session(audio=[]), "invalid_type", "session.audio"),
    ("session.update", session(audio={"input": {"turn_detection": {"type": "server_vad"}}}), "invalid_value", "session.audio.input.turn_detection"),
    ("session.update", session(audio={"input": {"format": {"type": "audio/pcm", "rate": 16000}}}), "invalid_value", "session.audio.input.format.rate"),
    ("session.update", session(audio={"output": {"format": {"type": "audio/pcmu"}}}), "invalid_value", "session.audio.output.format.type"),
    ("session.update", session(audio={"output": {"speed": 9}}), "invalid_value", "session.audio.output.speed"),
    ("session.update", session(tools=[{"type": "mcp"}]), "invalid_value", "session.tools[0].type"),
    ("session.update", session(max_output_tokens=0), "invalid_value", "session.max_output_tokens"),
    ("response.create", {"response": []}, "invalid_type", "response"),
    ("response.create", {"response": {"conversation": "other"}}, "invalid_value", "response.conversation"),
    ("response.create", {"response": {"output_modalities": ["smell"]}}, "invalid_value", "response.output_modalities"),
    ("response.create", {"response": {"metadata": {"a": 1}}}, "invalid_type", "response.metadata.a"),
    ("response.create", {"response": {"input": [{"type": "item_reference", "id": "none"}]}}, "invalid_value", "response.input[0].id"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "values", "code", "param"), REFUSED)
async def test_it_is_refused_by_its_code(
    client: Client, kind: str, values: Event, code: str, param: str | None
) -> None:
    await client.send(kind, event_id="mine", **values)
    error = await client.error()
    assert (error["code"], error["param"], error["event_id"]) == (code, param, "mine")
    assert error["type"] == "invalid_request_error"
    assert error["message"]
    await client.send("input_audio_buffer.clear")
    await client.until("input_audio_buffer.cleared")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[1]",
        '"text"',
        "null",
        "nul\0",
        "[" * 5000,
        '{"type": 5}',
        '{"event_id": 5, "type": "response.cancel"}',
    ],
)
async def test_a_message_that_is_no_event_is_told_and_forgotten(client: Client, raw: str) -> None:
    await client.connection.send_raw(raw)
    assert (await client.error())["code"] in ("invalid_json", "invalid_type")
    assert said(await client.ask("1+1", output_modalities=["text"])) == "One plus one is two."


async def test_too_little_sound_is_not_committed_and_stays_in_the_buffer(client: Client) -> None:
    await client.send("input_audio_buffer.append", audio=SOUND)
    await client.send("input_audio_buffer.commit")
    error = await client.error()
    assert error["code"] == "input_audio_buffer_commit_empty"
    assert "only has 50.00ms" in error["message"]
    await client.send("input_audio_buffer.append", audio=SOUND)
    await client.send("input_audio_buffer.commit")
    await client.until("input_audio_buffer.committed")


async def test_an_odd_byte_waits_for_its_other_half(client: Client) -> None:
    pcm = bytes(range(256)) * 48
    for at in range(0, len(pcm), 1001):
        await client.send(
            "input_audio_buffer.append", audio=base64.b64encode(pcm[at : at + 1001]).decode()
        )
    await client.send("input_audio_buffer.commit")
    item_id = (await client.until("input_audio_buffer.committed"))["item_id"]
    await client.send("conversation.item.retrieve", item_id=item_id)
    item = (await client.until("conversation.item.retrieved"))["item"]
    assert base64.b64decode(item["content"][0]["audio"]) == pcm


async def test_the_input_buffer_is_bounded(client: Client) -> None:
    minute = base64.b64encode(bytes(48_000 * 60)).decode()
    for _ in range(LONGEST_INPUT_MS // 60_000 + 1):
        await client.send("input_audio_buffer.append", audio=minute)
    assert (await client.error())["code"] == "input_audio_buffer_full"
    await client.send("input_audio_buffer.clear")
    await client.until("input_audio_buffer.cleared")


async def test_one_response_at_a_time(client: Client) -> None:
    item = message("user", type="input_text", text="count to one hundred and fifty")
    await client.send("conversation.item.create", **item)
    await client.send("response.create")
    await client.send("response.create", event_id="second")
    while (event := await client.next())["type"] != "error":
        assert event["type"] != "response.done", "the first response was over too soon to tell"
    assert event["error"]["code"] == "conversation_already_has_active_response"
    assert event["error"]["event_id"] == "second"
    await client.send("response.cancel")
    await client.until("response.done")


async def test_an_item_cannot_be_cut_while_it_is_made(client: Client) -> None:
    await client.send(
        "conversation.item.create",
        **message("user", type="input_text", text="count to one hundred"),
    )
    await client.send("response.create")
    item_id = (await client.until("response.output_audio.delta"))["item_id"]
    await client.send(
        "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=10
    )
    while (event := await client.next())["type"] != "error":
        assert event["type"] != "response.done", "the response was over too soon to tell"
    assert event["error"]["code"] == "item_truncate_in_progress"


@pytest.mark.parametrize(
    ("modality", "end_ms", "code", "text"),
    [
        ("audio", 10**7, "invalid_value", "is already shorter than 10000000ms"),
        ("audio", -1, "invalid_value", "0 or more"),
        ("text", 0, "unsupported_content_type", "audio"),
    ],
)
async def test_only_sound_that_is_there_can_be_cut(
    client: Client, modality: str, end_ms: int, code: str, text: str
) -> None:
    done = await client.ask("1+1", output_modalities=[modality])
    item_id = done["output"][0]["id"]
    await client.send(
        "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=end_ms
    )
    error = await client.error()
    assert error["code"] == code
    assert text in error["message"]


async def test_an_id_is_given_once(client: Client) -> None:
    await client.send("conversation.item.create", item={**USER, "id": "one"})
    await client.until("conversation.item.done")
    await client.send("conversation.item.create", item={**USER, "id": "one"})
    assert (await client.error())["code"] == "item_create_duplicate_item_id"


async def test_a_refused_update_changes_nothing(client: Client) -> None:
    before = client.seen[0]["session"]
    await client.send(
        "session.update", **session(instructions="Other.", output_modalities=["smell"])
    )
    await client.error()
    await client.send("session.update", **session())
    assert (await client.until("session.updated"))["session"] == before


async def test_an_update_names_only_what_it_changes_and_null_puts_it_back(client: Client) -> None:
    async def update(**values: Any) -> Event:
        await client.send("session.update", **session(**values))
        now: Event = (await client.until("session.updated"))["session"]
        return now

    noise = {"noise_reduction": {"type": "near_field", "strength": 0.5}}
    await update(instructions="Short.", audio={"input": noise, "output": {"voice": "marin"}})
    now = await update(audio={"input": {"noise_reduction": {"type": "far_field"}}})
    assert now["instructions"] == "Short."
    assert now["audio"]["output"]["voice"] == "marin"
    assert now["audio"]["input"]["noise_reduction"] == {"type": "far_field", "strength": 0.5}
    now = await update(instructions=None, audio={"input": {"noise_reduction": None}})
    assert now["instructions"] == client.seen[0]["session"]["instructions"]
    assert now["audio"]["input"]["noise_reduction"] is None


async def test_unknown_keys_voices_and_models_are_let_be(client: Client) -> None:
    update = session(
        model="gpt-9", wishes=["much"], audio={"output": {"voice": "nobody"}, "smell": {}}
    )
    await client.send("session.update", **update)
    assert (await client.until("session.updated"))["session"]["model"] == "any"
    assert said(await client.ask("1+1")) == "One plus one is two."


async def test_the_voice_stays_once_it_was_heard(client: Client) -> None:
    await client.ask("1+1")
    await client.send("session.update", **session(audio={"output": {"voice": "other"}}))
    assert (await client.error())["code"] == "cannot_update_voice"


async def test_a_client_that_never_reads_is_given_up(connect: Connect) -> None:
    greedy = await connect()
    content = [{"type": "input_text", "text": "x" * 100_000}]
    big = {"type": "message", "id": "big", "role": "user", "content": content}
    await greedy.send("conversation.item.create", item=big)
    await greedy.until("conversation.item.done")
    retrieve = json.dumps({"type": "conversation.item.retrieve", "item_id": "big"})
    async with asyncio.timeout(30):
        with pytest.raises(ConnectionClosed):
            while True:
                await greedy.connection.send_raw(retrieve)
                await asyncio.sleep(0)
    greedy.connection._connection.transport.abort()
    other = await connect()
    assert said(await other.ask("1+1")) == "One plus one is two."
