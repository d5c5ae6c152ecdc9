"""How fast a server may be asked, on a virtual clock."""

import asyncio

import pytest

from voicedesk.providers.pace import Pace, PaceBook


class Time:
    """A clock that moves by sleeping alone."""

    def __init__(self) -> None:
        self.at = 100.0
        self.told: list[tuple[str, float]] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        await asyncio.sleep(0)

    def pace(self, *, burst: int = 2, per_second: float = 4.0) -> Pace:
        return Pace(
            "Fake",
            waiting=lambda server, seconds: self.told.append((server, seconds)),
            burst=burst,
            per_second=per_second,
            clock=self.now,
            sleep=self.sleep,
        )


@pytest.fixture
def time() -> Time:
    return Time()


async def test_a_burst_passes_at_once(time: Time) -> None:
    pace = time.pace(burst=3)
    for _ in range(3):
        assert pace.wait_s == 0.0
        await pace.turn()
    assert time.at == 100.0
    assert not time.told


async def test_after_the_burst_requests_come_at_the_rate(time: Time) -> None:
    pace = time.pace(burst=2, per_second=4.0)
    for _ in range(6):
        await pace.turn()
    assert time.at == pytest.approx(101.0)
    assert pace.wait_s == pytest.approx(0.25)


async def test_the_bucket_holds_no_more_than_a_burst(time: Time) -> None:
    pace = time.pace(burst=2, per_second=4.0)
    time.at += 1000.0
    for _ in range(2):
        await pace.turn()
    assert pace.wait_s == pytest.approx(0.25)


async def test_what_the_server_asks_for_is_waited_and_told_once(time: Time) -> None:
    pace = time.pace()
    pace.hold(7.0)
    assert pace.wait_s == pytest.approx(7.0)
    await pace.turn()
    assert time.at == pytest.approx(107.0)
    [(server, seconds)] = time.told
    assert server == "Fake"
    assert seconds == pytest.approx(7.0)


async def test_a_shorter_hold_does_not_shorten_a_longer_one(time: Time) -> None:
    pace = time.pace()
    pace.hold(7.0)
    pace.hold(1.0)
    assert pace.wait_s == pytest.approx(7.0)


async def test_a_hold_that_comes_while_somebody_waits_is_waited_too(time: Time) -> None:
    pace = time.pace()
    pace.hold(2.0)
    waiting = asyncio.create_task(pace.turn())
    await asyncio.sleep(0)
    pace.hold(5.0)
    await waiting
    assert time.at >= 107.0
    assert len(time.told) == 1


async def test_turns_are_given_in_the_order_of_asking(time: Time) -> None:
    pace = time.pace(burst=1, per_second=1.0)
    order: list[int] = []

    async def ask(number: int) -> None:
        await pace.turn()
        order.append(number)

    await asyncio.gather(*(ask(number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4]


async def test_whoever_is_cancelled_holds_up_nobody() -> None:
    pace = Pace("Fake", burst=1, per_second=1000.0)
    pace.hold(3600.0)
    first = asyncio.create_task(pace.turn())
    second = asyncio.create_task(pace.turn())
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    assert all(
        isinstance(result, asyncio.CancelledError)
        for result in await asyncio.gather(first, second, return_exceptions=True)
    )
    assert pace.wait_s > 3000.0


def test_one_server_has_one_pace_and_another_its_own() -> None:
    told: list[tuple[str, float]] = []
    book = PaceBook(lambda server, seconds: told.append((server, seconds)))
    pace = book.of("http://a/v1", "A")
    assert book.of("http://a/v1", "A") is pace
    assert book.of("http://b/v1", "B") is not pace


async def test_the_book_tells_who_is_waited_for() -> None:
    told: list[tuple[str, float]] = []
    book = PaceBook()
    pace = book.of("http://a/v1", "A")
    book.waiting = lambda server, seconds: told.append((server, seconds))
    pace.hold(0.3)
    await pace.turn()
    assert [server for server, _ in told] == ["A"]
    assert 0.25 <= told[0][1] <= 0.3
