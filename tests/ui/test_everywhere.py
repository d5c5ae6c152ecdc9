"""The talk key while another window is in use: when it can be had, and that it works the window."""

import shutil
import sys
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLabel
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import run
from tests.ui.fake_control import FakeControl, FakeKeys, fake_devices
from tests.ui.finding import by_name
from voicedesk.core.settings import Settings, Talk, TalkKeyName
from voicedesk.core.turn import State
from voicedesk.hotkey import base
from voicedesk.ui import elsewhere
from voicedesk.ui.everywhere import Everywhere
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_dialog import SettingsDialog

LABEL = "The talk key works in other windows"


def settings(key: TalkKeyName = "f9", *, everywhere: bool = True) -> Settings:
    return Settings(talk=Talk(key=key, everywhere=everywhere))


class FakeWatch:
    """A watch whose key the test presses."""

    def __init__(self, key: TalkKeyName, told: base.Told) -> None:
        self.key = key
        self.told = told
        self.attended: list[bool] = []
        self.is_closed = False

    def attend(self, *, is_on: bool) -> None:
        self.attended.append(is_on)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def watches(monkeypatch: pytest.MonkeyPatch) -> list[FakeWatch]:
    made: list[FakeWatch] = []

    def watch(key: TalkKeyName, told: base.Told) -> FakeWatch:
        made.append(FakeWatch(key, told))
        return made[-1]

    monkeypatch.setattr(base, "watch", watch)
    return made


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def desktop(window: MainWindow, control: FakeControl, woken: list[str]) -> Callable[[], Everywhere]:
    async def wake() -> None:
        woken.append("wake")
        control.microphone_ready = True

    return lambda: Everywhere(window, control, wake, hindered=lambda _settings: "")


def state_of(control: FakeControl) -> State:
    return control.state


Desktop = Callable[[], Everywhere]


def become(state: Qt.ApplicationState) -> None:
    """Have Qt say so: offscreen no other program's window is ever in use."""
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.applicationStateChanged.emit(state)


async def until(is_so: Callable[[], bool]) -> None:
    from asyncio import sleep

    while not is_so():
        await sleep(0.001)


def test_nothing_is_watched_unless_it_is_asked_for(
    desktop: Desktop, watches: list[FakeWatch]
) -> None:
    async def work() -> None:
        everywhere = desktop()
        await everywhere.use(settings(everywhere=False))
        assert not watches
        await everywhere.use(settings())
        await everywhere.use(settings())
        assert [watch.key for watch in watches] == ["f9"]
        await everywhere.use(settings("pause"))
        assert [watch.is_closed for watch in watches] == [True, False]
        await everywhere.use(settings("pause", everywhere=False))
        assert watches[-1].is_closed
        await everywhere.close()

    run(work)


def test_a_hold_is_a_take(
    desktop: Desktop, control: FakeControl, watches: list[FakeWatch], woken: list[str]
) -> None:
    control.microphone_ready = False

    async def work() -> None:
        everywhere = desktop()
        await everywhere.use(settings())
        told = watches[0].told
        told.down(10.0)
        told.up(12.0)  # before the microphone is there: still a press, then a release
        await until(lambda: control.calls == ["press", "release"])
        assert woken == ["wake"]
        assert state_of(control) is State.ENDING
        await everywhere.close()

    run(work)


def test_a_tap_keeps_listening(
    desktop: Desktop, control: FakeControl, watches: list[FakeWatch]
) -> None:
    async def work() -> None:
        everywhere = desktop()
        await everywhere.use(settings())
        told = watches[0].told
        told.down(10.0)
        told.up(10.1)
        await until(lambda: state_of(control) is State.LISTENING)
        told.down(15.0)
        told.up(15.1)
        await until(lambda: control.calls == ["press", "release"])
        await everywhere.close()

    run(work)


def test_a_hold_outlasts_the_window(
    desktop: Desktop, window: MainWindow, control: FakeControl, watches: list[FakeWatch]
) -> None:
    """The window loses the keyboard, and the key-up comes all the same."""

    async def work() -> None:
        everywhere = desktop()
        await everywhere.use(settings())
        watches[0].told.down(10.0)
        await until(lambda: state_of(control) is State.LISTENING)
        become(Qt.ApplicationState.ApplicationInactive)
        assert window.talk_input.key.is_active
        watches[0].told.up(12.0)
        await until(lambda: control.calls == ["press", "release"])
        await everywhere.close()

    run(work)


