"""A talk control without sound or server: it goes through the table's states and says what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable

from voicedesk.audio.io import Level
from voicedesk.conversation.control import Observer
from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import (
    AudioKey,
    Event,
    Heard,
    Hint,
    HintKind,
    Interrupted,
    Link,
    LinkChanged,
    StateChanged,
    TextDelta,
    TextEnded,
    ToolAnswered,
    ToolCalled,
    TurnFailed,
    TurnTimed,
    UserText,
)
from voicedesk.core.settings import DeviceChoice, Server, Settings
from voicedesk.core.timeline import Point, Timeline
from voicedesk.core.turn import State, Trigger, TurnMachine
from voicedesk.providers.probe import ServerReport
from voicedesk.providers.ways import Way
from voicedesk.ui.ports import Devices


class FakeControl:
    """Keeps a list of what it was asked (``calls``), and emits events on demand."""

    def __init__(self) -> None:
        self._machine = TurnMachine()
        self._observers: list[Observer] = []
        self.link = Link.READY
        self.level = Level()
        self.microphone_ready = True
        self.can_retry = False
        self.heard: list[Heard] = []
        self.calls: list[str] = []

    @property
    def state(self) -> State:
        return self._machine.state

    @property
    def turn(self) -> int:
        return self._machine.number

    # ------------------------------------------------------------------- what the window asks

    def press(self) -> None:
        self.calls.append("press")
        if self.microphone_ready:
            self.fire(Trigger.PRESS)

    def release(self) -> None:
        self.calls.append("release")
        self.fire(Trigger.RELEASE)

    def cancel(self) -> None:
        self.calls.append("cancel")
        turn = self.turn
        if self.fire(Trigger.CANCEL):
            self.emit(Hint(turn=turn, at=0.0, hint=HintKind.CANCELLED))

    def ask(self, text: str) -> None:
        self.calls.append(f"ask {text}")
        if (transition := self._machine.fire(Trigger.ASK)) is not None:
            self.emit(UserText(turn=self.turn, at=0.0, text=text, final=True))
            self.emit(StateChanged(turn=self.turn, at=0.0, state=transition.state))

    def retry(self) -> None:
        self.calls.append("retry")
        self.can_retry = False

    def heard_so_far(self) -> list[Heard]:
        return self.heard

    def observe(self, observer: Observer) -> Callable[[], None]:
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    @property
    def is_observed(self) -> bool:
        return bool(self._observers)

    # ------------------------------------------------------------------- what a test tells it

    def emit(self, event: Event) -> None:
        for observer in list(self._observers):
            observer(event)

    def fire(self, trigger: Trigger) -> bool:
        before = self.turn
        state = self.state
        transition = self._machine.fire(trigger)
        if transition is None:
            return False
        if self.state is not state or self.turn != before:
            self.emit(StateChanged(turn=self.turn, at=0.0, state=self.state))
        return True

    def key(self, item: str = "item", turn: int | None = None) -> AudioKey:
        return AudioKey(self.turn if turn is None else turn, "response", item)

    def hears(self, text: str | None, *, final: bool = True, turn: int | None = None) -> None:
        number = self.turn if turn is None else turn
        self.emit(UserText(turn=number, at=0.0, text=text, final=final))

    def says(self, text: str, *, item: str = "item", turn: int | None = None) -> None:
        key = self.key(item, turn)
        self.emit(TextDelta(turn=key.turn, at=0.0, key=key, text=text))

    def said(self, text: str, *, item: str = "item", turn: int | None = None) -> None:
        key = self.key(item, turn)
        self.emit(TextEnded(turn=key.turn, at=0.0, key=key, text=text))

    def interrupted(self, heard_ms: float, received_ms: float, *, turn: int) -> None:
        heard = Heard(self.key(turn=turn), heard_ms, received_ms)
        self.emit(Interrupted(turn=turn, at=0.0, heard=(heard,)))

    def fails(self, error: VoiceDeskError) -> None:
        self.emit(TurnFailed(turn=self.turn, at=0.0, error=error))
        self.fire(Trigger.FAIL)

    def calls_tool(self, name: str, call_id: str) -> None:
        call = ToolCall(call_id, name, "{}")
        self.emit(ToolCalled(turn=self.turn, at=0.0, call=call))

    def answers_call(self, name: str, call_id: str, *, failed: bool = False) -> None:
        result = ToolResult(call_id, name, "", failed)
        self.emit(ToolAnswered(turn=self.turn, at=0.0, result=result))

    def links(
        self,
        link: Link,
        error: VoiceDeskError | None = None,
        retry_at: float | None = None,
    ) -> None:
        self.link = link
        self.emit(LinkChanged(turn=0, at=0.0, link=link, error=error, retry_at=retry_at))

    def timed(self, timeline: Timeline) -> None:
        self.emit(TurnTimed(turn=timeline.turn, at=0.0, timeline=timeline))

    def turn_of(self, question: str, answer: str) -> None:
        """A whole spoken turn."""
        self.press()
        self.release()
        self.fire(Trigger.TAKE_DONE)
        self.hears(question)
        self.fire(Trigger.SOUND)
        self.says(answer)
        self.said(answer)
        self.fire(Trigger.DONE)


def timeline_of(
    turn: int = 1,
    *,
    tail: float = 200,
    ours: float = 4,
    server: float = 530,
    buffer: float = 60,
    device: float = 28,
    silence: float = 10,
) -> Timeline:
    """A timeline with these shares, in milliseconds."""
    timeline = Timeline(turn, mode="realtime", model="gpt-realtime-2.1")
    at = 100.0
    timeline.mark(Point.KEY_DOWN, at - 1.5)
    timeline.mark(Point.FIRST_SAMPLE, at - 1.7)
    timeline.mark(Point.KEY_UP, at)
    for share, point in (
        (tail, Point.TAKE_END),
        (ours, Point.COMMIT_SENT),
        (server, Point.FIRST_DELTA),
        (buffer, Point.FIRST_QUEUED),
        (device, Point.FIRST_DAC),
        (silence, Point.FIRST_AUDIBLE),
    ):
        at += share / 1000.0
        timeline.mark(point, at)
    return timeline


class FakeRecall:
    """Can do everything, and keeps a list of what it was asked (``calls``)."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.can = True

    def can_replay(self, turn: int, *, take: bool) -> bool:
        return self.can

    def replay(self, turn: int, *, take: bool) -> None:
        self.calls.append(f"replay {'take' if take else 'answer'} {turn}")

    def can_ask_again(self, turn: int, text: str) -> bool:
        return self.can

    def ask_again(self, turn: int, text: str) -> None:
        self.calls.append(f"ask again {turn} {text}")

    def can_undo(self, turn: int, text: str) -> bool:
        return self.can

    def can_remove(self, turn: int) -> bool:
        return self.can

    def remove(self, turn: int, *, whole: bool) -> None:
        self.calls.append(f"remove {'all' if whole else 'answer'} {turn}")

    def put_back(self) -> None:
        self.calls.append("put back")

    def settle(self) -> None:
        self.calls.append("settle")


