"""Listens for other processes of the same user: a second start, and commands for the talk key."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from voicedesk.core.tasks import TaskSet
from voicedesk.instance import LONGEST_LINE, Answer, Request, parse

log = logging.getLogger(__name__)

_MOST_CALLERS = 16
_SLOWEST_LINE_MS = 5000

Handler = Callable[[Request], Awaitable[Answer]]


class InstanceServer(QObject):
    """Takes one request for each connection and answers it when it is done.

    Its socket can be opened by the user alone.
    """

    def __init__(self, address: str, handle: Handler) -> None:
        """Nothing is listened to yet; see ``listen``.

        Args:
            address: From ``Seat.address``, whose seat is taken: what lies there is left by a dead instance.
            handle: Does what is asked. Requests are handed to it in the order in which they came.
        """
        super().__init__()
        self._address = address
        self._handle = handle
        self._tasks = TaskSet()
        self._callers: set[QLocalSocket] = set()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._welcome)

    def listen(self) -> bool:
        """Listen from now on. Returns whether that is possible."""
        QLocalServer.removeServer(self._address)
        if not self._server.listen(self._address):
            log.warning("no commands from outside: %s", self._server.errorString())
            return False
        return True

    async def close(self) -> None:
        """Listen no longer, and drop what was asked and not answered."""
        self._server.close()
        await self._tasks.close()
        for caller in list(self._callers):
            caller.abort()

    def _welcome(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            if len(self._callers) >= _MOST_CALLERS:
                caller.abort()
                caller.deleteLater()
                continue
            self._callers.add(caller)
            caller.readyRead.connect(lambda caller=caller: self._read(caller))
            caller.disconnected.connect(lambda caller=caller: self._forget(caller))
            patience = QTimer(caller)
            patience.setSingleShot(True)
            patience.timeout.connect(lambda caller=caller: caller.abort())
            patience.start(_SLOWEST_LINE_MS)
            self._read(caller)  # it may all have come by now

    def _forget(self, caller: QLocalSocket) -> None:
        self._callers.discard(caller)
        caller.deleteLater()

    def _read(self, caller: QLocalSocket) -> None:
        if caller not in self._callers:
            return
        if not caller.canReadLine():
            if caller.bytesAvailable() >= LONGEST_LINE:
                caller.abort()
            return
        line = bytes(caller.readLine(LONGEST_LINE).data())
        caller.readyRead.disconnect()
        for patience in caller.findChildren(QTimer):
            patience.stop()
        asked = parse(line)
        if isinstance(asked, Answer):
            self._reply(caller, asked)
        else:
            self._tasks.spawn(self._serve(caller, asked), name=f"command {asked.command}")

    async def _serve(self, caller: QLocalSocket, request: Request) -> None:
        self._reply(caller, await self._handle(request))

    def _reply(self, caller: QLocalSocket, answer: Answer) -> None:
        if caller in self._callers:  # otherwise it has gone without waiting
            caller.write(answer.line())
            caller.disconnectFromServer()
