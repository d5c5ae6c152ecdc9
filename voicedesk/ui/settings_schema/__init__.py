"""The pages of the settings as data: which settings there are, what they are called, and what helps to choose."""

from __future__ import annotations

from voicedesk.ui.settings_fields import Field, Page
from voicedesk.ui.settings_schema.appearance import APPEARANCE
from voicedesk.ui.settings_schema.assistant import ASSISTANT
from voicedesk.ui.settings_schema.pipeline import PIPELINE
from voicedesk.ui.settings_schema.privacy import PRIVACY
from voicedesk.ui.settings_schema.realtime import REALTIME
from voicedesk.ui.settings_schema.servers import SERVERS
from voicedesk.ui.settings_schema.sound import SOUND
from voicedesk.ui.settings_schema.speak import SPEAK
from voicedesk.ui.settings_schema.talk import TALK
from voicedesk.ui.settings_schema.think import THINK
from voicedesk.ui.settings_schema.transcribe import TRANSCRIBE

PAGES: tuple[Page, ...] = (
    TALK,
    SOUND,
    PIPELINE,
    REALTIME,
    TRANSCRIBE,
    THINK,
    SPEAK,
    SERVERS,
    ASSISTANT,
    PRIVACY,
    APPEARANCE,
)


def page_of(path: str) -> Page:
    """The page of a setting.

    Raises:
        KeyError: No page shows it.
    """
    for page in PAGES:
        if any(field.path == path for field in page.fields):
            return page
    raise KeyError(path)


def field_at(path: str) -> Field:
    """The description of a setting.

    Raises:
        KeyError: No page shows it.
    """
    return next(field for field in page_of(path).fields if field.path == path)
