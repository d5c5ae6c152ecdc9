"""The talk key's rules: each press is followed by exactly one release or cancel, whatever happens in between."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from voicedesk.core.settings import Talk
from voicedesk.ui.talk_key import TalkKey


class Recorder:
    """Collects what the key asked for."""

    def __init__(self, *, begins: bool = True) -> None:
        self.calls: list[str] = []
        self.begins = begins
        self.key = TalkKey(press=self.press, release=self.release, cancel=self.cancel)

    def press(self) -> bool:
        self.calls.append("press")
        return self.begins

    def release(self) -> None:
        self.calls.append("release")

    def cancel(self) -> None:
        self.calls.append("cancel")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def test_a_hold_presses_and_releases(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    assert recorder.calls == ["press"]
    recorder.key.up("space", 2.0)
    assert recorder.calls == ["press", "release"]
    assert not recorder.key.is_active


def test_a_tap_keeps_the_take_open_until_the_next_press(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.up("space", 1.399)
    assert recorder.key.is_locked
    assert recorder.calls == ["press"]
    recorder.key.down("space", 5.0)
    assert recorder.calls == ["press", "release"]
    recorder.key.up("space", 5.1)
    assert recorder.calls == ["press", "release"]
    assert not recorder.key.is_active


def test_a_press_of_the_length_of_a_tap_is_a_hold(recorder: Recorder) -> None:
    recorder.key.down("space", 0.0)
    recorder.key.up("space", 0.4)
    assert recorder.calls == ["press", "release"]


def test_tapping_can_be_switched_off(recorder: Recorder) -> None:
    recorder.key.tap_s = 0.0
    recorder.key.down("space", 1.0)
    recorder.key.up("space", 1.0)
    assert recorder.calls == ["press", "release"]


def test_a_tap_that_began_no_take_locks_nothing() -> None:
    recorder = Recorder(begins=False)
    recorder.key.down("space", 1.0)
    recorder.key.up("space", 1.1)
    assert not recorder.key.is_active
    recorder.key.down("space", 2.0)
    assert recorder.calls == ["press", "release", "press"]


def test_the_first_source_owns_the_hold(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.down("mouse", 1.5)
    recorder.key.up("mouse", 1.6)
    assert recorder.key.owner == "space"
    assert recorder.calls == ["press"]
    recorder.key.up("space", 2.0)
    assert recorder.calls == ["press", "release"]


def test_another_source_may_end_what_a_tap_opened(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.up("space", 1.1)
    recorder.key.down("mouse", 2.0)
    recorder.key.up("mouse", 2.1)
    assert recorder.calls == ["press", "release"]


def test_a_lost_key_up_releases_once_and_the_late_one_does_nothing(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.lost()
    recorder.key.lost()
    recorder.key.up("space", 9.0)
    assert recorder.calls == ["press", "release"]


def test_losing_the_mouse_does_not_end_what_the_space_bar_holds(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.lost("mouse")
    assert recorder.calls == ["press"]


def test_what_a_tap_opened_survives_a_lost_key(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.up("space", 1.1)
    recorder.key.lost()
    assert recorder.key.is_locked
    recorder.key.finish()
    assert recorder.calls == ["press", "release"]


def test_a_short_press_that_is_lost_is_no_tap(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.lost()
    assert recorder.calls == ["press", "release"]
    assert not recorder.key.is_active


def test_cancel_ends_the_hold_without_a_release(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.cancel()
    recorder.key.up("space", 2.0)
    assert recorder.calls == ["press", "cancel"]


def test_finishing_during_a_hold_leaves_the_key_without_effect_until_it_is_up(
    recorder: Recorder,
) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.finish()
    recorder.key.down("mouse", 1.5)
    recorder.key.up("space", 2.0)
    assert recorder.calls == ["press", "release"]
    recorder.key.down("mouse", 3.0)
    assert recorder.calls == ["press", "release", "press"]


def test_a_take_that_ended_by_itself_leaves_nothing_to_toggle(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.up("space", 1.1)
    recorder.key.take_ended()
    recorder.key.down("space", 5.0)
    assert recorder.calls == ["press", "press"]


def test_a_take_that_ended_during_the_press_makes_no_tap_of_it(recorder: Recorder) -> None:
    recorder.key.down("space", 1.0)
    recorder.key.take_ended()
    recorder.key.up("space", 1.1)
    assert not recorder.key.is_active
    assert recorder.calls == ["press", "release"]


def test_a_single_action_toggles(recorder: Recorder) -> None:
    recorder.key.toggle(1.0)
    assert recorder.key.is_locked
    recorder.key.toggle(2.0)
    assert recorder.calls == ["press", "release"]


def test_a_single_action_that_begins_no_take_locks_nothing() -> None:
    recorder = Recorder(begins=False)
    recorder.key.toggle(1.0)
    assert not recorder.key.is_active


SOURCES = st.sampled_from(["space", "mouse"])


class TalkKeyMachine(RuleBasedStateMachine):
    """Anything in any order, time always going forward."""

    def __init__(self) -> None:
        super().__init__()
        self.recorder = Recorder()
        self.key = self.recorder.key
        self.at = 0.0
        self.is_down = {"space": False, "mouse": False}

    @rule(pause=st.floats(0.0, 2.0))
    def wait(self, pause: float) -> None:
        self.at += pause

    @rule(begins=st.booleans())
    def microphone(self, begins: bool) -> None:
        self.recorder.begins = begins

    @rule(source=SOURCES)
    def press(self, source: str) -> None:
        self.is_down[source] = True
        self.key.down(source, self.at)

    @rule(source=SOURCES)
    def let_go(self, source: str) -> None:
        self.is_down[source] = False
        self.key.up(source, self.at)

    @rule(source=st.none() | SOURCES)
    def lose(self, source: str | None) -> None:
        self.key.lost(source)

    @rule()
    def lose_everything(self) -> None:
        self.key.lost()
        self.key.finish()
        assert not self.key.is_active

    @rule()
    def toggle(self) -> None:
        self.key.toggle(self.at)

    @rule()
    def cancel(self) -> None:
        self.key.cancel()
        assert not self.key.is_active
        # A cancel without a press stops a reply; it is no end of a press.
        self.recorder.calls.append("forget")

    @precondition(lambda self: self.key.is_active)
    @rule()
    def take_ends(self) -> None:
        self.key.take_ended()
        if not self.key.is_active:
            self.recorder.calls.append("forget")

    @invariant()
    def every_press_ends_at_most_once(self) -> None:
        open_presses = 0
        for call in self.recorder.calls:
            if call == "press":
                open_presses += 1
            elif call == "release":
                open_presses -= 1
            elif call == "forget":
                open_presses = 0
            assert open_presses in {0, 1}
        assert open_presses == int(self.key.is_active)

    @invariant()
    def the_owner_is_down(self) -> None:
        if self.key.owner is not None:
            assert self.is_down[self.key.owner]

    @invariant()
    def nothing_is_locked_without_a_take(self) -> None:
        assert not (self.key.is_locked and not self.key._take)


TestTalkKeyMachine = TalkKeyMachine.TestCase


def test_a_key_for_taps_only_never_ends_with_its_release(recorder: Recorder) -> None:
    recorder.key.tap_s = Talk(style="tap").tap_s
    recorder.key.down("key", 1.0)
    recorder.key.up("key", 9.0)
    assert recorder.key.is_locked
    recorder.key.down("key", 10.0)
    recorder.key.up("key", 10.1)
    assert recorder.calls == ["press", "release"]


def test_a_lost_release_of_a_key_for_taps_only_changes_nothing(recorder: Recorder) -> None:
    recorder.key.tap_s = Talk(style="tap").tap_s
    recorder.key.down("key", 1.0)
    recorder.key.lost()
    assert recorder.calls == ["press"]
    assert recorder.key.is_locked


def test_a_key_for_holds_only_ends_however_short(recorder: Recorder) -> None:
    recorder.key.tap_s = Talk(style="hold", tap_ms=1000).tap_s
    recorder.key.down("key", 1.0)
    recorder.key.up("key", 1.01)
    assert recorder.calls == ["press", "release"]
