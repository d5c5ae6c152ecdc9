"""Why a turn was slow or choppy: every reason is found from its counters, and none where all was well."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.conversation.figures.turn_stream import (
    answered,
    at,
    called,
    ended,
    sound,
    sounded,
    state,
    timeline,
    turn_of,
)
from voicedesk.conversation.figures.causes import Why, causes, is_slow, main_causes
from voicedesk.conversation.figures.stages import Role, Stage
from voicedesk.conversation.figures.turn_figures import DeviceCounts, TurnFigures
from voicedesk.core.events import (
    Event,
    Hint,
    HintKind,
    Interrupted,
    Link,
    LinkChanged,
    Progress,
    Underran,
    Waiting,
)
from voicedesk.core.settings import Settings
from voicedesk.core.timeline import Point, Timeline
from voicedesk.core.turn import State

UNDERRAN = Underran(turn=1, at=at(900), wanted_at=at(700))


def quick(mode: str = "realtime", **later: float) -> Timeline:
    """A turn that took half a second, and was longer where ``later`` says so."""
    steps = {"take_end": 100.0, "commit_sent": 104, "transcribed": 200, "first_text": 250}
    steps |= {"first_unit": 300, "first_delta": 400, "first_queued": 420, "first_dac": 450}
    steps |= {"first_audible": 460}
    if mode == "realtime":
        del steps["transcribed"], steps["first_unit"]
    shift = 0.0
    points = {}
    for name, moment in steps.items():
        shift += later.get(name, 0.0)
        points[name] = moment + shift
    result = timeline(mode)
    result.points |= {Point(name): at(moment) for name, moment in points.items()}
    return result


def found(turn: TurnFigures) -> list[tuple[Why, int, int]]:
    return [(cause.why, round(cause.milliseconds), cause.count) for cause in causes(turn)]


@pytest.mark.parametrize("mode", ["realtime", "classic"])
def test_a_quick_answer_has_no_causes(mode: str) -> None:
    turn = turn_of(sound(400, 100), ended(450), line=quick(mode))
    assert causes(turn) == []
    assert not is_slow(turn)


@pytest.mark.parametrize(
    ("line", "why", "spent"),
    [
        (quick(take_end=500), Why.TAIL, 600),
        (quick(commit_sent=200), Why.BUSY, 204),
        (quick(first_delta=1000), Why.MODEL_SLOW, 1296),
        (quick("classic", transcribed=900), Why.HEARING_SLOW, 996),
        (quick("classic", first_text=900), Why.THINKING_SLOW, 1000),
        (quick("classic", first_delta=900), Why.VOICE_SLOW, 1000),
        (quick(first_queued=180), Why.UNEVEN, 200),
        (quick(first_dac=170), Why.DEVICE_SLOW, 200),
        (quick(first_audible=300), Why.SILENT_START, 310),
    ],
)
def test_each_share_that_is_long_is_a_cause(line: Timeline, why: Why, spent: int) -> None:
    assert found(turn_of(line=line)) == [(why, spent, 0)]


@pytest.mark.parametrize(
    ("events", "why", "spent", "count"),
    [
        ([called(150), answered(550)], Why.TOOLS, 310, 0),
        ([Waiting(turn=1, at=at(110), server="S", seconds=2.0)], Why.LIMITED, 2000, 0),
        ([UNDERRAN], Why.SOUND_LATE, 200, 1),
        ([sound(0, 50, "a"), sounded(50, "a"), sound(650, 50, "b")], Why.SOUND_LATE, 600, 1),
        ([Hint(turn=1, at=0.0, hint=HintKind.BAD_SOUND)], Why.BAD_PIECES, 0, 1),
    ],
)
def test_each_counter_is_a_cause(events: Sequence[Event], why: Why, spent: int, count: int) -> None:
    assert found(turn_of(*events, line=quick())) == [(why, spent, count)]


def test_a_lost_connection_is_a_cause_and_waiting_for_it_is_not_ours() -> None:
    turn = turn_of(
        state(State.LISTENING),
        LinkChanged(turn=0, at=at(-500), link=Link.LOST),
        LinkChanged(turn=0, at=at(400), link=Link.READY),
        line=quick(commit_sent=300),
    )
    assert found(turn) == [(Why.CONNECTING, 400, 1)]


def test_a_tool_is_not_the_models_time() -> None:
    turn = turn_of(called(300), answered(1300), line=quick(first_delta=1000))
    assert found(turn) == [(Why.TOOLS, 1000, 0)]


def test_what_the_devices_count_is_a_cause() -> None:
    turn = turn_of(line=quick())
    turn.counters.devices = DeviceCounts(late_blocks=3, lost_blocks=2)
    assert found(turn) == [(Why.SPEAKER_STARVED, 0, 3), (Why.MICROPHONE_LOST, 0, 2)]


def test_a_stall_is_a_cause_where_it_is_long() -> None:
    turn = turn_of(line=quick())
    turn.counters.stall_ms = 90
    assert found(turn) == []
    turn.counters.stall_ms = 250
    assert found(turn) == [(Why.BUSY, 250, 0)]


def test_gaps_of_the_chain_are_the_voices_where_words_waited_for_it() -> None:
    waited = Progress(turn=1, at=0.0, recorded_s=1, characters=9, units_waiting=4, synthesised_s=1)
    server = Stage(Role.SPEECH, "tts-1", "https://voice.example/v1")
    behind = turn_of(UNDERRAN, waited, line=quick("classic"), stages=(server,))
    assert found(behind) == [(Why.VOICE_BEHIND, 200, 1)]
    late = turn_of(UNDERRAN, line=quick("classic"), stages=(server,))
    assert found(late) == [(Why.SOUND_LATE, 200, 1)]
    own = turn_of(UNDERRAN, line=quick("classic"), stages=(Stage(Role.SPEECH, "", is_local=True),))
    assert found(own) == [(Why.VOICE_BEHIND, 200, 1)]


@pytest.mark.parametrize(
    ("role", "line", "setting"),
    [
        (Role.ANSWER, quick(first_delta=1000), "realtime.server"),
        (Role.THINKING, quick("classic", first_text=900), "classic.thinking_server"),
    ],
)
def test_a_slow_server_on_this_computer_is_told_apart(
    role: Role, line: Timeline, setting: str
) -> None:
    (cause,) = causes(turn_of(line=line, stages=(Stage(role, "own", is_local=True),)))
    assert (cause.why, cause.setting) == (Why.LOCAL_SLOW, setting)


def test_what_took_longest_comes_first() -> None:
    turn = turn_of(UNDERRAN, line=quick(take_end=500, first_delta=2000))
    assert [why for why, _, _ in found(turn)] == [Why.MODEL_SLOW, Why.TAIL, Why.SOUND_LATE]


def test_nothing_heard_is_told_unless_it_was_cut() -> None:
    silent = timeline(take_end=100, commit_sent=104)
    assert found(turn_of(line=silent)) == [(Why.NOTHING_HEARD, 0, 0)]
    assert causes(turn_of(line=silent))[0].setting == "sound.speaker"
    assert is_slow(turn_of(line=silent))
    assert found(turn_of(Interrupted(turn=1, at=at(1), heard=()), line=silent)) == []


def test_a_slow_turn_that_was_choppy_too_says_so() -> None:
    turn = turn_of(called(0), answered(900), line=SLOW)
    turn.counters.stall_ms = 300
    most = 3
    slow = [cause.why for cause in causes(turn)]
    assert len(slow) > most
    assert [cause.why for cause in main_causes(turn, most)] == slow[:most]
    turn.counters.devices = DeviceCounts(late_blocks=3, lost_blocks=2)
    assert [cause.why for cause in main_causes(turn, most)] == [*slow[:2], Why.SPEAKER_STARVED]
    turn.counters.devices = DeviceCounts(lost_blocks=2)
    assert [cause.why for cause in main_causes(turn, most)] == [*slow[:2], Why.MICROPHONE_LOST]
    turn.counters.devices = DeviceCounts()
    turn.counters.bad_pieces = 1
    assert main_causes(turn, most)[-1].why is Why.BAD_PIECES


def test_what_is_choppy_is_not_told_twice() -> None:
    turn = turn_of(UNDERRAN, line=quick(take_end=500, first_delta=2000))
    turn.counters.devices = DeviceCounts(late_blocks=3)
    assert [cause.why for cause in main_causes(turn, 3)] == [
        *(Why.MODEL_SLOW, Why.TAIL, Why.SOUND_LATE)
    ]
    assert main_causes(turn_of(line=quick()), 4) == []


SLOW = quick(take_end=500, first_delta=2000, first_dac=200)
SLOW_CHAIN = quick("classic", transcribed=900, first_text=900, first_delta=900)


def test_every_setting_that_helps_is_there() -> None:
    waiting = Waiting(turn=1, at=at(0), server="S", seconds=0.2)
    turns = [
        turn_of(UNDERRAN, called(0), answered(900), waiting, line=SLOW),
        turn_of(UNDERRAN, waiting, line=SLOW_CHAIN),
    ]
    turns[0].counters.devices = DeviceCounts(1, 1)
    paths = {cause.setting for turn in turns for cause in causes(turn) if cause.setting}
    assert len(paths) > 7
    for path in paths:
        value: object = Settings()
        for name in path.split("."):
            value = getattr(value, name)
