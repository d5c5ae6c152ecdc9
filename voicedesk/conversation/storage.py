"""The settings file."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from voicedesk.conversation.folders import Folders
from voicedesk.core.errors import SettingsError
from voicedesk.core.reasons import disk_reason
from voicedesk.core.settings import Settings, dump, load
from voicedesk.disk import write_whole

__all__ = ["Folders", "SettingsFile", "SettingsSaveError"]

log = logging.getLogger(__name__)

MAX_SETTINGS_BYTES = 1024 * 1024


class SettingsFile:
    """Reads and writes the settings. A file that cannot be used is set aside, never overwritten.

    Attributes:
        path: The file.
        problem: Why the defaults are in use although there was a file; None if all is well.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "settings.json"
        self.problem: SettingsError | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a file. One in a folder that may not even be looked into counts as none."""
        try:
            return self.path.exists()
        except OSError:
            return False

    def load(self) -> Settings:
        """The settings; the defaults if there is no usable file."""
        self.problem = None
        try:
            with self.path.open("rb") as file:
                data = file.read(MAX_SETTINGS_BYTES + 1)
        except FileNotFoundError:
            return Settings()
        except OSError as error:
            return self._do_without(error, disk_reason(error))
        try:
            if len(data) > MAX_SETTINGS_BYTES:
                raise SettingsError("too large", reason="the file is damaged")
            return load(data.decode("utf-8"))
        except (SettingsError, UnicodeDecodeError) as error:
            reason = (
                error.arguments.get("reason", "")
                if isinstance(error, SettingsError)
                else "the file is damaged"
            )
            return self._do_without(error, reason)

    def _do_without(self, error: Exception, reason: object) -> Settings:
        """The defaults, with the problem told."""
        aside = self._set_aside()
        problem = SettingsLeftError if aside is None else SettingsError
        self.problem = problem(repr(error), reason=reason, path=str(aside or self.path))
        log.info("defaults in use: %s", self.problem)
        return Settings()

    def _set_aside(self) -> Path | None:
        """Where the file is now; None if it cannot be moved."""
        with contextlib.suppress(OSError):  # a folder that cannot be written, or not looked into
            for number in range(1, 1000):
                aside = self.path.with_name(f"settings.aside-{number}.json")
                if not aside.exists():
                    self.path.rename(aside)
                    return aside
        return None

    def save(self, settings: Settings) -> None:
        """Write the settings so that a crash leaves either the old file or the new one.

        Raises:
            SettingsError: The disk is full or the folder cannot be written.
        """
        try:
            write_whole(self.path, dump(settings).encode())
        except OSError as error:
            raise SettingsSaveError(
                repr(error), reason=disk_reason(error), path=str(self.path)
            ) from error


class SettingsLeftError(SettingsError):
    """A settings file can be neither used nor set aside."""

    sentence = "The settings in {path} could not be read ({reason}). The defaults are in use until they can."


class SettingsSaveError(SettingsError):
    """The settings could not be written; they count until VoiceDesk ends."""

    sentence = (
        "The settings could not be saved to {path} ({reason}). They count until VoiceDesk ends."
    )
