"""Every error has a sentence that stands by itself."""

import re
from collections.abc import Iterator

import pytest

from voicedesk.core import errors
from voicedesk.core.errors import NoAnswerError, ServerError, VoiceDeskError


def all_errors(base: type[VoiceDeskError] = VoiceDeskError) -> Iterator[type[VoiceDeskError]]:
    yield base
    for child in base.__subclasses__():
        yield from all_errors(child)


@pytest.mark.parametrize("kind", list(all_errors()), ids=lambda kind: kind.__name__)
def test_a_sentence_is_a_sentence(kind: type[VoiceDeskError]) -> None:
    assert re.match(r"[A-Z{]", kind.sentence)
    assert kind.sentence.endswith((".", "}"))
    assert "  " not in kind.sentence


def test_the_tree_at_the_top_names_every_error() -> None:
    names = {kind.__name__ for kind in all_errors() if kind.__module__ == errors.__name__}
    drawn = set(re.findall(r"\w+Error", errors.__doc__ or ""))
    assert names == drawn


def test_arguments_fill_the_sentence_and_missing_ones_do_no_harm() -> None:
    assert (
        str(ServerError(server="Home", reason="it burns")) == "Home reported a problem: it burns."
    )
    assert str(ServerError(server="Home")) == "Home reported a problem: ."
    assert "5 seconds" in str(NoAnswerError(server="Home", seconds=5.2))


def test_a_translated_template_is_filled_alike() -> None:
    error = ServerError(server="Home", reason="es brennt")
    assert error.fill("{server} meldet: {reason}.") == "Home meldet: es brennt."
