"""The connection of the realtime pipeline: opened, configured and confirmed before anything else is sent."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from voicedesk.audio.io import RATE
from voicedesk.core.errors import ConnectionLostError, NoAnswerError, ServerError
from voicedesk.core.settings import Realtime
from voicedesk.core.tasks import TaskSet
from voicedesk.pipelines.realtime_tools import session_tools
from voicedesk.providers.profiles import Address
from voicedesk.providers.realtime import RealtimeSocket, ServerEvent, prepare, server_error
from voicedesk.providers.stages import ToolSpec

log = logging.getLogger(__name__)

FIRST_EVENT_TIMEOUT = 15.0
CONFIRM_TIMEOUT = 1.5
"""Some servers never confirm the session; after this long any sign of life counts as ready."""

TRANSCRIPTION_FALLBACKS = ("gpt-transcribe", "gpt-live-transcribe", "gpt-4o-mini-transcribe")

_MAX_CORRECTIONS = 8
_FATAL_CODES = {"invalid_api_key", "model_not_found", "insufficient_quota", "session_expired"}


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
    session: dict[str, Any] = {
        "type": "realtime",
        "output_modalities": ["audio"],
        "instructions": instructions,
        "audio": {"input": sound_in, "output": sound_out},
    }
    if settings.effort:
        session["reasoning"] = {"effort": settings.effort}
    return session


def corrected(session: Mapping[str, Any], param: str) -> dict[str, Any] | None:
    """The session without the field that the server refused, or with the next transcription model.

    Args:
        session: What was asked for.
        param: The server's name for the field, such as ``session.audio.input.noise_reduction``.

    Returns:
        None when nothing is left to change, or when the field is one that push-to-talk cannot do without.
    """
    parts = [part for part in param.split(".") if part and part != "session"]
    result = copy.deepcopy(dict(session))
    if not parts or "turn_detection" in parts:
        return None
    if "transcription" in parts:
        asked = (result["audio"]["input"].get("transcription") or {}).get("model")
        if asked is None:
            return None
        rest = [model for model in TRANSCRIPTION_FALLBACKS if model != asked]
        known = asked in TRANSCRIPTION_FALLBACKS
        following = (
            TRANSCRIPTION_FALLBACKS[TRANSCRIPTION_FALLBACKS.index(asked) + 1 :] if known else rest
        )
        result["audio"]["input"]["transcription"] = {"model": following[0]} if following else None
        return result
    place: Any = result
    for part in parts[:-1]:
        place = place.get(part) if isinstance(place, dict) else None
    if not isinstance(place, dict) or parts[-1] not in place:
        return None
    del place[parts[-1]]
    return result


class RealtimeLink:
    """Opens the connection when asked to, keeps it, and tells when it is gone.

    Attributes:
        ready: Whether the session is configured and confirmed.
        address: The server of the connection, once known.
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
        self._socket: RealtimeSocket | None = None
        self._opening: asyncio.Task[None] | None = None
        self._updates: set[str] = set()
        self._corrections = 0
        self._signs = asyncio.Event()  # the server has sent something
        self._confirmed = asyncio.Event()
        self._refused: ServerError | None = None
        self.address: Address | None = None
        self.ready = False

    async def open(self) -> None:
        """Be connected and configured. Callers at the same time share one attempt.

        Raises:
            ServerError: Why it did not come about.
        """
        if self.ready:
            return
        if self._opening is None:
            self._opening = self._tasks.spawn(self._open(), name="realtime opening", watched=False)
            self._opening.add_done_callback(self._opened)
        await asyncio.shield(self._opening)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening = None
        if not task.cancelled():
            task.exception()  # callers have it; an attempt that nobody waited for is told by an event

    async def _open(self) -> None:
        await self._drop()
        self._signs.clear()
        self._confirmed.clear()
        self._refused = None
        self._corrections = 0
        # Where the server has to be started first, that goes on beside the imports.
        address, _ = await asyncio.gather(self._source(), asyncio.to_thread(prepare))
        self.address = address
        self._socket = await RealtimeSocket.connect(address, model=self._settings.model)
        self._tasks.spawn(self._read(self._socket), name="realtime reader")
        self._update()
        try:
            await self._confirm()
        except ServerError:
            await self._drop()
            raise
        self._new_session()
        self.ready = True

    async def _confirm(self) -> None:
        assert self.address is not None
        try:
            async with asyncio.timeout(FIRST_EVENT_TIMEOUT):
                await self._signs.wait()
        except TimeoutError as error:
            raise NoAnswerError(server=self.address.name, seconds=FIRST_EVENT_TIMEOUT) from error
        try:
            async with asyncio.timeout(CONFIRM_TIMEOUT):
                await self._confirmed.wait()
        except TimeoutError:
            log.info("%s does not confirm the session; going on", self.address.name)
        if self._refused is not None:
            raise self._refused

    def _update(self) -> None:
        self._updates.add(self.send({"type": "session.update", "session": self._session}))

    def send(self, event: Mapping[str, Any], *, sent: Callable[[float], None] | None = None) -> str:
        """Send an event in its turn. Returns its event_id, empty when there is no connection."""
        return self._socket.send(event, sent=sent) if self._socket is not None else ""

    async def _read(self, socket: RealtimeSocket) -> None:
        while (event := await socket.receive()) is not None:
            self._signs.set()
            if not self._about_session(event):
                self._handle(event)
        if socket is self._socket:
            self._gone(socket.ended)

    def _gone(self, error: ServerError | None) -> None:
        assert self.address is not None
        was_ready = self.ready
        self.ready = False
        if error is None:
            error = ConnectionLostError(server=self.address.name, reason="the server closed it")
        if was_ready:
            self._lost(error)
        else:
            self._refuse(error)

    def _about_session(self, event: ServerEvent) -> bool:
        """Handle what belongs to the configuration. Returns whether the event did."""
        kind = event["type"]
        if kind == "session.updated":
            self._confirmed.set()
            return True
        if kind != "error" or self.address is None:
            return False
        error = event["error"]
        about_update = error.get("event_id") in self._updates
        if self.ready and not about_update:
            return False
        code = str(error.get("code") or "")
        param = str(error.get("param") or "")
        refusal = server_error(error, self.address, self._settings.model)
        if code in _FATAL_CODES or (not about_update and not param):
            self._refuse(refusal)
            return True
        session = corrected(self._session, param)
        self._corrections += 1
        if session is None or self._corrections > _MAX_CORRECTIONS:
            self._refuse(refusal)
            return True
        log.info("%s refused %s; asking again without it", self.address.name, param)
        self._session = session
        self._update()
        return True

    def _refuse(self, error: ServerError) -> None:
        if self._refused is None:
            self._refused = error
        self._signs.set()
        self._confirmed.set()

    def next_transcription_model(self) -> bool:
        """The present one fails: ask for the next. Returns whether one is left."""
        session = corrected(self._session, "session.audio.input.transcription")
        if session is None:
            return False
        self._session = session
        self._update()
        return session["audio"]["input"]["transcription"] is not None

    async def _drop(self) -> None:
        socket, self._socket = self._socket, None
        self.ready = False
        self._updates.clear()
        if socket is not None:
            await socket.close()

    async def close(self) -> None:
        """End the connection and its tasks. Safe to call twice."""
        await self._drop()
        await self._tasks.close()
