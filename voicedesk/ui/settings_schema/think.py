"""The second stage of the classic chain: an answer is written."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Choice, Option, Page, ServerChoice
from voicedesk.ui.settings_schema.shared import IS_CLASSIC, effort, remote
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

_ON_A_SERVER = remote("classic.thinking_server", lambda settings: settings.classic.thinking_server)

THINK = Page(
    "think",
    QT_TRANSLATE_NOOP("Settings", "Think"),
    "think",
    (
        ServerChoice(
            "classic.thinking_server",
            QT_TRANSLATE_NOOP("Settings", "Thinking server"),
            words=QT_TRANSLATE_NOOP("Settings", "LLM, provider, host"),
        ),
        Option(
            "classic.thinking",
            QT_TRANSLATE_NOOP("Settings", "How the server is spoken to"),
            when=_ON_A_SERVER,
            options=(
                ("auto", QT_TRANSLATE_NOOP("Settings", "What suits the server")),
                ("chat", QT_TRANSLATE_NOOP("Settings", "Chat Completions")),
                ("responses", QT_TRANSLATE_NOOP("Settings", "Responses")),
                ("agent", QT_TRANSLATE_NOOP("Settings", "Agent server (events)")),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "API, protocol, endpoint"),
        ),
        Choice(
            "classic.thinking_model",
            QT_TRANSLATE_NOOP("Settings", "Thinking model"),
            QT_TRANSLATE_NOOP("Settings", "Answers in writing."),
            when=_ON_A_SERVER,
            suggestions=(
                "gpt-5.4-mini",
                "gpt-5.4",
                "gpt-5.5",
                "gpt-6-luna",
            ),
            words=QT_TRANSLATE_NOOP("Settings", "LLM, GPT, chat"),
        ),
        effort("classic.effort", _ON_A_SERVER, can_be_none=True),
    ),
    when=IS_CLASSIC,
    level=1,
)
