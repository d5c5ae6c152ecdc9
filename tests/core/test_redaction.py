"""What is taken out of texts, and what is left in them."""

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.conversation.logs import start_logging
from voicedesk.core.errors import LONGEST_DETAIL, LONGEST_SENTENCE, ReplyFailedError, ServerError
from voicedesk.core.redaction import HIDDEN, LONGEST_RECORD, Redactor, redactor


@pytest.mark.parametrize(
    "text",
    [
        "Bearer abcdefghijklmnop",
        "Authorization: Bearer 'abcdefghijklmnop'",
        "api_key=abcdefghijklmnop",
        '{"api-key": "abcdefghijklmnop"}',
        "?token=abcdefghijklmnop&x=1",
        "the token abcdefghijklmn0p",
        "sk-proj-abcdefghijklmnop",
        "xai-abcdefghijklmnop",
        "hf_abcdefghijklmnopqrst",
        "openai-insecure-api-key.abcdefghijklmnop",
        "https://me:abcdefghijklmnop@example.org/v1",
        "wss://abcdefghijklmnop@example.org/v1",
    ],
)
def test_what_looks_like_a_key_is_taken_out(text: str) -> None:
    cleaned = Redactor().clean(text)
    assert HIDDEN in cleaned
    assert "abcdefgh" not in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "the token of my esteem; skiing; task-force; asking",
        "Limit of tokens_per_minute reached: 4096 tokens, conversation_length",
        "token authentication failed",
        "Bearer of good news",
        "mail someone@example.org, see https://example.org/a@b",
        "an api key is needed",
        "http://127.0.0.1:8000/v1",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert Redactor().clean(text) == text


def test_words_that_are_no_secret_stay_in_sentences() -> None:
    own = Redactor()
    for word in ("none", "test", "ollama", ""):
        own.hide(word)
    assert own.clean("ollama: none of the tests") == "ollama: none of the tests"


@given(st.text(min_size=8, max_size=60), st.text(), st.text())
def test_a_known_key_is_found_wherever_it_stands(key: str, before: str, after: str) -> None:
    own = Redactor()
    own.hide(key)
    assert key not in own.clean(f"{before}{key}{after}").replace(HIDDEN, "")


@given(st.integers(0, 120))
def test_no_cut_leaves_a_part_of_a_key(most: int) -> None:
    own = Redactor()
    own.hide("Kplanted0123456789")
    assert "planted" not in own.excerpt("x" * 60 + "Kplanted0123456789" + "y" * 60, most)


def test_one_key_that_begins_like_another() -> None:
    own = Redactor()
    own.hide("abcdefgh")
    own.hide("abcdefghijkl")
    assert own.clean("abcdefghijkl abcdefgh") == f"{HIDDEN} {HIDDEN}"


def test_a_server_cannot_make_a_sentence_or_a_detail_endless() -> None:
    error = ServerError("d" * 100_000, server="Home", reason="r" * 100_000)
    assert len(error.detail) == LONGEST_DETAIL
    assert len(str(error)) == LONGEST_SENTENCE
    assert str(error).endswith(" …")


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    loggers = [logging.getLogger("voicedesk"), logging.getLogger("asyncio")]
    before = [(list(logger.handlers), logger.level) for logger in loggers]
    path = start_logging(tmp_path / "log")
    assert path is not None
    yield path
    for logger, (kept, level) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        for handler in [handler for handler in logger.handlers if handler not in kept]:
            logger.removeHandler(handler)
            handler.close()


def test_a_record_is_cut_and_the_next_file_of_the_log_is_its_owners_alone(log_file: Path) -> None:
    log = logging.getLogger("voicedesk.test")
    for _ in range(100):
        log.info("%s", "x" * 100_000)
    files = list(log_file.parent.iterdir())
    assert len(files) == 2
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert max(map(len, log_file.read_text("utf-8").splitlines())) < LONGEST_RECORD + 100


def test_arguments_that_do_not_fit_do_not_come_out_by_another_way(
    log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = logging.LogRecord("voicedesk", 20, "f", 1, "%d", ("my-planted-key",), None)
    assert redactor.filter(record)
    logging.getLogger("voicedesk").handlers[-1].handle(record)
    assert "do not fit" in log_file.read_text("utf-8")
    assert "planted" not in log_file.read_text("utf-8") + capsys.readouterr().err


def test_halves_of_characters_get_into_no_log_and_no_sentence(log_file: Path) -> None:
    logging.getLogger("voicedesk.test").info("said %s", "half \ud83d")
    assert "half \ufffd" in log_file.read_text("utf-8")
    error = ReplyFailedError("half \ud83d", server="Mine", reason="half \ud83d.")
    assert (error.detail, str(error).encode()) == ("half \ufffd", str(error).encode())


def test_data_is_cleaned_before_it_is_quoted() -> None:
    own = Redactor()
    own.hide('a "quoted" secret')
    data = {"n": 1, "a": ['say a "quoted" secret', None, (True, {'a "quoted" secret': "x"})]}
    assert own.clean_data(data) == {
        "n": 1,
        "a": [f"say {HIDDEN}", None, [True, {HIDDEN: "x"}]],
    }
    assert data["n"] == 1
