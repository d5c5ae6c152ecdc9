"""The log: readable by its owner, without secrets."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from voicedesk.conversation.logs import Redactor, start_logging, write_log


@pytest.fixture
def log_folder(tmp_path: Path) -> Iterator[Path]:
    loggers = [logging.getLogger("voicedesk"), logging.getLogger("asyncio")]
    before = [list(logger.handlers) for logger in loggers]
    level = loggers[0].level
    yield tmp_path / "log"
    loggers[0].setLevel(level)
    for logger, kept in zip(loggers, before, strict=True):
        for handler in [handler for handler in logger.handlers if handler not in kept]:
            logger.removeHandler(handler)
            handler.close()


def test_a_planted_key_is_not_in_the_file(log_folder: Path) -> None:
    path = start_logging(log_folder)
    assert path is not None
    log = logging.getLogger("voicedesk.test")
    log.info("the key is %s", "sk-abcdefgh12345678")
    log.info("Authorization: Bearer abcdefghijklmnop")
    try:
        raise ValueError("sk-proj-abcdefgh12345678")
    except ValueError:
        log.info("it failed", exc_info=True)
    text = path.read_text(encoding="utf-8")
    assert "it failed" in text
    assert "ValueError" in text
    assert "abcdefgh" not in text
    assert path.stat().st_mode & 0o077 == 0


def test_a_known_secret_is_hidden_whatever_it_looks_like() -> None:
    redactor = Redactor()
    redactor.hide("plain word")
    redactor.hide("")
    assert redactor.clean("this plain word is a key") == "this [hidden] is a key"


def test_ordinary_text_is_left_alone() -> None:
    text = "the token of my esteem; skiing; task-force; asking"
    assert Redactor().clean(text) == text


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert start_logging(file / "log") is None


def test_nothing_is_written_while_the_log_is_off(log_folder: Path) -> None:
    path = start_logging(log_folder)
    assert path is not None
    log = logging.getLogger("voicedesk.test")
    write_log(is_on=False)
    log.info("unwritten")
    write_log(is_on=True)
    log.info("written")
    text = path.read_text(encoding="utf-8")
    assert "unwritten" not in text
    assert "written" in text
