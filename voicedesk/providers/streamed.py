"""What the ways to ask a model that writes have in common: one request, and an answer that comes as events."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

from voicedesk.core.errors import ProtocolError, ServerError
from voicedesk.providers.answers import (
    MOST_CHARACTERS,
    AnswerText,
    body_events,
    drain,
    next_event,
    nothing_said,
    too_long,
    warm_quietly,
)
from voicedesk.providers.failures import error_message, message_failure, refusal_text
from voicedesk.providers.http import HttpServer, Link
from voicedesk.providers.profiles import Address
from voicedesk.providers.sse import SseEvent
from voicedesk.providers.stages import Question, TextPiece, Thought, ThoughtEnded

log = logging.getLogger(__name__)


class AnswerReader(ABC):
    """Takes the events of one answer.

    Attributes:
        text: The words so far.
        done: Nothing that matters follows.
    """

    def __init__(self, address: Address, model: str) -> None:
        self.text = AnswerText()
        self.done = False
        self._address = address
        self._model = model
        self._usage: Mapping[str, Any] | None = None
        self._garbage = 0

    @property
    def patience_s(self) -> float | None:
        """How long what follows may take in seconds; None for as long as the connection lives."""
        return None

    @abstractmethod
    def take(self, event: SseEvent) -> str:
        """The words of an event, empty when it has none.

        Raises:
            ServerError: The server says that it failed, or does not end.
        """

    def end(self) -> str:
        """No more events: words that are left."""
        return self.text.end()

    @abstractmethod
    def ended(self) -> ThoughtEnded:
        """What the answer comes to.

        Raises:
            ServerError: It was none, or not all of one.
        """

    def _add(self, text: str) -> str:
        text = self.text.add(text)
        if self.text.characters > MOST_CHARACTERS:
            raise too_long(self._address)
        return text

    def _failure(self, data: Any, otherwise: str = "") -> ServerError:
        message, code = error_message(data)
        return message_failure(message or otherwise, code, self._address, model=self._model)

    def _nothing(self) -> ServerError:
        """There was no answer: either nothing came, or nothing that can be read."""
        if self._garbage:
            reason = "its answer is damaged"
            return ProtocolError("no event made sense", server=self._address.name, reason=reason)
        return nothing_said(self._address)


class StreamedThinker(ABC):
    """A model that is asked by one request and answers by a stream of events."""

    def __init__(self, server: HttpServer, model: str, *, effort: str = "") -> None:
        """Nothing is opened yet.

        Args:
            server: Where it is.
            model: Its id.
            effort: How much it reasons; empty for the server's own choice.
        """
        self.model = model
        self._server = server
        self._effort = effort
        self._unknown: set[str] = set()
        """Fields of the body that the server has refused a request for."""

    async def warm(self) -> None:
        """Open a connection ahead of the request."""
        await warm_quietly(self._server)

    async def close(self) -> None:
        """End every connection."""
        await self._server.close()

    async def think(self, question: Question) -> AsyncGenerator[Thought, None]:
        """The answer, as it is made.

        Raises:
            ServerError: It failed; what came before stays valid.
        """
        while True:
            begun = False
            try:
                async with aclosing(self._answer(question)) as thoughts:
                    async for thought in thoughts:
                        begun = True
                        yield thought
                return
            except ServerError as error:
                if begun or not self._gives_way(refusal_text(error), self._body(question)):
                    raise
                log.info("%s refused: %s; asking again without", self.model, error.detail)

    async def _answer(self, question: Question) -> AsyncGenerator[Thought, None]:
        body = self._body(question)
        address = (await self._server.link()).address
        async with self._server.exchange(self._opened(body), model=self.model) as response:
            reader = self._reader(address, question)
            async with aclosing(body_events(response, self._bytes(response), address)) as events:
                while (event := await next_event(events, reader.patience_s)) is not None:
                    if text := reader.take(event):
                        yield TextPiece(text)
                    if reader.done:
                        break
                if text := reader.end():
                    yield TextPiece(text)
                yield reader.ended()
                await drain(events)

    def _body(self, question: Question) -> dict[str, Any]:
        """The body of the request, without what the server is known to refuse."""
        body = self._whole_body(question)
        return {field: value for field, value in body.items() if field not in self._unknown}

    @abstractmethod
    def _whole_body(self, question: Question) -> dict[str, Any]:
        """The body of the request."""

    @abstractmethod
    def _opened(
        self, body: Mapping[str, Any]
    ) -> Callable[[Link], AbstractAsyncContextManager[Any]]:
        """What sends the request."""

    @abstractmethod
    def _reader(self, address: Address, question: Question) -> AnswerReader:
        """What takes the events of the answer."""

    def _bytes(self, response: Any) -> AsyncIterator[bytes]:
        """The body of the answer."""
        chunks: AsyncIterator[bytes] = response.iter_bytes()
        return chunks

    def _gives_way(self, _refusal: str, _body: Mapping[str, Any]) -> bool:
        """Leave out, from now on, what the server refused the request for. Whether there is such a thing."""
        return False
