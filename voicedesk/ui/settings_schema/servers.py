"""The servers, with their addresses and keys."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Page, Panel
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

SERVERS = Page(
    "server",
    QT_TRANSLATE_NOOP("Settings", "Servers"),
    "server",
    (
        Panel(
            "servers",
            QT_TRANSLATE_NOOP("Settings", "Servers and keys"),
            words=QT_TRANSLATE_NOOP(
                "Settings",
                "API key, token, password, address, URL, provider, account, OpenAI, local, add, remove, encryption",
            ),
        ),
    ),
)
