"""Messages of the conversation as items of a realtime session."""

from __future__ import annotations

from typing import Any

from voicedesk.core.dialogue import Message, Role


def history_item(message: Message) -> dict[str, Any]:
    """The item that tells a new session of a message of the past; without an id."""
    if message.role is Role.TOOL_CALL and message.call is not None:
        call = message.call
        return {
            "type": "function_call",
            "call_id": call.call_id,
            "name": call.name,
            "arguments": call.arguments,
        }
    if message.role is Role.TOOL_RESULT and message.result is not None:
        result = message.result
        return {"type": "function_call_output", "call_id": result.call_id, "output": result.output}
    is_user = message.role is Role.USER
    content = {"type": "input_text" if is_user else "output_text", "text": message.text}
    return {
        "type": "message",
        "role": "user" if is_user else "assistant",
        "content": [content],
    }
