"""The text endpoints: Chat Completions, Responses and the agent's chat, all answered by the built-in assistant."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Protocol

from aiohttp import web

from voicedesk.engine.answer import Answer, Prompt, answer
from voicedesk.engine.http import Handler, endpoint, read_json
from voicedesk.engine.limits import Jobs
from voicedesk.engine.protocol.agent import parse_agent
from voicedesk.engine.protocol.chat import parse_chat
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.responses import parse_responses
from voicedesk.engine.relay import HEARTBEAT_SECONDS, Event, relay
from voicedesk.engine.services import Services

RUNNING = 8
WAITING = 32


class TextRequest(Protocol):
    """A request of any of the endpoints, checked."""

    @property
    def prompt(self) -> Prompt:
        """What the assistant is asked."""

    @property
    def streams(self) -> bool:
        """Whether the answer is to come as events."""

    def whole(self, made: Answer) -> Json:
        """The answer as one object."""

    def events(self, made: Answer) -> Iterable[Event]:
        """The answer as it is streamed."""


class TextEndpoints:
    """The routes, and what they share.

    Args:
        services: Whose assistant answers.
        jobs: How many answers are made at once.
        heartbeat_s: After so many seconds of silence a stream gets a comment.
    """

    def __init__(
        self,
        services: Services,
        *,
        jobs: Jobs | None = None,
        heartbeat_s: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._services = services
        self._jobs = Jobs(RUNNING, WAITING) if jobs is None else jobs
        self._heartbeat_s = heartbeat_s

    def routes(self) -> list[web.RouteDef]:
        """For the application."""
        return [
            web.post("/v1/chat/completions", self._handler(parse_chat)),
            web.post("/v1/responses", self._handler(parse_responses)),
            web.post("/api/v1/chat", self._handler(parse_agent, error_name="error")),
        ]

    def _handler(
        self, parse: Callable[[Json], TextRequest], *, error_name: str | None = None
    ) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            asked = parse(await read_json(request))
            if asked.streams:
                return await relay(
                    request,
                    self._events(asked),
                    heartbeat_s=self._heartbeat_s,
                    error_name=error_name,
                )
            async with self._jobs.place():
                made = answer(self._services.assistant, asked.prompt)
            return web.json_response(asked.whole(made))

        return endpoint(handle)

    async def _events(self, asked: TextRequest) -> AsyncGenerator[Event, None]:
        async with self._jobs.place():
            for event in asked.events(answer(self._services.assistant, asked.prompt)):
                yield event
