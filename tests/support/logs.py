"""Unexpected warnings in the log fail a test; expected ones are named, and must come.

After qutebrowser's idea of failing tests on logged warnings, written for `logging` and pytest.
"""

import contextlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

WATCHED = ("voicedesk", "asyncio", "qasync")
# asyncio's debug mode grumbles about slow callbacks: a matter of the machine's load, not of the test.
_HARMLESS = re.compile(r"^Executing .* took [\d.]+ seconds$", re.DOTALL)


@dataclass
class Expectation:
    """A record that must come: its text is found by `pattern`, its level is `level` if that is given."""

    pattern: str
    level: int | None

    def matches(self, record: logging.LogRecord) -> bool:
        """Whether `record` is the expected one."""
        if self.level is not None and record.levelno != self.level:
            return False
        return re.search(self.pattern, record.getMessage()) is not None


class LogGuard(logging.Handler):
    """Collects warnings and worse of our loggers, and tells which of them nobody expected."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self.expectations: list[Expectation] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep `record`."""
        if not _HARMLESS.search(record.getMessage()):
            self.records.append(record)

    def expect(self, pattern: str, *, level: int | None = None) -> None:
        """Say that a record whose text matches the regular expression `pattern` is right, and must come.

        It may be said before or after the record is written.
        """
        self.expectations.append(Expectation(pattern, level))

    def complaints(self) -> list[str]:
        """One line for each unexpected record and for each expected one that did not come."""
        formatter = logging.Formatter("%(levelname)s %(name)s: %(message)s")
        unexpected = [
            f"unexpected {formatter.format(record)}"
            for record in self.records
            if not any(expected.matches(record) for expected in self.expectations)
        ]
        absent = [
            f"expected in the log, but absent: {expected.pattern!r}"
            for expected in self.expectations
            if not any(expected.matches(record) for record in self.records)
        ]
        return unexpected + absent

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Listen to our loggers; afterwards put back their levels and handlers, whatever the test set up."""
        loggers = [logging.getLogger(), *map(logging.getLogger, WATCHED)]
        before = [(each.level, each.propagate, each.disabled, each.handlers[:]) for each in loggers]
        for each in loggers[1:]:
            each.addHandler(self)
        try:
            yield
        finally:
            for each, (level, propagate, disabled, handlers) in zip(loggers, before, strict=True):
                for added in set(each.handlers) - set(handlers) - {self}:
                    each.removeHandler(added)
                    added.close()
                each.removeHandler(self)
                each.setLevel(level)
                each.propagate, each.disabled = propagate, disabled
