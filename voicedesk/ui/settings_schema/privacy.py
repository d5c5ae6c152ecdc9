"""What is kept on this computer, and whom it asks."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Choice, Option, Page, Switch, When, Whole
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

PRIVACY = Page(
    "privacy",
    QT_TRANSLATE_NOOP("Settings", "Privacy"),
    "privacy",
    (
        Switch(
            "privacy.history",
            QT_TRANSLATE_NOOP("Settings", "Keep conversations"),
            QT_TRANSLATE_NOOP(
                "Settings", "On this computer only, to be found, read and continued later."
            ),
            words=QT_TRANSLATE_NOOP("Settings", "history, save, store, past, transcript"),
        ),
        Option(
            "privacy.history_span",
            QT_TRANSLATE_NOOP("Settings", "Keep them"),
            QT_TRANSLATE_NOOP(
                "Settings",
                "What did not go on for so long is deleted for good, with its recordings.",
            ),
            when=When("privacy.history", lambda settings: settings.privacy.history),
            options=(
                ("week", QT_TRANSLATE_NOOP("Settings", "For a week")),
                ("month", QT_TRANSLATE_NOOP("Settings", "For a month")),
                ("year", QT_TRANSLATE_NOOP("Settings", "For a year")),
                ("always", QT_TRANSLATE_NOOP("Settings", "Until I delete them")),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "history, retention, delete, conversations, age"),
        ),
        Option(
            "privacy.takes",
            QT_TRANSLATE_NOOP("Settings", "Keep recordings of what I said"),
            QT_TRANSLATE_NOOP(
                "Settings",
                "On this computer only. One that was not answered is always kept until it is, so that nothing has to be said twice.",
            ),
            options=(
                ("none", QT_TRANSLATE_NOOP("Settings", "Not at all")),
                ("day", QT_TRANSLATE_NOOP("Settings", "For a day")),
                ("week", QT_TRANSLATE_NOOP("Settings", "For a week")),
                ("always", QT_TRANSLATE_NOOP("Settings", "Until I delete them")),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "takes, audio, sound files, retention, delete"),
        ),
        Whole(
            "privacy.takes_limit_mb",
            QT_TRANSLATE_NOOP("Settings", "Most room for recordings"),
            QT_TRANSLATE_NOOP("Settings", "The oldest go first."),
            when=When("privacy.takes", lambda settings: settings.privacy.takes != "none"),
            unit="MB",
            step=50,
            words=QT_TRANSLATE_NOOP("Settings", "disk, space, storage, size, limit"),
        ),
        Switch(
            "privacy.logs",
            QT_TRANSLATE_NOOP("Settings", "Keep a log of troubles"),
            QT_TRANSLATE_NOOP(
                "Settings",
                "A file on this computer that helps to find faults. It holds no keys and nothing that was said.",
            ),
            words=QT_TRANSLATE_NOOP("Settings", "logging, debug, diagnostics, report"),
        ),
        Switch(
            "privacy.updates",
            QT_TRANSLATE_NOOP("Settings", "Tell me about new versions"),
            QT_TRANSLATE_NOOP(
                "Settings", "Asks once a day, sends nothing else, and fetches nothing."
            ),
            words=QT_TRANSLATE_NOOP("Settings", "update, upgrade, release, version, news"),
        ),
        Choice(
            "privacy.updates_list",
            QT_TRANSLATE_NOOP("Settings", "Address of the list of versions"),
            QT_TRANSLATE_NOOP("Settings", "From whoever gave you VoiceDesk; it begins with https."),
            when_empty=QT_TRANSLATE_NOOP("Settings", "None: nobody is asked"),
            when=When("privacy.updates", lambda settings: settings.privacy.updates),
            words=QT_TRANSLATE_NOOP("Settings", "update, release, URL, feed, server"),
        ),
    ),
)
