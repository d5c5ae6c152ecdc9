"""The realtime pipeline: sound goes up while the key is down, and the reply sounds while it is being made."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from voicedesk.core.attention import AttentiveTimeout
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Message
from voicedesk.core.errors import ConnectionLostError, NoAnswerError, ServerError
from voicedesk.core.events import DataEvent, Event, Heard, Link, LinkChanged, Reached, ToolCalled
from voicedesk.core.names import name_of
from voicedesk.core.settings import Realtime
from voicedesk.core.tasks import TaskSet
from voicedesk.core.timeline import Point
from voicedesk.pipelines.base import Emit, RunTools, no_history, no_tools, nobody
from voicedesk.pipelines.realtime_book import ReplyBook
from voicedesk.pipelines.realtime_bounds import ACTIVE_PAUSE, MOST_LOSSES
from voicedesk.pipelines.realtime_commands import APPEND, Commands
from voicedesk.pipelines.realtime_keeper import Keeper
from voicedesk.pipelines.realtime_link import RealtimeLink
from voicedesk.pipelines.realtime_questions import Questions
from voicedesk.pipelines.realtime_reply import Reply
from voicedesk.pipelines.realtime_rounds import ToolRounds
from voicedesk.pipelines.realtime_tools import follow_up
from voicedesk.pipelines.transcripts import Transcripts
from voicedesk.providers.failures import as_mapping
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.realtime import ServerEvent, response_error, server_error
from voicedesk.providers.stages import ToolSpec

log = logging.getLogger(__name__)

CANCEL_TIMEOUT = 2.0
"""How long the next request waits for the cancelled reply to end."""
PROGRESS_TIMEOUT = 30.0
"""How long a server that lives may be silent while a reply is due."""
PATIENCE = 10.0
"""How long a question waits for a lost connection before its turn fails; it can be asked again after that."""


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
        self.model = settings.model
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
        self._turn = 0
        self._is_taking = False
        self._reply: Reply | None = None  # the latest
        self._book = ReplyBook()
        self._commands = Commands(self._link)
        self._transcripts = Transcripts(self._forward, self._link.next_transcription_model)
        self._questions = Questions(
            self._link, self._commands, self._transcripts, history=history, reach=self._reach
        )
        self._keeper = Keeper(self._link, self)
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
        """Connect, configure, and wait until the server has confirmed it. The connection is kept from then on.

        Raises:
            ServerError: Also told by a LinkChanged event. What may pass by itself is tried again all the same.
        """
        await self._keeper.open()

    def begin_turn(self, turn: int) -> None:
        """A take begins; a lost connection is tried at once."""
        self._turn = turn
        self._is_taking = True
        self._questions.upload.clear()
        self._keeper.hurry()

    def feed(self, pcm: bytes) -> None:
        """Sound of the take: sent at once, or kept until the connection is ready."""
        self._questions.upload.feed(pcm)

    def abort_turn(self) -> None:
        """Drop the take; the server forgets what it was sent of it."""
        self._is_taking = False
        if self._questions.upload.begun and self._link.ready:
            self._commands.send({"type": "input_audio_buffer.clear"}, None)
        self._questions.upload.clear()

    def end_turn(self, text: str | None = None) -> AsyncGenerator[Event, None]:
        """Ask for the reply and give it as it comes. On a ready connection the request is sent at once.

        Raises:
            ServerError: While reading: the turn failed; what came before stays valid.
        """
        self._is_taking = False
        previous, reply = self._reply, Reply(self._turn, text, self._forward)
        self._reply = reply
        sent = self._link.ready
        if sent:
            self._questions.send(reply)
        waits_for = self._book.unended(previous)
        asked = sent and waits_for is None
        if asked:
            self._request(reply, spoken=text is None)
        return self._follow(reply, sent=sent, asked=asked, waits_for=waits_for)

    async def _follow(
        self, reply: Reply, *, sent: bool, asked: bool, waits_for: Reply | None
    ) -> AsyncGenerator[Event, None]:
        """The events of a reply. A question whose connection is lost before anything came is asked on the next one."""
        losses, is_untouched = 0, True
        try:
            while True:
                try:
                    await self._ask(reply, sent=sent, asked=asked, waits_for=waits_for)
                    while (event := await self._next(reply)) is not None:
                        is_untouched &= not isinstance(event, DataEvent | ToolCalled)
                        yield event
                except ServerError:
                    losses += 1
                    is_current = reply.turn == self._turn
                    if not (reply.is_lost and is_untouched and is_current) or losses > MOST_LOSSES:
                        raise
                    reply = self._reply = reply.again()
                    sent, asked, waits_for = False, False, None
                else:
                    return
        finally:
            if not reply.ended.is_set() and not reply.cancelled:
                self._cancel(reply)

    async def _ask(self, reply: Reply, *, sent: bool, asked: bool, waits_for: Reply | None) -> None:
        """What of sending and asking is still to be done, as soon as it can be."""
        if not sent:
            await self._keeper.until_ready(PATIENCE)
            if reply.cancelled or reply.turn != self._turn:
                return
            self._questions.send(reply)
        if waits_for is not None:
            await self._ended(waits_for)
        if not (asked or reply.cancelled or reply.is_lost):
            self._request(reply, spoken=reply.text is None)

    async def interrupt(self, heard: Sequence[Heard]) -> None:
        """Cancel the reply and cut the server's memory of it to what was heard."""
        reply = self._reply
        if reply is None:
            return
        if not reply.ended.is_set() and not reply.cancelled:
            self._cancel(reply)
            await self._rounds.stopped()
        is_there = self._link.ready and reply.session == self._link.number
        if not self._quirks.can_truncate or not is_there:
            return  # where that session is gone, the present one is told what was heard
        if unheard := self._questions.cut(reply, heard):
            # An item of which nothing was heard was never said. It can go once the server has let go of it.
            await self._ended(reply)
            self._questions.forget(unheard)

    async def close(self) -> None:
        """End the connection and all that waits for it."""
        if self._reply is not None:
            self._reply.queue.finish()
        async with AsyncExitStack() as ends:  # all of them, also where this is cancelled
            for part in (self._link, self._tasks, self._keeper):
                ends.push_async_callback(part.close)

    # ---------------------------------------------------------------------------------- requests

    @property
    def _quirks(self) -> Quirks:
        return self._link.address.quirks if self._link.address else Quirks()

    def _send_result(self, event: Mapping[str, Any]) -> None:
        if self._link.ready:
            self._commands.send(event, None)

    def _request(self, reply: Reply, *, spoken: bool = False) -> None:
        if reply.ended.is_set():
            return
        self._book.ask(reply)
        reply.words_in_step = self._quirks.words_in_step
        if not (spoken and self._quirks.commit_starts_reply):
            self._commands.send(follow_up(reply.turn, reply.round), reply)

    async def _ended(self, reply: Reply) -> None:
        """Wait until the server is through with a reply, but not for ever."""
        limit = CANCEL_TIMEOUT if self._quirks.can_cancel else PROGRESS_TIMEOUT
        try:
            async with AttentiveTimeout(limit):
                await reply.ended.wait()
        except TimeoutError:
            log.info("%s has not ended a cancelled reply; going on", self.server)
            self._book.give_up(reply)

    async def _next(self, reply: Reply) -> Event | None:
        while True:
            try:
                async with AttentiveTimeout(PROGRESS_TIMEOUT):
                    return await reply.queue.get()
            except TimeoutError:
                if not self._rounds.running(reply):  # tools have limits of their own
                    reply.give_up(NoAnswerError(server=self.server, seconds=PROGRESS_TIMEOUT))

    def _cancel(self, reply: Reply) -> None:
        """Nobody wants this reply any more, whether the server has begun it or not."""
        reply.cancel()
        self._rounds.cancel(reply)
        if reply.created:
            self._send_cancel(reply)
        elif not self._book.asked(reply):
            reply.ended.set()  # it was never asked for

    def _send_cancel(self, reply: Reply) -> None:
        if self._quirks.can_cancel:
            self._commands.cancel(reply)

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
                reply.on_event(event, self.server)
        else:
            self._transcripts.take(event)

    def _on_created(self, event: ServerEvent) -> None:
        response = as_mapping(event.get("response"))
        reply = self._book.claim(response)
        if reply is None:
            log.info("%s began a reply that nobody asked for", self.server)
            return
        self._begin(reply, name_of(response.get("id") or event.get("response_id")))

    def _begin(self, reply: Reply, response_id: str) -> None:
        self._book.begin(reply, response_id)
        self._reach(reply.turn, Point.RESPONSE_CREATED, now())
        if reply.cancelled:
            self._send_cancel(reply)

    def _reply_of(self, event: ServerEvent) -> Reply | None:
        reply, unannounced = self._book.find(event)
        if reply is not None and unannounced:
            self._begin(reply, name_of(event.get("response_id")))
        return reply

    def _on_done(self, event: ServerEvent) -> None:
        response = as_mapping(event.get("response"))
        response_id = response.get("id") or event.get("response_id")
        reply = self._reply_of({**event, "response_id": response_id})
        if reply is None:
            self._book.settle(response)
            return
        assert self._link.address is not None
        error = response_error(response, self._link.address, self.model)
        self._book.forget(reply)
        calls = reply.calls(response) if error is None else ()
        if calls and self._rounds.begin(reply, calls):
            reply.pause(response)
        else:
            reply.finish(response, None if reply.cancelled else error, self.server)
            self._keeper.answered(error)

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
        if isinstance(problem, ConnectionLostError):
            self._link.give_up(problem)  # the session has expired; the server may not close it
            return
        if kind == APPEND and self._is_taking:
            self._questions.upload.problem = problem
        elif failed is not None and not failed.created:
            if kind == "input_audio_buffer.commit":
                self._transcripts.refused(failed.turn)
            if kind == "response.create":
                self._book.withdraw(failed)
            failed.cancelled |= kind != "response.create"
            if kind and self._book.asked(failed):
                failed.queue.finish(problem)  # it is answered all the same: the next one waits
            else:
                failed.fail(problem)

    async def _request_again(self, reply: Reply) -> None:
        """The server still has another reply on its hands: ask again when that has ended."""
        self._book.withdraw(reply)
        other = self._book.current
        if other is not None and other is not reply and not other.ended.is_set():
            self._send_cancel(other)
            await self._ended(other)
        else:
            await asyncio.sleep(ACTIVE_PAUSE)  # one that nobody asked for, and nobody can wait for
        if not reply.cancelled:
            self._request(reply, spoken=False)

    def _on_opened(self) -> None:
        """A new session knows nothing of what went on in the one before."""
        self._forget_session()
        next_turn = self._turn if self.is_busy else self._turn + 1
        self._questions.memory.begin(next_turn if self._turn else 0)

    def _on_lost(self, error: ServerError) -> None:
        for reply in (*self._book, *filter(None, [self._reply])):
            if not reply.ended.is_set():
                reply.is_lost = True
                reply.fail(error)
                self._rounds.cancel(reply)
        self._forget_session()
        self._keeper.lost(error)

    def _forget_session(self) -> None:
        for reply in self._book:
            reply.ended.set()
        self._book.clear()
        self._questions.upload.disconnected()
        self._transcripts.reset()

    # ------------------------------------------------------------------------- for the keeper

    def link_ready(self) -> None:
        """There is a connection: what was said meanwhile goes up."""
        self._questions.upload.flush()

    @property
    def is_busy(self) -> bool:
        """Whether a turn is under way."""
        return self._is_taking or (self._reply is not None and not self._reply.ended.is_set())

    @property
    def is_answer_due(self) -> bool:
        """Whether the server was asked and has not finished."""
        reply = self._reply
        return (
            reply is not None
            and not (reply.cancelled or reply.ended.is_set())
            and not self._rounds.running(reply)
        )

    def link_changed(
        self, link: Link, error: ServerError | None = None, retry_at: float | None = None
    ) -> None:
        """The connection is in another state."""
        self._emit(LinkChanged(turn=0, at=now(), link=link, error=error, retry_at=retry_at))

    def _forward(self, event: Event) -> None:
        self._emit(event)

    def _reach(self, turn: int, point: Point, at: float) -> None:
        self._emit(Reached(turn=turn, at=at, point=point))
