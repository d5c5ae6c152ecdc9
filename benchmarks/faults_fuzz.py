"""Servers that talk nonsense: mutated events and mutated bodies, each of which may cost a turn and nothing more."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import traceback
from collections.abc import AsyncGenerator, Callable
from typing import Any

import psutil

from benchmarks.faults_desk import Crashes, realtime_on
from benchmarks.report import Result
from tests.providers.fake_http import FakeHttp, answers, fake_http
from tests.support.realtime_server import ScriptedServer, Session, pcm_delta
from voicedesk.core.dialogue import Dialogue, Message, Role
from voicedesk.core.errors import VoiceDeskError
from voicedesk.pipelines import realtime as realtime_pipeline
from voicedesk.providers.agent_sse import AgentThinker
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.responses import ResponsesThinker
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Question, Thinker

A_REPLY = 100
LONGEST_S = 20.0
TONE = pcm_delta(b"\x10\x27\xf0\xd8" * 240)
_IDS = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
EVENTS: list[dict[str, Any]] = [
    {"type": "session.updated", "session": {"type": "realtime", "expires_at": 1}},
    {"type": "input_audio_buffer.committed", "item_id": "u", "previous_item_id": None},
    {"type": "conversation.item.added", "item": {"id": "u", "type": "message", "role": "user"}},
    {
        "type": "conversation.item.input_audio_transcription.delta",
        "item_id": "u",
        "delta": "so",
    },
    {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "u",
        "transcript": "so it is",
    },
    {"type": "response.created", "response": {"id": "r", "status": "in_progress"}},
    {"type": "response.output_item.added", **_IDS, "item": {"id": "i", "type": "message"}},
    {"type": "response.output_audio_transcript.delta", **_IDS, "delta": "Well "},
    {"type": "response.output_audio.delta", **_IDS, "delta": TONE},
    {"type": "response.output_audio.done", **_IDS},
    {"type": "response.output_audio_transcript.done", **_IDS, "transcript": "Well then"},
    {
        "type": "response.function_call_arguments.delta",
        **_IDS,
        "call_id": "c",
        "delta": "{",
    },
    {
        "type": "response.output_item.done",
        **_IDS,
        "item": {"id": "f", "type": "function_call", "call_id": "c", "name": "now"},
    },
    {"type": "response.done", "response": {"id": "r", "status": "completed", "usage": {"a": 1}}},
    {"type": "error", "error": {"code": "server_error", "message": "no", "event_id": "vd_2"}},
    {"type": "rate_limits.updated", "rate_limits": [{"name": "tokens", "remaining": 4}]},
]
_CHAT: list[dict[str, Any]] = [
    {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Well "}}]},
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "tool_calls": [
                        {"index": 0, "id": "c", "function": {"name": "now", "arguments": "{}"}}
                    ]
                },
            }
        ]
    },
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": {"total_tokens": 3}},
]
_RESPONSES: list[dict[str, Any]] = [
    {"type": "response.created", "response": {"id": "r", "status": "in_progress"}},
    {"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "delta": "Well "},
    {
        "type": "response.completed",
        "response": {"id": "r", "status": "completed", "output": [], "usage": {"total_tokens": 2}},
    },
]
_AGENT: list[dict[str, Any]] = [
    {"content": "Well ", "done": False, "model": "m"},
    {"content": "", "done": True, "model": "m"},
]
_STRANGE: list[Any] = [
    None,
    True,
    -1,
    1e308,
    "",
    "x" * 5000,
    [],
    {},
    [[[]]],
    {"a": {"b": None}},
    "\ud800",
]


class Mutator:
    """Changes a sensible value a little, or a lot."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def value(self, value: Any) -> Any:
        """The value with one thing in it changed."""
        if isinstance(value, dict) and value and self.chance.random() < 0.85:
            key = self.chance.choice(list(value))
            how = self.chance.random()
            if how < 0.2:
                return {name: each for name, each in value.items() if name != key}
            if how < 0.3:
                return {**value, key + "_": value[key]}
            return {**value, key: self.value(value[key])}
        if isinstance(value, list) and value and self.chance.random() < 0.7:
            index = self.chance.randrange(len(value))
            return [*value[:index], self.value(value[index]), *value[index:]]
        return self.chance.choice(_STRANGE)

    def text(self, text: str) -> str:
        """The text cut, or with a few characters changed."""
        if self.chance.random() < 0.3:
            return text[: self.chance.randrange(len(text) + 1)]
        letters = list(text)
        for _ in range(self.chance.randint(1, 4)):
            if letters:
                letters[self.chance.randrange(len(letters))] = chr(self.chance.randrange(1, 500))
        return "".join(letters)

    def event(self, event: dict[str, Any]) -> str:
        """An event as it goes over the wire."""
        mutated = json.dumps(self.value(event))
        return self.text(mutated) if self.chance.random() < 0.25 else mutated

    def stream(self, events: list[dict[str, Any]]) -> bytes:
        """A body of server-sent events, of which something is wrong."""
        lines = [json.dumps(event) for event in events] + ["[DONE]"]
        index = self.chance.randrange(len(lines))
        lines[index] = self.event(events[index]) if index < len(events) else self.text(lines[index])
        body = "".join(f"data: {line}\n\n" for line in lines)
        if self.chance.random() < 0.3:
            body = self.text(body)
        return body.encode("utf-8", "surrogatepass")


