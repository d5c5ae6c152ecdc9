"""How the window looks, and which language it speaks."""

from __future__ import annotations

from voicedesk.ui.settings_fields import LanguageChoice, Option, Page, Switch
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

APPEARANCE = Page(
    "appearance",
    QT_TRANSLATE_NOOP("Settings", "Look and language"),
    "appearance",
    (
        Option(
            "appearance.theme",
            QT_TRANSLATE_NOOP("Settings", "Colours"),
            options=(
                ("system", QT_TRANSLATE_NOOP("Settings", "As the desktop")),
                ("light", QT_TRANSLATE_NOOP("Settings", "Light")),
                ("dark", QT_TRANSLATE_NOOP("Settings", "Dark")),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "theme, dark mode, light, night, look"),
        ),
        LanguageChoice(
            "appearance.language",
            QT_TRANSLATE_NOOP("Settings", "Language of the window"),
            words=QT_TRANSLATE_NOOP("Settings", "translation, locale, English, German, Deutsch"),
        ),
        Option(
            "appearance.text_size",
            QT_TRANSLATE_NOOP("Settings", "Text size"),
            options=(
                (90, "90\xa0%"),
                (100, "100\xa0%"),
                (115, "115\xa0%"),
                (130, "130\xa0%"),
                (150, "150\xa0%"),
                (175, "175\xa0%"),
                (200, "200\xa0%"),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "font, zoom, bigger, smaller, scale, larger"),
        ),
        Switch(
            "appearance.light_words",
            QT_TRANSLATE_NOOP("Settings", "Light the words as they are spoken"),
            words=QT_TRANSLATE_NOOP("Settings", "highlight, karaoke, dim, follow"),
        ),
        Option(
            "appearance.reduced_motion",
            QT_TRANSLATE_NOOP("Settings", "Less motion"),
            QT_TRANSLATE_NOOP("Settings", "Nothing slides, fades or pulses."),
            options=(
                ("system", QT_TRANSLATE_NOOP("Settings", "As the desktop")),
                ("always", QT_TRANSLATE_NOOP("Settings", "Always")),
                ("never", QT_TRANSLATE_NOOP("Settings", "Never")),
            ),
            words=QT_TRANSLATE_NOOP("Settings", "animation, accessibility, reduced motion, calm"),
        ),
    ),
)
