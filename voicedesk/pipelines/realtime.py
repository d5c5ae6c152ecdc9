"""The realtime pipeline: sound goes up while the key is down, and the reply sounds while it is being made."""

from __future__ import annotations

import asyncio
import itertools
import logging
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from voicedesk.core.clock import now
from voicedesk.core.dialogue import Message, Role
from voicedesk.core.errors import (
    NoAnswerError,
    ServerError,
    VoiceDeskError,
)
from voicedesk.core.events import (
    Event,
    Heard,
    Link,
    LinkChanged,
    Reached,
)
from voicedesk.core.settings import Realtime
from voicedesk.core.tasks import TaskSet
from voicedesk.core.timeline import Point
from voicedesk.pipelines.base import Emit, RunTools, no_history, no_tools, nobody
from voicedesk.pipelines.realtime_book import ReplyBook
from voicedesk.pipelines.realtime_commands import Commands
from voicedesk.pipelines.realtime_items import history_item
from voicedesk.pipelines.realtime_link import RealtimeLink
from voicedesk.pipelines.realtime_reply import Reply
from voicedesk.pipelines.realtime_rounds import ToolRounds
from voicedesk.pipelines.realtime_tools import follow_up
from voicedesk.pipelines.realtime_upload import Upload
from voicedesk.pipelines.transcripts import Transcripts
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.realtime import ServerEvent, response_error, server_error
from voicedesk.providers.stages import ToolSpec

log = logging.getLogger(__name__)

CANCEL_TIMEOUT = 2.0
"""How long the next request waits for the cancelled reply to end."""
PROGRESS_TIMEOUT = 30.0
"""How long a server may be silent while a reply is due."""


