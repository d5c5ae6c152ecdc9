"""The pages of the settings as data: which settings there are, what they are called, and what helps to choose."""

from __future__ import annotations

from voicedesk.core.settings import BUILTIN, Settings
from voicedesk.ui.settings_fields import (
    QT_TRANSLATE_NOOP,
    Choice,
    Device,
    Option,
    Page,
    Switch,
    ToolChoice,
    Whole,
    Words,
)
from voicedesk.ui.settings_stages import STAGE_PAGES


def _is_realtime(settings: Settings) -> bool:
    return settings.mode == "realtime"


def _remote_realtime(settings: Settings) -> bool:
    return _is_realtime(settings) and settings.realtime_server.dialect != BUILTIN


def _uses_tools(settings: Settings) -> bool:
    return settings.assistant.tools


PAGES: tuple[Page, ...] = (
    Page(
        "server",
        QT_TRANSLATE_NOOP("Settings", "Server"),
        "server",
        (
            Choice(
                "realtime.model",
                QT_TRANSLATE_NOOP("Settings", "Model"),
                QT_TRANSLATE_NOOP("Settings", "A speech-to-speech model that this server offers."),
                applies=_remote_realtime,
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
                suggestions=(
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
                ),
            ),
            Switch(
                "realtime.transcribe",
                QT_TRANSLATE_NOOP("Settings", "Show what I said"),
                QT_TRANSLATE_NOOP(
                    "Settings", "The server writes your words down; it may charge for that."
                ),
                applies=_is_realtime,
            ),
        ),
    ),
    Page(
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
                        QT_TRANSLATE_NOOP(
                            "Settings", "Realtime: one speech model listens and answers"
                        ),
                    ),
                    ("classic", QT_TRANSLATE_NOOP("Settings", "Classic: transcribe, think, speak")),
                ),
            ),
            Switch(
                "feedback.tick",
                QT_TRANSLATE_NOOP("Settings", "A soft tick while you wait"),
                QT_TRANSLATE_NOOP(
                    "Settings", "When nothing has been heard for a little more than a second."
                ),
            ),
            Switch(
                "feedback.filler",
                QT_TRANSLATE_NOOP("Settings", "Say something short while you wait"),
                QT_TRANSLATE_NOOP(
                    "Settings", "A few words such as “One moment.” when it takes two seconds."
                ),
            ),
        ),
    ),
    *STAGE_PAGES,
    Page(
        "talk",
        QT_TRANSLATE_NOOP("Settings", "Talk"),
        "microphone",
        (
            Whole(
                "talk.tail_ms",
                QT_TRANSLATE_NOOP("Settings", "Keep recording after release"),
                QT_TRANSLATE_NOOP("Settings", "So that your last word is whole."),
                unit="ms",
                step=50,
            ),
            Whole(
                "talk.preroll_ms",
                QT_TRANSLATE_NOOP("Settings", "Include sound from before the press"),
                QT_TRANSLATE_NOOP("Settings", "So that your first word is whole."),
                unit="ms",
                step=50,
            ),
            Whole(
                "talk.tap_ms",
                QT_TRANSLATE_NOOP("Settings", "Longest tap"),
                QT_TRANSLATE_NOOP(
                    "Settings",
                    "A shorter press keeps listening until the next one. 0 turns it off.",
                ),
                unit="ms",
                step=50,
            ),
            Whole(
                "talk.cap_s",
                QT_TRANSLATE_NOOP("Settings", "Longest recording"),
                QT_TRANSLATE_NOOP("Settings", "Recording ends by itself after this time."),
                unit="s",
                step=10,
            ),
        ),
    ),
    Page(
        "sound",
        QT_TRANSLATE_NOOP("Settings", "Sound"),
        "sound",
        (
            Device(
                "sound.microphone",
                QT_TRANSLATE_NOOP("Settings", "Microphone"),
                kind="microphones",
            ),
            Device("sound.speaker", QT_TRANSLATE_NOOP("Settings", "Speaker"), kind="speakers"),
        ),
    ),
    Page(
        "assistant",
        QT_TRANSLATE_NOOP("Settings", "Assistant"),
        "assistant",
        (
            Words(
                "assistant.instructions",
                QT_TRANSLATE_NOOP("Settings", "Instructions"),
                QT_TRANSLATE_NOOP(
                    "Settings", "What the assistant is told about its part, before you talk."
                ),
            ),
        ),
    ),
    Page(
        "tools",
        QT_TRANSLATE_NOOP("Settings", "Tools"),
        "tool",
        (
            Switch(
                "assistant.tools",
                QT_TRANSLATE_NOOP("Settings", "Let the assistant use tools"),
                QT_TRANSLATE_NOOP(
                    "Settings",
                    "What reads from or opens something on this computer asks you each time.",
                ),
            ),
            ToolChoice(
                "assistant.tools_off",
                QT_TRANSLATE_NOOP("Settings", "Tools it may use"),
                applies=_uses_tools,
            ),
        ),
    ),
)
