"""A realtime session for one stage of the classic chain: configured when it is opened, and opened again after a loss.

Servers end a session after a time, whatever goes on in it. So a fresh one takes its place before that, while nobody uses
it; and nothing begins on one that is near its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from voicedesk.core.errors import ConnectionLostError, NoAnswerError, ServerError
from voicedesk.core.tasks import SharedAttempt, TaskSet
from voicedesk.providers.lifetimes import RENEW_AGAIN_AFTER, renew_after, said_lifetime
from voicedesk.providers.profiles import Address
from voicedesk.providers.realtime import RealtimeSocket, ServerEvent, prepared, server_error

log = logging.getLogger(__name__)

FIRST_EVENT_S = 10.0
CONFIRM_S = 1.5
"""Some servers never confirm the session; after this long any sign of life counts as ready."""

Source = Callable[[], Awaitable[Address]]


class _Connection:
    """A socket, and what is known of the session on it.

    Attributes:
        lifetime: Seconds that the session was said to last, counted from when it was said; None for not said.
        begun_at: When that was, or when the connection was made, in the loop's seconds.
    """

    def __init__(
        self, address: Address, socket: RealtimeSocket, model: str, session: Mapping[str, Any]
    ) -> None:
        self.address = address
        self.socket = socket
        self.lifetime: float | None = None
        self.begun_at = asyncio.get_running_loop().time()
        self._model = model
        self._sign = asyncio.Event()  # the server has sent something
        self._confirmed = asyncio.Event()
        self._refused: ServerError | None = None
        self._update = socket.send({"type": "session.update", "session": session})

    async def confirm(self) -> None:
        """Wait until the session is configured.

        Raises:
            ServerError: It is refused, was lost, or the server says nothing.
        """
        patience = self.address.quirks.first_event_s or FIRST_EVENT_S
        try:
            async with asyncio.timeout(patience):
                await self._sign.wait()
        except TimeoutError as error:
            raise NoAnswerError(server=self.address.name, seconds=patience) from error
        try:
            async with asyncio.timeout(CONFIRM_S):
                await self._confirmed.wait()
        except TimeoutError:
            log.info("%s does not confirm the session; going on", self.address.name)
        if self._refused is not None:
            raise self._refused

    def note(self, event: ServerEvent) -> bool:
        """Note what an event says of the session's time. Returns whether it says anything."""
        self._sign.set()
        lifetime = None
        if event["type"].endswith(("session.created", "session.updated")):
            lifetime = said_lifetime(event.get("session"))
        if lifetime is not None:
            self.lifetime, self.begun_at = lifetime, asyncio.get_running_loop().time()
        return lifetime is not None

    def configure(self, event: ServerEvent) -> None:
        """An event before the session is ready."""
        kind = event["type"]
        if kind.endswith("session.updated"):  # older servers say transcription_session.updated
            self._confirmed.set()
        elif kind == "error":
            error = event["error"]
            if error.get("event_id") in {None, self._update}:
                self.refuse(server_error(error, self.address, self._model))

    def refuse(self, error: ServerError) -> None:
        """There will be no session."""
        self._refused = self._refused or error
        self._sign.set()
        self._confirmed.set()


