"""A reply that is cut by a failure, its words ahead of its sound: no more is remembered of it than was heard."""

from __future__ import annotations

import array
import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.realtime_server import ScriptedServer, Session, pcm_delta
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.record import Recorder
from voicedesk.conversation.scribe import Scribe
from voicedesk.conversation.store.model import Outcome, Said
from voicedesk.conversation.store.store import Store
from voicedesk.core.dialogue import Dialogue, Role
from voicedesk.core.errors import VoiceError
from voicedesk.core.events import Event, Interrupted, Sounded
from voicedesk.core.settings import Realtime, Talk
from voicedesk.core.turn import State
from voicedesk.core.word_lengths import words_of
from voicedesk.pipelines import realtime as realtime_module
from voicedesk.pipelines.base import Pipeline
from voicedesk.pipelines.classic import ClassicPipeline
from voicedesk.pipelines.classic_turn import Chain
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.stages import (
    Hearing,
    Question,
    TextPiece,
    Thought,
    ThoughtEnded,
    VoiceIdentity,
    Words,
)

TEXT = "It is in the second drawer, below the old maps and a letter."
PIECE_MS = 100.0
AHEAD_MS = 1_000.0
IDS = {"response_id": "r", "item_id": "i", "content_index": 0, "output_index": 0}


@dataclass(frozen=True)
class Speech:
    """Words and their sound."""

    pcm: bytes
    begins_ms: tuple[float, ...]
    ends_ms: tuple[float, ...]

    def pieces(self, until_ms: float) -> list[bytes]:
        size = int(PIECE_MS * RATE / 1000.0) * SAMPLE_BYTES
        stop = int(until_ms * RATE / 1000.0) * SAMPLE_BYTES
        return [self.pcm[at : min(at + size, stop)] for at in range(0, stop, size)]

    def over(self, ms: float) -> int:
        """How many words had sounded."""
        return sum(end <= ms for end in self.ends_ms)


