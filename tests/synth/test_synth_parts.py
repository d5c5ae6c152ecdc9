"""Frames, sound files, sentences, commands and remedies."""

import io
import os
import struct
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.synth import command, remedy
from voicedesk.synth.frames import MAX_BODY, BrokenFrameError, read_frame, write_frame
from voicedesk.synth.sentences import LONGEST, speakable_pieces
from voicedesk.synth.sound import LEAD_MS, RATE, TAIL_MS, read_words

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(
    st.lists(
        st.tuples(st.dictionaries(st.text(), json_values, max_size=3), st.binary(max_size=50)),
        max_size=4,
    )
)
def test_frames_come_out_as_they_went_in(frames: list[tuple[dict[str, object], bytes]]) -> None:
    pipe = io.BytesIO()
    for header, body in frames:
        write_frame(pipe, header, body)
    pipe.seek(0)
    assert [read_frame(pipe) for _ in frames] == frames
    assert read_frame(pipe) is None


@given(st.binary(min_size=1, max_size=40))
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    pipe = io.BytesIO(data)
    try:
        while read_frame(pipe) is not None:
            pass
    except BrokenFrameError:
        return
    assert pipe.tell() == len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0",
        struct.pack(">II", 2, MAX_BODY + 1),
        struct.pack(">II", 2, 0) + b"[]",
        struct.pack(">II", 2, 0) + b"x?",
        struct.pack(">II", 9, 9) + b"{}",
    ],
)
def test_broken_frames_are_told(data: bytes) -> None:
    with pytest.raises(BrokenFrameError):
        read_frame(io.BytesIO(data))


