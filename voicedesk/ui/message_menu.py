"""The context menu of a message: what can be done with it, its code, its links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from voicedesk.ui.clipboard import copy_text
from voicedesk.ui.conversation_entries import Entry
from voicedesk.ui.message_bar import MessageAction
from voicedesk.ui.transcript_writer import Written

_LONGEST_NAME = 40


def fill_menu(
    menu: QMenu,
    entry: Entry,
    actions: Sequence[MessageAction],
    written: Written,
    follow: Callable[[str], object],
) -> None:
    """Add what can be done with a message.

    Args:
        menu: Grows at its end.
        entry: The message.
        actions: Those that are possible now are offered.
        written: What the message holds.
        follow: Called with the address of a link.
    """

    def add(text: str, do: Callable[[], object]) -> None:
        menu.addAction(text).triggered.connect(lambda _checked=False: do())

    menu.addSeparator()
    for action in actions:
        if action.is_possible(entry):
            add(action.text, partial(action.run, entry))
    for code in written.codes:
        name = QCoreApplication.translate("Transcript", "Copy Code: {}").format(
            _in_short(code.text)
        )
        add(name, partial(copy_text, menu.parentWidget() or menu, code.text))
    for words, address in written.links:
        name = QCoreApplication.translate("Transcript", "Open Link: {}").format(_in_short(words))
        add(name, partial(follow, address))


def replace_select_all(menu: QMenu, do: Callable[[], object]) -> None:
    """Have the standard menu of a text select by this what there is to select."""
    for action in menu.actions():
        if action.objectName() == "select-all":
            action.triggered.disconnect()
            action.triggered.connect(lambda _checked=False: do())


def _in_short(text: str) -> str:
    """The beginning of a text, as it can stand in a menu."""
    line = " ".join(text.split()).replace("&", "&&")
    return line if len(line) <= _LONGEST_NAME else f"{line[:_LONGEST_NAME]}…"
