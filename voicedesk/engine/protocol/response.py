"""One response: from ``response.created`` to ``response.done``, whatever happens in between."""

from __future__ import annotations

import asyncio
import base64
import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Literal, Protocol

from voicedesk.core.errors import VoiceError
from voicedesk.engine.assistant.assistant import Reply, ToolCall
from voicedesk.engine.assistant.skill import Message
from voicedesk.engine.ears.ears import EarsError
from voicedesk.engine.protocol import usage
from voicedesk.engine.protocol.conversation import Conversation
from voicedesk.engine.protocol.errors import ClientError
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.items import BYTES_PER_MS, Item, Part, new_id
from voicedesk.engine.protocol.outbox import Outbox
from voicedesk.engine.protocol.requests import ResponseRequest
from voicedesk.engine.protocol.settings import PCM
from voicedesk.engine.services import Services
from voicedesk.engine.speech import speak

log = logging.getLogger(__name__)

State = Literal["in_progress", "completed", "cancelled", "failed", "incomplete"]


class Host(Protocol):
    """What a response needs of its session."""

    services: Services
    conversation: Conversation
    outbox: Outbox

    def words_of(self, part: Part) -> Awaitable[str]:
        """The transcript of a part of the user's, once it is known."""


class _LimitReached(Exception):  # noqa: N818 - the way out of two loops, not an error
    pass


