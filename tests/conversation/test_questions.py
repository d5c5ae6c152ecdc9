"""What is asked next, and what may be asked again."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from voicedesk.conversation.asked import Asked
from voicedesk.conversation.questions import Questions
from voicedesk.core.events import Event


async def alarm(_turn: int) -> AsyncGenerator[Event, None]:
    """Says nothing."""
    nothing: tuple[Event, ...] = ()
    for event in nothing:
        yield event


@pytest.fixture
def questions() -> Questions:
    return Questions()


def test_what_was_brought_is_asked_once(questions: Questions) -> None:
    typed = Asked("What time is it?")
    questions.bring(typed)
    assert questions.begin() is questions.present is typed
    assert questions.begin().spoken


def test_a_question_that_was_not_answered_can_be_asked_again_until_the_next(
    questions: Questions,
) -> None:
    questions.bring(Asked("What time is it?"))
    questions.begin()
    questions.fail(4)
    kept = questions.unanswered
    assert kept is not None
    assert (kept.text, kept.again) == ("What time is it?", 4)
    questions.bring(Asked("Never mind"))
    questions.begin()
    assert questions.unanswered is None


def test_a_take_without_words_is_not_kept(questions: Questions) -> None:
    questions.begin().take.append(bytes(2))
    questions.fail(1)
    assert questions.unanswered is None


def test_a_question_of_this_run_goes_before_one_of_an_earlier(questions: Questions) -> None:
    earlier, later = Asked("Earlier"), Asked("Later")
    questions.offer(earlier)
    questions.offer(later)
    assert questions.unanswered is earlier


def test_only_what_the_turn_asked_is_withdrawn(questions: Questions) -> None:
    questions.bring(Asked("What time is it?"))
    questions.begin()
    questions.fail(2)
    questions.withdraw(1)
    assert questions.unanswered is not None
    questions.withdraw(2)
    assert questions.unanswered is None


def test_what_nobody_asked_for_comes_in_its_order_and_takes_nothing_away(
    questions: Questions,
) -> None:
    questions.offer(Asked("Earlier"))
    questions.announce(alarm)
    assert questions.has_announcements
    questions.bring(questions.next_announcement())
    assert questions.begin().announcement is alarm
    assert questions.unanswered is not None
    with pytest.raises(IndexError):
        questions.next_announcement()


def test_what_nobody_asked_for_can_be_left_unsaid(questions: Questions) -> None:
    questions.announce(alarm)
    questions.forget_announcements()
    assert not questions.has_announcements