class RealtimePipeline:
    """A conversation with a realtime speech model, one connection for all turns."""

    mode = "realtime"

    def __init__(
        self,
        source: Callable[[], Awaitable[Address]],
        settings: Realtime,
        instructions: str,
        *,
        history: Callable[[int], Sequence[Message]] = no_history,
        tools: Sequence[ToolSpec] = (),
        run_tools: RunTools = no_tools,
    ) -> None:
        """Nothing is opened yet.

        Args:
            source: Gives the server's address; may start the built-in server first.
            settings: Model, voice and the rest.
            instructions: What the model is told about its part.
            history: The conversation before a turn; a new session is told it.
            tools: What the model may call.
            run_tools: Runs what it calls.
        """
        self._history = history
        self.model = settings.model
        self._settings = settings
        self._link = RealtimeLink(
            source,
            settings,
            instructions,
            tools=tools,
            handle=self._on_event,
            lost=self._on_lost,
            opened=self._on_opened,
        )
        self._tasks = TaskSet()
        self._emit: Emit = nobody
        self._item_ids = itertools.count(1)
        self._turn = 0
        self._upload = Upload(self._link)
        self._reply: Reply | None = None  # the latest
        self._book = ReplyBook()
        self._commands = Commands(self._link)
        self._transcripts = Transcripts(self._forward)
        self._rounds = ToolRounds(
            run_tools, self._tasks, send=self._send_result, go_on=self._request
        )

    # ------------------------------------------------------------------------------ the contract

    @property
    def server(self) -> str:
        """The server's name, for people."""
        return self._link.address.name if self._link.address else ""

    def listen(self, emit: Emit) -> None:
        """Who takes the events that come outside of ``end_turn``."""
        self._emit = emit

    async def open(self) -> None:
        """Connect, configure, and wait until the server has confirmed it.

        Raises:
            ServerError: Also told by a LinkChanged event.
        """
        if self._link.ready:
            return
        self._tell(Link.CONNECTING)
        try:
            await self._link.open()
        except ServerError as error:
            self._tell(Link.LOST, error)
            raise
        self._tell(Link.READY)
        self._upload.flush()

    def begin_turn(self, turn: int) -> None:
        """A take begins; a lost connection is opened again meanwhile."""
        self._turn = turn
        self._upload.clear()
        if not self._link.ready:
            self._tasks.spawn(self._reopen(), name="realtime reopening")

    async def _reopen(self) -> None:
        try:
            await self.open()
        except ServerError as error:
            log.info("reopening: %s (%s)", error, error.detail)  # end_turn tries again and tells

    def feed(self, pcm: bytes) -> None:
        """Sound of the take: sent at once, or kept until the connection is ready."""
        self._upload.feed(pcm)

    def abort_turn(self) -> None:
        """Drop the take; the server forgets what it was sent of it."""
        if self._upload.begun and self._link.ready:
            self._commands.send({"type": "input_audio_buffer.clear"}, None)
        self._upload.clear()

    def end_turn(self, text: str | None = None) -> AsyncGenerator[Event, None]:
        """Ask for the reply and give it as it comes. On a ready connection the request is sent at once.

        Raises:
            ServerError: While reading: the turn failed; what came before stays valid.
        """
        previous, reply = self._reply, Reply(self._turn)
        self._reply = reply
        sent = self._link.ready
        if sent:
            self._send_question(reply, text)
        waits_for = previous if previous is not None and not previous.ended.is_set() else None
        asked = sent and waits_for is None
        if asked:
            self._request(reply, spoken=text is None)
        return self._follow(reply, text, sent=sent, asked=asked, waits_for=waits_for)

    async def _follow(
        self, reply: Reply, text: str | None, *, sent: bool, asked: bool, waits_for: Reply | None
    ) -> AsyncGenerator[Event, None]:
        try:
            if not sent:
                await self.open()
                self._send_question(reply, text)
            if waits_for is not None:
                await self._ended(waits_for)
            if not asked and not reply.cancelled:
                self._request(reply, spoken=text is None)
            while (event := await self._next(reply)) is not None:
                yield event
        finally:
            if not reply.ended.is_set() and not reply.cancelled:
                self._cancel(reply)

    async def interrupt(self, heard: Sequence[Heard]) -> None:
        """Cancel the reply and cut the server's memory of it to what was heard."""
        reply = self._reply
        if reply is None:
            return
        if not reply.ended.is_set() and not reply.cancelled:
            self._cancel(reply)
            await self._rounds.stopped()
        if not self._quirks.can_truncate or not self._link.ready:
            return
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
        if unheard:
            # An item of which nothing was heard was never said. It can go once the server has let go of it.
            await self._ended(reply)
            for item in unheard:
                self._commands.send({"type": "conversation.item.delete", "item_id": item}, None)

    async def close(self) -> None:
        """End the connection and all that waits for it."""
        if self._reply is not None:
            self._reply.queue.finish()
        await self._tasks.close()
        await self._link.close()

    # ---------------------------------------------------------------------------------- requests

    @property
    def _quirks(self) -> Quirks:
        return self._link.address.quirks if self._link.address else Quirks()

    def _send_question(self, reply: Reply, text: str | None) -> None:
        if text is not None:
            item_id = f"vd_user_{next(self._item_ids)}"
            self._transcripts.typed(item_id)
            content = [{"type": "input_text", "text": text}]
            item = {"id": item_id, "type": "message", "role": "user", "content": content}
            event = {"type": "conversation.item.create", "item": item}
            self._commands.send(
                event, reply, lambda at: self._reach(reply.turn, Point.COMMIT_SENT, at)
            )
            return
        self._upload.flush()
        self._upload.clear()  # from here on the take is the server's
        self._transcripts.committed_by(reply.turn)
        self._commands.send(
            {"type": "input_audio_buffer.commit"}, reply, lambda at: self._committed(reply, at)
        )

    def _committed(self, reply: Reply, at: float) -> None:
        if self._upload.last_append:
            self._reach(reply.turn, Point.LAST_APPEND, self._upload.last_append)
        self._reach(reply.turn, Point.COMMIT_SENT, at)

    def _send_result(self, event: Mapping[str, Any]) -> None:
        if self._link.ready:
            self._commands.send(event, None)

    def _request(self, reply: Reply, *, spoken: bool = False) -> None:
        self._book.ask(reply)
        if not (spoken and self._quirks.commit_starts_reply):
            self._commands.send(follow_up(reply.turn, reply.round), reply)

    async def _ended(self, reply: Reply) -> None:
        """Wait until the server is through with a reply, but not for ever."""
        limit = CANCEL_TIMEOUT if self._quirks.can_cancel else PROGRESS_TIMEOUT
        try:
            async with asyncio.timeout(limit):
                await reply.ended.wait()
        except TimeoutError:
            log.info("%s has not ended a cancelled reply; going on", self.server)
            self._book.forget(reply)

    async def _next(self, reply: Reply) -> Event | None:
        while True:
            try:
                async with asyncio.timeout(PROGRESS_TIMEOUT):
                    return await reply.queue.get()
            except TimeoutError as error:
                if not self._rounds.running(reply):  # tools have limits of their own
                    raise NoAnswerError(server=self.server, seconds=PROGRESS_TIMEOUT) from error

    def _cancel(self, reply: Reply) -> None:
        """Nobody wants this reply any more, whether the server has begun it or not."""
        reply.cancel()
        self._rounds.cancel(reply)
        if reply.created:
            self._send_cancel(reply)
        elif not self._book.asked(reply):
            reply.ended.set()  # it was never asked for

    def _send_cancel(self, reply: Reply) -> None:
        if not self._quirks.can_cancel:
            return
        event: dict[str, Any] = {"type": "response.cancel"}
        if reply.response_id:
            event["response_id"] = reply.response_id
        self._commands.send(event, reply)

    # ------------------------------------------------------------------------------------ events

    def _on_event(self, event: ServerEvent) -> None:
        kind = event["type"]
        if kind == "error":
            self._on_error(event["error"])
        elif kind == "response.created":
            self._on_created(event)
        elif kind == "response.done":
            self._on_done(event)
        elif kind.startswith("response."):
            reply = self._reply_of(event)
            if reply is not None and not reply.cancelled:
                reply.take(event)
        elif self._transcripts.take(event) and self._transcripts.model_fails:
            self._transcripts.model_fails = self._link.next_transcription_model()

    def _on_created(self, event: ServerEvent) -> None:
        response = event.get("response")
        response = response if isinstance(response, Mapping) else {}
        reply = self._book.claim(response)
        if reply is None:
            log.info("%s began a reply that nobody asked for", self.server)
            return
        self._begin(reply, str(response.get("id") or event.get("response_id") or ""))

    def _begin(self, reply: Reply, response_id: str) -> None:
        self._book.begin(reply, response_id)
        self._reach(reply.turn, Point.RESPONSE_CREATED, now())
        if reply.cancelled:
            self._send_cancel(reply)

    def _reply_of(self, event: ServerEvent) -> Reply | None:
        reply, unannounced = self._book.find(event)
        if reply is not None and unannounced:
            self._begin(reply, str(event.get("response_id") or ""))
        return reply

    def _on_done(self, event: ServerEvent) -> None:
        response = event.get("response")
        response = response if isinstance(response, Mapping) else {}
        reply = self._reply_of(
            {**event, "response_id": response.get("id") or event.get("response_id")}
        )
        if reply is None:
            return
        assert self._link.address is not None
        error = response_error(response, self._link.address, self.model)
        self._book.forget(reply)
        calls = reply.calls(response) if error is None else ()
        if calls:
            reply.pause(response)
            self._rounds.begin(reply, calls)
        else:
            reply.finish(response, None if reply.cancelled else error)

    def _on_error(self, error: Mapping[str, Any]) -> None:
        assert self._link.address is not None
        command = self._commands.refused(error)
        kind, reply = command.kind, command.reply
        code = str(error.get("code") or "")
        log.info("%s: error %s about %s: %s", self.server, code, kind or "?", error.get("message"))
        if command.survives(code):
            if kind == "response.cancel" and reply is not None:
                reply.ended.set()
            return
        if code == "conversation_already_has_active_response" and reply is not None:
            self._tasks.spawn(self._request_again(reply), name="realtime request again")
            return
        failed = reply or self._book.next_due
        problem = server_error(error, self._link.address, self.model)
        if failed is not None and not failed.created:
            failed.fail(problem)
            if kind == "response.create":
                self._book.forget(failed)
            else:
                # The request that went out with the refused take is still going to be answered.
                failed.cancelled = True

    async def _request_again(self, reply: Reply) -> None:
        """The server still has another reply on its hands: ask again when that has ended."""
        self._book.withdraw(reply)
        other = self._book.current
        if other is not None and other is not reply and not other.ended.is_set():
            self._send_cancel(other)
            await self._ended(other)
        if not reply.cancelled:
            self._request(reply, spoken=False)

    def _on_opened(self) -> None:
        """A new session knows nothing: tell it what was said, as far as it was heard."""
        for message in self._history(self._turn or sys.maxsize):
            item = history_item(message)
            item["id"] = f"vd_past_{next(self._item_ids)}"
            if message.role is Role.USER:
                self._transcripts.typed(item["id"])
            self._commands.send({"type": "conversation.item.create", "item": item}, None)

    def _on_lost(self, error: ServerError) -> None:
        for reply in (*self._book, *filter(None, [self._reply])):
            if not reply.ended.is_set():
                reply.fail(error)
                self._rounds.cancel(reply)
        self._book.clear()
        self._upload.disconnected()
        self._transcripts.reset()
        self._tell(Link.LOST, error)

    # ------------------------------------------------------------------------------------ telling

    def _forward(self, event: Event) -> None:
        self._emit(event)

    def _tell(self, link: Link, error: VoiceDeskError | None = None) -> None:
        self._emit(LinkChanged(turn=0, at=now(), link=link, error=error))

    def _reach(self, turn: int, point: Point, at: float) -> None:
        self._emit(Reached(turn=turn, at=at, point=point))
