"""Puts the parts together, without a window: settings, keys, servers, tools, sound, and the conductor."""

from __future__ import annotations

import asyncio
import contextlib
import locale
import logging
from functools import cached_property
from typing import TYPE_CHECKING

from voicedesk.audio.io import AudioInput, AudioOutput
from voicedesk.conversation.announcements import filler, sound_of, spoken
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.earcons import Earcons
from voicedesk.conversation.figures.books import Books
from voicedesk.conversation.figures.stages import stages_of
from voicedesk.conversation.figures.turns import Figures
from voicedesk.conversation.frugal import Frugal
from voicedesk.conversation.recall import Recall
from voicedesk.conversation.record import Recorder
from voicedesk.conversation.scribe import Scribe
from voicedesk.conversation.storage import Folders
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Dialogue
from voicedesk.core.errors import ServerError, VoiceDeskError
from voicedesk.core.events import Waiting
from voicedesk.core.settings import Settings
from voicedesk.core.tasks import TaskSet
from voicedesk.pipelines.late import LatePipeline
from voicedesk.providers.keys import Keys
from voicedesk.providers.profiles import quirks_of
from voicedesk.servers import Servers

if TYPE_CHECKING:
    from voicedesk.assembly import Assembly
    from voicedesk.keeping import Keeping
    from voicedesk.pipelines.base import Pipeline
    from voicedesk.tools.builtin_tools import Desktop
    from voicedesk.tools.registry import Confirm
    from voicedesk.tools.timers import Timers

log = logging.getLogger(__name__)


