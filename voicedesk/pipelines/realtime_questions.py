"""How a question goes to a realtime server, and what of the answer to it was heard."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from voicedesk.core.dialogue import Message
from voicedesk.core.events import Heard
from voicedesk.core.timeline import Point
from voicedesk.pipelines.realtime_commands import Commands
from voicedesk.pipelines.realtime_link import RealtimeLink
from voicedesk.pipelines.realtime_memory import Memory
from voicedesk.pipelines.realtime_reply import Reply
from voicedesk.pipelines.realtime_upload import Upload
from voicedesk.pipelines.transcripts import Transcripts


class Questions:
    """Sends takes and typed words.

    Attributes:
        upload: The present take.
        memory: What the session was told before its first question.
    """

    def __init__(
        self,
        link: RealtimeLink,
        commands: Commands,
        transcripts: Transcripts,
        *,
        history: Callable[[int], Sequence[Message]],
        reach: Callable[[int, Point, float], None],
    ) -> None:
        """Nothing is sent yet.

        Args:
            link: The connection.
            commands: Sends events on it.
            transcripts: Told of which turn an utterance is.
            history: The conversation before a turn.
            reach: Told when a clock point of a turn was reached.
        """
        self.upload = Upload(link, commands)
        self.memory = Memory(commands, transcripts, history)
        self._link = link
        self._commands = commands
        self._transcripts = transcripts
        self._reach = reach
        self._ids = itertools.count(1)

    def send(self, reply: Reply) -> None:
        """Send the question that a reply is to answer: its take, again if it was sent before, or its words."""
        quirks = self._link.address.quirks if self._link.address else None
        self.memory.settle(reply.turn, can_delete=quirks is None or quirks.can_truncate)
        reply.session = self._link.number
        if reply.text is not None:
            self._send_words(reply, reply.text)
            return
        if reply.take:
            self.upload.restore(reply.take)
        problem, reply.take = self.upload.problem, self.upload.hand_over()
        if problem is not None:
            # To half a question there is no answer: the whole can be asked in another way.
            self._commands.send({"type": "input_audio_buffer.clear"})
            reply.fail(problem)
            return
        self._transcripts.committed_by(reply.turn)
        self._commands.send(
            {"type": "input_audio_buffer.commit"}, reply, lambda at: self._committed(reply, at)
        )

    def _send_words(self, reply: Reply, text: str) -> None:
        item_id = f"vd_user_{next(self._ids)}"
        self._transcripts.typed(item_id)
        content = [{"type": "input_text", "text": text}]
        item = {"id": item_id, "type": "message", "role": "user", "content": content}
        self._commands.send(
            {"type": "conversation.item.create", "item": item},
            reply,
            lambda at: self._reach(reply.turn, Point.COMMIT_SENT, at),
        )

    def _committed(self, reply: Reply, at: float) -> None:
        if self.upload.last_append:
            self._reach(reply.turn, Point.LAST_APPEND, self.upload.last_append)
        self._reach(reply.turn, Point.COMMIT_SENT, at)

    def cut(self, reply: Reply, heard: Sequence[Heard]) -> list[str]:
        """Have the server's memory of a reply end where it was heard last. Returns the items of which nothing was.

        Args:
            reply: The reply.
            heard: How much of its sound left the DAC; what belongs to another turn is passed over.
        """
        unheard: list[str] = []
        for part in heard:
            if part.key.turn != reply.turn or part.received_ms <= 0 or part.finished:
                continue
            end = int(min(part.heard_ms, part.received_ms))
            if end > 0:
                self._commands.send(
                    {
                        "type": "conversation.item.truncate",
                        "item_id": part.key.item,
                        "content_index": part.key.content,
                        "audio_end_ms": end,
                    },
                    None,
                )
            else:
                unheard.append(part.key.item)
        return unheard

    def forget(self, items: Sequence[str]) -> None:
        """Have the server forget items."""
        for item in items:
            self._commands.send({"type": "conversation.item.delete", "item_id": item}, None)
