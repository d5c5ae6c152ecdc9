"""Takes that are disturbed, and what becomes of each: answered, offered to be asked again, lost, or answered twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from benchmarks.faults_desk import Desk
from benchmarks.report import Result
from voicedesk.core.dialogue import Role
from voicedesk.core.turn import State

TONE = b"\x10\x27\xf0\xd8" * 1200  # 100 ms
MOST_RETRIES = 3

Disturb = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Tally:
    """What became of the takes."""

    takes: int = 0
    answered: int = 0
    offered: int = 0
    lost: int = 0
    doubled: int = 0
    forgotten: int = 0
    hung: int = 0
    notes: list[str] = field(default_factory=list)

    def results(self, of: str, how: str) -> list[Result]:
        """The figures.

        Args:
            of: What was disturbed, to stand before their names.
            how: How it was.
        """
        return [
            Result(f"{of}takes answered in the same turn", self.answered, "takes", note=how),
            Result(f"{of}takes offered again, and answered then", self.offered, "takes"),
            Result(f"{of}takes lost", self.lost, "takes", 0.0),
            Result(f"{of}takes answered twice", self.doubled, "takes", 0.0),
            Result(f"{of}messages of the conversation that were not told", self.forgotten, "", 0.0),
            Result(f"{of}turns that hung", self.hung, "turns", 0.0),
        ]


class Takes:
    """Takes at one desk, one after the other, each with an answer of its own."""

    def __init__(self, desk: Desk) -> None:
        """Nothing is said yet."""
        self.desk = desk
        self.number = 0

    async def disturbed(
        self,
        state: str,
        disturb: Disturb,
        prepare: Callable[[str, str], None],
        tally: Tally,
    ) -> None:
        """One take.

        Args:
            state: For the notes.
            disturb: Says something, and has a connection die.
            prepare: Told what is asked and what is to be answered.
            tally: What became of it is counted there.
        """
        self.number += 1
        tally.takes += 1
        answer, question = f"answer {self.number}", f"question {self.number}"
        prepare(question, answer)
        await self.desk.ready()
        try:
            await disturb()
            await self._follow(tally)
        except TimeoutError:
            tally.hung += 1
            tally.notes.append(f"{state}: hung in {self.desk.conductor.state}")
            self.desk.conductor.cancel()
        said = [m.text for m in self.desk.dialogue if m.role is Role.ASSISTANT]
        count = sum(answer in text for text in said)
        tally.lost += count == 0
        tally.doubled += count > 1
        tally.doubled += sum(question == m.text for m in self.desk.dialogue) > 1
        if count != 1:
            tally.notes.append(f"{state}, take {self.number}: {count} answers")

    async def _follow(self, tally: Tally) -> None:
        conductor = self.desk.conductor
        failures = 0
        while await self.desk.rest() is State.FAILED and failures < MOST_RETRIES:
            if not conductor.can_retry:
                return
            failures += 1
            conductor.retry()
        tally.offered += failures > 0
        tally.answered += failures == 0
