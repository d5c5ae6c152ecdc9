"""The whole turn on the built-in server: ten recorded questions in three ways, turn about in one run.

*Realtime* and *classic* are the application's pipelines as it makes them; *waiting* sends the same requests to the
same endpoints, each after the whole answer of the one before. A question is fed at the speed of speech; the figures
are from its last sample, without the release tail, to the first audible sample of the answer, handed to the speaker.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import aiohttp

from benchmarks.report import Result
from voicedesk.assembly import Assembly
from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.audio.pcm import first_audible, from_bytes
from voicedesk.audio.wav import encode_wav, read_wav
from voicedesk.conversation.storage import Folders
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Dialogue, Role
from voicedesk.core.events import AudioDelta, Event, Reached, TextEnded, UserText
from voicedesk.core.resources import resource_path
from voicedesk.core.settings import BUILTIN, Classic, Mode, Settings
from voicedesk.core.timeline import Point, percentile
from voicedesk.providers.keys import Keys
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.servers import Servers
from voicedesk.tools.registry import Registry

BLOCK = RATE // 50
ANSWER_S = 60.0
MODELS = QUIRKS[BUILTIN].models
_STAGES = {
    Point.TRANSCRIBED: "to the transcript",
    Point.FIRST_UNIT: "to the first unit of text",
}


@dataclass
class Answer:
    """What came of one question, in milliseconds from its last sample.

    Attributes:
        heard_ms: The first audible sample was handed over; None if nothing was heard.
        points: The clock points on the way.
    """

    heard_ms: float | None = None
    points: dict[Point, float] = field(default_factory=dict)

    def sound(self, pcm: bytes, ended: float) -> None:
        """Sound was handed over. Silence at its head is time that the user waits."""
        if self.heard_ms is not None:
            return
        audible = first_audible(from_bytes(pcm))
        if audible is not None:
            self.heard_ms = (now() - ended + audible / RATE) * 1000.0


class Way(Protocol):
    """One way to answer spoken questions."""

    async def open(self) -> None:
        """Connect."""

    async def ask(self, number: int, pcm: bytes) -> Answer:
        """Say a question and listen to the answer to its end."""

    async def close(self) -> None:
        """Disconnect."""


class Ours:
    """A pipeline of the application, with the built-in server at every stage."""

    def __init__(self, servers: Servers, mode: Mode, folder: Path) -> None:
        settings = Settings(mode=mode, classic=Classic(voice_kind="server"))
        settings.assistant.tools = False
        self._dialogue = Dialogue()
        folders = Folders(folder, folder / "data", folder / "log")
        self._assembly = Assembly(servers, self._dialogue, Registry(()), folders)
        self._pipeline = self._assembly.pipeline(settings)
        self._pipeline.listen(self._note)

    async def open(self) -> None:
        await self._pipeline.open()

    async def ask(self, number: int, pcm: bytes) -> Answer:
        answer = Answer()
        self._pipeline.begin_turn(number)
        await speak(pcm, self._pipeline.feed)
        ended = now()
        async with aclosing(self._pipeline.end_turn()) as events:
            async for event in events:
                self._note(event)
                match event:
                    case AudioDelta(pcm=sound):
                        answer.sound(sound, ended)
                    case Reached(point=point, at=at):
                        answer.points.setdefault(point, (at - ended) * 1000.0)
                    case _:
                        pass
        return answer

    def _note(self, event: Event) -> None:
        """Remember what was said, as the application does; all of an answer is heard here."""
        match event:
            case UserText(turn=turn, text=str(text), final=True):
                self._dialogue.say(turn, Role.USER, text)
            case TextEnded(turn=turn, text=text):
                self._dialogue.say(turn, Role.ASSISTANT, text)
            case _:
                pass

    async def close(self) -> None:
        await self._pipeline.close()
        await self._assembly.close()


class Waiting:
    """Each stage after the whole of the one before."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._messages = [{"role": "system", "content": Settings().assistant.instructions}]
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            raise_for_status=True, headers={"Authorization": f"Bearer {self._address.key}"}
        )

    async def _post(
        self, path: str, *, body: object = None, form: aiohttp.FormData | None = None
    ) -> bytes:
        assert self._session is not None
        url = self._address.base_url + path
        async with self._session.post(url, json=body, data=form) as response:
            return await response.read()

    async def ask(self, number: int, pcm: bytes) -> Answer:
        del number
        take = bytearray()
        await speak(pcm, take.extend)
        answer, ended = Answer(), now()
        form = aiohttp.FormData({"model": MODELS["transcription"], "response_format": "json"})
        form.add_field("file", encode_wav(bytes(take)), filename="take.wav")
        words = json.loads(await self._post("/audio/transcriptions", form=form))["text"]
        self._messages.append({"role": "user", "content": words})
        asked = {"model": MODELS["thinking"], "messages": self._messages}
        reply = json.loads(await self._post("/chat/completions", body=asked))
        text = reply["choices"][0]["message"]["content"]
        self._messages.append({"role": "assistant", "content": text})
        wanted = {"model": MODELS["speech"], "voice": "", "input": text, "response_format": "pcm"}
        answer.sound(await self._post("/audio/speech", body=wanted), ended)
        return answer

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def speak(pcm: bytes, feed: Callable[[bytes], None]) -> None:
    """Feed a question as fast as it is said."""
    begun = now()
    size = BLOCK * SAMPLE_BYTES
    for number, start in enumerate(range(0, len(pcm), size), 1):
        await asyncio.sleep(max(0.0, begun + number * BLOCK / RATE - now()))
        feed(pcm[start : start + size])


