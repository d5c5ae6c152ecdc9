"""What the figures count of the events of a turn."""

from __future__ import annotations

import pytest

from tests.conversation.figures.turn_stream import (
    BEGAN,
    answered,
    at,
    called,
    ended,
    figures_of,
    key,
    sound,
    sounded,
    state,
    timed,
    timeline,
    turn_of,
)
from voicedesk.conversation.figures.stages import Role, Stage
from voicedesk.conversation.figures.turn_figures import DeviceCounts, Span, SpanKind, TurnFigures
from voicedesk.conversation.figures.turns import Figures
from voicedesk.core.errors import NoAnswerError
from voicedesk.core.events import (
    Hint,
    HintKind,
    Interrupted,
    Link,
    LinkChanged,
    Progress,
    TextDelta,
    TurnFailed,
    Underran,
    UserText,
    Waiting,
)
from voicedesk.core.turn import State


def test_a_turn_has_its_times_its_words_and_its_sound() -> None:
    words = TextDelta(turn=1, at=at(10), key=key(), text="Twelve.")
    turn = turn_of(words, sound(20, 100), sound(40, 100), ended(usage={"input_tokens": 3}))
    assert turn.began == BEGAN
    assert turn.timeline.latency_ms == pytest.approx(500)
    assert turn.characters == 7
    assert turn.reply_ms == pytest.approx(200)
    assert turn.usage == {"input_tokens": 3}
    assert turn.is_over
    assert not turn.is_cut


def test_who_takes_part_is_who_does_so_when_the_turn_begins() -> None:
    first, second = Stage(Role.ANSWER, "first"), Stage(Role.ANSWER, "second")
    figures = figures_of(state(State.LISTENING), stages=(first,))
    figures.stages = lambda: (second,)
    figures(timed(timeline(first_audible=1)))
    assert [turn.stages for turn in figures] == [(first,)]


def test_sound_that_comes_in_time_is_counted_ahead_and_never_late() -> None:
    turn = turn_of(sound(0, 100), sound(10, 100), sound(20, 100))
    assert turn.counters.ahead_ms == pytest.approx(280)
    assert turn.counters.late_ms == 0.0


def test_the_latest_piece_says_how_uneven_the_sound_came() -> None:
    turn = turn_of(sound(0, 100), sound(130, 100), sound(310, 100))
    assert turn.counters.late_ms == pytest.approx(80)


def test_gaps_within_and_between_pieces_are_both_counted() -> None:
    turn = turn_of(
        sound(0, 100, "a"),
        Underran(turn=1, at=at(300), wanted_at=at(100)),
        sounded(400, "a"),
        sound(1000, 100, "b"),
    )
    counters = turn.counters
    assert (counters.underruns, counters.pauses) == (1, 1)
    assert counters.gap_ms == pytest.approx(800)
    assert counters.longest_gap_ms == pytest.approx(600)


def test_a_breath_between_pieces_is_no_gap() -> None:
    assert turn_of(sound(0, 100, "a"), sounded(100, "a"), sound(300, 9, "b")).counters.pauses == 0


def test_quiet_while_a_tool_runs_is_the_tools_time_and_no_gap() -> None:
    turn = turn_of(
        sound(0, 100, "a"), called(50), sounded(100, "a"), answered(900), sound(1500, 100, "b")
    )
    assert turn.counters.pauses == 0
    assert turn.counters.late_ms == 0.0
    assert turn.spent_on(SpanKind.TOOL) == pytest.approx(850)
    assert turn.spent_on(SpanKind.TOOL, at(150)) == pytest.approx(100)


def test_nothing_is_missed_after_the_end() -> None:
    turn = turn_of(sound(0, 100, "a"), ended(50), sounded(100, "a"))
    assert turn.flow.quiet_since is None


