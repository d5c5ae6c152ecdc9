"""The take on its way to a realtime server: sent piece by piece, and kept until it is answered."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from voicedesk.core.errors import ServerError
from voicedesk.pipelines.realtime_commands import APPEND, Commands
from voicedesk.pipelines.realtime_link import RealtimeLink


class Upload:
    """The present take.

    Attributes:
        last_append: When its last piece was written to the connection, seconds of ``core.clock``; 0 for never.
        problem: Why the server has not taken all of it; None as long as nothing is known to be missing.
    """

    def __init__(self, link: RealtimeLink, commands: Commands) -> None:
        self._link = link
        self._commands = commands
        self.problem: ServerError | None = None
        self._take: list[bytes] = []
        self._sent = 0  # how many pieces the connection has
        self.last_append = 0.0

    @property
    def begun(self) -> bool:
        """Whether the present connection has any of it."""
        return self._sent > 0

    def clear(self) -> None:
        """It is over, or dropped: a connection that is opened later must not be sent it again."""
        self._take = []
        self.disconnected()

    def hand_over(self) -> tuple[bytes, ...]:
        """All of it, sent: from here on the take is the server's, and whoever asked keeps it until it is answered."""
        self.flush()
        take = tuple(self._take)
        self.clear()
        return take

    def restore(self, take: Sequence[bytes]) -> None:
        """The server that had it is gone before it answered: the next one gets the whole again."""
        self._take = list(take)
        self.disconnected()

    def disconnected(self) -> None:
        """A new connection will know nothing of it."""
        self._sent = 0
        self.problem = None

    def feed(self, pcm: bytes) -> None:
        """Sound of the take: sent at once, or kept until the connection is ready."""
        self._take.append(pcm)
        if self._link.ready:
            self.flush()

    def flush(self) -> None:
        """Send what the connection does not have."""
        while self._sent < len(self._take):
            audio = base64.b64encode(self._take[self._sent]).decode()
            self._sent += 1
            self._commands.send({"type": APPEND, "audio": audio}, None, self._appended)

    def _appended(self, at: float) -> None:
        self.last_append = at
