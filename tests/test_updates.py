"""Looking for newer versions: only where it was agreed to, once a day, and nothing but a list of releases is believed."""

import json
from pathlib import Path

import httpx2
import pytest

from voicedesk import __version__
from voicedesk.core.settings import Privacy
from voicedesk.updates import (
    DAY_S,
    MOST_BYTES,
    Release,
    ReleaseListError,
    Updates,
    look_up,
    read_release,
)

LIST = "https://releases.test/voicedesk.json"
PAGE = "https://releases.test/voicedesk"
NEWER = Release("99.1", PAGE)


def as_list(version: object = "99.1", page: object = PAGE) -> bytes:
    return json.dumps({"version": version, "page": page}).encode()


def test_nobody_is_asked_until_the_user_agrees() -> None:
    assert not Privacy().updates
    assert Privacy().updates_list == ""


@pytest.mark.parametrize(
    ("version", "is_newer"),
    [
        (__version__, False),
        ("0.0.9", False),
        ("0.1", False),
        ("0.1.1", True),
        ("0.10", True),
        ("1", True),
        ("99.0rc1", False),
        ("99.0.dev3", False),
    ],
)
def test_a_release_is_newer_by_its_numbers(
    version: str, is_newer: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "voicedesk.updates.__version__", "0.1.0" if version != __version__ else version
    )
    assert Release(version, PAGE).is_newer is is_newer


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"version": "1.0"}',
        b"\xff",
        as_list(version=1.0),
        as_list(version="new"),
        as_list(version="1." * 200 + "0"),
        as_list(page="http://releases.test/"),
        as_list(page="javascript:alert(1)"),
        as_list(page="https://releases.test/\n"),
        as_list(page=None),
        b"[" * 100_000,
    ],
)
def test_what_is_no_list_is_not_believed(data: bytes) -> None:
    with pytest.raises(ReleaseListError):
        read_release(data)


async def test_the_list_is_asked_for_and_nothing_is_told() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, content=as_list())

    assert await look_up(LIST, transport=httpx2.MockTransport(answer)) == NEWER
    (request,) = asked
    assert (request.method, str(request.url)) == ("GET", LIST)
    assert request.headers["User-Agent"] == "VoiceDesk"
    assert "Cookie" not in request.headers


@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(404),
        httpx2.Response(301, headers={"Location": "https://elsewhere.test/"}),
        httpx2.Response(200, content=b" " * (MOST_BYTES + 1)),
    ],
)
async def test_an_answer_that_is_none_is_refused(response: httpx2.Response) -> None:
    with pytest.raises(ReleaseListError):
        await look_up(LIST, transport=httpx2.MockTransport(lambda _: response))


@pytest.mark.parametrize(
    "address", ["http://releases.test/", "file:///etc/passwd", "list", "https://["]
)
async def test_only_https_is_asked(address: str) -> None:
    with pytest.raises(ReleaseListError):
        await look_up(address)


async def test_a_server_that_is_not_there_is_nobodys_fault() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(ConnectionError):
        await look_up(LIST, transport=httpx2.MockTransport(refuse))


class Desk:
    """What surrounds `Updates`: settings, a calendar, a list, and ears."""

    def __init__(self, folder: Path) -> None:
        self.privacy = Privacy(updates=True, updates_list=LIST)
        self.stamp = folder / "data" / "looked"
        self.answer: Release | Exception = NEWER
        self.later = 0.0
        self.asked: list[str] = []
        self.told: list[Release] = []
        self.complaints = 0
        self.updates = Updates(
            lambda: self.privacy,
            self.stamp,
            tell=self.told.append,
            complain=self._complain,
            look=self._look,
            calendar=self._calendar,
        )

    def _calendar(self) -> float:
        return (self.stamp.stat().st_mtime if self.stamp.exists() else 0.0) + self.later

    def _complain(self) -> None:
        self.complaints += 1

    async def _look(self, address: str) -> Release:
        self.asked.append(address)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_newer_version_is_told_once(desk: Desk) -> None:
    await desk.updates.look_if_due()
    desk.later = DAY_S + 1
    await desk.updates.look_if_due()
    assert desk.asked == [LIST, LIST]
    assert desk.told == [NEWER]


async def test_it_is_looked_once_a_day(desk: Desk) -> None:
    for later in (0.0, 10.0, DAY_S - 1):
        desk.later = later
        await desk.updates.look_if_due()
    assert desk.asked == [LIST]
    desk.later = -10.0  # the clock was set back
    await desk.updates.look_if_due()
    assert desk.asked == [LIST, LIST]


@pytest.mark.parametrize("privacy", [Privacy(), Privacy(updates_list=LIST), Privacy(updates=True)])
async def test_nobody_is_asked_without_leave_or_address(desk: Desk, privacy: Privacy) -> None:
    desk.privacy = privacy
    await desk.updates.look_if_due()
    assert desk.asked == []
    assert not desk.stamp.exists()


async def test_a_list_that_is_none_is_complained_of_and_a_silent_one_is_not(desk: Desk) -> None:
    desk.answer = ConnectionError("no network")
    await desk.updates.look_if_due()
    assert desk.complaints == 0
    desk.answer = ReleaseListError("it names no version and no page")
    desk.later = DAY_S + 1
    await desk.updates.look_if_due()
    assert desk.complaints == 1
    assert desk.told == []
