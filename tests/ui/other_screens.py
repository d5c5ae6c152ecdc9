"""The screens that no picture of the documentation shows: what goes wrong, what is empty, what opens for a moment."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
)

from benchmarks import screens_data as data
from benchmarks.screens import Camera, Scene, scene_of, settle, until
from tests.ui.fake_control import FakeControl, FakeKeys, fake_devices
from tests.ui.finding import read_on
from voicedesk.conversation.store.model import Unanswered
from voicedesk.conversation.store.store import Store
from voicedesk.core.errors import (
    ConnectionLostError,
    NoMicrophoneError,
    StorageError,
    UnreachableError,
    WrongKeyError,
)
from voicedesk.core.events import Link, ReplyEnded
from voicedesk.core.settings import OPENAI, Server, Settings
from voicedesk.core.turn import Trigger
from voicedesk.providers.model_list import ListedModel
from voicedesk.providers.probe import ServerReport, StageReport, Verdict
from voicedesk.providers.retirement import Retirement
from voicedesk.ui import crash_offer, update_offer
from voicedesk.ui.first_run import FirstRun
from voicedesk.ui.first_run_ports import FirstRunPorts
from voicedesk.ui.history_dialog import HistoryDialog
from voicedesk.ui.history_ports import HistoryPorts
from voicedesk.ui.history_reader import HistoryReader
from voicedesk.ui.latency_dialog import LatencyDialog
from voicedesk.ui.server_test import ServerTestDialog
from voicedesk.ui.settings_add_server import AddServerDialog
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.shortcuts_dialog import ShortcutsDialog
from voicedesk.ui.unanswered_dialog import UnansweredDialog
from voicedesk.ui.unanswered_ports import UnansweredPorts
from voicedesk.updates import Release

_WAITING = tuple(StageReport(stage) for stage in ("realtime", "live", "transcription", "thinking"))
_REPORTS = {
    "waiting": ServerReport("OpenAI", reached_ms=84.2, stages=_WAITING),
    "works": ServerReport(
        "OpenAI",
        reached_ms=84.2,
        models=(ListedModel("gpt-a"), ListedModel("gpt-b", date(2027, 1, 6))),
        stages=(
            StageReport("realtime", Verdict.WORKS, "gpt-realtime-2.1", 412.0),
            StageReport("thinking", Verdict.WORKS, "gpt-a", 530.0, "Hello."),
            StageReport("live", Verdict.OFFERED),
            StageReport("speech", Verdict.ABSENT),
        ),
        retiring=(Retirement("gpt-b", date(2027, 1, 6)),),
        done=True,
    ),
    "fails": ServerReport(
        "OpenAI",
        stages=(
            StageReport("thinking", Verdict.FAILED, "m", error=WrongKeyError(server="OpenAI")),
            StageReport("speech"),
        ),
        error=UnreachableError(server="OpenAI", reason="there is no network"),
        done=True,
    ),
}


async def take_menu(take: Camera, name: str, menu: QMenu) -> None:
    """A menu, opened for as long as the picture takes."""
    menu.popup(QPoint(0, 0))
    await until(menu.isVisible)
    await take(name, menu)
    menu.close()


async def take_messages(take: Camera) -> None:
    """The window with all that can be told above and below the conversation."""
    async with scene_of() as scene:
        window = scene.converse()
        crash_offer.offer_report(window.messages, "a report")
        update_offer.tell_release(window.messages, Release("9.9", "https://example.org/voicedesk"))
        window.show_error("sound", NoMicrophoneError())
        window.show_error(
            "history", StorageError(reason="the disk is full", path="voicedesk/history")
        )
        await settle(scene)
        await take("messages", window)
    async with scene_of() as scene:
        window = scene.converse()
        crash_offer.tell_unexpected(window.messages)
        update_offer.tell_broken_list(window.messages)
        lost = ConnectionLostError(server="OpenAI", reason="it is gone")
        scene.control.links(Link.LOST, lost)
        scene.modes.mute_action.setChecked(True)
        asked = asyncio.ensure_future(
            window.confirm("Open this page?", "https://example.org/" + "a-long-address/" * 30)
        )
        await settle(scene)
        await take("asking", window)
        window.confirmations.close_all()
        await asked
    async with scene_of() as scene:
        await _offer_all(scene)
        await take("ways-back", scene.window)
        scene.modes.compact.set_on(is_on=True)
        await settle(scene)
        await take("compact-ways-back", scene.window)


async def _offer_all(scene: Scene) -> None:
    """All that can be had back, at once, in the smallest window, which waits to be connected again."""
    window = scene.converse()
    scene.control.links(Link.RECONNECTING)
    scene.control.can_retry = True
    window.retry_bar.show_number(12)
    window.retry_bar.show_length(300)
    scene.control.fails(NoMicrophoneError())
    window.retry_bar.offer(is_possible=True)
    window.ways_back.undo_bar.offer(
        lambda: "Your question and the whole of its answer were deleted a moment ago.",
        window.update,
    )
    window.question.setText("half a question, and more words than there is room for " * 3)
    window.resize(window.minimumSize())
    await settle(scene)


async def take_conversation(take: Camera) -> None:
    """Words that nobody heard, tools at work, and each menu."""
    async with scene_of() as scene:
        window, control = scene.converse(), scene.control
        control.ask("Tell me a story")
        control.calls_tool("calculate", "c1")
        control.answers_call("calculate", "c1")
        control.calls_tool("get_time", "c2")
        control.answers_call("get_time", "c2", failed=True)
        control.says("Once upon a time there was a king who had three daughters. " * 3)
        control.fire(Trigger.SOUND)
        control.interrupted(400, 1000, turn=control.turn)
        control.emit(ReplyEnded(turn=control.turn, at=0.0))
        control.fire(Trigger.DONE)
        await settle(scene)
        await take("unheard", window)
        await take_menu(take, "menu", _menu_of(window.header.menu.menu()))
        scene.modes.show_tray()
        assert scene.modes.tray is not None
        await take_menu(take, "tray", scene.modes.tray.menu)
        way = window.ways_back.way_menu(lambda: None, window)
        await take_menu(take, "ways", way)
        await take_menu(take, "message-menu", window.transcript.menu_at(QPoint(60, 40)))
        window.open_shortcuts()
        await take("shortcuts", window.findChildren(ShortcutsDialog)[0])


def _menu_of(menu: QMenu | None) -> QMenu:
    assert menu is not None
    return menu


def _history_of(store: Store) -> HistoryDialog:
    ports = HistoryPorts(
        conversations=store.history,
        current=lambda: "",
        proceed=lambda _conversation: asyncio.sleep(0),
        is_kept=lambda: False,
        show_times=lambda _turn, _figures: None,
    )
    history = HistoryDialog(ports)
    history.start()
    return history


async def take_found(take: Camera) -> None:
    """What a search has found, and where it stands."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        data.remember(store)
        history = _history_of(store)
        history.findChildren(QLineEdit)[0].setText("lin wit")
        reader = history.findChildren(HistoryReader)[0]
        await until(lambda: len(reader.extraSelections()) > 2)
        await take("history-found", history)
        await history.stop()
        await store.close()
        history.deleteLater()


