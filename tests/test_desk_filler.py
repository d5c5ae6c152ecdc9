"""The words that fill a long wait are prepared behind everything else, and leave no trace when that comes to nothing."""

from __future__ import annotations

import asyncio
import socket

from tests.conversation.fakes import FakeMicrophone, FakeSpeaker
from tests.support.chain_server import ChainServer
from voicedesk.core.settings import Server, Settings
from voicedesk.desk import Desk
from voicedesk.ui.settings_values import with_value


def chain_at(base_url: str) -> Settings:
    made = Settings(mode="classic")
    made.feedback.filler = True
    made.servers["chain"] = Server(name="Chain", base_url=base_url, dialect="compatible")
    chain = made.classic
    chain.transcription_server = chain.thinking_server = chain.speech_server = "chain"
    chain.transcription_model = chain.thinking_model = chain.speech_model = "any"
    chain.voice_kind = "server"
    return made


async def test_a_voice_that_goes_while_it_prepares_them_is_not_asked_any_more() -> None:
    async with ChainServer() as server:
        settings = chain_at(server.base_url)
        desk = Desk(settings, microphone=FakeMicrophone(), speaker=FakeSpeaker())
        try:
            for number in range(6):
                await desk.start()
                for _ in range(number):  # in each of the moments that its way begins with
                    await asyncio.sleep(0)
                await desk.apply(with_value(settings, "classic.speed", 1.0 + number / 10))
            async with asyncio.timeout(10):
                while not desk.conductor.patience.filler:
                    await asyncio.sleep(0.01)
        finally:
            await desk.close()


async def test_without_a_voice_there_is_no_filler_and_no_complaint() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    desk = Desk(chain_at(f"http://127.0.0.1:{port}/v1"))
    try:
        await desk.start()
        assert desk._filler is not None
        async with asyncio.timeout(20):
            await desk._filler
        assert not desk.conductor.patience.filler
    finally:
        await desk.close()
