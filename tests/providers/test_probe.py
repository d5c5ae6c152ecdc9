"""Trying a server: what works, what is there, what is not, and why something fails."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import pytest
from aiohttp import web

from tests.providers.fake_http import FakeHttp, Handler, fake_http, openai_error
from tests.support.realtime_server import ScriptedServer
from voicedesk.core.errors import (
    EngineError,
    NoAnswerError,
    ProtocolError,
    UnknownModelError,
    UnreachableError,
    WrongKeyError,
)
from voicedesk.providers import probe as probe_module
from voicedesk.providers.model_list import ListedModel, likely_model, listed_models
from voicedesk.providers.presets import Stage
from voicedesk.providers.probe import ServerReport, StageReport, Subject, Verdict, probe
from voicedesk.providers.profiles import QUIRKS, Address, Quirks
from voicedesk.providers.retirement import Retirement
from voicedesk.providers.trials import Wishes

TODAY = date(2026, 11, 20)
MODELS = [
    "gpt-realtime-2.1",
    "gpt-live-transcribe",
    "whisper-large",
    "kokoro",
    "llama-3",
    "nomic-embed",
]
Route = Handler | None


def json_answer(data: object, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(data), status=status, content_type="application/json")


async def models(_request: web.Request) -> web.Response:
    return json_answer({"object": "list", "data": [{"id": name} for name in MODELS]})


async def sessions(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse()
    if not socket.can_prepare(request).ok:
        return json_answer({}, 426)
    await socket.prepare(request)
    await socket.send_json({"type": "session.created", "session": {}})
    async for message in socket:
        event = json.loads(message.data)
        await socket.send_json({"type": "session.updated", "session": event["session"]})
    return socket


async def words(request: web.Request) -> web.Response:
    form = await request.post()
    if not form:
        return web.Response(text=openai_error("no file"), status=400)
    return json_answer({"text": " What is twelve plus thirty? "})


async def thoughts(request: web.Request) -> web.StreamResponse:
    body = await request.json()
    if "model" not in body:
        return web.Response(text=openai_error("no model"), status=400)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for word in ("Hello", " there."):
        data = {"choices": [{"delta": {"content": word}}]}
        await response.write(f"data: {json.dumps(data)}\n\n".encode())
    await response.write(b"data: [DONE]\n\n")
    return response


async def speech(request: web.Request) -> web.Response:
    body = await request.json()
    if "input" not in body:
        return web.Response(text=openai_error("no input"), status=422)
    return web.Response(body=b"\x10\x27\xf0\xd8" * 2400, content_type="audio/pcm")


ALL: dict[str, Handler] = {
    "/v1/models": models,
    "/v1/realtime": sessions,
    "/v1/audio/transcriptions": words,
    "/v1/chat/completions": thoughts,
    "/v1/audio/speech": speech,
}


def routed(routes: Mapping[str, Handler]) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path not in routes:
            return web.Response(text="404 page not found", status=404)
        return await routes[request.path](request)

    return handler


async def tried(
    fake: FakeHttp, dialect: str = "compatible", **subject: Any
) -> tuple[ServerReport, list[ServerReport]]:
    told: list[ServerReport] = []
    fake.quirks = QUIRKS[dialect]
    given = Subject("Fake", dialect, today=TODAY, **subject)
    async with asyncio.timeout(60):
        report = await probe(fake.address, given, told.append)
    assert report == told[-1]
    assert report.done
    assert not any(each.done for each in told[:-1])
    return report, told


def stage(report: ServerReport, name: Stage) -> StageReport:
    (found,) = (each for each in report.stages if each.stage == name)
    return found


def verdicts(report: ServerReport) -> dict[str, str]:
    return {each.stage: each.verdict.value for each in report.stages}


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(routed(ALL)) as server:
        yield server


async def test_every_stage_is_tried_with_a_model_that_sounds_like_it(fake: FakeHttp) -> None:
    report, told = await tried(fake)
    assert set(verdicts(report).values()) == {"works"}
    assert {each.stage: each.model for each in report.stages} == {
        "realtime": "gpt-realtime-2.1",
        "live": "gpt-live-transcribe",
        "transcription": "whisper-large",
        "thinking": "llama-3",
        "speech": "kokoro",
    }
    assert all(each.ms is not None and each.ms > 0 for each in report.stages)
    assert stage(report, "transcription").proof == "What is twelve plus thirty?"
    assert stage(report, "thinking").proof == "Hello there."
    assert report.reached_ms is not None
    assert [model.id for model in report.models] == sorted(MODELS)
    assert report.works
    # It was told as it grew: the server first, then each stage.
    assert [sum(e.verdict is not Verdict.WAITING for e in each.stages) for each in told] == [
        *range(6),
        5,
    ]
    assert {request["key"] for request in fake.asked} == {"Bearer sk-test"}


async def test_the_models_of_the_settings_are_tried_before_any_other(fake: FakeHttp) -> None:
    wishes = Wishes(voice="af_heart", language="de", sample=bytes(96_000))
    report, _ = await tried(fake, models={"thinking": "mine", "speech": "my-voice"}, wishes=wishes)
    assert stage(report, "thinking").model == "mine"
    bodies = [request["body"] for request in fake.asked if request["path"].endswith("speech")]
    assert bodies[-1]["model"] == "my-voice"
    assert bodies[-1]["voice"] == "af_heart"
    forms = [each["body"] for each in fake.asked if each["path"].endswith("transcriptions")]
    assert forms[-1]["language"] == "de"
    assert len(forms[-1]["file"]) > 96_000


async def test_what_such_a_server_does_not_offer_is_not_asked_for(fake: FakeHttp) -> None:
    report, _ = await tried(fake, "ollama")
    assert list(verdicts(report)) == ["transcription", "thinking"]
    assert not any(request["path"].endswith(("speech", "realtime")) for request in fake.asked)


async def test_a_server_that_thinks_alone() -> None:
    routes = {path: ALL[path] for path in ("/v1/models", "/v1/chat/completions")}
    async with fake_http(routed(routes)) as fake:
        report, _ = await tried(fake)
    assert verdicts(report) == {
        "realtime": "absent",
        "live": "absent",
        "transcription": "absent",
        "thinking": "works",
        "speech": "absent",
    }
    assert report.works


async def test_without_a_list_of_models_endpoints_are_looked_for_alone() -> None:
    routes = {path: handler for path, handler in ALL.items() if path != "/v1/models"}
    async with fake_http(routed(routes)) as fake:
        report, _ = await tried(fake)
    assert set(verdicts(report).values()) == {"offered"}
    assert not report.models
    assert report.reached_ms is not None


async def test_a_server_that_speaks_websocket_alone() -> None:
    async with ScriptedServer() as server:

        async def source() -> Address:
            return Address("Scripted", server.base_url, "", QUIRKS["speech-to-speech"])

        subject = Subject("Scripted", "speech-to-speech", {"realtime": "m"})
        report = await probe(source, subject, lambda _: None)
    assert verdicts(report) == {"realtime": "works"}


async def test_a_wrong_key_ends_it_at_once() -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(text=openai_error("no", "invalid_api_key"), status=401)

    async with fake_http(refuse) as fake:
        report, _ = await tried(fake)
        assert len(fake.asked) == 1
    assert isinstance(report.error, WrongKeyError)
    assert not report.works


async def test_nobody_there() -> None:
    async def source() -> Address:
        return Address("Gone", "http://127.0.0.1:9/v1", "", Quirks())

    report = await probe(source, Subject("Gone", "compatible"), lambda _: None)
    assert isinstance(report.error, UnreachableError)
    assert report.reached_ms is None


async def test_a_server_that_does_not_start(fake: FakeHttp) -> None:
    fake.error = EngineError(reason="no room")
    report, _ = await tried(fake)
    assert report.error is fake.error


@pytest.mark.parametrize(
    ("path", "failing", "error"),
    [
        (
            "/v1/chat/completions",
            web.Response(text=openai_error("no such model", "model_not_found"), status=404),
            UnknownModelError,
        ),
        ("/v1/audio/speech", web.Response(text="<html>", content_type="text/html"), ProtocolError),
    ],
)
async def test_a_stage_that_fails_says_why_and_the_others_go_on(
    path: str, failing: web.Response, error: type[Exception]
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body:
            return web.Response(
                text=failing.text, status=failing.status, content_type=failing.content_type
            )
        return web.Response(status=400)

    async with fake_http(routed({**ALL, path: handler})) as fake:
        report, _ = await tried(fake)
    failed = [each for each in report.stages if each.verdict is Verdict.FAILED]
    assert [type(each.error) for each in failed] == [error]
    assert sorted(verdicts(report).values()) == ["failed", *["works"] * 4]
    assert not report.works


async def test_a_realtime_model_that_is_unknown_is_no_missing_endpoint() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if "Upgrade" in request.headers:
            return web.Response(text=openai_error("no such model"), status=404)
        return web.Response(status=426)

    async with fake_http(routed({**ALL, "/v1/realtime": handler})) as fake:
        report, _ = await tried(fake, models={"realtime": "gone"})
    assert stage(report, "realtime").verdict is Verdict.FAILED
    assert isinstance(stage(report, "realtime").error, UnknownModelError)


async def test_a_stage_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body:
            await asyncio.Event().wait()
        return web.Response(status=400)

    monkeypatch.setattr(probe_module, "TRIAL_S", 0.3)
    async with fake_http(routed({**ALL, "/v1/audio/speech": hang})) as fake:
        report, _ = await tried(fake, "kokoro", models={"speech": "kokoro"})
    assert isinstance(stage(report, "speech").error, NoAnswerError)


async def test_cancelling_a_trial_ends_what_is_under_way() -> None:
    asked = asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.Event().wait()
        return web.Response()

    async with fake_http(routed({**ALL, "/v1/chat/completions": hang})) as fake:
        subject = Subject("Fake", "compatible")
        task = asyncio.create_task(probe(fake.address, subject, lambda _: None))
        async with asyncio.timeout(10):
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await fake.gone.wait()


async def test_models_that_go_soon_are_named() -> None:
    async def dated(_request: web.Request) -> web.Response:
        data = [
            {"id": "told", "shutdown_date": "2026-12-01"},
            {"id": "far", "shutdown_date": "2030-01-01"},
        ]
        return json_answer({"data": data})

    in_use = frozenset({"told", "far", "whisper-1", "my-own"})
    async with fake_http(routed({"/v1/models": dated})) as fake:
        report, _ = await tried(fake, in_use=in_use)
        assert report.retiring == (Retirement("told", date(2026, 12, 1)),)
        report, _ = await tried(fake, "openai", in_use=in_use)
    assert [each.model for each in report.retiring] == ["told", "whisper-1"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[", b"{}", b'{"data": 5}', b'{"data": [null, {"id": 5}, {"id": ""}]}', b"[" * 100_000],
)
def test_a_list_that_makes_no_sense_is_empty(body: bytes) -> None:
    assert listed_models(body, Quirks()) == ()


def test_a_list_is_bounded() -> None:
    entries = [{"id": f"m{number:06}"} for number in range(10_000)] + [{"id": "x" * 10_000}]
    found = listed_models(json.dumps({"data": entries}).encode(), Quirks())
    assert len(found) == 2000
    assert all(len(model.id) <= 200 for model in found)


@pytest.mark.parametrize(
    ("which", "names", "expected"),
    [
        (
            "thinking",
            ["whisper-1", "tts-1", "gpt-image", "text-embedding-3", "llama3.2"],
            "llama3.2",
        ),
        (
            "thinking",
            ["voicedesk-ears", "voicedesk-voice", "voicedesk-assistant"],
            "voicedesk-assistant",
        ),
        ("speech", ["whisper-1", "voicedesk-voice"], "voicedesk-voice"),
        (
            "realtime",
            ["gpt-realtime-whisper", "gpt-realtime-translate", "gpt-realtime-2"],
            "gpt-realtime-2",
        ),
        (
            "transcription",
            ["llama", "Systran/faster-whisper-small"],
            "Systran/faster-whisper-small",
        ),
        ("speech", ["llama"], ""),
    ],
)
def test_which_model_a_stage_is_tried_with(which: Stage, names: list[str], expected: str) -> None:
    assert likely_model(which, [ListedModel(name) for name in names]) == expected


def test_a_model_that_goes_soon_is_the_last_choice() -> None:
    going = ListedModel("tts-1", date(2027, 1, 6))
    assert likely_model("speech", [going, ListedModel("tts-2")]) == "tts-2"
    assert likely_model("speech", [going]) == "tts-1"
    assert likely_model("speech", [ListedModel("a")], "usual") == ""
    assert likely_model("speech", [], "usual") == "usual"
