"""The classic chain with stages that do what a test says: order, tools, failures, and an interruption anywhere."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from tests.conftest import ExpectLog
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Dialogue, Message, Role, ToolCall
from voicedesk.core.errors import (
    ConnectionLostError,
    NoWordsError,
    RateLimitError,
    ServerError,
    UnknownModelError,
    UnreachableError,
    VoiceDeskError,
    VoiceError,
)
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    DataEvent,
    Event,
    Hint,
    HintKind,
    LinkChanged,
    Progress,
    Reached,
    ReplyEnded,
    TextDelta,
    TextEnded,
    ToolAnswered,
    ToolCalled,
    UserText,
    Voiced,
)
from voicedesk.core.timeline import Point
from voicedesk.pipelines.chunker import Chunking
from voicedesk.pipelines.classic import ClassicPipeline
from voicedesk.pipelines.classic_turn import Chain
from voicedesk.providers.stages import (
    Question,
    TextPiece,
    Thought,
    ThoughtEnded,
    ToolSpec,
    VoiceIdentity,
    Words,
)
from voicedesk.tools.registry import MAX_ROUNDS, Registry
from voicedesk.tools.tool import Arguments, Tool, ToolError

TEXT = "Sure, the answer is quite long. It has a second sentence, and a third one follows."
PIECES = [TEXT[at : at + 5] for at in range(0, len(TEXT), 5)]
SOUND = b"\x01\x02" * 240  # 10 ms
SPEECH = b"\x10\x27\xf0\xd8" * 240  # 20 ms
SILENCE = b"\x05\x00\xfb\xff" * 480  # 40 ms of very little


@dataclass
class FakeHearing:
    owner: "FakeTranscriber"
    words: Callable[[Words], None]
    fed: bytearray = field(default_factory=bytearray)
    cancelled: bool = False

    def feed(self, pcm: bytes) -> None:
        self.fed += pcm
        self.words(Words("live words"))

    async def finish(self) -> Words:
        await self.owner.go_on.wait()
        if self.owner.error is not None:
            raise self.owner.error
        return Words(self.owner.text, {"seconds": 1})

    async def cancel(self) -> None:
        self.cancelled = True


class FakeTranscriber:
    model = "ears"

    def __init__(self) -> None:
        self.text = "What is the answer?"
        self.error: ServerError | None = None
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.hearings: list[FakeHearing] = []
        self.closed = False

    async def warm(self) -> None: ...

    def begin(self, words: Callable[[Words], None]) -> FakeHearing:
        self.hearings.append(FakeHearing(self, words))
        return self.hearings[-1]

    async def close(self) -> None:
        self.closed = True


class FakeThinker:
    """Each answer is a list of pieces, calls or an error; ``go_on`` is waited for before each piece."""

    model = "mind"

    def __init__(self) -> None:
        self.answers: list[list[str | Sequence[ToolCall] | ServerError]] = []
        self.questions: list[Question] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.running = 0
        self.warmed = 0
        self.closed = False

    async def warm(self) -> None:
        self.warmed += 1

    async def think(self, question: Question) -> AsyncGenerator[Thought, None]:
        self.questions.append(question)
        answer = self.answers.pop(0) if self.answers else list[str | Sequence[ToolCall]](PIECES)
        calls: Sequence[ToolCall] = ()
        self.running += 1
        try:
            for piece in answer:
                await self.go_on.wait()
                await asyncio.sleep(0)
                if isinstance(piece, ServerError):
                    raise piece
                if isinstance(piece, str):
                    yield TextPiece(piece)
                else:
                    calls = piece
            yield ThoughtEnded(calls, {"tokens": 7})
        finally:
            self.running -= 1

    async def close(self) -> None:
        self.closed = True


class FakeVoice:
    """Ten milliseconds of sound a character, in pieces of one character."""

    identity = VoiceIdentity("fake", "voice", "")

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.fails_at = -1
        self.bad_piece = False
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.running = 0
        self.most_at_once = 0
        self.closed = False

    async def warm(self) -> None: ...

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        number = len(self.spoken)
        self.spoken.append(text)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            for place, _ in enumerate(text):
                await self.go_on.wait()
                await asyncio.sleep(0)
                if number == self.fails_at and place == 3:
                    raise VoiceError("it died", reason="the voice of this computer has stopped")
                if self.bad_piece and place == 1:
                    yield b"\x01"
                yield SOUND
        finally:
            self.running -= 1

    async def close(self) -> None:
        self.closed = True


def number(arguments: Arguments) -> str:
    return json.dumps({"double": 2 * arguments["n"]})


async def double(arguments: Arguments) -> str:
    return number(arguments)


async def fail(_arguments: Arguments) -> str:
    raise ToolError("The thing is broken")


_SCHEMA = {"type": "object", "properties": {"n": {"type": "number"}}, "additionalProperties": False}


class Room:
    """A pipeline on such stages, and all that it told."""

    def __init__(self, chunking: Chunking = Chunking.AUTO) -> None:
        self.transcriber = FakeTranscriber()
        self.thinker = FakeThinker()
        self.voice = FakeVoice()
        self.dialogue = Dialogue()
        self.waiting = asyncio.Event()
        self.tool_runs = 0
        self.tools = Registry(
            [
                Tool(ToolSpec("double", "Doubles.", _SCHEMA), double),
                Tool(ToolSpec("fail", "Fails.", _SCHEMA), fail),
                Tool(ToolSpec("slow", "Waits.", _SCHEMA), self._slow),
            ]
        )
        chain = Chain(
            thinker=self.thinker,
            voice=self.voice,
            history=self.dialogue.before,
            instructions="Be brief.",
            chunking=chunking,
            tools=self.tools.specs,
            run_tools=self.tools.run_all,
        )
        self.pipeline = ClassicPipeline(self.transcriber, chain, server="Fake")
        self.told: list[Event] = []
        self.pipeline.listen(self.told.append)
        self.events: list[Event] = []
        self.turn = 0

    async def _slow(self, _arguments: Arguments) -> str:
        self.tool_runs += 1
        await self.waiting.wait()
        return "{}"

    def begin(
        self, text: str | None = None, *, pieces: Sequence[bytes] = (bytes(9600),)
    ) -> AsyncGenerator[Event, None]:
        self.turn += 1
        self.events = []
        self.pipeline.begin_turn(self.turn)
        for piece in pieces if text is None else ():
            self.pipeline.feed(piece)
        return self.pipeline.end_turn(text)

    async def read(self, reply: AsyncGenerator[Event, None]) -> VoiceDeskError | None:
        async with asyncio.timeout(10):
            try:
                async for event in reply:
                    self.events.append(event)
            except VoiceDeskError as error:
                return error
        return None

    async def take(
        self, text: str | None = None, *, pieces: Sequence[bytes] = (bytes(9600),)
    ) -> VoiceDeskError | None:
        return await self.read(self.begin(text, pieces=pieces))

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def words(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def sound(self) -> int:
        return sum(len(event.pcm) for event in self.events if isinstance(event, AudioDelta))


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    made = Room()
    yield made
    await made.pipeline.close()
    assert made.transcriber.closed
    assert made.thinker.closed
    assert made.voice.closed


async def test_a_spoken_turn(room: Room) -> None:
    assert await room.take() is None
    kinds = [type(event) for event in room.events if not isinstance(event, Progress | Reached)]
    assert kinds.index(UserText) < kinds.index(TextDelta) < kinds.index(AudioDelta)
    assert kinds[-1] is ReplyEnded
    assert room.words == TEXT
    assert [e.text for e in room.events if isinstance(e, TextEnded)] == [TEXT]
    assert room.sound == sum(map(len, room.voice.spoken)) * len(SOUND)
    assert len(room.transcriber.hearings[0].fed) == 9600
    assert [e.point for e in room.events if isinstance(e, Reached)] == [
        Point.COMMIT_SENT,
        Point.TRANSCRIBED,
        Point.FIRST_UNIT,
    ]
    (end,) = room.of(ReplyEnded)
    assert isinstance(end, ReplyEnded)
    assert end.usage == {"transcription": {"seconds": 1}, "thinking": [{"tokens": 7}]}
    assert any(isinstance(e, UserText) and e.text == "live words" for e in room.told)
    assert room.thinker.warmed >= 1


async def test_sound_leaves_before_the_words_are_complete(room: Room) -> None:
    await room.take()
    first_sound = next(i for i, e in enumerate(room.events) if isinstance(e, AudioDelta))
    last_words = max(i for i, e in enumerate(room.events) if isinstance(e, TextDelta))
    assert first_sound < last_words


async def test_every_run_of_sound_says_which_words_it_is(room: Room) -> None:
    await room.take()
    keys = {event.key for event in room.events if isinstance(event, AudioDelta)}
    ended = [event.key for event in room.events if isinstance(event, AudioEnded)]
    assert keys == set(ended)
    voiced = {e.key: e for e in room.events if isinstance(e, Voiced)}
    assert set(voiced) == keys
    places = sorted((event.start, event.end) for event in voiced.values())
    assert places[0][0] == 0
    assert places[-1][1] == len(TEXT)
    assert all(first[1] == second[0] for first, second in pairwise(places))


@pytest.mark.parametrize("chunking", list(Chunking))
async def test_nothing_is_lost_whatever_the_units(chunking: Chunking) -> None:
    room = Room(chunking)
    try:
        assert await room.take() is None
        said = " ".join(room.voice.spoken)
        assert "".join(filter(str.isalnum, said)) == "".join(filter(str.isalnum, TEXT))
        assert room.voice.most_at_once <= 3
    finally:
        await room.pipeline.close()


async def test_typed_words_are_not_transcribed(room: Room) -> None:
    assert await room.take("How late is it?") is None
    assert room.transcriber.hearings == []
    assert room.thinker.questions[0].messages[-1].text == "How late is it?"


@pytest.mark.parametrize("nothing", ["", "  ", " . ", "…"])
async def test_nothing_understood_is_a_hint_and_no_request(room: Room, nothing: str) -> None:
    room.transcriber.text = nothing
    assert await room.take() is None
    assert room.thinker.questions == []
    assert [e.hint for e in room.events if isinstance(e, Hint)] == [HintKind.NO_SPEECH]


@pytest.mark.parametrize("nothing", ["", " . "])
async def test_nothing_understood_of_what_was_said_is_a_failure(room: Room, nothing: str) -> None:
    """Who has spoken never has to say it again: only a turn that fails can be asked once more."""
    room.transcriber.text = nothing
    for take in ([SPEECH], [SILENCE, SPEECH, SILENCE], [SILENCE + SPEECH + SILENCE * 9]):
        failure = await room.take(pieces=take)
        assert isinstance(failure, NoWordsError)
        assert failure.retryable
        assert failure.stage == "transcription"
    assert room.thinker.questions == []
    assert not [e for e in room.events if isinstance(e, Hint)]


async def test_what_was_said_before_does_not_count_for_silence(room: Room) -> None:
    room.transcriber.text = ""
    await room.take(pieces=[SPEECH])
    assert await room.take(pieces=[SILENCE]) is None
    assert [e.hint for e in room.events if isinstance(e, Hint)] == [HintKind.NO_SPEECH]


async def test_the_conversation_so_far_is_told(room: Room) -> None:
    room.dialogue.say(0, Role.USER, "Before")
    room.dialogue.say(0, Role.ASSISTANT, "Yes.")
    await room.take("Now")
    told = [(m.role, m.text) for m in room.thinker.questions[0].messages]
    assert told == [(Role.USER, "Before"), (Role.ASSISTANT, "Yes."), (Role.USER, "Now")]


# ------------------------------------------------------------------------------------------- tools


def call(call_id: str, name: str, arguments: str = '{"n": 2}') -> ToolCall:
    return ToolCall(call_id, name, arguments)


async def test_two_calls_at_once_one_of_which_fails(room: Room) -> None:
    calls = [call("a", "double"), call("b", "fail", "{}")]
    room.thinker.answers = [["Let me look. ", calls], ["It is four."]]
    assert await room.take() is None
    assert [e.call.call_id for e in room.events if isinstance(e, ToolCalled)] == ["a", "b"]
    results = {e.result.call_id: e.result for e in room.events if isinstance(e, ToolAnswered)}
    assert not results["a"].failed
    assert results["b"].failed
    assert "broken" in results["b"].output
    follow_up: Sequence[Message] = room.thinker.questions[1].messages
    assert [m.role for m in follow_up] == [
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL_CALL,
        Role.TOOL_CALL,
        Role.TOOL_RESULT,
        Role.TOOL_RESULT,
    ]
    assert room.voice.spoken[0].startswith("Let me look")
    assert room.voice.spoken[-1].startswith("It is four")


async def test_a_loop_of_calls_is_stopped(room: Room) -> None:
    for n in range(MAX_ROUNDS):
        room.thinker.answers.append([[call(f"c{n}", "double")]])
    room.thinker.answers.append(["Enough."])
    assert await room.take() is None
    assert len(room.thinker.questions) == MAX_ROUNDS + 1
    assert all(question.tools for question in room.thinker.questions[:-1])
    assert room.thinker.questions[-1].tools == ()
    assert room.voice.spoken == ["Enough."]


async def test_a_call_that_nobody_knows_and_one_with_broken_arguments(room: Room) -> None:
    room.thinker.answers = [[[call("a", "nothing"), call("b", "double", "{n:")]], ["Sorry."]]
    assert await room.take() is None
    assert all(e.result.failed for e in room.events if isinstance(e, ToolAnswered))


# ---------------------------------------------------------------------------------------- failures


async def test_a_take_that_cannot_be_transcribed(room: Room) -> None:
    room.transcriber.error = RateLimitError(server="Fake")
    error = await room.take()
    assert isinstance(error, RateLimitError)
    assert error.stage == "transcription"
    assert room.thinker.questions == []
    assert isinstance(room.events[-1], ReplyEnded)


async def test_what_came_before_a_failure_is_spoken(room: Room) -> None:
    lost = ConnectionLostError("cut", server="Fake", reason="the line is gone")
    room.thinker.answers = [["The first half is ", "here, and", lost]]
    assert await room.take() is lost
    assert lost.stage == "thinking"
    assert " ".join(room.voice.spoken).startswith("The first half is here")
    assert room.sound == sum(map(len, room.voice.spoken)) * len(SOUND)


async def test_a_voice_that_dies_leaves_the_words_to_be_read(room: Room) -> None:
    room.voice.fails_at = 0
    error = await room.take()
    assert isinstance(error, VoiceError)
    assert error.stage == "speech"
    assert room.words == TEXT
    assert room.sound > 0
    assert [e.is_whole for e in room.events if isinstance(e, AudioEnded)] == [False]
    (voiced,) = [e for e in room.events if isinstance(e, Voiced)]
    assert voiced.expected_ms > 0.0, "how long it was to be still counts"
    room.voice.fails_at = -1
    room.events.clear()
    assert await room.take() is None, "the next turn goes on"
    assert all(e.is_whole for e in room.events if isinstance(e, AudioEnded))


async def test_a_damaged_piece_of_sound_is_left_out_and_told_once(room: Room) -> None:
    room.voice.bad_piece = True
    assert await room.take() is None
    assert [e.hint for e in room.events if isinstance(e, Hint)] == [HintKind.BAD_SOUND]
    assert room.sound == sum(map(len, room.voice.spoken)) * len(SOUND)


async def test_a_fault_of_ours_ends_the_turn(room: Room, expected_log: ExpectLog) -> None:
    expected_log("failed unexpectedly")

    def broken(_turn: int) -> Sequence[Message]:
        raise ZeroDivisionError

    chain = Chain(room.thinker, room.voice, broken, "")
    pipeline = ClassicPipeline(room.transcriber, chain, server="Fake")
    pipeline.begin_turn(1)
    error = await room.read(pipeline.end_turn("Hello"))
    assert error is not None
    await pipeline.close()


# ----------------------------------------------------------------------------------- interruption


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def check_silence(room: Room, reading: "asyncio.Task[VoiceDeskError | None]") -> None:
    """After an interruption nothing runs, nothing more comes, and the next turn is whole."""
    await room.pipeline.interrupt(())
    count = len(room.of(DataEvent))
    assert await reading is None
    assert len(room.of(DataEvent)) == count
    assert room.thinker.running == 0
    assert room.voice.running == 0
    for gate in (room.transcriber.go_on, room.thinker.go_on, room.voice.go_on):
        gate.set()
    room.thinker.answers = []
    assert await room.take() is None
    assert room.words == TEXT


@pytest.mark.parametrize("stage", ["transcribing", "thinking", "tool", "speaking"])
async def test_an_interruption_in_every_stage(room: Room, stage: str) -> None:
    if stage == "transcribing":
        room.transcriber.go_on.clear()
    elif stage == "thinking":
        room.thinker.go_on.clear()
    elif stage == "tool":
        room.thinker.answers = [["One moment. ", [call("a", "slow", "{}")]]]
    else:
        room.voice.go_on.clear()
    reading = asyncio.create_task(room.read(room.begin()))
    await until(
        {
            "transcribing": lambda: bool(room.of(Reached)),
            "thinking": lambda: room.thinker.running == 1,
            "tool": lambda: room.tool_runs == 1,
            "speaking": lambda: room.voice.running > 0,
        }[stage]
    )
    await check_silence(room, reading)


async def test_an_interruption_between_any_two_events() -> None:
    whole = Room()
    await whole.take()
    count = len(whole.events)
    await whole.pipeline.close()
    for stop_at in range(0, count, 3):
        room = Room()
        reply = room.begin()
        for _ in range(stop_at):
            room.events.append(await anext(reply))
        await check_silence(room, asyncio.create_task(room.read(reply)))
        await room.pipeline.close()


async def test_closing_the_reply_is_an_interruption(room: Room) -> None:
    reply = room.begin()
    while not isinstance(await anext(reply), AudioDelta):
        pass
    await reply.aclose()
    assert room.thinker.running == 0
    assert room.voice.running == 0


async def test_a_dropped_take_is_cancelled(room: Room) -> None:
    room.pipeline.begin_turn(1)
    room.pipeline.feed(bytes(960))
    room.pipeline.abort_turn()
    await until(lambda: room.transcriber.hearings[0].cancelled)
    assert room.thinker.questions == []


async def test_opening_tells_of_the_connection(room: Room) -> None:
    await room.pipeline.open()
    links = [event.link.value for event in room.told if isinstance(event, LinkChanged)]
    assert links == ["connecting", "ready"]
    assert all(event.at <= now() for event in room.told)


@pytest.mark.parametrize("stage", ["transcription", "thinking", "speech"])
async def test_opening_tells_which_stage_failed(
    room: Room, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    async def warm() -> None:
        raise UnknownModelError(server="Fake", model="m")

    parts = {"transcription": room.transcriber, "thinking": room.thinker, "speech": room.voice}
    monkeypatch.setattr(parts[stage], "warm", warm)
    with pytest.raises(UnknownModelError) as caught:
        await room.pipeline.open()
    assert caught.value.stage == stage
    told = [event.error for event in room.told if isinstance(event, LinkChanged) and event.error]
    assert told == [caught.value]


async def test_a_turn_that_failed_does_not_make_the_chain_ready(room: Room) -> None:
    def links() -> list[str]:
        return [event.link.value for event in room.told if isinstance(event, LinkChanged)]

    room.transcriber.error = UnreachableError(server="Fake", reason="nobody is there")
    assert isinstance(await room.take(), UnreachableError)
    assert "ready" not in links()
    room.transcriber.error = None
    assert await room.take() is None
    assert links() == ["ready"]
