"""WAV files of every kind are read, and what is none is refused with a sentence."""

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.sounds import Samples, chirp
from voicedesk.audio import wav
from voicedesk.audio.pcm import from_bytes, resample
from voicedesk.core.errors import SoundFileError

SOUND = chirp(0.25, rate=24_000)


def encoded(values: Samples, bits: int, kind: int) -> bytes:
    """The samples in the width and format of a WAV file."""
    if kind == 3:
        return (values / 32768).astype(f"<f{bits // 8}").tobytes()
    if bits == 8:
        return ((values.astype(int) >> 8) + 128).astype(np.uint8).tobytes()
    if bits == 16:
        return values.astype("<i2").tobytes()
    wide = (values.astype("<i4") << 16).tobytes()
    if bits == 32:
        return wide
    return np.frombuffer(wide, np.uint8).reshape(-1, 4)[:, 1:].tobytes()


def file_of(
    sound: Samples,
    *,
    rate: int = 24_000,
    channels: int = 1,
    bits: int = 16,
    kind: int = 1,
    extensible: bool = False,
    before: bytes = b"",
    size: int | None = None,
) -> bytes:
    """A WAV file made by hand."""
    body = encoded(np.repeat(sound, channels), bits, kind)
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * frame, frame, bits)
    if extensible:
        form = struct.pack("<H", 0xFFFE) + form[2:]
        form += struct.pack("<HHIH", 22, bits, 0, kind)
        form += b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
    data = b"fmt " + struct.pack("<I", len(form)) + form + before
    data += b"data" + struct.pack("<I", len(body) if size is None else size) + body
    return b"RIFF" + struct.pack("<I", 4 + len(data)) + b"WAVE" + data


def difference(pcm: bytes, sound: Samples) -> int:
    got = from_bytes(pcm).astype(int)
    assert abs(len(got) - len(sound)) <= 1
    same = min(len(got), len(sound))
    return int(np.abs(got[:same] - sound[:same]).max())


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 3, 8])
@pytest.mark.parametrize(("bits", "kind"), [(8, 1), (16, 1), (24, 1), (32, 1), (32, 3), (64, 3)])
def test_every_width_and_channel_count_is_read(
    bits: int, kind: int, channels: int, extensible: bool
) -> None:
    data = file_of(SOUND, bits=bits, kind=kind, channels=channels, extensible=extensible)
    assert difference(wav.decode_wav(data), SOUND) <= (256 if bits == 8 else 1)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_every_rate_is_read(rate: int) -> None:
    sound = chirp(0.25, rate=rate)
    data = file_of(sound, rate=rate, channels=2)
    assert difference(wav.decode_wav(data), resample(sound, rate, 24_000)) <= 1


def test_other_chunks_are_passed_over() -> None:
    before = b"LIST" + struct.pack("<I", 5) + b"hello\0" + b"fact" + struct.pack("<II", 4, 1)
    assert difference(wav.decode_wav(file_of(SOUND, before=before)), SOUND) == 0


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_header_that_was_never_completed_is_no_obstacle(size: int) -> None:
    assert difference(wav.decode_wav(file_of(SOUND, size=size)), SOUND) == 0


def test_of_a_file_that_was_cut_off_what_is_there_is_taken() -> None:
    data = file_of(SOUND, channels=2)
    got = from_bytes(wav.decode_wav(data[: 44 + 4 * 1000 + 3]))
    assert np.array_equal(got, SOUND[:1000])


def test_values_that_are_no_numbers_are_silence() -> None:
    data = bytearray(file_of(SOUND, bits=32, kind=3))
    data[44:52] = struct.pack("<ff", float("nan"), float("inf"))
    assert from_bytes(wav.decode_wav(bytes(data)))[:2].tolist() == [0, 32767]


