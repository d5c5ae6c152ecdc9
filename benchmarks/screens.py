"""Takes the pictures of docs/screens: ``python -m benchmarks.screens [NAME ...]``."""

from __future__ import annotations

import argparse
import asyncio
import atexit
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtWidgets import QApplication, QTabWidget, QWidget

from benchmarks import screens_data as data
from benchmarks.application import home
from tests.ui.fake_control import FakeControl, FakeRecall, FakeTries, fake_devices
from voicedesk.app import run_on_qt
from voicedesk.audio.io import Level
from voicedesk.conversation.store.store import Store
from voicedesk.core.settings import Appearance
from voicedesk.ui.first_run import FirstRun
from voicedesk.ui.first_run_ports import FirstRunPorts
from voicedesk.ui.history_dialog import HistoryDialog
from voicedesk.ui.history_ports import HistoryPorts
from voicedesk.ui.history_reader import HistoryReader
from voicedesk.ui.latency_dialog import LatencyDialog
from voicedesk.ui.level_meter import LevelMeter
from voicedesk.ui.looks import Looks
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.settings_values import with_value
from voicedesk.ui.unanswered_dialog import UnansweredDialog
from voicedesk.ui.unanswered_ports import UnansweredPorts
from voicedesk.ui.window_modes import WindowModes

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screens"
SIZE = QSize(960, 720)
_NEVER_MS = 3_600_000
_LONGEST_HOLD = 200
"""Frames of silence after which a meter has forgotten what it heard."""
_PAGES = ("talk", "sound", "pipeline", "realtime", "assistant", "privacy", "appearance")
PAGES = {name: name for name in _PAGES} | {"server": "servers"}
CHAIN_PAGES = ("transcribe", "think", "speak")
LOOKS: dict[str, Appearance] = {
    "": Appearance(language="en", theme="light", reduced_motion="always"),
    "dark": Appearance(language="en", theme="dark", reduced_motion="always"),
}
MORE_LOOKS: dict[str, Appearance] = {
    "large": Appearance(language="en", theme="light", reduced_motion="always", text_size=200),
    "german": Appearance(language="de", theme="light", reduced_motion="always"),
}


class Scene:
    """A window after a conversation, and what can be opened beside it."""

    def __init__(self) -> None:
        self.control = FakeControl()
        self.figures = data.figures(self.control)
        self.tester = data.Tester()
        self.window = MainWindow(
            self.control,
            data.settings(),
            keys=data.keys(),
            devices=fake_devices,
            changed=lambda _settings: None,
            sound=self.tester,
            figures=self.figures,
            recall=FakeRecall(),
            tries=FakeTries(),
        )
        self.window.resize(SIZE.expandedTo(self.window.minimumSize()))
        self.modes = WindowModes(self.window, self.control)

    async def show(self) -> None:
        self.window.show()
        self.window.activateWindow()
        await until(self.window.isActiveWindow)

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()

    def converse(self) -> MainWindow:
        data.converse(self.control, self.figures)
        return self.window


Camera = Callable[[str, QWidget], Awaitable[None]]
"""Takes a picture with this name."""


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that Qt or the disk brings about."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - any condition may be waited for
            await asyncio.sleep(0.005)


async def settle(scene: Scene) -> None:
    """Until everything that is known is laid out."""
    await until(lambda: not scene.window.transcript.is_behind)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    await asyncio.sleep(0.15)  # what comes with a timer of its own, such as the tools of a message


def show_levels(meter: LevelMeter, source: FakeControl | data.Tester) -> None:
    """Have a meter that runs show the same sound in each picture."""
    timer = meter.findChildren(QTimer)[0]
    timer.setInterval(_NEVER_MS)
    for level in (
        *[Level()] * _LONGEST_HOLD,
        *(Level(part / 100, part / 50) for part in data.LEVELS),
    ):
        source.level = level
        timer.timeout.emit()


@asynccontextmanager
async def scene_of() -> AsyncIterator[Scene]:
    scene = Scene()
    await scene.show()
    try:
        yield scene
    finally:
        scene.close()
        await asyncio.sleep(0)


# ------------------------------------------------------------------------------------ pictures


async def take_window(take: Camera) -> None:
    """The main window in each of its states."""
    async with scene_of() as scene:
        await settle(scene)
        await take("empty", scene.window)
    async with scene_of() as scene:
        scene.converse()
        await settle(scene)
        await take("window", scene.window)
        data.speak(scene.control)
        await settle(scene)
        await take("speaking", scene.window)
    async with scene_of() as scene:
        scene.converse()
        data.fail(scene.control)
        await settle(scene)
        await take("failed", scene.window)
    async with scene_of() as scene:
        scene.converse()
        scene.control.press()
        scene.control.cancel()
        await settle(scene)
        await take("cancelled", scene.window)


async def take_listening(take: Camera) -> None:
    """The window while one talks, with the same sound each time."""
    async with scene_of() as scene:
        scene.converse()
        scene.control.press()
        await settle(scene)
        show_levels(scene.window.meter, scene.control)
        await take("listening", scene.window)


async def take_compact(take: Camera) -> None:
    """The compact window."""
    async with scene_of() as scene:
        scene.converse()
        await settle(scene)
        scene.modes.compact.set_on(is_on=True)
        await settle(scene)
        await take("compact", scene.window)
        scene.control.press()
        await settle(scene)
        show_levels(scene.window.meter, scene.control)
        await take("compact-listening", scene.window)


