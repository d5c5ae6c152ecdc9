"""The talk key on X11: taken by a passive grab, on a connection and a thread of its own.

While it is grabbed nobody else gets the key, and nothing of what is typed comes by here, but for keys that are pressed
while it is held: those are dropped. A held key repeats as a key-up and a key-down; whether it is up for good is asked of
the server.
"""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from itertools import combinations
from typing import Any, Final

from Xlib import XK, X
from Xlib.display import Display
from Xlib.error import BadAccess, CatchError, ConnectionClosedError, DisplayError

from voicedesk.core.reasons import Reason
from voicedesk.core.settings import TalkKeyName
from voicedesk.hotkey.base import HeldKey, KeyTakenError, KeyUnwatchableError, Told

_SYMBOLS: Final[dict[TalkKeyName, str]] = {
    "space": "space",
    "insert": "Insert",
    "pause": "Pause",
    "scroll_lock": "Scroll_Lock",
}
_LOCKS = ("Num_Lock", "Scroll_Lock")
_ATTEND, _REST, _END = b"arx"


class X11Watch:
    """Grabs a key while it attends."""

    def __init__(self, key: TalkKeyName, told: Told, display: str | None = None) -> None:
        """Connect to the display (that of the environment, if none is named).

        Raises:
            KeyUnwatchableError: It cannot be reached.
        """
        try:
            self._display = Display(display)
        except (DisplayError, ConnectionClosedError, OSError) as error:
            raise KeyUnwatchableError(repr(error), reason="the display cannot be asked") from error
        self._name = key.replace("_", " ").title()
        self._symbol = XK.string_to_keysym(_SYMBOLS.get(key, key.upper()))
        self._told = told
        self._held = HeldKey(told)
        self._grabbed: list[tuple[int, int]] = []
        self._wants = False
        self._code = 0  # of the latest hold; the key may have been given back before its key-up
        self._ours, self._theirs = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="talk key of the desktop")
        self._thread.start()

    def attend(self, *, is_on: bool) -> None:
        """Take the key, or give it back."""
        with suppress(OSError):  # the thread has ended by itself, and said why
            self._ours.send(bytes([_ATTEND if is_on else _REST]))

    def close(self) -> None:
        """Give the key back and end the connection."""
        with suppress(OSError):
            self._ours.send(bytes([_END]))
        self._thread.join()
        self._ours.close()

    # --------------------------------------------------------------------------- on the thread

    def _run(self) -> None:
        try:
            self._serve()
        except (ConnectionClosedError, OSError) as error:
            self._told.failed(
                KeyUnwatchableError(repr(error), reason="the connection to the display was lost")
            )
        finally:
            self._held.up()  # whoever holds it could not be heard any more
            self._theirs.close()
            with suppress(ConnectionClosedError, OSError):
                self._display.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._display.fileno(), selectors.EVENT_READ)
            selector.register(self._theirs, selectors.EVENT_READ)
            while True:
                while self._display.pending_events():  # reads what has come, without waiting
                    self._on_event(self._display.next_event())
                for found, _ in selector.select():
                    if found.fileobj is self._theirs and not self._obey(self._theirs.recv(256)):
                        return

    def _obey(self, orders: bytes) -> bool:
        """Do what was ordered last. Returns whether to go on."""
        if not orders or _END in orders:
            self._give_back()
            return False
        self._wants = orders[-1] == _ATTEND
        if self._wants and not self._grabbed:
            self._take()
        elif not self._wants:
            self._give_back()
        return True

    def _on_event(self, event: Any) -> None:
        if event.type in {X.KeyPress, X.KeyRelease}:
            self._on_key(event)
        elif event.type == X.MappingNotify:
            self._display.refresh_keyboard_mapping(event)
            if self._wants:  # the key may have another number now
                self._give_back()
                self._take()

    def _on_key(self, event: Any) -> None:
        if event.type == X.KeyPress:
            if any(event.detail == code for code, _ in self._grabbed):
                self._code = event.detail
                self._held.down()
        elif event.detail == self._code and not self._is_down(event.detail):
            self._held.up()

    def _is_down(self, code: int) -> bool:
        keys = self._display.query_keymap()
        return bool(keys[code // 8] & 1 << code % 8)

    def _take(self) -> None:
        root = self._display.screen().root
        refusal = CatchError(BadAccess)
        code = self._display.keysym_to_keycode(self._symbol)
        if code == 0:
            reason = Reason("this keyboard has no key {key}", key=self._name)
            self._told.failed(KeyUnwatchableError(self._name, reason=reason))
            return
        for locks in self._lock_masks():
            root.grab_key(
                code, locks, False, X.GrabModeAsync, X.GrabModeAsync, onerror=refusal
            )  # fmt: skip
            self._grabbed.append((code, locks))
        self._display.sync()
        if refusal.get_error() is not None:
            self._give_back()
            self._told.failed(KeyTakenError(self._name, key=self._name))

    def _give_back(self) -> None:
        root = self._display.screen().root
        for code, locks in self._grabbed:
            root.ungrab_key(code, locks)
        self._grabbed.clear()
        self._display.sync()

    def _lock_masks(self) -> list[int]:
        """Every state that the lock keys may be in: a grab holds for one alone."""
        codes = {
            self._display.keysym_to_keycode(XK.string_to_keysym(name)): name for name in _LOCKS
        }
        masks = {X.LockMask}
        for number, keys in enumerate(self._display.get_modifier_mapping()):
            if any(code and code in codes for code in keys):
                masks.add(1 << number)
        return [
            sum(chosen) for count in range(len(masks) + 1) for chosen in combinations(masks, count)
        ]
