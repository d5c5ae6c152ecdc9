"""The talk key: which one it is, how it is pressed, and what a recording takes in."""

from __future__ import annotations

from voicedesk.ui.elsewhere import hindrance
from voicedesk.ui.settings_fields import Milliseconds, Option, Page, Switch, When, Whole
from voicedesk.ui.settings_guarded import GuardedSwitch
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP
from voicedesk.ui.talk_key_names import TALK_KEYS

TALK = Page(
    "talk",
    QT_TRANSLATE_NOOP("Settings", "Talk"),
    "microphone",
    (
        Option(
            "talk.key",
            QT_TRANSLATE_NOOP("Settings", "Talk key"),
            QT_TRANSLATE_NOOP(
                "Settings",
                "It works anywhere in this window. The space bar types a space where you type.",
            ),
            options=TALK_KEYS,
            words=QT_TRANSLATE_NOOP(
                "Settings", "push to talk, PTT, hotkey, shortcut, space bar, keyboard"
            ),
        ),
        GuardedSwitch(
            "talk.everywhere",
            QT_TRANSLATE_NOOP("Settings", "The talk key works in other windows"),
            QT_TRANSLATE_NOOP(
                "Settings",
                "Talk while you work in another program. Choose a key that does nothing there.",
            ),
            hindrance=hindrance,
            words=QT_TRANSLATE_NOOP(
                "Settings", "global, everywhere, background, hotkey, shortcut, system-wide, Wayland"
            ),
        ),
        Option(
            "talk.style",
            QT_TRANSLATE_NOOP("Settings", "How to press it"),
            options=(
                (
                    "both",
                    QT_TRANSLATE_NOOP("Settings", "Hold to talk, or tap to begin and to end"),
                ),
                ("hold", QT_TRANSLATE_NOOP("Settings", "Hold to talk")),
                ("tap", QT_TRANSLATE_NOOP("Settings", "Tap to begin, tap to end")),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "push to talk, toggle, hold, tap, hands free"),
        ),
        Milliseconds(
            "talk.tap_ms",
            QT_TRANSLATE_NOOP("Settings", "Longest tap"),
            QT_TRANSLATE_NOOP("Settings", "A shorter press keeps listening until the next one."),
            when=When("talk.style", lambda settings: settings.talk.style == "both"),
            words=QT_TRANSLATE_NOOP("Settings", "toggle, click, press"),
        ),
        Milliseconds(
            "talk.tail_ms",
            QT_TRANSLATE_NOOP("Settings", "Keep recording after release"),
            QT_TRANSLATE_NOOP("Settings", "So that your last word is whole."),
            words=QT_TRANSLATE_NOOP("Settings", "tail, cut off, end, release"),
        ),
        Milliseconds(
            "talk.preroll_ms",
            QT_TRANSLATE_NOOP("Settings", "Include sound from before the press"),
            QT_TRANSLATE_NOOP("Settings", "So that your first word is whole."),
            words=QT_TRANSLATE_NOOP("Settings", "pre-roll, cut off, beginning, buffer"),
        ),
        Whole(
            "talk.cap_s",
            QT_TRANSLATE_NOOP("Settings", "Longest recording"),
            QT_TRANSLATE_NOOP("Settings", "Recording ends by itself after this time."),
            unit="s",
            step=10,
            words=QT_TRANSLATE_NOOP("Settings", "limit, maximum, timeout"),
        ),
        Switch(
            "feedback.cues",
            QT_TRANSLATE_NOOP("Settings", "Soft sounds when recording begins and ends"),
            QT_TRANSLATE_NOOP(
                "Settings", "And when something fails. They are never part of what is recorded."
            ),
            words=QT_TRANSLATE_NOOP("Settings", "cue, beep, signal, start, stop, error, tone"),
        ),
    ),
)
