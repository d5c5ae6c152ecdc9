"""What is said and measured in the pictures: the same each time, on a day that is long past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from tests.ui.fake_control import FakeControl, FakeKeys, timeline_of
from voicedesk.audio.io import Level
from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.spending import Spent
from voicedesk.conversation.figures.turns import Figures
from voicedesk.conversation.stages import Told
from voicedesk.conversation.store.model import (
    Outcome,
    Recording,
    Said,
    TakeState,
    Turn,
    Unanswered,
)
from voicedesk.conversation.store.store import Store
from voicedesk.core.dialogue import Role
from voicedesk.core.errors import NoAnswerError
from voicedesk.core.events import Heard, ReplyEnded, TextDelta
from voicedesk.core.settings import OPENAI, Settings
from voicedesk.core.turn import Trigger
from voicedesk.providers.ways import Way

WHEN = datetime(2026, 3, 4, 9, 41, tzinfo=UTC)
QUESTION = "How do I read a text file line by line in Python?"
ANSWER = (
    "Open it in a `with` block and loop over it. Only **one line at a time** is in memory:\n\n"
    "```python\nwith open('notes.txt', encoding='utf-8') as file:\n"
    "    for line in file:\n        print(line.rstrip())\n```\n\n"
    "- `with` closes the file, even after an error.\n"
    "- `rstrip()` takes the line break away.\n"
)
SHORT = ("What is twelve plus thirty?", "Twelve plus thirty is forty-two.")
LONG_AGO = (
    ("How long is the Danube?", "It is about 2,850 kilometres long, from the Black Forest on."),
    ("Set a timer for ten minutes", "It is set: I speak up in ten minutes."),
    ("What does the word serendipity mean?", "A happy find that nobody was looking for."),
    ("How many ounces are two hundred grams?", "About seven ounces."),
    (QUESTION, ANSWER),
)
LEVELS = (2, 3, 8, 20, 34, 27, 12, 5, 3, 9, 24, 40, 31, 18, 7, 4, 14, 29)
"""How loud the microphone was, in hundredths of full scale."""


class Tester:
    """Sound devices of which only the level is seen."""

    level = Level()

    def play_sound(self, tell: Told) -> None:
        del tell

    def hear_yourself(self, tell: Told) -> None:
        del tell

    def stop(self) -> None:
        pass


class Takes:
    """Takes that got no answer, each for another reason."""

    async def listed(self) -> Sequence[Unanswered]:
        failed, cancelled = TakeState.FAILED, TakeState.CANCELLED
        start = WHEN.timestamp()
        error = str(NoAnswerError(server="OpenAI", seconds=20))
        return [
            Unanswered(
                Recording("4", "take", "", failed, False, 2.9, start),
                "And how do I write one?",
                error,
            ),
            Unanswered(Recording("3", "take", "", failed, True, 12.4, start - 3600.0)),
            Unanswered(Recording("2", "take", "", cancelled, False, 4.1, start - 86_400.0)),
            Unanswered(
                Recording("1", "take", "", failed, False, 3.3, start - 172_800.0),
                "How many ounces are two hundred grams?",
                error,
            ),
        ]

    async def play(self, recording: Recording) -> None:
        del recording

    async def ask(self, recording: Recording, way: Way) -> bool:
        del recording, way
        return True

    async def delete(self, recordings: Sequence[Recording]) -> None:
        del recordings


def settings() -> Settings:
    """The defaults with a server chosen that answers from afar."""
    made = Settings()
    made.realtime.server = OPENAI
    return made


def keys() -> FakeKeys:
    """A keychain with the key of that server."""
    made = FakeKeys("your keychain")
    made.kept[OPENAI] = "key"
    return made


def figures(control: FakeControl) -> Figures:
    """Figures that count what this control does, on the day of the pictures."""
    made = Figures(wall=lambda: WHEN)
    control.observe(made)
    return made


def converse(control: FakeControl, known: Figures) -> None:
    """Two turns, each with its times and its cost."""
    _turn(control, *SHORT, server=310)
    _turn(control, QUESTION, ANSWER, server=530)
    for number, turn in enumerate(known, start=1):
        turn.cost = Cost(Decimal("0.0071") * number, 412 * number, 96 * number)
    known.spent = Spent(WHEN.date(), Decimal("0.0213"), 1236, 288, 2)


def _turn(control: FakeControl, question: str, answer: str, *, server: float) -> None:
    control.turn_of(question, answer)
    control.emit(ReplyEnded(turn=control.turn, at=0.0))
    control.timed(timeline_of(control.turn, server=server))


def take_long(control: FakeControl, known: Figures) -> None:
    """A turn that is slow and choppy, for several reasons."""
    control.turn_of("And what does it weigh?", "About two hundred grams.")
    control.emit(ReplyEnded(turn=control.turn, at=0.0))
    control.timed(timeline_of(control.turn, tail=600, server=1900, buffer=240, device=160))
    turn = known.of(control.turn)
    assert turn is not None
    turn.counters.underruns, turn.counters.gap_ms = 3, 420
    turn.cost = Cost(Decimal("0.0142"), 824, 192)


def speak(control: FakeControl) -> None:
    """An answer of which the first part is heard."""
    control.press()
    control.release()
    control.fire(Trigger.TAKE_DONE)
    control.hears("And how do I write one?")
    control.heard = [Heard(control.key(), 1500.0, 3600.0)]
    control.fire(Trigger.SOUND)
    words = "The same way, with the mode set to `w`. Mind that it empties a file that is there"
    control.emit(TextDelta(turn=control.turn, at=0.0, key=control.key(), text=words))


def fail(control: FakeControl) -> None:
    """A question that got no answer and can be asked again."""
    control.press()
    control.release()
    control.fire(Trigger.TAKE_DONE)
    control.hears("And how do I write one?")
    control.can_retry = True
    control.fails(NoAnswerError(server="OpenAI", seconds=20))


def remember(store: Store) -> None:
    """Conversations of some days, the latest last."""
    start = datetime.combine(date(2026, 2, 27), WHEN.timetz()).timestamp()
    for number, (question, answer) in enumerate(LONG_AGO):
        at = start + number * 86400.0
        messages = (Said(Role.USER, question), Said(Role.ASSISTANT, answer))
        times = timeline_of(number, server=530 + 90 * number).as_milliseconds()
        turn = Turn(f"t{number}", at, Outcome.ANSWERED, timeline=times, messages=messages)
        store.history.save(f"c{number}", turn, at)
