"""The built-in tools as a model calls them: through the registry, by their names."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.tools.builtin_tools import (
    CLIPBOARD_CHARACTERS,
    OPEN_LINK_QUESTION,
    QUESTIONS,
    READ_CLIPBOARD_QUESTION,
    builtin_tools,
)
from voicedesk.tools.notes import Notes
from voicedesk.tools.registry import LARGEST_RESULT, Registry
from voicedesk.tools.timers import Timers


@dataclass
class FakeDesktop:
    clipboard: str = "copied words"
    opens: bool = True
    looked: int = 0
    opened: list[str] = field(default_factory=list)

    async def clipboard_text(self) -> str:
        self.looked += 1
        return self.clipboard

    async def open_link(self, url: str) -> bool:
        self.opened.append(url)
        return self.opens


class Desk:
    """All tools with a user who answers questions."""

    def __init__(self, folder: Path) -> None:
        self.allows = True
        self.asked: list[tuple[str, str]] = []
        self.desktop = FakeDesktop()
        self.rung: list[str] = []
        self.timers = Timers(lambda _label, text: self.rung.append(text))
        self.notes = Notes(folder)
        tools = builtin_tools(self.timers, self.notes, desktop=self.desktop, now=self.now)
        self.registry = Registry(tools, confirm=self.confirm)

    @staticmethod
    def now() -> datetime:
        return datetime(2026, 3, 1, 12, 5, tzinfo=UTC)

    async def confirm(self, question: str, detail: str) -> bool:
        assert self.desktop.looked == 0, "nothing is read before the answer"
        self.asked.append((question, detail))
        return self.allows

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = await self.result(tool, **arguments)
        assert not result.failed, result.output
        told: dict[str, Any] = json.loads(result.output)
        return told

    async def fail(self, tool: str, **arguments: Any) -> str:
        result = await self.result(tool, **arguments)
        assert result.failed, result.output
        return str(json.loads(result.output)["error"])

    async def result(self, tool: str, **arguments: Any) -> ToolResult:
        (result,) = await self.registry.run_all([ToolCall("id", tool, json.dumps(arguments))])
        return result


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "data")
    yield desk
    assert desk.timers.pending == ()


def test_what_models_are_offered(desk: Desk) -> None:
    assert [spec.name for spec in desk.registry.specs] == [
        "get_time", "calculate", "convert_units", "set_timer", "list_timers", "cancel_timer",
        "add_note", "list_notes", "read_clipboard", "open_link",
    ]  # fmt: skip
    for spec in desk.registry.specs:
        assert spec.description.endswith(".")
        assert spec.parameters["type"] == "object"
        assert set(spec.parameters["required"]) <= set(spec.parameters["properties"])
        json.dumps(spec.parameters)


def test_without_a_desktop_there_are_no_tools_for_it(tmp_path: Path) -> None:
    tools = builtin_tools(Timers(lambda _label, _text: None), Notes(tmp_path))
    assert not {"read_clipboard", "open_link"} & {tool.name for tool in tools}


def test_questions_can_be_translated(desk: Desk) -> None:
    assert set(QUESTIONS) == {READ_CLIPBOARD_QUESTION, OPEN_LINK_QUESTION}


# -------------------------------------------------------------------------------------- reckoning


async def test_the_time_here_and_elsewhere(desk: Desk) -> None:
    assert await desk.call("get_time") == {
        "time": "12:05",
        "date": "2026-03-01",
        "weekday": "Sunday",
        "zone": "UTC",
    }
    for name in ("Asia/Tokyo", "tokyo"):
        assert (await desk.call("get_time", timezone=name))["time"] == "21:05"
    assert "Atlantis" in await desk.fail("get_time", timezone="Atlantis")


async def test_the_time_of_this_computer(tmp_path: Path) -> None:
    tools = builtin_tools(Timers(lambda _label, _text: None), Notes(tmp_path))
    (result,) = await Registry(tools).run_all([ToolCall("id", "get_time", "")])
    told = json.loads(result.output)
    moment = datetime.fromisoformat(f"{told['date']}T{told['time']}")
    assert moment.strftime("%A") == told["weekday"]


async def test_sums(desk: Desk) -> None:
    assert await desk.call("calculate", expression="3 * 4") == {
        "expression": "three times four",
        "result": "twelve",
        "value": "12",
        "exact": True,
    }
    assert "zero" in await desk.fail("calculate", expression="1 / 0")
    assert "understand" in await desk.fail("calculate", expression="__import__('os')")
    assert "too large" in await desk.fail("calculate", expression="9 ^ 9 ^ 9 ^ 9")
    assert "longer" in await desk.fail("calculate", expression="1+" * 1000)


@pytest.mark.parametrize(
    ("value", "source", "target", "told"),
    [
        (5, "miles", "km", "8.05 kilometers"),
        ("5", "Miles", "Kilometres", "8.05 kilometers"),
        (98.6, "°F", "°C", "37 degrees Celsius"),
        (0.1, "kg", "g", "100 grams"),
        (1e-7, "m", "mm", "0.0001 millimeters"),
    ],
)
async def test_units(desk: Desk, value: object, source: str, target: str, told: str) -> None:
    found = await desk.call("convert_units", value=value, **{"from": source, "to": target})
    assert found["to"] == told


async def test_units_that_do_not_fit(desk: Desk) -> None:
    assert "parsec" in await desk.fail("convert_units", value=1, **{"from": "parsec", "to": "km"})
    assert "measure" in await desk.fail("convert_units", value=1, **{"from": "kg", "to": "km"})
    assert "between" in await desk.fail("convert_units", value=1e300, **{"from": "m", "to": "km"})


# --------------------------------------------------------------------------------- timers, notes


async def test_timers(desk: Desk) -> None:
    assert (await desk.call("list_timers")) == {"timers": []}
    set_ = await desk.call("set_timer", seconds=600, label="tea")
    assert set_ == {"timer": "tea", "seconds": 600.0, "length": "10 minutes"}
    await desk.call("set_timer", seconds=90)
    running = await desk.call("list_timers")
    assert [timer["timer"] for timer in running["timers"]] == ["1 minute 30 seconds", "tea"]
    assert "Several" in await desk.fail("cancel_timer")
    assert await desk.call("cancel_timer", label="tea") == {"cancelled": "tea"}
    assert await desk.call("cancel_timer") == {"cancelled": "1 minute 30 seconds"}
    assert "No timer" in await desk.fail("cancel_timer")
    assert "between 1" in await desk.fail("set_timer", seconds=0)
    assert "missing" in await desk.fail("set_timer", label="tea")


async def test_notes(desk: Desk) -> None:
    assert await desk.call("list_notes") == {"notes": [], "older_left_out": 0}
    assert await desk.call("add_note", text="buy milk") == {"noted": "buy milk"}
    (note,) = (await desk.call("list_notes"))["notes"]
    assert note["text"] == "buy milk"
    assert "empty" in await desk.fail("add_note", text=" ")


async def test_of_many_notes_the_latest_are_told(desk: Desk) -> None:
    for number in range(5):
        desk.notes.add(f"{number} " + "鯨" * 1500)
    result = await desk.result("list_notes")
    assert len(result.output.encode()) <= LARGEST_RESULT
    told = json.loads(result.output)
    assert [note["text"][0] for note in told["notes"]] == ["3", "4"]
    assert told["older_left_out"] == 3


async def test_two_notes_at_once_are_both_kept(desk: Desk) -> None:
    calls = [ToolCall(f"id-{text}", "add_note", json.dumps({"text": text})) for text in "ab"]
    results = await desk.registry.run_all(calls)
    assert not any(result.failed for result in results)
    assert sorted(note.text for note in desk.notes.all()) == ["a", "b"]


# ---------------------------------------------------------------------------------------- desktop


async def test_the_clipboard_is_read_when_the_user_allows_it(desk: Desk) -> None:
    told = await desk.call("read_clipboard")
    assert told == {"text": "copied words", "cut": False}
    assert desk.asked == [(READ_CLIPBOARD_QUESTION, "")]


async def test_the_clipboard_is_not_read_otherwise(desk: Desk) -> None:
    desk.allows = False
    assert "did not allow" in await desk.fail("read_clipboard")
    assert desk.desktop.looked == 0


async def test_an_empty_and_an_endless_clipboard(desk: Desk) -> None:
    desk.desktop.clipboard = " \n"
    assert "no text" in await desk.fail("read_clipboard")
    desk.desktop.looked = 0
    desk.desktop.clipboard = "鯨" * 100_000
    told = await desk.call("read_clipboard")
    assert told == {"text": "鯨" * CLIPBOARD_CHARACTERS, "cut": True}


async def test_a_link_is_opened_when_the_user_allows_it(desk: Desk) -> None:
    assert await desk.call("open_link", url="example.org") == {"opened": "https://example.org/"}
    assert desk.asked == [(OPEN_LINK_QUESTION, "https://example.org/")]
    assert desk.desktop.opened == ["https://example.org/"]


async def test_a_link_is_not_opened_otherwise(desk: Desk) -> None:
    desk.allows = False
    assert "did not allow" in await desk.fail("open_link", url="https://example.org")
    assert desk.desktop.opened == []


async def test_nobody_is_asked_about_what_is_no_page(desk: Desk) -> None:
    assert "web pages" in await desk.fail("open_link", url="file:///etc/passwd")
    assert desk.asked == []


async def test_a_browser_that_does_not_open_is_told(desk: Desk) -> None:
    desk.desktop.opens = False
    assert "could not be opened" in await desk.fail("open_link", url="https://example.org")
