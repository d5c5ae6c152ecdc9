"""Where the talk key comes from: a key anywhere in the window (the space bar, if no other was chosen), the mouse on the button, a screen reader.

The rules of the key itself are in ``talk_key``; here Qt's events become its downs and ups, and everything that may
swallow a key-up (another window, a dialog, a locked screen) ends the hold.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QWidget,
)

from voicedesk.conversation.control import TalkControl
from voicedesk.core.clock import Clock, now
from voicedesk.core.settings import Talk, TalkKeyName
from voicedesk.core.turn import State
from voicedesk.ui.talk_button import TalkButton
from voicedesk.ui.talk_key import TalkKey

_KEY = "key"
_MOUSE = "mouse"
_ELSEWHERE = "elsewhere"
_KEYS: dict[TalkKeyName, Qt.Key] = {
    "space": Qt.Key.Key_Space,
    "insert": Qt.Key.Key_Insert,
    "pause": Qt.Key.Key_Pause,
    "scroll_lock": Qt.Key.Key_ScrollLock,
    "f2": Qt.Key.Key_F2,
    "f3": Qt.Key.Key_F3,
    "f4": Qt.Key.Key_F4,
    "f5": Qt.Key.Key_F5,
    "f6": Qt.Key.Key_F6,
    "f7": Qt.Key.Key_F7,
    "f8": Qt.Key.Key_F8,
    "f9": Qt.Key.Key_F9,
    "f10": Qt.Key.Key_F10,
    "f11": Qt.Key.Key_F11,
    "f12": Qt.Key.Key_F12,
}
_WATCHED = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.WindowDeactivate,
        QEvent.Type.Hide,
    }
)


class TalkInput(QObject):
    """Watches the window for the talk key.

    Signals:
        changed: A press, a release or a cancel happened: look at ``key`` again.
        cap_reached: The take was ended because it had lasted too long.
        escaped: Esc was pressed and there was nothing to cancel.
    """

    changed = Signal()
    cap_reached = Signal()
    escaped = Signal()

    def __init__(
        self,
        control: TalkControl,
        window: QWidget,
        button: TalkButton,
        talk: Talk,
        *,
        clock: Clock = now,
    ) -> None:
        super().__init__(window)
        self._control = control
        self._window = window
        self._button = button
        self._clock = clock
        self._saw_listening = False
        self._talk_key = _KEYS[talk.key]
        self.key = TalkKey(press=self._press, release=self._release, cancel=self._cancel)
        self._cap = QTimer(self)
        self._cap.setSingleShot(True)
        self._cap.timeout.connect(self._on_cap)
        self.set_talk(talk)
        button.held.connect(lambda: self.key.down(_MOUSE, self._clock()))
        button.let_go.connect(lambda: self._up(_MOUSE))
        button.grab_lost.connect(lambda: self.key.lost(_MOUSE))
        button.clicked.connect(lambda: self.key.toggle(self._clock()))
        application = QCoreApplication.instance()
        assert isinstance(application, QApplication)
        application.installEventFilter(self)
        application.applicationStateChanged.connect(self._on_application_state)
        application.focusChanged.connect(self._on_focus)

    def set_talk(self, talk: Talk) -> None:
        """Take over the key, the lengths of a tap and of the longest take."""
        chosen = _KEYS[talk.key]
        if chosen is not self._talk_key:
            self.key.lost(_KEY)  # the key-up of the old one is no longer listened to
            self._talk_key = chosen
        self.key.tap_s = talk.tap_s
        self._cap.setInterval(talk.cap_s * 1000)

    def on_state(self, state: State) -> None:
        """The turn moved on. A take that ended by itself leaves no tap to keep it open."""
        if state is State.LISTENING:
            self._saw_listening = True
        elif self._saw_listening and self._control.state is not State.LISTENING:
            self._saw_listening = False
            self._cap.stop()
            self.key.take_ended()
            self.changed.emit()

    def down_elsewhere(self, at: float) -> None:
        """The talk key went down in another window."""
        self.key.down(_ELSEWHERE, at)

    def up_elsewhere(self, at: float) -> None:
        """It went up again, in whichever window."""
        self.key.up(_ELSEWHERE, at)
        self.changed.emit()

    def stop(self) -> None:
        """End whatever is held or kept open, and watch no longer: the window goes."""
        self.key.lost()
        self.key.finish()
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    # ------------------------------------------------------------------------------ the key

    def _press(self) -> bool:
        self._control.press()
        is_listening = self._control.state is State.LISTENING
        self._saw_listening = is_listening
        if is_listening:
            self._cap.start()
        self.changed.emit()
        return is_listening

    def _release(self) -> None:
        self._cap.stop()
        self._control.release()
        self.changed.emit()

    def _cancel(self) -> None:
        self._cap.stop()
        self._control.cancel()
        self.changed.emit()

    def _up(self, source: str) -> None:
        self.key.up(source, self._clock())
        self.changed.emit()

    def _on_cap(self) -> None:
        if self.key.is_active:
            self.key.finish()
            self.cap_reached.emit()

    # ------------------------------------------------------------------------------ lost keys

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self._lose()

    def _lose(self) -> None:
        """A key-up in another window does not come to this one, unless the key is watched there."""
        if self.key.owner != _ELSEWHERE:
            self.key.lost()

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Within the window the key-up still comes by; from anywhere else it does not."""
        if new is None or new.window() is not self._window:
            self.key.lost(_KEY)

    # ------------------------------------------------------------------------------ Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in _WATCHED:
            return False
        if kind in {QEvent.Type.WindowDeactivate, QEvent.Type.Hide}:
            if watched is self._window:
                self._lose()
                if kind == QEvent.Type.Hide:
                    self.key.finish()
            return False
        assert isinstance(event, QKeyEvent)
        key = event.key()
        if key == self._talk_key:
            return self._on_key(watched, event)
        if key == Qt.Key.Key_Escape and kind == QEvent.Type.KeyPress:
            return self._on_escape(watched, event)
        return False

    def _is_ours(self, watched: QObject) -> bool:
        """Whether a key event goes to our window, with no menu or dialog in front of it."""
        if QApplication.activePopupWidget() or QApplication.activeModalWidget():
            return False
        if isinstance(watched, QWindow):
            return watched is self._window.windowHandle()
        return isinstance(watched, QWidget) and watched.window() is self._window

    def _on_key(self, watched: QObject, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.KeyRelease:
            if self.key.owner != _KEY:
                return False
            if not event.isAutoRepeat():
                self._up(_KEY)
            return True
        if self.key.owner == _KEY:
            return True  # the key repeats while it is held
        if not self._is_ours(watched) or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        focus = watched if isinstance(watched, QWidget) else QApplication.focusWidget()
        if _uses_key(focus, event.key()):
            return False
        if not event.isAutoRepeat():
            self.key.down(_KEY, self._clock())
        return True

    def _on_escape(self, watched: QObject, event: QKeyEvent) -> bool:
        if not self._is_ours(watched) or event.isAutoRepeat():
            return False
        if self.key.is_active or self._control.state is not State.READY:
            self.key.cancel()
        else:
            self.escaped.emit()
        return True


def _uses_key(widget: QWidget | None, key: int) -> bool:
    """Whether the key means something of its own to the widget that has the focus."""
    if widget is None or isinstance(widget, TalkButton) or not widget.isEnabled():
        return False
    if key == Qt.Key.Key_F4:
        return isinstance(widget, QComboBox)  # opens it
    if key != Qt.Key.Key_Space:
        return False
    if widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
        return True
    return isinstance(widget, QAbstractButton | QComboBox | QAbstractItemView)
