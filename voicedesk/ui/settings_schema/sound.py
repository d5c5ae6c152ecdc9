"""What is recorded with, what is heard through, and a way to try both."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Device, Option, Page, Panel, Percent
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

SOUND = Page(
    "sound",
    QT_TRANSLATE_NOOP("Settings", "Sound"),
    "sound",
    (
        Device(
            "sound.microphone",
            QT_TRANSLATE_NOOP("Settings", "Microphone"),
            kind="microphones",
            words=QT_TRANSLATE_NOOP("Settings", "input, headset, recording, mic, device"),
        ),
        Device(
            "sound.speaker",
            QT_TRANSLATE_NOOP("Settings", "Speaker"),
            kind="speakers",
            words=QT_TRANSLATE_NOOP(
                "Settings", "output, headphones, playback, loudspeaker, device"
            ),
        ),
        Percent(
            "sound.volume",
            QT_TRANSLATE_NOOP("Settings", "Volume of the answers"),
            words=QT_TRANSLATE_NOOP("Settings", "loud, quiet, loudness"),
        ),
        Option(
            "sound.echo",
            QT_TRANSLATE_NOOP("Settings", "Take answers out of what is recorded"),
            QT_TRANSLATE_NOOP(
                "Settings", "When you talk into an answer that comes from loudspeakers."
            ),
            options=(
                ("auto", QT_TRANSLATE_NOOP("Settings", "Unless the speaker is headphones")),
                ("on", QT_TRANSLATE_NOOP("Settings", "Always")),
                ("off", QT_TRANSLATE_NOOP("Settings", "Never")),
            ),
            words=QT_TRANSLATE_NOOP(
                "Settings",
                "echo cancellation, AEC, feedback, loudspeaker, headphones, interrupt",
            ),
        ),
        Panel(
            "sound-test",
            QT_TRANSLATE_NOOP("Settings", "Try it"),
            words=QT_TRANSLATE_NOOP("Settings", "test, level, meter, hear yourself, check"),
        ),
    ),
)