class RealtimeSession:
    """One session at a time.

    Attributes:
        address: The server, once it is known.
        number: Counts the sessions that were; 0 before the first.
    """

    def __init__(
        self,
        source: Source,
        *,
        model: str,
        session: Mapping[str, Any],
        handle: Callable[[ServerEvent], None],
        lost: Callable[[ServerError], None],
        busy: Callable[[], bool] = lambda: False,
        intent: str = "",
    ) -> None:
        """Nothing is opened yet.

        Args:
            source: Gives the server's present address; may start the server first.
            model: The model.
            session: The configuration to ask for.
            handle: Takes the events of a ready session.
            lost: Told when a ready session has ended by itself.
            busy: Whether something has begun on the present session and is not over.
            intent: As for ``RealtimeSocket.connect``.
        """
        self._source = source
        self._model = model
        self._intent = intent
        self._session = dict(session)
        self._handle = handle
        self._lost = lost
        self._busy = busy
        self._tasks = TaskSet()
        self._present: _Connection | None = None
        self._coming: _Connection | None = None  # not configured yet
        self._ending: set[_Connection] = set()
        self._opening = SharedAttempt(self._tasks, self._open, name="session opening")
        self._renew_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._renewal: asyncio.Task[None] | None = None
        self.address: Address | None = None
        self.number = 0

    @property
    def ready(self) -> bool:
        """Whether the session is configured."""
        return self._present is not None

    @property
    def fresh(self) -> bool:
        """Whether the session is configured, and far enough from its end for something to begin on it."""
        return self.ready and asyncio.get_running_loop().time() < self._renew_at

    # ------------------------------------------------------------------------------------ opening

    async def open(self) -> None:
        """Have a session that something can begin on. Callers at the same time share one attempt.

        One that is in use stays, and so does one that is near its end when no other can be had.

        Raises:
            ServerError: Why it did not come about.
        """
        if self.fresh or (self.ready and self._busy()):
            return
        await self._opening.join()

    async def _open(self) -> None:
        try:
            fresh = await self._connect()
        except ServerError as error:
            if not self.ready:
                raise
            log.info("renewing the session: %s (%s)", error, error.detail)  # it goes on
            self._renew_in(RENEW_AGAIN_AFTER)
            return
        old, self._present = self._present, fresh
        self.number += 1
        self._schedule(fresh)
        if old is not None:
            self._end(old)

    async def _connect(self) -> _Connection:
        self.address = address = await prepared(self._source)
        socket = await RealtimeSocket.connect(address, model=self._model, intent=self._intent)
        self._coming = coming = _Connection(address, socket, self._model, self._session)
        self._tasks.spawn(self._read(coming), name="session reader")
        try:
            await coming.confirm()
            if self._coming is not coming:
                raise ConnectionLostError(server=address.name, reason="it was given up")
        except BaseException:
            if self._coming is coming:
                self._coming = None
                self._end(coming)
            raise
        self._coming = None
        return coming

    async def _read(self, connection: _Connection) -> None:
        while (event := await connection.socket.receive()) is not None:
            if connection is self._present:
                if connection.note(event):
                    self._schedule(connection)
                self._handle(event)
            elif connection is self._coming:
                connection.note(event)
                connection.configure(event)
            else:
                return
        self._ended(connection)

    def _ended(self, connection: _Connection) -> None:
        name = connection.address.name
        error = connection.socket.ended or ConnectionLostError(
            server=name, reason="the server closed it"
        )
        if connection is self._present:
            self._leave_present()
            self._lost(error)
        elif connection is self._coming:
            connection.refuse(connection.socket.refusal or error)

    # ------------------------------------------------------------------------------------ renewal

    def rest(self) -> None:
        """Nothing goes on in the session just now: if its end is near, let a fresh one take its place."""
        is_renewing = self._renewal is not None and not self._renewal.done()
        if self.ready and not self.fresh and not is_renewing and not self._busy():
            self._renewal = self._tasks.spawn(self._renew(), name="session renewal")

    async def _renew(self) -> None:
        try:
            await self.open()
        except ServerError as error:
            log.info("no fresh session: %s (%s)", error, error.detail)  # told when it is needed

    def _schedule(self, connection: _Connection) -> None:
        passed = asyncio.get_running_loop().time() - connection.begun_at
        self._renew_in(renew_after(connection.lifetime) - passed)

    def _renew_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._renew_at = loop.time() + seconds
        self._stop_timer()
        self._timer = loop.call_at(self._renew_at, self._on_time)

    def _on_time(self) -> None:
        # Timers may come a clock's tick early, and there is only this one.
        self._renew_at = min(self._renew_at, asyncio.get_running_loop().time())
        self._timer = None
        self.rest()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # ---------------------------------------------------------------------------------------- use

    def send(self, event: Mapping[str, Any]) -> str:
        """Send an event. Returns its event_id, empty when there is no connection."""
        return self._present.socket.send(event) if self._present is not None else ""

    async def is_alive(self, timeout: float) -> bool:
        """Whether the other end answers within ``timeout`` seconds. A session in which it does not is ended."""
        asked = self._present
        if asked is None or await asked.socket.answers(timeout):
            return asked is not None
        if asked is self._present:
            self._leave_present()
        return False

    def drop(self) -> None:
        """End this session; nothing of it is handled from now on. The connection closes by itself."""
        self._leave_present()
        coming, self._coming = self._coming, None
        if coming is not None:
            self._end(coming)

    def _leave_present(self) -> None:
        present, self._present = self._present, None
        self._stop_timer()
        if present is not None:
            self._end(present)

    def _end(self, connection: _Connection) -> None:
        self._ending.add(connection)
        self._tasks.spawn(self._close(connection), name="session closing")

    async def _close(self, connection: _Connection) -> None:
        await connection.socket.close()
        self._ending.discard(connection)

    async def close(self) -> None:
        """End the connection and its tasks. Safe to call twice."""
        present, self._present = self._present, None
        self._stop_timer()
        # First: what is being opened would be there after all the others are closed.
        await self._tasks.close()
        coming, self._coming = self._coming, None
        # Those that were being ended too: a task that is called off before it begins closes nothing.
        for connection in (present, coming, *self._ending):
            if connection is not None:
                await connection.socket.close()
        self._ending.clear()
