"""The engine as a process: its one line, its ends, and what is left behind (nothing)."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from openai import AsyncOpenAI

from tests.conftest import ExpectLog
from voicedesk.core.errors import EngineError
from voicedesk.engine.launch import EngineAddress, EngineProcess
from voicedesk.synth.command import child_environment

PATIENCE = 15.0
COMMAND = [sys.executable, "-P", "-m", "voicedesk.engine"]


@pytest.fixture
def engine_alone() -> Iterator[subprocess.Popen[bytes]]:
    """An engine that nobody but the test watches over."""
    process = subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=child_environment()
    )
    yield process
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


def ready_line(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def children_of(pid: int, count: int) -> list[psutil.Process]:
    """The child processes, once there are that many."""
    deadline = time.monotonic() + PATIENCE
    while len(found := psutil.Process(pid).children(recursive=True)) < count:
        assert time.monotonic() < deadline, f"{found}"
        time.sleep(0.02)
    processes: list[psutil.Process] = found
    return processes


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, PATIENCE)
    assert alive == []


def test_one_line_tells_where_it_is(engine_alone: subprocess.Popen[bytes]) -> None:
    line = ready_line(engine_alone)
    assert set(line) == {"base_url", "token", "pid", "models"}
    assert line["pid"] == engine_alone.pid
    assert line["base_url"].startswith("http://127.0.0.1:")
    assert len(line["token"]) >= 24


def test_it_ends_with_its_stdin_and_takes_its_children_along(
    engine_alone: subprocess.Popen[bytes],
) -> None:
    ready_line(engine_alone)
    children = children_of(engine_alone.pid, 3)
    assert engine_alone.stdin is not None
    assert engine_alone.stdout is not None
    engine_alone.stdin.close()
    assert engine_alone.wait(PATIENCE) == 0
    assert engine_alone.stdout.read() == b"", "one line and nothing more"
    assert_gone(children)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_by_a_signal(engine_alone: subprocess.Popen[bytes], number: signal.Signals) -> None:
    ready_line(engine_alone)
    children = children_of(engine_alone.pid, 3)
    engine_alone.send_signal(number)
    assert engine_alone.wait(PATIENCE) == 0
    assert_gone(children)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_children_do_not_outlive_an_engine_that_was_killed(
    engine_alone: subprocess.Popen[bytes],
) -> None:
    ready_line(engine_alone)
    children = children_of(engine_alone.pid, 3)
    engine_alone.kill()
    assert_gone(children)


def running(engine: EngineProcess) -> bool:
    return engine.alive


async def test_the_application_starts_and_stops_it() -> None:
    engine = EngineProcess()
    assert not running(engine)
    address = await engine.start()
    assert running(engine)
    assert address.token not in repr(address)
    async with AsyncOpenAI(base_url=address.base_url, api_key=address.token) as openai:
        assert [model.id async for model in await openai.models.list()] == list(address.models)
    with pytest.raises(RuntimeError, match="already runs"):
        await engine.start()
    await engine.stop()
    await engine.stop()
    assert not running(engine)


async def test_it_can_be_started_again_after_it_died() -> None:
    engine = EngineProcess()
    await engine.start()
    assert engine.pid is not None
    children = children_of(engine.pid, 3)
    psutil.Process(engine.pid).kill()
    assert_gone(children)
    async with asyncio.timeout(PATIENCE):
        while running(engine):
            await asyncio.sleep(0.01)
    assert isinstance(await engine.start(), EngineAddress)
    await engine.stop()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


TOLD = json.dumps({"error": "a part is missing", "detail": "ImportError"})


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/no/such/program"], "its program cannot be run"),
        (python("import sys; sys.exit('boom')"), "it ended before it was ready"),
        (python("print('hello')"), "it ended before it was ready"),
        (python(f"print('''{TOLD}''')"), "a part is missing"),
    ],
)
async def test_an_engine_that_does_not_come_up_is_an_error_with_a_sentence(
    command: list[str], reason: str
) -> None:
    engine = EngineProcess(command)
    with pytest.raises(EngineError, match=f"did not start: {reason}"):
        await engine.start()
    assert not running(engine)


async def test_an_engine_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicedesk.engine.launch.START_SECONDS", 0.2)
    engine = EngineProcess(python("import sys; sys.stdin.read()"))
    with pytest.raises(EngineError, match="not ready within"):
        await engine.start()
    assert not running(engine)


async def test_an_engine_that_does_not_end_is_killed(
    monkeypatch: pytest.MonkeyPatch, expected_log: ExpectLog
) -> None:
    monkeypatch.setattr("voicedesk.engine.launch.STOP_SECONDS", 0.2)
    ready = json.dumps({"base_url": "http://127.0.0.1:1/v1", "token": "t"})
    engine = EngineProcess(
        python(f"import time; print('''{ready}''', flush=True); time.sleep(600)")
    )
    await engine.start()
    expected_log("did not end by itself")
    await engine.stop()
    assert not running(engine)


async def test_giving_up_the_start_leaves_nothing_behind() -> None:
    engine = EngineProcess(python("import sys; sys.stdin.read()"))
    starting = asyncio.create_task(engine.start())
    while not running(engine):
        await asyncio.sleep(0.005)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not running(engine)


def test_a_missing_part_is_told_in_a_sentence() -> None:
    code = "import sys; sys.modules['aiohttp'] = None; from voicedesk.engine.__main__ import main; sys.exit(main([]))"
    run = subprocess.run(
        python(code), capture_output=True, env=child_environment(), check=False, timeout=60
    )
    assert run.returncode == 1
    assert json.loads(run.stdout)["error"] == "a part of VoiceDesk is not installed (aiohttp)"


def test_the_token_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [*COMMAND, "--token-env", "MY_TOKEN"]
    run = subprocess.run(
        command, capture_output=True, env=child_environment(), check=False, timeout=60
    )
    assert run.returncode == 1
    assert "MY_TOKEN is empty" in json.loads(run.stdout)["error"]
    monkeypatch.setenv("MY_TOKEN", "secret")
    run = subprocess.run(
        command, capture_output=True, env=child_environment(), check=False, timeout=60, input=b""
    )
    assert run.returncode == 0
    assert json.loads(run.stdout)["token"] == "secret"


def test_starting_it_loads_nothing_heavy() -> None:
    code = "import sys, voicedesk.engine.launch; print(sorted({'aiohttp', 'numpy', 'openai', 'pydantic'} & set(sys.modules)))"
    run = subprocess.run(
        python(code), capture_output=True, env=child_environment(), check=True, timeout=60
    )
    assert run.stdout.strip() == b"[]"
