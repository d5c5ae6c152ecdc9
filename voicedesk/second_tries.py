"""Has what was not answered asked again: in another way, and out of an earlier run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from voicedesk.conversation.recall import in_pieces
from voicedesk.core.settings import Settings
from voicedesk.core.tasks import TaskSet
from voicedesk.core.turn import State
from voicedesk.desk import Desk
from voicedesk.providers.ways import Way, settings_for

if TYPE_CHECKING:
    from voicedesk.conversation.store.model import Recording, Unanswered
    from voicedesk.keeping import Keeping


class SecondTries:
    """Serves the window and the dialog of the unanswered takes. All methods are called on the loop's thread."""

    def __init__(self, desk: Desk, use: Callable[[Settings], Awaitable[None]]) -> None:
        """``use`` has these settings answer the next turns, and shows them."""
        self._desk = desk
        self._use = use
        self._tasks = TaskSet()

    @property
    def waiting(self) -> int:
        """How many takes wait to be asked again, as far as it is known."""
        return self._desk.waiting

    def ask_with(self, way: Way, ask: Callable[[], object]) -> None:
        """Have questions answered in this way from now on, and then call ``ask``."""

        async def work() -> None:
            await self._go(way)
            ask()

        self._tasks.spawn(work(), name="asking in another way")

    async def _go(self, way: Way) -> None:
        settings = settings_for(self._desk.settings, way)
        if settings != self._desk.settings:
            await self._use(settings)

    # --------------------------------------------------------------------- takes of earlier turns

    @property
    def _keeping(self) -> Keeping:
        keeping = self._desk.keeping
        assert keeping is not None  # nothing is listed otherwise
        return keeping

    async def listed(self) -> Sequence[Unanswered]:
        """The takes that were never answered, the latest first.

        Raises:
            StorageError: They cannot be read.
        """
        return await self._keeping.takes.waiting()

    async def play(self, recording: Recording) -> None:
        """Let a take be heard.

        Raises:
            NoRecordingError: It is not kept any more.
        """
        self._desk.recall.play(in_pieces(await self._keeping.takes.sound(recording.id)))

    async def ask(self, recording: Recording, way: Way) -> bool:
        """Ask what a take asked in the present conversation, and have it answered in this way.

        Returns:
            Whether it was asked; not while the user talks.

        Raises:
            NoRecordingError: It is not kept any more.
        """
        if self._desk.conductor.state in {State.LISTENING, State.ENDING}:
            return False
        await self._go(way)
        return await self._keeping.ask_again(recording)

    async def delete(self, recordings: Sequence[Recording]) -> None:
        """Delete takes for good.

        Raises:
            StorageError: They could not be deleted.
        """
        await self._keeping.delete([each.id for each in recordings])

    async def close(self) -> None:
        """Ask nothing more. Safe to call twice."""
        await self._tasks.close()
