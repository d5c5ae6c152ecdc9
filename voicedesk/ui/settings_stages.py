"""The pages below Pipeline as data: the realtime pipeline, and the stages of the classic one."""

from __future__ import annotations

from voicedesk.core.settings import BUILTIN, Settings
from voicedesk.ui.settings_fields import (
    QT_TRANSLATE_NOOP,
    Choice,
    Decimal,
    Option,
    Page,
    ServerChoice,
    Switch,
)


def _is_remote(settings: Settings, server_id: str) -> bool:
    return settings.server(server_id).dialect != BUILTIN


def _is_realtime(settings: Settings) -> bool:
    return settings.mode == "realtime"


def _remote_realtime(settings: Settings) -> bool:
    return settings.realtime_server.dialect != BUILTIN


def _transcribes_realtime(settings: Settings) -> bool:
    return _remote_realtime(settings) and settings.realtime.transcribe


def _is_classic(settings: Settings) -> bool:
    return settings.mode == "classic"


def _transcribes_live(settings: Settings) -> bool:
    return _has_transcription_model(settings) and settings.classic.transcription in {"auto", "live"}


def _has_transcription_model(settings: Settings) -> bool:
    return _is_remote(settings, settings.classic.transcription_server)


def _has_remote_thinking(settings: Settings) -> bool:
    return _is_remote(settings, settings.classic.thinking_server)


def _has_speech_server(settings: Settings) -> bool:
    return settings.classic.voice_kind != "offline"


def _has_speech_model(settings: Settings) -> bool:
    is_remote = _is_remote(settings, settings.classic.speech_server)
    return settings.classic.voice_kind == "server" and is_remote


VOICES = (
    "marin",
    "cedar",
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "sage",
    "shimmer",
    "verse",
)
LANGUAGES = ("en", "de", "fr", "es", "it", "zh", "ja")

