"""The timelines of the latest turns, where not every turn has one."""

from __future__ import annotations

from voicedesk.conversation.timelines import Timelines
from voicedesk.core.timeline import Timeline


def test_none_is_left_behind_by_turns_without_one() -> None:
    timelines = Timelines()
    for turn in range(1, 500, 2):  # in between something was announced
        timelines.begin(Timeline(turn))
    assert [turn for turn in range(500) if timelines.of(turn) is not None] == [497, 499]
