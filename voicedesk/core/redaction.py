"""Takes keys out of texts: those that are known, and whatever looks like one.

Logs, errors, reports and exports go through the one ``redactor`` of the process. Who reads or makes a secret tells it.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from voicedesk.core.characters import whole_characters

HIDDEN = "[hidden]"
LONGEST_RECORD = 16_000
"""Characters of one record of the log; a server must not fill the disk with one sentence."""

_LONGEST_SECRET = 4000
_SHORTEST_SECRET = 8
"""Servers at home are given keys like "none" or "test": such words are no secret, and stand in many sentences."""
_SECRETS = re.compile(
    r"(?P<before>\bBearer[\s=:\"']+|\bapi[-_ ]?key[\"']?\s*[=:]\s*[\"']?|\bopenai-insecure-api-key\."
    r"|\btoken[\"']?\s*[=:]\s*[\"']?)[\w.\-+/=~]{12,}"
    r"|(?P<spaced>\b(?:token|api[-_]key)\s+)(?=[\w.\-]*\d)[\w.\-]{12,}"
    r"|\b(?:sk|pk|rk|gsk|xai)-[\w\-]{8,}"
    r"|\bhf_\w{16,}|\bAIza[\w\-]{30,}"
    r"|(?P<scheme>\b(?:https?|wss?)://)[^\s/@\"'<>]+@",
    re.IGNORECASE,
)


class Redactor(logging.Filter):
    """Takes keys out of texts and of every record of the log."""

    def __init__(self) -> None:
        super().__init__()
        self._known: frozenset[str] = frozenset()

    def hide(self, secret: str) -> None:
        """Never let this text out, in any of the ways that it may be written."""
        if len(secret) < _SHORTEST_SECRET or secret in self._known:
            return
        written = {secret, quote(secret, safe=""), repr(secret)[1:-1]}
        written |= {json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
        self._known |= written  # replaced, not changed: other threads may be going through it

    def clean(self, text: str) -> str:
        """The text without secrets, and fit to be written."""
        text = whole_characters(text)
        # The longest first: one secret may begin like another.
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return _SECRETS.sub(_hidden, text)

    def clean_data(self, data: Any) -> Any:
        """A copy of what JSON can hold, each text in it without secrets. Names are texts too.

        To be used before a text is quoted: a secret with quotes in it is written in another way within each.
        """
        if isinstance(data, str):
            return self.clean(data)
        if isinstance(data, Mapping):
            return {self.clean_data(name): self.clean_data(value) for name, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.clean_data(value) for value in data]
        return data

    def excerpt(self, text: str, most: int) -> str:
        """The beginning of a text without secrets; none is cut so that the rest of it would not be known for one."""
        return self.clean(text[: most + _LONGEST_SECRET])[:most]

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean a record, its traceback included, and cut what is too long."""
        record.msg, record.args = _cut(self.clean(_message(record))), None
        if record.exc_info and record.exc_info[1] is not None:
            said = "".join(traceback.format_exception(record.exc_info[1]))
            record.exc_text = _cut(self.clean(said.rstrip("\n")))  # formatters take it as it is
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return True


def _hidden(match: re.Match[str]) -> str:
    if match["scheme"]:
        return f"{match['scheme']}{HIDDEN}@"
    return (match["before"] or match["spaced"] or "") + HIDDEN


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        # Arguments that do not fit their template: the handler would print them with the stack, secrets and all.
        return f"{record.msg} (with arguments that do not fit)"


def _cut(text: str) -> str:
    if len(text) <= LONGEST_RECORD:
        return text
    return f"{text[: LONGEST_RECORD // 2]} … {text[-LONGEST_RECORD // 2 :]}"


redactor = Redactor()
"""The one of this process."""
