"""What the models that write have in common: the text of an answer made fit to be given on, and how a body is read."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast

from voicedesk.core.clock import now
from voicedesk.core.dialogue import Message, Role, ToolCall
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    ProtocolError,
    ReplyFailedError,
    ServerError,
)
from voicedesk.providers.failures import CUT_SHORT, STOPPED, wrong_content
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import Address
from voicedesk.providers.sse import SseEvent, SseParser

log = logging.getLogger(__name__)

MOST_CHARACTERS = 200_000
"""Of one answer, and of the arguments of one call. No spoken answer comes near it."""
MOST_CALLS = 64
"""Calls of tools in one answer."""
QUIET_S = 120.0
"""Seconds without any event after which an answer is given up, though the server shows that it lives."""
WHOLE = "whole"
"""Name of the event that stands for a body that is no stream."""

_LONGEST_BODY = 8 * 1024 * 1024
_DRAIN_S = 0.25
_STREAM_BEGINS = (b"data:", b"event:", b"id:", b"retry:", b":")


class AnswerText:
    """Makes the pieces of an answer fit to be given on.

    Leaves out white space before the first word and reasoning that a server puts before the answer in tags; joins the
    two halves of a character that a server split.
    """

    _TAGS = ("think", "thinking", "thought", "reasoning")
    _OPENING = tuple(f"<{tag}>" for tag in _TAGS)

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._count = 0
        self._held = ""
        self._closing = ""
        self._half = ""

    @property
    def given(self) -> str:
        """All that was given on."""
        return "".join(self._pieces)

    @property
    def characters(self) -> int:
        """How much was given on."""
        return self._count

    def add(self, piece: str) -> str:
        """What of the next piece is to be given on now; may be empty."""
        piece = self._whole_characters(piece)
        if self._count:
            return self._give(piece)
        self._held += piece
        while self._closing or self._held:
            if self._closing:
                _, found, rest = self._held.partition(self._closing)
                if not found:
                    # The rest of a long thought is not kept, only what may begin its end.
                    self._held = self._held[-len(self._closing) :]
                    return ""
                self._held, self._closing = rest, ""
            self._held = self._held.lstrip()
            opening = next((tag for tag in self._OPENING if self._held.startswith(tag)), "")
            if not opening:
                break
            self._closing = "</" + opening[1:]
            self._held = self._held[len(opening) :]
        if any(tag.startswith(self._held) for tag in self._OPENING):
            return ""  # may become a tag; nothing at all as well
        held, self._held = self._held, ""
        return self._give(held)

    def end(self) -> str:
        """No more comes: what was held back and is to be given on."""
        if self._closing:
            return ""
        held, self._held = self._held, ""
        return self._give(held) if held.strip() else ""

    def _give(self, text: str) -> str:
        if text:
            self._pieces.append(text)
            self._count += len(text)
        return text

    def _whole_characters(self, piece: str) -> str:
        """Join the halves of characters beyond the basic plane; a half without its other is replaced."""
        text = self._half + piece
        self._half = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        if text.isascii():
            return text
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


async def body_events(
    response: Any, chunks: AsyncIterator[bytes], address: Address
) -> AsyncGenerator[SseEvent, None]:
    """The events of an answer's body.

    A body that is no stream is one event, named ``WHOLE``.

    Args:
        response: For its headers.
        chunks: The body.
        address: Whose answer it is.

    Raises:
        ServerError: The body is something else, or nothing comes any more.
    """
    kind = response.headers.get("content-type", "").lower()
    if "html" in kind or "xml" in kind or kind.startswith(("audio/", "image/")):
        raise wrong_content(response.headers, address, wanted="an answer")
    if "json" in kind and "ndjson" not in kind:
        body = await read_body(chunks, address)
        for event in _events_of(body):
            yield event
        return
    parser = SseParser()
    heard_at = now()
    # The clients' bodies are generators, and say less of themselves than they are.
    async with aclosing(cast("AsyncGenerator[bytes, None]", chunks)) as body_chunks:
        async for chunk in body_chunks:
            events = parser.feed(chunk)
            for event in events:
                yield event
            if events:
                heard_at = now()
            elif now() - heard_at > QUIET_S:
                raise NoAnswerError("heartbeats alone", server=address.name, seconds=QUIET_S)
    for event in parser.end():
        yield event


def _events_of(body: bytes) -> list[SseEvent]:
    """What a body holds that says of itself to be JSON: some servers say so of their streams."""
    if not body.lstrip().startswith(_STREAM_BEGINS):
        return [SseEvent(body.decode("utf-8", errors="replace"), WHOLE)]
    parser = SseParser()
    return [*parser.feed(body), *parser.end()]


async def next_event(
    events: AsyncGenerator[SseEvent, None], within_s: float | None
) -> SseEvent | None:
    """The next event, None at the end; of an answer that is over, after ``within_s`` seconds as well."""
    limit = asyncio.timeout(within_s)
    try:
        async with limit:
            return await anext(events, None)
    except TimeoutError:
        if limit.expired():
            return None
        raise


async def read_body(chunks: AsyncIterator[bytes], address: Address) -> bytes:
    """A whole body.

    Raises:
        ProtocolError: It is longer than any answer.
    """
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise ProtocolError("endless body", server=address.name, reason="its answer is endless")
    return bytes(body)


async def drain(events: AsyncGenerator[SseEvent, None]) -> None:
    """Read what follows the end of an answer, so that the connection can be used again. Waits for nothing long."""
    try:
        async with asyncio.timeout(_DRAIN_S), aclosing(events):
            async for _ in events:
                pass
    except TimeoutError:
        return
    except Exception as error:  # noqa: BLE001 - the answer is complete; whatever follows it changes nothing
        log.debug("after the end of an answer: %r", error)


class CallCollector:
    """Puts the calls of tools together from their pieces, wherever servers leave indices and ids out."""

    def __init__(self) -> None:
        self._calls: list[dict[str, str]] = []
        self._by_index: dict[int, dict[str, str]] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, index: Any, call_id: Any, name: Any, arguments: Any) -> None:
        """One piece, as it came.

        Args:
            index: Which call it belongs to; None where the server does not say.
            call_id: With the first piece or all of them; None or empty where the server gives none.
            name: The same.
            arguments: The next piece of JSON, or an object.
        """
        call_id = call_id if isinstance(call_id, str) else ""
        name = name if isinstance(name, str) else ""
        call = self._find(index, call_id, name)
        if call is None:
            if len(self._calls) >= MOST_CALLS:
                return
            call = {"id": call_id, "name": "", "arguments": ""}
            self._calls.append(call)
        if isinstance(index, int):
            self._by_index[index] = call
        call["id"] = call["id"] or call_id
        if name != call["name"] and not call["arguments"]:
            call["name"] += name
        if isinstance(arguments, Mapping):
            arguments = json.dumps(arguments)
        if isinstance(arguments, str) and len(call["arguments"]) < MOST_CHARACTERS:
            call["arguments"] += arguments

    def _find(self, index: Any, call_id: str, name: str) -> dict[str, str] | None:
        if isinstance(index, int):
            call = self._by_index.get(index)
        else:
            call = self._calls[-1] if self._calls else None
            if call is not None and name and not call_id and call["arguments"]:
                return None  # no index and no id, but a name again: the next call
        if call is not None and call_id and call["id"] and call_id != call["id"]:
            # Some servers give every call the same index.
            return next((other for other in self._calls if other["id"] == call_id), None)
        return call

    def complete(self, index: int, call_id: Any, name: Any, arguments: Any) -> None:
        """A whole call, which replaces its pieces. Arguments that are empty or no text replace nothing."""
        call = self._by_index.get(index)
        if call is not None and isinstance(arguments, str) and arguments:
            call["arguments"] = ""
        self.add(
            index, call_id, name if call is None or not call["name"] else None, arguments or None
        )

    def calls(self) -> tuple[ToolCall, ...]:
        """All calls, complete and in order, each with an id of its own."""
        done: list[ToolCall] = []
        taken: set[str] = set()
        for call in self._calls:
            if not call["name"]:
                log.info("a call without a tool's name was left out")
                continue
            call_id = call["id"] if call["id"] and call["id"] not in taken else made_up_id()
            taken.add(call_id)
            done.append(ToolCall(call_id, call["name"], call["arguments"].strip() or "{}"))
        return tuple(done)


def made_up_id() -> str:
    """An id for a call that came without one."""
    return f"call_{uuid.uuid4().hex[:16]}"


def told_messages(messages: Sequence[Message]) -> list[Message]:
    """The messages that a server takes: no call without its result, no result without its call."""
    called = {m.call.call_id for m in messages if m.call is not None}
    answered = {m.result.call_id for m in messages if m.result is not None}
    both = called & answered
    return [
        m
        for m in messages
        if (m.call.call_id if m.call else m.result.call_id if m.result else None) in both
        or (m.call is None and m.result is None and m.text)
    ]


def sound_arguments(arguments: str) -> str:
    """A call's arguments as they can be sent back: servers that read them fail on JSON that is none."""
    try:
        data = json.loads(arguments)
    except (ValueError, RecursionError):
        return "{}"
    return arguments if isinstance(data, dict) else "{}"


