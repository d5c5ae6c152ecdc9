"""A Realtime session: every client event answered, one after the other, whatever it holds."""

from __future__ import annotations

import asyncio

from voicedesk.core.tasks import TaskSet
from voicedesk.engine.ears.ears import EarsError, Utterance
from voicedesk.engine.ears.writing import written
from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.client_events import EventSession
from voicedesk.engine.protocol.conversation import Conversation
from voicedesk.engine.protocol.errors import ClientError
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.input_buffer import InputBuffer
from voicedesk.engine.protocol.items import (
    Item,
    Part,
    check_truncatable,
    new_id,
    parse_item,
)
from voicedesk.engine.protocol.requests import parse_request
from voicedesk.engine.protocol.response import Response
from voicedesk.engine.protocol.settings import SessionSettings
from voicedesk.engine.services import Services

MOST_RESPONSES = 4
"""At once, beside the one that the conversation may have."""


class Session(EventSession):
    """One client.

    Attributes:
        services: Shared with other sessions.
        conversation: This session's.
    """

    def __init__(self, services: Services, model: str) -> None:
        super().__init__()
        self.services = services
        self.settings = SessionSettings(model)
        self.conversation = Conversation()
        self._tasks = TaskSet()
        self._input = InputBuffer(services.ears)
        self._responses: dict[str, Response] = {}
        self._active: Response | None = None
        self.handlers = {
            "session.update": self._update,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
            "output_audio_buffer.clear": self._clear_output,
            "conversation.item.create": self._create_item,
            "conversation.item.retrieve": self._retrieve,
            "conversation.item.delete": self._delete,
            "conversation.item.truncate": self._truncate,
            "response.create": self._respond,
            "response.cancel": self._cancel,
        }

    def open(self) -> None:
        """Greet the client with the session as it is."""
        self.outbox.post("session.created", session=self.settings.render(self.id))

    async def close(self) -> None:
        """The client has gone: stop everything that was done for it."""
        self.outbox.close()
        self._input.clear()
        for response in list(self._responses.values()):
            await response.cancel("client_disconnected")
        await self._tasks.close()
        self.conversation.clear()
        self.release()

    async def words_of(self, part: Part) -> str:
        """The words of a part; for the user's sound, once they are recognised.

        Raises:
            EarsError: They could not be.
        """
        if part.kind == "input_audio" and part.text is None:
            if part.heard is None:
                utterance = self.services.ears.listen()
                utterance.feed(bytes(part.pcm))
                part.heard = self._hear(utterance, part)
            # Shielded: cancelling a response must not cancel the transcript, which the client waits for too.
            return await asyncio.shield(part.heard)
        return part.text or ""

    async def _update(self, event: Json) -> None:
        self.settings.update(
            fields.mapping(event, "session"), has_spoken=self.conversation.has_spoken
        )
        self.conversation.truncates = self.settings.truncates
        self.outbox.post("session.updated", session=self.settings.render(self.id))

    async def _append(self, event: Json) -> None:
        self._input.append(fields.audio(event, "audio"))

    async def _commit(self, _event: Json) -> None:
        utterance = self._input.committable()
        part = Part("input_audio", None, utterance.pcm, int(utterance.seconds * 1000))
        item = Item(new_id("item"), role="user", parts=[part])
        previous = self.conversation.add(item)
        self._input.release()
        part.heard = self._hear(utterance, part)
        self.outbox.post("input_audio_buffer.committed", item_id=item.id, previous_item_id=previous)
        self._announce(item, previous)
        if self.settings.transcribes:
            self._tasks.spawn(self._tell_transcript(item, part), name="tell transcript")

    def _hear(self, utterance: Utterance, part: Part) -> asyncio.Task[str]:
        task = self._tasks.spawn(_heard(utterance, part), name="transcript", watched=False)
        # Not in the task: cancelled before it has begun, it would leave the ears with an utterance of nobody's.
        task.add_done_callback(lambda _: utterance.drop())
        return task

    async def _tell_transcript(self, item: Item, part: Part) -> None:
        name = "conversation.item.input_audio_transcription"
        at = {"item_id": item.id, "content_index": 0}
        try:
            text = await self.words_of(part)
        except EarsError as error:
            failure = {
                "type": "server_error",
                "code": "transcription_failed",
                "message": str(error),
                "param": None,
            }
            self.outbox.post(f"{name}.failed", **at, error=failure)
            return
        if text:
            self.outbox.post(f"{name}.delta", **at, delta=text)
        seconds = {"type": "duration", "seconds": round(part.sound_ms / 1000, 3)}
        self.outbox.post(f"{name}.completed", **at, transcript=text, usage=seconds)

    async def _clear(self, _event: Json) -> None:
        self._input.clear()
        self.outbox.post("input_audio_buffer.cleared")

    async def _clear_output(self, _event: Json) -> None:
        raise ClientError(
            "output_audio_buffer.clear is for WebRTC and SIP. Over a WebSocket the client plays the audio: stop playing,"
            " send response.cancel and conversation.item.truncate.",
            code="invalid_value",
            param="type",
        )

    async def _create_item(self, event: Json) -> None:
        item = parse_item(fields.mapping(event, "item"))
        if item.type == "function_call_output" and self.conversation.call(item.call_id) is None:
            raise ClientError(
                f"Tool call ID '{item.call_id}' not found in conversation.",
                code="invalid_tool_call_id",
                param="item.call_id",
            )
        previous = self.conversation.add(item, fields.optional_text(event, "previous_item_id"))
        self._announce(item, previous)

    def _announce(self, item: Item, previous: str | None) -> None:
        """``added`` and ``done`` at once: an item of the client's is whole when it comes."""
        for kind in ("conversation.item.added", "conversation.item.done"):
            self.outbox.post(kind, previous_item_id=previous, item=item.render())

    async def _retrieve(self, event: Json) -> None:
        item = self._item(event, "retriev")
        self.outbox.post("conversation.item.retrieved", item=item.render(with_audio=True))

    async def _delete(self, event: Json) -> None:
        item = self._item(event, "delet")
        self.conversation.remove(item)
        self.outbox.post("conversation.item.deleted", item_id=item.id)

    async def _truncate(self, event: Json) -> None:
        item = self._item(event, "truncat")
        index, end_ms = fields.whole(event, "content_index"), fields.whole(event, "audio_end_ms")
        part = check_truncatable(item, index, end_ms)
        if item.status == "in_progress":
            raise ClientError(
                "The item is still being made. Send response.cancel before conversation.item.truncate.",
                code="item_truncate_in_progress",
                param="item_id",
            )
        part.cut(end_ms)
        self.outbox.post(
            "conversation.item.truncated", item_id=item.id, content_index=index, audio_end_ms=end_ms
        )

    def _item(self, event: Json, doing: str) -> Item:
        item_id = fields.text(event, "item_id")
        item = self.conversation.find(item_id)
        if item is None:
            raise ClientError(
                f"Error {doing}ing item: the item with id '{item_id}' does not exist.",
                code=f"item_{doing}e_invalid_item_id",
                param="item_id",
            )
        return item

    async def _respond(self, event: Json) -> None:
        request = parse_request(event, self.settings, self.conversation)
        if request.in_conversation and self._active is not None:
            raise ClientError(
                f"Conversation already has an active response in progress: {self._active.id}. Wait until the response is"
                " finished before creating a new one.",
                code="conversation_already_has_active_response",
            )
        if len(self._responses) > MOST_RESPONSES:
            raise ClientError(
                f"At most {MOST_RESPONSES} responses outside the conversation can be in progress at once.",
                code="rate_limit_exceeded",
                kind="rate_limit_error",
            )
        response = Response(self, request, self._response_ended)
        self._responses[response.id] = response
        if request.in_conversation:
            self._active = response
        response.start()

    def _response_ended(self, response: Response) -> None:
        self._responses.pop(response.id, None)
        if self._active is response:
            self._active = None

    async def _cancel(self, event: Json) -> None:
        response_id = fields.optional_text(event, "response_id")
        response = self._active if response_id is None else self._responses.get(response_id)
        if response is None:
            raise ClientError(
                "Cancellation failed: no active response found", code="response_cancel_not_active"
            )
        await response.cancel()


async def _heard(utterance: Utterance, part: Part) -> str:
    transcript = await utterance.finish()
    part.text = written(transcript.text)
    return part.text
