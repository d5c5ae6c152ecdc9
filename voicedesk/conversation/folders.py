"""Where VoiceDesk keeps its files. Loaded by commands that must act at once, so it loads next to nothing itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "VOICEDESK_HOME"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where files go: ``VOICEDESK_HOME`` moves all of them into one folder."""

    config: Path
    data: Path
    log: Path

    @classmethod
    def find(cls) -> Folders:
        """The folders of this user, not necessarily there yet."""
        home = os.environ.get(HOME_VARIABLE)
        if home:
            root = Path(home).expanduser()
            return cls(root, root / "data", root / "log")
        from platformdirs import PlatformDirs

        dirs = PlatformDirs("VoiceDesk", appauthor=False)
        return cls(Path(dirs.user_config_path), Path(dirs.user_data_path), Path(dirs.user_log_path))
