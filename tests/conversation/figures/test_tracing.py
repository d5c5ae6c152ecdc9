"""Turns as OpenTelemetry gets them: the right spans, at the right times, without a word of what was said."""

from __future__ import annotations

import asyncio
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, Tracer

from tests.conftest import ExpectLog
from tests.conversation.figures.turn_stream import (
    answered,
    called,
    ended,
    figures_of,
    key,
    state,
    timed,
    timeline,
)
from voicedesk.conversation.figures.stages import Role, Stage, Stages
from voicedesk.conversation.figures.tracing import Tracing, is_wanted
from voicedesk.conversation.figures.turns import Figures
from voicedesk.core.errors import NoAnswerError
from voicedesk.core.events import Event, TextDelta, TurnFailed, UserText
from voicedesk.core.redaction import HIDDEN, redactor
from voicedesk.core.timeline import Timeline
from voicedesk.core.turn import State

REALTIME = (
    Stage(Role.ANSWER, "model-a", "https://api.openai.com/v1"),
    Stage(Role.TRANSCRIPTION, "model-t", "https://api.openai.com/v1"),
)
CLASSIC = (
    Stage(Role.TRANSCRIPTION, "ears", "http://127.0.0.1:8000/v1", is_local=True),
    Stage(Role.THINKING, "thinker", "https://models.example/v1"),
    Stage(Role.SPEECH, "", is_local=True),
)
USAGE = {"input_tokens": 120, "output_tokens": 34, "input_token_details": {"cached_tokens": 20}}

Spans = dict[str, ReadableSpan]


@pytest.fixture
def memory() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(memory: InMemorySpanExporter) -> Tracer:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    return provider.get_tracer("test")


def realtime_line() -> Timeline:
    return timeline(
        key_down=-1500, first_sample=-1700, take_end=200, commit_sent=204, committed=230,
        response_created=300, first_text=500, first_delta=600, first_queued=610, first_dac=640,
        first_audible=650, reply_done=1500, last_dac=3000,
    )  # fmt: skip


def classic_line() -> Timeline:
    return timeline(
        "classic", key_down=-1500, first_sample=-1500, take_end=200, commit_sent=204, transcribed=400, first_text=700,
        first_unit=800, first_delta=900, first_queued=910, first_dac=930, first_audible=940,
        reply_done=1800, last_dac=4000,
    )  # fmt: skip


def traced(
    tracer: Tracer, memory: InMemorySpanExporter, stages: Stages, line: Timeline, *events: Event
) -> Spans:
    figures = figures_of(state(State.LISTENING), stages=stages)
    tracing = Tracing(figures, tracer)
    for event in (timed(line), *events):
        figures(event)
        tracing(event)
    assert not memory.get_finished_spans()  # not while anything is being done
    tracing(state(State.READY))
    spans = memory.get_finished_spans()
    result = {span.name: span for span in spans}
    assert len(result) == len(spans)
    return result


def milliseconds(spans: Spans, name: str) -> tuple[float, float]:
    """Beginning and length, from the beginning of the turn."""
    span, root = spans[name], spans["invoke_agent VoiceDesk"]
    assert span.start_time is not None
    assert span.end_time is not None
    assert root.start_time is not None
    return (span.start_time - root.start_time) / 1e6, (span.end_time - span.start_time) / 1e6


def about(*values: float) -> object:
    return pytest.approx(values, abs=0.01)


def test_a_realtime_turn(tracer: Tracer, memory: InMemorySpanExporter) -> None:
    spans = traced(tracer, memory, REALTIME, realtime_line(), ended(1500, usage=USAGE))
    assert set(spans) == {"invoke_agent VoiceDesk", "record", "send", "chat model-a", "play"}
    assert milliseconds(spans, "invoke_agent VoiceDesk") == about(0, 4700)
    assert milliseconds(spans, "record") == about(200, 1700)
    assert milliseconds(spans, "send") == about(1900, 4)
    assert milliseconds(spans, "chat model-a") == about(1904, 1296)
    assert milliseconds(spans, "play") == about(2310, 2390)
    root, chat = spans["invoke_agent VoiceDesk"], spans["chat model-a"]
    assert root.attributes is not None
    assert chat.attributes is not None
    assert root.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert root.attributes["voicedesk.mode"] == "realtime"
    assert root.attributes["voicedesk.latency_ms"] == pytest.approx(650)
    assert root.attributes["voicedesk.latency.server_ms"] == pytest.approx(396)
    assert root.kind is SpanKind.INTERNAL
    assert chat.kind is SpanKind.CLIENT
    assert dict(chat.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "model-a",
        "gen_ai.output.type": "speech",
        "server.address": "api.openai.com",
        "server.port": 443,
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 34,
        "gen_ai.usage.cache_read.input_tokens": 20,
        "gen_ai.response.time_to_first_chunk": pytest.approx(0.396),
    }
    assert [event.name for event in chat.events] == [
        "committed",
        "response_created",
        "first_text",
        "first_delta",
    ]
    assert all(
        span.parent is not None and span.parent.span_id == root.context.span_id
        for span in spans.values()
        if span is not root
    )


