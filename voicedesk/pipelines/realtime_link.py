"""The connection of the realtime pipeline: opened, configured and confirmed before anything else is sent."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from voicedesk.audio.io import RATE
from voicedesk.core.errors import ServerError
from voicedesk.core.settings import Realtime
from voicedesk.core.tasks import SharedAttempt, TaskSet
from voicedesk.pipelines.realtime_connection import RealtimeConnection, corrected
from voicedesk.pipelines.realtime_tools import session_tools
from voicedesk.providers.profiles import Address
from voicedesk.providers.realtime import RealtimeSocket, ServerEvent, prepared
from voicedesk.providers.stages import ToolSpec

log = logging.getLogger(__name__)


def session_of(settings: Realtime, instructions: str) -> dict[str, Any]:
    """The session to ask for: push-to-talk, so nobody but the key decides where a turn ends."""
    pcm = {"type": "audio/pcm", "rate": RATE}
    sound_in: dict[str, Any] = {"format": pcm, "turn_detection": None, "transcription": None}
    if settings.transcribe:
        sound_in["transcription"] = {"model": settings.transcription_model}
        if settings.language:
            sound_in["transcription"]["language"] = settings.language
    if settings.noise_reduction:
        sound_in["noise_reduction"] = {"type": settings.noise_reduction}
    sound_out: dict[str, Any] = {"format": pcm}
    if settings.voice:
        sound_out["voice"] = settings.voice
    if settings.speed != 1.0:  # some servers know no such thing
        sound_out["speed"] = settings.speed
    session: dict[str, Any] = {
        "type": "realtime",
        "output_modalities": ["audio"],
        "instructions": instructions,
        "audio": {"input": sound_in, "output": sound_out},
    }
    if settings.effort:
        session["reasoning"] = {"effort": settings.effort}
    return session


class RealtimeLink:
    """Opens the connection when asked to, exchanges it for a fresh one when asked to, and tells when it is gone.

    Attributes:
        number: Counts the sessions that were; 0 before the first.
        address: The server of the latest connection, once known.
    """

    def __init__(
        self,
        source: Callable[[], Awaitable[Address]],
        settings: Realtime,
        instructions: str,
        *,
        tools: Sequence[ToolSpec] = (),
        handle: Callable[[ServerEvent], None],
        lost: Callable[[ServerError], None],
        opened: Callable[[], None],
    ) -> None:
        """Nothing is opened yet.

        Args:
            source: Gives the server's address; may start the built-in server first.
            settings: Model, voice and the rest.
            instructions: What the model is told about its part.
            tools: What the model may call.
            handle: Takes every event but those of the configuration.
            lost: Told once when a ready connection has ended by itself.
            opened: Told when a new session is configured, before anything else is sent.
        """
        self._source = source
        self._settings = settings
        self._session = session_of(settings, instructions)
        if tools:
            self._session |= session_tools(tools)
        self._handle = handle
        self._lost = lost
        self._new_session = opened
        self._tasks = TaskSet()
        self._present: RealtimeConnection | None = None
        self._opening = SharedAttempt(self._tasks, self._open, name="realtime opening")
        self.address: Address | None = None
        self.number = 0

    @property
    def ready(self) -> bool:
        """Whether the session is configured and confirmed."""
        return self._present is not None and self._present.ready

    @property
    def heard_at(self) -> float:
        """When the server last gave a sign of life, in the loop's seconds; 0 without a connection."""
        return self._present.heard_at if self._present is not None else 0.0

    @property
    def lifetime(self) -> float | None:
        """How long the present session was said to last when it began, in seconds; None if nothing was said."""
        return self._present.lifetime if self._present is not None else None

    # ------------------------------------------------------------------------------------ opening

    async def open(self) -> None:
        """Be connected and configured. Callers at the same time share one attempt.

        Raises:
            ServerError: Why it did not come about.
        """
        if self.ready:
            return
        await self._opening.join()

    async def _open(self) -> None:
        await self._drop()
        self._adopt(await self._connect())

    async def abandon(self) -> None:
        """Give up the attempt that is under way; its callers are cancelled."""
        await self._opening.abandon()

    async def _connect(self) -> RealtimeConnection:
        self.address = address = await prepared(self._source)
        socket = await RealtimeSocket.connect(address, model=self._settings.model)
        connection = RealtimeConnection(
            address,
            socket,
            self._settings.model,
            self._session,
            handle=self._handle,
            lost=self._lost,
        )
        try:
            await connection.configure()
        except BaseException:
            await connection.close()
            raise
        return connection

    def _adopt(self, connection: RealtimeConnection) -> None:
        self._session = connection.session
        self._present = connection
        self.number += 1
        self._new_session()

    async def renew(self, may_swap: Callable[[], bool]) -> bool:
        """Exchange the session for a fresh one, without a moment between the two. Returns whether it was exchanged.

        Args:
            may_swap: Asked when the fresh one is ready. If not, it is let go of and the old one stays.

        Raises:
            ServerError: There is no fresh one; the old one stays.
        """
        old = self._present
        fresh = await self._connect()
        if old is None or self._present is not old or not old.ready or not may_swap():
            await fresh.close()
            return False
        self._adopt(fresh)
        await old.close()
        return True

    # ---------------------------------------------------------------------------------------- use

    def send(self, event: Mapping[str, Any], *, sent: Callable[[float], None] | None = None) -> str:
        """Send an event in its turn. Returns its event_id, empty when there is no connection."""
        return self._present.send(event, sent=sent) if self._present is not None else ""

    def next_transcription_model(self) -> bool:
        """The present one fails: ask for the next. Returns whether one is left."""
        session = corrected(self._session, "session.audio.input.transcription")
        if session is None or self._present is None:
            return False
        self._session = session
        self._present.update(session)
        return session["audio"]["input"]["transcription"] is not None

    async def answers(self, timeout: float) -> bool:
        """Whether the server gives a sign of life, or takes more of what it is sent, within ``timeout`` seconds.

        True as well where a fresh session has taken the place of the one that was asked.
        """
        asked = self._present
        return asked is not None and (await asked.answers(timeout) or asked is not self._present)

    def give_up(self, error: ServerError) -> None:
        """The present session is over for a reason that the connection does not know of."""
        if self._present is not None:
            self._present.fail(error)

    async def _drop(self) -> None:
        present, self._present = self._present, None
        if present is not None:
            await present.close()

    async def close(self) -> None:
        """End the connection and its tasks. Safe to call twice."""
        try:
            await self._tasks.close()
        finally:
            await self._drop()
