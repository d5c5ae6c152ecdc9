"""The command grammar: the automaton says the same as the rules, and the assistant understands all of it."""

import random
from itertools import product

import pocketsphinx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.engine.assistant.assistant import understand
from voicedesk.engine.assistant.errands import ERRANDS
from voicedesk.engine.assistant.plan import divide
from voicedesk.engine.assistant.text import Utterance
from voicedesk.engine.ears.automaton import compile_rules
from voicedesk.engine.ears.grammar import PRIORS, command_automaton
from voicedesk.engine.ears.writing import written

AUTOMATON = command_automaton()


@pytest.mark.parametrize(
    ("rule", "accepted", "refused"),
    [
        ("a", ["a"], ["", "b", "a a"]),
        ("a | b c", ["a", "b c"], ["b", "a c"]),
        ("a [b] c", ["a c", "a b c"], ["a b", "c"]),
        ("(a | b) (c | d)", ["a c", "a d", "b c", "b d"], ["a", "c d"]),
        ("[a] [b]", ["", "a", "b", "a b"], ["b a"]),
        ("a b | a c | a", ["a b", "a c", "a"], ["b"]),
        ("<x> and <x>", ["1 and 2", "1 and 1"], ["1 and", "and"]),
    ],
)
def test_a_rule_accepts_its_sentences_and_no_others(
    rule: str, accepted: list[str], refused: list[str]
) -> None:
    automaton = compile_rules({"top": rule, "x": "1 | 2"}, "top")
    assert [sentence for sentence in accepted if not automaton.accepts(sentence)] == []
    assert [sentence for sentence in refused if automaton.accepts(sentence)] == []


@pytest.mark.parametrize(
    "rules", [{"top": "<top> a"}, {"top": "<none>"}, {"top": "(a"}, {"top": "a)"}, {"top": "[a)"}]
)
def test_rules_that_are_wrong_are_refused(rules: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"rule|closed|unexpected"):
        compile_rules(rules, "top")


Rule = tuple[str, frozenset[str]]


def both(left: Rule, right: Rule) -> Rule:
    joined = {f"{a} {b}".strip() for a, b in product(left[1], right[1])}
    return f"{left[0]} {right[0]}", frozenset(joined)


words = st.sampled_from("abc").map(lambda word: (word, frozenset({word})))
rules = st.recursive(
    words,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: both(*pair)),
        st.tuples(inner, inner).map(
            lambda pair: (f"({pair[0][0]} | {pair[1][0]})", pair[0][1] | pair[1][1])
        ),
        inner.map(lambda rule: (f"[{rule[0]}]", rule[1] | {""})),
    ),
    max_leaves=6,
)


@given(rules)
def test_the_automaton_accepts_exactly_what_the_rules_make(rule: Rule) -> None:
    text, sentences = rule
    automaton = compile_rules({"top": text}, "top")
    longest = max(len(sentence.split()) for sentence in sentences)
    for length in range(min(longest, 3) + 1):
        for candidate in map(" ".join, product("abc", repeat=length)):
            assert automaton.accepts(candidate) == (candidate in sentences)
    assert all(automaton.accepts(sentence) for sentence in sentences)


def is_understood(sentence: str) -> bool:
    def find(part: str) -> bool | None:
        utterance = Utterance(part)
        errands = any(errand.understand(utterance) is not None for errand in ERRANDS)
        return errands or understand(part) is not None or None

    return divide(sentence, find, lambda _: False) != []


def test_whatever_can_be_heard_is_understood() -> None:
    source = random.Random(5)
    samples = {AUTOMATON.sample(source) for _ in range(3000)}
    assert [sentence for sentence in sorted(samples) if not is_understood(sentence)] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "what is twelve plus thirty",
        "remember that my bike is red",
        "how many minutes are in two days",
        "say that again",
        "set a timer for ninety nine minutes",
        "please cancel the timer",
        "what time is it and what is three times four",
    ],
)
def test_the_grammar_knows_what_people_say(sentence: str) -> None:
    assert AUTOMATON.accepts(sentence)


def test_the_recogniser_can_pronounce_every_word() -> None:
    decoder = pocketsphinx.Decoder(pocketsphinx.Config(lm=None, loglevel="FATAL"))
    assert [word for word in sorted(AUTOMATON.words) if decoder.lookup_word(word) is None] == []
    assert set(PRIORS) <= AUTOMATON.words


def test_it_stays_small() -> None:
    assert len(AUTOMATON.arcs) < 1200, "a large automaton takes the recogniser's time"


@pytest.mark.parametrize(
    ("heard", "text"),
    [
        ("", ""),
        ("what is twelve plus thirty", "What is twelve plus thirty?"),
        ("my name is peter", "My name is Peter."),
        ("what time is it in new york", "What time is it in New York?"),
        ("what did i ask you to remember", "What did I ask you to remember?"),
        ("count to twenty", "Count to twenty."),
        ("how many inches in a foot", "How many inches in a foot?"),
    ],
)
def test_words_become_a_line_to_read(heard: str, text: str) -> None:
    assert written(heard) == text