def test_waits_bad_pieces_and_queues_are_counted() -> None:
    turn = turn_of(
        Waiting(turn=1, at=at(0), server="S", seconds=1.5),
        Hint(turn=1, at=at(1), hint=HintKind.BAD_SOUND),
        Hint(turn=1, at=at(1), hint=HintKind.CAP_REACHED),
        *(
            Progress(turn=1, at=0.0, recorded_s=1, characters=1, units_waiting=n, synthesised_s=0)
            for n in (1, 6, 2)
        ),
    )
    assert turn.spent_on(SpanKind.WAIT) == pytest.approx(1500)
    assert turn.counters.bad_pieces == 1
    assert turn.counters.pieces_waiting == 6


def test_a_connection_that_comes_back_within_a_turn_is_told_with_its_length() -> None:
    turn = turn_of(
        state(State.LISTENING),
        LinkChanged(turn=0, at=at(-50), link=Link.LOST),
        LinkChanged(turn=0, at=at(-20), link=Link.CONNECTING),
        LinkChanged(turn=0, at=at(250), link=Link.READY),
    )
    assert turn.spent_on(SpanKind.CONNECTING) == pytest.approx(300)


def test_a_connection_between_turns_is_nobodys_time() -> None:
    figures = figures_of(
        state(State.LISTENING),
        timed(timeline(first_audible=10)),
        ended(),
        LinkChanged(turn=0, at=at(100), link=Link.LOST),
        LinkChanged(turn=0, at=at(300), link=Link.READY),
    )
    assert [turn.spans for turn in figures] == [[]]


def test_devices_count_from_the_turns_beginning_and_from_nothing_when_opened_anew() -> None:
    figures = Figures()
    figures.devices = lambda: DeviceCounts(late_blocks=5, lost_blocks=3)
    figures(state(State.LISTENING))
    figures.devices = lambda: DeviceCounts(late_blocks=7, lost_blocks=1)
    figures(timed(timeline(first_audible=10)))
    (turn,) = figures
    assert turn.counters.devices == DeviceCounts(late_blocks=2, lost_blocks=0)


def test_the_longest_stall_counts_while_the_turn_runs() -> None:
    figures = figures_of(state(State.LISTENING))
    figures.note_stall(120)
    figures.note_stall(40)
    figures(ended())
    figures.note_stall(900)
    figures(timed(timeline(first_audible=10)))
    (turn,) = figures
    assert turn.counters.stall_ms == 120


def test_interrupted_and_failed_turns_say_so() -> None:
    cut = turn_of(sound(0, 10), Interrupted(turn=1, at=at(5), heard=()))
    assert cut.is_cut
    assert cut.is_over
    failed = turn_of(TurnFailed(turn=1, at=at(5), error=NoAnswerError(server="S", seconds=5)))
    assert failed.failure
    assert failed.is_over


def test_a_transcription_that_is_counted_apart_may_come_late() -> None:
    figures = figures_of(state(State.LISTENING), ended(), timed(timeline(first_audible=10)))
    told: list[TurnFigures] = []
    stop = figures.watch(told.append)
    late = UserText(turn=1, at=at(9), text="x", final=True, usage={"seconds": 2})
    figures(late)
    stop()
    figures(late)
    assert [turn.heard_usage for turn in told] == [{"seconds": 2}]


def test_a_snapshot_stays_as_it_was() -> None:
    turn = turn_of(sound(0, 10))
    before = turn.snapshot()
    turn.timeline.points.clear()
    turn.spans.append(Span(SpanKind.TOOL, 0.0, 1.0))
    turn.counters.underruns += 1
    assert before.timeline.latency_ms == pytest.approx(500)
    assert before.spans == []
    assert before.counters.underruns == 0


def test_what_has_no_times_is_no_turn_to_look_at() -> None:
    figures = figures_of(state(State.LISTENING), ended())
    assert len(figures) == 0
    assert figures.of(1) is None
    assert figures.last is None


def test_a_window_that_is_never_closed_stays_bounded() -> None:
    figures = figures_of(*(timed(timeline(turn=n, first_audible=9)) for n in range(1, 1101)))
    assert len(figures) == 500
    assert figures.of(100) is None
    assert figures.last is not None
    assert figures.last.turn == 1100
