"""The last stage of the classic chain: the answer is read aloud."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Choice, Option, Page, ServerChoice, When
from voicedesk.ui.settings_schema.shared import IS_CLASSIC, VOICES, remote, speed
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

_ON_A_SERVER = remote("classic.speech_server", lambda settings: settings.classic.speech_server)
_SPEECH_SERVER = When(
    "classic.voice_kind", lambda settings: settings.classic.voice_kind != "offline"
)
_SPEECH_MODEL = When(
    "classic.voice_kind",
    lambda settings: settings.classic.voice_kind == "server" and _ON_A_SERVER.holds(settings),
)

SPEAK = Page(
    "speak",
    QT_TRANSLATE_NOOP("Settings", "Speak"),
    "voice",
    (
        Option(
            "classic.voice_kind",
            QT_TRANSLATE_NOOP("Settings", "Who speaks"),
            options=(
                ("offline", QT_TRANSLATE_NOOP("Settings", "This computer: no network needed")),
                ("server", QT_TRANSLATE_NOOP("Settings", "A server that reads text aloud")),
                (
                    "realtime",
                    QT_TRANSLATE_NOOP("Settings", "A realtime model that reads aloud"),
                ),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "TTS, text to speech, read aloud, offline"),
        ),
        ServerChoice(
            "classic.speech_server",
            QT_TRANSLATE_NOOP("Settings", "Speech server"),
            when=_SPEECH_SERVER,
            words=QT_TRANSLATE_NOOP("Settings", "TTS, text to speech, provider, host"),
        ),
        Choice(
            "classic.speech_model",
            QT_TRANSLATE_NOOP("Settings", "Speech model"),
            when=_SPEECH_MODEL,
            suggestions=(
                "gpt-4o-mini-tts",
                "tts-1",
                "tts-1-hd",
            ),
            words=QT_TRANSLATE_NOOP("Settings", "TTS, text to speech"),
        ),
        Choice(
            "classic.voice",
            QT_TRANSLATE_NOOP("Settings", "Speaking voice"),
            QT_TRANSLATE_NOOP(
                "Settings", "Empty: the one that the model or this computer uses by itself."
            ),
            suggestions=VOICES,
            when_empty=QT_TRANSLATE_NOOP("Settings", "The usual one"),
            words=QT_TRANSLATE_NOOP("Settings", "speaker, TTS, sound of the voice"),
        ),
        speed("classic.speed"),
        Option(
            "classic.chunking",
            QT_TRANSLATE_NOOP("Settings", "What is spoken in one go"),
            QT_TRANSLATE_NOOP(
                "Settings", "Smaller pieces begin sooner, larger ones sound more natural."
            ),
            options=(
                (
                    "auto",
                    QT_TRANSLATE_NOOP(
                        "Settings", "Automatic: begins at once, then whole sentences"
                    ),
                ),
                ("word", QT_TRANSLATE_NOOP("Settings", "Words")),
                ("phrase", QT_TRANSLATE_NOOP("Settings", "Phrases")),
                ("sentence", QT_TRANSLATE_NOOP("Settings", "Sentences")),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "pieces, chunking, sentences, latency, delay"),
        ),
    ),
    when=IS_CLASSIC,
    level=1,
)
