"""What tools are called, and what is said of them while they run: in the transcript and in the settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from voicedesk.ui.conversation_entries import ToolState

_Text = Callable[[], str]


@dataclass(frozen=True, slots=True)
class ToolWords:
    """The words for one tool, each translated when it is asked for.

    Attributes:
        label: What it is called.
        running: While it runs.
        done: When it has worked.
    """

    label: _Text
    running: _Text
    done: _Text


@dataclass(frozen=True, slots=True)
class ToolGroup:
    """Tools that belong together and are switched together.

    Attributes:
        label: What they are called.
        names: The tools.
    """

    label: _Text
    names: tuple[str, ...]


WORDS: dict[str, ToolWords] = {
    "get_time": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Time"),
        lambda: QCoreApplication.translate("Tools", "Looking up the time…"),
        lambda: QCoreApplication.translate("Tools", "Looked up the time"),
    ),
    "calculate": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Calculator"),
        lambda: QCoreApplication.translate("Tools", "Calculating…"),
        lambda: QCoreApplication.translate("Tools", "Calculated"),
    ),
    "convert_units": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Units"),
        lambda: QCoreApplication.translate("Tools", "Converting units…"),
        lambda: QCoreApplication.translate("Tools", "Converted units"),
    ),
    "set_timer": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Timer"),
        lambda: QCoreApplication.translate("Tools", "Setting a timer…"),
        lambda: QCoreApplication.translate("Tools", "Set a timer"),
    ),
    "list_timers": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Timers"),
        lambda: QCoreApplication.translate("Tools", "Looking at the timers…"),
        lambda: QCoreApplication.translate("Tools", "Looked at the timers"),
    ),
    "cancel_timer": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Timer"),
        lambda: QCoreApplication.translate("Tools", "Stopping a timer…"),
        lambda: QCoreApplication.translate("Tools", "Stopped a timer"),
    ),
    "add_note": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Note"),
        lambda: QCoreApplication.translate("Tools", "Writing a note…"),
        lambda: QCoreApplication.translate("Tools", "Wrote a note"),
    ),
    "list_notes": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Notes"),
        lambda: QCoreApplication.translate("Tools", "Looking at the notes…"),
        lambda: QCoreApplication.translate("Tools", "Looked at the notes"),
    ),
    "read_clipboard": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Clipboard"),
        lambda: QCoreApplication.translate("Tools", "Reading the clipboard…"),
        lambda: QCoreApplication.translate("Tools", "Read the clipboard"),
    ),
    "open_link": ToolWords(
        lambda: QCoreApplication.translate("Tools", "Link"),
        lambda: QCoreApplication.translate("Tools", "Opening a link…"),
        lambda: QCoreApplication.translate("Tools", "Opened a link"),
    ),
}

GROUPS: tuple[ToolGroup, ...] = (
    ToolGroup(lambda: QCoreApplication.translate("Tools", "Tell the time"), ("get_time",)),
    ToolGroup(lambda: QCoreApplication.translate("Tools", "Calculate"), ("calculate",)),
    ToolGroup(lambda: QCoreApplication.translate("Tools", "Convert units"), ("convert_units",)),
    ToolGroup(
        lambda: QCoreApplication.translate("Tools", "Set timers"),
        ("set_timer", "list_timers", "cancel_timer"),
    ),
    ToolGroup(
        lambda: QCoreApplication.translate("Tools", "Keep notes"), ("add_note", "list_notes")
    ),
    ToolGroup(
        lambda: QCoreApplication.translate("Tools", "Read the clipboard (asks each time)"),
        ("read_clipboard",),
    ),
    ToolGroup(
        lambda: QCoreApplication.translate("Tools", "Open links (asks each time)"), ("open_link",)
    ),
)


def tool_label(name: str) -> str:
    """What a tool is called. One without words of its own goes by its name, made readable and short."""
    if name in WORDS:
        return WORDS[name].label()
    readable = re.sub(r"[^\w]+|_+", " ", name).strip()[:40]
    return readable or QCoreApplication.translate("Tools", "Tool")


def tool_sentence(name: str, state: ToolState) -> str:
    """The line of a tool's call in the transcript."""
    words = WORDS.get(name)
    label = tool_label(name)
    match state:
        case ToolState.RUNNING if words is not None:
            return words.running()
        case ToolState.DONE if words is not None:
            return words.done()
        case ToolState.RUNNING:
            text = QCoreApplication.translate("Tools", "Using a tool: {name}…")
        case ToolState.DONE:
            text = QCoreApplication.translate("Tools", "Used a tool: {name}")
        case ToolState.FAILED:
            text = QCoreApplication.translate("Tools", "{name}: did not work")
        case ToolState.DECLINED:
            text = QCoreApplication.translate("Tools", "{name}: not allowed")
        case ToolState.STOPPED:
            text = QCoreApplication.translate("Tools", "{name}: stopped")
    return text.format(name=label)
