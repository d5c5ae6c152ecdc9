"""Agent servers: a conversation is posted, and words come back as server-sent events.

Each event is ``data: {"content": str, "done": bool, "model": str}``, the last with ``done`` true. Such a server has
tools of its own, so it is told the words of the conversation alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlsplit

from voicedesk.core.counts import counted
from voicedesk.core.dialogue import Role
from voicedesk.providers.answers import WHOLE, broken_off
from voicedesk.providers.chat import chat_messages
from voicedesk.providers.http import Link
from voicedesk.providers.profiles import Address
from voicedesk.providers.sse import SseEvent
from voicedesk.providers.stages import Question, ThoughtEnded
from voicedesk.providers.streamed import AnswerReader, StreamedThinker

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


class AgentThinker(StreamedThinker):
    """An agent behind ``/api/v1/chat``, or at an address that is the endpoint itself. Never calls our tools.

    Many agents ignore which model they are asked for.
    """

    def _whole_body(self, question: Question) -> dict[str, Any]:
        spoken = [m for m in question.messages if m.role in {Role.USER, Role.ASSISTANT}]
        return {
            "messages": chat_messages(question.instructions, spoken),
            "model": self.model,
            "stream": True,
        }

    def _opened(
        self, body: Mapping[str, Any]
    ) -> Callable[[Link], AbstractAsyncContextManager[Any]]:
        def opened(link: Link) -> AbstractAsyncContextManager[Any]:
            headers = {**link.headers, "Accept": "text/event-stream, application/json"}
            url = agent_url(link.address.base_url)
            return link.http.stream("POST", url, json=body, headers=headers)

        return opened

    def _bytes(self, response: Any) -> AsyncIterator[bytes]:
        chunks: AsyncIterator[bytes] = response.aiter_bytes()  # no response of the openai package
        return chunks

    def _reader(self, address: Address, _question: Question) -> AnswerReader:
        return _Reader(address, self.model)


class _Reader(AnswerReader):
    """Takes the events of one answer."""

    def take(self, event: SseEvent) -> str:
        if event.data.strip() == "[DONE]":
            self.done = True
            return ""
        data = event.json()
        if event.event == "error" or (isinstance(data, Mapping) and data.get("error")):
            raise self._failure(data, event.data)
        if not isinstance(data, Mapping):
            self._garbage += 1
            return ""
        self.done = data.get("done") is True or event.event == WHOLE
        self._usage = counted(data.get("usage")) or self._usage
        content = data.get("content")
        if not isinstance(content, str):
            return ""
        if self.done and len(content) > _LONG_ENOUGH and content.strip() == self.text.given.strip():
            return ""  # some say all of it once more at the end
        return self._add(content)

    def ended(self) -> ThoughtEnded:
        if self.text.characters and not self.done:
            raise broken_off(self._address)
        if not self.text.characters:
            raise self._nothing()
        return ThoughtEnded((), self._usage)
