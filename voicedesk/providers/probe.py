"""Tries a server: whether it is there, which models it has, and which stages work in how many milliseconds.

A stage for which a model is known is tried for real, with the shortest request there is; the others are only looked
for. Every failure is one of our errors, whose sentence says what to do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from http import HTTPStatus

from voicedesk.core.clock import now
from voicedesk.core.errors import (
    InsecureServerError,
    NoAnswerError,
    ProtocolError,
    ServerError,
    UnknownModelError,
    UnreachableError,
    WrongKeyError,
)
from voicedesk.providers.http import HttpServer, Link, Source
from voicedesk.providers.model_list import ListedModel, likely_model, listed_models, read_list
from voicedesk.providers.presets import STAGES, Stage, preset_of, stages_of
from voicedesk.providers.profiles import QUIRKS, Address, Quirks
from voicedesk.providers.retirement import Retirement, is_due, shutdown_date
from voicedesk.providers.trials import TRIALS, Attempt, Outcome, Wishes

log = logging.getLogger(__name__)

TRIAL_S = 30.0
"""Seconds for one stage, a model that has to be loaded first included."""
_LOOK_S = 10.0
_PATHS: dict[Stage, str] = {
    "realtime": "/realtime",
    "live": "/realtime",
    "transcription": "/audio/transcriptions",
    "thinking": "/chat/completions",
    "speech": "/audio/speech",
}
_SESSIONS: frozenset[Stage] = frozenset({"realtime", "live"})
"""Their endpoint need not answer anything but a handshake."""
_ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
_FATAL = (UnreachableError, WrongKeyError, InsecureServerError)


class Verdict(Enum):
    """What is known about a stage."""

    WAITING = "waiting"
    WORKS = "works"
    OFFERED = "offered"
    """There, and not tried for want of a model."""
    ABSENT = "absent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage.

    Attributes:
        stage: Which.
        verdict: What came of it.
        model: What it was tried with; empty when it was not.
        ms: Until the first sign of a result: a session, words, sound.
        proof: Words that came, cut short.
        error: Why it failed.
    """

    stage: Stage
    verdict: Verdict = Verdict.WAITING
    model: str = ""
    ms: float | None = None
    proof: str = ""
    error: ServerError | None = None


@dataclass(frozen=True, slots=True)
class ServerReport:
    """A server, as far as it is known.

    Attributes:
        name: For people.
        reached_ms: Until it first answered; None while, or if, it has not.
        models: Those that it says it has; none where it does not say.
        stages: Those that such a server may have, in order.
        retiring: Models in use that are about to be shut down.
        error: Why nothing could be tried.
        done: Whether this is all.
    """

    name: str
    reached_ms: float | None = None
    models: tuple[ListedModel, ...] = ()
    stages: tuple[StageReport, ...] = ()
    retiring: tuple[Retirement, ...] = ()
    error: ServerError | None = None
    done: bool = False

    @property
    def works(self) -> bool:
        """Whether something of it works and nothing that was tried fails."""
        verdicts = {stage.verdict for stage in self.stages}
        fine = verdicts & {Verdict.WORKS, Verdict.OFFERED}
        return self.error is None and bool(fine) and Verdict.FAILED not in verdicts