def empty_is_fine(messages: Sequence[Message]) -> bool:
    """Whether a model may have nothing to say: it has spoken in this turn, before its tools ran."""
    last = messages[-1] if messages else None
    return (
        last is not None
        and last.role is Role.TOOL_RESULT
        and any(m.role is Role.ASSISTANT and m.turn == last.turn for m in messages)
    )


def too_long(address: Address) -> ServerError:
    """The answer does not end."""
    return ReplyFailedError("endless answer", server=address.name, reason=STOPPED["length"])


def stopped(reason: str, address: Address) -> ServerError:
    """The server ended the answer before its end."""
    said = STOPPED.get(reason, CUT_SHORT)
    return ReplyFailedError(reason, server=address.name, reason=said)


def broken_off(address: Address) -> ServerError:
    """The stream ended, and the answer had not."""
    reason = "the server ended it in the middle of the answer"
    return ConnectionLostError("end of stream without an end", server=address.name, reason=reason)


def nothing_said(address: Address) -> ServerError:
    """The answer is over, and there was none."""
    return ReplyFailedError("no text, no call", server=address.name, reason="it was empty.")


async def warm_quietly(server: HttpServer) -> None:
    """Open a connection; what is wrong is told by the request."""
    try:
        await server.warm()
    except ServerError as error:
        log.info("warming: %s (%s)", error, error.detail)