class Toll:
    """What nonsense cost."""

    def __init__(self) -> None:
        self.hung = 0
        self.crashed: list[str] = []
        self.failed = 0

    async def pay(self, work: AsyncGenerator[Any, None]) -> None:
        """Read to the end, or to a sentence."""
        try:
            async with asyncio.timeout(LONGEST_S):
                async for _ in work:
                    pass
        except VoiceDeskError:
            self.failed += 1
        except TimeoutError:
            self.hung += 1
        except Exception as error:  # noqa: BLE001 - anything but an error of ours is what is looked for
            self.crashed.append("".join(traceback.format_exception(error)))


async def _events(count: int, toll: Toll) -> None:
    mutator = Mutator(1)

    async def nonsense(session: Session) -> None:
        await session.begin(id_="r")
        for _ in range(A_REPLY):
            await session.send(mutator.event(mutator.chance.choice(EVENTS)))
        session.active = "r"
        await session.done()

    async with ScriptedServer() as server:
        server.default = nonsense
        pipeline = realtime_on(lambda: server.base_url, Dialogue())
        try:
            for turn in range(1, max(1, count // A_REPLY) + 1):
                pipeline.begin_turn(turn)
                for _ in range(20):
                    pipeline.feed(bytes(960))
                await toll.pay(pipeline.end_turn())
        finally:
            await pipeline.close()


async def _bodies(count: int, toll: Toll) -> None:
    mutator = Mutator(2)
    question = Question("", (Message(1, Role.USER, "Well?"),))
    async with fake_http(answers()) as fake:
        client = fake.client(stall_s=5.0)
        thinkers: list[tuple[Thinker, list[dict[str, Any]]]] = [
            (ChatThinker(client, "m"), _CHAT),
            (ResponsesThinker(client, "m"), _RESPONSES),
            (AgentThinker(client, "m"), _AGENT),
        ]
        voice = ServerVoice(client, name="fake", model="m", voice="alloy")
        try:
            for number in range(count):
                if number % 4 == 3:
                    _sound(fake, mutator)
                    await toll.pay(voice.speak("Well."))
                    continue
                thinker, events = thinkers[number % 4]
                kind = mutator.chance.choice(["text/event-stream"] * 8 + ["text/html", ""])
                status = mutator.chance.choice([200] * 8 + [204, 500])
                fake.handler = answers(mutator.stream(events), status, kind=kind)
                await toll.pay(thinker.think(question))
        finally:
            await client.close()


def _sound(fake: FakeHttp, mutator: Mutator) -> None:
    head = b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\xc0\x5d\x00\x00"
    head += b"\x80\xbb\x00\x00\x02\x00\x10\x00data\x00\x08\x00\x00"
    body = bytearray(head + bytes(mutator.chance.randrange(3000)))
    for _ in range(mutator.chance.randint(1, 6)):
        body[mutator.chance.randrange(len(body))] = mutator.chance.randrange(256)
    cut = mutator.chance.randrange(len(body) + 1)
    kind = mutator.chance.choice(["audio/pcm", "audio/wav", "application/json", "text/html"])
    fake.handler = answers(bytes(body[:cut]), kind=kind)


async def measure(*, each: int) -> list[Result]:
    """Nonsense over WebSocket and over HTTP."""
    crashes, toll = Crashes(), Toll()
    realtime_pipeline.PROGRESS_TIMEOUT = 2.0  # an event that is missing is not waited for as long
    process = psutil.Process()
    ways: list[Callable[[int, Toll], Any]] = [_events, _bodies]
    with crashes.watching():
        for way in ways:
            await way(min(each, 200), toll)  # what is loaded late is loaded
        before = process.memory_info().rss
        for way in ways:
            await way(each, toll)
    grown = (process.memory_info().rss - before) / 2**20
    for line in (*toll.crashed, *crashes.lines):
        print(line, file=sys.stderr)
    how = f"{each} mutated events, {each} mutated bodies"
    return [
        Result("crashes", float(len(toll.crashed) + len(crashes.lines)), "", 0.0, note=how),
        Result("hangs", float(toll.hung), "", 0.0),
        Result("turns that ended in a sentence", float(toll.failed), "turns"),
        Result("memory grown meanwhile", grown, "MB", 30.0),
    ]
