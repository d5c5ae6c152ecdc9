"""Whether the talk key can be had while another window is in use, and why not."""

from __future__ import annotations

import sys

from PySide6.QtGui import QGuiApplication

from voicedesk.core.settings import Settings
from voicedesk.hotkey import base
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

_WRITES = QT_TRANSLATE_NOOP(
    "Settings",
    "Not with the space bar, which writes in other windows. Choose another talk key first.",
)
_WAYLAND = QT_TRANSLATE_NOOP(
    "Settings",
    "This desktop (Wayland) shows no program the keys of other windows. Have it run “voicedesk toggle” instead: its keyboard settings can give a key to a command. “voicedesk start” and “voicedesk stop” serve where a key-up can be given one too.",
)
_MISSING = QT_TRANSLATE_NOOP(
    "Settings",
    'It needs a part that is not installed: pip install "voicedesk[hotkey]".',
)


def hindrance(settings: Settings) -> str:
    """Why the talk key cannot work in other windows, untranslated; empty where it can."""
    if settings.talk.key == "space":
        return _WRITES
    if sys.platform.startswith("linux") and (
        base.is_wayland() or QGuiApplication.platformName() != "xcb"
    ):
        return _WAYLAND
    return "" if base.is_installed() else _MISSING
