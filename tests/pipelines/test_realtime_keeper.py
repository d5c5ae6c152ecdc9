"""Keeping a connection, on a virtual clock: when it is opened again, renewed, given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest

from tests.support.virtual_time import run_virtual, stand_still
from voicedesk.core.clock import now
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    RateLimitError,
    ReplyFailedError,
    ServerError,
    UnreachableError,
    WrongKeyError,
)
from voicedesk.core.events import Link
from voicedesk.pipelines import realtime_keeper
from voicedesk.pipelines.realtime_keeper import Keeper
from voicedesk.providers.network import Network
from voicedesk.providers.profiles import Address, Quirks

AWAY = UnreachableError("refused", server="Test", reason="nothing listens there")
LOST = ConnectionLostError("1006", server="Test", reason="it went away")


def refused() -> UnreachableError:
    """As it comes from a port on which nothing listens."""
    error = UnreachableError("refused", server="Test", reason="nothing listens there")
    error.__cause__ = ConnectionRefusedError(111, "refused")
    return error


def time() -> float:
    return asyncio.get_running_loop().time()


class World:
    """A link, its listener and the network in one: what happens to the keeper, and what it does."""

    def __init__(self, base_url: str = "https://api.example.test/v1") -> None:
        self.ready = False
        self.address: Address | None = Address("Test", base_url, "", Quirks())
        self.heard_at = 0.0
        self.lifetime: float | None = None
        self.is_busy = False
        self.is_answer_due = False
        self.outcomes: list[
            ServerError | None
        ] = []  # of the next attempts; then the last one again
        self.takes = 0.0
        self.attempts: list[float] = []
        self.told: list[tuple[Link, str, float | None]] = []
        self.reasons: list[str] = []  # for which it was given up
        self.renewals: list[float] = []
        self.renewal: ServerError | None = None
        self.renewal_takes = 0.0
        self.dies_at_once = False
        self.abandoned = 0
        self.flushed = 0
        self.alive = True
        self.pings: list[float] = []
        self.way = "10.0.0.2"
        self.listening = False
        self.asleep = 0.0
        self._abandon = asyncio.Event()
        network = Network(
            way_out=lambda: self.way,
            listens=self._listens,
            calendar=lambda: time() + self.asleep,
            slept=lambda: self.asleep,
        )
        self.keeper = Keeper(self, self, network=network, jitter=lambda _low, high: high)

    async def _listens(self, _host: str, _port: int) -> bool:
        return self.listening

    async def open(self) -> None:
        self.attempts.append(time())
        self._abandon.clear()
        if self.takes:
            try:
                async with asyncio.timeout(self.takes):
                    await self._abandon.wait()
            except TimeoutError:
                pass
            else:
                raise asyncio.CancelledError
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if outcome is not None:
            raise outcome
        self.ready = True
        self.heard_at = time()
        if self.dies_at_once:
            self.lose()

    async def abandon(self) -> None:
        self.abandoned += 1
        self.takes = 0.0
        self._abandon.set()

    async def renew(self, may_swap: Callable[[], bool]) -> bool:
        self.renewals.append(time())
        await asyncio.sleep(self.renewal_takes)
        if self.renewal is not None:
            raise self.renewal
        return may_swap()

    async def answers(self, timeout: float) -> bool:
        self.pings.append(time())
        if not self.alive:
            await asyncio.sleep(timeout)
            return False
        self.heard_at = time()
        return True

    def give_up(self, error: ServerError) -> None:
        self.reasons.append(str(error.arguments["reason"]))
        self.lose(error)

    def lose(self, error: ServerError = LOST) -> None:
        self.ready = False
        self.keeper.lost(error)

    def link_changed(self, link: Link, error: ServerError | None, retry_at: float | None) -> None:
        left = None if retry_at is None else retry_at - now()
        self.told.append((link, type(error).__name__ if error else "", left))

    def link_ready(self) -> None:
        self.flushed += 1

    def links(self) -> list[Link]:
        return [link for link, _, _ in self.told]

    async def lives_on(self) -> float:
        """Wait until the connection is given up. Returns after how many seconds."""
        began = time()
        while self.ready:
            await asyncio.sleep(0.01)
        return time() - began

    async def is_there(self) -> None:
        """Wait until there is a connection."""
        while not self.ready:
            await asyncio.sleep(0.01)

    async def lost_for(self, error: ServerError) -> None:
        """Connected for a good while, and lost now."""
        self.outcomes = [None]
        await self.keeper.open()
        await asyncio.sleep(60.0)
        self.attempts.clear()
        self.told.clear()
        self.outcomes = [error]
        self.lose()


def play(story: Callable[[World], Coroutine[Any, Any, None]], world: World | None = None) -> World:
    """Run a story to its end, and close."""

    async def run() -> World:
        played = world or World()
        try:
            await story(played)
        finally:
            await played.keeper.close()
        return played

    return run_virtual(run())


def test_the_pauses_double_from_a_quarter_of_a_second_to_eight() -> None:
    async def story(world: World) -> None:
        await world.lost_for(AWAY)
        await asyncio.sleep(60.0)

    world = play(story)
    gaps = [b - a for a, b in zip([60.0, *world.attempts], world.attempts, strict=False)]
    assert gaps[:8] == pytest.approx([0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0])
    link, why, left = world.told[0]
    assert (link, why) == (Link.RECONNECTING, "ConnectionLostError")
    assert left == pytest.approx(0.25, abs=0.2)
    assert world.told[-1][1] == "UnreachableError"
    assert set(world.links()) == {Link.RECONNECTING}


def test_the_pauses_are_spread_by_chance_and_never_shorter_than_the_shortest() -> None:
    async def story(world: World) -> None:
        world.keeper._jitter = lambda low, _high: low
        await world.lost_for(AWAY)
        await asyncio.sleep(30.0)

    world = play(story)
    gaps = [b - a for a, b in zip([60.0, *world.attempts], world.attempts, strict=False)]
    assert gaps[:7] == pytest.approx([0.25, 0.25, 0.5, 1.0, 2.0, 4.0, 4.0])


def test_it_is_there_again_and_what_waited_is_sent() -> None:
    async def story(world: World) -> None:
        await world.lost_for(AWAY)
        world.outcomes = [AWAY, AWAY, None]
        await asyncio.sleep(5.0)

    world = play(story)
    assert world.links()[-1] is Link.READY
    assert world.flushed == 2
    assert len(world.attempts) == 3


def test_a_server_that_takes_connections_and_drops_them_is_not_hammered() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        ends = time() + 60.0
        while time() < ends:
            if world.ready:
                world.lose()
            await asyncio.sleep(0.05)

    assert len(play(story).attempts) < 15


def test_one_that_is_gone_as_soon_as_it_is_there_is_tried_again() -> None:
    """A server may take the session and close it in the same breath, before anybody has been told of it."""

    async def story(world: World) -> None:
        world.outcomes, world.dies_at_once = [None], True
        with pytest.raises(ConnectionLostError):
            await world.keeper.open()
        await asyncio.sleep(20.0)
        assert Link.READY not in world.links()
        assert [b - a for a, b in pairwise(world.attempts)] == pytest.approx(
            [0.25, 0.5, 1.0, 2.0, 4.0, 8.0], abs=0.01
        )
        world.dies_at_once = False
        await asyncio.sleep(8.0)
        assert world.links()[-1] is Link.READY
        assert world.flushed == 1

    play(story)


def test_a_way_out_of_the_machine_is_used_at_once() -> None:
    async def story(world: World) -> None:
        await world.lost_for(AWAY)
        world.way = ""
        await asyncio.sleep(20.0)
        before = len(world.attempts)
        world.way, world.outcomes = "10.0.0.7", [None]
        back = time()
        while not world.ready:
            await asyncio.sleep(0.01)
        assert time() - back <= realtime_keeper.LOOK_EVERY + 0.01
        assert len(world.attempts) == before + 1

    play(story)


def test_a_server_on_this_computer_is_looked_for_while_nothing_listens() -> None:
    async def story(world: World) -> None:
        await world.lost_for(refused())
        await asyncio.sleep(20.0)
        world.listening, world.outcomes = True, [None]
        back = time()
        while not world.ready:
            await asyncio.sleep(0.01)
        assert time() - back <= realtime_keeper.LOOK_EVERY + 0.01

    async def make() -> None:
        world = World("http://127.0.0.1:9/v1")
        try:
            await story(world)
        finally:
            await world.keeper.close()

    run_virtual(make())


def test_a_server_on_this_computer_that_refuses_is_not_hammered() -> None:
    async def make() -> World:
        world = World("http://127.0.0.1:9/v1")
        world.listening = True
        await world.lost_for(AWAY)  # it listens, and says no
        await asyncio.sleep(60.0)
        await world.keeper.close()
        return world

    assert len(run_virtual(make()).attempts) < 15


def test_after_sleep_the_next_attempt_is_made_at_once() -> None:
    async def story(world: World) -> None:
        await world.lost_for(AWAY)
        await asyncio.sleep(20.0)
        world.asleep, world.outcomes = 3600.0, [None]
        await asyncio.sleep(realtime_keeper.LOOK_EVERY)
        assert world.ready

    play(story)


def test_an_attempt_that_hangs_is_begun_afresh_when_the_network_is_back() -> None:
    async def story(world: World) -> None:
        await world.lost_for(AWAY)
        world.takes, world.outcomes = 1000.0, [None]
        await asyncio.sleep(30.0)
        assert world.attempts
        assert Link.READY not in world.links()
        world.way = "10.0.0.7"
        await asyncio.sleep(2 * realtime_keeper.LOOK_EVERY)
        assert world.ready
        assert world.abandoned == 1

    play(story)


def test_who_wants_to_talk_does_not_wait_for_the_next_attempt() -> None:
    async def story(world: World) -> None:
        await world.lost_for(AWAY)
        await asyncio.sleep(17.0)
        count = len(world.attempts)
        world.keeper.hurry()
        await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        assert len(world.attempts) == count + 1

    play(story)


def test_what_only_the_user_can_mend_is_not_tried_again_by_itself() -> None:
    async def story(world: World) -> None:
        world.outcomes = [WrongKeyError(server="Test")]
        with pytest.raises(WrongKeyError):
            await world.keeper.open()
        await asyncio.sleep(100.0)
        assert len(world.attempts) == 1
        assert world.links() == [Link.CONNECTING, Link.LOST]
        world.outcomes = [None]
        await world.keeper.open()  # somebody has entered another key

    play(story)


def test_opening_fails_at_once_and_trying_goes_on() -> None:
    async def story(world: World) -> None:
        world.outcomes = [AWAY, AWAY, None]
        with pytest.raises(UnreachableError):
            await world.keeper.open()
        assert len(world.attempts) == 1
        await asyncio.sleep(5.0)
        assert world.ready

    play(story)


def test_a_question_waits_for_the_connection_but_not_for_ever() -> None:
    async def story(world: World) -> None:
        await world.lost_for(AWAY)
        begun = time()
        with pytest.raises(UnreachableError):
            await world.keeper.until_ready(10.0)
        assert time() - begun == pytest.approx(10.0, abs=0.1)
        asyncio.get_running_loop().call_later(5.0, world.outcomes.__setitem__, 0, None)
        await world.keeper.until_ready(15.0)
        assert world.ready

    play(story)


def test_a_limit_is_told_at_once_and_kept_to() -> None:
    async def story(world: World) -> None:
        world.outcomes = [RateLimitError(server="Test", retry_after=30.0)]
        with pytest.raises(RateLimitError):
            await world.keeper.until_ready(10.0)
        world.outcomes = [None]
        await asyncio.sleep(29.0)
        assert len(world.attempts) == 1
        await asyncio.sleep(2.0)
        assert world.ready

    play(story)


# -------------------------------------------------------------------------------------- a dead peer


@pytest.mark.parametrize("asked_after", [0.0, 0.1, 0.3, 0.49, 7.77])
def test_a_dead_peer_is_noticed_within_five_seconds_of_an_answer_that_is_due(
    asked_after: float,
) -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        world.alive = False
        await asyncio.sleep(asked_after)
        world.is_answer_due = world.is_busy = True
        asked = time()
        while Link.RECONNECTING not in world.links():
            await asyncio.sleep(0.01)
        assert time() - asked <= 5.0
        assert world.told[-1][1] == "ConnectionLostError"

    play(story)


def test_a_server_that_lives_and_thinks_is_left_alone() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        world.is_answer_due = world.is_busy = True
        await asyncio.sleep(120.0)
        assert world.ready
        assert len(world.pings) > 30

    play(story)


def test_nobody_is_asked_while_no_answer_is_due() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        await asyncio.sleep(600.0)
        assert world.pings == []

    play(story)


def test_every_dead_peer_of_a_turn_is_noticed_as_soon_as_the_first() -> None:
    async def story(world: World) -> None:
        world.outcomes, world.alive = [None], False
        await world.keeper.open()
        world.is_answer_due = world.is_busy = True
        for _ in range(6):
            assert await world.lives_on() <= 5.0
            await world.is_there()

    world = play(story)
    assert len(world.attempts) == 7


def test_a_server_that_loads_its_models_for_the_first_answer_is_given_its_time() -> None:
    async def story(world: World) -> None:
        quirks = Quirks(first_event_s=60.0)
        world.address = Address("Test", "https://api.example.test/v1", "", quirks)
        world.outcomes, world.alive = [None], False
        await world.keeper.open()
        world.is_answer_due = world.is_busy = True
        assert 60.0 <= await world.lives_on() <= 65.0
        await world.is_there()
        world.keeper.answered()  # they are loaded
        assert await world.lives_on() <= 5.0

    play(story)


def test_after_sleep_and_in_another_network_the_connection_is_proved() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        await asyncio.sleep(10.0)
        world.way = "192.168.1.5"
        await asyncio.sleep(1.0)
        assert len(world.pings) == 1
        world.asleep, world.alive = 7200.0, False
        await asyncio.sleep(3.0)
        assert Link.RECONNECTING in world.links()

    play(story)


def test_after_a_long_sleep_the_connection_is_opened_anew_without_asking() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        await asyncio.sleep(10.0)
        world.asleep = 3600.0  # and a server that has forgotten us says nothing
        await asyncio.sleep(realtime_keeper.TICK + realtime_keeper.FIRST_DELAY + 0.01)
        assert world.pings == []
        assert world.links() == [Link.CONNECTING, Link.READY, Link.RECONNECTING, Link.READY]
        assert world.reasons == ["this computer was asleep"]

    play(story)


def test_a_nap_is_no_reason_to_leave_a_server_that_is_there() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        await asyncio.sleep(10.0)
        world.asleep = 5.0
        await asyncio.sleep(10.0)
        assert len(world.pings) == 1
        assert world.links() == [Link.CONNECTING, Link.READY]

    play(story)


def test_a_loop_that_stood_still_asks_before_it_believes_anything() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        world.is_answer_due = world.is_busy = True
        await asyncio.sleep(0.2)
        stand_still(30.0)
        await asyncio.sleep(0.5)
        assert len(world.pings) == 1
        assert world.links() == [Link.CONNECTING, Link.READY]

    play(story)


def test_an_idle_watch_that_stood_still_asks_too() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        await asyncio.sleep(0.2)
        stand_still(30.0)
        world.alive = False
        await asyncio.sleep(3.0)
        assert world.reasons == ["it stopped answering"]

    play(story)


# ------------------------------------------------------------------------------------------ renewal


@pytest.mark.parametrize(
    ("lifetime", "due"),
    [(None, 3300.0), (3600.0, 3300.0), (1800.0, 1500.0), (400.0, 200.0), (-9000.0, 3300.0)],
)
def test_a_session_is_renewed_before_it_ends(lifetime: float | None, due: float) -> None:
    async def story(world: World) -> None:
        world.outcomes, world.lifetime = [None], lifetime
        await world.keeper.open()
        await asyncio.sleep(due + 5.0)

    world = play(story)
    assert world.renewals == pytest.approx([due], abs=1.0)
    assert world.links() == [Link.CONNECTING, Link.READY]  # unseen


def test_it_is_renewed_again_and_again() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        await asyncio.sleep(4 * 3600.0)

    assert len(play(story).renewals) == 4


def test_a_turn_is_never_renewed_away() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        world.is_busy = True
        await asyncio.sleep(3400.0)
        assert world.renewals == []
        world.is_busy, world.heard_at = False, time()
        await asyncio.sleep(3.0)
        assert world.renewals == []  # the last words may still be on their way
        await asyncio.sleep(5.0)
        assert len(world.renewals) == 1

    play(story)


def test_a_renewal_that_fails_is_tried_again_and_disturbs_nobody() -> None:
    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        world.renewal = NoAnswerError(server="Test", seconds=15.0)
        await asyncio.sleep(3301.0)
        assert world.ready
        world.renewal = None
        await asyncio.sleep(62.0)

    world = play(story)
    assert len(world.renewals) == 2
    assert world.links() == [Link.CONNECTING, Link.READY]


def test_a_peer_that_dies_while_a_session_is_being_renewed_is_noticed_all_the_same() -> None:
    """The renewal may hang for as long as a handshake may take, while somebody talks to the old session."""

    async def story(world: World) -> None:
        world.outcomes, world.renewal_takes = [None], 25.0
        await world.keeper.open()
        await asyncio.sleep(3301.0)
        assert len(world.renewals) == 1
        world.is_busy = world.is_answer_due = True
        world.heard_at, world.alive = time(), False
        assert await world.lives_on() <= 5.0
        assert world.reasons == ["it stopped answering"]
        world.renewal_takes = 0.0
        await world.is_there()
        await asyncio.sleep(3000.0)  # what was under way has not brought the next renewal forward
        assert len(world.renewals) == 1

    play(story)


def test_a_session_in_which_the_server_fails_again_and_again_is_exchanged() -> None:
    fault = ReplyFailedError("server_error: oops", server="Test", reason="oops")
    limit = RateLimitError("rate_limit_exceeded: slow down", server="Test", reason="slow down.")

    async def story(world: World) -> None:
        world.outcomes = [None]
        await world.keeper.open()
        for outcome in (fault, None, fault, limit, fault):
            world.keeper.answered(outcome)
            await asyncio.sleep(10.0)
        assert world.renewals == []
        world.is_busy, world.renewal = True, NoAnswerError(server="Test", seconds=15.0)
        world.keeper.answered(fault)
        await asyncio.sleep(10.0)
        assert world.renewals == []
        world.is_busy, world.heard_at = False, time()
        await asyncio.sleep(1.0)
        assert len(world.renewals) == 1
        await asyncio.sleep(20.0)  # none could be had, and the next one is tried when it is time
        assert len(world.renewals) == 1
        assert world.links() == [Link.CONNECTING, Link.READY]

    play(story)


def test_nothing_is_tried_after_the_end() -> None:
    async def story(world: World) -> None:
        world.outcomes = [AWAY]
        with pytest.raises(UnreachableError):
            await world.keeper.open()
        await world.keeper.close()
        count = len(world.attempts)
        world.keeper.hurry()
        await asyncio.sleep(100.0)
        assert len(world.attempts) == count

    play(story)