def speech(text: str) -> Speech:
    """Words as long as they should take, and 300 ms of silence after marks."""
    sound = array.array("h")
    begins, ends = [], []
    for word in words_of(text):
        begins.append(len(sound) * 1000.0 / RATE)
        sound.extend([8_000, -8_000] * round(word.length_ms * RATE / 2000.0))
        ends.append(len(sound) * 1000.0 / RATE)
        if word.pause:
            sound.extend([0] * (300 * RATE // 1000))
    return Speech(sound.tobytes(), tuple(begins), tuple(ends))


SPOKEN = speech(TEXT)
WHOLE_MS = len(SPOKEN.pcm) / SAMPLE_BYTES * 1000.0 / RATE


async def speak(session: Session, until_ms: float) -> None:
    """The sound up to a moment, and the words up to a second later."""
    words = list(zip(TEXT.split(), SPOKEN.begins_ms, strict=True))
    sent = 0.0
    await session.begin(id_="r")
    for pcm in SPOKEN.pieces(until_ms):
        sent += len(pcm) / SAMPLE_BYTES * 1000.0 / RATE
        while words and words[0][1] < sent + AHEAD_MS:
            kind = "response.output_audio_transcript.delta"
            await session.send({"type": kind, **IDS, "delta": words.pop(0)[0] + " "})
        kind = "response.output_audio.delta"
        await session.send({"type": kind, **IDS, "delta": pcm_delta(pcm)})


async def end_sound(session: Session, *, status: str = "incomplete", text: str = TEXT) -> None:
    """All parts of the item are done, as servers say it of an answer that was cut too."""
    await session.send({"type": "response.output_audio.done", **IDS})
    kind = "response.output_audio_transcript.done"
    await session.send({"type": kind, **IDS, "transcript": text})
    item = {"id": "i", "type": "message", "role": "assistant", "status": status}
    await session.send({"type": "response.output_item.done", **IDS, "item": item})


def item(status: str) -> dict[str, Any]:
    content = [{"type": "output_audio", "transcript": TEXT}]
    return {"id": "i", "type": "message", "status": status, "content": content}


async def killed(session: Session) -> None:
    session.socket.transport.abort()


async def killed_with_all_words(session: Session) -> None:
    kind = "response.output_audio_transcript.done"
    await session.send({"type": kind, **IDS, "transcript": TEXT})
    await (await session.socket.ping())  # the client has all that was sent before
    session.socket.transport.abort()


async def killed_when_its_sound_was_done(session: Session) -> None:
    await session.send({"type": "response.output_audio.done", **IDS})
    await killed_with_all_words(session)


async def silent_when_its_sound_was_done(session: Session) -> None:
    await end_sound(session)


async def failed(session: Session) -> None:
    error = {"type": "server_error", "code": "server_error", "message": "Something broke"}
    await session.done("failed", status_details={"type": "failed", "error": error})


async def too_long(session: Session) -> None:
    await end_sound(session)
    details = {"type": "incomplete", "reason": "max_output_tokens"}
    await session.done("incomplete", status_details=details, output=[item("incomplete")])


async def silent(_session: Session) -> None:
    """Nothing more is heard of it."""


Way = Callable[[Session], Awaitable[None]]
SILENT: list[Way] = [silent, silent_when_its_sound_was_done]
WAYS: list[Way] = [
    *(killed, killed_with_all_words, killed_when_its_sound_was_done, failed, too_long),
    *SILENT,
]


class Desk:
    """A conductor, and what it keeps of the conversation."""

    def __init__(self, pipeline: Pipeline, dialogue: Dialogue, folder: Path) -> None:
        self.dialogue = dialogue
        self.events: list[Event] = []
        self.microphone, self.speaker = FileMicrophone(SPOKEN.pcm), FileSpeaker()
        self.conductor = Conductor(pipeline, self.microphone, self.speaker, Talk())
        self.store = Store(folder)
        scribe, recorder = Scribe(dialogue), Recorder()
        for observer in (
            scribe,
            recorder,
            self.store.watch(scribe, recorder, lambda: "Test"),
            self.events.append,
        ):
            self.conductor.observe(observer)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.005)

    async def ask(self) -> None:
        """Ask, and wait until the turn is over and all is told of it."""
        self.conductor.ask("Where are the keys?")
        await self.until(lambda: self.conductor.state in {State.READY, State.FAILED})
        if self.conductor.state is State.FAILED:
            await self.until(lambda: any(isinstance(event, Interrupted) for event in self.events))

    def kept(self) -> str:
        return "".join(message.text for message in self.dialogue if message.role is Role.ASSISTANT)

    async def answer(self) -> tuple[Outcome, Said]:
        """How the turn stands in the history, and the answer there."""
        await asyncio.sleep(0)  # what happens in one moment is written once
        await asyncio.sleep(0)
        (conversation,) = await self.store.history.list()
        (turn,) = await self.store.history.turns(conversation.id)
        (said,) = (said for said in turn.messages if said.role is Role.ASSISTANT)
        return turn.outcome, said


@asynccontextmanager
async def desk_with(pipeline: Pipeline, dialogue: Dialogue, folder: Path) -> AsyncIterator[Desk]:
    desk = Desk(pipeline, dialogue, folder)
    desk.speaker.open()
    desk.microphone.open()
    try:
        await desk.conductor.start()
        yield desk
    finally:
        await desk.conductor.close()
        await desk.store.close()
        desk.microphone.close()
        desk.speaker.close()


@asynccontextmanager
async def realtime_desk(
    server: ScriptedServer, folder: Path, *, in_step: bool = False
) -> AsyncIterator[Desk]:
    async def source() -> Address:
        return Address("Test", server.base_url, "", Quirks(words_in_step=in_step))

    dialogue = Dialogue()
    pipeline = RealtimePipeline(source, Realtime(), "", history=dialogue.before)
    async with desk_with(pipeline, dialogue, folder) as desk:
        yield desk


def told_to(session: Session) -> list[str]:
    """What a session was told of the conversation, and kept in mind."""
    items: dict[str, str] = {}
    for event in session.received:
        if event["type"] == "conversation.item.create" and event["item"]["role"] == "assistant":
            items[event["item"]["id"]] = event["item"]["content"][0]["text"]
        elif event["type"] == "conversation.item.delete":
            items.pop(event["item_id"], None)
    return list(items.values())


@pytest.mark.parametrize("way", WAYS)
async def test_a_realtime_reply_that_fails_is_kept_as_far_as_it_was_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    if way in SILENT:
        monkeypatch.setattr(realtime_module, "PROGRESS_TIMEOUT", 0.5)
    until_ms = 0.5 * WHOLE_MS
    async with ScriptedServer() as server:
        server.replies.append([lambda session: speak(session, until_ms), way])
        async with realtime_desk(server, tmp_path) as desk:
            await desk.ask()
            assert desk.conductor.state is State.FAILED
            kept = desk.kept()
            assert TEXT.startswith(kept)
            assert 1 <= len(kept.split()) <= SPOKEN.over(until_ms) + 1
            outcome, said = await desk.answer()
            assert outcome is Outcome.FAILED
            assert said.text == kept
            assert said.unheard, "the rest was meant"
            assert TEXT.startswith(f"{said.text} {said.unheard}")


async def test_that_it_was_cut_may_be_told_when_all_that_came_has_sounded(tmp_path: Path) -> None:
    until_ms = 0.5 * WHOLE_MS
    played = asyncio.Event()

    async def too_long_later(session: Session) -> None:
        await end_sound(session)
        await played.wait()
        details = {"type": "incomplete", "reason": "max_output_tokens"}
        await session.done("incomplete", status_details=details)

    def watch(event: Event) -> None:
        if isinstance(event, Sounded):
            played.set()

    async with ScriptedServer() as server:
        server.replies.append([lambda session: speak(session, until_ms), too_long_later])
        async with realtime_desk(server, tmp_path) as desk:
            desk.conductor.observe(watch)
            await desk.ask()
            assert desk.conductor.state is State.FAILED
            assert 1 <= len(desk.kept().split()) <= SPOKEN.over(until_ms) + 1


async def test_the_next_session_is_told_what_was_heard(tmp_path: Path) -> None:
    until_ms = 0.4 * WHOLE_MS
    async with ScriptedServer() as server:
        server.replies.append([lambda session: speak(session, until_ms), killed])
        async with realtime_desk(server, tmp_path) as desk:
            await desk.ask()
            kept = desk.kept()
            await desk.until(lambda: len(server.sessions) == 2)
            desk.conductor.ask("And the letters?")
            await desk.until(lambda: desk.conductor.state is State.READY)
            assert told_to(server.sessions[1]) == [kept]
    assert 1 <= len(kept.split()) <= SPOKEN.over(until_ms) + 1


async def test_the_server_forgets_what_it_never_said(tmp_path: Path) -> None:
    until_ms = 0.4 * WHOLE_MS
    async with ScriptedServer() as server:
        server.replies.append([lambda session: speak(session, until_ms), too_long])
        async with realtime_desk(server, tmp_path) as desk:
            await desk.ask()
            cut = await server.wait_for("conversation.item.truncate")
    assert cut["item_id"] == "i"
    assert cut["audio_end_ms"] == int(until_ms)


async def test_a_tool_call_that_became_too_long_leaves_the_words_before_it_whole(
    tmp_path: Path,
) -> None:
    async def cut_later(session: Session) -> None:
        await end_sound(session, status="completed")
        details = {"type": "incomplete", "reason": "max_output_tokens"}
        call = {"id": "f", "type": "function_call", "status": "incomplete"}
        output = [item("completed"), call]
        await session.done("incomplete", status_details=details, output=output)

    async with ScriptedServer() as server:
        server.replies.append([lambda session: speak(session, WHOLE_MS), cut_later])
        async with realtime_desk(server, tmp_path) as desk:
            await desk.ask()
            assert desk.conductor.state is State.FAILED
            assert desk.kept() == TEXT


async def test_an_item_that_was_completed_is_kept_whole_whatever_becomes_of_its_connection(
    tmp_path: Path,
) -> None:
    async def killed_at_last(session: Session) -> None:
        await end_sound(session, status="completed")
        await (await session.socket.ping())  # the client has all that was sent before
        session.socket.transport.abort()

    async with ScriptedServer() as server:
        server.replies.append([lambda session: speak(session, WHOLE_MS), killed_at_last])
        async with realtime_desk(server, tmp_path) as desk:
            await desk.ask()
            assert desk.conductor.state is State.FAILED
            assert desk.kept() == TEXT


@pytest.mark.parametrize("ends", [True, False])
async def test_a_reply_that_ends_well_is_kept_whole(tmp_path: Path, *, ends: bool) -> None:
    """Also of a server that does not say when the sound is over."""

    async def end_well(session: Session) -> None:
        if ends:
            await end_sound(session, status="completed")
        await session.done()

    async with ScriptedServer() as server:
        server.replies.append([lambda session: speak(session, WHOLE_MS), end_well])
        async with realtime_desk(server, tmp_path) as desk:
            await desk.ask()
            assert desk.conductor.state is State.READY
            assert desk.kept() == TEXT
            outcome, said = await desk.answer()
            assert (outcome, said.text, said.unheard) == (Outcome.ANSWERED, TEXT, "")
            assert server.of("conversation.item.truncate") == []


# ------------------------------------------------------------------------------------ classic


class Deaf:
    """Nothing is said aloud here."""

    model = "none"

    async def warm(self) -> None: ...

    def begin(self, _words: Callable[[Words], None]) -> Hearing:
        raise AssertionError("nobody speaks")

    async def close(self) -> None: ...


class Thinker(Deaf):
    async def think(self, _question: Question) -> AsyncGenerator[Thought, None]:
        for word in TEXT.split():
            yield TextPiece(word + " ")
        yield ThoughtEnded()


class FailingVoice(Deaf):
    """Fails after so much sound in all; never if that is None."""

    identity = VoiceIdentity("fake", "fake", "fake")

    def __init__(self, fails_at_ms: float | None) -> None:
        self.fails_at_ms = fails_at_ms
        self.said_ms = 0.0
        self.over = 0  # words

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        spoken = speech(text)
        whole_ms = len(spoken.pcm) / SAMPLE_BYTES * 1000.0 / RATE
        left = whole_ms if self.fails_at_ms is None else max(0.0, self.fails_at_ms - self.said_ms)
        self.said_ms += whole_ms
        self.over += spoken.over(left)
        for pcm in spoken.pieces(min(left, whole_ms)):
            yield pcm
            await asyncio.sleep(0)
        if left < whole_ms:
            raise VoiceError("it died", reason="the voice of this computer has stopped")


@asynccontextmanager
async def classic_desk(voice: FailingVoice, folder: Path) -> AsyncIterator[Desk]:
    dialogue = Dialogue()
    chain = Chain(thinker=Thinker(), voice=voice, history=dialogue.before, instructions="")
    pipeline = ClassicPipeline(Deaf(), chain, server="fake")
    async with desk_with(pipeline, dialogue, folder) as desk:
        yield desk


@pytest.mark.parametrize("share", [0.4, 0.8])
async def test_a_classic_reply_whose_voice_fails_is_kept_as_far_as_it_was_heard(
    tmp_path: Path, share: float
) -> None:
    voice = FailingVoice(share * WHOLE_MS)
    async with classic_desk(voice, tmp_path) as desk:
        await desk.ask()
        assert desk.conductor.state is State.FAILED
        kept = desk.kept()
        assert TEXT.startswith(kept)
        assert 1 <= len(kept.split()) <= voice.over + 1
        outcome, said = await desk.answer()
        assert outcome is Outcome.FAILED
        assert said.text == kept
        assert f"{said.text} {said.unheard}" == TEXT


async def test_a_classic_reply_that_ends_well_is_kept_whole(tmp_path: Path) -> None:
    async with classic_desk(FailingVoice(None), tmp_path) as desk:
        await desk.ask()
        assert desk.conductor.state is State.READY
        assert desk.kept() == TEXT
