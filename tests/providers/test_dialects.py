"""The protocol as other servers speak it: what goes out and comes in, for each row of the table."""

import base64
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.settings import Realtime
from voicedesk.pipelines.realtime_link import session_of
from voicedesk.providers.dialects import Dialect
from voicedesk.providers.profiles import QUIRKS, Quirks

SESSION = session_of(Realtime(language="de", effort="low"), "Be brief.")
APPEND = "input_audio_buffer.append"
COMMIT = {"type": "input_audio_buffer.commit", "event_id": "c"}
TONE = (np.sin(np.arange(24_000) * 2 * math.pi * 440 / 24_000) * 12_000).astype("<i2")


def sound(pcm: bytes) -> dict[str, Any]:
    return {"type": APPEND, "event_id": "a", "audio": base64.b64encode(pcm).decode()}


def pcm_of(events: list[dict[str, Any]]) -> bytes:
    return b"".join(base64.b64decode(e["audio"]) for e in events if e["type"] == APPEND)


def take(dialect: Dialect, pieces: int = 50) -> list[dict[str, Any]]:
    """A second of sound in pieces, then the commit."""
    sent = []
    for piece in np.array_split(TONE, pieces):
        sent += dialect.outgoing(sound(piece.tobytes()))
    return sent + dialect.outgoing(COMMIT)


@pytest.mark.parametrize("name", ["openai", "builtin", "azure", "compatible", "litellm"])
def test_servers_that_speak_as_we_do_are_sent_what_we_say(name: str) -> None:
    dialect = Dialect(QUIRKS[name])
    for event in ({"type": "session.update", "session": SESSION}, sound(b"\0\0"), COMMIT):
        assert dialect.outgoing(event) == [event]
    assert dialect.incoming({"type": "transcription.done"}) == {"type": "transcription.done"}


def test_asking_for_a_session_leaves_ours_as_it_was() -> None:
    before = repr(SESSION)
    for quirks in QUIRKS.values():
        Dialect(quirks).session(SESSION)
    assert repr(SESSION) == before


def test_a_flat_session_of_the_first_version_with_its_detection_made_deaf() -> None:
    asked = Dialect(QUIRKS["speaches"]).session(SESSION)
    assert asked == {
        "instructions": "Be brief.",
        "modalities": ["audio", "text"],
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "input_audio_transcription": {"model": "gpt-transcribe", "language": "de"},
        "input_audio_noise_reduction": {"type": "near_field"},
        "turn_detection": {
            "type": "server_vad",
            "threshold": 0.99,
            "prefix_padding_ms": 300,
            "silence_duration_ms": 10_000,
            "create_response": False,
        },
    }


def test_xai_has_voice_and_detection_beside_the_sound() -> None:
    settings = Realtime(voice="eve", noise_reduction="", transcribe=False)
    asked = Dialect(QUIRKS["xai"]).session(session_of(settings, "Be brief."))
    assert asked["turn_detection"] == {"type": None}
    assert asked["voice"] == "eve"
    assert asked["audio"] == {
        "input": {"format": {"type": "audio/pcm", "rate": 24_000}, "transcription": None},
        "output": {"format": {"type": "audio/pcm", "rate": 24_000}},
    }


@pytest.mark.parametrize("name", ["xai", "localai", "speaches", "speech-to-speech"])
def test_a_voice_of_openai_is_not_asked_of_servers_that_have_their_own(name: str) -> None:
    assert "marin" not in repr(Dialect(QUIRKS[name]).session(SESSION))
    own = session_of(Realtime(voice="af_heart"), "")
    assert "af_heart" in repr(Dialect(QUIRKS[name]).session(own))


def test_a_speed_is_asked_only_where_it_is_not_the_usual_one() -> None:
    assert "speed" not in SESSION["audio"]["output"]
    quick = session_of(Realtime(speed=1.25), "")
    assert quick["audio"]["output"]["speed"] == 1.25
    flat = next(name for name, quirks in QUIRKS.items() if quirks.protocol == "beta")
    assert Dialect(QUIRKS[flat]).session(quick)["speed"] == 1.25


def test_sound_is_brought_to_the_servers_rate_and_none_of_it_is_lost() -> None:
    dialect = Dialect(QUIRKS["localai"])
    for _ in range(2):  # the second take is as whole as the first
        sent = take(dialect)
        assert sent[-1] == COMMIT
        samples = np.frombuffer(pcm_of(sent), dtype="<i2").astype(float)
        assert len(samples) == 16_000
        expected = np.sin(np.arange(16_000) * 2 * math.pi * 440 / 16_000) * 12_000
        inner = slice(100, -100)
        assert np.abs(samples[inner] - expected[inner]).max() < 30
    asked = dialect.session(SESSION)
    assert asked["audio"]["input"]["format"]["rate"] == 16_000
    assert asked["audio"]["output"]["format"]["rate"] == 24_000


