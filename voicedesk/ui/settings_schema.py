"""The pages of the settings as data: which settings there are, what they are called, and what helps to choose."""

from __future__ import annotations

from voicedesk.core.settings import Settings
from voicedesk.ui.settings_fields import (
    QT_TRANSLATE_NOOP,
    Choice,
    Device,
    Field,
    LanguageChoice,
    Option,
    Page,
    Panel,
    Percent,
    Switch,
    ToolChoice,
    Whole,
    Words,
)
from voicedesk.ui.settings_stages import PIPELINE_PAGES
from voicedesk.ui.talk_key_names import TALK_KEYS


def _uses_tools(settings: Settings) -> bool:
    return settings.assistant.tools


def _taps_and_holds(settings: Settings) -> bool:
    return settings.talk.style == "both"


def _keeps_takes(settings: Settings) -> bool:
    return settings.privacy.takes != "none"


def _tells_of_versions(settings: Settings) -> bool:
    return settings.privacy.updates


PAGES: tuple[Page, ...] = (
    Page(
        "talk",
        QT_TRANSLATE_NOOP("Settings", "Talk"),
        "microphone",
        (
            Option(
                "talk.key",
                QT_TRANSLATE_NOOP("Settings", "Talk key"),
                QT_TRANSLATE_NOOP(
                    "Settings",
                    "It works anywhere in this window. The space bar types a space where you type.",
                ),
                options=TALK_KEYS,
                words=QT_TRANSLATE_NOOP(
                    "Settings", "push to talk, PTT, hotkey, shortcut, space bar, keyboard"
                ),
            ),
            Option(
                "talk.style",
                QT_TRANSLATE_NOOP("Settings", "How to press it"),
                options=(
                    (
                        "both",
                        QT_TRANSLATE_NOOP("Settings", "Hold to talk, or tap to begin and to end"),
                    ),
                    ("hold", QT_TRANSLATE_NOOP("Settings", "Hold to talk")),
                    ("tap", QT_TRANSLATE_NOOP("Settings", "Tap to begin, tap to end")),
                ),
                words=QT_TRANSLATE_NOOP("Settings", "push to talk, toggle, hold, tap, hands free"),
            ),
            Whole(
                "talk.tap_ms",
                QT_TRANSLATE_NOOP("Settings", "Longest tap"),
                QT_TRANSLATE_NOOP(
                    "Settings", "A shorter press keeps listening until the next one."
                ),
                applies=_taps_and_holds,
                needs="talk.style",
                unit="ms",
                step=50,
                words=QT_TRANSLATE_NOOP("Settings", "toggle, click, press"),
            ),
            Whole(
                "talk.tail_ms",
                QT_TRANSLATE_NOOP("Settings", "Keep recording after release"),
                QT_TRANSLATE_NOOP("Settings", "So that your last word is whole."),
                unit="ms",
                step=50,
                words=QT_TRANSLATE_NOOP("Settings", "tail, cut off, end, release"),
            ),
            Whole(
                "talk.preroll_ms",
                QT_TRANSLATE_NOOP("Settings", "Include sound from before the press"),
                QT_TRANSLATE_NOOP("Settings", "So that your first word is whole."),
                unit="ms",
                step=50,
                words=QT_TRANSLATE_NOOP("Settings", "pre-roll, cut off, beginning, buffer"),
            ),
            Whole(
                "talk.cap_s",
                QT_TRANSLATE_NOOP("Settings", "Longest recording"),
                QT_TRANSLATE_NOOP("Settings", "Recording ends by itself after this time."),
                unit="s",
                step=10,
                words=QT_TRANSLATE_NOOP("Settings", "limit, maximum, timeout"),
            ),
            Switch(
                "feedback.cues",
                QT_TRANSLATE_NOOP("Settings", "Soft sounds when recording begins and ends"),
                QT_TRANSLATE_NOOP(
                    "Settings", "And when something fails. They are never part of what is recorded."
                ),
                words=QT_TRANSLATE_NOOP("Settings", "cue, beep, signal, start, stop, error, tone"),
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
                words=QT_TRANSLATE_NOOP("Settings", "input, headset, recording, mic"),
            ),
            Device(
                "sound.speaker",
                QT_TRANSLATE_NOOP("Settings", "Speaker"),
                kind="speakers",
                words=QT_TRANSLATE_NOOP("Settings", "output, headphones, playback, loudspeaker"),
            ),
            Percent(
                "sound.volume",
                QT_TRANSLATE_NOOP("Settings", "Volume of the answers"),
                words=QT_TRANSLATE_NOOP("Settings", "loud, quiet, loudness"),
            ),
            Option(
                "sound.echo",
                QT_TRANSLATE_NOOP("Settings", "Take answers out of what is recorded"),
                QT_TRANSLATE_NOOP(
                    "Settings", "When you talk into an answer that comes from loudspeakers."
                ),
                options=(
                    ("auto", QT_TRANSLATE_NOOP("Settings", "Unless the speaker is headphones")),
                    ("on", QT_TRANSLATE_NOOP("Settings", "Always")),
                    ("off", QT_TRANSLATE_NOOP("Settings", "Never")),
                ),
                words=QT_TRANSLATE_NOOP(
                    "Settings",
                    "echo cancellation, AEC, feedback, loudspeaker, headphones, interrupt",
                ),
            ),
            Panel(
                "sound-test",
                QT_TRANSLATE_NOOP("Settings", "Try it"),
                words=QT_TRANSLATE_NOOP("Settings", "test, level, meter, hear yourself, check"),
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
                words=QT_TRANSLATE_NOOP("Settings", "mode, chain, engine, realtime, classic"),
            ),
            Switch(
                "feedback.tick",
                QT_TRANSLATE_NOOP("Settings", "A soft tick while you wait"),
                QT_TRANSLATE_NOOP(
                    "Settings", "When nothing has been heard for a little more than a second."
                ),
                words=QT_TRANSLATE_NOOP("Settings", "sound, silence, waiting, delay"),
            ),
            Switch(
                "feedback.filler",
                QT_TRANSLATE_NOOP("Settings", "Say something short while you wait"),
                QT_TRANSLATE_NOOP(
                    "Settings", "A few words such as “One moment.” when it takes two seconds."
                ),
                words=QT_TRANSLATE_NOOP("Settings", "filler, phrase, waiting, delay"),
            ),
        ),
    ),
    *PIPELINE_PAGES,
    Page(
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
                applies=_uses_tools,
                needs="assistant.tools",
                words=QT_TRANSLATE_NOOP(
                    "Settings", "functions, timer, alarm, notes, calculator, clipboard, links, time"
                ),
            ),
        ),
    ),
    Page(
        "privacy",
        QT_TRANSLATE_NOOP("Settings", "Privacy"),
        "privacy",
        (
            Switch(
                "privacy.history",
                QT_TRANSLATE_NOOP("Settings", "Keep conversations"),
                QT_TRANSLATE_NOOP(
                    "Settings", "On this computer only, to be found, read and continued later."
                ),
                words=QT_TRANSLATE_NOOP("Settings", "history, save, store, past, transcript"),
            ),
            Option(
                "privacy.takes",
                QT_TRANSLATE_NOOP("Settings", "Keep recordings of what I said"),
                QT_TRANSLATE_NOOP(
                    "Settings",
                    "On this computer only. One that was not answered is always kept until it is, so that nothing has to be said twice.",
                ),
                options=(
                    ("none", QT_TRANSLATE_NOOP("Settings", "Not at all")),
                    ("day", QT_TRANSLATE_NOOP("Settings", "For a day")),
                    ("week", QT_TRANSLATE_NOOP("Settings", "For a week")),
                    ("always", QT_TRANSLATE_NOOP("Settings", "Until I delete them")),
                ),
                words=QT_TRANSLATE_NOOP("Settings", "takes, audio, sound files, retention, delete"),
            ),
            Whole(
                "privacy.takes_limit_mb",
                QT_TRANSLATE_NOOP("Settings", "Most room for recordings"),
                QT_TRANSLATE_NOOP("Settings", "The oldest go first."),
                applies=_keeps_takes,
                needs="privacy.takes",
                unit="MB",
                step=50,
                words=QT_TRANSLATE_NOOP("Settings", "disk, space, storage, size, limit"),
            ),
            Switch(
                "privacy.logs",
                QT_TRANSLATE_NOOP("Settings", "Keep a log of troubles"),
                QT_TRANSLATE_NOOP(
                    "Settings",
                    "A file on this computer that helps to find faults. It holds no keys and nothing that was said.",
                ),
                words=QT_TRANSLATE_NOOP("Settings", "logging, debug, diagnostics, report"),
            ),
            Switch(
                "privacy.updates",
                QT_TRANSLATE_NOOP("Settings", "Tell me about new versions"),
                QT_TRANSLATE_NOOP(
                    "Settings", "Asks once a day, sends nothing else, and fetches nothing."
                ),
                words=QT_TRANSLATE_NOOP("Settings", "update, upgrade, release, version, news"),
            ),
            Choice(
                "privacy.updates_list",
                QT_TRANSLATE_NOOP("Settings", "Address of the list of versions"),
                QT_TRANSLATE_NOOP(
                    "Settings", "From whoever gave you VoiceDesk; it begins with https."
                ),
                when_empty=QT_TRANSLATE_NOOP("Settings", "None: nobody is asked"),
                applies=_tells_of_versions,
                needs="privacy.updates",
                words=QT_TRANSLATE_NOOP("Settings", "update, release, URL, feed, server"),
            ),
        ),
    ),
    Page(
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
                words=QT_TRANSLATE_NOOP(
                    "Settings", "translation, locale, English, German, Deutsch"
                ),
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
            Switch(
                "appearance.reduced_motion",
                QT_TRANSLATE_NOOP("Settings", "Less motion"),
                QT_TRANSLATE_NOOP("Settings", "Nothing slides, fades or pulses."),
                words=QT_TRANSLATE_NOOP(
                    "Settings", "animation, accessibility, reduced motion, calm"
                ),
            ),
        ),
    ),
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
    for field in page_of(path).fields:
        if field.path == path:
            return field
    raise KeyError(path)
