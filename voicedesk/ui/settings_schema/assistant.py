"""What the assistant is told about its part, and what it may do."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Page, Switch, ToolChoice, When, Words
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

ASSISTANT = Page(
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
            words=QT_TRANSLATE_NOOP("Settings", "system prompt, personality, role, behaviour"),
        ),
        Switch(
            "assistant.tools",
            QT_TRANSLATE_NOOP("Settings", "Let the assistant use tools"),
            QT_TRANSLATE_NOOP(
                "Settings",
                "What reads from or opens something on this computer asks you each time.",
            ),
            words=QT_TRANSLATE_NOOP("Settings", "functions, actions, abilities, skills"),
        ),
        ToolChoice(
            "assistant.tools_off",
            QT_TRANSLATE_NOOP("Settings", "Tools it may use"),
            when=When("assistant.tools", lambda settings: settings.assistant.tools),
            words=QT_TRANSLATE_NOOP(
                "Settings", "functions, timer, alarm, notes, calculator, clipboard, links, time"
            ),
        ),
    ),
)