async def take_empty(take: Camera) -> None:
    """The dialogs while there is nothing to see in them."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        history = _history_of(store)
        await until(lambda: not history.findChildren(QListView)[0].isVisible())
        await take("history-empty", history)
        before = read_on(history)
        history.findChildren(QLineEdit)[0].setText("what nobody ever said")
        await until(lambda: read_on(history) != before)
        await take("history-nothing-found", history)
        await history.stop()
        await store.close()
        history.deleteLater()
    unanswered = UnansweredDialog(
        UnansweredPorts(_NoTakes(), FakeControl(), data.settings, data.keys())
    )
    unanswered.start()
    await until(lambda: not unanswered.findChildren(QListView)[0].isVisible())
    await take("unanswered-empty", unanswered)
    await unanswered.stop()
    unanswered.deleteLater()
    async with scene_of() as scene:
        scene.window.latency.open()
        await settle(scene)
        await take("latency-empty", scene.window.findChildren(LatencyDialog)[0])


class _NoTakes(data.Takes):
    async def listed(self) -> Sequence[Unanswered]:
        return []


async def take_servers(take: Camera) -> None:
    """A server that is added, the page of one that is anybody's, and what a trial told."""
    adding = AddServerDialog()
    adding.show()
    await take("add-server", adding)
    adding.findChildren(QLineEdit)[1].setText("http://192.168.1.20:8080/v1")
    await asyncio.sleep(0)
    await take("add-server-problem", adding)
    adding.close()
    adding.deleteLater()
    keys = FakeKeys()
    trial = ServerTestDialog(Settings(), OPENAI, keys.test)
    trial.show()
    for name, report in _REPORTS.items():
        keys.told(report)
        QApplication.processEvents()  # what is new in a layout is shown, then there is room made for it
        QApplication.processEvents()
        await take(f"server-{name}", trial)
    trial.close()
    trial.deleteLater()


