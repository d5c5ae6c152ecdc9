"""Servers that talk nonsense: mutated events and mutated bodies, each of which may cost a turn and nothing more."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import psutil

from benchmarks.faults_desk import Crashes, realtime_on
from benchmarks.faults_fuzz_sound import readings, sounds, takes
from benchmarks.faults_nonsense import Mutator, Toll
from benchmarks.report import Result
from tests.providers.fake_http import answers, fake_http
from tests.support.realtime_server import ScriptedServer, Session, pcm_delta
from voicedesk.core.dialogue import Dialogue, Message, Role
from voicedesk.pipelines import realtime as realtime_pipeline
from voicedesk.providers.agent_sse import AgentThinker
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.responses import ResponsesThinker
from voicedesk.providers.stages import Question, Thinker

A_REPLY = 100
WARM_UP = 200
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
                await toll.read(pipeline.end_turn())
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
        try:
            for number in range(count):
                fake.asked.clear()  # what the other side remembers is no growth of ours
                thinker, events = thinkers[number % len(thinkers)]
                kind = mutator.chance.choice(["text/event-stream"] * 8 + ["text/html", ""])
                status = mutator.chance.choice([200] * 8 + [204, 500])
                fake.handler = answers(mutator.stream(events), status, kind=kind)
                await toll.read(thinker.think(question))
        finally:
            await client.close()


async def measure(*, each: int) -> list[Result]:
    """Nonsense over WebSocket and over HTTP."""
    crashes, toll = Crashes(), Toll()
    realtime_pipeline.PROGRESS_TIMEOUT = 2.0  # an event that is missing is not waited for as long
    process = psutil.Process()
    ways: list[Callable[[int, Toll], Any]] = [_events, takes, readings, _bodies, sounds]
    with crashes.watching():
        for way in ways:
            await way(WARM_UP if each > WARM_UP else 20, toll)  # what is loaded late is loaded
        before = process.memory_info().rss
        for way in ways:
            await way(each, toll)
    grown = (process.memory_info().rss - before) / 2**20
    for line in (*toll.crashed, *crashes.lines):
        print(line, file=sys.stderr)
    how = (
        f"{3 * each} mutated events: of turns, of takes, of texts read; "
        f"{2 * each} bodies: of words, of sound"
    )
    return [
        Result("crashes", float(len(toll.crashed) + len(crashes.lines)), "", 0.0, note=how),
        Result("hangs", float(toll.hung), "", 0.0),
        Result("turns that ended in a sentence", float(toll.failed), "turns"),
        Result("memory grown meanwhile", grown, "MB", 30.0),
    ]
