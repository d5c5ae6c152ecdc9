"""Sentences of errors that were stored in English, with the turns that failed: said in the window's language.

What is stored is the sentence as it was (it is exported and searched as text). Here it is known again by the template
that it was made from, whatever language the window speaks now and spoke then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from string import Formatter

from PySide6.QtCore import QCoreApplication

from voicedesk.core.errors import VoiceDeskError

REASONS = (
    "it answers with a web page (status {status})",
    "it asks to wait {seconds} seconds.",
    "it has a problem of its own (status {status})",
    "it has an unusual format ({bits} bits, {channels} channels, {rate} Hz)",
    "it has no such service at its address (status {status})",
    "it is {kind}",
    "it refused the request (status {status})",
    "it sends requests on to {place}",
    "it sent {came} instead of {wanted}",
    "it was not ready within {seconds} seconds",
    "the server closed it (code {code})",
    "the value of {where} is not valid",
    "this keyboard has no key {key}",
    "{said} It asks to wait {seconds} seconds.",
)
"""Templates of reasons that hold values."""
_REASONS_THEMSELVES = frozenset({"came", "wanted"})


def stored_sentence(sentence: str) -> str:
    """A stored sentence of an error in the window's language; as it is when nobody knows how it was made."""
    found = _known(sentence, tuple(sorted(set(_templates(VoiceDeskError)))))
    if found is None:
        return sentence
    template, values = found
    if "reason" in values:
        values["reason"] = _reason(values["reason"])
    return _filled(QCoreApplication.translate("errors", template), values)


def _reason(text: str) -> str:
    said = _translated(text)
    found = _known(text, REASONS) if said == text else None
    if found is None:
        return said
    template, values = found
    for name in _REASONS_THEMSELVES & values.keys():
        values[name] = _translated(values[name])
    return _filled(_translated(template), values)


def _translated(reason: str) -> str:
    return QCoreApplication.translate("reasons", reason)


def _templates(kind: type[VoiceDeskError]) -> Iterator[str]:
    yield kind.sentence
    for special in kind.__subclasses__():
        yield from _templates(special)


def _known(text: str, templates: Iterable[str]) -> tuple[str, dict[str, str]] | None:
    """The template of a text, with what fills it: the one that says the most of it by itself."""
    best: tuple[str, dict[str, str]] | None = None
    most = -1
    for template in templates:
        pattern, literal = _pattern(template)
        match = pattern.fullmatch(text) if literal > most else None
        if match is not None:
            best, most = (template, match.groupdict()), literal
    return best


@cache
def _pattern(template: str) -> tuple[re.Pattern[str], int]:
    """What a template may have become, and how many characters of it are its own."""
    pattern, own = "", 0
    names: set[str] = set()
    for literal, name, _, _ in Formatter().parse(template):
        pattern += re.escape(literal)
        own += len(literal)
        if name is not None:
            pattern += f"(?P={name})" if name in names else f"(?P<{name}>.*?)"
            names.add(name)
    return re.compile(pattern, re.DOTALL), own


def _filled(template: str, values: Mapping[str, str]) -> str:
    """A template with values that are text already, whatever format it asks for."""
    parts = Formatter().parse(template)
    return "".join(literal + values.get(name or "", "") for literal, name, _, _ in parts)
