"""The realtime pipeline."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Choice, Option, Page, ServerChoice, Switch, When
from voicedesk.ui.settings_schema.shared import (
    TRANSCRIPTION_MODELS,
    VOICES,
    effort,
    remote,
    speed,
    spoken_language,
)
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

_ON_A_SERVER = remote("realtime.server", lambda settings: settings.realtime.server)
_TRANSCRIBES = When(
    "realtime.transcribe",
    lambda settings: _ON_A_SERVER.holds(settings) and settings.realtime.transcribe,
)

REALTIME = Page(
    "realtime",
    QT_TRANSLATE_NOOP("Settings", "Realtime"),
    "realtime",
    (
        ServerChoice(
            "realtime.server",
            QT_TRANSLATE_NOOP("Settings", "Answers come from"),
            words=QT_TRANSLATE_NOOP("Settings", "provider, host, OpenAI"),
        ),
        Choice(
            "realtime.model",
            QT_TRANSLATE_NOOP("Settings", "Model"),
            QT_TRANSLATE_NOOP("Settings", "A speech-to-speech model that this server offers."),
            when=_ON_A_SERVER,
            words=QT_TRANSLATE_NOOP("Settings", "GPT, speech to speech"),
            suggestions=(
                "gpt-realtime-2.1",
                "gpt-realtime-2.1-mini",
                "gpt-realtime-2",
                "gpt-realtime-1.5",
            ),
        ),
        Choice(
            "realtime.voice",
            QT_TRANSLATE_NOOP("Settings", "Voice"),
            QT_TRANSLATE_NOOP("Settings", "The voice that answers."),
            when=_ON_A_SERVER,
            words=QT_TRANSLATE_NOOP("Settings", "speaker, TTS, sound of the voice"),
            suggestions=VOICES,
        ),
        speed("realtime.speed"),
        effort("realtime.effort", _ON_A_SERVER),
        Option(
            "realtime.noise_reduction",
            QT_TRANSLATE_NOOP("Settings", "Noise reduction"),
            QT_TRANSLATE_NOOP("Settings", "The server takes out what is not your voice."),
            when=_ON_A_SERVER,
            words=QT_TRANSLATE_NOOP("Settings", "background, hum, microphone, filter"),
            options=(
                ("", QT_TRANSLATE_NOOP("Settings", "None")),
                ("near_field", QT_TRANSLATE_NOOP("Settings", "For a headset")),
                ("far_field", QT_TRANSLATE_NOOP("Settings", "For a microphone on the desk")),
            ),
        ),
        Switch(
            "realtime.transcribe",
            QT_TRANSLATE_NOOP("Settings", "Show what I said"),
            QT_TRANSLATE_NOOP(
                "Settings", "The server writes your words down; it may charge for that."
            ),
            words=QT_TRANSLATE_NOOP("Settings", "transcribe, transcript, captions, text"),
        ),
        Choice(
            "realtime.transcription_model",
            QT_TRANSLATE_NOOP("Settings", "Model that writes it down"),
            when=_TRANSCRIBES,
            words=QT_TRANSLATE_NOOP("Settings", "speech to text, STT, whisper"),
            suggestions=TRANSCRIPTION_MODELS,
        ),
        spoken_language("realtime.language"),
    ),
    when=When("mode", lambda settings: settings.mode == "realtime"),
    level=1,
)
