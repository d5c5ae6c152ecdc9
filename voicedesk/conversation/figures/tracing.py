"""Hands the times of each turn to OpenTelemetry, where the environment asks for it by OpenTelemetry's own variables.

Nothing is loaded and nothing is done unless it does. What is handed over are times, counts, and names of models and
servers; never what was said, and no key.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voicedesk import __version__
from voicedesk.conversation.figures.spans import Described, described
from voicedesk.conversation.figures.turn_figures import TurnFigures
from voicedesk.conversation.figures.turns import Figures
from voicedesk.core.clock import now
from voicedesk.core.events import Event, StateChanged
from voicedesk.core.redaction import redactor
from voicedesk.core.tasks import TaskSet
from voicedesk.core.turn import AT_REST

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

log = logging.getLogger(__name__)

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_WAITING = 100
"""Turns that may wait for the packages to be loaded; older ones are let go."""
_FLUSH_S = 2.0


def is_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment asks for traces: it names an exporter or a place to send them to, and refuses neither."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if exporter:
        return exporter != "none"
    return any(environment.get(name, "").strip() for name in _ENDPOINTS)


class Tracing:
    """An observer beside the figures that makes a span of each turn when nothing else is being done."""

    def __init__(self, figures: Figures, tracer: Tracer | None = None) -> None:
        """Turns are kept until there is a tracer.

        Args:
            figures: The turns.
            tracer: Takes the spans; None until ``load`` has made one.
        """
        self._tracer = tracer
        self._outlet: _Outlet | None = None
        self._tasks = TaskSet()
        self._loading: asyncio.Task[None] | None = None
        self._open: dict[int, TurnFigures] = {}
        self._handed: deque[int] = deque(maxlen=_WAITING)
        self._stop = figures.watch(self._on_turn)

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if isinstance(event, StateChanged) and event.state in AT_REST:
            self._hand_over()

    def load(self) -> None:
        """Load OpenTelemetry on a thread, once."""
        if self._tracer is None and self._loading is None:
            self._loading = self._tasks.spawn(self._load(), name="loading OpenTelemetry")

    async def _load(self) -> None:
        try:
            self._tracer, self._outlet = await asyncio.to_thread(_make_tracer)
        except ImportError as error:
            log.warning(
                "Traces are asked for by OTEL_ variables, but OpenTelemetry is not installed "
                '(pip install "voicedesk[otel]"): %s',
                error,
            )
            self._stop()
            self._open.clear()

    def _on_turn(self, turn: TurnFigures) -> None:
        if turn.timeline.points and turn.turn not in self._handed:  # its cost is told later
            self._open[turn.turn] = turn
            while len(self._open) > _WAITING:
                del self._open[next(iter(self._open))]

    def _hand_over(self) -> None:
        if self._tracer is None:
            return
        over = [turn for turn in self._open.values() if turn.is_over]
        for turn in over:
            del self._open[turn.turn]
            self._handed.append(turn.turn)
            trace(self._tracer, turn)

    async def close(self) -> None:
        """Hand over what is left, and have it sent."""
        self._stop()
        if self._loading is not None:
            await asyncio.wait([self._loading])  # a thread that loads cannot be stopped
        await self._tasks.close()
        self._hand_over()
        if self._outlet is not None:
            await self._outlet.close()


@dataclass(frozen=True, slots=True)
class _Outlet:
    """What sends spans, and is ours to end.

    Attributes:
        provider: Gathers them.
        exporters: Send them.
    """

    provider: TracerProvider
    exporters: list[SpanExporter]

    async def close(self) -> None:
        """Have the last spans sent, but wait for a collector that is not there no longer than a user would."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def end() -> None:
            self.provider.shutdown()
            with contextlib.suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(over.set)

        # a thread that the process does not wait for: one that is being answered may take 10 s more
        threading.Thread(target=end, name="sending the last traces", daemon=True).start()
        try:
            async with asyncio.timeout(_FLUSH_S):
                await over.wait()
        except TimeoutError:
            log.info("the last traces could not be sent in time")
            for exporter in self.exporters:
                exporter.shutdown()  # tries no more


def trace(tracer: Tracer, turn: TurnFigures) -> None:
    """Make the spans of a turn, which is over, of those times that it had."""
    from opentelemetry.trace import set_span_in_context

    found = described(turn)
    if found is None:
        return
    whole, parts = found
    offset = time.time_ns() - int(now() * 1e9)

    def wall(at: float) -> int:
        return offset + int(at * 1e9)

    def start(part: Described, **options: Any) -> Span:
        span = tracer.start_span(
            redactor.clean(part.name), start_time=wall(part.start), kind=_kind(part),
            attributes=redactor.clean_data(part.attributes), **options,
        )  # fmt: skip
        for name, at in part.events.items():
            span.add_event(name, timestamp=wall(at))
        return span

    root = start(whole)
    if whole.failure:
        _mark_failed(root, redactor.clean(whole.failure))
    within = set_span_in_context(root)
    for part in parts:
        start(part, context=within).end(wall(part.end))
    root.end(wall(whole.end))


def _kind(part: Described) -> Any:
    from opentelemetry.trace import SpanKind

    return SpanKind.CLIENT if part.is_remote else SpanKind.INTERNAL


def _mark_failed(span: Span, failure: str) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_status(Status(StatusCode.ERROR, failure))


def _make_tracer() -> tuple[Tracer, _Outlet | None]:
    """The tracer, and what is behind it if it is ours to end. Loads the packages: not on the loop's thread."""
    from opentelemetry import trace as api

    already = api.get_tracer_provider()
    if not isinstance(already, api.ProxyTracerProvider):  # opentelemetry-instrument was here
        return already.get_tracer("voicedesk", __version__), None
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = "service.name" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    told = {"service.version": __version__}
    if not named and not os.environ.get("OTEL_SERVICE_NAME"):
        told["service.name"] = "voicedesk"
    provider = TracerProvider(resource=Resource.create(told), shutdown_on_exit=False)
    exporters = _exporters(os.environ.get("OTEL_TRACES_EXPORTER", "") or "otlp")
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer("voicedesk", __version__), _Outlet(provider, exporters)


def _exporters(names: str) -> list[SpanExporter]:
    made: list[SpanExporter] = []
    for name in filter(None, (each.strip().lower() for each in names.split(","))):
        if name == "otlp":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            made.append(OTLPSpanExporter())
        elif name == "console":
            from opentelemetry.sdk.trace.export import ConsoleSpanExporter

            made.append(ConsoleSpanExporter())
        else:
            log.warning("OTEL_TRACES_EXPORTER names %s, which VoiceDesk does not know", name)
    return made
