"""The transcript's order and marks, whatever order the events come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.fake_control import FakeControl
from voicedesk.core.dialogue import Message, Role, ToolCall, ToolResult
from voicedesk.core.errors import WrongKeyError
from voicedesk.core.events import (
    AudioEnded,
    AudioKey,
    ConversationOpened,
    Event,
    Heard,
    Hint,
    HintKind,
    Interrupted,
    Reached,
    ReplyEnded,
    Retried,
    Sounded,
    StateChanged,
    TextDelta,
    TextEnded,
    ToolAnswered,
    ToolCalled,
    TurnFailed,
    UserText,
    Voiced,
    Waiting,
)
from voicedesk.core.placed import Placed
from voicedesk.core.timeline import Point
from voicedesk.core.turn import State, Trigger
from voicedesk.ui import conversation_log
from voicedesk.ui.conversation_entries import (
    Kind,
    Note,
    Segment,
    ToolState,
    UserState,
    clean,
    unheard_ranges,
)
from voicedesk.ui.conversation_log import ConversationLog


def new_log() -> ConversationLog:
    return ConversationLog(
        hint=lambda hint, sent: f"{hint.value}{' sent' if sent else ''}",
        error=lambda event: (str(event.error), "server"),
        tool=lambda name, state: f"{name} {state.name.lower()}",
        wait=lambda event: f"{event.server} waits {event.seconds:g}",
    )


def logged(control: FakeControl) -> ConversationLog:
    log = new_log()

    def observe(event: Event) -> None:
        log.apply(event)

    control.observe(observe)
    return log


def outline(log: ConversationLog) -> list[tuple[int, Kind, str]]:
    return [(entry.turn, entry.kind, entry.text) for entry in log]


def state(turn: int, to: State) -> StateChanged:
    return StateChanged(turn=turn, at=0.0, state=to)


def delta(turn: int, text: str, item: str = "item", *, spoken: bool = True) -> TextDelta:
    key = AudioKey(turn, "response", item)
    return TextDelta(turn=turn, at=0.0, key=key, text=text, spoken=spoken)


def test_the_users_words_stand_above_a_reply_that_came_first() -> None:
    control = FakeControl()
    log = logged(control)
    control.press()
    control.release()
    control.fire(Trigger.TAKE_DONE)
    control.says("Forty-")
    control.says("two.")
    control.hears("What is twelve plus thirty?")
    assert outline(log) == [
        (1, Kind.USER, "What is twelve plus thirty?"),
        (1, Kind.REPLY, "Forty-two."),
    ]


def test_words_of_an_earlier_turn_find_their_place() -> None:
    log = new_log()
    for turn in (1, 2):
        log.apply(state(turn, State.LISTENING))
        log.apply(delta(turn, f"reply {turn}"))
    log.apply(UserText(turn=1, at=0.0, text="one", final=True))
    assert [text for _, _, text in outline(log)] == ["one", "reply 1", "", "reply 2"]


def test_the_utterance_waits_for_its_words_and_may_grow() -> None:
    log = new_log()
    log.apply(state(1, State.LISTENING))
    entry = log.entries[0]
    assert entry.user_state is UserState.WAITING
    log.apply(UserText(turn=1, at=0.0, text="What is", final=False))
    assert (entry.text, entry.user_state) == ("What is", UserState.PARTIAL)
    log.apply(UserText(turn=1, at=0.0, text="What is this?", final=True))
    assert (entry.text, entry.user_state) == ("What is this?", UserState.FINAL)


def test_a_failed_transcription_an_empty_one_and_none_at_all() -> None:
    log = new_log()
    log.apply(UserText(turn=1, at=0.0, text=None, final=True))
    log.apply(UserText(turn=2, at=0.0, text=" ", final=True))
    log.transcribing = False
    log.apply(state(3, State.LISTENING))
    log.apply(state(3, State.THINKING))
    assert [entry.user_state for entry in log] == [
        UserState.NOT_TRANSCRIBED,
        UserState.NO_WORDS,
        UserState.WITHOUT_TEXT,
    ]


def test_the_whole_text_replaces_the_deltas_of_its_item_only() -> None:
    log = new_log()
    log.apply(delta(1, "Let me see. ", "first"))
    log.apply(delta(1, "Forty-too", "second"))
    whole = "Forty-two."
    log.apply(TextEnded(turn=1, at=0.0, key=AudioKey(1, "response", "second"), text=whole))
    assert log.entries[0].text == "Let me see. \nForty-two."


def test_items_that_alternate_stay_apart() -> None:
    log = new_log()
    for item, text in (("a", "one "), ("b", "two "), ("a", "three"), ("b", "four")):
        log.apply(delta(1, text, item))
    assert log.entries[0].text == "one three\ntwo four"


def test_text_without_any_delta_and_an_empty_end() -> None:
    log = new_log()
    log.apply(TextEnded(turn=1, at=0.0, key=AudioKey(1, "response", "x"), text=""))
    assert not log.entries
    log.apply(TextEnded(turn=1, at=0.0, key=AudioKey(1, "response", "x"), text="Hello."))
    assert outline(log) == [(1, Kind.REPLY, "Hello.")]


def test_a_dropped_take_leaves_a_note_that_the_next_turn_sweeps_away() -> None:
    log = new_log()
    log.apply(state(1, State.LISTENING))
    log.apply(Hint(turn=1, at=0.0, hint=HintKind.TOO_SHORT))
    assert outline(log) == [(1, Kind.NOTE, "too short")]
    log.apply(state(2, State.LISTENING))
    log.apply(Hint(turn=2, at=0.0, hint=HintKind.TOO_SHORT))
    assert outline(log) == [(2, Kind.NOTE, "too short")]
    log.apply(UserText(turn=3, at=0.0, text="typed", final=True))
    assert outline(log) == [(3, Kind.USER, "typed")]


def test_an_utterance_that_was_sent_stays_when_its_reply_is_stopped() -> None:
    log = new_log()
    log.apply(state(1, State.LISTENING))
    log.apply(state(1, State.THINKING))
    log.apply(Hint(turn=1, at=0.0, hint=HintKind.CANCELLED))
    assert outline(log) == [(1, Kind.USER, ""), (1, Kind.NOTE, "cancelled sent")]


def test_a_reply_that_is_cut_off_is_marked_and_needs_no_note() -> None:
    log = new_log()
    log.apply(delta(1, "A long story"))
    log.apply(Hint(turn=1, at=0.0, hint=HintKind.CANCELLED))
    log.apply(ReplyEnded(turn=1, at=0.0, interrupted=True))
    assert outline(log) == [(1, Kind.REPLY, "A long story")]
    assert log.entries[0].interrupted


def test_the_cap_is_told_once_and_stays() -> None:
    log = new_log()
    log.apply(state(1, State.LISTENING))
    for _ in range(2):
        log.apply(Hint(turn=1, at=0.0, hint=HintKind.CAP_REACHED))
    log.apply(state(2, State.LISTENING))
    assert [entry.text for entry in log if entry.kind is Kind.NOTE] == ["cap reached"]


def test_a_failed_turn_has_its_sentence_below_and_a_way_to_the_settings() -> None:
    log = new_log()
    log.apply(state(1, State.LISTENING))
    log.apply(TurnFailed(turn=1, at=0.0, error=WrongKeyError("401", server="OpenAI")))
    user, note = log.entries
    assert user.user_state is UserState.NOT_TRANSCRIBED
    assert (note.note, note.settings_page) == (Note.ERROR, "server")
    assert note.text == "OpenAI refused the key. Enter a valid one in Settings, Servers."
    log.apply(UserText(turn=1, at=0.0, text="late", final=True))
    assert user.text == "late"


def test_unheard_words_are_apportioned_and_cut_at_a_word() -> None:
    log = new_log()
    log.apply(delta(1, "one two three four"))
    key = AudioKey(1, "response", "item")
    log.apply(Interrupted(turn=1, at=0.0, heard=(Heard(key, 700.0, 1000.0),)))
    entry = log.entries[0]
    ((start, end),) = entry.unheard
    assert entry.text[:start] == "one two"
    assert end == len(entry.text)


def test_an_item_that_never_sounded_is_unheard_and_one_to_be_read_is_not() -> None:
    first, second, third = (AudioKey(1, "r", item) for item in "abc")
    segments = [
        Segment(first, "heard whole"),
        Segment(second, "to be read", is_spoken=False),
        Segment(third, "never heard"),
    ]
    ranges = list(unheard_ranges(segments, {first: Heard(first, 900.0, 900.0)}))
    joined = "\n".join(segment.text for segment in segments)
    assert [joined[start:end] for start, end in ranges] == ["never heard"]


def test_words_that_had_sounded_before_the_turn_broke_off_stay_heard() -> None:
    """When the connection goes, what is left to be silenced may be nothing."""
    log = new_log()
    log.apply(delta(1, "I was about to"))
    key = AudioKey(1, "response", "item")
    log.apply(Sounded(turn=1, at=0.0, heard=Heard(key, 100.0, 100.0, finished=True)))
    log.apply(Interrupted(turn=1, at=0.0, heard=()))
    assert log.entries[0].interrupted
    assert log.entries[0].unheard == ()


def test_words_beyond_sound_that_a_failure_cut_are_unheard() -> None:
    log = new_log()
    log.apply(delta(1, "one two three four"))
    key = AudioKey(1, "response", "item")
    log.apply(AudioEnded(turn=1, at=0.0, key=key, is_whole=False))
    log.apply(Sounded(turn=1, at=0.0, heard=Heard(key, 900.0, 900.0)))
    placed = tuple(
        Placed(end, 300.0 * n, 300.0 * n + 300.0) for n, end in enumerate((3, 7, 13, 18))
    )
    log.apply(Voiced(turn=1, at=0.0, key=key, words=key, start=0, end=18, placed=placed))
    log.apply(Interrupted(turn=1, at=0.0, heard=(Heard(key, 900.0, 900.0),)))
    ((start, end),) = log.entries[0].unheard
    assert log.entries[0].text[start:end].strip() == "four"


def test_a_question_that_is_had_back_stands_there_before_its_words_come() -> None:
    log = new_log()
    log.apply(state(1, State.LISTENING))
    log.apply(Hint(turn=1, at=0.0, hint=HintKind.CANCELLED))
    log.apply(Retried(turn=2, at=0.0, of=1))
    log.apply(state(2, State.THINKING))
    assert outline(log)[-1] == (2, Kind.USER, "")
    log.apply(UserText(turn=2, at=0.0, text="hello", final=True))
    log.apply(Hint(turn=2, at=0.0, hint=HintKind.CANCELLED))
    assert (2, Kind.USER, "hello") in outline(log), "it was sent"
    assert outline(log)[-1] == (2, Kind.NOTE, "cancelled sent")


def test_what_is_being_said_while_another_conversation_opens_belongs_to_it() -> None:
    log = new_log()
    log.apply(UserText(turn=1, at=0.0, text="old", final=True))
    log.apply(state(2, State.LISTENING))
    past = (Message(-1, Role.USER, "long ago"),)
    log.apply(ConversationOpened(turn=0, at=0.0, conversation="c", messages=past))
    assert outline(log) == [(-1, Kind.USER, "long ago"), (2, Kind.USER, "")]
    log.apply(state(2, State.THINKING))
    assert log.entries[-1].sent


def test_words_of_the_past_that_nobody_heard_stay_marked() -> None:
    log = new_log()
    past = (
        Message(-1, Role.ASSISTANT, "One two", unheard="three four"),
        Message(-1, Role.ASSISTANT, "Five", round=1),
        Message(-1, Role.ASSISTANT, "", round=2, unheard="six"),
    )
    log.apply(ConversationOpened(turn=0, at=0.0, conversation="c", messages=past))
    (reply,) = log.entries
    assert reply.text == "One two\nthree four\nFive\nsix"
    assert [reply.text[start:end] for start, end in reply.unheard] == ["three four", "six"]
    assert reply.interrupted


def test_an_interrupted_turn_without_words_shows_nothing() -> None:
    log = new_log()
    assert not log.apply(Interrupted(turn=1, at=0.0, heard=()))
    assert not log.entries


def test_text_from_servers_means_nothing_to_a_document() -> None:
    assert clean("a\r\nb\rc\u2028d\u2029e") == "a\nb\nc\nd\ne"
    assert clean("x\x00\ufdd0\ufffc\ud800y\tz") == "xy\tz"


def test_old_entries_leave_when_there_are_too_many() -> None:
    log = new_log()
    limit = conversation_log.MAX_ENTRIES
    for turn in range(1, limit + 3):
        log.apply(UserText(turn=turn, at=0.0, text=str(turn), final=True))
    gone = limit // 20  # in one go
    assert [entry.text for entry in log] == [str(turn) for turn in range(gone + 1, limit + 3)]
    removed, _ = log.take_changes()
    assert [entry.turn for entry in removed] == list(range(1, gone + 1))


def test_what_comes_late_is_shown_once_in_a_full_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_log, "MAX_ENTRIES", 4)
    log = new_log()
    for turn in range(2, 6):
        log.apply(UserText(turn=turn, at=0.0, text=str(turn), final=True))
    log.apply(UserText(turn=1, at=0.0, text="late", final=True))
    assert [entry.text for entry in log] == ["late", "3", "4", "5"]
    removed, changed = log.take_changes()
    assert not {entry.serial for entry in removed} & {entry.serial for entry in changed}


EVENTS = st.one_of(
    st.builds(state, st.integers(1, 4), st.sampled_from(list(State))),
    st.builds(
        lambda turn, text, final: UserText(turn=turn, at=0.0, text=text, final=final),
        st.integers(1, 4),
        st.none() | st.text(max_size=8),
        st.booleans(),
    ),
    st.builds(delta, st.integers(1, 4), st.text(max_size=8), st.sampled_from("ab")),
    st.builds(
        lambda turn, text, item: TextEnded(
            turn=turn, at=0.0, key=AudioKey(turn, "response", item), text=text
        ),
        st.integers(1, 4),
        st.text(max_size=8),
        st.sampled_from("ab"),
    ),
    st.builds(
        lambda turn, hint: Hint(turn=turn, at=0.0, hint=hint),
        st.integers(1, 4),
        st.sampled_from(list(HintKind)),
    ),
    st.builds(
        lambda turn, item, heard: Interrupted(
            turn=turn,
            at=0.0,
            heard=(Heard(AudioKey(turn, "response", item), heard, 1000.0),),
        ),
        st.integers(1, 4),
        st.sampled_from("ab"),
        st.floats(0.0, 1000.0),
    ),
)


@given(st.lists(EVENTS, max_size=30))
def test_any_events_keep_the_order_and_the_changes_add_up(events: list[Event]) -> None:
    log = new_log()
    shown: dict[int, str] = {}
    for event in events:
        log.apply(event)
        removed, changed = log.take_changes()
        for entry in removed:
            shown.pop(entry.serial, None)
        for entry in changed:
            shown[entry.serial] = entry.text
        places = [entry.place for entry in log]
        assert places == sorted(places)
        assert shown == {entry.serial: entry.text for entry in log}
        for entry in log:
            assert all(0 <= start < end <= len(entry.text) for start, end in entry.unheard)


# ------------------------------------------------------------------------------- tools and waiting


def called(turn: int, name: str, call_id: str) -> ToolCalled:
    return ToolCalled(turn=turn, at=0.0, call=ToolCall(call_id, name, "{}"))


def answered(turn: int, call_id: str, *, failed: bool = False) -> ToolAnswered:
    return ToolAnswered(turn=turn, at=0.0, result=ToolResult(call_id, "", "", failed))


def waiting(turn: int, seconds: float, at: float = 0.0) -> Waiting:
    return Waiting(turn=turn, at=at, server="OpenAI", seconds=seconds)


def test_calls_stand_between_the_question_and_the_reply_and_say_how_they_went() -> None:
    log = new_log()
    log.apply(delta(1, "It is nine."))
    log.apply(UserText(turn=1, at=0.0, text="What time is it?", final=True))
    log.apply(called(1, "clock", "a"))
    log.apply(called(1, "units", "b"))
    log.apply(answered(1, "b", failed=True))
    log.apply(answered(1, "a"))
    log.apply(answered(1, "never called"))
    assert outline(log) == [
        (1, Kind.USER, "What time is it?"),
        (1, Kind.TOOL, "clock done"),
        (1, Kind.TOOL, "units failed"),
        (1, Kind.REPLY, "It is nine."),
    ]


def test_a_tool_that_the_user_declined_did_not_fail() -> None:
    log = new_log()
    for call_id, output in (
        ("a", '{"error": "no", "declined": true}'),
        ("b", "not JSON"),
        ("c", "["),
    ):
        log.apply(called(1, "link", call_id))
        result = ToolResult(call_id, "link", output, failed=True)
        log.apply(ToolAnswered(turn=1, at=0.0, result=result))
    assert [entry.text for entry in log] == ["link declined", "link failed", "link failed"]


@pytest.mark.parametrize(
    "end",
    [
        ReplyEnded(turn=1, at=0.0),
        ReplyEnded(turn=1, at=0.0, interrupted=True),
        Interrupted(turn=1, at=0.0, heard=()),
        TurnFailed(turn=1, at=0.0, error=WrongKeyError("401", server="OpenAI")),
    ],
)
def test_a_tool_that_ran_when_the_turn_ended_is_stopped(end: Event) -> None:
    log = new_log()
    log.apply(called(1, "clock", "a"))
    log.apply(called(2, "clock", "a"))
    log.apply(end)
    states = [entry.tool_state for entry in log if entry.kind is Kind.TOOL]
    assert states == [ToolState.STOPPED, ToolState.RUNNING]


def test_a_wait_is_one_note_that_goes_when_it_is_over() -> None:
    log = new_log()
    log.apply(waiting(1, 5.0, at=10.0))
    log.apply(waiting(1, 3.0, at=11.0))
    assert outline(log) == [(1, Kind.NOTE, "OpenAI waits 3")]
    assert log.entries[0].note is Note.WAIT
    log.apply(UserText(turn=1, at=12.0, text="still waiting", final=True))
    assert (1, Kind.NOTE, "OpenAI waits 3") in outline(log)
    log.apply(Reached(turn=1, at=14.0, point=Point.FIRST_DELTA))
    assert outline(log) == [(1, Kind.USER, "still waiting")]


def test_a_turn_that_fails_while_it_waits_says_only_why() -> None:
    log = new_log()
    log.apply(waiting(1, 60.0))
    log.apply(TurnFailed(turn=1, at=1.0, error=WrongKeyError("401", server="OpenAI")))
    (entry,) = log
    assert entry.note is Note.ERROR


def test_nothing_is_kept_of_calls_and_waits_that_left_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conversation_log, "MAX_ENTRIES", 10)
    log = new_log()
    for turn in range(1, 50):
        log.apply(called(turn, "clock", "a"))
        log.apply(waiting(turn, 1e6))
    assert len(log.entries) == 10
    assert len(log._calls) + len(log._waits) == 10
