"""Server-sent events out of bytes that may be split anywhere, inside a character too."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

MAX_EVENT = 8 * 1024 * 1024
"""Bytes of one event; what is longer is dropped."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event.

    Attributes:
        data: Its data lines, joined by newlines.
        event: Its name, empty when it has none.
    """

    data: str
    event: str = ""

    def json(self) -> Any:
        """The data as JSON, None when it is none."""
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError):
            return None


class SseParser:
    """Takes bytes as they come, gives the events that are complete.

    Lines may end with CR, LF or CRLF. An event that no empty line ends is given by ``end``, since some servers close
    the connection right after the last one.
    """

    def __init__(self, *, max_event: int = MAX_EVENT) -> None:
        self._max_event = max_event
        self._line = bytearray()
        self._data: list[str] = []
        self._size = 0
        self._name = ""
        self._after_cr = False
        self._at_start = True
        self._too_long = False

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The events that ``chunk`` completes."""
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._after_cr = False
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        *lines, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        events = []
        for part in lines:
            self._take(part)
            event = self._end_line()
            if event is not None:
                events.append(event)
        self._take(rest)
        return events

    def end(self) -> list[SseEvent]:
        """No more comes: the event that was not ended, if there is one."""
        ended = [self._end_line(), self._end_line()]  # the line that was not ended, then the event
        return [event for event in ended if event is not None]

    def _take(self, part: bytes) -> None:
        if self._size + len(self._line) + len(part) > self._max_event:
            self._too_long = True
            self._line.clear()
        if not self._too_long:
            self._line += part
        elif part and not self._line:
            self._line += part[:1]  # tells that the line is not an empty one

    def _end_line(self) -> SseEvent | None:
        line = bytes(self._line)
        self._line.clear()
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._end_event()
        if self._too_long:
            return None
        field, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", errors="replace")
        if field == b"data":
            self._data.append(text)
            self._size += len(value) + 1  # a line without anything in it takes room too
        elif field == b"event":
            self._name = text
        return None

    def _end_event(self) -> SseEvent | None:
        data, name, too_long = self._data, self._name, self._too_long
        self._data, self._name, self._size, self._too_long = [], "", 0, False
        if too_long:
            log.info("an event of more than %d bytes was left out", self._max_event)
            return None
        return SseEvent("\n".join(data), name) if data else None


async def sse_events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[SseEvent, None]:
    """The events of a response's body."""
    parser = SseParser()
    async for chunk in chunks:
        for event in parser.feed(chunk):
            yield event
    for event in parser.end():
        yield event
