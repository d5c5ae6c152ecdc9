"""The log file: rotating, readable by its owner alone, and without secrets."""

from __future__ import annotations

import logging
import logging.handlers
import re
from pathlib import Path

_SECRETS = re.compile(
    r"(?P<before>\b(?:Bearer|api[-_]key|openai-insecure-api-key\.|token)[\s=:\"']*)[\w.\-]{12,}"
    r"|\b(?:sk|pk|rk|gsk|xai)-[\w\-]{8,}",
    re.IGNORECASE,
)
_HIDDEN = "[hidden]"


class Redactor(logging.Filter):
    """Takes keys out of every record, those it was told of and those that look like one."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[str] = set()

    def hide(self, secret: str) -> None:
        """Never let this text into a log."""
        if len(secret) >= 4:
            self._known.add(secret)

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._known:
            text = text.replace(secret, _HIDDEN)
        return _SECRETS.sub(lambda match: (match["before"] or "") + _HIDDEN, text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean a record, its traceback included."""
        record.msg, record.args = self.clean(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self.clean(logging.Formatter().formatException(record.exc_info))
        return True


redactor = Redactor()
"""The one that all handlers of this process share."""


def start_logging(folder: Path) -> Path | None:
    """Log to a file in ``folder``. Returns it, or None when the folder cannot be written."""
    root = logging.getLogger("voicedesk")
    root.setLevel(logging.INFO)
    path = folder / "voicedesk.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=1_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(redactor)
    root.addHandler(handler)
    asyncio_log = logging.getLogger("asyncio")
    asyncio_log.addHandler(handler)
    return path
