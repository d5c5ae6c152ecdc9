"""Speech through a realtime session: one unit after the other, read as it stands, cut and lost as it must be."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.proxy import Proxy
from tests.support.realtime_server import ScriptedServer, Session, begin, done, pcm_delta, say
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    RateLimitError,
    ReplyFailedError,
    UnreachableError,
    WrongKeyError,
)
from voicedesk.providers import lifetimes, realtime, realtime_speech
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.providers.realtime_session import RealtimeSession
from voicedesk.providers.realtime_speech import RealtimeVoice
from voicedesk.providers.voice_cache import CachedVoice, VoiceCache

SOUND = b"\x10\x27\xf0\xd8" * 2400
"""A fifth of a second."""


def source(server: ScriptedServer) -> Callable[[], Any]:
    async def address() -> Address:
        return Address("Fake", server.base_url, "sk-test", QUIRKS["compatible"])

    return address


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


@pytest.fixture
async def voice(server: ScriptedServer) -> AsyncIterator[RealtimeVoice]:
    voice = RealtimeVoice(source(server), name="fake", model="m", voice="v", speed=2.0)
    yield voice
    await voice.close()


def read(text: str, pcm: bytes = SOUND, pieces: int = 3) -> list[Any]:
    return [begin(), say(text, pcm, pieces=pieces), done()]


async def sound_of(voice: RealtimeVoice | CachedVoice, text: str = "Hello.") -> bytes:
    async with asyncio.timeout(20), aclosing(voice.speak(text)) as pieces:
        return b"".join([piece async for piece in pieces])


async def test_the_text_is_sent_apart_from_any_conversation(
    server: ScriptedServer, voice: RealtimeVoice
) -> None:
    server.replies.append(read("Hello."))
    await voice.warm()
    assert await sound_of(voice) == SOUND
    (update,) = server.of("session.update")
    sound_out = update["session"]["audio"]["output"]
    assert (sound_out["voice"], sound_out["speed"]) == ("v", 1.5)
    assert update["session"]["audio"]["input"]["turn_detection"] is None
    response = server.of("response.create")[0]["response"]
    assert response["conversation"] == "none"
    assert response["input"][0]["content"] == [{"type": "input_text", "text": "Hello."}]
    assert "word for word" in response["instructions"]
    assert voice.identity.speed == 1.5


async def test_units_follow_each_other_in_one_session(
    server: ScriptedServer, voice: RealtimeVoice
) -> None:
    server.replies.extend(read("x", SOUND * number) for number in (1, 2, 3))
    sounds = await asyncio.gather(*(sound_of(voice) for _ in range(3)))
    assert [len(sound) // len(SOUND) for sound in sounds] == [1, 2, 3]
    assert len(server.sessions) == 1


async def test_silence_at_the_head_and_half_samples_are_dealt_with(
    server: ScriptedServer, voice: RealtimeVoice
) -> None:
    whole = bytes(24000) + SOUND
    deltas = [whole[:24001], whole[24001:24004], whole[24004:]]
    events = [{"type": "response.output_audio.delta", "delta": pcm_delta(d)} for d in deltas]
    broken = {"type": "response.output_audio.delta", "delta": "no base64!"}
    server.replies.append([begin(), *events[:2], broken, events[2], done()])
    sound = await sound_of(voice)
    assert sound.endswith(SOUND)
    assert len(sound) == len(SOUND) + 15 * 48


async def test_other_words_than_the_text_are_noticed_and_not_kept(
    server: ScriptedServer, voice: RealtimeVoice, tmp_path: Any
) -> None:
    cache = VoiceCache(tmp_path / "cache")
    cached = CachedVoice(voice, cache, worth=voice.said_truly)
    server.replies.append(read("Hello, how can I help you?"))
    server.replies.append(read("hello"))
    assert await sound_of(cached) == SOUND
    assert not voice.said_truly("Hello.")
    assert await sound_of(cached) == SOUND
    assert voice.said_truly("Hello.")
    await cache.close()
    assert cached.holds("Hello.")


async def test_a_unit_that_is_cut_is_cancelled_and_the_next_one_is_clean(
    server: ScriptedServer, voice: RealtimeVoice
) -> None:
    never = asyncio.Event()

    async def hang(session: Session) -> None:
        await never.wait()

    piece = {"type": "response.output_audio.delta", "delta": pcm_delta(SOUND)}
    server.replies.append([begin("first"), {**piece, "response_id": "first"}, hang])
    pieces = voice.speak("Hello.")
    assert await anext(pieces) == SOUND
    await pieces.aclose()
    cancel = await server.wait_for("response.cancel")
    assert cancel["response_id"] == "first"
    late = {**piece, "response_id": "first"}
    server.replies.append([begin("second"), late, say("x", SOUND * 2), done()])
    assert await sound_of(voice) == SOUND * 2
    assert len(server.sessions) == 1


async def test_a_unit_cut_before_its_response_existed_is_cancelled_when_it_does(
    server: ScriptedServer, voice: RealtimeVoice
) -> None:
    go = asyncio.Event()

    async def late(session: Session, event: dict[str, Any]) -> None:
        async def wait(session: Session) -> None:
            await go.wait()

        session.run([wait, begin("late")])

    async def cancel(session: Session, event: dict[str, Any]) -> None:
        if event.get("response_id") == "late":
            await session.done("cancelled")

    server.answers |= {"response.create": late, "response.cancel": cancel}
    speaking = asyncio.create_task(sound_of(voice))
    await server.wait_for("response.create")
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)
    await server.wait_for("response.cancel")
    go.set()
    event = await server.wait_for("response.cancel", 2)
    assert event["response_id"] == "late"
    server.answers.clear()
    server.replies.append(read("x"))
    assert await sound_of(voice) == SOUND
    assert len(server.sessions) == 1


async def test_a_session_in_which_a_cut_unit_never_ends_is_given_up(
    server: ScriptedServer, voice: RealtimeVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicedesk.providers.realtime_speech.CANCEL_S", 0.05)

    async def ignore(session: Session, event: dict[str, Any]) -> None:
        return

    server.answers |= {"response.create": ignore, "response.cancel": ignore}
    speaking = asyncio.create_task(sound_of(voice))
    await server.wait_for("response.create")
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)
    server.answers.clear()
    server.replies.append(read("x"))
    assert await sound_of(voice) == SOUND
    assert len(server.sessions) == 2


async def test_failures_are_told_and_the_next_unit_speaks(
    server: ScriptedServer, voice: RealtimeVoice
) -> None:
    limit = {"error": {"code": "rate_limit_exceeded", "message": "slow down"}}
    server.replies.append([begin(), done("failed", status_details=limit)])
    with pytest.raises(RateLimitError):
        await sound_of(voice)
    server.replies.append([begin(), done()])
    with pytest.raises(ReplyFailedError, match="no sound"):
        await sound_of(voice)

    async def refuse(session: Session, event: dict[str, Any]) -> None:
        await session.error(event, "invalid_value", "cannot do that")

    server.answers["response.create"] = refuse
    with pytest.raises(ReplyFailedError, match="cannot do that"):
        await sound_of(voice)
    server.answers.clear()
    server.replies.append(read("Hello."))
    assert await sound_of(voice) == SOUND


async def test_half_a_unit_sounds_and_the_loss_is_told(
    server: ScriptedServer, voice: RealtimeVoice
) -> None:
    async def cut(session: Session) -> None:
        await session.socket.close(1011)

    piece = {"type": "response.output_audio.delta", "delta": pcm_delta(SOUND)}
    server.replies.append([begin(), piece, cut])
    heard = b""
    with pytest.raises(ConnectionLostError):
        async for pcm in voice.speak("Hello."):
            heard += pcm
    assert heard == SOUND
    server.replies.append(read("Hello."))
    assert await sound_of(voice) == SOUND


async def test_a_server_that_says_nothing_is_given_up(server: ScriptedServer) -> None:
    voice = RealtimeVoice(source(server), name="fake", model="m", stall_s=0.1)

    async def ignore(session: Session, event: dict[str, Any]) -> None:
        return

    server.answers["response.create"] = ignore
    with pytest.raises(NoAnswerError):
        await sound_of(voice)
    server.answers.clear()
    voice._stall_s = 10.0
    server.replies.append(read("Hello."))
    assert await sound_of(voice) == SOUND
    assert len(server.sessions) == 2
    await voice.close()


async def test_a_server_that_says_anything_but_sound_is_given_up_too(
    server: ScriptedServer,
) -> None:
    async def chatter(session: Session) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await session.send({"type": "rate_limits.updated"})
                await asyncio.sleep(0.02)

    server.replies.append([chatter])
    voice = RealtimeVoice(source(server), name="fake", model="m", stall_s=0.3)
    try:
        with pytest.raises(NoAnswerError):
            await sound_of(voice)
    finally:
        await voice.close()


async def test_a_server_that_is_gone_without_a_word_is_noticed_before_its_silence_is(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_speech, "QUIET_S", 0.2)
    monkeypatch.setattr(realtime_speech, "PONG_S", 0.5)
    # Else this one would notice it in the end.
    monkeypatch.setattr(realtime, "KEEPALIVE_INTERVAL", 3600.0)
    going_on, asked = asyncio.Event(), []
    is_alive = RealtimeSession.is_alive

    async def counted(session: RealtimeSession, timeout: float) -> bool:
        asked.append(await is_alive(session, timeout))
        if len(asked) == 2:
            going_on.set()
        return asked[-1]

    async def think(_: Session) -> None:
        await going_on.wait()

    monkeypatch.setattr(RealtimeSession, "is_alive", counted)
    server.replies.append([begin(), think, say("Hello.", SOUND), done()])
    async with Proxy(server.base_url) as proxy:

        async def address() -> Address:
            return Address("Fake", proxy.base_url, "", QUIRKS["compatible"])

        voice = RealtimeVoice(address, name="fake", model="m", stall_s=3600.0)
        try:
            assert await sound_of(voice) == SOUND
            assert asked == [True, True]  # it thought, and was there
            going_on.clear()
            server.replies.append([begin(), think])
            speaking = asyncio.create_task(sound_of(voice))
            await server.wait_for("response.create", 2)
            proxy.swallows = True
            with pytest.raises(ConnectionLostError, match=r"it stopped answering\."):
                await speaking
            proxy.heal()
            server.replies.append(read("Hello."))
            assert await sound_of(voice) == SOUND
        finally:
            going_on.set()
            await voice.close()


async def test_a_server_that_refuses_is_told_by_speaking_not_by_warming(
    server: ScriptedServer, voice: RealtimeVoice
) -> None:
    server.refuse = (401, "no")
    await voice.warm()
    with pytest.raises(WrongKeyError):
        await sound_of(voice)


async def test_no_address_is_told_by_speaking() -> None:
    async def nowhere() -> Address:
        raise UnreachableError(server="Fake", reason="it is off")

    voice = RealtimeVoice(nowhere, name="fake", model="m")
    await voice.warm()
    with pytest.raises(UnreachableError):
        await sound_of(voice)
    await voice.close()


async def test_a_session_that_ends_soon_is_exchanged_between_units(
    server: ScriptedServer, voice: RealtimeVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifetimes, "SHORTEST_SESSION", 0.0)
    server.expires_in = 1.0
    server.replies.extend([read("Hello."), read("Hello.")])
    assert await sound_of(voice)
    server.expires_in = None
    async with asyncio.timeout(20):
        while len(server.sessions) < 2:
            await asyncio.sleep(0.005)
    assert await sound_of(voice)
    assert [session.types().count("response.create") for session in server.sessions] == [1, 1]
