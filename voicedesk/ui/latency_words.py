"""The figures of a turn in words: its steps, why it was slow or choppy, and what it cost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from voicedesk.conversation.figures.causes import Cause, Why
from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.spending import Spent
from voicedesk.conversation.figures.turn_figures import Lack, TurnFigures
from voicedesk.conversation.figures.waterfall import Step
from voicedesk.core.timeline import Point, Timeline
from voicedesk.ui.settings_texts import translated
from voicedesk.ui.wording import seconds, whole_milliseconds

if TYPE_CHECKING:
    from voicedesk.ui.settings_fields import Field

_CENT = Decimal("0.01")


def step_name(step: Step) -> str:
    """A row of the waterfall."""
    translate = QCoreApplication.translate
    names = {
        Step.TAIL: translate("Latency", "Recording after release"),
        Step.OURS: translate("Latency", "This computer"),
        Step.RECEIVED: translate("Latency", "Server receives the question"),
        Step.UNDERSTOOD: translate("Latency", "Your words are written down"),
        Step.BEGUN: translate("Latency", "Answer begins"),
        Step.WORDS: translate("Latency", "First words"),
        Step.UNIT: translate("Latency", "Enough words to speak"),
        Step.SOUND: translate("Latency", "First sound is made"),
        Step.BUFFER: translate("Latency", "Buffer against gaps"),
        Step.DEVICE: translate("Latency", "Sound device"),
        Step.SILENCE: translate("Latency", "Silence in the answer"),
        Step.TOOL: translate("Latency", "Tool runs"),
        Step.WAIT: translate("Latency", "Server asks to wait"),
        Step.CONNECTING: translate("Latency", "Connecting"),
    }
    return names[step]


def latency_sentence(timeline: Timeline) -> str:
    """How long it took, and where most of it went: "1.20 s, of which the server 0.90 s"."""
    shares = timeline.shares
    if shares is None:
        return QCoreApplication.translate("Latency", "Nothing was heard.")
    translate = QCoreApplication.translate
    sentences = {
        "tail": translate("Latency", "{total}, of which recording after release {part}"),
        "ours": translate("Latency", "{total}, of which this computer {part}"),
        "server": translate("Latency", "{total}, of which the server {part}"),
        "buffer": translate("Latency", "{total}, of which the buffer {part}"),
        "device": translate("Latency", "{total}, of which the sound device {part}"),
        "silence": translate("Latency", "{total}, of which silence in the answer {part}"),
    }
    longest = max(sentences, key=lambda name: float(getattr(shares, name)))
    return sentences[longest].format(
        total=seconds(shares.total), part=seconds(getattr(shares, longest))
    )


def turn_sentence(turn: TurnFigures) -> str:
    """The same of a turn, which may not have been kept whole."""
    if Lack.TIMES in turn.lacks:
        return QCoreApplication.translate("Latency", "When this answer was heard was not kept.")
    return latency_sentence(turn.timeline)


def mode_name(mode: str) -> str:
    """A pipeline."""
    translate = QCoreApplication.translate
    return (
        translate("Latency", "Classic") if mode == "classic" else translate("Latency", "Realtime")
    )


def turn_name(turn: TurnFigures) -> str:
    """A turn in a list of turns."""
    clock = QTime(turn.began.hour, turn.began.minute)
    at = QLocale().toString(clock, QLocale.FormatType.ShortFormat)
    day = QDate(turn.began.year, turn.began.month, turn.began.day)
    if day != QDate.currentDate():
        at = f"{QLocale().toString(day, QLocale.FormatType.ShortFormat)} {at}"
    parts = (at, mode_name(turn.timeline.mode), turn.timeline.model)
    return " · ".join(part for part in parts if part)


def around_sentence(turn: TurnFigures) -> str:
    """What the latency does not hold: how long the user talked, and how long the answer is."""
    translate = QCoreApplication.translate
    talked = turn.timeline.between(Point.KEY_DOWN, Point.KEY_UP)
    parts = []
    if turn.timeline.typed:
        parts.append(translate("Latency", "The question was typed."))
    elif talked is not None:
        parts.append(translate("Latency", "You talked for {}.").format(seconds(talked)))
    if turn.reply_ms:
        parts.append(
            translate("Latency", "The answer has {} of sound.").format(seconds(turn.reply_ms))
        )
    if turn.is_cut:
        parts.append(translate("Latency", "It was interrupted."))
    return " ".join(parts)


# ------------------------------------------------------------------------------------------ causes


def cause_sentence(cause: Cause) -> str:
    """What held an answer up, and what helps."""
    return _SENTENCES[cause.why]().format(
        time=whole_milliseconds(cause.milliseconds)
        if cause.milliseconds < 1000
        else seconds(cause.milliseconds),
        count=QLocale().toString(cause.count),
    )


_SENTENCES: dict[Why, Callable[[], str]] = {
    Why.CONNECTING: lambda: QCoreApplication.translate(
        "Latency", "The connection to the server was gone; it took {time} to come back."
    ),
    Why.LIMITED: lambda: QCoreApplication.translate(
        "Latency", "The server takes only so many questions and asked to wait {time}."
    ),
    Why.TOOLS: lambda: QCoreApplication.translate(
        "Latency", "Tools ran for {time} before the first sound."
    ),
    Why.TAIL: lambda: QCoreApplication.translate(
        "Latency", "Recording went on for {time} after you let go. A shorter time answers sooner."
    ),
    Why.BUSY: lambda: QCoreApplication.translate(
        "Latency", "This computer had no time for {time}. Close programs that keep it busy."
    ),
    Why.LOCAL_SLOW: lambda: QCoreApplication.translate(
        "Latency",
        "The server on this computer needed {time}. The first answer after a start takes longest.",
    ),
    Why.MODEL_SLOW: lambda: QCoreApplication.translate(
        "Latency", "The model needed {time} for its first sound. A smaller one is quicker."
    ),
    Why.HEARING_SLOW: lambda: QCoreApplication.translate(
        "Latency",
        "Writing down what you said took {time}. Doing it while you talk is quicker.",
    ),
    Why.THINKING_SLOW: lambda: QCoreApplication.translate(
        "Latency", "The model needed {time} for its first words. A smaller one is quicker."
    ),
    Why.VOICE_SLOW: lambda: QCoreApplication.translate(
        "Latency", "The voice needed {time} to begin. It begins sooner with smaller pieces."
    ),
    Why.UNEVEN: lambda: QCoreApplication.translate(
        "Latency",
        "Sound comes unevenly from the server, so {time} of it were kept back. "
        "A network cable is steadier than radio.",
    ),
    Why.DEVICE_SLOW: lambda: QCoreApplication.translate(
        "Latency", "The speaker needs {time}. One with a cable is quicker than a wireless one."
    ),
    Why.SILENT_START: lambda: QCoreApplication.translate(
        "Latency", "The answer began with {time} of silence."
    ),
    Why.SOUND_LATE: lambda: QCoreApplication.translate(
        "Latency", "Sound came too late from the server. Gaps: {count}, {time} in all."
    ),
    Why.VOICE_BEHIND: lambda: QCoreApplication.translate(
        "Latency",
        "The voice could not keep up. Gaps: {count}, {time} in all. Larger pieces make fewer gaps.",
    ),
    Why.SPEAKER_STARVED: lambda: QCoreApplication.translate(
        "Latency",
        "This computer was too late for the speaker. Times: {count}. "
        "If it goes on, more sound is kept ready for the next answers. "
        "Close programs that keep it busy, or try another speaker.",
    ),
    Why.MICROPHONE_LOST: lambda: QCoreApplication.translate(
        "Latency",
        "Sound of the microphone was lost on its way. Times: {count}. "
        "Close programs that keep this computer busy, or try another microphone.",
    ),
    Why.BAD_PIECES: lambda: QCoreApplication.translate(
        "Latency", "The server sent damaged sound, which was left out. Pieces: {count}."
    ),
    Why.NOTHING_HEARD: lambda: QCoreApplication.translate(
        "Latency", "Nothing of this answer was heard."
    ),
}


def no_cause_sentence(turn: TurnFigures, *, is_slow: bool) -> str:
    """For a turn in which nothing stands out."""
    if Lack.TIMES in turn.lacks:
        return QCoreApplication.translate("Latency", "That is not known any more.")
    if is_slow:
        return QCoreApplication.translate(
            "Latency", "Nothing stands out: every step took a little of the time."
        )
    if Lack.COUNTERS in turn.lacks:
        return QCoreApplication.translate("Latency", "It was not slow: nothing held it up.")
    return QCoreApplication.translate("Latency", "It was neither: nothing held it up.")


def lack_sentence(turn: TurnFigures) -> str:
    """What was not kept of a turn; empty for one that is known whole."""
    translate = QCoreApplication.translate
    sentences = []
    if Lack.COUNTERS in turn.lacks:
        sentences.append(
            translate("Latency", "Whether it was choppy is not known: only its times were kept.")
        )
    if Lack.COST in turn.lacks:
        sentences.append(translate("Latency", "What it cost was not kept."))
    return " ".join(sentences)


def setting_name(path: str, fields: tuple[Field, ...]) -> str:
    """What a setting is called; empty when the window does not show it."""
    return next((translated(field.label) for field in fields if field.path == path), "")


# -------------------------------------------------------------------------------------------- cost


def money(usd: Decimal) -> str:
    """An amount of dollars, small ones with as many digits as tell anything."""
    digits = 2 if usd >= 1 else 3 if usd >= _CENT else 4
    if 0 < usd < Decimal("0.0001"):
        return QCoreApplication.translate("Latency", "less than {}").format(
            money(Decimal("0.0001"))
        )
    return QCoreApplication.translate("Latency", "${}").format(
        QLocale().toString(float(usd), "f", digits)
    )


def cost_sentence(cost: Cost | None) -> str:
    """What an answer cost; empty while that is not known."""
    translate = QCoreApplication.translate
    if cost is None:
        return ""
    if cost.is_local:
        return translate("Latency", "Answered on this computer: it cost nothing.")
    models = ", ".join(dict.fromkeys((*cost.unpriced, *cost.uncounted)))
    if cost.usd is not None and not models:
        return translate("Latency", "This answer cost about {cost} (estimate).").format(
            cost=money(cost.usd)
        )
    if cost.usd is not None:
        return translate(
            "Latency", "This answer cost at least {cost} (estimate, without {models})."
        ).format(cost=money(cost.usd), models=models)
    if cost.input_tokens or cost.output_tokens:
        return translate(
            "Latency", "{read} tokens read, {made} made. No price is known for {models}."
        ).format(
            read=QLocale().toString(cost.input_tokens),
            made=QLocale().toString(cost.output_tokens),
            models=models,
        )
    return translate("Latency", "What it cost is not known: the server did not count.")


def day_sentence(spent: Spent | None) -> str:
    """What today's answers cost; empty when none cost anything."""
    if spent is None or not spent.turns:
        return ""
    translate = QCoreApplication.translate
    count = QLocale().toString(spent.turns)
    if not spent.usd:
        return translate("Latency", "Today: {read} tokens read, {made} made.").format(
            read=QLocale().toString(spent.input_tokens),
            made=QLocale().toString(spent.output_tokens),
        )
    sentence = (
        translate("Latency", "Today about {cost} (estimate). Answers: {count}.")
        if spent.is_whole
        else translate("Latency", "Today at least {cost} (estimate). Answers: {count}.")
    )
    return sentence.format(cost=money(spent.usd), count=count)
