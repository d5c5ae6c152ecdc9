"""The third step of the first run: who answers, and whether that works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import Event, Link, LinkChanged
from voicedesk.core.settings import Server
from voicedesk.core.tasks import TaskSet
from voicedesk.providers.profiles import quirks_of
from voicedesk.ui.first_run_ports import FirstRunPorts
from voicedesk.ui.first_run_step import Step
from voicedesk.ui.icons import em
from voicedesk.ui.settings_values import with_value
from voicedesk.ui.widgets import QuietLabel
from voicedesk.ui.wording import error_sentence


class ServerStep(Step):
    """The built-in assistant, or a server whose key is tested with it."""

    def __init__(self, ports: FirstRunPorts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name_it(
            self.tr("Who answers"),
            self.tr("Start with the built-in assistant, or enter the key of a server."),
        )
        self._ports = ports
        self._tasks = TaskSet()
        self._running: asyncio.Task[None] | None = None
        self._stop_observing: Callable[[], None] = _nothing
        self._choice = QComboBox(self)
        self._choice.setAccessibleName(self.tr("Server"))
        self._choice.activated.connect(lambda _index: self._choose())
        self._about = QuietLabel("", self)
        self._about.setWordWrap(True)
        self._key = QLineEdit(self)
        self._key.setEchoMode(QLineEdit.EchoMode.Password)
        self._key.setAccessibleName(self.tr("Key"))
        self._key.returnPressed.connect(self._test)
        self._button = self.button(self.tr("Test It"))
        self._button.clicked.connect(self._test)
        row = QHBoxLayout()
        row.setSpacing(em(self))
        row.addWidget(self._key, 1)
        row.addWidget(self._button)
        row.addStretch()
        self.body.addWidget(self._choice)
        self.body.addWidget(self._about)
        self.body.addLayout(row)

    def enter(self) -> None:
        settings = self._ports.settings()
        self._choice.clear()
        for identifier, server in settings.servers.items():
            self._choice.addItem(self._name(server), identifier)
        self._choice.setCurrentIndex(max(0, self._choice.findData(settings.answering_id)))
        self._show()
        self._stop_observing = self._ports.control.observe(self._on_event)
        if self._ports.control.link is Link.READY:
            self._on_ready()

    def leave(self) -> None:
        self._stop_observing()
        self._stop_observing = _nothing
        self._stop()
        self._key.clear()

    async def end(self) -> None:
        """Leave nothing running. Safe to call twice."""
        self._stop()
        await self._tasks.close()

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None
        self._button.setEnabled(True)

    def _choose(self) -> None:
        self._stop()
        settings = self._ports.settings()
        is_realtime = settings.mode == "realtime"
        path = "realtime.server" if is_realtime else "classic.thinking_server"
        chosen = self._choice.currentData()
        if chosen != settings.answering_id:
            self.start_over()
            self._ports.change(with_value(settings, path, chosen))
        self._show()

    def _show(self) -> None:
        settings = self._ports.settings()
        chosen = settings.answering_id
        server = settings.server(chosen)
        is_builtin = quirks_of(server).is_ours
        self._key.setVisible(not is_builtin)
        if is_builtin:
            self._explain(
                self.tr(
                    "It runs on this computer, needs no key and no network, and knows a few skills."
                )
            )
            return
        place = self._ports.keys.backend()
        if place == "none":
            about = self.tr("This desktop has no keychain: a key is kept until VoiceDesk ends.")
        else:
            about = self.tr("The key is stored in {place}, and goes to this server alone.").format(
                place=place
            )
        self._explain(about)
        has_key = self._ports.keys.has(chosen, server)
        self._key.setPlaceholderText(
            self.tr("A key is set; enter another to replace it") if has_key else self.tr("Key")
        )

    def _explain(self, about: str) -> None:
        self._about.setText(about)
        for control in (self._choice, self._key):
            control.setAccessibleDescription(about)

    # ------------------------------------------------------------------------------ the proof

    def _test(self) -> None:
        if self._running is not None:
            return
        settings = self._ports.settings()
        key = self._key.text().strip()
        self._key.clear()
        if key:
            try:
                self._ports.keys.store(settings.answering_id, settings.answering_server, key)
            except VoiceDeskError as error:
                self.verdict.say(error_sentence(error), is_good=False)
                return
        self._begin()

    def _begin(self) -> None:
        server = self._ports.settings().answering_server
        self._button.setEnabled(False)
        self.verdict.say(self.tr("Connecting to {server}…").format(server=self._name(server)))
        self._running = self._tasks.spawn(self._connect(), name="testing the server")

    def _on_event(self, event: Event) -> None:
        """Another server that was chosen is connected by itself."""
        if not isinstance(event, LinkChanged) or self._running is not None:
            return
        if event.link is Link.READY:
            self._on_ready()
        elif event.error is not None:
            self.start_over()
            self.verdict.say(error_sentence(event.error), is_good=False)

    def _on_ready(self) -> None:
        settings = self._ports.settings()
        if settings.mode == "realtime" or quirks_of(settings.answering_server).is_ours:
            self._is_there()
        else:
            self._begin()  # that somebody is there says nothing of the key

    def _is_there(self) -> None:
        server = self._ports.settings().answering_server
        if quirks_of(server).is_ours:
            self.prove(self.tr("The built-in assistant is ready to answer."))
        else:
            self.prove(self.tr("{server} is there and ready to answer.").format(server=server.name))

    def _name(self, server: Server) -> str:
        return self.tr("Built-in assistant") if quirks_of(server).is_ours else server.name

    async def _connect(self) -> None:
        try:
            await self._ports.connect()
        except VoiceDeskError as error:
            self.start_over()
            self.verdict.say(error_sentence(error), is_good=False)
        else:
            self._is_there()
        finally:
            if self._running is asyncio.current_task():
                self._running = None
                self._button.setEnabled(True)
        self._show()


def _nothing() -> None:
    """There is nothing left to end."""
