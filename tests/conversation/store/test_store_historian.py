"""What the historian writes: said, heard, meant and never heard, whatever becomes of the turn."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from tests.conversation.fakes import SPEECH, Desk
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation.recall import Recall
from voicedesk.conversation.scribe import Scribe
from voicedesk.conversation.store.model import Outcome, Turn
from voicedesk.conversation.store.store import Store
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Dialogue, Role, ToolCall, ToolResult
from voicedesk.core.errors import RateLimitError
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    Interrupted,
    ReplyEnded,
    TextDelta,
    ToolAnswered,
    ToolCalled,
    UsageTold,
    UserText,
    Voiced,
)
from voicedesk.core.placed import Placed
from voicedesk.core.settings import Privacy
from voicedesk.core.turn import State

BLOCKS = 20


class Kept:
    """A conductor with made-up parts, its scribe and its historian."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk()
        self.store = Store(folder)
        self.scribe = Scribe(Dialogue())
        conductor = self.desk.conductor
        conductor.observe(self.scribe)
        self.recall = Recall(conductor, removed=lambda: None)
        conductor.watch_takes(self.store.takes.captured)
        conductor.observe(self.store.takes)
        self.historian = self.store.watch(self.scribe, self.desk.recorder, lambda: "Fake")
        conductor.observe(self.historian)

    async def long_answer(self, text: str | None = None) -> AsyncGenerator[Event, None]:
        """Four words of 20 ms each, and nothing after them."""
        key = AudioKey(self.desk.pipeline.turn, "r", "i")
        text = "one two three four"
        yield TextDelta(turn=key.turn, at=now(), key=key, text=text)
        placed = tuple(
            Placed(end, 20.0 * number, 20.0 * number + 20.0)
            for number, end in enumerate((3, 7, 13, 18))
        )
        yield Voiced(
            turn=key.turn,
            at=now(),
            key=key,
            words=key,
            start=0,
            end=len(text),
            placed=placed,
            is_told=True,
        )
        yield AudioDelta(turn=key.turn, at=now(), key=key, pcm=SPEECH * 4)
        await asyncio.Event().wait()

    async def turns(self) -> list[Turn]:
        await asyncio.sleep(0)  # what happens in one moment is written once
        await asyncio.sleep(0)
        return [
            turn
            for conversation in await self.store.history.list()
            for turn in await self.store.history.turns(conversation.id)
        ]

    def says(self, text: str) -> None:
        """The transcript of the user's words comes."""
        turn = self.desk.conductor.turn
        self.desk.conductor.emit(UserText(turn=turn, at=now(), text=text, final=True))

    async def talk(self) -> None:
        self.desk.conductor.press()
        self.desk.microphone.speak(SPEECH, BLOCKS)
        self.desk.conductor.release()
        await self.desk.until(
            lambda: self.desk.conductor.state not in {State.LISTENING, State.ENDING}
        )

    async def ask(self, text: str) -> None:
        self.desk.conductor.ask(text)
        await self.desk.until(lambda: self.desk.conductor.state in {State.READY, State.FAILED})
        await self.desk.conductor._answering.stopped()


@pytest.fixture(autouse=True)
def _short_takes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    made = Kept(tmp_path)
    yield made
    await made.desk.conductor.close()
    await made.store.close()


def words(turn: Turn) -> list[tuple[Role, str, str]]:
    return [(said.role, said.text, said.unheard) for said in turn.messages]


async def test_an_answered_turn(kept: Kept) -> None:
    await kept.talk()
    await kept.desk.state(State.READY)
    kept.says("Good morning")  # later than the answer, as it may be
    (turn,) = await kept.turns()
    assert turn.outcome is Outcome.ANSWERED
    assert words(turn) == [(Role.USER, "Good morning", ""), (Role.ASSISTANT, "hello", "")]
    assert (turn.mode, turn.model, turn.server, turn.typed) == ("fake", "fake-1", "Fake", False)
    assert turn.usage == {"total_tokens": 1}
    assert turn.heard_ms == turn.reply_ms == pytest.approx(20.0)
    assert turn.timeline["key_up"] == 0.0
    recordings = await kept.store.takes.of_turns([turn.id])
    assert sorted(each.kind for each in recordings) == ["reply", "take"]
    sounds = {each.kind: await kept.store.takes.sound(each.id) for each in recordings}
    assert sounds == {"take": SPEECH * BLOCKS, "reply": SPEECH}


