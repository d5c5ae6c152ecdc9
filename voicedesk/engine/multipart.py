"""Forms with a file in them, read within the limits of a request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError

from voicedesk.engine.limits import BODY_SECONDS, MAX_BODY, body_too_large, body_too_late
from voicedesk.engine.protocol.errors import ClientError, invalid, missing

MOST_PARTS = 64

_CHUNK = 64 << 10


@dataclass(frozen=True, slots=True)
class Form:
    """What a ``multipart/form-data`` body holds.

    Attributes:
        parts: The bytes of each part, by its name; the last of those with the same name.
    """

    parts: dict[str, bytes] = field(default_factory=dict)

    def data(self, name: str) -> bytes:
        """The bytes of a required part.

        Raises:
            ClientError: It is not there.
        """
        if name not in self.parts:
            raise missing(name)
        return self.parts[name]

    def text(self, name: str) -> str | None:
        """A part as text, None if it is not there.

        Raises:
            ClientError: It is not UTF-8.
        """
        if name not in self.parts:
            return None
        try:
            return self.parts[name].decode()
        except UnicodeDecodeError as error:
            raise invalid(name, f"Invalid '{name}': expected text in UTF-8.") from error

    def flag(self, name: str) -> bool:
        """A part as a boolean, False if it is not there.

        Raises:
            ClientError: It is none.
        """
        value = (self.text(name) or "false").strip().lower()
        if value not in ("true", "false", "1", "0"):
            raise invalid(name, f"Invalid '{name}': expected 'true' or 'false'.")
        return value in ("true", "1")


async def read_form(request: web.Request) -> Form:
    """The body of a request, a form.

    Raises:
        ClientError: It is none.
        RefusedError: 413, it is too large; 408, it does not come.
    """
    if request.content_type != "multipart/form-data":
        raise ClientError(
            "Send the request as multipart/form-data, with the recording in 'file'.",
            code="invalid_content_type",
        )
    if (request.content_length or 0) > MAX_BODY:
        raise body_too_large()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(request)
    except TimeoutError as error:
        raise body_too_late() from error
    # The reader tells a broken body by any of these.
    except (ValueError, AssertionError, ClientPayloadError, HttpProcessingError) as error:
        raise ClientError(
            "We could not parse your multipart form.", code="invalid_multipart_form"
        ) from error


async def _read(request: web.Request) -> Form:
    form, size, count = Form(), 0, 0
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        count += 1
        if not isinstance(part, BodyPartReader) or not part.name or count > MOST_PARTS:
            raise ValueError("not a form of named parts")
        data = bytearray()
        while chunk := await part.read_chunk(_CHUNK):
            size += len(chunk)
            if size > MAX_BODY:
                raise body_too_large()
            data += chunk
        form.parts[part.name] = bytes(data)
    return form
