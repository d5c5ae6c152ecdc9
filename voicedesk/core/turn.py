"""The turn's state machine: one transition table, no flags.

A turn begins when the talk key goes down or a question is typed, and takes the next number. The table says, for
each state and each thing that can happen, which state follows and what has to be done. What is not in the table
does not matter in that state and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """Where the turn is."""

    READY = "ready"
    LISTENING = "listening"
    ENDING = "ending"  # the key is up, the release tail is still being captured
    THINKING = "thinking"
    SPEAKING = "speaking"
    FAILED = "failed"


AT_REST = frozenset({State.READY, State.FAILED})
"""The states in which nobody talks and nothing is answered."""

REPLYING = frozenset({State.THINKING, State.SPEAKING})
"""The states in which a question is being answered."""


class Trigger(Enum):
    """What can happen to a turn."""

    PRESS = "press"
    RELEASE = "release"
    ASK = "ask"  # a typed question
    TAKE_DONE = "take done"  # the release tail is over and the take is worth sending
    TAKE_DROPPED = "take dropped"  # too short, or without speech
    SOUND = "sound"  # the first sample of the reply has reached the speaker
    DONE = "done"  # the reply is complete and has been played
    CANCEL = "cancel"
    FAIL = "fail"


class Effect(Enum):
    """What has to be done on a transition, in the order of the tuple."""

    STOP_REPLY = "stop reply"  # silence, cancel, truncate at what was heard
    NEW_TURN = "new turn"
    START_TAKE = "start take"
    RESUME_TAKE = "resume take"  # the key came down again within the release tail
    END_TAKE = "end take"  # capture the release tail, then TAKE_DONE or TAKE_DROPPED
    ABORT_TAKE = "abort take"
    REQUEST_REPLY = "request reply"


@dataclass(frozen=True, slots=True)
class Transition:
    """The state that follows and what has to be done."""

    state: State
    effects: tuple[Effect, ...] = ()


_BARGE_IN = Transition(State.LISTENING, (Effect.STOP_REPLY, Effect.NEW_TURN, Effect.START_TAKE))
_TYPED_OVER = Transition(State.THINKING, (Effect.STOP_REPLY, Effect.NEW_TURN, Effect.REQUEST_REPLY))
_TALK = Transition(State.LISTENING, (Effect.NEW_TURN, Effect.START_TAKE))
_TYPE = Transition(State.THINKING, (Effect.NEW_TURN, Effect.REQUEST_REPLY))
_ABORT = Transition(State.READY, (Effect.ABORT_TAKE,))
_ABORT_FAILED = Transition(State.FAILED, (Effect.ABORT_TAKE,))
_HUSH = Transition(State.READY, (Effect.STOP_REPLY,))

TABLE: dict[tuple[State, Trigger], Transition] = {
    (State.READY, Trigger.PRESS): _TALK,
    (State.READY, Trigger.ASK): _TYPE,
    (State.READY, Trigger.FAIL): Transition(State.FAILED),
    (State.LISTENING, Trigger.RELEASE): Transition(State.ENDING, (Effect.END_TAKE,)),
    (State.LISTENING, Trigger.CANCEL): _ABORT,
    (State.LISTENING, Trigger.FAIL): _ABORT_FAILED,
    (State.ENDING, Trigger.PRESS): Transition(State.LISTENING, (Effect.RESUME_TAKE,)),
    (State.ENDING, Trigger.TAKE_DONE): Transition(State.THINKING, (Effect.REQUEST_REPLY,)),
    (State.ENDING, Trigger.TAKE_DROPPED): _ABORT,
    (State.ENDING, Trigger.CANCEL): _ABORT,
    (State.ENDING, Trigger.FAIL): _ABORT_FAILED,
    (State.THINKING, Trigger.SOUND): Transition(State.SPEAKING),
    (State.THINKING, Trigger.DONE): Transition(State.READY),
    (State.THINKING, Trigger.PRESS): _BARGE_IN,
    (State.THINKING, Trigger.ASK): _TYPED_OVER,
    (State.THINKING, Trigger.CANCEL): _HUSH,
    (State.THINKING, Trigger.FAIL): Transition(State.FAILED, (Effect.STOP_REPLY,)),
    (State.SPEAKING, Trigger.DONE): Transition(State.READY),
    (State.SPEAKING, Trigger.PRESS): _BARGE_IN,
    (State.SPEAKING, Trigger.ASK): _TYPED_OVER,
    (State.SPEAKING, Trigger.CANCEL): _HUSH,
    (State.SPEAKING, Trigger.FAIL): Transition(State.FAILED, (Effect.STOP_REPLY,)),
    (State.FAILED, Trigger.PRESS): _TALK,
    (State.FAILED, Trigger.ASK): _TYPE,
    (State.FAILED, Trigger.CANCEL): Transition(State.READY),
}


class TurnMachine:
    """Holds the state and the number of the present turn.

    Attributes:
        state: Where the turn is.
        number: The number of the latest turn; 0 before the first.
    """

    def __init__(self) -> None:
        self.state = State.READY
        self.number = 0

    def fire(self, trigger: Trigger) -> Transition | None:
        """Apply a trigger. Returns the transition taken, None when it means nothing in this state."""
        transition = TABLE.get((self.state, trigger))
        if transition is None:
            return None
        if Effect.NEW_TURN in transition.effects:
            self.number += 1
        self.state = transition.state
        return transition
