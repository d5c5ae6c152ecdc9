"""The parameters of ``response.create``, checked, with what they leave out taken from the session."""

from __future__ import annotations

from dataclasses import dataclass

from voicedesk.engine.assistant.tool_use import Tools
from voicedesk.engine.protocol import fields, settings
from voicedesk.engine.protocol.conversation import Conversation
from voicedesk.engine.protocol.errors import ClientError, invalid, not_one_of, wrong_type
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.function_tools import check_tools, usable_tools
from voicedesk.engine.protocol.items import Item, parse_item
from voicedesk.engine.protocol.settings import SessionSettings

_PATH = "response."


@dataclass(frozen=True)
class ResponseRequest:
    """What one response is to be.

    Attributes:
        in_conversation: Whether it is added to the conversation.
        context: The items that it is made from instead of the conversation, or None.
        modality: ``audio`` or ``text``.
        instructions: For this response.
        tools: For this response.
        metadata: Echoed.
        limit: Most output tokens, or ``inf``.
        voice: Name of the voice.
        speed: Of the voice.
        callable: The tools that may be called.
    """

    in_conversation: bool
    context: list[Item] | None
    modality: str
    instructions: str
    tools: list[Json]
    metadata: dict[str, str] | None
    limit: int | str
    voice: str
    speed: float
    callable: Tools


def parse_request(
    event: Json, session: SessionSettings, conversation: Conversation
) -> ResponseRequest:
    """The request of a ``response.create`` event.

    Raises:
        ClientError: Something in it cannot be.
    """
    raw = event.get("response")
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        raise wrong_type("response", "an object", raw)
    values = session.values
    modalities = raw.get("output_modalities")
    if modalities is None:
        modalities = values["output_modalities"]
    limit = raw.get("max_output_tokens")
    tools = raw.get("tools")
    tools = values["tools"] if tools is None else check_tools(tools, _PATH + "tools")
    choice = raw.get("tool_choice") or values["tool_choice"]
    return ResponseRequest(
        in_conversation=_conversation(raw),
        context=_context(raw, conversation),
        modality=settings.check_modalities(modalities, _PATH + "output_modalities")[0],
        instructions=fields.optional_text(raw, "instructions", _PATH) or values["instructions"],
        tools=tools,
        metadata=check_metadata(raw, _PATH + "metadata"),
        limit=values["max_output_tokens"]
        if limit is None
        else settings.check_limit(limit, _PATH + "max_output_tokens"),
        voice=_voice(raw) or session.voice,
        speed=session.speed,
        callable=usable_tools(tools, choice, _PATH + "tool_choice"),
    )


def _conversation(raw: Json) -> bool:
    choice = raw.get("conversation", "auto")
    if choice not in ("auto", "none", None):
        raise not_one_of(_PATH + "conversation", choice, ["auto", "none"])
    return bool(choice != "none")


def _context(raw: Json, conversation: Conversation) -> list[Item] | None:
    if raw.get("input") is None:
        return None
    items = []
    for index, entry in enumerate(fields.array(raw, "input", _PATH)):
        path = f"{_PATH}input[{index}]"
        if isinstance(entry, dict) and entry.get("type") == "item_reference":
            item_id = fields.text(entry, "id", f"{path}.")
            found = conversation.find(item_id)
            if found is None:
                raise invalid(f"{path}.id", f"The item with id '{item_id}' does not exist.")
            items.append(found)
        else:
            items.append(parse_item(entry, path))
    return items


def check_metadata(raw: Json, path: str) -> dict[str, str] | None:
    """The ``metadata`` of a request, or None."""
    metadata = raw.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise wrong_type(path, "an object", metadata)
    for name, value in metadata.items():
        if not isinstance(value, str):
            raise wrong_type(f"{path}.{name}", "a string", value)
    if len(metadata) > 16 or any(
        len(name) > 64 or len(value) > 512 for name, value in metadata.items()
    ):
        raise ClientError(
            f"Invalid '{path}': at most 16 pairs, names of at most 64 and values of at most 512 characters.",
            code="invalid_value",
            param=path,
        )
    return dict(metadata)


def _voice(raw: Json) -> str | None:
    sound = raw.get("audio")
    if sound is None:
        return None
    if not isinstance(sound, dict):
        raise wrong_type(_PATH + "audio", "an object", sound)
    output = sound.get("output") or {}
    if not isinstance(output, dict):
        raise wrong_type(_PATH + "audio.output", "an object", output)
    if output.get("format") is not None:
        settings.check_format(output["format"], _PATH + "audio.output.format")
    if output.get("voice") is None:
        return None
    voice = settings.check_voice(output["voice"], _PATH + "audio.output.voice")
    return str(voice["id"]) if isinstance(voice, dict) else voice
