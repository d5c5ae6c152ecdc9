"""Streamed text cut into units: every way of cutting, languages, marks, and nothing lost whatever the split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipelines.streams import split_texts
from voicedesk.core.placed import Placed
from voicedesk.core.word_lengths import words_of
from voicedesk.pipelines.chunker import Chunker, Chunking, Unit
from voicedesk.pipelines.speakable import speakable


def cut(
    pieces: list[str], chunking: Chunking, language: str = "", *, buffered_s: float = 0.0
) -> list[Unit]:
    chunker = Chunker(chunking, language)
    units = [unit for piece in pieces for unit in chunker.add(piece, buffered_s=buffered_s)]
    return [*units, *chunker.flush()]


def said(text: str, chunking: Chunking, language: str = "en") -> list[str]:
    """The units of a text that comes letter by letter."""
    return [unit.text for unit in cut(list(text), chunking, language)]


def bare(text: str) -> str:
    """Letters and digits alone: what must be said."""
    return "".join(filter(str.isalnum, text))


# -------------------------------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("en", "Dr. Smith is in. He waits.", ["Dr. Smith is in.", "He waits."]),
        ("en", "It costs 3.5 euros. Fine.", ["It costs 3.5 euros.", "Fine."]),
        ("en", "Fruit, e.g. apples, is good. Eat.", ["Fruit, e.g. apples, is good.", "Eat."]),
        ("en", "J. R. Hill came. So?", ["J. R. Hill came.", "So?"]),
        ("en", "See www.example.org/a.b. Then go.", ["See example.org.", "Then go."]),
        ("en", "Well... fine! No?! Yes.", ["Well... fine!", "No?!", "Yes."]),
        ("en", 'He said "Go." She went.', ['He said "Go."', "She went."]),
        ("en", "(It is late.) We go.", ["(It is late.)", "We go."]),
        ("en", "I use node.js here. Good.", ["I use node.js here.", "Good."]),
        ("en", "At 3:45 we met. Then not.", ["At 3:45 we met.", "Then not."]),
        ("de", "Am 3. Mai kam Dr. Groß. Gut.", ["Am 3. Mai kam Dr. Groß.", "Gut."]),
        ("de", "Obst, z. B. Äpfel, ist gut. Ja.", ["Obst, z. B. Äpfel, ist gut.", "Ja."]),
        ("zh", "你好。今天天气很好！是吗？好", ["你好。", "今天天气很好！", "是吗？", "好"]),
        ("ja", "はい。「そうです。」と言った。", ["はい。", "「そうです。」", "と言った。"]),
        ("en", "# Title\n\nText here\n\n- one\n- two", ["Title.", "Text here.", "one.", "two."]),
        ("en", "Look:\n```\na\nb\n```\nEnd.", ["Look:", "Code block, 2 lines, on the screen.", "End."]),
        ("en", "no mark at all", ["no mark at all"]),
        ("en", "", []),
        ("en", "  \n **  ** 😀 ... !", []),
    ],
)  # fmt: skip
def test_sentences(language: str, text: str, sentences: list[str]) -> None:
    assert said(text, Chunking.SENTENCE, language) == sentences


def test_the_language_need_not_be_told() -> None:
    text = "Das ist der Brief, und er ist vom 3. Mai. Er ist nicht für dich."
    assert said(text, Chunking.SENTENCE, "") == [
        "Das ist der Brief, und er ist vom 3. Mai.",
        "Er ist nicht für dich.",
    ]


# ---------------------------------------------------------------------------------- other settings


def test_words() -> None:
    assert said("Dr. Smith's 3.5 (big) apples - yes!", Chunking.WORD) == [
        "Dr.", "Smith's", "3.5", "(big)", "apples", "- yes!",
    ]  # fmt: skip


def test_phrases_end_with_a_mark_and_are_not_short() -> None:
    text = "Yes, if it rains on Sunday, we stay; otherwise, we go to the lake. Fine."
    assert said(text, Chunking.PHRASE) == [
        "Yes, if it rains on Sunday,",
        "we stay; otherwise, we go to the lake.",
        "Fine.",
    ]


@pytest.mark.parametrize("chunking", list(Chunking))
@pytest.mark.parametrize("text", ["word " * 400, "字" * 900, "x" * 3000])
def test_text_without_marks_is_cut_all_the_same(chunking: Chunking, text: str) -> None:
    units = said(text, chunking)
    assert len(units) > 1
    assert max(map(len, units)) <= 400
    assert bare("".join(units)) == bare(text)


# -------------------------------------------------------------------------------------------- auto


@pytest.mark.parametrize(
    ("pieces", "first"),
    [
        (["Sure,"], "Sure,"),
        (["Of", " course", "."], "Of course."),
        (["Natürlich", "!"], "Natürlich!"),
        (["I can help with that."], "I can help with that."),
        (["If you like that,"], "If you like that,"),
        (["你好。"], "你好。"),
        (["# Plan\n", "\nx"], None),
    ],
)
def test_the_first_unit_leaves_without_a_look_ahead(pieces: list[str], first: str | None) -> None:
    chunker = Chunker(Chunking.AUTO)
    units = [unit.text for piece in pieces for unit in chunker.add(piece)]
    assert units == ([] if first is None else [first])


@pytest.mark.parametrize(
    "text",
    ["Dr.", "It is over 3.", "There were some 3,", "The answer is e.g.", "Mr. J.", "In it,", "Anna,", "Please visit example.com.", "No."],
)  # fmt: skip
def test_what_may_go_on_is_held_back(text: str) -> None:
    assert Chunker(Chunking.AUTO, "en").add(text) == []


def test_a_number_is_not_torn_apart() -> None:
    assert said("It is exactly 3,5 or 3.5 metres long. Good.", Chunking.AUTO) == [
        "It is exactly 3,5 or 3.5 metres long.",
        "Good.",
    ]


def test_a_first_sentence_without_a_mark_is_cut_before_a_conjunction() -> None:
    text = "The blue line takes you straight to the old harbour and then you walk along the river"
    assert said(text, Chunking.AUTO)[0] == "The blue line takes you straight to the old harbour"


def test_later_units_grow_with_the_sound_that_covers_them() -> None:
    text = "Sure, " + "this is a sentence, and it has two clauses. " * 40
    sizes = []
    for buffered_s in (0.7, 2.0, 5.0, 15.0):
        units = cut(list(text), Chunking.AUTO, "en", buffered_s=buffered_s)[1:-1]
        assert min(len(unit.text) for unit in units) >= 20
        sizes.append(sum(len(unit.text) for unit in units) / len(units))
    assert sizes == sorted(sizes)
    assert sizes[-1] > 3 * sizes[0]


def test_words_that_waited_for_company_leave_when_the_sound_runs_out() -> None:
    chunker = Chunker(Chunking.AUTO, "en")
    chunker.add("Sure, ")
    assert chunker.add("it is in the second drawer. Look ", buffered_s=10.0) == []
    assert [unit.text for unit in chunker.add("", buffered_s=0.9)] == [
        "it is in the second drawer."
    ]


def test_a_long_stretch_without_a_mark_leaves_before_silence_falls() -> None:
    chunker = Chunker(Chunking.AUTO, "en")
    chunker.add("Sure, ")
    text = "the quickest way to get there is to take the blue line to Cen"
    assert chunker.add(text, buffered_s=2.0) == []
    assert [unit.text for unit in chunker.add("", buffered_s=0.3)] == [text[:-4]]
    assert [unit.text for unit in chunker.flush()] == ["Cen"]


def test_code_that_is_open_over_many_pieces_is_one_unit() -> None:
    chunker = Chunker(Chunking.AUTO, "de")
    units = [
        unit
        for line in ["```py\n", *["x = 1\n"] * 12, "```\n", "Fertig."]
        for unit in chunker.add(line)
    ]
    units += chunker.flush()
    assert [unit.text for unit in units] == ["Codeblock, 12 Zeilen, auf dem Bildschirm.", "Fertig."]
    assert units[0].start == 0
    assert units[1].end == len("```py\n" + "x = 1\n" * 12 + "```\n" + "Fertig.")


# -------------------------------------------------------------------------------- whatever the split


@given(split_texts(), st.sampled_from(Chunking), st.lists(st.floats(0, 20), max_size=8))
def test_nothing_is_lost_doubled_or_reordered(
    stream: tuple[str, list[str]], chunking: Chunking, buffered: list[float]
) -> None:
    text, pieces = stream
    chunker = Chunker(chunking, "en")
    units = []
    for index, piece in enumerate(pieces):
        buffered_s = buffered[index % len(buffered)] if buffered else 0.0
        units += chunker.add(piece, buffered_s=buffered_s)
    units += chunker.flush()
    assert [unit.index for unit in units] == list(range(len(units)))
    reached = 0
    for unit in units:
        assert unit.start == reached
        assert unit.end > unit.start
        assert bare(unit.text)
        reached = unit.end
    assert reached <= len(text)
    assert bare("".join(unit.text for unit in units)) == bare(speakable(text, "en"))


@given(split_texts(), st.sampled_from([Chunking.SENTENCE, Chunking.PHRASE, Chunking.WORD]))
def test_the_units_are_the_same_whatever_the_split(
    stream: tuple[str, list[str]], chunking: Chunking
) -> None:
    text, pieces = stream
    assert cut(pieces, chunking) == cut([text], chunking)


def test_a_chunker_keeps_only_the_open_end_of_its_text() -> None:
    chunker = Chunker(Chunking.AUTO, "en")
    for _ in range(2000):
        chunker.add("This is a sentence of some length. ", buffered_s=1.0)
    assert len(chunker._text) < 1000
    assert len(chunker._ends) == len(chunker._text)
    assert len(chunker._marks) < 100


# ------------------------------------------------------------------------- where the words came from


@given(split_texts(), st.sampled_from(Chunking))
def test_each_word_that_is_said_has_its_place_in_the_text(
    split: tuple[str, list[str]], chunking: Chunking
) -> None:
    for unit in cut(split[1], chunking):
        assert len(unit.words) == len(list(words_of(unit.text)))
        ends = [word.end for word in unit.words]
        assert ends == sorted(ends)
        assert all(unit.start < end <= unit.end for end in ends)


def test_words_keep_their_places_through_markup() -> None:
    text = "# News\n\nIt is **really** `fast`, and good."
    words = [text[w.start : w.end] for unit in cut([text], Chunking.SENTENCE) for w in unit.words]
    assert [bare(word) for word in words] == ["News", "It", "is", "really", "fast", "and", "good"]


def test_what_a_voice_tells_of_a_unit_is_told_of_the_text() -> None:
    text = "**Yes**, it is."
    (unit,) = cut([text], Chunking.SENTENCE)
    assert unit.text == "Yes, it is."
    told = unit.in_stream([Placed(4, 0.0, 300.0), Placed(7, 300.0, 400.0), Placed(99, 0.0, 1.0)])
    assert [(text[: each.end], each.ends_ms) for each in told] == [
        ("**Yes**,", 300.0),
        ("**Yes**, it", 400.0),
    ]