async def take_settings(take: Camera) -> None:
    """The pages of the settings."""
    async with scene_of() as scene:
        for page, name in PAGES.items():
            await take_page(take, scene, page, name)
        scene.window.change_settings(with_value(scene.window.settings, "mode", "classic"))
        for page in CHAIN_PAGES:
            await take_page(take, scene, page, page)


async def take_page(take: Camera, scene: Scene, page: str, name: str) -> None:
    """One page of the settings."""
    scene.window.open_settings(page)
    await settle(scene)
    dialog = scene.window.findChildren(SettingsDialog)[0]
    dialog.resize(SIZE)
    await settle(scene)
    for meter in dialog.findChildren(LevelMeter):
        show_levels(meter, scene.tester)
    await take(f"settings-{name}", dialog)


async def take_latency(take: Camera) -> None:
    """Both pages of the figures, of a quick answer and of one that took long."""
    async with scene_of() as scene:
        scene.converse()
        data.take_long(scene.control, scene.figures)
        scene.window.latency.open()
        await settle(scene)
        await take("latency-slow", scene.window.findChildren(LatencyDialog)[0])
    async with scene_of() as scene:
        scene.converse()
        scene.window.latency.open()
        dialog = scene.window.findChildren(LatencyDialog)[0]
        for index, name in enumerate(("latency-answer", "latency-all")):
            dialog.findChildren(QTabWidget)[0].setCurrentIndex(index)
            await settle(scene)
            await take(name, dialog)


async def take_history(take: Camera) -> None:
    """The history, on a real store."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        data.remember(store)
        dialog = HistoryDialog(
            HistoryPorts(
                conversations=store.history,
                current=lambda: "",
                proceed=lambda _conversation: asyncio.sleep(0),
                is_kept=lambda: True,
                show_times=lambda _turn, _figures: None,
            )
        )
        dialog.start()
        reader = dialog.findChildren(HistoryReader)[0]
        await until(lambda: "rstrip" in reader.toPlainText())
        await take("history", dialog)
        await dialog.stop()
        await store.close()
        dialog.deleteLater()


async def take_unanswered(take: Camera) -> None:
    """The takes that were never answered."""
    dialog = UnansweredDialog(
        UnansweredPorts(data.Takes(), FakeControl(), data.settings, data.keys())
    )
    dialog.start()
    await until(lambda: dialog.chosen is not None)
    await take("unanswered", dialog)
    await dialog.stop()
    dialog.deleteLater()


async def take_first_run(take: Camera) -> None:
    """All steps of the first run."""
    wanted, tester = data.settings(), data.Tester()
    dialog = FirstRun(
        FirstRunPorts(
            control=FakeControl(),
            settings=lambda: wanted,
            change=lambda _settings: None,
            keys=data.keys(),
            devices=fake_devices,
            tester=tester,
            connect=lambda: asyncio.sleep(0),
        )
    )
    dialog.start()
    await until(dialog.isActiveWindow)
    for meter in dialog.step.findChildren(LevelMeter):
        show_levels(meter, tester)
    await take("first-run-microphone", dialog)
    for name in ("speaker", "server", "talk"):
        dialog.go(1)
        await asyncio.sleep(0.1)
        await take(f"first-run-{name}", dialog)
    await dialog.stop()
    dialog.deleteLater()


WORKS = (
    take_window,
    take_listening,
    take_compact,
    take_settings,
    take_latency,
    take_history,
    take_unanswered,
    take_first_run,
)


# ------------------------------------------------------------------------------------ the run


def camera(look: str, wanted: list[str], folder: Path) -> Camera:
    """Takes pictures in a look, of what is wanted."""

    async def take(name: str, widget: QWidget) -> None:
        whole = f"{name}-{look}" if look else name
        if wanted and name not in wanted and whole not in wanted:
            return
        path = folder / f"{whole}.png"
        if not widget.grab().save(str(path)):
            raise OSError(f"{path} cannot be written")
        print(path.name)

    return take


def large_screen() -> str:
    """Qt's platform without a screen, with one that has room for every window: its own has 800 x 800."""
    file = Path(tempfile.mkdtemp(prefix="voicedesk-screens-")) / "screens.json"
    atexit.register(shutil.rmtree, file.parent)
    screen = {"name": "one", "x": 0, "y": 0, "width": 4000, "height": 3000, "dpr": 1}
    dots = {"logicalDpi": 96, "logicalBaseDpi": 96}
    file.write_text(json.dumps({"screens": [{**screen, **dots}]}), encoding="utf-8")
    return f"offscreen:configfile={file}"


def main() -> int:
    """Take the pictures. Returns 0 when all were taken."""
    parser = argparse.ArgumentParser(prog="scripts/screens", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, as in window-dark")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder for them")
    parser.add_argument("--platform", default="offscreen", help="Qt's, such as xcb; its own if ''")
    parser.add_argument("--scale", default="1", metavar="FACTOR", help="of the screen, such as 2")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ |= {"QT_SCALE_FACTOR": options.scale, "TZ": "UTC"}
    if options.platform:
        is_offscreen = options.platform == "offscreen"
        os.environ["QT_QPA_PLATFORM"] = large_screen() if is_offscreen else options.platform
    if hasattr(time, "tzset"):
        time.tzset()

    async def work(application: QApplication) -> int:
        looks = Looks(application)
        for look, appearance in (LOOKS | MORE_LOOKS).items():
            looks.apply(appearance)
            take = camera(look, options.names, options.out)
            for each in WORKS if look in LOOKS else (take_window, take_listening):
                await each(take)
        looks.restore()
        return 0

    with home():
        return run_on_qt(work)


if __name__ == "__main__":
    sys.exit(main())
