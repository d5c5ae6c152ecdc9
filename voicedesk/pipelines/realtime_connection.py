"""One session with a realtime server: opened, configured, confirmed, and used until it ends."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Callable, Mapping
from typing import Any

from voicedesk.core.attention import AttentiveTimeout
from voicedesk.core.errors import ConnectionLostError, NoAnswerError, ServerError, SpentError
from voicedesk.core.tasks import TaskSet
from voicedesk.providers.lifetimes import said_lifetime
from voicedesk.providers.profiles import Address
from voicedesk.providers.realtime import RealtimeSocket, ServerEvent, server_error

log = logging.getLogger(__name__)

FIRST_EVENT_TIMEOUT = 15.0
CONFIRM_TIMEOUT = 1.5
"""Some servers never confirm the session; after this long any sign of life counts as ready."""

TRANSCRIPTION_FALLBACKS = ("gpt-transcribe", "gpt-live-transcribe", "gpt-4o-mini-transcribe")

_MAX_CORRECTIONS = 8
_FATAL_CODES = {"invalid_api_key", "model_not_found", "session_expired"}


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


class RealtimeConnection:
    """A connection and the session on it.

    Attributes:
        address: The server.
        session: What was asked for at last, without what the server refused.
        ready: Whether the session is configured and the connection lives.
        heard_at: When the server last gave a sign of life, in the loop's seconds.
        lifetime: Seconds from now on until the server ends the session, as it said when it began; None if it did not.
    """

    def __init__(
        self,
        address: Address,
        socket: RealtimeSocket,
        model: str,
        session: dict[str, Any],
        *,
        handle: Callable[[ServerEvent], None],
        lost: Callable[[ServerError], None],
    ) -> None:
        """Read from the socket at once; see ``configure``.

        Args:
            address: The server.
            socket: Open.
            model: Which model, for the sentences.
            session: The configuration to ask for.
            handle: Takes every event of a ready session but those of its configuration.
            lost: Told once when a ready session has ended by itself.
        """
        self.address = address
        self.session = session
        self.ready = False
        self.lifetime: float | None = None
        self.heard_at = asyncio.get_running_loop().time()
        self._socket = socket
        self._model = model
        self._handle = handle
        self._lost = lost
        self._tasks = TaskSet()
        self._updates: set[str] = set()
        self._corrections = 0
        self._signs = asyncio.Event()  # the server has sent something
        self._confirmed = asyncio.Event()
        self._refused: ServerError | None = None
        self._closed = False
        self._tasks.spawn(self._read(), name="realtime reader")

    # ------------------------------------------------------------------------------ configuration

    async def configure(self) -> None:
        """Ask for the session and wait until it is there.

        Raises:
            ServerError: The server refused it, went away, or is silent.
        """
        self.update(self.session)
        patience = self.address.quirks.first_event_s or FIRST_EVENT_TIMEOUT
        try:
            async with AttentiveTimeout(patience):
                await self._signs.wait()
        except TimeoutError as error:
            raise NoAnswerError(server=self.address.name, seconds=patience) from error
        try:
            async with AttentiveTimeout(CONFIRM_TIMEOUT):
                await self._confirmed.wait()
        except TimeoutError:
            log.info("%s does not confirm the session; going on", self.address.name)
        if self._refused is not None:
            raise self._refused
        self.ready = True

    def update(self, session: dict[str, Any]) -> None:
        """Ask for another configuration."""
        self.session = session
        self._updates.add(self.send({"type": "session.update", "session": session}))

    def _about_session(self, event: ServerEvent) -> bool:
        """Handle what belongs to the configuration. Returns whether the event did."""
        kind = event["type"]
        if kind in {"session.created", "session.updated"}:
            lifetime = said_lifetime(event.get("session"))
            self.lifetime = self.lifetime if lifetime is None else lifetime
        if kind == "session.updated":
            self._confirmed.set()
            return True
        return kind == "error" and self._is_refusal(event["error"])

    def _is_refusal(self, error: Mapping[str, Any]) -> bool:
        about_update = error.get("event_id") in self._updates
        if self.ready and not about_update:
            return False
        code = str(error.get("code") or "")
        param = str(error.get("param") or "")
        refusal = server_error(error, self.address, self._model)
        is_fatal = code in _FATAL_CODES or isinstance(refusal, SpentError)
        if is_fatal or (not about_update and not param):
            self._refuse(refusal)
            return True
        session = corrected(self.session, param)
        self._corrections += 1
        if session is None or self._corrections > _MAX_CORRECTIONS:
            self._refuse(refusal)
            return True
        log.info("%s refused %s; asking again without it", self.address.name, param)
        self.update(session)
        return True

    def _refuse(self, error: ServerError) -> None:
        if self.ready and not self._confirmed.is_set():
            self.fail(error)  # it was used on trust, and is not what was asked for
        if self._refused is None:
            self._refused = error
        self._signs.set()
        self._confirmed.set()

    # ---------------------------------------------------------------------------------------- use

    def send(self, event: Mapping[str, Any], *, sent: Callable[[float], None] | None = None) -> str:
        """Send an event in its turn. Returns its event_id."""
        return self._socket.send(event, sent=sent)

    async def answers(self, timeout: float) -> bool:
        """Whether the server gives a sign of life within ``timeout`` seconds of being asked for one.

        A long take may be on its way to it, and what it is asked waits behind that: then it lives as long as that goes up.
        """
        before, delivered = self.heard_at, self._socket.delivered
        alive = await self._socket.answers(timeout)
        if alive:
            self.heard_at = asyncio.get_running_loop().time()
        return alive or self.heard_at > before or self._socket.delivered > delivered

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while (event := await self._socket.receive()) is not None:
            self.heard_at = loop.time()
            self._signs.set()
            try:
                if not self._about_session(event) and not self._closed:
                    self._handle(event)
            except Exception as error:
                # A reader that ends without a word would leave the turn waiting: the session is over instead.
                log.exception("an event of %s could not be handled", self.address.name)
                why = "it sent something that cannot be understood"
                self.fail(ConnectionLostError(repr(error), server=self.address.name, reason=why))
                return
        refusal = None if self.ready else self._socket.refusal
        self.fail(
            refusal
            or self._socket.ended
            or ConnectionLostError(server=self.address.name, reason="the server closed it")
        )

    def fail(self, error: ServerError) -> None:
        """The session is over, whether the connection knows it or not. Safe to call twice; ``close`` has to follow."""
        was_ready, self.ready = self.ready, False
        if self._closed:
            return
        if was_ready:
            self._closed = True
            self._lost(error)
        else:
            self._refuse(error)

    async def close(self) -> None:
        """End the connection and its tasks. Safe to call twice."""
        self._closed = True
        self.ready = False
        try:
            await self._socket.close()
        finally:
            await self._tasks.close()
