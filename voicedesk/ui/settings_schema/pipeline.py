"""How answers are made, and what is heard while one waits for them."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Option, Page, Switch
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

PIPELINE = Page(
    "pipeline",
    QT_TRANSLATE_NOOP("Settings", "Pipeline"),
    "pipeline",
    (
        Option(
            "mode",
            QT_TRANSLATE_NOOP("Settings", "How answers are made"),
            QT_TRANSLATE_NOOP(
                "Settings",
                "Realtime is the quickest. Classic lets you choose each stage: who writes down your words, who answers, and who speaks.",
            ),
            options=(
                (
                    "realtime",
                    QT_TRANSLATE_NOOP("Settings", "Realtime: one speech model listens and answers"),
                ),
                ("classic", QT_TRANSLATE_NOOP("Settings", "Classic: transcribe, think, speak")),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "mode, chain, engine, realtime, classic"),
        ),
        Switch(
            "feedback.tick",
            QT_TRANSLATE_NOOP("Settings", "A soft tick while you wait"),
            QT_TRANSLATE_NOOP(
                "Settings", "When nothing has been heard for a little more than a second."
            ),
            words=QT_TRANSLATE_NOOP("Settings", "sound, silence, waiting, delay"),
        ),
        Switch(
            "feedback.filler",
            QT_TRANSLATE_NOOP("Settings", "Say something short while you wait"),
            QT_TRANSLATE_NOOP(
                "Settings", "A few words such as “One moment.” when it takes two seconds."
            ),
            words=QT_TRANSLATE_NOOP("Settings", "filler, phrase, waiting, delay"),
        ),
    ),
)
