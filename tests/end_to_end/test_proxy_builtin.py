"""The real application and its own server, and a connection between them that dies at the worst moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import Person, run, spoken
from tests.support.proxy import Proxy
from voicedesk import servers
from voicedesk.app import Application
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.conversation.storage import SettingsFile
from voicedesk.core.dialogue import Role
from voicedesk.core.events import Link
from voicedesk.core.settings import Settings
from voicedesk.core.turn import State
from voicedesk.engine.launch import EngineAddress, EngineProcess
from voicedesk.ui.status import Status, status_word

pytestmark = pytest.mark.timeout(120)

SLOW = 80_000.0
"""Bytes a second: an answer takes about as long to come as to sound, so that it can be cut in its middle."""


class ProxiedEngine(EngineProcess):
    """The built-in server, which is reached through a proxy."""

    proxy: Proxy | None = None

    async def start(self) -> EngineAddress:
        address = await super().start()
        ProxiedEngine.proxy = proxy = Proxy(address.base_url)
        await proxy.listen()
        return EngineAddress(proxy.base_url, address.token, address.models)

    async def stop(self) -> None:
        await super().stop()
        proxy, ProxiedEngine.proxy = ProxiedEngine.proxy, None
        if proxy is not None:
            await proxy.__aexit__()


class Talker(Person):
    """Somebody with one sentence to say."""

    def __init__(self, desktop: Application, microphone: FileMicrophone) -> None:
        super().__init__(desktop)
        self.microphone = microphone

    @property
    def proxy(self) -> Proxy:
        assert ProxiedEngine.proxy is not None
        return ProxiedEngine.proxy

    @property
    def word(self) -> str:
        return self.window.header.status.word

    def questions(self) -> list[str]:
        return [m.text for m in self.desktop.desk.dialogue if m.role is Role.USER]

    def answers(self) -> list[str]:
        return [m.text for m in self.desktop.desk.dialogue if m.role is Role.ASSISTANT]

    async def ready(self) -> None:
        await self.until(lambda: self.desktop.desk.conductor.link is Link.READY)
        await self.until(lambda: self.word == status_word(Status.READY))


@asynccontextmanager
async def talker(mode: str, sentence: Path, home: Path) -> AsyncIterator[Talker]:
    microphone, loudspeaker = FileMicrophone(sentence), FileSpeaker()
    desktop = Application(
        Settings.model_validate({"mode": mode}),
        file=SettingsFile(home),
        microphone=microphone,
        speaker=loudspeaker,
    )
    try:
        microphone.open()
        loudspeaker.open()
        desktop.window.show()
        await desktop.start()
        person = Talker(desktop, microphone)
        await person.ready()
        yield person
    finally:
        await desktop.close()
        microphone.close()
        loudspeaker.close()


@pytest.fixture(autouse=True)
def _through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "EngineProcess", ProxiedEngine)


@pytest.fixture(scope="module")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sentence")
    return spoken("What is twelve plus thirty?", folder / "question.wav")


@pytest.mark.parametrize("mode", ["realtime", "classic"])
def test_a_connection_that_dies_in_a_take_costs_nothing_of_it(
    qtbot: QtBot, sentence: Path, voicedesk_home: Path, mode: str
) -> None:
    del qtbot

    async def work() -> None:
        async with talker(mode, sentence, voicedesk_home) as person:
            accepted = person.proxy.accepted
            person.hold()
            await person.until(lambda: person.window.meter.is_running)
            await person.until(lambda: person.desktop.desk.conductor.state is State.LISTENING)
            person.proxy.reset()
            assert person.word == status_word(Status.LISTENING)
            await person.microphone.spoken()
            person.let_go()
            await person.until(lambda: bool(person.answers()))
            await person.rest()
            assert person.failures() == []
            assert "forty-two" in person.records[1].assistant_text
            assert person.proxy.accepted > accepted
            assert len(person.questions()) == len(person.answers()) == 1
            assert "twelve" in person.questions()[0].lower()
            assert not person.window.retry_bar.isVisible()
            await person.ready()

    run(work)


@pytest.mark.parametrize("mode", ["realtime", "classic"])
def test_a_connection_that_dies_in_an_answer_loses_and_doubles_nothing(
    qtbot: QtBot, sentence: Path, voicedesk_home: Path, mode: str
) -> None:
    del qtbot

    async def work() -> None:
        async with talker(mode, sentence, voicedesk_home) as person:
            person.proxy.rate = SLOW
            person.type("count to ten")
            await person.until(lambda: person.state is State.SPEAKING)
            person.proxy.reset()
            person.proxy.heal()
            await person.rest()
            if person.failures():
                await offered_again(person)
            (turn, *_) = [number for number, r in person.records.items() if r.error is None]
            assert "ten" in person.records[turn].assistant_text
            await person.ready()
            assert person.questions() == ["count to ten"]
            (answer,) = person.answers()
            assert answer.count("nine") == answer.count("ten") == 1

    run(work)


async def offered_again(person: Talker) -> None:
    """The window says that the turn failed, and asks it again at the press of a button."""
    await person.until(lambda: person.word == status_word(Status.ERROR))
    await person.until(person.window.retry_bar.isVisible)
    await person.until(lambda: person.desktop.desk.conductor.link is Link.READY)
    QTest.mouseClick(person.window.retry_bar.button, Qt.MouseButton.LeftButton)
    await person.until(lambda: 2 in person.records)
    await person.rest()
    assert len(person.failures()) == 1
