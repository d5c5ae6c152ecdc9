"""A key that is planted comes out nowhere: no log, no error, no report, no export, though every server repeats it."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.conversation.figures.turn_stream import timeline, turn_of
from tests.providers.fake_http import FakeHttp, fake_http
from voicedesk.__main__ import main
from voicedesk.cli.report import as_json
from voicedesk.conversation.figures.export import Kind, write
from voicedesk.conversation.logs import start_logging
from voicedesk.conversation.store.export import ExportKind
from voicedesk.conversation.store.model import Outcome, Said, Turn
from voicedesk.conversation.store.store import Store
from voicedesk.core.dialogue import Message, Role, ToolCall, ToolResult
from voicedesk.core.errors import ServerError, VoiceDeskError
from voicedesk.core.redaction import HIDDEN, redactor
from voicedesk.core.settings import Assistant, Realtime, Server, Settings, dump
from voicedesk.core.settings_exchange import export_text, import_text
from voicedesk.crash import CrashReporter
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.keys import Keys
from voicedesk.providers.profiles import QUIRKS
from voicedesk.providers.realtime_session import RealtimeSession
from voicedesk.providers.responses import ResponsesThinker
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Question
from voicedesk.providers.transcription import RestTranscriber

KEY = 'plànted key/with=signs & "quotes" 0123456789'
PLAIN = "pl4nt3d-0123456789-abcdefghij"
"""A key that a header can hold."""
SERVER = Server(name="Home", base_url="https://home.example/v1")
QUESTION = Question("", [Message(1, Role.USER, "hello")])


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    loggers = [logging.getLogger("voicedesk"), logging.getLogger("asyncio")]
    before = [(list(logger.handlers), logger.level) for logger in loggers]
    path = start_logging(tmp_path / "log")
    assert path is not None
    yield path
    for logger, (kept, level) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        for handler in [handler for handler in logger.handlers if handler not in kept]:
            logger.removeHandler(handler)
            handler.close()


@pytest.fixture
def planted() -> str:
    Keys().lend("home", SERVER, PLAIN)
    return PLAIN


def all_of(error: BaseException) -> str:
    """Everything that can be said of an error."""
    parts = [str(error), repr(error)]
    if isinstance(error, VoiceDeskError):
        parts += [error.detail, error.fill("{reason} {server} {model}")]
    return " ".join(parts)


async def failure(work: Awaitable[Any]) -> BaseException:
    async with asyncio.timeout(20):
        try:
            await work
        except ServerError as error:
            return error
    pytest.fail("it did not fail")


async def drained(items: AsyncIterator[Any]) -> None:
    async for _ in items:
        pass


Stage = Callable[[FakeHttp], Awaitable[None]]


async def chat(fake: FakeHttp) -> None:
    server = fake.client()
    try:
        await drained(ChatThinker(server, "m").think(QUESTION))
    finally:
        await server.close()


async def responses(fake: FakeHttp) -> None:
    server = fake.client()
    try:
        await drained(ResponsesThinker(server, "m").think(QUESTION))
    finally:
        await server.close()


async def transcription(fake: FakeHttp) -> None:
    server = fake.client()
    try:
        await RestTranscriber(server, model="m").transcribe(bytes(48_000), lambda _: None)
    finally:
        await server.close()


async def speech(fake: FakeHttp) -> None:
    voice = ServerVoice(fake.client(), name="n", model="m")
    try:
        await drained(voice.speak("Hello."))
    finally:
        await voice.close()


async def session(fake: FakeHttp) -> None:
    opened = RealtimeSession(
        fake.address, model="m", session={}, handle=lambda _: None, lost=lambda _: None
    )
    try:
        await opened.open()
    finally:
        await opened.close()


def repeated(request: web.Request) -> str:
    return request.headers["Authorization"].removeprefix("Bearer ")


async def in_a_body(request: web.Request) -> web.StreamResponse:
    message = f"Incorrect API key provided: {repeated(request)}."
    return web.json_response({"error": {"message": message, "code": repeated(request)}}, status=400)


async def in_plain_text(request: web.Request) -> web.StreamResponse:
    return web.Response(text="x" * 190 + repeated(request), status=418)


async def in_an_address(request: web.Request) -> web.StreamResponse:
    place = f"https://elsewhere.example/?key={repeated(request)}"
    return web.Response(status=302, headers={"Location": place})


async def in_a_stream(request: web.Request) -> web.StreamResponse:
    error = json.dumps({"error": {"message": f"no {repeated(request)}"}})
    return web.Response(text=f"data: {error}\n\n", content_type="text/event-stream")


@pytest.mark.parametrize("stage", [chat, responses, transcription, speech, session])
@pytest.mark.parametrize("way", [in_a_body, in_plain_text, in_an_address, in_a_stream])
async def test_a_server_that_repeats_the_key(
    stage: Stage, way: Any, planted: str, log_file: Path
) -> None:
    async with fake_http(way) as fake:
        fake.key = planted
        error = await failure(stage(fake))
    logging.getLogger("voicedesk.test").info("failed", exc_info=error)
    logged = log_file.read_text("utf-8")  # noqa: ASYNC240 - nothing else runs
    assert "failed" in logged
    assert "pl4nt3d" not in all_of(error) + logged


async def test_a_session_that_repeats_the_key_in_events_and_in_its_end(
    planted: str, log_file: Path
) -> None:
    async def converse(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        key = repeated(request)
        await socket.send_json({"type": "session.created"})
        async for message in socket:
            event = json.loads(message.data)
            kind = event["type"]
            if kind == "session.update":
                await socket.send_json({"type": "session.updated", "session": event["session"]})
            elif kind == "response.create":
                said = {"code": key, "message": f"no {key}", "event_id": event["event_id"]}
                await socket.send_json({"type": "error", "error": said})
                await socket.close(code=1011, message=f"gone: {key}".encode())
        return socket

    told: list[str] = []
    async with fake_http(converse) as fake:
        fake.key, fake.quirks = planted, QUIRKS["compatible"]
        pipeline = RealtimePipeline(fake.address, Realtime(model="m"), "")
        pipeline.listen(lambda event: told.append(str(getattr(event, "error", ""))))
        try:
            await pipeline.open()
            pipeline.begin_turn(1)
            pipeline.feed(bytes(24_000))
            error = await failure(drained(pipeline.end_turn()))
            async with asyncio.timeout(10):
                while not any("gone" in each for each in told):
                    await asyncio.sleep(0.01)
        finally:
            await pipeline.close()
    logged = log_file.read_text("utf-8")  # noqa: ASYNC240 - nothing else runs
    assert "pl4nt3d" not in all_of(error) + " ".join(told) + logged


@pytest.mark.parametrize("key", [KEY, PLAIN])
def test_every_way_of_writing_a_key_is_known(key: str) -> None:
    from urllib.parse import quote

    redactor.hide(key)
    ways = [
        key,
        repr(key),
        json.dumps(key),
        f"https://h/?k={quote(key, safe='')}",
        as_json({"k": key}),
    ]
    for written in ways:
        assert "0123456789" not in redactor.clean(written)


def test_reports_and_settings_hold_no_key(
    planted: str, tmp_path: Path, log_file: Path, expected_log: Callable[..., None]
) -> None:
    expected_log("the key is")
    logging.getLogger("voicedesk.test").error("the key is %s", planted)
    keys = Keys(tmp_path)
    keys.lend("home", SERVER, planted)
    settings = Settings(servers={"home": SERVER})
    reporter = CrashReporter(log_file.parent)
    reporter.start()
    try:
        raise ValueError(f"no {planted}")
    except ValueError as error:
        reporter.note(error, "a test")
        shown = redactor.clean("".join(traceback.format_exception(error)))
    reporter.stop()
    again = CrashReporter(log_file.parent)
    again.start()
    again.stop()
    assert "a test" in again.report
    for text in (again.report, shown, dump(settings), repr(settings), as_json({"key": planted})):
        assert "pl4nt3d" not in text


PATTERN = "sk-pl4nt3d-0123456789"
"""A key that nobody told the redactor of."""


EVERY_KEY = pytest.mark.parametrize("key", [KEY, PLAIN, PATTERN], ids=["odd", "plain", "pattern"])


@pytest.fixture
def kept_keys() -> None:
    """The store of keys has those that look like none."""
    for key in (KEY, PLAIN):
        Keys().lend("home", SERVER, key)


@pytest.mark.usefixtures("kept_keys")
@EVERY_KEY
def test_exported_settings_hold_no_key(key: str) -> None:
    settings = Settings(assistant=Assistant(instructions=f"Be brief. Use {key} for the weather."))
    settings.servers[key] = Server(name=f"Home {key}", base_url=f"https://home.example/{key}/v1")
    settings.servers["host"] = Server(name="Home", base_url=f"https://{key}.example/v1")
    spelled = "pl-nted-key-with-signs-quotes-0123456789"  # as ids are made of names
    settings.servers[spelled] = Server(name=f"{key}")
    settings.classic.speech_server = spelled
    settings.realtime.server = key
    settings.realtime.model = settings.classic.thinking_model = key
    text = export_text(settings)
    assert not any(part in text for part in ("0123456789", "pl4nt3d", "ànted"))
    back = import_text(text.encode(), Settings())
    assert back.assistant.instructions == f"Be brief. Use {HIDDEN} for the weather."
    assert back.server(back.realtime.server).name == f"Home {HIDDEN}"
    assert back.server(back.classic.speech_server).name == HIDDEN
    assert settings.realtime.model == key  # those in force stay as they are


@pytest.mark.usefixtures("kept_keys")
@EVERY_KEY
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_exported_figures_hold_no_key(key: str, kind: Kind, tmp_path: Path) -> None:
    line = timeline(take_end=1)
    line.model = f"model {key}"
    turn = turn_of(line=line)
    turn.failure = f"no {key}"
    write(2 * [turn], kind, tmp_path / "figures")
    text = (tmp_path / "figures").read_text("utf-8")
    assert f"model {HIDDEN}" in text
    assert not any(part in text for part in ("0123456789", "pl4nt3d", "ànted"))


@pytest.mark.usefixtures("kept_keys")
@EVERY_KEY
@pytest.mark.parametrize("kind", ["markdown", "json", "srt"])
async def test_an_exported_conversation_holds_no_key(
    key: str, kind: ExportKind, tmp_path: Path
) -> None:
    store = Store(tmp_path)
    unknown = json.dumps({"api_key": "pl4nt3d0123456789"})  # in it as a text within a text
    said = (
        Said(Role.USER, f"My key is {key}."),
        Said(Role.ASSISTANT, f"I will not tell {key}.", f"Nor {key}."),
        Said(Role.TOOL_CALL, call=ToolCall("c", "f", f"{key} {unknown}")),
        Said(Role.TOOL_RESULT, result=ToolResult("c", "f", f"no {key}")),
    )
    turn = Turn("t", 1.0, Outcome.FAILED, "classic", f"S {key}", f"M {key}", messages=said)
    turn = replace(turn, error=f"{key} was refused")
    store.history.save("c", turn, 1.0)
    store.takes.keep_reply("t", bytes(96_000), 1.0)
    path = tmp_path / "exported"
    await store.history.export("c", kind, path)
    await store.close()
    text = path.read_text("utf-8")
    assert HIDDEN in text
    assert not any(part in text for part in ("0123456789", "pl4nt3d", "ànted"))
    if kind == "json":
        assert json.loads(text)["turns"]


def test_the_doctor_keeps_a_key_that_the_server_repeats_to_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_KEY", PLAIN)
    address = f"http://127.0.0.1:9/v1?key={PLAIN}"
    for more in ([], ["--json"]):
        assert main(["doctor", "--server", address, "--key-env", "MY_KEY", *more]) == 1
        printed = capsys.readouterr()
        assert "nothing listens" in printed.out
        assert "pl4nt3d" not in printed.out + printed.err
