"""A transcription session: sound in, words out, while it is said and when it is committed."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import partial

from voicedesk.core.tasks import TaskSet
from voicedesk.engine.ears.ears import EarsError, Utterance
from voicedesk.engine.ears.writing import written
from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.client_events import EventSession
from voicedesk.engine.protocol.errors import ClientError, missing, not_one_of
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.input_buffer import InputBuffer
from voicedesk.engine.protocol.items import Item, Part, new_id
from voicedesk.engine.protocol.settings import INPUT, PCM, check_include, check_object, merge
from voicedesk.engine.services import Services

MOST_TRANSCRIPTS = 8
"""Takes at once that were committed and are not transcribed yet."""

_EVENT = "conversation.item.input_audio_transcription"


def _defaults(model: str) -> Json:
    return {
        "include": None,
        "audio": {
            "input": {
                "format": dict(PCM),
                "transcription": {"model": model},
                "noise_reduction": None,
                "turn_detection": None,
            }
        },
    }


class TranscriptionSettings:
    """What a transcription session is set to.

    Args:
        model: Name of the transcriber; any will do, there is one pair of ears.
    """

    def __init__(self, model: str) -> None:
        self._defaults = _defaults(model)
        self.values = _defaults(model)

    def render(self, session_id: str) -> Json:
        """The session object for an event."""
        head = {
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": session_id,
        }
        return {**head, **copy.deepcopy(self.values)}

    def update(self, update: Json) -> None:
        """Apply a sparse update, all of it or, if anything is wrong, nothing. ``null`` restores a default.

        Raises:
            ClientError: Something in it cannot be.
        """
        kind = update.get("type")
        if kind is None:
            raise missing("session.type")
        if kind != "transcription":
            raise not_one_of("session.type", kind, ["transcription"])
        values = copy.deepcopy(self.values)
        merge(values, self._defaults, update, {"include": check_include}, "session.")
        sound = update.get("audio")
        if sound is not None and check_object(sound, "session.audio").get("input") is not None:
            part = check_object(sound["input"], "session.audio.input")
            into, defaults = values["audio"]["input"], self._defaults["audio"]["input"]
            merge(into, defaults, part, INPUT, "session.audio.input.")
        self.values = values


@dataclass
class _Take:
    """What is being said now.

    Attributes:
        item_id: Which its item will have.
        told: The words that the client was told already.
    """

    item_id: str = field(default_factory=lambda: new_id("item"))
    told: str = ""


class TranscriptionSession(EventSession):
    """One client that wants words only.

    Words are told while they are said, when the ears are free to follow and believe what they hear; the item that
    they belong to comes into being when it is committed. What has been told is never taken back: where the transcript
    differs, ``completed`` alone has it right.
    """

    def __init__(self, services: Services, model: str) -> None:
        super().__init__()
        self.settings = TranscriptionSettings(model)
        self._services = services
        self._tasks = TaskSet()
        self._take = _Take()
        self._input = InputBuffer(services.ears, self._listen)
        self._last_id: str | None = None
        self.handlers = {
            "session.update": self._update,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
        }

    def open(self) -> None:
        """Greet the client with the session as it is."""
        self.outbox.post("session.created", session=self.settings.render(self.id))

    async def close(self) -> None:
        """The client has gone: stop everything that was done for it."""
        self.outbox.close()
        self._input.clear()
        await self._tasks.close()
        self._input = InputBuffer(self._services.ears)  # one that does not hold us
        self.release()

    def _listen(self) -> Utterance:
        self._take = take = _Take()
        return self._services.ears.listen(partial(self._tell_words, take))

    def _tell_words(self, take: _Take, words: str) -> None:
        """Tell what is new of the words that are understood so far."""
        self._tell_more(take, written(words)[:-1])

    def _tell_more(self, take: _Take, text: str) -> None:
        if len(text) > len(take.told) and text.startswith(take.told):
            delta, take.told = text[len(take.told) :], text
            self.outbox.post(f"{_EVENT}.delta", item_id=take.item_id, content_index=0, delta=delta)

    async def _update(self, event: Json) -> None:
        self.settings.update(fields.mapping(event, "session"))
        self.outbox.post("session.updated", session=self.settings.render(self.id))

    async def _append(self, event: Json) -> None:
        self._input.append(fields.audio(event, "audio"))

    async def _clear(self, _event: Json) -> None:
        self._input.clear()
        self.outbox.post("input_audio_buffer.cleared")

    async def _commit(self, _event: Json) -> None:
        utterance, take = self._input.committable(), self._take
        if len(self._tasks) >= MOST_TRANSCRIPTS:
            raise ClientError(
                f"At most {MOST_TRANSCRIPTS} recordings can be in transcription at once. Wait for one of them.",
                code="rate_limit_exceeded",
                kind="rate_limit_error",
            )
        self._input.release()
        previous, self._last_id = self._last_id, take.item_id
        self.outbox.post(
            "input_audio_buffer.committed", item_id=take.item_id, previous_item_id=previous
        )
        item = Item(take.item_id, role="user", parts=[Part("input_audio")])
        for kind in ("conversation.item.added", "conversation.item.done"):
            self.outbox.post(kind, previous_item_id=previous, item=item.render())
        task = self._tasks.spawn(self._transcribe(utterance, take), name="transcript")
        # Not in the task: cancelled before it has begun, it would leave the ears with an utterance of nobody's.
        task.add_done_callback(lambda _: utterance.drop())

    async def _transcribe(self, utterance: Utterance, take: _Take) -> None:
        at = {"item_id": take.item_id, "content_index": 0}
        try:
            transcript = await utterance.finish()
        except EarsError as error:
            failure = {
                "type": "server_error",
                "code": "transcription_failed",
                "message": str(error),
                "param": None,
            }
            self.outbox.post(f"{_EVENT}.failed", **at, error=failure)
            return
        text = written(transcript.text)
        self._tell_more(take, text)
        usage = {"type": "duration", "seconds": round(transcript.seconds, 3)}
        self.outbox.post(f"{_EVENT}.completed", **at, transcript=text, usage=usage)