def test_a_take_that_was_dropped_is_not_in_the_next() -> None:
    dialect = Dialect(QUIRKS["localai"])
    dialect.outgoing(sound(TONE.tobytes()))
    clear = {"type": "input_audio_buffer.clear"}
    assert dialect.outgoing(clear) == [clear]
    sent = dialect.outgoing(sound(bytes(9600))) + dialect.outgoing(COMMIT)
    assert not any(pcm_of(sent))


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=12))
def test_every_cut_of_a_take_gives_the_same_sound(sizes: list[int]) -> None:
    samples = np.resize(TONE, sum(sizes))
    cut, whole = Dialect(QUIRKS["localai"]), Dialect(QUIRKS["localai"])
    sent, start = [], 0
    for size in sizes:
        sent += cut.outgoing(sound(samples[start : start + size].tobytes()))
        start += size
    sent += cut.outgoing(COMMIT)
    once = whole.outgoing(sound(samples.tobytes())) + whole.outgoing(COMMIT)
    first, second = (np.frombuffer(pcm_of(each), dtype="<i2").astype(int) for each in (sent, once))
    assert len(first) == len(second)
    assert np.abs(first - second).max() <= 2


def test_silence_ends_a_turn_where_a_commit_does_not() -> None:
    (ended,) = Dialect(QUIRKS["speech-to-speech"]).outgoing(COMMIT)
    assert (ended["type"], ended["event_id"]) == (APPEND, "c")
    assert pcm_of([ended]) == bytes(2 * 24_000)


def test_old_names_go_out_where_they_are_known() -> None:
    dialect = Dialect(QUIRKS["speaches"])
    item = {"role": "assistant", "content": [{"type": "output_text", "text": "Yes."}]}
    event = {"type": "conversation.item.create", "item": item}
    (sent,) = dialect.outgoing(event)
    assert sent["item"]["content"] == [{"type": "text", "text": "Yes."}]
    assert item["content"] == [{"type": "output_text", "text": "Yes."}]
    response = {"output_modalities": ["text"], "input": [item]}
    (sent,) = dialect.outgoing({"type": "response.create", "response": response})
    assert sent["response"]["modalities"] == ["text"]
    assert sent["response"]["input"][0]["content"][0]["type"] == "text"
    assert dialect.outgoing({"type": "response.create"}) == [{"type": "response.create"}]


@pytest.mark.parametrize(
    ("param", "ours"),
    [
        ("session.voice", "session.audio.output.voice"),
        ("turn_detection", "session.audio.input.turn_detection"),
        ("session.input_audio_transcription.model", "session.audio.input.transcription.model"),
        ("session.instructions", "session.instructions"),
        (None, None),
    ],
)
def test_a_refused_field_is_named_by_its_place_in_our_session(
    param: str | None, ours: str | None
) -> None:
    event = {"type": "error", "error": {"message": "no", "param": param}}
    for name in ("speaches", "xai"):
        assert Dialect(QUIRKS[name]).incoming(event)["error"]["param"] == ours


def test_a_server_that_only_transcribes_is_told_where_a_take_begins_and_ends() -> None:
    dialect = Dialect(QUIRKS["vllm"])
    (update,) = dialect.outgoing(
        {
            "type": "session.update",
            "session": {
                "type": "transcription",
                "audio": {"input": {"transcription": {"model": "voxtral"}}},
            },
        }
    )
    assert update["session"] == {"model": "voxtral"}
    for _ in range(2):
        sent = take(dialect)
        assert sent[0] == {"type": "input_audio_buffer.commit"}
        assert sent[-1] == {**COMMIT, "final": True}
        assert len(pcm_of(sent)) == 2 * 16_000
    assert dialect.outgoing({"type": "input_audio_buffer.clear"}) == []


def test_the_words_of_such_a_server_are_named_as_ours() -> None:
    dialect = Dialect(QUIRKS["vllm"])
    prefix = "conversation.item.input_audio_transcription."
    delta = dialect.incoming({"type": "transcription.delta", "delta": "Hel"})
    assert (delta["type"], delta["delta"]) == (prefix + "delta", "Hel")
    ended = dialect.incoming({"type": "transcription.done", "text": "Hello", "usage": {"n": 1}})
    assert (ended["type"], ended["transcript"]) == (prefix + "completed", "Hello")
    assert ended["usage"] == {"n": 1}


def test_a_dialect_that_changes_nothing_costs_nothing() -> None:
    event = {"type": "response.output_audio.delta", "delta": "AAAA"}
    assert Dialect(Quirks()).incoming(event) is event
