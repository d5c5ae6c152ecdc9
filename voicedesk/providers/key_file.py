"""Keys in a file, for desktops without a keychain: only if the user wants it, and readable by its owner alone.

That the file is there is the permission to use it. Whoever can read the user's files can read it: the window says so
before it is made.
"""

from __future__ import annotations

import json
import logging
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from voicedesk.disk import write_whole

log = logging.getLogger(__name__)

_NAME = "keys.json"
_MOST_BYTES = 256 * 1024


class KeyFile:
    """The file in the folder of the settings."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _NAME

    @property
    def exists(self) -> bool:
        """Whether keys may be kept there. No link to anywhere else counts."""
        try:
            return self.path.is_file() and not self.path.is_symlink()
        except OSError:  # a home that may not even be looked into
            return False

    def read(self) -> dict[str, str]:
        """The keys by account; none when there is no file, or none that can be understood."""
        if not self.exists:
            return {}
        try:
            self._make_private()
            with self.path.open("rb") as file:
                data = json.loads(file.read(_MOST_BYTES))
        except (OSError, ValueError, RecursionError) as error:
            log.info("the file of keys cannot be read: %s", type(error).__name__)
            return {}
        if not isinstance(data, dict):
            return {}
        return {account: key for account, key in data.items() if isinstance(key, str)}

    def _make_private(self) -> None:
        mode = stat.S_IMODE(self.path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            log.info("the file of keys could be read by others; it is its owner's alone again")
            self.path.chmod(0o600)

    def write(self, keys: Mapping[str, str]) -> None:
        """Keep these keys and no others. A crash leaves the old file or the new one.

        Raises:
            OSError: The disk is full or the folder cannot be written.
        """
        write_whole(self.path, json.dumps(dict(keys), indent=2).encode())

    def remove(self) -> None:
        """Be without the file.

        Raises:
            OSError: It cannot be removed.
        """
        self.path.unlink(missing_ok=True)