class FakeTries:
    """Keeps a list of the ways in which something was asked, and asks at once."""

    def __init__(self, waiting: int = 0) -> None:
        self.waiting = waiting
        self.ways: list[Way] = []

    def ask_with(self, way: Way, ask: Callable[[], object]) -> None:
        self.ways.append(way)
        ask()


class FakeKeys:
    """Keys in a dictionary."""

    def __init__(self, place: str = "the test's keychain") -> None:
        self.kept: dict[str, str] = {}
        self.place = place
        self.failure: VoiceDeskError | None = None
        self.in_file = False
        self.tested: list[str] = []
        self.told: Callable[[ServerReport], None] = lambda _report: None

    def has(self, server_id: str, server: Server) -> bool:
        return server_id in self.kept

    def store(self, server_id: str, server: Server, key: str) -> None:
        self.kept[server_id] = key
        if self.failure is not None:
            raise self.failure

    def remove(self, server_id: str, server: Server) -> None:
        self.kept.pop(server_id, None)

    def backend(self) -> str:
        return self.place

    def uses_file(self) -> bool:
        return self.in_file

    def use_file(self, *, allowed: bool) -> None:
        if self.failure is not None:
            raise self.failure
        self.in_file = allowed

    def test(
        self, settings: Settings, server_id: str, told: Callable[[ServerReport], None]
    ) -> Callable[[], None]:
        self.tested.append(server_id)
        self.told = told
        return lambda: self.tested.append(f"end {server_id}")


def fake_devices() -> Devices:
    return Devices(
        microphones=(
            DeviceChoice(host_api="ALSA", name="Desk Microphone"),
            DeviceChoice(host_api="ALSA", name="Headset"),
            DeviceChoice(host_api="JACK", name="Headset"),
        ),
        speakers=(DeviceChoice(host_api="ALSA", name="Desk Speakers"),),
    )
