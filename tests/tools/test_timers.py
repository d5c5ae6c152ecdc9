"""Timers on a clock of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from voicedesk.tools.timers import LONGEST_S, LOOK_AGAIN_S, MOST_TIMERS, Timers, awake_clock
from voicedesk.tools.tool import ToolError


@dataclass
class Waiting:
    at: float
    call: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class VirtualTime:
    """A clock and a loop's ``call_later`` on it. A sleeping computer's clock goes on while nothing is called."""

    at: float = 1000.0
    waiting: list[Waiting] = field(default_factory=list)

    def clock(self) -> float:
        return self.at

    def later(self, seconds: float, call: Callable[[], None]) -> Waiting:
        waiting = Waiting(self.at + seconds, call)
        self.waiting.append(waiting)
        return waiting

    def due(self) -> list[Waiting]:
        self.waiting = [each for each in self.waiting if not each.cancelled]
        return self.waiting

    def go_on(self, seconds: float) -> None:
        end = self.at + seconds
        while (soon := min(self.due(), key=lambda each: each.at, default=None)) and soon.at <= end:
            self.waiting.remove(soon)
            self.at = max(self.at, soon.at)
            soon.call()
        self.at = end

    def sleep(self, seconds: float) -> None:
        self.at += seconds
        for each in self.due():
            each.at += seconds


@dataclass
class Desk:
    time: VirtualTime = field(default_factory=VirtualTime)
    rung: list[tuple[str, str, float]] = field(default_factory=list)
    timers: Timers = field(init=False)

    def __post_init__(self) -> None:
        self.timers = Timers(self.ring, clock=self.time.clock, later=self.time.later)

    def ring(self, label: str, text: str) -> None:
        self.rung.append((label, text, self.time.at - 1000.0))


def test_a_timer_rings_when_it_is_up_and_not_before() -> None:
    desk = Desk()
    timer = desk.timers.set(600, "tea")
    desk.time.go_on(599.9)
    assert desk.rung == []
    assert desk.timers.left(timer) == pytest.approx(0.1)
    desk.time.go_on(0.2)
    assert desk.rung == [("tea", "Time is up: tea.", 600.0)]
    assert desk.timers.pending == ()
    assert desk.time.due() == []


def test_several_ring_in_their_order() -> None:
    desk = Desk()
    for seconds in (30, 10, 20, 10):
        desk.timers.set(seconds)
    assert [timer.seconds for timer in desk.timers.pending] == [10, 10, 20, 30]
    desk.time.go_on(31)
    assert [label for label, _, _ in desk.rung] == [
        "10 seconds",
        "10 seconds",
        "20 seconds",
        "30 seconds",
    ]


def test_a_timer_that_was_up_while_the_computer_slept_rings_soon() -> None:
    desk = Desk()
    desk.timers.set(3600, "cake")
    desk.time.go_on(60)
    desk.time.sleep(7200)
    desk.time.go_on(LOOK_AGAIN_S)
    assert [label for label, _, _ in desk.rung] == ["cake"]


def test_a_timer_can_be_set_while_one_rings() -> None:
    desk = Desk()
    again: list[str] = []

    def ring(label: str, _text: str) -> None:
        again.append(label)
        if len(again) < 3:
            desk.timers.set(5, f"again {len(again)}")

    desk.timers = Timers(ring, clock=desk.time.clock, later=desk.time.later)
    desk.timers.set(5, "first")
    desk.time.go_on(20)
    assert again == ["first", "again 1", "again 2"]


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), LONGEST_S + 1])
def test_a_length_that_cannot_be_is_refused(seconds: float) -> None:
    desk = Desk()
    with pytest.raises(ToolError):
        desk.timers.set(seconds)
    assert desk.time.due() == []


def test_too_many_are_refused() -> None:
    desk = Desk()
    for _ in range(MOST_TIMERS):
        desk.timers.set(60)
    with pytest.raises(ToolError, match=str(MOST_TIMERS)):
        desk.timers.set(60)
    assert len(desk.time.due()) == 1


def test_the_only_one_needs_no_label() -> None:
    desk = Desk()
    desk.timers.set(60, "tea")
    assert desk.timers.cancel().label == "tea"
    assert desk.timers.pending == ()
    desk.time.go_on(100)
    assert desk.rung == []


def test_of_several_one_is_named() -> None:
    desk = Desk()
    for label in ("green tea", "tea", "eggs", "Eggs"):
        desk.timers.set(60 + len(desk.timers.pending), label)
    with pytest.raises(ToolError, match="green tea, tea, eggs"):
        desk.timers.cancel()
    assert desk.timers.cancel(" TEA ").label == "tea"
    assert desk.timers.cancel("green").label == "green tea"
    assert desk.timers.cancel("eggs").seconds == 63, "the latest of two that are called the same"
    with pytest.raises(ToolError, match="no such timer"):
        desk.timers.cancel("ham")
    desk.timers.close()
    with pytest.raises(ToolError, match="No timer is running"):
        desk.timers.cancel()


def test_closing_forgets_everything() -> None:
    desk = Desk()
    desk.timers.set(5)
    desk.timers.close()
    desk.timers.close()
    desk.time.go_on(10)
    assert desk.rung == []
    assert desk.time.due() == []


@pytest.mark.parametrize(
    ("language", "seconds", "label", "sentence"),
    [
        ("", 90, "1 minute 30 seconds", "Time is up: 1 minute 30 seconds."),
        ("en-GB", 3600, "1 hour", "Time is up: 1 hour."),
        ("de_AT", 7265, "2 Stunden 1 Minute 5 Sekunden", None),
        ("de", 60, "1 Minute", "Die Zeit ist um: 1 Minute."),
        ("xx", 1, "1 second", "Time is up: 1 second."),
    ],
)
def test_lengths_and_alarms_are_told_in_the_language(
    language: str, seconds: float, label: str, sentence: str | None
) -> None:
    desk = Desk()
    desk.timers.language = language
    assert desk.timers.set(seconds).label == label
    desk.time.go_on(seconds)
    if sentence is not None:
        assert desk.rung[0][1] == sentence


async def test_on_the_real_loop_it_rings_too() -> None:
    import asyncio

    up = asyncio.Event()
    timers = Timers(lambda _label, _text: up.set())
    timers.set(0.01)
    async with asyncio.timeout(10):
        await up.wait()
    assert timers.pending == ()


def test_the_clock_goes_forward() -> None:
    assert awake_clock() <= awake_clock()