PIPELINE_PAGES: tuple[Page, ...] = (
    Page(
        "realtime",
        QT_TRANSLATE_NOOP("Settings", "Realtime"),
        "realtime",
        (
            ServerChoice(
                "realtime.server",
                QT_TRANSLATE_NOOP("Settings", "Answers come from"),
                QT_TRANSLATE_NOOP("Settings", "Keys and addresses are on the page Servers."),
                words=QT_TRANSLATE_NOOP("Settings", "provider, host, OpenAI"),
            ),
            Choice(
                "realtime.model",
                QT_TRANSLATE_NOOP("Settings", "Model"),
                QT_TRANSLATE_NOOP("Settings", "A speech-to-speech model that this server offers."),
                applies=_remote_realtime,
                needs="realtime.server",
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
                applies=_remote_realtime,
                needs="realtime.server",
                words=QT_TRANSLATE_NOOP("Settings", "speaker, TTS, sound of the voice"),
                suggestions=VOICES,
            ),
            Option(
                "realtime.effort",
                QT_TRANSLATE_NOOP("Settings", "How much it thinks first"),
                QT_TRANSLATE_NOOP("Settings", "More makes better answers that come later."),
                applies=_remote_realtime,
                needs="realtime.server",
                words=QT_TRANSLATE_NOOP("Settings", "reasoning, thinking, quality"),
                options=(
                    ("", QT_TRANSLATE_NOOP("Settings", "As the model does by itself")),
                    ("minimal", QT_TRANSLATE_NOOP("Settings", "Minimal")),
                    ("low", QT_TRANSLATE_NOOP("Settings", "Low")),
                    ("medium", QT_TRANSLATE_NOOP("Settings", "Medium")),
                    ("high", QT_TRANSLATE_NOOP("Settings", "High")),
                    ("xhigh", QT_TRANSLATE_NOOP("Settings", "Very high")),
                ),
            ),
            Option(
                "realtime.noise_reduction",
                QT_TRANSLATE_NOOP("Settings", "Noise reduction"),
                QT_TRANSLATE_NOOP("Settings", "The server takes out what is not your voice."),
                applies=_remote_realtime,
                needs="realtime.server",
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
                applies=_transcribes_realtime,
                needs="realtime.transcribe",
                words=QT_TRANSLATE_NOOP("Settings", "speech to text, STT, whisper"),
                suggestions=(
                    "gpt-transcribe",
                    "gpt-4o-transcribe",
                    "gpt-4o-mini-transcribe",
                    "whisper-1",
                ),
            ),
            Choice(
                "realtime.language",
                QT_TRANSLATE_NOOP("Settings", "Language you speak"),
                QT_TRANSLATE_NOOP(
                    "Settings", "A code such as en or de. Empty: the server finds out."
                ),
                words=QT_TRANSLATE_NOOP("Settings", "speech recognition, dictation"),
                suggestions=LANGUAGES,
                when_empty=QT_TRANSLATE_NOOP("Settings", "Found out by itself"),
            ),
        ),
        applies=_is_realtime,
        needs="mode",
        level=1,
    ),
    Page(
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
                QT_TRANSLATE_NOOP("Settings", "Keys and addresses are on the page Servers."),
                words=QT_TRANSLATE_NOOP("Settings", "speech recognition, provider, host"),
            ),
            Choice(
                "classic.live_transcription_model",
                QT_TRANSLATE_NOOP("Settings", "Model while you talk"),
                QT_TRANSLATE_NOOP("Settings", "Writes while you are still talking."),
                applies=_transcribes_live,
                suggestions=(
                    "gpt-live-transcribe",
                    "gpt-realtime-whisper",
                ),
                needs="classic.transcription",
                words=QT_TRANSLATE_NOOP("Settings", "speech to text, STT"),
            ),
            Choice(
                "classic.transcription_model",
                QT_TRANSLATE_NOOP("Settings", "Model for recordings"),
                QT_TRANSLATE_NOOP(
                    "Settings", "Writes after you have talked, and when the live way fails."
                ),
                applies=_has_transcription_model,
                suggestions=(
                    "gpt-transcribe",
                    "gpt-4o-transcribe",
                    "gpt-4o-mini-transcribe",
                    "whisper-1",
                ),
                needs="classic.transcription_server",
                words=QT_TRANSLATE_NOOP("Settings", "speech to text, STT, whisper"),
            ),
            Choice(
                "classic.language",
                QT_TRANSLATE_NOOP("Settings", "Language you speak"),
                QT_TRANSLATE_NOOP(
                    "Settings", "A code such as en or de. Empty: the server finds out."
                ),
                suggestions=LANGUAGES,
                when_empty=QT_TRANSLATE_NOOP("Settings", "Found out by itself"),
                words=QT_TRANSLATE_NOOP("Settings", "speech recognition, dictation"),
            ),
        ),
        applies=_is_classic,
        needs="mode",
        level=1,
    ),
    Page(
        "think",
        QT_TRANSLATE_NOOP("Settings", "Think"),
        "think",
        (
            ServerChoice(
                "classic.thinking_server",
                QT_TRANSLATE_NOOP("Settings", "Thinking server"),
                QT_TRANSLATE_NOOP("Settings", "Keys and addresses are on the page Servers."),
                words=QT_TRANSLATE_NOOP("Settings", "LLM, provider, host"),
            ),
            Option(
                "classic.thinking",
                QT_TRANSLATE_NOOP("Settings", "How the server is spoken to"),
                applies=_has_remote_thinking,
                options=(
                    ("auto", QT_TRANSLATE_NOOP("Settings", "What suits the server")),
                    ("chat", QT_TRANSLATE_NOOP("Settings", "Chat Completions")),
                    ("responses", QT_TRANSLATE_NOOP("Settings", "Responses")),
                    ("agent", QT_TRANSLATE_NOOP("Settings", "Agent server (events)")),
                ),
                needs="classic.thinking_server",
                words=QT_TRANSLATE_NOOP("Settings", "API, protocol, endpoint"),
            ),
            Choice(
                "classic.thinking_model",
                QT_TRANSLATE_NOOP("Settings", "Thinking model"),
                QT_TRANSLATE_NOOP("Settings", "Answers in writing."),
                applies=_has_remote_thinking,
                suggestions=(
                    "gpt-5.4-mini",
                    "gpt-5.4",
                    "gpt-5.5",
                    "gpt-6-luna",
                ),
                needs="classic.thinking_server",
                words=QT_TRANSLATE_NOOP("Settings", "LLM, GPT, chat"),
            ),
            Option(
                "classic.effort",
                QT_TRANSLATE_NOOP("Settings", "How much it thinks first"),
                QT_TRANSLATE_NOOP("Settings", "More makes better answers that come later."),
                applies=_has_remote_thinking,
                options=(
                    ("", QT_TRANSLATE_NOOP("Settings", "As the model does by itself")),
                    ("none", QT_TRANSLATE_NOOP("Settings", "None")),
                    ("minimal", QT_TRANSLATE_NOOP("Settings", "Minimal")),
                    ("low", QT_TRANSLATE_NOOP("Settings", "Low")),
                    ("medium", QT_TRANSLATE_NOOP("Settings", "Medium")),
                    ("high", QT_TRANSLATE_NOOP("Settings", "High")),
                    ("xhigh", QT_TRANSLATE_NOOP("Settings", "Very high")),
                ),
                needs="classic.thinking_server",
                words=QT_TRANSLATE_NOOP("Settings", "reasoning, thinking, quality"),
            ),
        ),
        applies=_is_classic,
        needs="mode",
        level=1,
    ),
    Page(
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
                applies=_has_speech_server,
                needs="classic.voice_kind",
                words=QT_TRANSLATE_NOOP("Settings", "TTS, text to speech, provider, host"),
            ),
            Choice(
                "classic.speech_model",
                QT_TRANSLATE_NOOP("Settings", "Speech model"),
                applies=_has_speech_model,
                suggestions=(
                    "gpt-4o-mini-tts",
                    "tts-1",
                    "tts-1-hd",
                ),
                needs="classic.voice_kind",
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
            Decimal(
                "classic.speed",
                QT_TRANSLATE_NOOP("Settings", "Speed"),
                unit="×",
                step=0.05,
                words=QT_TRANSLATE_NOOP("Settings", "rate, pace, faster, slower, tempo"),
            ),
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
                words=QT_TRANSLATE_NOOP("Settings", "pieces, sentences, latency, delay"),
            ),
        ),
        applies=_is_classic,
        needs="mode",
        level=1,
    ),
)