def questions() -> list[bytes]:
    """The recorded ones."""
    listed = json.loads(resource_path("speech", "questions.json").read_text("utf-8"))
    return [read_wav(resource_path("speech", each["file"])) for each in listed["questions"]]


async def measure() -> dict[str, list[Answer]]:
    """The answers of each way, of which the first one of all is not counted: it makes connections."""
    servers = Servers(Keys())
    found: dict[str, list[Answer]] = {}
    with tempfile.TemporaryDirectory() as folder:
        address = await servers.address(Settings(), BUILTIN)
        ways: dict[str, Way] = {
            "realtime": Ours(servers, "realtime", Path(folder) / "realtime"),
            "classic": Ours(servers, "classic", Path(folder) / "classic"),
            "waiting": Waiting(address),
        }
        try:
            for way in ways.values():
                await way.open()
            asked = questions()
            for number, pcm in enumerate([asked[-1], *asked], 1):
                for name, way in ways.items():
                    async with asyncio.timeout(ANSWER_S):
                        answer = await way.ask(number, pcm)
                    if number > 1:
                        found.setdefault(name, []).append(answer)
        finally:
            for way in ways.values():
                await way.close()
            await servers.close()
    return found


def run() -> list[Result]:
    """The three ways beside each other, what streaming saves, and where the classic chain's time goes."""
    found = asyncio.run(measure())
    heard = {
        name: [answer.heard_ms for answer in answers if answer.heard_ms is not None]
        for name, answers in found.items()
    }
    middle = {name: percentile(values, 0.5) for name, values in heard.items()}
    late = {name: max(values, default=None) for name, values in heard.items()}
    return [*_beside(middle, late, heard), *_stages(found["classic"])]


def _beside(
    middle: dict[str, float | None], late: dict[str, float | None], heard: dict[str, list[float]]
) -> list[Result]:
    ways = ("classic", "waiting")
    base = middle["realtime"]
    shares = {
        name: None if base is None or value is None else value / base
        for name, value in middle.items()
    }
    counts = ", ".join(f"{name} {len(values)}" for name, values in heard.items())
    return [
        Result(
            "whole turn on the built-in server: realtime, p50",
            base,
            "ms",
            note=f"last sample of a question to the first audible one of its answer; answers heard: {counts}",
            beside={name: middle[name] for name in ways},
        ),
        Result(
            "whole turn on the built-in server: realtime, slowest",
            late["realtime"],
            "ms",
            beside={name: late[name] for name in ways},
        ),
        Result(
            "the same as a multiple of realtime's p50",
            shares["realtime"],
            "x",
            note="what the delta path saves",
            beside={name: shares[name] for name in ways},
        ),
    ]


def _stages(answers: Sequence[Answer]) -> list[Result]:
    return [
        Result(
            f"classic on the built-in server: {name}, p50",
            percentile([a.points[point] for a in answers if point in a.points], 0.5),
            "ms",
        )
        for point, name in _STAGES.items()
    ]
