"""Keeps the realtime connection: opens it again when it is gone, renews it in time, and notices when it is dead."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable
from typing import Protocol

from voicedesk.core.clock import now
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    RateLimitError,
    ReplyFailedError,
    ServerError,
    UnreachableError,
)
from voicedesk.core.events import Link
from voicedesk.core.tasks import TaskSet
from voicedesk.providers.lifetimes import RENEW_AGAIN_AFTER, renew_after
from voicedesk.providers.network import Network
from voicedesk.providers.profiles import Address

log = logging.getLogger(__name__)

FIRST_DELAY = 0.25
LONGEST_DELAY = 8.0
STABLE_AFTER = 10.0
"""A connection that ends sooner, and has answered nothing, is opened again later each time."""

LOOK_EVERY = 0.25
"""Seconds between two looks at the network while there is no connection."""
TICK = 0.5
"""Seconds between two looks at a connection that is there."""
QUIET = 1.5
"""So long a server may say nothing while an answer is due before it is asked whether it lives."""
PONG_TIMEOUT = 2.0
"""So long it has for that; only time counts in which this application was able to read."""
STOOD_STILL = 5.0
"""A watch that comes so late was not looked after: the server may have given us up meanwhile."""
LONG_SLEEP = 30.0
"""Seconds of sleep after which nobody has kept the connection: neither the server nor what lies between."""

MOST_FAULTS = 2
"""Answers in a row that failed for the server's own fault: in the same session the next one mostly fails too."""
_FAULT = "server_error:"

IDLE_FOR = 5.0
"""Between turns means: the server has said nothing for this long."""


def worth_trying_again(error: ServerError) -> bool:
    """Whether the same attempt can succeed a little later with nothing changed by the user."""
    return error.retryable and isinstance(
        error, UnreachableError | ConnectionLostError | NoAnswerError | RateLimitError
    )


def is_worth_waiting(error: ServerError) -> bool:
    """Whether somebody who wants an answer should wait for the next attempt rather than be told."""
    return worth_trying_again(error) and not isinstance(error, RateLimitError)


class KeptLink(Protocol):
    """What is kept."""

    @property
    def ready(self) -> bool:
        """Whether it can be used."""

    @property
    def address(self) -> Address | None:
        """The server, once known."""

    @property
    def heard_at(self) -> float:
        """When the server last gave a sign of life, in the loop's seconds."""

    @property
    def lifetime(self) -> float | None:
        """How long the session was said to last when it began, in seconds."""

    async def open(self) -> None:
        """Be ready, or raise a ServerError."""

    async def abandon(self) -> None:
        """Give up the attempt that is under way."""

    async def renew(self, may_swap: Callable[[], bool]) -> bool:
        """Exchange the session for a fresh one."""

    async def answers(self, timeout: float) -> bool:
        """Whether the server gives a sign of life, or at least still takes what it is sent."""

    def give_up(self, error: ServerError) -> None:
        """The session is over; the loss is told as that of any other."""


class KeeperListener(Protocol):
    """Whose connection it is. Called on the loop."""

    def link_changed(self, link: Link, error: ServerError | None, retry_at: float | None) -> None:
        """The state to show; ``retry_at`` is when the next attempt begins, in seconds of ``core.clock``."""

    def link_ready(self) -> None:
        """The connection is there: send what waits for it."""

    @property
    def is_busy(self) -> bool:
        """Whether a turn is under way."""

    @property
    def is_answer_due(self) -> bool:
        """Whether the server was asked and has not finished."""


