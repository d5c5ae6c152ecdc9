"""The log file: rotating, readable by its owner alone, and without secrets."""

from __future__ import annotations

import logging
import logging.handlers
import os
from io import TextIOWrapper
from pathlib import Path

from voicedesk.core.redaction import Redactor, redactor

__all__ = ["Redactor", "redactor", "start_logging"]


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Each file of the log, the fresh ones too, is its owner's alone."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return os.fdopen(os.open(self.baseFilename, flags, 0o600), "a", encoding=self.encoding)


def start_logging(folder: Path) -> Path | None:
    """Log to a file in ``folder``. Returns it, or None when the folder cannot be written."""
    root = logging.getLogger("voicedesk")
    root.setLevel(logging.INFO)
    path = folder / "voicedesk.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = _PrivateFile(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(redactor)
    root.addHandler(handler)
    asyncio_log = logging.getLogger("asyncio")
    asyncio_log.addHandler(handler)
    return path


def write_log(*, is_on: bool) -> None:
    """Go on with the log file, or write nothing to it from now on. Before ``start_logging`` there is none."""
    for handler in logging.getLogger("voicedesk").handlers:
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            handler.setLevel(logging.NOTSET if is_on else logging.CRITICAL + 1)
