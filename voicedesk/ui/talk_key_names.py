"""What the keys are called that one can talk with, and which of them it is now."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from voicedesk.core.settings import TalkKeyName
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP, translated

TALK_KEYS: tuple[tuple[TalkKeyName, str], ...] = (
    ("space", QT_TRANSLATE_NOOP("Settings", "Space")),
    ("insert", QT_TRANSLATE_NOOP("Settings", "Insert")),
    ("pause", QT_TRANSLATE_NOOP("Settings", "Pause")),
    ("scroll_lock", QT_TRANSLATE_NOOP("Settings", "Scroll Lock")),
    ("f2", "F2"),
    ("f3", "F3"),
    ("f4", "F4"),
    ("f5", "F5"),
    ("f6", "F6"),
    ("f7", "F7"),
    ("f8", "F8"),
    ("f9", "F9"),
    ("f10", "F10"),
    ("f11", "F11"),
    ("f12", "F12"),
)
"""Each key with its name, untranslated where it is the same in every language."""

_PROPERTY = "voicedesk_talk_key"


def use_talk_key(key: TalkKeyName, *tell: Callable[[], None]) -> None:
    """From now on this is the key that is named; whoever names it is told."""
    application = QCoreApplication.instance()
    if application is not None:
        application.setProperty(_PROPERTY, key)
    for show in tell:
        show()


def talk_key_name() -> str:
    """What the talk key is called on the keyboard, in the user's language."""
    application = QCoreApplication.instance()
    key = application.property(_PROPERTY) if application is not None else None
    return translated(dict(TALK_KEYS)[key or "space"])