def test_in_our_own_windows_qt_tells_of_the_key(
    desktop: Desktop, window: MainWindow, watches: list[FakeWatch]
) -> None:
    async def work() -> None:
        everywhere = desktop()
        assert window.isActiveWindow()
        await everywhere.use(settings())
        become(Qt.ApplicationState.ApplicationInactive)
        become(Qt.ApplicationState.ApplicationActive)
        become(Qt.ApplicationState.ApplicationHidden)
        assert watches[0].attended == [False, True, False, True]
        await everywhere.close()

    run(work)


def test_a_refusal_is_told_once_and_goes_with_the_setting(
    desktop: Desktop, window: MainWindow, watches: list[FakeWatch]
) -> None:
    def shown() -> bool:
        return any("another program" in label.text() for label in window.findChildren(QLabel))

    async def work() -> None:
        everywhere = desktop()
        await everywhere.use(settings())
        watches[0].told.failed(base.KeyTakenError("F9", key="F9"))
        await until(shown)
        await everywhere.use(settings(everywhere=False))
        await until(lambda: not shown())
        await everywhere.close()

    run(work)


def test_a_desktop_that_refuses_at_once_is_told(
    desktop: Desktop, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_key: TalkKeyName, _told: base.Told) -> base.Watch:
        raise base.KeyUnwatchableError(reason="it may not be seen")

    monkeypatch.setattr(base, "watch", refuse)

    async def work() -> None:
        everywhere = desktop()
        await everywhere.use(settings())
        assert any("may not be seen" in label.text() for label in window.findChildren(QLabel))
        await everywhere.close()

    run(work)


# --------------------------------------------------------------------------------------- reasons


@pytest.fixture
def on_x11(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: "xcb"))
    for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("on_x11")
def test_it_works_where_nothing_stands_in_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    assert elsewhere.hindrance(settings()) == ""
    assert "space bar" in elsewhere.hindrance(settings("space"))
    monkeypatch.setattr(base, "is_installed", lambda: False)
    assert "voicedesk[hotkey]" in elsewhere.hindrance(settings())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Wayland is on Linux")
@pytest.mark.usefixtures("on_x11")
@pytest.mark.parametrize(
    ("name", "value"), [("WAYLAND_DISPLAY", "wayland-0"), ("XDG_SESSION_TYPE", "wayland")]
)
def test_wayland_has_a_way_of_its_own(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert "voicedesk toggle" in elsewhere.hindrance(settings())


def test_a_package_that_is_not_there_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "needed_package", lambda: "voicedesk_no_such_package")
    assert not base.is_installed()


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[SettingsDialog]:
    result = SettingsDialog(
        settings("space", everywhere=False), keys=FakeKeys(), devices=fake_devices,
        changed=lambda _settings: None,
    )  # fmt: skip
    qtbot.addWidget(result)
    result.show()
    yield result
    result.close()


@pytest.mark.usefixtures("on_x11")
def test_the_reason_is_beside_the_setting(dialog: SettingsDialog) -> None:
    box = by_name(dialog, LABEL, QCheckBox)
    assert not box.isEnabled()
    assert "space bar" in box.accessibleDescription()
    dialog.show_settings(settings("f9", everywhere=False))
    assert box.isEnabled()
    assert "space bar" not in box.accessibleDescription()
    dialog.show_settings(settings("space"))
    assert box.isEnabled()  # to be taken off


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_a_key_of_the_display_works_the_window(
    desktop: Desktop, control: FakeControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    from Xlib import XK, X
    from Xlib.display import Display
    from Xlib.ext import xtest

    from builder.screen import Screen

    async def work() -> None:
        with Screen() as screen:
            monkeypatch.setenv("DISPLAY", screen.display)
            everywhere = desktop()
            await everywhere.use(settings())
            become(Qt.ApplicationState.ApplicationInactive)
            keyboard = Display(screen.display)
            code = keyboard.keysym_to_keycode(XK.XK_F9)

            def tap() -> bool:
                """The key is ours soon, and until then its presses go nowhere."""
                for kind in (X.KeyPress, X.KeyRelease):
                    xtest.fake_input(keyboard, kind, code)
                keyboard.sync()
                return bool(control.calls)

            await until(tap)
            assert control.calls[0] == "press"
            keyboard.close()
            await everywhere.close()

    run(work)
