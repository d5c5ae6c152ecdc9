"""Markdown made speakable, whole and as a stream."""

import pytest
from hypothesis import given

from tests.pipelines.streams import split_texts
from voicedesk.pipelines.phrases import guess_language
from voicedesk.pipelines.speakable import Speakable, speakable
from voicedesk.pipelines.spoken import Spoken


def flat(runs: list[Spoken]) -> list[tuple[str, int]]:
    """Each character with the place where it ends in the text."""
    return [
        (char, run.end - len(run.text) + index + 1 if run.exact else run.end)
        for run in runs
        for index, char in enumerate(run.text)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Plain words, as they are.", "Plain words, as they are."),
        ("# Title\nText", "Title. Text"),
        ("## Done?\nText", "Done? Text"),
        (
            "One **bold** and *soft* and ***both*** and __this__ word",
            "One bold and soft and both and this word",
        ),
        ("~~gone~~ but ~5 stays", "gone but ~5 stays"),
        ("call `get_name()` now", "call get name() now"),
        ("a snake_case_name", "a snake case name"),
        ("3 * 4 is 12, 3*4 too, 2**3 is 8", "3 × 4 is 12, 3×4 too, 2^3 is 8"),
        ("- one\n- two!\n* three\n+ four", "one. two! three. four."),
        ("- [ ] open\n- [x] done", "open. done."),
        ("1. first\n2) second", "1: first. 2: second."),
        ("  - nested\n    - deeper", "nested. deeper."),
        ("> quoted\n> on", "quoted on"),
        ("one\ntwo\n\nthree", "one two. three"),
        ("above\n\n---\n\nbelow", "above. below"),
        ("Title\n=====\nbelow", "Title. below"),
        ('see [the docs](https://example.org/a_(b) "t").', "see the docs."),
        ("see [**bold** link](x)", "see bold link"),
        ("see [https://www.example.org/x](https://www.example.org/x)", "see example.org"),
        ("see [](https://example.org/x)", "see example.org"),
        ("an [aside] stays", "an aside stays"),
        ("a note[^1] and 【4:0†source】 go", "a note and go"),
        ("at https://www.example.org/a/b?c=d#e.", "at example.org."),
        ("at www.example.org, or", "at example.org, or"),
        ("<https://user@example.org:80/x> it is", "example.org it is"),
        ("(see https://example.org/a_(b))", "(see example.org)"),
        ("what, how, http, www. and https://", "what, how, http, www. and https://"),
        ("![a cat](cat.png) Look!", "Image: a cat Look!"),
        ("![](cat.png) Look!", "Look!"),
        ("Great 🎉! Go ➡️ on 👩\u200d💻 🇩🇪 ❤️.", "Great! Go on."),
        ("1️⃣ first", "1 first"),
        ("A → B", "A, B"),
        ("line<br>break, <b>bold</b>, a < b, c <d", "linebreak, bold, a < b, c <d"),
        ("salt &amp; pepper&nbsp;too & so", "salt & pepper too & so"),
        (r"a \* b, \(x\), \[y\]", "a * b, x, y"),
        ("C# is #1", "C# is #1"),
        ("می\u200dرود", "می\u200dرود"),
        ("", ""),
        (" \n\n ", ""),
        ("***", ""),
    ],
)
def test_what_is_said(text: str, said: str) -> None:
    assert speakable(text) == said


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("So:\n```python\na\nb\n```\nDone.", "en", "So: Code block, 2 lines, on the screen. Done."),
        ("```\na\n```", "en", "Code block, 1 line, on the screen."),
        ("```\na\n\nb", "en", "Code block, 3 lines, on the screen."),
        ("```\na\n```", "de-AT", "Codeblock, 1 Zeile, auf dem Bildschirm."),
        ("Das ist es und nicht mehr:\n~~~\na\n~~~", "", "Das ist es und nicht mehr: Codeblock, 1 Zeile, auf dem Bildschirm."),
        ("```\n```\nNothing.", "en", "Nothing."),
        ("````\n```\n````", "en", "Code block, 1 line, on the screen."),
        ("``` x = 1 ```\nDone", "en", "Code block, 1 line, on the screen. Done"),
        ("- item\n  ```\n  a\n  ```\n- next", "en", "item. Code block, 1 line, on the screen. next."),
        ("|a|b|c|\n|-|:-:|-|\n|1|2|3|\n|4|5|6|\nEnd", "en", "Table, columns: 3, rows: 2, on the screen. End"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", "de", "Tabelle, Spalten: 2, Zeilen: 1, auf dem Bildschirm."),
        ("|x| is the absolute value", "en", "x, is the absolute value."),
        ("```\na\n```", "xx", "Code block, 1 line, on the screen."),
    ],
)  # fmt: skip
def test_code_and_tables_are_named(text: str, language: str, said: str) -> None:
    assert speakable(text, language) == said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is the house of the man?", "en"),
        ("Das Haus ist nicht hier, und ich auch nicht.", "de"),
        ("Voici la maison et les enfants.", "fr"),
        ("¿Dónde está la casa? Aquí, con el perro.", "es"),
        ("Ecco la casa che non è mia.", "it"),
        ("今天天气很好", "zh"),
        ("これは本です", "ja"),
        ("42", "en"),
    ],
)
def test_the_language_is_guessed(text: str, language: str) -> None:
    assert guess_language(text) == language


def test_plain_words_are_not_held_back() -> None:
    reader = Speakable("en")
    assert flat(reader.feed("Sure,")) == [("S", 1), ("u", 2), ("r", 3), ("e", 4), (",", 5)]
    assert "".join(run.text for run in reader.feed(" I can! Yes")) == " I can! Yes"


def test_an_open_mark_is_held_back_until_it_is_closed() -> None:
    reader = Speakable("en")
    assert "".join(run.text for run in reader.feed("see [the docs](https://exa")) == "see "
    assert "".join(run.text for run in reader.feed("mple.org/x) now")) == "the docs now"


def test_a_mark_that_never_closes_is_not_held_back_forever() -> None:
    reader = Speakable("en")
    said = "".join(run.text for _ in range(300) for run in reader.feed("[some words "))
    assert "some words" in said


@given(split_texts())
def test_the_split_of_the_stream_changes_nothing(stream: tuple[str, list[str]]) -> None:
    text, pieces = stream
    whole, split = Speakable(), Speakable()
    expected = flat([*whole.feed(text), *whole.flush()])
    runs = [run for piece in pieces for run in split.feed(piece)]
    assert flat([*runs, *split.flush()]) == expected


@given(split_texts())
def test_places_rise_and_exact_runs_stand_in_the_text(stream: tuple[str, list[str]]) -> None:
    text, pieces = stream
    reader = Speakable("en")
    runs = [run for piece in pieces for run in reader.feed(piece)]
    runs += reader.flush()
    ends = [end for _, end in flat(runs)]
    assert ends == sorted(ends)
    assert all(0 <= end <= len(text) for end in ends)
    for run in runs:
        assert run.text
        if run.exact:
            assert text[run.end - len(run.text) : run.end] == run.text
