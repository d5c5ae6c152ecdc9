"""Sound that comes in pieces: with and without a header, of any rate and format, cut anywhere."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.audio.pcm import from_bytes, resample, to_bytes
from voicedesk.audio.sound_stream import SoundStream
from voicedesk.audio.wav import encode_wav
from voicedesk.core.errors import SoundFileError


def tone(rate: int, seconds: float = 0.2) -> bytes:
    at = np.arange(round(rate * seconds)) / rate
    return to_bytes(np.rint(12000 * np.sin(2 * np.pi * 440 * at)).astype(np.int16))


def through(data: bytes, sizes: list[int], rate: int = 24000) -> bytes:
    stream = SoundStream(rate=rate)
    result, at = b"", 0
    for size in sizes:
        result += stream.feed(data[at : at + size])
        at += size
    return result + stream.feed(data[at:]) + stream.finish()


def wav(
    body: bytes,
    *,
    rate: int = 24000,
    channels: int = 1,
    bits: int = 16,
    kind: int = 1,
    size: int | None = None,
    extra: bytes = b"",
) -> bytes:
    """A WAV file with a chunk before and after its sound."""
    form = struct.pack(
        "<HHIIHH", kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits
    )
    size = len(body) if size is None else size
    head = b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + b"WAVEfmt " + struct.pack("<I", 16) + form
    return (
        head
        + b"LIST"
        + struct.pack("<I", 3)
        + b"abc\0data"
        + struct.pack("<I", size)
        + body
        + extra
    )


cuts = st.lists(st.integers(0, 60), max_size=20)


@given(cuts)
def test_plain_sound_goes_through_as_it_is(sizes: list[int]) -> None:
    assert through(tone(24000), sizes) == tone(24000)


@given(cuts)
def test_a_header_is_read_and_taken_off(sizes: list[int]) -> None:
    assert through(encode_wav(tone(24000)), sizes) == tone(24000)


@given(cuts, st.sampled_from([0, 0xFFFFFFFF, 0x7FFFFFFF, None]))
def test_a_streaming_servers_header_has_no_length(sizes: list[int], size: int | None) -> None:
    assert through(wav(tone(24000), size=size), sizes) == tone(24000)


def test_what_follows_the_sound_is_no_sound() -> None:
    assert through(wav(tone(24000), extra=b"LIST\4\0\0\0\x7f\x7f\x7f\x7f"), [100]) == tone(24000)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("header", [True, False])
def test_other_rates_are_resampled(rate: int, header: bool) -> None:
    sound = tone(rate)
    data = wav(sound, rate=rate) if header else sound
    got = from_bytes(through(data, [777] * 10, rate=rate)).astype(int)
    expected = resample(from_bytes(sound), rate, 24000).astype(int)
    assert abs(len(got) - len(expected)) <= 2
    count = min(len(got), len(expected))
    assert np.abs(got[200 : count - 200] - expected[200 : count - 200]).max() < 60


def test_stereo_and_floats_become_our_format() -> None:
    sound = from_bytes(tone(24000))
    stereo = np.column_stack((sound, sound)).astype("<i2").tobytes()
    floats = (sound / 32768).astype("<f4").tobytes()
    assert through(wav(stereo, channels=2), [333] * 20) == tone(24000)
    assert through(wav(floats, kind=3, bits=32), [333] * 20) == tone(24000)


def test_half_a_sample_at_the_end_is_left_out() -> None:
    assert through(tone(24000) + b"\x7f", []) == tone(24000)


@pytest.mark.parametrize("head", [b"ID3\4aaaa", b"OggS\0", b"fLaC\0"])
def test_compressed_sound_is_not_taken_for_samples(head: bytes) -> None:
    with pytest.raises(SoundFileError):
        through(head + bytes(500), [1, 1, 1])


@pytest.mark.parametrize(
    "data", [b"RIFF", encode_wav(b"")[:30], b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd", wav(b"", kind=7)]
)
def test_a_damaged_header_is_told(data: bytes) -> None:
    with pytest.raises(SoundFileError):
        through(data, [])


def test_a_header_that_never_ends_is_told() -> None:
    stream = SoundStream()
    stream.feed(b"RIFF\0\0\0\0WAVEjunk\xff\xff\xff\x00")
    with pytest.raises(SoundFileError):
        for _ in range(100):
            stream.feed(bytes(4096))


def test_very_short_sound_is_sound_too() -> None:
    assert through(b"", []) == b""
    assert through(b"\1", []) == b""
    assert through(b"\1\2", []) == b"\1\2"
    assert through(b"RI", []) == b"RI"


@pytest.mark.parametrize("data", [b"\xff\xfb\x90\x64" + bytes(500), b"ab"])
def test_a_header_can_be_asked_for(data: bytes) -> None:
    stream = SoundStream(headed=True)
    with pytest.raises(SoundFileError):
        assert stream.feed(data) + stream.finish() == b"refused"
