"""pipecat-ai: a pipeline of its OpenAI services for chat and speech; sound is taken where they hand it on."""

from __future__ import annotations

import asyncio

from loguru import logger
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    LLMContextFrame,
    StartFrame,
    TTSAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.workers.runner import WorkerRunner

from benchmarks.chain_timing import RATE, SAMPLE_BYTES
from benchmarks.chain_turn import QUESTION, Turn, serve


class Listener(FrameProcessor):
    """Stands where the output of a call would."""

    def __init__(self, turn: Turn) -> None:
        super().__init__()
        self.started = asyncio.Event()
        self._turn = turn

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self.started.set()
        elif isinstance(frame, TTSAudioRawFrame):
            self._turn.sound(len(frame.audio) / (RATE * SAMPLE_BYTES))
        await self.push_frame(frame, direction)


async def answer(turn: Turn) -> None:
    listener = Listener(turn)
    model = OpenAILLMService(
        base_url=turn.base_url,
        api_key="none",
        settings=OpenAILLMService.Settings(model=turn.text),
    )
    voice = OpenAITTSService(
        base_url=turn.base_url,
        api_key="none",
        settings=OpenAITTSService.Settings(model=turn.voice, voice="alloy"),
    )
    worker = PipelineWorker(
        Pipeline([model, voice, listener]), params=PipelineParams(audio_out_sample_rate=RATE)
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await listener.started.wait()
    turn.begin()
    context = LLMContext([{"role": "user", "content": QUESTION}])
    await worker.queue_frames([LLMContextFrame(context), EndFrame()])
    await running


if __name__ == "__main__":
    logger.remove()
    serve(answer)
