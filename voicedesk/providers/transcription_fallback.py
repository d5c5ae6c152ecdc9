"""Which way takes are transcribed, and another way for the same take when the first fails."""

from __future__ import annotations

import asyncio
import logging

from voicedesk.core.errors import ServerError
from voicedesk.core.settings import Classic, Server
from voicedesk.providers.http import HttpServer, Source
from voicedesk.providers.profiles import quirks_of
from voicedesk.providers.stages import Hearing, Transcriber, Words
from voicedesk.providers.transcription import RestTranscriber, WordsTaker
from voicedesk.providers.transcription_live import LiveTranscriber

log = logging.getLogger(__name__)

MOST_FAILURES = 3
"""After so many takes in a row that a first way failed for, it is left alone for the rest of the run."""


class FallbackTranscriber:
    """Two ways to transcribe: the second has the whole take too, for when the first fails."""

    def __init__(self, first: Transcriber, second: Transcriber) -> None:
        """Nothing is opened yet. Both are closed with this one."""
        self._first = first
        self._second = second
        self._failures = 0

    @property
    def model(self) -> str:
        """What transcribes, for people."""
        return self._first.model if self.uses_first else self._second.model

    @property
    def uses_first(self) -> bool:
        """Whether the first way is still tried."""
        return self._failures < MOST_FAILURES

    async def warm(self) -> None:
        """Make both ways ready.

        Raises:
            ServerError: Neither will work.
        """
        ways = (self._first, self._second) if self.uses_first else (self._second,)
        results = await asyncio.gather(*(way.warm() for way in ways), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, ServerError):
                raise result
            if isinstance(result, ServerError):
                log.info("warming a transcriber: %s (%s)", result, result.detail)
        last = results[-1]
        if isinstance(last, ServerError) and all(isinstance(each, ServerError) for each in results):
            raise last

    def begin(self, words: WordsTaker) -> Hearing:
        """A take begins."""
        if not self.uses_first:
            return self._second.begin(words)
        return _FallbackHearing(self, self._first.begin(words), self._second.begin(words))

    def tried(self, *, failed: bool) -> None:
        """What became of a take the first way."""
        self._failures = self._failures + 1 if failed else 0
        if not self.uses_first:
            log.info("takes are transcribed by %s from now on", self._second.model)

    async def close(self) -> None:
        """End both."""
        await self._first.close()
        await self._second.close()


class _FallbackHearing:
    """One take in both ways; the second is asked only if it must be."""

    def __init__(self, owner: FallbackTranscriber, first: Hearing, second: Hearing) -> None:
        self._owner = owner
        self._first: Hearing | None = first
        self._second = second

    def feed(self, pcm: bytes) -> None:
        if self._first is not None:
            self._first.feed(pcm)
        self._second.feed(pcm)

    async def finish(self) -> Words:
        if self._first is not None:
            try:
                words = await self._first.finish()
            except ServerError as error:
                log.info("the take is sent once more: %s (%s)", error, error.detail)
                self._first = None  # finishing again goes straight to what can still work
            else:
                self._owner.tried(failed=False)
                await self._second.cancel()
                return words
        words = await self._second.finish()
        self._owner.tried(failed=True)  # only now: when both fail it is not the way's fault
        return words

    async def cancel(self) -> None:
        if self._first is not None:
            await self._first.cancel()
        await self._second.cancel()


def transcriber_for(
    settings: Classic, server: Server, http: HttpServer, source: Source
) -> Transcriber:
    """The transcriber that the settings ask for, with what it falls back to.

    Args:
        settings: Way, models and language.
        server: The server that transcribes; its kind decides where the settings leave it open.
        http: For requests to it. Closed with the transcriber.
        source: Gives its present address, for sessions.
    """
    quirks = quirks_of(server)
    way = settings.transcription
    if way == "auto":
        way = "live" if quirks.live_transcription else "streamed"
    whole = RestTranscriber(
        http,
        model=settings.transcription_model,
        streamed=way != "whole",
        language=settings.language,
    )
    if way != "live":
        return whole
    live = LiveTranscriber(
        source, model=settings.live_transcription_model, language=settings.language
    )
    return FallbackTranscriber(live, whole)
