"""Unquiet hands on the real application: whatever is done, the screen says what the desk behind it holds."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import run, settings_for
from tests.support.chain_server import ChainServer
from tests.support.realtime_server import ScriptedServer, Session, begin, done, say
from voicedesk.app import Application
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.storage import SettingsFile
from voicedesk.core.dialogue import Role
from voicedesk.core.settings import Server, Settings
from voicedesk.core.turn import State
from voicedesk.dialogs import Dialogs
from voicedesk.ui.conversation_entries import Entry, Kind, UserState
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_values import with_value
from voicedesk.ui.status import Status, status_of, status_word

pytestmark = pytest.mark.timeout(180)

_RUNS, _STEPS = 8, 45
_SPEECH = np.random.default_rng(1).normal(0, 3000, 9_600).astype("<i2").tobytes()
_SOUND = b"\x10\x27\xf0\xd8" * 1_200
_CTRL = Qt.KeyboardModifier.ControlModifier
_RESTING = {State.READY, State.FAILED}
_PATIENCE_S = 20.0


async def _hang_up(session: Session) -> None:
    await session.socket.close(1011, "gone")


_REPLIES = {
    "short": [begin(), say("Yes.", _SOUND), done()],
    "long": [begin(), say("It is a long story. " * 4, _SOUND * 4, pieces=8), done()],
    "slow": [begin(), 0.1, say("Let me think.", _SOUND), 0.1, done()],
    "silent": [begin(), say("Only words.", b""), done()],
    "empty": [begin(), done()],
    "failed": [begin(), done("failed", status_details={"type": "failed", "error": {"code": "x"}})],
    "cut off": [begin(), say("I was about to", _SOUND), _hang_up],
}


_CHAIN_REPLIES = ["It is a long story. " * 4, "Only a word.", "!empty", "!refuse", "!cut"]
_CHANGES: list[tuple[str, list[object]]] = [
    ("talk.style", ["both", "hold"]),
    ("talk.tail_ms", [0, 50]),
    ("talk.preroll_ms", [0, 300]),
    ("appearance.theme", ["light", "dark", "system"]),
    ("appearance.light_words", [True, False]),
    ("appearance.text_size", [100, 130]),
    ("assistant.instructions", ["", "Be brief."]),
    ("privacy.history", [True, False]),
    ("privacy.takes", ["none", "day"]),
    ("realtime.speed", [1.0, 1.2]),
    ("sound.volume", [0.4, 1.0]),
]


class Hands(RuleBasedStateMachine):
    """Somebody who does anything at any time, and a server that does anything, too.

    Hypothesis runs on a thread of its own: the loop goes on between two steps, as in life.
    """

    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self._home = tempfile.TemporaryDirectory()
        self._environment = mock.patch.dict(os.environ, {"VOICEDESK_HOME": self._home.name})
        self._environment.start()
        self._numbers = itertools.count(1)
        self._await(self._open)

    async def _open(self) -> None:
        self.server = await ScriptedServer().__aenter__()
        self.chain = await ChainServer().__aenter__()
        self.microphone, self.speaker = FileMicrophone(_SPEECH), FileSpeaker()
        self.desktop = Application(
            _settings(self.server.base_url, self.chain.base_url),
            file=SettingsFile(Path(self._home.name)),
            microphone=self.microphone,
            speaker=self.speaker,
        )
        self.dialogs = Dialogs(self.desktop)
        self.microphone.open()
        self.speaker.open()
        self.window.show()
        self.window.activateWindow()
        await self.desktop.start()

    @property
    def window(self) -> MainWindow:
        return self.desktop.window

    @property
    def conductor(self) -> Conductor:
        return self.desktop.desk.conductor

    def _await(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do something on the loop of the application, which belongs to the main thread."""

        async def step() -> None:
            async with asyncio.timeout(_PATIENCE_S):
                await work()

        asyncio.run_coroutine_threadsafe(step(), self.loop).result()

    def _do(self, action: Callable[[], object]) -> None:
        async def step() -> None:
            action()
            await asyncio.sleep(0)

        self._await(step)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await asyncio.sleep(0.005)

    # ------------------------------------------------------------------------- the user's hands

    @rule()
    def press_the_key(self) -> None:
        self._do(lambda: QTest.keyPress(self.window.talk_button, Qt.Key.Key_Space))

    @rule()
    def release_the_key(self) -> None:
        self._do(lambda: QTest.keyRelease(self.window.talk_button, Qt.Key.Key_Space))

    @rule()
    def hold_the_key_for_a_sentence(self) -> None:
        async def talk() -> None:
            QTest.keyPress(self.window.talk_button, Qt.Key.Key_Space)
            await self.microphone.spoken()
            QTest.keyRelease(self.window.talk_button, Qt.Key.Key_Space)

        self._await(talk)

    @rule()
    def click_the_button(self) -> None:
        self._do(lambda: QTest.mouseClick(self.window.talk_button, Qt.MouseButton.LeftButton))

    @rule()
    def press_escape(self) -> None:
        self._do(lambda: QTest.keyClick(self.window.talk_button, Qt.Key.Key_Escape))

    @rule()
    def type_a_question(self) -> None:
        def ask() -> None:
            self.window.question.setText(f"question {next(self._numbers)}")
            QTest.keyClick(self.window.question, Qt.Key.Key_Return)

        self._do(ask)

    @rule(key=st.sampled_from([Qt.Key.Key_R, Qt.Key.Key_N, Qt.Key.Key_K, Qt.Key.Key_Z]))
    def press_a_shortcut(self, key: Qt.Key) -> None:
        self._do(lambda: QTest.keyClick(self.window, key, _CTRL))

    @rule(key=st.sampled_from([Qt.Key.Key_H, Qt.Key.Key_T, Qt.Key.Key_Comma]))
    def look_into_a_dialog(self, key: Qt.Key) -> None:
        async def look() -> None:
            QTest.keyClick(self.window, key, _CTRL)
            await asyncio.sleep(0.02)
            for window in QApplication.topLevelWidgets():
                if window.isVisible() and window is not self.window:
                    window.close()
            self.window.activateWindow()

        self._await(look)

    @rule(language=st.sampled_from(["en", "de"]))
    def choose_a_language(self, language: str) -> None:
        wanted = with_value(self.window.settings, "appearance.language", language)

        async def choose() -> None:
            await self._rest()  # under a finger nothing changes
            self.window.change_settings(wanted)
            title = {"en": "Question", "de": "Frage"}[language]
            await self._until(lambda: self.window.question.accessibleName() == title)
            self.window.activateWindow()

        self._await(choose)

    @rule(change=st.sampled_from(_CHANGES), place=st.integers(0, 2))
    def change_a_setting(self, change: tuple[str, list[object]], place: int) -> None:
        path, values = change
        wanted = with_value(self.window.settings, path, values[place % len(values)])

        async def choose() -> None:
            builds: list[int] = []
            self.window.rebuilt.connect(lambda: builds.append(1))
            is_larger = wanted.appearance.text_size != self.window.settings.appearance.text_size
            await self._rest()
            self.window.change_settings(wanted)
            await self._until(lambda: bool(builds) or not is_larger)
            self.window.activateWindow()

        self._await(choose)

    @rule(place=st.integers(0, 1))
    def switch_the_pipeline(self, place: int) -> None:
        segment = self.window.header.mode.segments[place]
        self._do(lambda: QTest.mouseClick(segment, Qt.MouseButton.LeftButton))

    @rule()
    def mute(self) -> None:
        self._do(self.desktop.modes.mute_action.trigger)

    @rule()
    def unplug_the_microphone_and_plug_it_in(self) -> None:
        async def swap() -> None:
            await self.conductor.use_microphone(None)
            await asyncio.sleep(0.01)
            await self.conductor.use_microphone(self.microphone)

        self._await(swap)

    @rule()
    def unplug_the_speaker_and_plug_it_in(self) -> None:
        async def swap() -> None:
            await self.conductor.use_speaker(None)
            await asyncio.sleep(0.01)
            await self.conductor.use_speaker(self.speaker)

        self._await(swap)

    @rule(place=st.integers(0, 3))
    def go_on_with_an_earlier_conversation(self, place: int) -> None:
        async def proceed() -> None:
            await self._rest()
            if kept := await self._kept():
                await self.desktop.open_conversation(kept[place % len(kept)])
            await self._rest()

        self._await(proceed)

    @rule(place=st.integers(0, 3))
    def delete_a_conversation(self, place: int) -> None:
        async def delete() -> None:
            await self._rest()
            keeping = self.desktop.desk.keeping
            assert keeping is not None
            if kept := await self._kept():
                await keeping.history.delete(kept[place % len(kept)])

        self._await(delete)

    async def _kept(self) -> list[str]:
        """The conversations of the history, the newest first."""
        keeping = self.desktop.desk.keeping
        assert keeping is not None
        return [each.id for each in await keeping.history.list()]

    @rule(place=st.integers(0, 5))
    def delete_a_message(self, place: int) -> None:
        def delete() -> None:
            transcript = self.window.transcript
            (action,) = [a for a in transcript.tools.actions if a.icon == "delete"]
            found = [entry for entry in transcript.log.entries if action.is_possible(entry)]
            if found:
                action.run(found[place % len(found)])

        self._do(delete)

    # ------------------------------------------------------------------------------ the server

    @rule(kind=st.sampled_from(sorted(_REPLIES)))
    def answer_next_with(self, kind: str) -> None:
        self.server.replies.append([*_REPLIES[kind]])

    @rule(reply=st.sampled_from(_CHAIN_REPLIES))
    def think_next_of(self, reply: str) -> None:
        self.chain.replies.append(reply)

    @rule()
    def hang_up(self) -> None:
        async def cut() -> None:
            if self.server.sessions:
                await self.server.cut()

        self._await(cut)

    @rule(seconds=st.sampled_from([0.0, 0.02, 0.1]))
    def wait(self, seconds: float) -> None:
        self._await(lambda: asyncio.sleep(seconds))

    @rule()
    def let_it_come_to_rest(self) -> None:
        self._await(self._rest)

    # ----------------------------------------------------------------------- what must be so

    @invariant()
    def the_window_says_what_is_going_on(self) -> None:
        # The question goes on the wire before the screen is painted: it may be a moment behind.
        self._await(lambda: self._until(self._says_what_is_going_on))

    def _says_what_is_going_on(self) -> bool:
        state, talking = self.conductor.state, self.window.talk_input.key
        status = status_of(state, self.conductor.link)
        is_counting = status is Status.RECONNECTING  # the seconds, in place of the word
        return (
            (is_counting or self.window.header.status.word == status_word(status))
            and self.window.meter.is_running == (status is Status.LISTENING)
            and (state is State.LISTENING or not talking.is_locked)
            and (talking.is_active or state is not State.LISTENING)
        )

    async def _rest(self) -> None:
        """No key is held, nothing is answered, nothing is being laid out."""
        if self.conductor.state is State.LISTENING:
            QTest.keyClick(self.window.talk_button, Qt.Key.Key_Escape)
        QTest.keyRelease(self.window.talk_button, Qt.Key.Key_Space)
        await self._until(lambda: self.conductor.state in _RESTING)
        await self._until(lambda: not self.desktop._applying.locked())
        await self._until(lambda: not self.window.transcript.is_behind)
        self._compare()

    def _compare(self) -> None:
        """What is read on the screen is what the models are told."""
        told = list(self.desktop.desk.dialogue)
        entries = list(self.window.transcript.log.entries)
        asked = [
            (entry.turn, entry.text.strip())
            for entry in entries
            if entry.kind is Kind.USER and entry.user_state is UserState.FINAL and entry.sent
        ]
        questions = [(m.turn, m.text) for m in told if m.role is Role.USER]
        assert sorted(questions) == sorted(asked)
        heard = {entry.turn: _heard(entry) for entry in entries if entry.kind is Kind.REPLY}
        answers = {m.turn: " ".join(m.text.split()) for m in told if m.role is Role.ASSISTANT}
        assert answers == {turn: words for turn, words in heard.items() if words}
        for entry in entries:
            if entry.text:
                assert self.window.transcript.message_text(entry)

    def teardown(self) -> None:
        try:
            self._await(self._rest)
        finally:
            self._await(self._close)
            self._environment.stop()
            self._home.cleanup()

    async def _close(self) -> None:
        await self.dialogs.close()
        await self.desktop.close()
        self.microphone.close()
        self.speaker.close()
        await self.server.__aexit__(None, None, None)
        await self.chain.__aexit__(None, None, None)


def _settings(base_url: str, chain_url: str) -> Settings:
    made = settings_for(base_url)
    made.servers["chain"] = Server(name="Chain", base_url=chain_url, dialect="compatible")
    chain = made.classic
    chain.transcription_server = chain.thinking_server = chain.speech_server = "chain"
    chain.transcription_model = chain.thinking_model = chain.speech_model = "any"
    chain.voice_kind = "server"
    made.talk.tail_ms = 0
    made.feedback.cues = False
    return made


def _heard(entry: Entry) -> str:
    """The words of a reply that sounded."""
    text, at = "", 0
    for start, end in entry.unheard:
        text += entry.text[at:start]
        at = end
    return " ".join((text + entry.text[at:]).split())


def test_whatever_is_done_the_screen_says_what_the_desk_holds(qtbot: QtBot) -> None:
    del qtbot
    Hands.TestCase.settings = settings(
        max_examples=_RUNS,
        stateful_step_count=_STEPS,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failure is told at once
        suppress_health_check=list(HealthCheck),
    )

    async def work() -> None:
        Hands.loop = asyncio.get_running_loop()
        await asyncio.to_thread(Hands.TestCase("runTest").runTest)

    run(work)
    gc.collect()
