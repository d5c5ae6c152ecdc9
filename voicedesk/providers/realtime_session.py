"""A realtime session for one stage of the classic chain: configured when it is opened, and opened again after a loss."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from voicedesk.core.errors import ConnectionLostError, NoAnswerError, ServerError
from voicedesk.core.tasks import SharedAttempt, TaskSet
from voicedesk.providers.profiles import Address
from voicedesk.providers.realtime import RealtimeSocket, ServerEvent, prepared, server_error

log = logging.getLogger(__name__)

FIRST_EVENT_S = 10.0
CONFIRM_S = 1.5
"""Some servers never confirm the session; after this long any sign of life counts as ready."""

Source = Callable[[], Awaitable[Address]]


class RealtimeSession:
    """One session at a time.

    Attributes:
        address: The server, once it is known.
        ready: Whether the session is configured.
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
        intent: str = "",
    ) -> None:
        """Nothing is opened yet.

        Args:
            source: Gives the server's present address; may start the server first.
            model: The model.
            session: The configuration to ask for.
            handle: Takes the events of a ready session.
            lost: Told when a ready session has ended by itself.
            intent: As for ``RealtimeSocket.connect``.
        """
        self._source = source
        self._model = model
        self._intent = intent
        self._session = dict(session)
        self._handle = handle
        self._lost = lost
        self._tasks = TaskSet()
        self._socket: RealtimeSocket | None = None
        self._opening = SharedAttempt(self._tasks, self._open, name="session opening")
        self._update = ""
        self._sign = asyncio.Event()  # the server has sent something
        self._confirmed = asyncio.Event()
        self._refused: ServerError | None = None
        self.address: Address | None = None
        self.ready = False
        self.number = 0

    async def open(self) -> None:
        """Be connected and configured. Callers at the same time share one attempt.

        Raises:
            ServerError: Why it did not come about.
        """
        if self.ready:
            return
        await self._opening.join()

    async def _open(self) -> None:
        self.drop()
        self._sign.clear()
        self._confirmed.clear()
        self._refused = None
        self.address = address = await prepared(self._source)
        socket = await RealtimeSocket.connect(address, model=self._model, intent=self._intent)
        self._socket = socket
        self._tasks.spawn(self._read(socket), name="session reader")
        self._update = socket.send({"type": "session.update", "session": self._session})
        try:
            await self._confirm(address)
            if self._socket is not socket:
                raise ConnectionLostError(server=address.name, reason="it was given up")
        except BaseException:
            if self._socket is socket:
                self.drop()
            raise
        self.number += 1
        self.ready = True

    async def _confirm(self, address: Address) -> None:
        patience = address.quirks.first_event_s or FIRST_EVENT_S
        try:
            async with asyncio.timeout(patience):
                await self._sign.wait()
        except TimeoutError as error:
            raise NoAnswerError(server=address.name, seconds=patience) from error
        try:
            async with asyncio.timeout(CONFIRM_S):
                await self._confirmed.wait()
        except TimeoutError:
            log.info("%s does not confirm the session; going on", address.name)
        if self._refused is not None:
            raise self._refused

    async def _read(self, socket: RealtimeSocket) -> None:
        while (event := await socket.receive()) is not None:
            if socket is not self._socket:
                return
            self._sign.set()
            if self.ready:
                self._handle(event)
            else:
                self._configure(event)
        if socket is self._socket:
            self._ended(socket.ended)

    def _configure(self, event: ServerEvent) -> None:
        kind = event["type"]
        if kind.endswith("session.updated"):  # older servers say transcription_session.updated
            self._confirmed.set()
        elif kind == "error" and self.address is not None:
            error = event["error"]
            if error.get("event_id") in {None, self._update}:
                self._refuse(server_error(error, self.address, self._model))

    def _ended(self, error: ServerError | None) -> None:
        assert self.address is not None
        error = error or ConnectionLostError(
            server=self.address.name, reason="the server closed it"
        )
        was_ready = self.ready
        self.drop()
        if was_ready:
            self._lost(error)
        else:
            self._refuse(error)

    def _refuse(self, error: ServerError) -> None:
        self._refused = self._refused or error
        self._sign.set()
        self._confirmed.set()

    def send(self, event: Mapping[str, Any]) -> str:
        """Send an event. Returns its event_id, empty when there is no connection."""
        return self._socket.send(event) if self._socket is not None else ""

    def drop(self) -> None:
        """End this session; nothing of it is handled from now on. The connection closes by itself."""
        socket, self._socket = self._socket, None
        self.ready = False
        if socket is not None:
            self._tasks.spawn(socket.close(), name="session closing")

    async def close(self) -> None:
        """End the connection and its tasks. Safe to call twice."""
        socket, self._socket = self._socket, None
        self.ready = False
        if socket is not None:
            await socket.close()
        await self._tasks.close()