async def test_of_a_cut_answer_the_heard_and_the_meant_are_kept_apart(kept: Kept) -> None:
    kept.desk.pipeline.end_turn = kept.long_answer  # type: ignore[method-assign]
    await kept.talk()
    await kept.desk.state(State.SPEAKING)
    kept.desk.conductor.cancel()
    await kept.desk.until(lambda: any(isinstance(e, Interrupted) for e in kept.desk.events))
    (turn,) = await kept.turns()
    assert turn.outcome is Outcome.INTERRUPTED
    assert words(turn) == [(Role.ASSISTANT, "one two", "three four")]
    (reply,) = [r for r in await kept.store.takes.of_turns([turn.id]) if r.kind == "reply"]
    assert await kept.store.takes.sound(reply.id) == SPEECH * 2  # half of it was heard


async def test_what_a_cut_answer_took_is_kept_when_the_server_says_it(kept: Kept) -> None:
    kept.desk.pipeline.end_turn = kept.long_answer  # type: ignore[method-assign]
    await kept.talk()
    await kept.desk.state(State.SPEAKING)
    kept.desk.conductor.cancel()
    await kept.desk.until(lambda: any(isinstance(e, Interrupted) for e in kept.desk.events))
    told = UsageTold(turn=1, at=now(), usage={"input_tokens": 7})
    kept.desk.conductor.emit(told)
    (turn,) = await kept.turns()
    assert turn.usage == {"input_tokens": 7}


async def test_an_answer_of_which_nothing_was_heard_was_only_meant(kept: Kept) -> None:
    kept.desk.pipeline.silent = True
    kept.desk.pipeline.go_on.clear()
    kept.desk.conductor.ask("Hi")
    await kept.desk.state(State.THINKING)
    await kept.desk.until(lambda: any(isinstance(e, TextDelta) for e in kept.desk.events))
    kept.desk.conductor.cancel()
    await kept.desk.until(lambda: any(isinstance(e, Interrupted) for e in kept.desk.events))
    (turn,) = await kept.turns()
    assert words(turn) == [(Role.USER, "Hi", ""), (Role.ASSISTANT, "", "hello")]


async def test_a_failed_turn_and_the_one_that_asks_it_again(kept: Kept) -> None:
    kept.desk.pipeline.error = RateLimitError(server="Fake", reason="too much")
    await kept.ask("Hi")
    (turn,) = await kept.turns()
    assert turn.outcome is Outcome.FAILED
    assert "limit" in turn.error
    kept.desk.pipeline.error = None
    kept.desk.conductor.retry()
    await kept.desk.until(lambda: kept.desk.conductor.state is State.READY)
    (again,) = await kept.turns()
    assert again.outcome is Outcome.ANSWERED
    assert again.id == kept.store.turn_id(2)
    assert words(again)[0] == (Role.USER, "Hi", "")


async def test_a_slip_leaves_no_turn(kept: Kept) -> None:
    kept.desk.conductor.press()
    kept.desk.conductor.cancel()
    assert await kept.turns() == []