async def take_settings(take: Camera) -> None:
    """The search, and the pages where a choice has a cause that hinders it."""
    async with scene_of() as scene:
        wanted = data.settings()
        wanted.servers["attic"] = Server(
            name="Attic", base_url="http://192.168.1.20:8080/v1", dialect="compatible"
        )
        wanted.realtime.server = "attic"
        scene.window.change_settings(wanted)
        dialog = await _page(scene, "server")
        await take("settings-other-server", dialog)
        search = dialog.findChildren(QLineEdit)[0]
        search.setFocus()
        for words in ("server", "zzz"):
            search.setText(words)
            await settle(scene)
            await take(f"settings-search-{words}", dialog)


async def _page(scene: Scene, page: str) -> QDialog:
    scene.window.open_settings(page)
    await settle(scene)
    return scene.window.findChildren(SettingsDialog)[0]


async def take_choices(take: Camera) -> None:
    """What opens from each box of a page: the longest list of words that there is."""
    async with scene_of() as scene:
        for page in ("talk", "sound", "appearance"):
            dialog = await _page(scene, page)
            boxes = [box for box in dialog.findChildren(QComboBox) if box.isVisible()]
            for number, box in enumerate(boxes):
                box.showPopup()
                await asyncio.sleep(0)
                await take(f"choices-{page}-{number}", box.view().window())
                box.hidePopup()


async def take_first_run(take: Camera) -> None:
    """The steps of the first run as they go wrong."""
    wanted = data.settings()

    async def refuse() -> None:
        raise WrongKeyError(server="OpenAI")

    control = FakeControl()
    control.link = Link.CLOSED
    control.microphone_ready = False
    dialog = FirstRun(
        FirstRunPorts(
            control=control,
            settings=lambda: wanted,
            change=lambda _settings: None,
            keys=FakeKeys(),
            devices=fake_devices,
            tester=data.Tester(),
            connect=refuse,
        )
    )
    dialog.start()
    dialog.go(1)
    dialog.go(1)
    button = next(each for each in dialog.step.findChildren(QPushButton) if each.isVisible())
    button.click()
    await until(lambda: bool(dialog.step.verdict.sentence))
    QApplication.processEvents()
    await take("first-run-refused", dialog)
    await dialog.stop()
    dialog.deleteLater()


OTHER_WORKS: tuple[Callable[[Camera], Awaitable[None]], ...] = (
    take_messages,
    take_conversation,
    take_found,
    take_empty,
    take_servers,
    take_settings,
    take_choices,
    take_first_run,
)