class Keeper:
    """One task tries while there is no connection, another watches while there is one."""

    def __init__(
        self,
        link: KeptLink,
        listener: KeeperListener,
        *,
        network: Network | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """Nothing is opened yet.

        Args:
            link: What is kept.
            listener: Whose it is.
            network: Tells when it has come back.
            jitter: Gives a number between two others, so that many clients do not come back all at once.
        """
        self._link = link
        self._listener = listener
        self._network = network or Network()
        self._jitter = jitter
        self._tasks = TaskSet()
        self._trying: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._renew_at = math.inf
        self._lost_early: ServerError | None = None  # before it was known to be there
        self._outcome: asyncio.Future[ServerError | None] | None = None
        self._hurry = asyncio.Event()
        self._failures = 0  # in a row
        self._short_lives = 0  # of connections, in a row
        self._has_answered = False
        self._faults = 0  # in a row
        self._ready_at = 0.0
        self._closed = False

    # ------------------------------------------------------------------------------------ opening

    async def open(self) -> None:
        """Be connected: the attempt is made at once. When it fails, trying goes on if that makes sense.

        Raises:
            ServerError: Why this attempt failed.
        """
        if self._link.ready:
            return
        self.hurry()
        error = await self._outcome_of_attempt()
        if error is not None:
            raise error

    async def until_ready(self, patience: float) -> None:
        """Be connected: at the first attempt, or while waiting makes sense and ``patience`` seconds are not over.

        Raises:
            ServerError: Why the latest attempt failed.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + patience
        self.hurry()
        error: ServerError | None = None
        while not self._link.ready:
            try:
                # The first attempt has limits of its own.
                async with asyncio.timeout_at(ends if error is not None else None):
                    outcome = await self._outcome_of_attempt()
            except TimeoutError:
                if error is None:
                    raise
                raise error from None
            if outcome is not None and not is_worth_waiting(outcome):
                raise outcome
            error = outcome or error

    def hurry(self) -> None:
        """Somebody wants to talk: try now."""
        if not self._link.ready:
            self._begin(None)
            self._hurry.set()  # ends a pause; an attempt that is under way takes no notice

    def answered(self, error: ServerError | None = None) -> None:
        """The connection has been of use; ``error`` is what was wrong with the answer."""
        self._has_answered = True
        is_fault = isinstance(error, ReplyFailedError) and error.detail.startswith(_FAULT)
        self._faults = self._faults + 1 if is_fault else 0

    def lost(self, error: ServerError) -> None:
        """The connection is gone by itself: open it again."""
        if self._trying is not None and not self._trying.done():
            self._lost_early = error
            return
        loop = asyncio.get_running_loop()
        lived = loop.time() - self._ready_at
        was_stable = lived >= STABLE_AFTER or self._has_answered
        self._short_lives = 0 if was_stable else self._short_lives + 1
        self._failures = self._short_lives
        if self._watching is not None and self._watching is not asyncio.current_task():
            self._watching.cancel()
        self._watching = None
        if self._renewing is not None:
            self._renewing.cancel()
        self._begin(error)

    async def _outcome_of_attempt(self) -> ServerError | None:
        self._begin(None)
        if self._closed or self._outcome is None:
            raise self._given_up()
        return await asyncio.shield(self._outcome)

    def _begin(self, error: ServerError | None) -> None:
        if self._closed or (self._trying is not None and not self._trying.done()):
            return
        self._outcome = asyncio.get_running_loop().create_future()
        self._lost_early = None
        self._trying = self._tasks.spawn(self._try(error), name="realtime trying")

    async def _try(self, error: ServerError | None) -> None:
        """Try until the connection is there, or until trying makes no sense."""
        self._network.forget()
        try:
            while True:
                await self._wait(error)
                error = await self._attempt()
                if error is None and not self._link.ready:
                    error = self._lost_early or self._given_up()
                if error is not None and isinstance(error.__cause__, OSError):
                    self._network.went_away()
                if error is None:
                    self._settle(None)
                    self._trying = None
                    self._arrived()
                    return
                if not worth_trying_again(error):
                    self._trying = None
                    self._listener.link_changed(Link.LOST, error, None)
                    self._settle(error)
                    return
                # Whoever waits may ask for the next attempt as soon as this one is settled.
                outcome, self._outcome = (
                    self._outcome,
                    asyncio.get_running_loop().create_future(),
                )
                self._settle(error, outcome)
        finally:
            self._settle(error or self._given_up())

    def _given_up(self) -> ServerError:
        name = self._link.address.name if self._link.address else ""
        return UnreachableError("closed", server=name, reason="it was given up")

    def _settle(
        self, error: ServerError | None, outcome: asyncio.Future[ServerError | None] | None = None
    ) -> None:
        outcome = outcome or self._outcome
        if outcome is not None and not outcome.done():
            outcome.set_result(error)

    async def _wait(self, error: ServerError | None) -> None:
        """The pause before an attempt: none before the first, which nothing has failed yet."""
        if error is None:
            self._listener.link_changed(Link.CONNECTING, None, None)
            return
        self._hurry.clear()
        delay = self._delay(error)
        self._listener.link_changed(Link.RECONNECTING, error, now() + delay)
        loop = asyncio.get_running_loop()
        ends = loop.time() + delay
        while not self._hurry.is_set() and not await self._came_back():
            rest = ends - loop.time()
            if rest <= 0:
                break
            try:
                async with asyncio.timeout(min(rest, LOOK_EVERY)):
                    await self._hurry.wait()
            except TimeoutError:
                continue

    def _delay(self, error: ServerError) -> float:
        """Twice as long each time, never all clients at the same moment."""
        longest = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(self._failures, 10))
        self._failures += 1
        delay = max(FIRST_DELAY, self._jitter(longest / 2.0, longest))
        if isinstance(error, RateLimitError) and error.retry_after:
            return max(delay, error.retry_after)
        return delay

    async def _came_back(self) -> bool:
        address = self._link.address
        return address is not None and await self._network.came_back(address.base_url)

    async def _attempt(self) -> ServerError | None:
        """One attempt. When the network comes back meanwhile, a fresh one takes the place of what was on its way."""
        while True:
            attempt = self._tasks.spawn(self._link.open(), name="realtime attempt", watched=False)
            try:
                while not (await asyncio.wait({attempt}, timeout=LOOK_EVERY))[0]:
                    if await self._came_back():
                        await self._link.abandon()
                        break
            finally:
                attempt.cancel()
            if attempt.done() and not attempt.cancelled():
                error = attempt.exception()
                if error is None or isinstance(error, ServerError):
                    return error
                raise error
            await asyncio.gather(attempt, return_exceptions=True)

    def _arrived(self) -> None:
        self._ready_at = asyncio.get_running_loop().time()
        self._has_answered = False
        self._faults = 0
        self._watching = self._tasks.spawn(self._watch(), name="realtime watch")
        self._listener.link_changed(Link.READY, None, None)
        self._listener.link_ready()

    # ----------------------------------------------------------------------------------- watching

    async def _watch(self) -> None:
        """Look after a connection that is there, until it is gone."""
        loop = asyncio.get_running_loop()
        self._network.forget()
        self._renew_at = loop.time() + renew_after(self._link.lifetime)
        due_since: float | None = None
        while self._link.ready:
            began = loop.time()
            await asyncio.sleep(TICK)
            due_since = (due_since or loop.time()) if self._listener.is_answer_due else None
            stood_still = loop.time() - began - TICK >= STOOD_STILL
            if why := await self._why_dead(due_since, stood_still=stood_still):
                self._give_up(why)
                return
            if self._is_renewal_due():
                # It may take its time, in which somebody may talk to a server that goes: this goes on beside it.
                self._renew_at, self._faults = math.inf, 0
                self._renewing = self._tasks.spawn(self._renew(), name="realtime renewal")

    async def _why_dead(self, due_since: float | None, *, stood_still: bool) -> str:
        """Why the connection is of no use any more; empty while it is."""
        loop = asyncio.get_running_loop()
        # Through a network that has changed, or after sleep, nothing may ever arrive, and nothing say so.
        in_doubt = self._may_have_gone() or stood_still
        why = "this computer was asleep" if self._network.slept_s else "it stopped answering"
        if self._network.slept_s >= LONG_SLEEP:
            return why
        patience = PONG_TIMEOUT
        if due_since is not None and loop.time() - max(due_since, self._link.heard_at) >= QUIET:
            patience = PONG_TIMEOUT if in_doubt else self._patience
            in_doubt = True
        if not in_doubt:
            return ""
        return "" if await self._link.answers(patience) else why

    @property
    def _patience(self) -> float:
        """How long a pong may take: a server that loads its models for the first answer may do nothing else meanwhile."""
        address = self._link.address
        if self._has_answered or address is None:
            return PONG_TIMEOUT
        return max(PONG_TIMEOUT, address.quirks.first_event_s)

    def _may_have_gone(self) -> bool:
        address = self._link.address
        return address is not None and self._network.moved(address.base_url)

    def _give_up(self, why: str) -> None:
        name = self._link.address.name if self._link.address else ""
        self._link.give_up(ConnectionLostError("no pong", server=name, reason=why))

    # ------------------------------------------------------------------------------------ renewal

    def _is_renewal_due(self) -> bool:
        if self._listener.is_busy or math.isinf(self._renew_at):  # or one is under way
            return False
        at = asyncio.get_running_loop().time()
        is_idle = at - self._link.heard_at >= IDLE_FOR
        return self._faults >= MOST_FAULTS or (at >= self._renew_at and is_idle)

    async def _renew(self) -> None:
        """A fresh session before the server ends this one."""
        lasts = RENEW_AGAIN_AFTER
        try:
            if await self._link.renew(lambda: not self._listener.is_busy):
                lasts = renew_after(self._link.lifetime)
        except ServerError as error:
            log.info("renewing: %s (%s)", error, error.detail)  # the present session goes on
        self._renew_at = asyncio.get_running_loop().time() + lasts

    async def close(self) -> None:
        """Leave nothing running; the link is the caller's."""
        self._closed = True
        await self._tasks.close()