async def test_rounds_of_tools_are_kept_in_order(kept: Kept) -> None:
    async def with_a_tool(text: str | None = None) -> AsyncGenerator[Event, None]:
        number = kept.desk.pipeline.turn
        first, second = AudioKey(number, "r1", "i"), AudioKey(number, "r2", "i")
        yield TextDelta(turn=number, at=now(), key=first, text="Let me see.")
        yield AudioDelta(turn=number, at=now(), key=first, pcm=SPEECH)
        yield AudioEnded(turn=number, at=now(), key=first)
        yield ToolCalled(turn=number, at=now(), call=ToolCall("1", "add", "{}"))
        yield ToolAnswered(turn=number, at=now(), result=ToolResult("1", "add", "3"))
        yield TextDelta(turn=number, at=now(), key=second, text="Three.")
        yield AudioDelta(turn=number, at=now(), key=second, pcm=SPEECH)
        yield AudioEnded(turn=number, at=now(), key=second)
        yield ReplyEnded(turn=number, at=now())

    kept.desk.pipeline.end_turn = with_a_tool  # type: ignore[method-assign]
    await kept.ask("Add")
    (turn,) = await kept.turns()
    assert [said.role for said in turn.messages] == [
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL_CALL,
        Role.TOOL_RESULT,
        Role.ASSISTANT,
    ]
    assert [said.text for said in turn.messages if said.text] == ["Add", "Let me see.", "Three."]


async def test_an_answer_that_begins_with_a_tool_comes_after_it(kept: Kept) -> None:
    async def with_a_tool(text: str | None = None) -> AsyncGenerator[Event, None]:
        number = kept.desk.pipeline.turn
        yield ToolCalled(turn=number, at=now(), call=ToolCall("1", "add", "{}"))
        yield ToolAnswered(turn=number, at=now(), result=ToolResult("1", "add", "3"))
        for item in ("i", "j"):
            key = AudioKey(number, "r2", item)
            yield TextDelta(turn=number, at=now(), key=key, text=f"Three {item}.", spoken=False)
        yield ReplyEnded(turn=number, at=now())

    kept.desk.pipeline.end_turn = with_a_tool  # type: ignore[method-assign]
    await kept.ask("Add")
    (turn,) = await kept.turns()
    last = [Role.USER, Role.TOOL_CALL, Role.TOOL_RESULT, Role.ASSISTANT]
    assert [said.role for said in turn.messages] == last
    assert turn.messages[-1].text == "Three i. Three j."
    assert [message.role for message in kept.scribe.dialogue] == last


async def test_what_is_taken_out_of_the_conversation_is_taken_out_of_the_history(
    kept: Kept,
) -> None:
    for text in ("One", "Two"):
        await kept.ask(text)
    await kept.turns()
    kept.recall.remove(1, whole=True)
    assert len(await kept.turns()) == 2  # it can still be put back
    kept.recall.remove(2, whole=False)
    kept.recall.settle()
    (turn,) = await kept.turns()
    assert words(turn) == [(Role.USER, "Two", "")]


async def test_what_is_put_back_is_kept_as_before(kept: Kept) -> None:
    await kept.ask("One")
    before = await kept.turns()
    kept.recall.remove(1, whole=True)
    kept.recall.put_back()
    kept.recall.settle()
    assert await kept.turns() == before
    assert [m.text for m in kept.scribe.dialogue] == ["One", "hello"]


async def test_hearing_an_answer_again_is_no_turn(kept: Kept) -> None:
    await kept.ask("One")
    assert len(await kept.turns()) == 1
    kept.recall.replay(1, take=False)
    await kept.desk.state(State.READY)
    assert len(await kept.turns()) == 1
    assert len(await kept.store.takes._listed("kind = 'reply'")) == 1


async def test_nothing_is_written_where_nothing_is_to_be_kept(kept: Kept, tmp_path: Path) -> None:
    kept.store.use(Privacy(history=False, takes="none"))
    await kept.talk()
    await kept.desk.state(State.READY)
    assert await kept.turns() == []
    assert await kept.store.takes._listed("1") == []
    assert list((tmp_path / "takes").glob("*.wav")) == []


async def test_another_conversation_takes_the_turns_from_then_on(kept: Kept) -> None:
    await kept.ask("One")
    first = kept.historian.conversation
    second = kept.historian.begin()
    await kept.ask("Two")
    listed = await kept.store.history.list()
    assert {each.id: each.title for each in listed} == {first: "One", second: "Two"}
    kept.historian.begin(first)
    await kept.ask("Three")
    assert [turn.messages[0].text for turn in await kept.store.history.turns(first)] == [
        "One",
        "Three",
    ]
