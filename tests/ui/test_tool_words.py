"""Every built-in tool has words of its own, and any other is named in plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicedesk.core.dialogue import ToolCall
from voicedesk.tools.builtin_tools import builtin_tools
from voicedesk.tools.notes import Notes
from voicedesk.tools.registry import Registry
from voicedesk.tools.timers import Timers
from voicedesk.ui.conversation_entries import ToolState, outcome
from voicedesk.ui.desktop import QtDesktop
from voicedesk.ui.tool_words import GROUPS, WORDS, tool_label, tool_sentence


async def test_every_built_in_tool_has_words_and_a_switch(tmp_path: Path) -> None:
    timers = Timers(lambda *_: None)
    tools = builtin_tools(timers, Notes(tmp_path), desktop=QtDesktop())
    names = {tool.name for tool in tools}
    assert set(WORDS) == names
    assert sorted(name for group in GROUPS for name in group.names) == sorted(names)


async def test_a_no_of_the_user_is_told_from_a_failure(tmp_path: Path) -> None:
    async def refuse(_question: str, _detail: str) -> bool:
        return False

    tools = builtin_tools(Timers(lambda *_: None), Notes(tmp_path), desktop=QtDesktop())
    registry = Registry(tools, confirm=refuse)
    calls = [
        ToolCall("a", "open_link", '{"url": "https://example.org/"}'),
        ToolCall("b", "open_link", "{}"),
        ToolCall("c", "get_time", "{}"),
    ]
    results = await registry.run_all(calls, lambda _result: None)
    assert [outcome(result) for result in results] == [
        ToolState.DECLINED,
        ToolState.FAILED,
        ToolState.DONE,
    ]


@pytest.mark.parametrize("state", list(ToolState))
@pytest.mark.parametrize("name", [*WORDS, "weather_report", "", "<b>x</b>" * 50])
def test_every_state_is_a_short_line(name: str, state: ToolState) -> None:
    line = tool_sentence(name, state)
    assert 0 < len(line) < 70
    assert "<" not in line
    assert "{" not in line


def test_other_tools_go_by_their_names() -> None:
    assert tool_label("weather_report") == "weather report"
    assert tool_label("files.read-all") == "files read all"
    assert tool_label("___") == "Tool"