class Desk:
    """Everything but the window.

    What only a turn needs is made, and its code loaded, when it is first wanted: the window is painted before.

    Attributes:
        settings: Those in force.
        conductor: Leads the turns.
        recorder: What happened in them.
        dialogue: What was said, shared by both pipelines.
        recall: What can be done with messages of the past.
        servers: Where they are.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        keys: Keys | None = None,
        microphone: AudioInput | None = None,
        speaker: AudioOutput | None = None,
        desktop: Desktop | None = None,
        confirm: Confirm | None = None,
        keep: bool = False,
    ) -> None:
        """Nothing is opened yet.

        Args:
            settings: To begin with.
            keys: Where the servers' keys are.
            microphone: To begin with; None for none yet.
            speaker: To begin with; None for none yet.
            desktop: Clipboard and browser; None where there is no desktop.
            confirm: Asks the user; without it tools that have to ask are not offered.
            keep: Whether conversations and takes are kept on disk, as the settings say.
        """
        self.settings = settings
        self._tasks = TaskSet()
        self._filler: asyncio.Task[None] | None = None
        self.servers = Servers(keys or Keys())
        self.dialogue = Dialogue()
        self._folders = Folders.find()
        self._desktop, self._confirm = desktop, confirm
        self._timers: Timers | None = None
        self.recorder = Recorder()
        pipeline = LatePipeline(self._first_pipeline)
        self.conductor = Conductor(pipeline, microphone, speaker, settings.talk)
        self.conductor.patience.feedback = settings.feedback
        self._scribe = Scribe(self.dialogue)
        self._earcons = Earcons(self.conductor, is_on=settings.feedback.cues)
        self.recall = Recall(self.conductor, removed=self._on_removed)
        self._frugal = Frugal()
        for observer in (self._scribe, self._earcons, self.recorder, self._frugal):
            self.conductor.observe(observer)
        data = self._folders.data
        self._books = Books(self.conductor.observe, lambda: stages_of(self.settings), data)
        self._keeping: Keeping | None = None
        self._is_to_keep = keep

    @property
    def keeping(self) -> Keeping | None:
        """The history and the takes; None when nothing is kept."""
        self._prepare()
        return self._keeping

    @property
    def waiting(self) -> int:
        """How many takes were never answered, as far as it is known: nobody has looked before anything is kept."""
        return self._keeping.waiting if self._keeping is not None else 0

    def _prepare(self) -> None:
        """Make what watches the turns, before the first of them. Does nothing the second time."""
        self._books.prepare()
        if self._is_to_keep and self._keeping is None:
            self._keeping = self._keep()

    def _first_pipeline(self) -> Pipeline:
        self._prepare()  # perhaps a question was typed in the very first moment
        return self._assembly.pipeline(self.settings)

    @cached_property
    def _assembly(self) -> Assembly:
        from voicedesk.assembly import Assembly
        from voicedesk.tools.builtin_tools import builtin_tools
        from voicedesk.tools.notes import Notes
        from voicedesk.tools.registry import Registry
        from voicedesk.tools.timers import Timers

        self._timers = Timers(self._alarm, language=_language(self.settings))
        tools = builtin_tools(self._timers, Notes(self._folders.data), desktop=self._desktop)
        registry = Registry(tools, confirm=self._confirm)
        assembly = Assembly(self.servers, self.dialogue, registry, self._folders)
        assembly.paces.waiting = self._on_waiting
        return assembly

    def _keep(self) -> Keeping:
        from voicedesk.keeping import Keeping

        keeping = Keeping(
            *(self._folders.data, self.conductor, self._scribe, self.recorder),
            privacy=self.settings.privacy,
            server=lambda: self.server_name,
            renew=self._renew,
            connect=self.start,
        )
        keeping.keep_figures(self.figures)
        self.recall.archive = keeping.archive
        keeping.leaving = self.recall.settle
        return keeping

    @property
    def figures(self) -> Figures:
        """Where the time of each turn went, and what it cost."""
        return self._books.figures

    async def warm(self) -> None:
        """Start the built-in server if it is the one, in its own process; ``start`` then finds it there."""
        settings = self.settings
        if quirks_of(settings.answering_server).is_ours:
            with contextlib.suppress(ServerError):  # told when it is needed
                await self.servers.address(settings, settings.answering_id)

    async def start(self) -> None:
        """Connect to the server. A failure is told by the conductor's events."""
        self._prepare()
        self._books.load()
        await self.conductor.start()
        self._prepare_filler()

    async def look_back(self) -> None:
        """Look for what an earlier run has left: a take that was cut by its end can be asked again."""
        if self.keeping is not None:
            await self.keeping.start()

    async def connect(self) -> None:
        """Connect to the server, and say so if that fails.

        Raises:
            VoiceDeskError: Why it failed.
        """
        await self.conductor.connect()

    async def apply(self, settings: Settings, since: int | None = None) -> None:
        """Take new settings into use: at once, but for what needs another connection, which stops the present turn.

        ``since``: the turn in which they were changed, if that was not just now; later ones are not stopped by them.
        """
        old, self.settings = self.settings, settings
        self.conductor.use_talk(settings.talk)
        self.conductor.patience.feedback = settings.feedback
        self._earcons.is_on = settings.feedback.cues
        if self._timers is not None:
            self._timers.language = _language(settings)
        if self._keeping is not None:
            self._keeping.use(settings.privacy)
        if self._answering(settings) != self._answering(old):
            await self.reconnect(since)

    async def reconnect(self, since: int | None = None) -> None:
        """Connect anew: a key has changed, or who answers. ``since``: see ``apply``."""
        await self._renew(since)
        await self.start()

    async def _renew(self, since: int | None = None) -> None:
        since = self.conductor.turn if since is None else since
        await self._leave_filler()  # it is made by the voice of a pipeline that goes now
        await self.conductor.use_pipeline(self._assembly.pipeline(self.settings), since)

    def _on_removed(self) -> None:
        """A session remembers by itself what it was told: only a new one does not know what was taken out."""
        if self.settings.mode == "realtime":
            self._tasks.spawn(self.reconnect(), name="connecting after a removal")

    @staticmethod
    def _answering(settings: Settings) -> tuple[object, ...]:
        """What decides who answers and how."""
        chosen = settings.realtime if settings.mode == "realtime" else settings.classic
        return (settings.mode, chosen, settings.servers, settings.assistant)

    @property
    def server_name(self) -> str:
        """The server that answers, for people."""
        return self.settings.answering_server.name

    @property
    def model(self) -> str:
        """The model that answers, for people."""
        from voicedesk.assembly import model_of

        return model_of(self.settings)

    # ------------------------------------------------------------------------- words of our own

    def _on_waiting(self, server: str, seconds: float) -> None:
        turn = self.conductor.turn
        self.conductor.emit(Waiting(turn=turn, at=now(), server=server, seconds=seconds))

    def _alarm(self, _label: str, sentence: str) -> None:
        voice = self._assembly.own_voice(self.settings, _language(self.settings))
        self.conductor.announce(spoken(sentence, voice))

    def _prepare_filler(self) -> None:
        if self.settings.feedback.filler:
            self._filler = self._tasks.spawn(self._load_filler(), name="preparing the filler")

    async def _leave_filler(self) -> None:
        if self._filler is not None and not self._filler.done():
            self._filler.cancel()
            await asyncio.wait([self._filler])

    async def _load_filler(self) -> None:
        language = _language(self.settings)
        voice = self._assembly.own_voice(self.settings, language)
        try:
            await voice.warm()
            self.conductor.patience.filler = await sound_of(filler(language), voice)
        except VoiceDeskError as error:  # told by the first answer that is to be spoken
            log.info("there is no filler: %s", error.detail)

    async def close(self) -> None:
        """Stop what runs and end the built-in server. Safe to call twice."""
        if self._timers is not None:
            self._timers.close()
        await self._tasks.close()
        await self.recall.close()
        await self.conductor.close()
        self._frugal.close()
        if self._keeping is not None:
            await self._keeping.close()
        await self._books.close()
        if "_assembly" in vars(self):  # it is made when it is first wanted
            await self._assembly.close()
        await self.servers.close()


def _language(settings: Settings) -> str:
    """The user's language: that of the chosen pipeline, else the system's."""
    chosen = settings.realtime if settings.mode == "realtime" else settings.classic
    return chosen.language or (locale.getlocale()[0] or "").split("_")[0]
