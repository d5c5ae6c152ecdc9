"""Words of a recogniser that still listens: told when it says them twice, and never taken back."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voicedesk.engine.ears.agreement import Agreement


def told(*texts: str) -> list[str]:
    said: list[str] = []
    agreement = Agreement(said.append)
    for text in texts:
        agreement.take(text)
    return said


def test_words_are_told_once_they_were_heard_twice() -> None:
    assert told("what", "what is", "what is nine", "what is ninety") == ["what", "what is"]


def test_the_last_word_may_still_grow() -> None:
    assert told("what is six", "what is six") == ["what is"]
    assert told("", "what", "what", "") == []


def test_what_contradicts_the_words_told_is_not_told() -> None:
    assert told("roll a", "roll a", "row a boat", "row a boat") == ["roll"]
    rolls = ["roll a", "roll a", "row a", "roll two", "roll two dice"]
    assert told(*rolls) == ["roll", "roll two"]


words = st.lists(st.sampled_from(["one", "two", "three"]), max_size=5).map(" ".join)


@given(st.lists(words, max_size=12))
def test_each_text_begins_with_the_one_before(texts: list[str]) -> None:
    said = told(*texts)
    assert all(later.startswith(f"{text} ") for text, later in pairwise(said))
