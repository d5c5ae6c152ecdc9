"""The Realtime protocol as other servers speak it.

All of VoiceDesk speaks today's protocol of OpenAI. What a server wants otherwise is done here, on the way out and on
the way in, by what ``profiles.Quirks`` says of it: the shape of a session, the rate of the sound, what ends a turn.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from voicedesk.providers.profiles import OPENAI_VOICES, WIRE_RATE, Quirks

if TYPE_CHECKING:
    from voicedesk.audio.pcm import StreamResampler

Event = dict[str, Any]
_Shape = Callable[[Event], Event]

_DEAF = {
    "type": "server_vad",
    "threshold": 0.99,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 10_000,
    "create_response": False,
}
"""For servers whose detection of turns cannot be switched off. They take it only with every field."""

_APPEND = "input_audio_buffer.append"
_COMMIT = "input_audio_buffer.commit"
_TRANSCRIPTION = "conversation.item.input_audio_transcription."

_OLD_FIELDS = {
    "voice": "audio.output.voice",
    "speed": "audio.output.speed",
    "turn_detection": "audio.input.turn_detection",
    "input_audio_format": "audio.input.format",
    "input_audio_noise_reduction": "audio.input.noise_reduction",
    "input_audio_transcription": "audio.input.transcription",
    "output_audio_format": "audio.output.format",
    "modalities": "output_modalities",
}
"""Fields of a session that were or are elsewhere, by their place there."""


class Dialect:
    """Translates one connection's events. What belongs to one take is kept from one event to the next."""

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self._shape = _SHAPES.get(quirks.protocol, _as_it_is)
        self._stream: StreamResampler | None = None
        self._begun = False
        self._plain = (
            quirks.protocol == "openai"
            and quirks.rate_in == WIRE_RATE
            and not quirks.closing_silence_ms
            and not quirks.own_voices
        )

    # ----------------------------------------------------------------------------------- to the server

    def outgoing(self, event: Event) -> list[Event]:
        """What is sent in place of an event of ours; nothing where the server has no such thing."""
        if self._plain:
            return [event]
        match event["type"]:
            case "session.update":
                return [{**event, "session": self.session(event["session"])}]
            case "input_audio_buffer.append":
                return self._sound(event)
            case "input_audio_buffer.commit":
                return self._commit(event)
            case "input_audio_buffer.clear":
                self._forget()
                return [] if self._quirks.protocol == "vllm" else [event]
            case "conversation.item.create" | "response.create" if self._quirks.protocol == "beta":
                return [_with_old_names(event)]
            case _:
                return [event]

    def session(self, session: Mapping[str, Any]) -> Event:
        """A session of ours as this server is asked for it."""
        asked = copy.deepcopy(dict(session))
        sound = asked.get("audio", {})
        sound_in, sound_out = sound.get("input", {}), sound.get("output", {})
        if "format" in sound_in:
            sound_in["format"] = {**sound_in["format"], "rate": self._quirks.rate_in}
        if self._quirks.own_voices and sound_out.get("voice") in OPENAI_VOICES:
            # The server has one of its own, and would refuse the whole session.
            del sound_out["voice"]
        if self._quirks.detects_turns and "turn_detection" in sound_in:
            sound_in["turn_detection"] = dict(_DEAF)
        return self._shape(asked)

    def _sound(self, event: Event) -> list[Event]:
        pcm = self._resampled(base64.b64decode(event["audio"]))
        sent = [{**event, "audio": _encoded(pcm)}] if pcm else []
        if self._quirks.protocol == "vllm" and not self._begun:
            sent.insert(0, {"type": _COMMIT})  # there it begins a take
        self._begun = True
        return sent

    def _commit(self, event: Event) -> list[Event]:
        rest = self._rest()
        self._begun = False
        if self._quirks.closing_silence_ms:
            samples = self._quirks.rate_in * self._quirks.closing_silence_ms // 1000
            # The silence stands in for the commit: an error about it is one about the take.
            silence = _encoded(rest + bytes(2 * samples))
            return [{**event, "type": _APPEND, "audio": silence}]
        ended = {**event, "final": True} if self._quirks.protocol == "vllm" else event
        return [{"type": _APPEND, "audio": _encoded(rest)}, ended] if rest else [ended]

    def _resampled(self, pcm: bytes) -> bytes:
        if self._quirks.rate_in == WIRE_RATE:
            return pcm
        from voicedesk.audio.pcm import StreamResampler, from_bytes, to_bytes

        if self._stream is None:
            self._stream = StreamResampler(WIRE_RATE, self._quirks.rate_in)
        return to_bytes(self._stream.feed(from_bytes(pcm)))

    def _rest(self) -> bytes:
        """The end of the take, which the resampling held back."""
        if self._stream is None:
            return b""
        from voicedesk.audio.pcm import to_bytes

        return to_bytes(self._stream.flush())

    def _forget(self) -> None:
        self._begun = False
        if self._stream is not None:
            self._stream.reset()

    # --------------------------------------------------------------------------------- from the server

    def incoming(self, event: Event) -> Event:
        """An event of the server as one of ours; its names are already today's."""
        if self._plain:
            return event
        if event["type"] == "error":
            return {**event, "error": self._complaint(event["error"])}
        if self._quirks.protocol == "vllm":
            return _transcribed(event)
        return event

    def _complaint(self, error: Mapping[str, Any]) -> Event:
        """An error that names a field of the session by its place in our shape of it."""
        param = error.get("param")
        if not isinstance(param, str) or self._quirks.protocol == "openai":
            return dict(error)
        name, _, rest = param.removeprefix("session.").partition(".")
        place = _OLD_FIELDS.get(name)
        if place is None:
            return dict(error)
        return {**error, "param": ".".join(filter(None, ("session", place, rest)))}


