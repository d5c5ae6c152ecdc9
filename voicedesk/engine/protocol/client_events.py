"""A client's events, answered one after the other, whatever they hold: what sessions of every type do alike."""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping

from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.errors import ClientError, not_one_of, wrong_type
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.items import new_id
from voicedesk.engine.protocol.outbox import Outbox

log = logging.getLogger(__name__)

EventHandler = Callable[[Json], Awaitable[None]]


class EventSession(ABC):
    """One client's session, without what its events mean.

    Attributes:
        id: As in events.
        outbox: Events for the client.
        handlers: What answers each type of the client's events.
    """

    def __init__(self) -> None:
        self.id = new_id("sess")
        self.outbox = Outbox()
        self.handlers: Mapping[str, EventHandler] = {}

    @abstractmethod
    def open(self) -> None:
        """Greet the client with the session as it is."""

    @abstractmethod
    async def close(self) -> None:
        """The client has gone: stop everything that was done for it."""

    def release(self) -> None:
        """Let go of what answers, which holds the session: the collector of cycles comes by once in hours.

        For the end of ``close``; events that come all the same are refused.
        """
        self.handlers = {}

    async def take(self, message: str | bytes) -> None:
        """Answer one message of the client's. Never raises for what it holds."""
        event_id = None
        try:
            event = _decode(message)
            event_id = event["event_id"] if isinstance(event.get("event_id"), str) else None
            fields.optional_text(event, "event_id")
            kind = fields.text(event, "type")
            handler = self.handlers.get(kind)
            if handler is None:
                raise not_one_of("type", kind, self.handlers)
            await handler(event)
        except ClientError as error:
            self.outbox.post("error", error=error.body(event_id))
        except Exception:  # a fault of ours in one event must not end the session
            log.exception("a client event failed")
            failure = ClientError(
                "The built-in server had an internal error.",
                code="server_error",
                kind="server_error",
            )
            self.outbox.post("error", error=failure.body(event_id))


def _decode(message: str | bytes) -> Json:
    try:
        event = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise ClientError(
            "Could not parse the event as JSON. Send each event as one JSON object in a text message.",
            code="invalid_json",
        ) from error
    if not isinstance(event, dict):
        raise wrong_type("event", "an object", event)
    return event
