"""The realtime pipeline against a scripted server: what a real one does, and what it does rarely."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.realtime_server import ScriptedServer, Session, begin, done, pcm_delta, say
from voicedesk.core.errors import (
    ConnectionLostError,
    ProtocolError,
    RateLimitError,
    ReplyFailedError,
    ServerError,
    SpentError,
    UnknownModelError,
    UnreachableError,
    VoiceDeskError,
    WrongKeyError,
)
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    Heard,
    Link,
    LinkChanged,
    Reached,
    ReplyEnded,
    TextDelta,
    TextEnded,
    UserText,
)
from voicedesk.core.settings import Realtime
from voicedesk.core.timeline import Point
from voicedesk.pipelines import realtime as realtime_module
from voicedesk.pipelines import realtime_connection
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.profiles import Address, Quirks

TONE = b"\x10\x27\xf0\xd8" * 1200  # 100 ms
TAKE = b"\x01\x00" * 480  # 20 ms


class Bench:
    """A pipeline on a scripted server, with what it told."""

    def __init__(self, server: ScriptedServer, quirks: Quirks, settings: Realtime) -> None:
        self.server = server
        self.told: list[Event] = []
        self.turn = 0
        self.quirks = quirks
        self.pipeline = RealtimePipeline(self._address, settings, "Be brief.")
        self.pipeline.listen(self.told.append)

    async def _address(self) -> Address:
        return Address("Test", self.server.base_url, "secret", self.quirks)

    def take(self, blocks: int = 20) -> None:
        self.turn += 1
        self.pipeline.begin_turn(self.turn)
        for _ in range(blocks):
            self.pipeline.feed(TAKE)

    async def answer(self, text: str | None = None) -> list[Event]:
        async with asyncio.timeout(10):
            return [event async for event in self.pipeline.end_turn(text)]

    async def turn_over(self) -> list[Event]:
        self.take()
        return await self.answer()

    def points(self) -> set[Point]:
        return {event.point for event in self.told if isinstance(event, Reached)}

    def links(self) -> list[Link]:
        return [event.link for event in self.told if isinstance(event, LinkChanged)]

    def user_texts(self) -> list[UserText]:
        return [event for event in self.told if isinstance(event, UserText)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)


MakeBench = Callable[..., Bench]


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as scripted:
        yield scripted


@pytest.fixture
async def make_bench(server: ScriptedServer) -> AsyncIterator[MakeBench]:
    benches: list[Bench] = []

    def make(quirks: Quirks | None = None, settings: Realtime | None = None) -> Bench:
        benches.append(Bench(server, quirks or Quirks(), settings or Realtime()))
        return benches[-1]

    yield make
    for bench in benches:
        await bench.pipeline.close()


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def sound_of(events: list[Event]) -> bytes:
    return b"".join(event.pcm for event in events if isinstance(event, AudioDelta))


async def test_a_turn_goes_in_the_order_of_push_to_talk(make_bench: MakeBench) -> None:
    bench = make_bench()
    await bench.pipeline.open()
    events = await bench.turn_over()
    update = bench.server.received[0]
    assert update["session"]["audio"]["input"]["turn_detection"] is None
    assert update["session"]["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
    assert bench.server.types() == [
        "session.update",
        "input_audio_buffer.commit",
        "response.create",
    ]
    sent = b"".join(
        base64.b64decode(event["audio"]) for event in bench.server.of("input_audio_buffer.append")
    )
    assert sent == TAKE * 20
    assert text_of(events) == "hello to you"
    assert len(sound_of(events)) == 9600
    assert isinstance(events[-1], ReplyEnded)
    assert events[-1].usage == {"total_tokens": 3}
    assert [event.text for event in bench.user_texts()] == ["hello"]
    assert bench.links() == [Link.CONNECTING, Link.READY]
    assert bench.points() == {
        Point.LAST_APPEND,
        Point.COMMIT_SENT,
        Point.COMMITTED,
        Point.RESPONSE_CREATED,
    }


async def test_sound_from_before_the_connection_is_kept_and_sent(make_bench: MakeBench) -> None:
    bench = make_bench()
    events = await bench.turn_over()  # nobody called open()
    assert len(bench.server.of("input_audio_buffer.append")) == 20
    assert text_of(events) == "hello to you"


async def test_a_typed_question_needs_no_sound(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.take(blocks=0)
    events = await bench.answer("What time is it?")
    item = bench.server.of("conversation.item.create")[0]["item"]
    assert item["content"] == [{"type": "input_text", "text": "What time is it?"}]
    assert text_of(events) == "hello to you"
    assert not bench.server.of("input_audio_buffer.commit")


async def test_a_dropped_take_is_cleared_on_the_server(make_bench: MakeBench) -> None:
    bench = make_bench()
    await bench.pipeline.open()
    bench.take()
    bench.pipeline.abort_turn()
    await bench.server.wait_for("input_audio_buffer.clear")
    await bench.turn_over()
    assert len(bench.server.of("input_audio_buffer.append")) == 40


async def test_several_audio_items_are_keys_of_their_own(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    server.replies.append(
        [begin(), say("Well.", TONE, item="a"), say("Yes.", TONE * 2, item="b"), done()]
    )
    events = await make_bench().turn_over()
    keys = list(dict.fromkeys(event.key for event in events if isinstance(event, AudioDelta)))
    assert [key.item for key in keys] == ["a", "b"]
    assert [event.key.item for event in events if isinstance(event, AudioEnded)] == ["a", "b"]
    lengths = {
        key.item: sum(len(e.pcm) for e in events if isinstance(e, AudioDelta) and e.key == key)
        for key in keys
    }
    assert lengths == {"a": len(TONE), "b": 2 * len(TONE)}


async def test_beta_names_and_missing_ids_are_understood(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    server.transcript = None
    transcription = "conversation.item.input_audio_transcription"
    server.replies.append(
        [
            {"type": "response.created", "response": {}},
            {"type": f"{transcription}.delta", "delta": "hi "},
            {"type": f"{transcription}.completed", "transcript": "hi there"},
            {"type": "response.audio_transcript.delta", "delta": "Good "},
            {"type": "response.audio.delta", "delta": pcm_delta(TONE)},
            {"type": "response.text.delta", "delta": "day"},
            {"type": "response.audio.done"},
            {"type": "response.done", "response": {"status": "completed"}},
        ]
    )
    bench = make_bench()
    events = await bench.turn_over()
    assert text_of(events) == "Good day"
    assert sound_of(events) == TONE
    assert [event.text for event in bench.user_texts()] == ["hi ", "hi there"]


async def test_a_reply_that_was_never_announced_is_taken(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    server.replies.append(
        [
            {"type": "response.output_audio.delta", "response_id": "r", "delta": pcm_delta(TONE)},
            {"type": "response.done", "response": {"id": "r", "status": "completed"}},
        ]
    )
    assert sound_of(await make_bench().turn_over()) == TONE


async def test_words_only_in_the_finished_response_are_taken(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    output = [{"id": "x", "content": [{"type": "output_audio", "transcript": "At the end."}]}]
    server.replies.append([begin(), done(output=output)])
    events = await make_bench().turn_over()
    assert [event.text for event in events if isinstance(event, TextEnded)] == ["At the end."]


async def test_the_closing_text_replaces_the_deltas_but_an_empty_one_does_not(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    ids = {"response_id": "r", "item_id": "i", "content_index": 0}
    name = "response.output_audio_transcript"
    for closing, expected in (("Whole words.", "Whole words."), ("", "Half wor")):
        server.replies.append(
            [
                begin("r"),
                {"type": f"{name}.delta", **ids, "delta": "Half wor"},
                {"type": f"{name}.done", **ids, "transcript": closing},
                done(),
            ]
        )
        events = await make_bench().turn_over()
        assert [event.text for event in events if isinstance(event, TextEnded)] == [expected]


async def test_garbage_is_counted_and_the_turn_lives_on(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    ids = {"response_id": "r", "item_id": "i", "content_index": 0}
    delta = {"type": "response.output_audio.delta", **ids}
    server.replies.append(
        [
            begin("r"),
            "this is no JSON",
            "[1, 2]",
            '{"type": 7}',
            '{"no": "type"}',
            {"type": "something.new", "response_id": "r"},
            {**delta, "delta": "%%% not base64"},
            {**delta, "delta": None},
            {**delta, "delta": pcm_delta(TONE[:101])},  # odd: half a sample
            {**delta, "delta": pcm_delta(TONE[101:])},
            {"type": "response.output_audio_transcript.delta", **ids, "delta": 12},
            done(),
        ]
    )
    events = await make_bench().turn_over()
    assert sound_of(events) == TONE
    assert all(len(e.pcm) % 2 == 0 for e in events if isinstance(e, AudioDelta))


async def test_deltas_are_given_as_they_come(make_bench: MakeBench, server: ScriptedServer) -> None:
    go_on = asyncio.Event()

    async def wait(_: Session) -> None:
        await go_on.wait()

    server.replies.append([begin(), say("One.", TONE, item="a"), wait, say("Two.", TONE), done()])
    bench = make_bench()
    bench.take()
    async with asyncio.timeout(10), contextlib.aclosing(bench.pipeline.end_turn()) as events:
        async for event in events:
            if isinstance(event, AudioDelta):
                break
        assert not go_on.is_set()  # the first piece is here while the server still thinks
        go_on.set()
        rest = [event async for event in events]
    assert "Two." in text_of(rest)


@pytest.mark.parametrize(
    ("status", "details", "error", "part"),
    [
        (
            "failed",
            {"error": {"code": "rate_limit_exceeded", "message": "Try again in 3 s"}},
            RateLimitError,
            "Try again in 3 s.",
        ),
        (
            "failed",
            {"error": {"type": "server_error", "message": "overloaded"}},
            ReplyFailedError,
            "overloaded.",
        ),
        ("failed", None, ReplyFailedError, "gave no reason"),
        ("incomplete", {"reason": "max_output_tokens"}, ReplyFailedError, "longer than the limit"),
        ("incomplete", {"reason": "content_filter"}, ReplyFailedError, "content filter"),
        ("failed", {"error": {"code": "insufficient_quota"}}, SpentError, "used up its quota"),
    ],
)
async def test_a_failed_response_ends_in_a_sentence(
    make_bench: MakeBench,
    server: ScriptedServer,
    status: str,
    details: object,
    error: type[VoiceDeskError],
    part: str,
) -> None:
    server.replies.append([begin(), say("I th", TONE), done(status, status_details=details)])
    bench = make_bench()
    bench.take()
    events: list[Event] = []
    with pytest.raises(error, match="Test") as caught:
        async for event in bench.pipeline.end_turn():
            events.append(event)  # noqa: PERF401 - what came before the error counts
    assert part in str(caught.value)
    assert sound_of(events) == TONE
    assert text_of(await bench.turn_over()) == "hello to you"  # the session stays usable


@pytest.mark.parametrize(
    ("refusal", "error", "passes_by_itself"),
    [
        ((401, '{"error": {"message": "no"}}'), WrongKeyError, False),
        ((403, ""), WrongKeyError, False),
        ((404, "<html>"), UnknownModelError, False),
        ((429, '{"error": {"message": "slow down"}}'), RateLimitError, True),
        ((429, '{"error": {"message": "pay", "code": "insufficient_quota"}}'), SpentError, False),
        ((402, "pay"), SpentError, False),
        (
            (400, '{"error": {"message": "bad key", "code": "invalid_api_key"}}'),
            WrongKeyError,
            False,
        ),
        ((400, '{"error": {"message": "not so"}}'), ServerError, False),
        ((503, "later"), UnreachableError, True),
        ((500, '{"error": {"message": "oh", "code": "server_error"}}'), UnreachableError, True),
        ((418, "tea"), ProtocolError, False),
    ],
)
async def test_a_refused_handshake_ends_in_a_sentence(
    make_bench: MakeBench,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    refusal: tuple[int, str],
    error: type[VoiceDeskError],
    passes_by_itself: bool,
) -> None:
    monkeypatch.setattr(realtime_module, "PATIENCE", 0.05)
    server.refuse = refusal
    bench = make_bench()
    with pytest.raises(error) as caught:
        await bench.turn_over()
    assert "Test" in str(caught.value)
    assert "secret" not in f"{caught.value!r} {caught.value.detail}"
    last = bench.links()[-1]
    assert last is (Link.RECONNECTING if passes_by_itself else Link.LOST)
    server.refuse = None
    assert text_of(await bench.turn_over()) == "hello to you"


async def test_no_server_at_all(make_bench: MakeBench) -> None:
    bench = make_bench()

    async def nowhere() -> Address:
        return Address("Nobody", "http://127.0.0.1:9/v1", "", Quirks())

    bench.pipeline = RealtimePipeline(nowhere, Realtime(), "")
    with pytest.raises(UnreachableError, match="nothing listens"):
        await bench.pipeline.open()
    await bench.pipeline.close()


async def test_an_unknown_model_told_by_an_event(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    async def refuse(session: Session, event: dict[str, object]) -> None:
        await session.error(event, "model_not_found", "no such model")
        await session.socket.close(4000, "model_not_found")

    server.answers["session.update"] = refuse
    with pytest.raises(UnknownModelError, match="gpt-realtime"):
        await make_bench().pipeline.open()


@pytest.mark.parametrize(
    ("code", "sentence", "passes_by_itself"),
    [
        (1008, "Test reported a problem: not for you.", False),
        (3000, "Test refused the key.", False),
        (4000, "Test reported a problem: not for you.", False),
        (1011, "was lost: not for you.", True),
        (1013, "was lost: not for you.", True),
    ],
)
async def test_a_session_that_is_refused_by_its_end_alone_is_not_tried_for_ever(
    make_bench: MakeBench,
    server: ScriptedServer,
    code: int,
    sentence: str,
    passes_by_itself: bool,
) -> None:
    async def refuse(session: Session, _event: dict[str, object]) -> None:
        await session.socket.close(code, "not for you")

    server.answers["session.update"] = refuse
    bench = make_bench()
    with pytest.raises(ServerError) as caught:
        await bench.pipeline.open()
    assert sentence in str(caught.value)
    await bench.until(lambda: bench.links()[-1] is not Link.CONNECTING)
    assert bench.links()[-1] is (Link.RECONNECTING if passes_by_itself else Link.LOST)
    del server.answers["session.update"]
    assert text_of(await bench.turn_over()) == "hello to you"


async def test_a_session_in_use_is_opened_again_however_it_ends(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    """Some servers end one that was idle for long as if it had broken a rule."""
    bench = make_bench()
    await bench.turn_over()
    await server.session.socket.close(1008, "idle")
    await bench.until(lambda: len(server.sessions) == 2)
    assert text_of(await bench.turn_over()) == "hello to you"


async def test_a_refused_field_of_the_session_is_dropped(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    refused = ["session.audio.input.noise_reduction", "session.audio.input.transcription.model"]

    async def pick(session: Session, event: dict[str, object]) -> None:
        if refused:
            await session.error(event, "unknown_parameter", param=refused.pop(0))
        else:
            await session.send({"type": "session.updated", "session": event["session"]})

    server.answers["session.update"] = pick
    bench = make_bench()
    await bench.pipeline.open()
    sound_in = server.of("session.update")[-1]["session"]["audio"]["input"]
    assert "noise_reduction" not in sound_in
    assert sound_in["transcription"] == {"model": "gpt-live-transcribe"}
    assert sound_in["turn_detection"] is None


async def test_a_server_that_refuses_push_to_talk_is_told(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    async def refuse(session: Session, event: dict[str, object]) -> None:
        await session.error(
            event, "invalid_value", "need vad", param="session.audio.input.turn_detection"
        )

    server.answers["session.update"] = refuse
    with pytest.raises(ReplyFailedError, match="need vad"):
        await make_bench().pipeline.open()


async def test_a_server_that_never_confirms_is_used_all_the_same(
    make_bench: MakeBench, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_connection, "CONFIRM_TIMEOUT", 0.01)
    server.confirm = False
    assert text_of(await make_bench().turn_over()) == "hello to you"


async def test_a_failed_transcription_never_fails_the_turn(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    server.transcript = None
    kind = "conversation.item.input_audio_transcription.failed"
    server.replies.append([{"type": kind, "error": {}}, begin(), say("Hi.", TONE), done()])
    bench = make_bench()
    assert text_of(await bench.turn_over()) == "Hi."
    assert [(event.text, event.final) for event in bench.user_texts()] == [(None, True)]
    await server.wait_for("session.update", 2)  # the next model is tried
    sound_in = server.of("session.update")[-1]["session"]["audio"]["input"]
    assert sound_in["transcription"] == {"model": "gpt-live-transcribe"}


async def test_a_transcript_after_the_reply_goes_to_its_own_turn(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    server.transcript = None
    bench = make_bench()
    await bench.turn_over()
    first = server.session.item
    await bench.turn_over()
    kind = "conversation.item.input_audio_transcription.completed"
    for item, text in ((server.session.item, "two"), (first, "one")):
        await server.session.send({"type": kind, "item_id": item, "transcript": text})
    await bench.until(lambda: len(bench.user_texts()) == 2)
    assert {(event.turn, event.text) for event in bench.user_texts()} == {(1, "one"), (2, "two")}


async def test_the_connection_breaks_in_the_middle_and_is_opened_again(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    async def cut(session: Session) -> None:
        await session.socket.close(1011, "")

    server.replies.append([begin(), say("I was", TONE), cut])
    bench = make_bench()
    with pytest.raises(ConnectionLostError, match="lost"):
        await bench.turn_over()
    await bench.until(lambda: Link.RECONNECTING in bench.links())
    assert text_of(await bench.turn_over()) == "hello to you"
    assert len(server.sessions) == 2


@pytest.mark.parametrize("code", [1000, 1001, 1011])
async def test_a_quiet_close_between_turns_is_told(
    make_bench: MakeBench, server: ScriptedServer, code: int
) -> None:
    bench = make_bench()
    await bench.turn_over()
    await server.cut(code, "Your session hit the maximum duration of 60 minutes.")
    await bench.until(lambda: Link.RECONNECTING in bench.links())
    lost = [event for event in bench.told if isinstance(event, LinkChanged) and event.error]
    assert "60 minutes" in str(lost[0].error)
    assert lost[0].retry_at is not None
    await bench.until(lambda: bench.links()[-1] is Link.READY)
    assert text_of(await bench.turn_over()) == "hello to you"


async def test_a_take_begun_on_a_lost_connection_is_sent_whole(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    bench = make_bench()
    await bench.pipeline.open()
    bench.take(blocks=10)
    await server.wait_for("input_audio_buffer.append", 10)
    await server.cut(1012)
    await bench.until(lambda: Link.RECONNECTING in bench.links())
    for _ in range(10):
        bench.pipeline.feed(TAKE)
    events = await bench.answer()
    assert text_of(events) == "hello to you"
    assert len(server.of("input_audio_buffer.append")) == 30  # ten lost with the first connection


# ---------------------------------------------------------------------------------------- barge-in


async def start_reply(bench: Bench, server: ScriptedServer, *steps: object) -> asyncio.Task[None]:
    """Begin a reply that does not end by itself, and read it in the background."""
    forever = asyncio.Event()

    async def wait(_: Session) -> None:
        await forever.wait()

    server.replies.append([*steps, wait])  # type: ignore[list-item]
    bench.take()

    async def read() -> None:
        async for event in bench.pipeline.end_turn():
            bench.told.append(event)

    return asyncio.create_task(read())


def heard(turn: int, item: str, ms: float, received: float = 1000.0) -> Heard:
    return Heard(AudioKey(turn, "r", item), ms, received)


async def test_barge_in_cancels_truncates_and_waits_for_the_end(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    bench = make_bench()
    reading = await start_reply(
        bench, server, begin("r"), say("One.", TONE, item="a"), say("Two.", TONE, item="b")
    )
    await bench.until(lambda: any(isinstance(e, AudioEnded) for e in bench.told))
    release = asyncio.Event()

    async def slow_cancel(session: Session, event: dict[str, object]) -> None:
        async def end(s: Session) -> None:
            await release.wait()
            await s.done("cancelled")

        session.run([end])

    server.answers["response.cancel"] = slow_cancel
    complete = Heard(AudioKey(1, "r", "a"), 100.0, 100.0, finished=True)
    await bench.pipeline.interrupt([complete, heard(1, "b", 42.7, 100.0)])
    await reading
    bench.take()
    answer = asyncio.create_task(bench.answer())
    await server.wait_for("input_audio_buffer.commit", 2)
    assert len(server.of("response.create")) == 1  # not before the cancelled one has ended
    release.set()
    assert text_of(await answer) == "hello to you"
    assert server.of("response.cancel")[0]["response_id"] == "r"
    truncated = server.of("conversation.item.truncate")
    assert [(e["item_id"], e["content_index"], e["audio_end_ms"]) for e in truncated] == [
        ("b", 0, 42)
    ]


async def test_an_item_of_which_nothing_was_heard_is_deleted_not_truncated(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    bench = make_bench()
    reading = await start_reply(bench, server, begin("r"), say("One.", TONE, item="a"))
    await bench.until(lambda: any(isinstance(e, AudioEnded) for e in bench.told))
    await bench.pipeline.interrupt([heard(1, "a", 0.0), heard(1, "ghost", 0.0, received=0.0)])
    await reading
    assert [e["item_id"] for e in [await server.wait_for("conversation.item.delete")]] == ["a"]
    assert not server.of("conversation.item.truncate")


async def test_truncation_never_goes_beyond_what_was_received(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    bench = make_bench()
    reading = await start_reply(bench, server, begin("r"), say("One.", TONE, item="a"))
    await bench.until(lambda: any(isinstance(e, AudioEnded) for e in bench.told))
    await bench.pipeline.interrupt([heard(1, "a", 250.0, received=100.0)])
    await reading
    assert (await server.wait_for("conversation.item.truncate"))["audio_end_ms"] == 100


async def test_a_cancel_that_crosses_the_creation_is_sent_when_it_is_born(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    bench = make_bench()
    born = asyncio.Event()

    async def late(session: Session) -> None:
        await born.wait()
        await session.begin(id_="orphan")

    reading = await start_reply(bench, server, late)
    await server.wait_for("response.create")
    await bench.pipeline.interrupt([])
    await reading
    assert not server.of("response.cancel")
    bench.take()
    answer = asyncio.create_task(bench.answer())
    await server.wait_for("input_audio_buffer.commit", 2)
    born.set()
    assert (await server.wait_for("response.cancel"))["response_id"] == "orphan"
    assert text_of(await answer) == "hello to you"


async def test_late_deltas_of_a_cancelled_reply_are_dropped(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    bench = make_bench()
    reading = await start_reply(bench, server, begin("old"), say("One.", TONE, item="a"))
    await bench.until(lambda: any(isinstance(e, AudioDelta) for e in bench.told))

    async def stubborn(session: Session, event: dict[str, object]) -> None:
        await session.say("still talking", TONE, item="a")
        await session.done("completed")

    server.answers["response.cancel"] = stubborn
    before = len([e for e in bench.told if isinstance(e, AudioDelta)])
    await bench.pipeline.interrupt([heard(1, "a", 10.0)])
    await reading
    events = await bench.turn_over()
    assert len([e for e in bench.told if isinstance(e, AudioDelta)]) == before
    assert text_of(events) == "hello to you"


async def test_a_cancel_that_comes_too_late_is_harmless(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    bench = make_bench()
    reading = await start_reply(bench, server, begin("r"), say("One.", TONE, item="a"))
    await bench.until(lambda: any(isinstance(e, AudioDelta) for e in bench.told))

    async def refuse(session: Session, event: dict[str, object]) -> None:
        await session.error(event, "response_cancel_not_active")

    server.answers["response.cancel"] = refuse
    await bench.pipeline.interrupt([])
    await reading
    assert text_of(await bench.turn_over()) == "hello to you"


async def test_an_active_response_elsewhere_is_waited_for(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    refused: list[object] = []

    async def once(session: Session, event: dict[str, object]) -> None:
        if not refused:
            refused.append(event)
            await session.error(event, "conversation_already_has_active_response")
        else:
            session.run([begin(), say("Now.", TONE), done()])

    server.answers["response.create"] = once
    assert text_of(await make_bench().turn_over()) == "Now."


async def test_a_refused_commit_fails_the_turn_and_silences_its_reply(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    async def refuse(session: Session, event: dict[str, object]) -> None:
        await session.error(event, "input_audio_buffer_commit_empty", "buffer too small")

    server.answers["input_audio_buffer.commit"] = refuse
    bench = make_bench()
    with pytest.raises(ReplyFailedError, match="buffer too small"):
        await bench.turn_over()
    del server.answers["input_audio_buffer.commit"]
    assert text_of(await bench.turn_over()) == "hello to you"


async def test_a_commit_that_starts_the_reply_is_not_followed_by_a_request(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    async def commit(session: Session, event: dict[str, object]) -> None:
        session.run([begin(), say("By itself.", TONE), done()])

    server.answers["input_audio_buffer.commit"] = commit
    events = await make_bench(Quirks(commit_starts_reply=True)).turn_over()
    assert text_of(events) == "By itself."
    assert not server.of("response.create")


async def test_closing_in_the_middle_leaves_nothing(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    bench = make_bench()
    reading = await start_reply(bench, server, begin("r"), say("One.", TONE, item="a"))
    await bench.until(lambda: any(isinstance(e, AudioDelta) for e in bench.told))
    await bench.pipeline.close()
    async with asyncio.timeout(5):
        await reading
    await bench.pipeline.close()


async def test_every_event_we_send_is_one_of_the_protocol(
    make_bench: MakeBench, server: ScriptedServer
) -> None:
    from openai.types.realtime import RealtimeClientEvent
    from pydantic import TypeAdapter

    bench = make_bench(settings=Realtime(effort="low", language="en"))
    reading = await start_reply(bench, server, begin("r"), say("One.", TONE, item="a"))
    await bench.until(lambda: any(isinstance(e, AudioEnded) for e in bench.told))
    await bench.pipeline.interrupt([heard(1, "a", 50.0)])
    await reading
    bench.take(blocks=0)
    await bench.answer("typed")
    bench.take()
    bench.pipeline.abort_turn()
    await server.wait_for("input_audio_buffer.clear")
    adapter: TypeAdapter[object] = TypeAdapter(RealtimeClientEvent)
    for event in server.received:
        plain = {key: value for key, value in event.items() if key != "at"}
        adapter.validate_json(json.dumps(plain))
    assert len({event["event_id"] for event in server.received}) == len(server.received)


@pytest.mark.parametrize("steps", range(1, 6))
async def test_a_close_that_is_cancelled_leaves_no_connection(
    make_bench: MakeBench, server: ScriptedServer, steps: int
) -> None:
    """As when the application ends while another server takes the place of this one."""
    bench = make_bench()
    await bench.pipeline.open()
    closing = asyncio.create_task(bench.pipeline.close())
    for _ in range(steps):
        await asyncio.sleep(0)
    closing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await closing
    async with asyncio.timeout(10):
        await server.session.socket.wait_closed()
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not {name for name in names if name.startswith("realtime")}
