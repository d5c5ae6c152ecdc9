"""The transition table: every pair of state and trigger, and long random runs."""

import itertools

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from voicedesk.core.turn import TABLE, Effect, State, Trigger, TurnMachine

CAPTURING = {State.LISTENING, State.ENDING}
REPLYING = {State.THINKING, State.SPEAKING}


def machine_in(state: State) -> TurnMachine:
    machine = TurnMachine()
    machine.state = state
    return machine


def test_every_pair_does_what_the_table_says_or_nothing() -> None:
    for state, trigger in itertools.product(State, Trigger):
        machine = machine_in(state)
        transition = machine.fire(trigger)
        expected = TABLE.get((state, trigger))
        assert transition is expected
        assert machine.state is (state if expected is None else expected.state)


def test_a_press_starts_a_take_wherever_none_runs() -> None:
    for state in set(State) - CAPTURING:
        transition = machine_in(state).fire(Trigger.PRESS)
        assert transition is not None
        assert transition.state is State.LISTENING
        assert transition.effects[-2:] == (Effect.NEW_TURN, Effect.START_TAKE)
        assert (Effect.STOP_REPLY in transition.effects) == (state in REPLYING)


def test_a_press_within_the_tail_goes_on_with_the_same_take() -> None:
    machine = machine_in(State.ENDING)
    machine.number = 4
    transition = machine.fire(Trigger.PRESS)
    assert transition is not None
    assert transition.effects == (Effect.RESUME_TAKE,)
    assert machine.number == 4


def test_every_state_can_be_left_by_the_user() -> None:
    for state in set(State) - {State.READY}:
        assert (state, Trigger.CANCEL) in TABLE
        assert TABLE[state, Trigger.CANCEL].state is State.READY


def test_every_way_out_of_a_take_ends_or_aborts_it() -> None:
    for (state, _), transition in TABLE.items():
        if state in CAPTURING and transition.state not in CAPTURING:
            assert {Effect.ABORT_TAKE, Effect.REQUEST_REPLY} & set(transition.effects)


def test_every_early_way_out_of_a_reply_stops_it() -> None:
    for (state, trigger), transition in TABLE.items():
        if state in REPLYING and transition.state not in REPLYING and trigger is not Trigger.DONE:
            assert transition.effects[0] is Effect.STOP_REPLY


class World(RuleBasedStateMachine):
    """What the effects do to the world: at most one take and one reply, and none at rest."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = TurnMachine()
        self.take = False
        self.reply = False

    @rule(trigger=st.sampled_from(Trigger))
    def fire(self, trigger: Trigger) -> None:
        number = self.machine.number
        transition = self.machine.fire(trigger)
        if transition is None:
            assert self.machine.number == number
            return
        for effect in transition.effects:
            self.apply(effect)
        if trigger is Trigger.DONE:
            self.reply = False
        assert self.machine.number - number == (Effect.NEW_TURN in transition.effects)

    def apply(self, effect: Effect) -> None:
        if effect is Effect.START_TAKE:
            assert not self.take
            assert not self.reply
            self.take = True
        elif effect in {Effect.RESUME_TAKE, Effect.END_TAKE}:
            assert self.take
        elif effect is Effect.ABORT_TAKE:
            assert self.take
            self.take = False
        elif effect is Effect.REQUEST_REPLY:
            assert not self.reply
            self.take, self.reply = False, True
        elif effect is Effect.STOP_REPLY:
            assert self.reply
            self.reply = False

    @invariant()
    def the_state_says_what_runs(self) -> None:
        assert self.take == (self.machine.state in CAPTURING)
        assert self.reply == (self.machine.state in REPLYING)


TestWorld = World.TestCase


@given(st.lists(st.sampled_from(Trigger), max_size=60))
def test_turn_numbers_never_fall_and_count_the_beginnings(triggers: list[Trigger]) -> None:
    machine = TurnMachine()
    begun = 0
    for trigger in triggers:
        transition = machine.fire(trigger)
        begun += transition is not None and Effect.NEW_TURN in transition.effects
        assert machine.number == begun