class Response:
    """A response in the making.

    Attributes:
        id: As in events.
        request: What was asked for.
        state: ``in_progress`` until ``response.done`` was sent.
    """

    def __init__(
        self, host: Host, request: ResponseRequest, ended: Callable[[Response], None]
    ) -> None:
        self.id = new_id("resp")
        self.request = request
        self.state: State = "in_progress"
        self._host = host
        self._ended = ended
        self._output: list[Item] = []
        self._made = usage.Tokens()
        self._given = usage.Tokens()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Send ``response.created`` and begin."""
        self._host.outbox.post("response.created", response=self._render())
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self.id)

    async def cancel(self, reason: str = "client_cancelled") -> None:
        """Stop, and send everything that ends what was begun. When this returns ``response.done`` is on its way."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self.state == "in_progress":
            self._finish("cancelled", {"type": "cancelled", "reason": reason})

    async def _run(self) -> None:
        try:
            await self._answer()
        except _LimitReached:
            self._finish("incomplete", {"type": "incomplete", "reason": "max_output_tokens"})
        except (VoiceError, EarsError) as error:
            self._fail(str(error))
        except ClientError as error:
            self._fail(str(error), error.code)
        except Exception:  # a fault of ours must end the response, or the client waits for ever
            log.exception("a response failed")
            self._fail("The built-in server had an internal error. Try again.")
        else:
            self._finish("completed", {"type": "completed"})

    async def _answer(self) -> None:
        host, request = self._host, self.request
        items = list(host.conversation) if request.context is None else request.context
        messages = await self._messages(items)
        self._given = usage.input_tokens(request.instructions, request.tools, items)
        reply: Reply = host.services.assistant.reply(
            messages, tools=request.callable, instructions=request.instructions
        )
        for call in reply.calls:
            await self._call(call)
        if reply.calls:
            return
        if request.modality == "audio":
            await self._speak(reply.text)
        else:
            await self._write(reply.text)

    async def _messages(self, items: Iterable[Item]) -> list[Message]:
        calls = {item.call_id: item for item in items if item.type == "function_call"}
        messages = []
        for item in items:
            if item.type == "message":
                words = [await self._host.words_of(part) for part in item.parts]
                messages.append(Message(item.role, " ".join(filter(None, words))))
            elif item.type == "function_call_output":
                call = calls.get(item.call_id)
                name, arguments = (call.name, call.arguments) if call is not None else ("", "")
                messages.append(Message("tool", item.output, name, arguments))
        return messages

    async def _call(self, call: ToolCall) -> None:
        item = Item(
            new_id("item"), "function_call", "in_progress", name=call.name, call_id=new_id("call")
        )
        self._open(item)
        at = {
            "response_id": self.id,
            "item_id": item.id,
            "output_index": len(self._output) - 1,
            "call_id": item.call_id,
        }
        for piece in re.findall(r".{1,16}", call.arguments):
            self._spend(text=usage.text_tokens(piece))
            await self._host.outbox.push(
                "response.function_call_arguments.delta", **at, delta=piece
            )
            item.arguments += piece
        self._close(item)

    async def _speak(self, text: str) -> None:
        item, part = self._open_message(Part("output_audio", ""))
        at = self._at(item)
        services, request = self._host.services, self.request
        async for chunk in speak(services.voice, text, name=request.voice, speed=request.speed):
            if chunk.text:
                self._spend(text=usage.text_tokens(chunk.text))
                await self._host.outbox.push(
                    "response.output_audio_transcript.delta", **at, delta=chunk.text
                )
                part.text = (part.text or "") + chunk.text
            if chunk.pcm:
                self._spend(audio=usage.output_audio_tokens(len(chunk.pcm) // BYTES_PER_MS))
                encoded = base64.b64encode(chunk.pcm).decode()
                await self._host.outbox.push("response.output_audio.delta", **at, delta=encoded)
                assert isinstance(part.pcm, bytearray)
                part.pcm += chunk.pcm
                part.sound_ms = len(part.pcm) // BYTES_PER_MS
            part.words += chunk.words
        self._close(item)

    async def _write(self, text: str) -> None:
        item, part = self._open_message(Part("output_text", ""))
        for word in re.findall(r"\s*\S+\s*", text):
            self._spend(text=usage.text_tokens(word))
            await self._host.outbox.push("response.output_text.delta", **self._at(item), delta=word)
            part.text = (part.text or "") + word
        self._close(item)

    def _spend(self, *, text: int = 0, audio: int = 0) -> None:
        limit = self.request.limit
        if isinstance(limit, int) and self._made.total + text + audio > limit:
            raise _LimitReached
        self._made.text += text
        self._made.audio += audio

    def _at(self, item: Item) -> Json:
        return {
            "response_id": self.id,
            "item_id": item.id,
            "output_index": len(self._output) - 1,
            "content_index": 0,
        }

    def _open_message(self, part: Part) -> tuple[Item, Part]:
        item = Item(new_id("item"), "message", "in_progress", "assistant")
        self._open(item)
        if part.kind == "output_audio":
            part.pcm = bytearray()
        item.parts.append(part)
        self._host.outbox.post(
            "response.content_part.added", **self._at(item), part=_content_part(part)
        )
        return item, part

    def _open(self, item: Item) -> None:
        self._output.append(item)
        post = self._host.outbox.post
        index = len(self._output) - 1
        if self.request.in_conversation:
            previous = self._host.conversation.add(item)
            post(
                "response.output_item.added",
                response_id=self.id,
                output_index=index,
                item=item.render(),
            )
            post("conversation.item.added", previous_item_id=previous, item=item.render())
        else:
            post(
                "response.output_item.added",
                response_id=self.id,
                output_index=index,
                item=item.render(),
            )

    def _close(self, item: Item, status: Literal["completed", "incomplete"] = "completed") -> None:
        """Send what ends an item: the same events whether it is complete or was cut."""
        item.status = status
        post = self._host.outbox.post
        if item.type == "function_call":
            at = {"response_id": self.id, "item_id": item.id, "output_index": len(self._output) - 1}
            post(
                "response.function_call_arguments.done",
                **at,
                call_id=item.call_id,
                name=item.name,
                arguments=item.arguments,
            )
        for part in item.parts:
            text = part.text = (
                (part.text or "").rstrip() if status == "incomplete" else (part.text or "")
            )
            if part.kind == "output_audio":
                post("response.output_audio.done", **self._at(item))
                post("response.output_audio_transcript.done", **self._at(item), transcript=text)
            else:
                post("response.output_text.done", **self._at(item), text=text)
            post("response.content_part.done", **self._at(item), part=_content_part(part))
        if self.request.in_conversation and self._host.conversation.find(item.id) is item:
            previous = self._host.conversation.previous_id(item)
            post("conversation.item.done", previous_item_id=previous, item=item.render())
        index = len(self._output) - 1
        post(
            "response.output_item.done", response_id=self.id, output_index=index, item=item.render()
        )

    def _fail(self, message: str, code: str = "server_error") -> None:
        kind = "invalid_request_error" if code != "server_error" else "server_error"
        error = {"type": kind, "code": code, "message": message}
        self._finish("failed", {"type": "failed", "error": error})

    def _finish(self, state: State, details: Json) -> None:
        for item in self._output:
            if item.status == "in_progress":
                self._close(item, "incomplete")
        self.state = state
        self._ended(self)
        self._host.outbox.post("response.done", response=self._render(details))

    def _render(self, details: Json | None = None) -> Json:
        request = self.request
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": self.state,
            "status_details": None if self.state == "completed" else details,
            "output": [item.render() for item in self._output],
            "conversation_id": self._host.conversation.id if request.in_conversation else None,
            "output_modalities": [request.modality],
            "max_output_tokens": request.limit,
            "audio": {"output": {"format": PCM, "voice": request.voice}},
            "usage": None if self.state == "in_progress" else usage.usage(self._given, self._made),
            "metadata": request.metadata,
        }


def _content_part(part: Part) -> Json:
    if part.kind == "output_audio":
        return {"type": "audio", "transcript": part.text or ""}
    return {"type": "text", "text": part.text or ""}