def test_a_turn_of_the_chain(tracer: Tracer, memory: InMemorySpanExporter) -> None:
    spans = traced(tracer, memory, CLASSIC, classic_line(), called(450), answered(550), ended(1800))
    assert milliseconds(spans, "transcribe ears") == about(1704, 196)
    assert milliseconds(spans, "chat thinker") == about(1900, 1400)
    assert milliseconds(spans, "speak") == about(2300, 1000)
    assert milliseconds(spans, "execute_tool") == about(1950, 100)
    ears, thinker = spans["transcribe ears"].attributes, spans["chat thinker"].attributes
    assert ears is not None
    assert thinker is not None
    assert (ears["server.address"], ears["server.port"]) == ("127.0.0.1", 8000)
    assert thinker["gen_ai.provider.name"] == "models.example"
    assert spans["speak"].kind is SpanKind.INTERNAL


def test_a_turn_that_failed(tracer: Tracer, memory: InMemorySpanExporter) -> None:
    failed = TurnFailed(turn=1, at=0.0, error=NoAnswerError(server="OpenAI", seconds=30))
    line = timeline(key_down=-1000, take_end=200, commit_sent=204)
    spans = traced(tracer, memory, REALTIME, line, failed)
    root = spans["invoke_agent VoiceDesk"]
    assert root.status.status_code is StatusCode.ERROR
    assert "did not answer" in (root.status.description or "")
    assert root.attributes is not None
    assert root.attributes["error.type"] == "_OTHER"
    assert "play" not in spans


def test_nothing_that_was_said_is_told(tracer: Tracer, memory: InMemorySpanExporter) -> None:
    spans = traced(
        tracer, memory, REALTIME, realtime_line(),
        UserText(turn=1, at=0.0, text="a secret question", final=True),
        TextDelta(turn=1, at=0.0, key=key(), text="a secret answer"), ended(),
    )  # fmt: skip
    assert "secret" not in "".join(span.to_json() for span in spans.values())


def test_no_key_is_told(tracer: Tracer, memory: InMemorySpanExporter) -> None:
    """It may have been pasted where the name of a model or an address belongs."""
    redactor.hide("pl4nt3d-0123456789")
    planted = Stage(
        Role.ANSWER, "model pl4nt3d-0123456789", "https://pl4nt3d-0123456789.example/v1"
    )
    failed = TurnFailed(
        turn=1, at=0.0, error=NoAnswerError(server="pl4nt3d-0123456789", seconds=30)
    )
    spans = traced(tracer, memory, (planted,), realtime_line(), failed)
    told = "".join(span.to_json() for span in spans.values())
    assert f"model {HIDDEN}" in told
    assert "pl4nt3d" not in told


def test_a_turn_is_told_once(tracer: Tracer, memory: InMemorySpanExporter) -> None:
    figures = figures_of(state(State.LISTENING), stages=REALTIME)
    tracing = Tracing(figures, tracer)
    for event in (timed(realtime_line()), ended()):
        figures(event)
    tracing(state(State.READY))
    count = len(memory.get_finished_spans())
    turn = figures.of(1)
    assert turn is not None
    figures.tell(turn)  # its cost is known now
    tracing(state(State.READY))
    assert len(memory.get_finished_spans()) == count


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "mine"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False),
    ],
)
def test_the_environment_decides(environment: dict[str, str], wanted: bool) -> None:
    assert is_wanted(environment) is wanted


class _Collector(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, _CollectorServer)
        self.server.got.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Not to the screen."""


class _CollectorServer(ThreadingHTTPServer):
    got: list[tuple[str, bytes]]


def _with_a_turn(figures: Figures, tracing: Tracing) -> None:
    for event in (state(State.LISTENING), timed(realtime_line()), ended()):
        figures(event)
        tracing(event)


async def test_a_collector_gets_the_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    server = _CollectorServer(("127.0.0.1", 0), _Collector)
    server.got = []
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    try:
        figures = Figures(lambda: REALTIME)
        tracing = Tracing(figures)
        tracing.load()
        _with_a_turn(figures, tracing)
        await tracing.close()
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        thread.join()
    ((path, body),) = server.got
    assert path == "/v1/traces"
    for told in (b"chat model-a", b"service.name", b"voicedesk", b"gen_ai.request.model"):
        assert told in body


async def test_a_collector_that_is_not_there_leaves_nothing_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    figures = Figures(lambda: REALTIME)
    tracing = Tracing(figures)
    tracing.load()
    _with_a_turn(figures, tracing)
    await tracing.close()


async def test_packages_that_are_not_there_are_told_once(
    monkeypatch: pytest.MonkeyPatch, expected_log: ExpectLog
) -> None:
    expected_log("voicedesk\\[otel\\]")
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    figures = Figures(lambda: REALTIME)
    tracing = Tracing(figures)
    tracing.load()
    _with_a_turn(figures, tracing)
    await tracing.close()
