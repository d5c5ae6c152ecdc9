"""Which response is which reply: asked for, begun, cancelled, ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from voicedesk.core.names import name_of
from voicedesk.pipelines.realtime_reply import Reply
from voicedesk.providers.realtime import ServerEvent

_REMEMBERED = 16


class ReplyBook:
    """Keeps the replies that the server has on its hands.

    Servers answer in order but may leave ids out: an event without one is of the reply that was begun latest.
    """

    def __init__(self) -> None:
        self._asked: deque[Reply] = deque()
        self._given_up: deque[Reply] = deque(maxlen=_REMEMBERED)
        self._begun: dict[str, Reply] = {}
        self._late: dict[str, Reply] = {}  # whose end nobody waits for any more
        self.current: Reply | None = None

    def __iter__(self) -> Iterator[Reply]:
        yield from list(self._asked)
        yield from list(self._begun.values())

    @property
    def next_due(self) -> Reply | None:
        """The oldest reply that was asked for and not begun."""
        return self._asked[0] if self._asked else None

    def unended(self, latest: Reply | None) -> Reply | None:
        """Whom the next question has to wait for: the latest reply, or one before it that the server still makes.

        A question that was cancelled while it waited is over itself, but what it waited for need not be.
        """
        replies = (*filter(None, [latest]), *self)
        return next((reply for reply in replies if not reply.ended.is_set()), None)

    def ask(self, reply: Reply) -> None:
        """The reply was asked for."""
        self._asked.append(reply)

    def asked(self, reply: Reply) -> bool:
        """Whether the reply was asked for and is not begun yet."""
        return reply in self._asked

    def withdraw(self, reply: Reply) -> None:
        """The request was refused."""
        if reply in self._asked:
            self._asked.remove(reply)

    def claim(self, response: Mapping[str, Any]) -> Reply | None:
        """Which asked-for reply a new response is: by our mark if the server returns it, else the oldest.

        A server may be so slow that nobody waits any more for what it begins.
        """
        metadata = response.get("metadata")
        mark = metadata.get("turn") if isinstance(metadata, Mapping) else None
        for replies in (self._asked, self._given_up):
            for reply in replies:
                if str(reply.turn) == mark:
                    replies.remove(reply)
                    return reply
        return self._asked.popleft() if self._asked else None

    def begin(self, reply: Reply, response_id: str) -> None:
        """The server has begun the reply."""
        self._late.pop(response_id, None)
        reply.created = True
        reply.response_id = response_id
        self.current = reply
        if response_id:
            self._begun[response_id] = reply

    def find(self, event: ServerEvent) -> tuple[Reply | None, bool]:
        """The reply of an event, and whether the server left out that it has begun it."""
        response_id = name_of(event.get("response_id"))
        if response_id:
            if response_id in self._begun:
                return self._begun[response_id], False
            if response_id in self._late:
                return None, False
        elif self.current is not None:
            return self.current, False
        if self._asked:
            return self._asked.popleft(), True
        return None, False

    def forget(self, reply: Reply) -> None:
        """The server is through with the reply."""
        self._begun.pop(reply.response_id, None)
        if reply in self._asked:
            self._asked.remove(reply)
            self._given_up.append(reply)
        if self.current is reply:
            self.current = None
        reply.ended.set()

    def give_up(self, reply: Reply) -> None:
        """Nobody waits for the reply's end any more; see ``settle``."""
        if reply.response_id:
            self._late[reply.response_id] = reply
            while len(self._late) > _REMEMBERED:
                del self._late[next(iter(self._late))]
        self.forget(reply)

    def settle(self, response: Mapping[str, Any]) -> None:
        """A response has ended that is none of the replies; one that was given up has its count told."""
        reply = self._late.pop(name_of(response.get("id")), None)
        if reply is not None:
            reply.count(response)

    def clear(self) -> None:
        """The connection is gone, and every reply with it."""
        self._asked.clear()
        self._given_up.clear()
        self._begun.clear()
        self._late.clear()
        self.current = None