def _encoded(pcm: bytes) -> str:
    return base64.b64encode(pcm).decode("ascii")


def _as_it_is(session: Event) -> Event:
    return session


def _beta(session: Event) -> Event:
    """A session as the first version of the protocol had it: flat."""
    sound = session.pop("audio", {})
    sound_in, sound_out = sound.get("input", {}), sound.get("output", {})
    session.pop("type", None)
    session.pop("reasoning", None)
    if "output_modalities" in session:
        session["modalities"] = _old_modalities(session.pop("output_modalities"))
    if "format" in sound_in:
        session["input_audio_format"] = "pcm16"
    if "format" in sound_out:
        session["output_audio_format"] = "pcm16"
    for name in ("transcription", "noise_reduction"):
        if name in sound_in:
            session[f"input_audio_{name}"] = sound_in[name]
    if "turn_detection" in sound_in:
        session["turn_detection"] = sound_in["turn_detection"]
    for name in ("voice", "speed"):
        if name in sound_out:
            session[name] = sound_out[name]
    return session


def _xai(session: Event) -> Event:
    """Voice and detection of turns are beside the sound, not in it; no detection is one without a type."""
    sound = session.get("audio", {})
    sound_in, sound_out = sound.get("input", {}), sound.get("output", {})
    if "turn_detection" in sound_in:
        session["turn_detection"] = sound_in.pop("turn_detection") or {"type": None}
    if "voice" in sound_out:
        session["voice"] = sound_out.pop("voice")
    return session


def _vllm(session: Event) -> Event:
    """A session that transcribes, and knows nothing but its model."""
    transcription = session.get("audio", {}).get("input", {}).get("transcription") or {}
    return {"model": transcription.get("model", "")}


_SHAPES: dict[str, _Shape] = {"beta": _beta, "xai": _xai, "vllm": _vllm}


def _old_modalities(modalities: list[str]) -> list[str]:
    return ["audio", "text"] if "audio" in modalities else ["text"]


def _with_old_names(event: Event) -> Event:
    """An item or a response with the names that the first version of the protocol had."""
    event = copy.deepcopy(event)
    items = [event.get("item"), *(event.get("response", {}).get("input") or ())]
    for item in items:
        for part in (item or {}).get("content") or ():
            if part.get("type") == "output_text":
                part["type"] = "text"
    response = event.get("response", {})
    if "output_modalities" in response:
        response["modalities"] = _old_modalities(response.pop("output_modalities"))
    return event


def _transcribed(event: Event) -> Event:
    """A word of a server that only transcribes."""
    kind = event["type"]
    if kind == "transcription.delta":
        return {**event, "type": f"{_TRANSCRIPTION}delta"}
    if kind == "transcription.done":
        return {
            **event,
            "type": f"{_TRANSCRIPTION}completed",
            "transcript": event.get("text", ""),
        }
    return event
