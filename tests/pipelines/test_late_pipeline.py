"""A pipeline that is made when it is first wanted does what the one it stands for does."""

from __future__ import annotations

import pytest

from tests.conversation.fakes import SPEECH, FakePipeline
from voicedesk.core.events import AudioKey, Event, Heard, Link, LinkChanged, ReplyEnded
from voicedesk.pipelines.late import LatePipeline


class Maker:
    """Makes one pipeline and counts."""

    def __init__(self) -> None:
        self.pipeline = FakePipeline()
        self.times = 0

    def __call__(self) -> FakePipeline:
        self.times += 1
        return self.pipeline


@pytest.fixture
def maker() -> Maker:
    return Maker()


async def test_nothing_is_made_to_be_listened_to_and_closed(maker: Maker) -> None:
    late = LatePipeline(maker)
    late.listen(lambda _event: None)
    await late.close()
    await late.close()
    assert maker.times == 0


async def test_a_turn_is_answered_as_by_the_other(maker: Maker) -> None:
    late = LatePipeline(maker)
    events: list[Event] = []
    late.listen(events.append)
    await late.open()
    assert [event.link for event in events if isinstance(event, LinkChanged)] == [Link.READY]
    late.begin_turn(1)
    late.feed(SPEECH)
    answer = [event async for event in late.end_turn()]
    assert isinstance(answer[-1], ReplyEnded)
    late.begin_turn(2)
    late.abort_turn()
    heard = Heard(AudioKey(1, "r", "i"), heard_ms=10.0, received_ms=20.0)
    await late.interrupt([heard])
    await late.close()
    assert maker.pipeline.fed == 0  # begun anew with the second turn
    assert maker.pipeline.log == ["begin 1", "end 1", "done 1", "over 1", "begin 2", "abort 2", "interrupt 2"]  # fmt: skip
    assert maker.pipeline.heard == [heard]
    assert maker.pipeline.closed
    assert maker.times == 1


async def test_the_first_turn_makes_it_without_a_connection(maker: Maker) -> None:
    late = LatePipeline(maker)
    assert (late.mode, late.model, late.server) == ("fake", "fake-1", "Fake")
    questions = [event async for event in late.end_turn("What time is it?")]
    assert questions
    assert maker.pipeline.log[0] == "ask 0 What time is it?"
    assert maker.times == 1


async def test_who_listens_later_is_told_as_well(maker: Maker) -> None:
    late = LatePipeline(maker)
    await late.open()
    events: list[Event] = []
    late.listen(events.append)
    assert maker.pipeline.emit is not None
    maker.pipeline.emit(LinkChanged(turn=0, at=0.0, link=Link.LOST))
    assert [event.link for event in events if isinstance(event, LinkChanged)] == [Link.LOST]
