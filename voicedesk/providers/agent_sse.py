"""Agent servers: a conversation is posted, and words come back as server-sent events.

Each event is ``data: {"content": str, "done": bool, "model": str}``, the last with ``done`` true. Such a server has
tools of its own, so it is told the words of the conversation alone.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any
from urllib.parse import urlsplit

from voicedesk.core.dialogue import Role
from voicedesk.core.errors import ProtocolError
from voicedesk.providers.answers import (
    MOST_CHARACTERS,
    WHOLE,
    AnswerText,
    body_events,
    broken_off,
    drain,
    nothing_said,
    too_long,
    warm_quietly,
)
from voicedesk.providers.chat import chat_messages
from voicedesk.providers.failures import error_message, message_failure
from voicedesk.providers.http import HttpServer, Link
from voicedesk.providers.profiles import Address
from voicedesk.providers.sse import SseEvent
from voicedesk.providers.stages import Question, TextPiece, Thought, ThoughtEnded

log = logging.getLogger(__name__)

_PATH = "/api/v1/chat"
_LONG_ENOUGH = 20
"""Characters from which on words that come twice are no chance."""


def agent_url(base_url: str) -> str:
    """Where an agent server is asked.

    An address with a path of its own is taken as it is; a bare server, or one that ends like OpenAI's, gets the usual
    path.
    """
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/")
    if path.endswith("/api/v1"):
        path += "/chat"
    elif not path or path.endswith("/v1"):
        path = path.removesuffix("/v1") + _PATH
    return parts._replace(path=path).geturl()


class AgentThinker:
    """An agent behind ``/api/v1/chat``."""

    def __init__(self, server: HttpServer, model: str) -> None:
        """Nothing is opened yet.

        Args:
            server: Where it is; its address may be the endpoint itself.
            model: Its id; many agents ignore it.
        """
        self.model = model
        self._server = server

    async def warm(self) -> None:
        """Open a connection ahead of the request."""
        await warm_quietly(self._server)

    async def close(self) -> None:
        """End every connection."""
        await self._server.close()

    async def think(self, question: Question) -> AsyncGenerator[Thought, None]:
        """The answer, as it is made. Never calls tools.

        Raises:
            ServerError: It failed; what came before stays valid.
        """
        spoken = [m for m in question.messages if m.role in {Role.USER, Role.ASSISTANT}]
        body = {
            "messages": chat_messages(question.instructions, spoken),
            "model": self.model,
            "stream": True,
        }

        def opened(link: Link) -> AbstractAsyncContextManager[Any]:
            headers = {**link.headers, "Accept": "text/event-stream, application/json"}
            url = agent_url(link.address.base_url)
            return link.http.stream("POST", url, json=body, headers=headers)

        address = (await self._server.link()).address
        async with self._server.exchange(opened, model=self.model) as response:
            reader = _Reader(address, self.model)
            async with aclosing(body_events(response, response.aiter_bytes(), address)) as events:
                async for event in events:
                    if text := reader.take(event):
                        yield TextPiece(text)
                    if reader.done:
                        break
                if text := reader.text.end():
                    yield TextPiece(text)
                yield reader.ended()
                await drain(events)


class _Reader:
    """Takes the events of one answer.

    Attributes:
        text: The words so far.
        done: The server says that it is through.
    """

    def __init__(self, address: Address, model: str) -> None:
        self.text = AnswerText()
        self.done = False
        self._address = address
        self._model = model
        self._usage: Mapping[str, Any] | None = None
        self._garbage = 0

    def take(self, event: SseEvent) -> str:
        """The words of an event, empty when it has none.

        Raises:
            ServerError: The server says that it failed, or does not end.
        """
        if event.data.strip() == "[DONE]":
            self.done = True
            return ""
        data = event.json()
        if event.event == "error" or (isinstance(data, Mapping) and data.get("error")):
            message, code = error_message(data)
            raise message_failure(message or event.data, code, self._address, model=self._model)
        if not isinstance(data, Mapping):
            self._garbage += 1
            return ""
        self.done = data.get("done") is True or event.event == WHOLE
        if isinstance(data.get("usage"), Mapping):
            self._usage = data["usage"]
        content = data.get("content")
        if not isinstance(content, str):
            return ""
        if self.done and len(content) > _LONG_ENOUGH and content.strip() == self.text.given.strip():
            return ""  # some say all of it once more at the end
        text = self.text.add(content)
        if self.text.characters > MOST_CHARACTERS:
            raise too_long(self._address)
        return text

    def ended(self) -> ThoughtEnded:
        """What the answer comes to.

        Raises:
            ServerError: It was none, or not all of one.
        """
        if self.text.characters and not self.done:
            raise broken_off(self._address)
        if not self.text.characters and self._garbage:
            reason = "its answer is damaged"
            raise ProtocolError("no event made sense", server=self._address.name, reason=reason)
        if not self.text.characters:
            raise nothing_said(self._address)
        return ThoughtEnded((), self._usage)