Told = Callable[[ServerReport], None]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tried.

    Attributes:
        name: Of the server, for people.
        dialect: The row of the table that describes it.
        models: The models that the settings use it with.
        wishes: How else they use it.
        in_use: All models that the settings name for it, for their dates.
        today: The same.
    """

    name: str
    dialect: str
    models: Mapping[Stage, str] = field(default_factory=dict)
    wishes: Wishes = field(default_factory=Wishes)
    in_use: frozenset[str] = frozenset()
    today: date = date.min


async def probe(source: Source, subject: Subject, told: Told) -> ServerReport:
    """Try a server. Cancelling it ends what is under way.

    Args:
        source: Gives its address; may start it first.
        subject: What is tried.
        told: Told the report each time that it has grown.
    """
    server = HttpServer(source, stall_s=TRIAL_S)
    try:
        return await _Probe(server, source, subject, told).run()
    finally:
        await server.close()


class _Probe:
    def __init__(self, server: HttpServer, source: Source, subject: Subject, told: Told) -> None:
        self._server = server
        self._source = source
        self._subject = subject
        self._told = told
        offered = stages_of(subject.dialect) | subject.models.keys()
        stages = tuple(StageReport(stage) for stage in STAGES if stage in offered)
        self._report = ServerReport(subject.name, stages=stages)

    def _grow(self, **changes: object) -> None:
        self._report = replace(self._report, **changes)  # type: ignore[arg-type] # names of fields
        self._told(self._report)

    async def run(self) -> ServerReport:
        try:
            link = await self._server.link()
            await self._reach(link)
            for place, stage in enumerate(self._report.stages):
                report = await self._stage(link, stage)
                stages = list(self._report.stages)
                stages[place] = report
                self._grow(stages=tuple(stages))
        except ServerError as error:
            log.info("%s cannot be tried: %s", self._subject.name, error.detail)
            self._grow(error=error)
        self._grow(done=True, retiring=self._retiring())
        return self._report

    async def _reach(self, link: Link) -> None:
        """Ask for the models: the cheapest request there is. A server need not have a list."""
        begun = now()
        try:
            status, body = await self._ask(link, "/models")
        except _FATAL:
            raise
        except ServerError as error:
            log.info("%s lists no models: %s", link.address.name, error.detail)
            return  # it may speak WebSocket alone
        ms = (now() - begun) * 1000
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise WrongKeyError(f"HTTP {status} for the models", server=link.address.name)
        models = listed_models(body, link.address.quirks) if status == HTTPStatus.OK else ()
        self._grow(reached_ms=ms, models=models)

    async def _ask(
        self, link: Link, path: str, *, body: object = None, read: bool = True
    ) -> tuple[int, bytes]:
        """Status and body of a request: GET, or POST where there is something to send.

        Raises:
            ServerError: Nobody answers.
        """
        method = "GET" if body is None else "POST"
        url, headers = link.url(path), link.headers
        try:
            async with (
                asyncio.timeout(_LOOK_S),
                link.http.stream(method, url, json=body, headers=headers) as response,
            ):
                return response.status_code, (
                    await read_list(response.aiter_bytes()) if read else b""
                )
        except TimeoutError as error:
            raise NoAnswerError(server=link.address.name, seconds=_LOOK_S) from error
        except Exception as error:
            known = self._server.failure(error, link)
            if known is None:
                raise
            raise known from error

    # ----------------------------------------------------------------------------------- stages

    async def _stage(self, link: Link, report: StageReport) -> StageReport:
        stage = report.stage
        preset = preset_of(self._subject.dialect)
        usual = preset.models.get(stage, "") if preset is not None else ""
        model = self._subject.models.get(stage) or likely_model(stage, self._report.models, usual)
        begun = now()
        try:
            if not (model and stage in _SESSIONS) and not await self._is_there(link, stage):
                return replace(report, verdict=Verdict.ABSENT)
            if not model:
                return replace(report, verdict=Verdict.OFFERED, ms=(now() - begun) * 1000)
            return await self._try(link, replace(report, model=model))
        except ServerError as error:
            log.info("%s: %s fails: %s", link.address.name, stage, error.detail)
            return replace(report, verdict=Verdict.FAILED, model=model, error=error)

    async def _try(self, link: Link, report: StageReport) -> StageReport:
        stage = report.stage
        try:
            outcome = await self._in_time(link.address, report)
        except (UnknownModelError, ProtocolError):
            # A server without sessions refuses the handshake like one that does not know the model.
            known = preset_of(self._subject.dialect) is not None
            if stage in _SESSIONS and not known and not await self._is_there(link, stage):
                return replace(report, verdict=Verdict.ABSENT, model="")
            raise
        return replace(report, verdict=Verdict.WORKS, ms=outcome.ms, proof=outcome.proof)

    async def _in_time(self, address: Address, report: StageReport) -> Outcome:
        limit = max(TRIAL_S, address.quirks.first_event_s)
        attempt = Attempt(self._server, self._source, address, report.model, self._subject.wishes)
        try:
            async with asyncio.timeout(limit):
                return await TRIALS[report.stage](attempt)
        except TimeoutError as error:
            raise NoAnswerError(server=address.name, seconds=limit) from error

    async def _is_there(self, link: Link, stage: Stage) -> bool:
        """Whether an endpoint is there, by a request that it can only refuse.

        Raises:
            ServerError: The key is wrong, or nobody answers.
        """
        if stage == "thinking" and link.address.quirks.thinks == "agent":
            return True  # its address is the endpoint
        path = _PATHS[stage]
        if stage == "thinking" and link.address.quirks.thinks == "responses":
            path = "/responses"
        status, _ = await self._ask(link, path, body=None if stage in _SESSIONS else {}, read=False)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise WrongKeyError(f"HTTP {status} for {path}", server=link.address.name)
        return status not in _ABSENT

    def _retiring(self) -> tuple[Retirement, ...]:
        """The models in use that go soon, by what the server says and by what is known."""
        listed = {model.id: model.shutdown for model in self._report.models}
        counts = QUIRKS.get(self._subject.dialect, Quirks()).retires_models
        found = []
        for model in self._subject.in_use:
            on = listed.get(model) or (shutdown_date(model) if counts else None)
            if on is not None and is_due(on, self._subject.today):
                found.append(Retirement(model, on))
        return tuple(sorted(found, key=lambda each: (each.on, each.model)))
