"""openai-agents: VoicePipeline with its OpenAI models for chat and speech; the words of the user are given."""

from __future__ import annotations

from agents import Agent, set_tracing_disabled
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from agents.voice import (
    AudioInput,
    OpenAITTSModel,
    SingleAgentVoiceWorkflow,
    STTModel,
    VoicePipeline,
)
from numpy import zeros
from openai import AsyncOpenAI

from benchmarks.chain_timing import RATE
from benchmarks.chain_turn import QUESTION, Turn, serve

_clients: dict[str, AsyncOpenAI] = {}


class Given(STTModel):
    """Knows what is said."""

    @property
    def model_name(self) -> str:
        return "given"

    async def transcribe(self, *_args: object, **_kwargs: object) -> str:
        return QUESTION

    async def create_session(self, *_args: object, **_kwargs: object) -> object:
        raise NotImplementedError("one take is all that is transcribed")


async def answer(turn: Turn) -> None:
    if turn.base_url not in _clients:
        _clients[turn.base_url] = AsyncOpenAI(base_url=turn.base_url, api_key="none")
    client = _clients[turn.base_url]
    agent = Agent(name="fake", model=OpenAIChatCompletionsModel(turn.text, client))
    pipeline = VoicePipeline(
        workflow=SingleAgentVoiceWorkflow(agent),
        stt_model=Given(),
        tts_model=OpenAITTSModel(turn.voice, client),
        config={"tracing_disabled": True},
    )
    take = AudioInput(buffer=zeros(RATE // 10, dtype="int16"))
    turn.begin()
    result = await pipeline.run(take)
    async for event in result.stream():
        if event.type == "voice_stream_event_audio" and event.data is not None:
            turn.sound(len(event.data) / RATE)


if __name__ == "__main__":
    set_tracing_disabled(disabled=True)
    serve(answer)
