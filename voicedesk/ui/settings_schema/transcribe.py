"""The first stage of the classic chain: words are written down."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Choice, Option, Page, ServerChoice, When
from voicedesk.ui.settings_schema.shared import (
    IS_CLASSIC,
    TRANSCRIPTION_MODELS,
    remote,
    spoken_language,
)
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

_ON_A_SERVER = remote(
    "classic.transcription_server", lambda settings: settings.classic.transcription_server
)
_LIVE = When(
    "classic.transcription",
    lambda settings: (
        _ON_A_SERVER.holds(settings) and settings.classic.transcription in {"auto", "live"}
    ),
)

TRANSCRIBE = Page(
    "transcribe",
    QT_TRANSLATE_NOOP("Settings", "Transcribe"),
    "transcribe",
    (
        Option(
            "classic.transcription",
            QT_TRANSLATE_NOOP("Settings", "How your words are written down"),
            options=(
                ("auto", QT_TRANSLATE_NOOP("Settings", "The quickest way the server offers")),
                ("live", QT_TRANSLATE_NOOP("Settings", "While you talk")),
                (
                    "streamed",
                    QT_TRANSLATE_NOOP("Settings", "After you have talked, word by word"),
                ),
                ("whole", QT_TRANSLATE_NOOP("Settings", "After you have talked, in one piece")),
            ),
            words=QT_TRANSLATE_NOOP(
                "Settings", "speech recognition, speech to text, STT, dictation, live"
            ),
        ),
        ServerChoice(
            "classic.transcription_server",
            QT_TRANSLATE_NOOP("Settings", "Transcription server"),
            words=QT_TRANSLATE_NOOP("Settings", "speech recognition, provider, host"),
        ),
        Choice(
            "classic.live_transcription_model",
            QT_TRANSLATE_NOOP("Settings", "Model while you talk"),
            QT_TRANSLATE_NOOP("Settings", "Writes while you are still talking."),
            when=_LIVE,
            suggestions=(
                "gpt-live-transcribe",
                "gpt-realtime-whisper",
            ),
            words=QT_TRANSLATE_NOOP("Settings", "speech to text, STT"),
        ),
        Choice(
            "classic.transcription_model",
            QT_TRANSLATE_NOOP("Settings", "Model for recordings"),
            QT_TRANSLATE_NOOP(
                "Settings", "Writes after you have talked, and when the live way fails."
            ),
            when=_ON_A_SERVER,
            suggestions=TRANSCRIPTION_MODELS,
            words=QT_TRANSLATE_NOOP("Settings", "speech to text, STT, whisper"),
        ),
        spoken_language("classic.language"),
    ),
    when=IS_CLASSIC,
    level=1,
)
