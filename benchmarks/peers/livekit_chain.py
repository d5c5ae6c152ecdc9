"""livekit-agents: its OpenAI model's words into a StreamAdapter around its OpenAI voice, with the adapter's defaults."""

from __future__ import annotations

import asyncio

from livekit.agents import llm, tts
from livekit.plugins import openai

from benchmarks.chain_turn import QUESTION, Turn, serve

_made: dict[tuple[str, str, str], tuple[openai.LLM, tts.StreamAdapter]] = {}


def parts(turn: Turn) -> tuple[openai.LLM, tts.StreamAdapter]:
    key = (turn.base_url, turn.text, turn.voice)
    if key not in _made:
        voice = openai.TTS(
            model=turn.voice, base_url=turn.base_url, api_key="none", response_format="pcm"
        )
        model = openai.LLM(model=turn.text, base_url=turn.base_url, api_key="none")
        _made[key] = (model, tts.StreamAdapter(tts=voice))
    return _made[key]


async def answer(turn: Turn) -> None:
    model, voice = parts(turn)
    context = llm.ChatContext.empty()
    context.add_message(role="user", content=QUESTION)
    turn.begin()
    async with voice.stream() as speech, model.chat(chat_ctx=context) as words:

        async def think() -> None:
            async for chunk in words:
                if chunk.delta is not None and chunk.delta.content:
                    speech.push_text(chunk.delta.content)
            speech.end_input()

        thinking = asyncio.create_task(think())
        async for event in speech:
            turn.sound(event.frame.duration)
        await thinking


if __name__ == "__main__":
    serve(answer)