WHOLE = file_of(SOUND)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"What is twelve plus thirty?\n", "it is not a WAV file"),
        (b"RIFF\x10\0\0\0AVI LIST\0\0\0\0", "it is not a WAV file"),
        (WHOLE[:12], "the file is damaged"),
        (WHOLE[:30], "the file is damaged"),
        (WHOLE[:44], "it holds no sound"),
        (WHOLE[:45], "it holds no sound"),
        (file_of(SOUND[:0]), "it holds no sound"),
        (WHOLE[:12] + WHOLE[36:], "the file is damaged"),
        (
            WHOLE.replace(struct.pack("<HHI", 1, 1, 24_000), struct.pack("<HHI", 7, 1, 24_000)),
            "its sound is compressed",
        ),
        (
            WHOLE.replace(struct.pack("<HHI", 1, 1, 24_000), struct.pack("<HHI", 1, 0, 24_000)),
            "it has an unusual format (16 bits, 0 channels, 24000 Hz)",
        ),
        (
            WHOLE.replace(struct.pack("<HHI", 1, 1, 24_000), struct.pack("<HHI", 1, 1, 0)),
            "it has an unusual format (16 bits, 1 channels, 0 Hz)",
        ),
    ],
)
def test_what_is_no_sound_is_refused_with_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(SoundFileError) as caught:
        wav.decode_wav(data, "question.wav")
    assert str(caught.value).startswith(f"question.wav cannot be used as sound: {reason}.")


@given(st.binary(max_size=80), st.integers(0, 80))
def test_damage_never_leads_to_anything_but_sound_or_a_sentence(junk: bytes, at: int) -> None:
    data = WHOLE[:at] + junk + WHOLE[at + len(junk) :]
    with contextlib.suppress(SoundFileError):
        assert len(wav.decode_wav(data)) % 2 == 0


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.wav"
    path.write_bytes(WHOLE)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SoundFileError) as caught:
        patch.setattr(wav, "LARGEST_FILE", 10)
        wav.read_wav(path)
    assert "it is too large" in str(caught.value)
    with pytest.raises(SoundFileError) as caught:
        wav.read_wav(tmp_path / "nothing.wav")
    assert "there is no such file" in str(caught.value)
    with pytest.raises(SoundFileError):
        wav.read_wav(tmp_path)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    wav.write_wav(path, SOUND.tobytes())
    assert wav.read_wav(path) == SOUND.tobytes()
    assert path.read_bytes() == wav.encode_wav(SOUND.tobytes())
    wav.write_wav(path, SOUND.tobytes(), rate=48_000)
    assert len(wav.read_wav(path)) == len(SOUND)


def test_after_a_crash_the_file_holds_all_but_the_last_half_second(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    writer = wav.WavWriter(path)
    second = chirp(1.0).tobytes()
    for at in range(0, len(second), 960):
        writer.write(second[at : at + 960])
    assert writer.length == len(second)
    saved = wav.read_wav(path)  # while the writer is still open, as after a crash
    assert second.startswith(saved)
    assert len(saved) >= len(second) // 2
    writer.close()
    writer.close()
    assert wav.read_wav(path) == second


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SoundFileError) as caught:
        wav.WavWriter(tmp_path / "no" / "folder.wav")
    assert "there is no such file or folder" in str(caught.value)


@pytest.mark.parametrize(
    ("rate", "channels", "bits"), [(24_000, 1, 16), (8000, 2, 24), (1000, 1, 8)]
)
def test_the_length_is_known_without_decoding(rate: int, channels: int, bits: int) -> None:
    frame = bits // 8 * channels
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * frame, frame, bits)
    body = bytes(frame * rate * 3)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data"
    file = b"RIFF\0\0\0\0" + chunks + struct.pack("<I", len(body)) + body
    assert wav.wav_seconds(file) == 3.0


def test_the_length_of_what_is_no_sound_is_refused() -> None:
    with pytest.raises(SoundFileError, match="not a WAV file"):
        wav.wav_seconds(b"ID3")
