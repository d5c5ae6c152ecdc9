"""What was sent to a realtime server and what for, so that a complaint about it finds its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voicedesk.pipelines.realtime_link import RealtimeLink
from voicedesk.pipelines.realtime_reply import Reply

APPEND = "input_audio_buffer.append"

_HARMLESS = {
    "response_cancel_not_active",
    "item_truncate_invalid_item_id",
    "item_delete_invalid_item_id",
    "unsupported_content_type",
}
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Command:
    """An event that was sent.

    Attributes:
        kind: Its type; empty when it is not known.
        reply: The reply that depends on it.
    """

    kind: str = ""
    reply: Reply | None = None

    def survives(self, code: str) -> bool:
        """Whether nothing is lost when the server refuses it with this code."""
        if code == "session_expired":
            return False
        nothing_depends = self.kind not in {"", APPEND} and self.reply is None
        return code in _HARMLESS or nothing_depends or self.kind == "response.cancel"


class Commands:
    """Sends events and remembers the latest."""

    def __init__(self, link: RealtimeLink) -> None:
        self._link = link
        self._sent: dict[str, Command] = {}

    def send(
        self,
        event: Mapping[str, Any],
        reply: Reply | None = None,
        sent: Callable[[float], None] | None = None,
    ) -> None:
        """Send an event on a ready connection.

        Args:
            event: Without an id of its own.
            reply: What depends on it.
            sent: Told when it was written to the connection.
        """
        event_id = self._link.send(event, sent=sent)
        self._sent[event_id] = Command(str(event["type"]), reply)
        while len(self._sent) > _REMEMBERED:
            del self._sent[next(iter(self._sent))]

    def cancel(self, reply: Reply) -> None:
        """Nobody wants a reply that the server has begun."""
        named = {"response_id": reply.response_id} if reply.response_id else {}
        self.send({"type": "response.cancel", **named}, reply)

    def refused(self, error: Mapping[str, Any]) -> Command:
        """What an error of the server is about."""
        return self._sent.pop(str(error.get("event_id") or ""), Command())
