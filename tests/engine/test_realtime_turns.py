"""Whole turns over the official client: spoken, typed, cut off, and with functions."""

import asyncio
import base64
import itertools
import json

import pytest

from tests.engine.conftest import Client, Connect, Event, pcm_of, said
from voicedesk.core.resources import resource_path

TRANSCRIPTION = "conversation.item.input_audio_transcription"


async def configure(client: Client, **session: object) -> Event:
    await client.send("session.update", session={"type": "realtime", **session})
    session_now: Event = (await client.until("session.updated"))["session"]
    return session_now


async def test_the_session_says_what_it_is(client: Client) -> None:
    session = client.seen[0]["session"]
    assert session["audio"]["input"]["turn_detection"] is None
    assert session["output_modalities"] == ["audio"]
    assert session["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
    assert session["model"] == "any"
    assert session["id"].startswith("sess_")


async def test_a_spoken_question_is_heard_and_answered_aloud(client: Client) -> None:
    await configure(client, audio={"input": {"transcription": {"model": "gpt-transcribe"}}})
    await client.speak(pcm_of("question.wav"))
    await client.send("input_audio_buffer.commit")
    await client.send("response.create", response={"metadata": {"turn": "7"}})
    done = (await client.until("response.done"))["response"]

    assert done["status"] == "completed"
    assert done["metadata"] == {"turn": "7"}
    assert said(done) == "Twelve plus thirty is forty-two."
    [heard] = client.of(f"{TRANSCRIPTION}.completed")
    assert heard["transcript"] == "What is twelve plus thirty?"
    assert heard["usage"] == {"type": "duration", "seconds": pytest.approx(1.977, abs=0.002)}
    sound = b"".join(
        base64.b64decode(event["delta"]) for event in client.of("response.output_audio.delta")
    )
    assert 1500 < len(sound) / 48 < 3500
    assert any(
        abs(int.from_bytes(sound[at : at + 2], "little", signed=True)) > 200
        for at in range(0, 48 * 30, 2)
    )
    words = "".join(event["delta"] for event in client.of("response.output_audio_transcript.delta"))
    assert words == "Twelve plus thirty is forty-two."
    usage = done["usage"]
    assert usage["input_token_details"]["audio_tokens"] == 20
    assert usage["output_token_details"]["audio_tokens"] >= len(sound) / 48 / 50
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


async def test_events_come_in_the_order_that_clients_lean_on(client: Client) -> None:
    await client.speak(pcm_of("question.wav"))
    await client.send("input_audio_buffer.commit")
    await client.send("response.create")
    await client.until("response.done")
    kinds = [kind for kind, _ in itertools.groupby(client.kinds()[1:])]
    deltas = {"response.output_audio.delta", "response.output_audio_transcript.delta"}
    assert [kind for kind in kinds if kind not in deltas] == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    user, assistant = client.of("conversation.item.added")
    assert user["previous_item_id"] is None
    assert user["item"]["content"] == [{"type": "input_audio", "transcript": None}]
    assert assistant["previous_item_id"] == user["item"]["id"]
    assert assistant["item"]["status"] == "in_progress"
    assert client.of("response.content_part.added")[0]["part"]["type"] == "audio"
    [item] = client.of("response.output_item.done")
    assert item["item"]["content"][0]["type"] == "output_audio"
    assert client.of("conversation.item.done")[1]["item"]["status"] == "completed"


async def test_words_come_with_the_sound_in_which_they_begin(client: Client) -> None:
    await client.ask("count to twenty")
    sounded, said_at = 0.0, []
    for event in client.seen:
        if event["type"] == "response.output_audio.delta":
            sounded += len(base64.b64decode(event["delta"])) / 48
        elif event["type"] == "response.output_audio_transcript.delta":
            said_at.append((sounded, event["delta"]))
    text = "".join(delta for _, delta in said_at)
    half_way = sum(len(delta) for at, delta in said_at if at < sounded / 2)
    assert len(text) * 0.35 < half_way < len(text) * 0.65
    first = client.of("response.output_audio.delta")[0]
    assert 40 <= len(base64.b64decode(first["delta"])) / 48 <= 100


@pytest.mark.parametrize("number", range(10))
async def test_every_recorded_question_is_heard_right(client: Client, number: int) -> None:
    questions = json.loads(resource_path("speech", "questions.json").read_text())["questions"]
    await configure(client, audio={"input": {"transcription": {}}}, output_modalities=["text"])
    await client.speak(pcm_of(questions[number]["file"]))
    await client.send("input_audio_buffer.commit")
    heard = await client.until(f"{TRANSCRIPTION}.completed")
    plain = questions[number]["text"].lower().replace(",", "")
    assert heard["transcript"].lower() == plain


async def test_silence_is_an_empty_transcript_and_no_error(client: Client) -> None:
    await configure(client, audio={"input": {"transcription": {"model": "any"}}})
    await client.speak(bytes(48 * 600))
    await client.send("input_audio_buffer.commit")
    await client.send("response.create")
    done = (await client.until("response.done"))["response"]
    [heard] = client.of(f"{TRANSCRIPTION}.completed")
    assert heard["transcript"] == ""
    assert client.of(f"{TRANSCRIPTION}.delta") == []
    assert said(done).startswith("I heard no words.")


async def test_no_transcript_is_sent_unless_it_is_wanted(client: Client) -> None:
    await configure(client, audio={"input": {"transcription": {"model": "any"}}})
    assert (await configure(client, audio={"input": {"transcription": None}}))["audio"]["input"][
        "transcription"
    ] is None
    await client.speak(pcm_of("q02.wav"))
    await client.send("input_audio_buffer.commit")
    await client.send("response.create")
    await client.until("response.done")
    assert not any(kind.startswith(TRANSCRIPTION) for kind in client.kinds())


async def test_a_typed_question_is_answered_in_text(client: Client) -> None:
    done = await client.ask("12 + 30", output_modalities=["text"])
    assert said(done) == "Twelve plus thirty is forty-two."
    assert done["output_modalities"] == ["text"]
    assert done["output"][0]["content"] == [
        {"type": "output_text", "text": "Twelve plus thirty is forty-two."}
    ]
    assert "".join(event["delta"] for event in client.of("response.output_text.delta")) == said(
        done
    )
    assert client.of("response.content_part.done")[0]["part"]["type"] == "text"
    assert client.of("response.output_audio.delta") == []


async def test_items_keep_their_ids_and_their_places(client: Client) -> None:
    def item(item_id: str, role: str, kind: str) -> Event:
        content = [{"type": kind, "text": item_id}]
        return {"type": "message", "id": item_id, "role": role, "content": content}

    await client.send("conversation.item.create", item=item("a", "user", "input_text"))
    await client.send("conversation.item.create", item=item("b", "assistant", "output_text"))
    await client.send(
        "conversation.item.create", item=item("c", "system", "input_text"), previous_item_id="root"
    )
    await client.send(
        "conversation.item.create", item=item("d", "user", "input_text"), previous_item_id="a"
    )
    done = [await client.until("conversation.item.done") for _ in range(4)]
    assert [(event["item"]["id"], event["previous_item_id"]) for event in done] == [
        ("a", None), ("b", "a"), ("c", None), ("d", "a"),
    ]  # fmt: skip
    await client.send("conversation.item.retrieve", item_id="b")
    assert (await client.until("conversation.item.retrieved"))["item"]["content"][0]["text"] == "b"
    await client.send("conversation.item.delete", item_id="b")
    assert (await client.until("conversation.item.deleted"))["item_id"] == "b"


async def test_the_users_sound_can_be_had_back(client: Client) -> None:
    pcm = pcm_of("q02.wav")
    await client.speak(pcm)
    await client.send("input_audio_buffer.commit")
    item_id = (await client.until("input_audio_buffer.committed"))["item_id"]
    await client.send("conversation.item.retrieve", item_id=item_id)
    item = (await client.until("conversation.item.retrieved"))["item"]
    assert base64.b64decode(item["content"][0]["audio"]) == pcm


async def test_what_was_not_heard_is_cut_from_the_conversation(client: Client) -> None:
    done = await client.ask("count to twenty")
    item_id = done["output"][0]["id"]
    await client.send(
        "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=2000
    )
    assert (await client.until("conversation.item.truncated"))["audio_end_ms"] == 2000
    again = said(await client.ask("say that again", output_modalities=["text"]))
    assert again.startswith("One, two, three")
    assert "ten" not in again


async def test_a_response_outside_the_conversation_leaves_no_trace(client: Client) -> None:
    content = [{"type": "input_text", "text": "what is two plus two"}]
    message = {"type": "message", "role": "user", "content": content}
    await client.send("response.create", response={"conversation": "none", "input": [message]})
    done = (await client.until("response.done"))["response"]
    assert said(done) == "Two plus two is four."
    assert done["conversation_id"] is None
    assert client.of("conversation.item.added") == []
    assert said(await client.ask("say that again")) == "I have not said anything yet."


async def test_a_text_is_read_word_for_word_where_that_is_asked(client: Client) -> None:
    text = "The meeting is at noon."
    done = await client.ask(
        text, instructions="Read the message word for word.", output_modalities=["text"]
    )
    assert said(done) == text


async def test_a_cancelled_response_ends_with_everything_it_began(client: Client) -> None:
    await client.send(
        "conversation.item.create", item=_question("count to one hundred and ninety nine")
    )
    await client.send("response.create")
    await client.until("response.output_audio.delta")
    await client.send("response.cancel")
    done = (await client.until("response.done"))["response"]
    assert done["status"] == "cancelled"
    assert done["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert done["output"][0]["status"] == "incomplete"
    begun, ended = client.of("response.output_item.added"), client.of("response.output_item.done")
    assert len(begun) == len(ended) == 1
    assert said(await client.ask("what is one plus one")) == "One plus one is two."


async def test_a_limit_of_tokens_leaves_the_response_incomplete(client: Client) -> None:
    done = await client.ask("count to fifty", max_output_tokens=40)
    assert done["status"] == "incomplete"
    assert done["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert done["usage"]["output_tokens"] <= 40


async def test_a_function_of_the_clients_is_called_and_its_output_told(client: Client) -> None:
    tool = {
        "type": "function",
        "name": "get_time",
        "description": "The time.",
        "parameters": {"type": "object"},
    }
    await configure(client, tools=[tool], output_modalities=["text"])
    done = await client.ask("what time is it in tokyo")
    [call] = done["output"]
    assert (call["type"], call["name"], json.loads(call["arguments"])) == (
        "function_call",
        "get_time",
        {"place": "tokyo"},
    )
    assert client.of("response.function_call_arguments.done")[0]["arguments"] == call["arguments"]
    assert [event["item"]["type"] for event in client.of("conversation.item.added")] == [
        "message",
        "function_call",
    ]
    output = {
        "type": "function_call_output",
        "call_id": call["call_id"],
        "output": json.dumps({"time": "09:30"}),
    }
    await client.send("conversation.item.create", item=output)
    await client.send("response.create")
    done = (await client.until("response.done"))["response"]
    assert said(done) == "It is 9:30 AM in Tokyo."


async def test_two_sessions_talk_at_once_and_know_nothing_of_each_other(connect: Connect) -> None:
    async def turn(name: str, question: str) -> str:
        client = await connect()
        await client.ask(f"my name is {name}")
        await client.speak(pcm_of(question))
        await client.send("input_audio_buffer.commit")
        await client.send("response.create")
        await client.until("response.done")
        return said(await client.ask("what is my name"))

    answers = await asyncio.gather(turn("anna", "question.wav"), turn("peter", "q03.wav"))
    assert list(answers) == ["Your name is Anna.", "Your name is Peter."]


async def test_a_client_that_goes_in_the_middle_of_a_reply_harms_nobody(connect: Connect) -> None:
    gone = await connect()
    await gone.send(
        "conversation.item.create", item=_question("count to one hundred and ninety nine")
    )
    await gone.send("response.create")
    await gone.until("response.output_audio.delta")
    gone.connection._connection.transport.abort()
    other = await connect()
    assert said(await other.ask("what is one plus one")) == "One plus one is two."


def _question(text: str) -> Event:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
