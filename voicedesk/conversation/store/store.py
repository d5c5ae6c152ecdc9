"""Everything that is kept on disk, behind one door: opened with the application, closed with it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from voicedesk.conversation.record import Recorder
from voicedesk.conversation.scribe import Scribe
from voicedesk.conversation.store.database import Database, Trouble
from voicedesk.conversation.store.historian import Historian, new_id
from voicedesk.conversation.store.history import History
from voicedesk.conversation.store.model import Recording
from voicedesk.conversation.store.sound_files import SoundFiles
from voicedesk.conversation.store.takes import TakeJournal
from voicedesk.core.errors import StorageError
from voicedesk.core.settings import Privacy

log = logging.getLogger(__name__)


class Store:
    """The history and the takes of one user.

    Attributes:
        history: What was said.
        takes: The sound of it.
        historian: Writes the history; None until ``watch``.
    """

    def __init__(
        self,
        folder: Path,
        privacy: Privacy | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is read or written yet.

        Args:
            folder: Where the data of this user goes.
            privacy: What the user wants to be kept.
            clock: Seconds since 1970.
        """
        self._run = new_id()
        self._clock = clock
        self._privacy = privacy or Privacy()
        self._database = Database(folder / "history.db")
        files = SoundFiles(folder / "takes")
        self.history = History(self._database, files)
        self.takes = TakeJournal(
            self._database, files, turn_id=self.turn_id, privacy=self._privacy, clock=clock
        )
        self.historian: Historian | None = None

    def turn_id(self, number: int) -> str:
        """The id, for good, of a turn of this run."""
        return f"{self._run}-{number}"

    def on_trouble(self, tell: Trouble) -> None:
        """Who is told when something cannot be kept, and with None when it can again."""
        self._database.trouble = tell

    def watch(self, scribe: Scribe, recorder: Recorder, server: Callable[[], str]) -> Historian:
        """The observer that writes the history of this run.

        Args:
            scribe: Comes before it among the observers.
            recorder: As well.
            server: The name of the server that answers now.
        """
        self.historian = Historian(
            *(self.history, self.takes, scribe, recorder),
            turn_id=self.turn_id,
            server=server,
            clock=self._clock,
        )
        self.historian.active = self._privacy.history
        return self.historian

    def use(self, privacy: Privacy) -> None:
        """Keep what this says, from now on. What is there already stays until it is deleted."""
        if privacy == self._privacy:
            return
        self._privacy = privacy
        self.takes.retain(privacy)
        if self.historian is not None:
            self.historian.active = privacy.history

    async def recover(self) -> list[Recording]:
        """Bring order into what an earlier run has left.

        Returns:
            The takes in whose turn that run was cut off, the latest first.
        """
        try:
            return await self.takes.recover()
        except StorageError as error:
            log.info("nothing recovered: %s (%s)", error, error.detail)
            self._database.trouble(error)
            return []

    async def close(self) -> None:
        """Write what is still to be written and close the files. Safe to call twice."""
        if self.historian is not None:
            self.historian.flush()
        self.takes.close()
        await self._database.close()