def tone(milliseconds: int, rate: int = RATE) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    times = np.arange(rate * milliseconds // 1000) / rate
    return (0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)


def silence(milliseconds: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.zeros(RATE * milliseconds // 1000, np.float32)


def read_back(samples: np.ndarray[tuple[int], np.dtype[np.float32]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(np.rint(samples * 32767).astype("<i2").tobytes())
        return read_words(path, ())[0]


@given(st.integers(0, 300), st.integers(0, 300))
def test_silence_around_speech_is_cut_to_a_little(before: int, after: int) -> None:
    pcm = read_back(np.concatenate([silence(before), tone(100), silence(after)]))
    expected = min(before, LEAD_MS) + 100 + min(after, TAIL_MS)
    assert abs(len(pcm) / 48 - expected) < 2


def test_pure_silence_is_nothing() -> None:
    assert read_back(silence(100)) == b""
    assert read_back(silence(0)) == b""


def write_wav(path: Path, rate: int, channels: int, width: int = 2) -> None:
    samples = np.rint(np.repeat(tone(200, rate), channels) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


@pytest.mark.parametrize(("rate", "channels"), [(22050, 1), (24000, 1), (16000, 2), (48000, 2)])
def test_wav_files_become_24_khz_mono(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "speech.wav"
    write_wav(path, rate, channels)
    pcm, _ = read_words(path, ())
    assert abs(len(pcm) / 48 - 200) < 3
    assert 14_000 < np.abs(np.frombuffer(pcm, "<i2").astype(int)).max() < 18_000


@pytest.mark.parametrize("kind", [b"AIFF", b"AIFC"])
def test_aiff_files_of_macos_are_read(tmp_path: Path, kind: bytes) -> None:
    little = kind == b"AIFC"
    samples = np.rint(tone(200, 22050) * 32767).astype("<i2" if little else ">i2")
    rate = struct.pack(">HQ", 16383 + 14, 22050 << 49)
    common = struct.pack(">hIh", 1, len(samples), 16) + rate + (b"sowt\0\0" if little else b"")
    sound = struct.pack(">II", 0, 0) + samples.tobytes()
    chunks = (
        b"COMM"
        + struct.pack(">I", len(common))
        + common
        + b"SSND"
        + struct.pack(">I", len(sound))
        + sound
    )
    path = tmp_path / "speech.aiff"
    path.write_bytes(b"FORM" + struct.pack(">I", len(chunks) + 4) + kind + chunks)
    assert abs(len(read_words(path, ())[0]) / 48 - 200) < 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"RIFF\0\0\0\0WAVE",
        b"FORM\0\0\0\x04AIFF",
        b"FORM\0\0\0\x04EGGS",
        b"RIFF" + b"\xff" * 40,
    ],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "speech.wav"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"WAV|AIFF|bits"):
        read_words(path, ())


def test_samples_of_another_width_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    write_wav(path, 24000, 1, width=1)
    with pytest.raises(ValueError, match="8 bits"):
        read_words(path, ())


@given(st.text(alphabet=st.sampled_from("ab Z.,;:!?\n…。—'\")19"), max_size=400))
def test_pieces_are_the_whole_text_in_order(text: str) -> None:
    pieces = speakable_pieces(text)
    assert "".join(piece.text for piece in pieces) == (text if text.strip() else "")
    assert all(piece.text.strip() for piece in pieces)
    assert all(len(piece.text) <= 2 * LONGEST for piece in pieces if " " in piece.text.strip())
    assert all(piece.pause_ms > 0 for piece in pieces[:-1])
    assert not pieces or pieces[-1].pause_ms == 0


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hello. How are you?", ["Hello. ", "How are you?"]),
        ("Dr. Smith has 3.5 dogs.", ["Dr. Smith has 3.5 dogs."]),
        ("It is e.g. a test. Yes!", ["It is e.g. a test. ", "Yes!"]),
        ("One, two, three.", ["One, two, three."]),
        (
            "This is a rather long sentence, which goes on after its comma, and then some more.",
            [
                "This is a rather long sentence, ",
                "which goes on after its comma, ",
                "and then some more.",
            ],
        ),
        ("你好。再见。", ["你好。", "再见。"]),
    ],
)
def test_text_is_cut_where_a_speaker_would_pause(text: str, pieces: list[str]) -> None:
    found = [piece.text for piece in speakable_pieces(text)]
    assert "".join(found) == text
    if "long" not in text:
        assert found == pieces
    else:
        assert len(found) > 1


def test_children_find_the_package_and_not_the_current_folder() -> None:
    assert command.child_command("m") == [sys.executable, "-P", "-m", "m"]
    first = command.child_environment()["PYTHONPATH"].split(os.pathsep)[0]
    assert (Path(first) / "voicedesk" / "__init__.py").exists()


def test_a_frozen_executable_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command.child_command(command.VOICE_CHILD) == [
        sys.executable,
        "--child",
        command.VOICE_CHILD,
    ]
    assert command.run_child([]) is False
    assert command.run_child(["demo"]) is False
    with pytest.raises(SystemExit, match="unknown child"):
        command.run_child(["--child", "os"])
    environment = command.child_environment()
    assert environment["PYINSTALLER_RESET_ENVIRONMENT"] == "1"  # its libraries are found anew
    assert environment.get("PYTHONPATH") == os.environ.get("PYTHONPATH")


def test_a_frozen_executable_runs_the_child_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[object] = []
    monkeypatch.setattr("runpy.run_module", lambda module, **_: ran.append((module, sys.argv)))
    monkeypatch.setattr(sys, "argv", ["app"])
    with pytest.raises(SystemExit) as ended:
        command.run_child(["--child", command.EARS_CHILD, "command"])
    assert ended.value.code == 0
    assert ran == [(command.EARS_CHILD, [command.EARS_CHILD, "command"])]


@pytest.mark.parametrize(
    ("program", "text"),
    [("apt-get", "sudo apt install"), ("dnf", "sudo dnf install"), (None, "Install the package")],
)
def test_the_remedy_fits_the_system(
    monkeypatch: pytest.MonkeyPatch, program: str | None, text: str
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: name if name == program else None)
    assert text in remedy.missing_voice_remedy("linux")
    assert "speech settings" in remedy.missing_voice_remedy("darwin")
