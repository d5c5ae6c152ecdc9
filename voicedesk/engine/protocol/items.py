"""Items of a conversation: messages, function calls and their outputs, and how they look on the wire."""

from __future__ import annotations

import asyncio
import base64
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.errors import ClientError, invalid, missing, not_one_of, wrong_type
from voicedesk.engine.protocol.fields import Json

BYTES_PER_MS = 48
Role = Literal["user", "assistant", "system"]
PartKind = Literal["input_text", "input_audio", "output_text", "output_audio"]
Status = Literal["in_progress", "completed", "incomplete"]

_ALLOWED: dict[str, tuple[PartKind, ...]] = {
    "user": ("input_text", "input_audio"),
    "system": ("input_text",),
    "assistant": ("output_text",),
}


def new_id(kind: str) -> str:
    """A fresh id, such as ``item_3f...``."""
    return f"{kind}_{secrets.token_hex(10)}"


@dataclass
class Part:
    """One content part of a message.

    Attributes:
        kind: What it holds.
        text: The text, or the transcript of the sound; None while the transcript is not known.
        pcm: The sound, PCM16 mono 24 kHz. May be let go to save memory; ``sound_ms`` stays.
        sound_ms: Length of the sound.
        words: For the assistant's sound: up to which character of the text it has come at which ms.
        heard: For the user's sound: the transcript in the making.
    """

    kind: PartKind
    text: str | None = None
    pcm: bytes | bytearray = b""
    sound_ms: int = 0
    words: list[tuple[int, int]] = field(default_factory=list)
    heard: asyncio.Task[str] | None = None

    def render(self, *, with_audio: bool = False) -> Json:
        """The part as it stands in an item."""
        if self.kind in ("input_text", "output_text"):
            return {"type": self.kind, "text": self.text or ""}
        shown: Json = {"type": self.kind, "transcript": self.text}
        if with_audio and self.pcm:
            shown["audio"] = base64.b64encode(self.pcm).decode()
        return shown

    def cut(self, end_ms: int) -> None:
        """Forget the sound after ``end_ms`` and the words that were not heard by then."""
        self.pcm = bytes(self.pcm[: end_ms * BYTES_PER_MS])
        self.sound_ms = end_ms
        self.words = [(ms, end) for ms, end in self.words if ms <= end_ms]
        self.text = (self.text or "")[: self.words[-1][1] if self.words else 0].rstrip()


@dataclass
class Item:
    """One item.

    Attributes:
        id: Chosen by the client or by us.
        type: ``message``, ``function_call`` or ``function_call_output``.
        status: ``in_progress`` while it is made.
        role: Of a message.
        parts: Of a message.
        name: Of a function call.
        arguments: Of a function call, JSON.
        call_id: Ties a call and its output together.
        output: Of a function call's output.
    """

    id: str
    type: Literal["message", "function_call", "function_call_output"] = "message"
    status: Status = "completed"
    role: Role = "user"
    parts: list[Part] = field(default_factory=list)
    name: str = ""
    arguments: str = ""
    call_id: str = ""
    output: str = ""

    def render(self, *, with_audio: bool = False) -> Json:
        """The item as it stands in events."""
        head: Json = {
            "id": self.id,
            "object": "realtime.item",
            "type": self.type,
            "status": self.status,
        }
        if self.type == "function_call":
            return {**head, "name": self.name, "call_id": self.call_id, "arguments": self.arguments}
        if self.type == "function_call_output":
            return {**head, "call_id": self.call_id, "output": self.output}
        content = [part.render(with_audio=with_audio) for part in self.parts]
        return {**head, "role": self.role, "content": content}


def parse_item(raw: object, path: str = "item") -> Item:
    """An item of the client's.

    Raises:
        ClientError: It is none that a client can create.
    """
    if not isinstance(raw, dict):
        raise wrong_type(path, "an object", raw)
    kind = fields.text(raw, "type", f"{path}.")
    item_id = fields.identifier(raw, "id", f"{path}.") or new_id("item")
    if kind == "message":
        return _parse_message(raw, item_id, path)
    if kind == "function_call":
        return Item(
            item_id,
            "function_call",
            name=fields.text(raw, "name", f"{path}."),
            arguments=fields.text(raw, "arguments", f"{path}."),
            call_id=fields.identifier(raw, "call_id", f"{path}.") or new_id("call"),
        )
    if kind == "function_call_output":
        call_id = fields.text(raw, "call_id", f"{path}.")
        output = fields.text(raw, "output", f"{path}.")
        return Item(item_id, "function_call_output", call_id=call_id, output=output)
    raise not_one_of(f"{path}.type", kind, ["message", "function_call", "function_call_output"])


def _parse_message(raw: Json, item_id: str, path: str) -> Item:
    role = fields.text(raw, "role", f"{path}.")
    if role not in _ALLOWED:
        raise not_one_of(f"{path}.role", role, _ALLOWED)
    content = fields.array(raw, "content", f"{path}.")
    if not content:
        raise invalid(f"{path}.content", f"Invalid '{path}.content': at least one part is needed.")
    parts = [
        _parse_part(part, role, f"{path}.content[{index}]") for index, part in enumerate(content)
    ]
    return Item(item_id, role=role, parts=parts)  # type: ignore[arg-type] # one of _ALLOWED's keys


def _parse_part(raw: Any, role: str, path: str) -> Part:
    if not isinstance(raw, dict):
        raise wrong_type(path, "an object", raw)
    kind = fields.text(raw, "type", f"{path}.")
    if role == "assistant" and kind == "output_audio":
        if raw.get("audio") is None:
            raise missing(f"{path}.audio")
        raise invalid(
            f"{path}.type", "Assistant audio cannot be created by a client. Use 'output_text'."
        )
    if kind not in _ALLOWED[role]:
        raise not_one_of(f"{path}.type", kind, _ALLOWED[role])
    if kind == "input_audio":
        pcm = fields.audio(raw, "audio", f"{path}.")
        transcript = fields.optional_text(raw, "transcript", f"{path}.")
        return Part("input_audio", transcript, pcm[: len(pcm) // 2 * 2], len(pcm) // BYTES_PER_MS)
    return Part(kind, fields.text(raw, "text", f"{path}."))


def check_truncatable(item: Item, index: int, end_ms: int) -> Part:
    """The part of an item that may be cut at ``end_ms``.

    Raises:
        ClientError: It may not.
    """
    if item.type != "message" or item.role != "assistant":
        raise ClientError(
            "Only model output audio messages can be truncated.",
            code="invalid_value",
            param="item_id",
        )
    if index >= len(item.parts):
        raise invalid("content_index", f"The item has no content part {index}.")
    part = item.parts[index]
    if part.kind != "output_audio":
        raise ClientError(
            "Only model output audio messages can be truncated.",
            code="unsupported_content_type",
            param="content_index",
        )
    if end_ms > part.sound_ms:
        raise invalid(
            "audio_end_ms", f"Audio content of {part.sound_ms}ms is already shorter than {end_ms}ms"
        )
    return part
