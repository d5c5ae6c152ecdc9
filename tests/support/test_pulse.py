"""The virtual sound card is real: PortAudio in this process plays to it and hears it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.pulse import (
    RATE,
    Recording,
    Samples,
    VirtualSound,
    VirtualSoundError,
    tone,
    tone_level,
    wait_until,
    write_wav,
)

pytestmark = pytest.mark.sound


def play(samples: Samples, while_playing: Callable[[], None]) -> None:
    """Play `samples` through PortAudio's default device and go on with silence for `while_playing`."""
    import sounddevice

    position = 0

    def fill(out: Samples, frames: int, _time: Any, _status: Any) -> None:
        nonlocal position
        chunk = samples[position : position + frames]
        out[: len(chunk), 0] = chunk
        out[len(chunk) :] = 0
        position += frames

    with sounddevice.OutputStream(
        samplerate=RATE, channels=1, dtype="int16", latency=0.2, callback=fill
    ):
        while_playing()


def test_what_portaudio_plays_is_in_the_recording(pulse: VirtualSound, tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    with pulse.record_speaker(path) as recording:

        def until_it_is_over() -> None:
            recording.wait_for_sound()
            recording.wait_for_silence(0.2)

        play(tone(1000, 0.5), until_it_is_over)
        heard = recording.samples()
        first, last = recording.first_above(), recording.last_above()
    assert first is not None
    assert last is not None
    assert last - first == pytest.approx(0.5 * RATE, abs=0.01 * RATE)
    assert tone_level(heard[first:last], 1000) == pytest.approx(0.5, abs=0.03)
    assert tone_level(heard[first:last], 1500) < 0.01
    assert path.stat().st_size >= 44 + 2 * len(heard)


def test_what_is_played_to_the_microphone_is_captured(pulse: VirtualSound, tmp_path: Path) -> None:
    import sounddevice

    blocks: list[Samples] = []

    def captured() -> Samples:
        return np.concatenate([*blocks, np.zeros((0, 1), np.int16)])[:, 0]

    def keep(block: Samples, _frames: int, _time: Any, _status: Any) -> None:
        blocks.append(block.copy())

    def tone_is_over() -> bool:
        loud = np.flatnonzero(np.abs(captured().astype(int)) > 300)
        return len(loud) > 0 and len(captured()) - loud[-1] > 0.2 * RATE

    with sounddevice.InputStream(
        samplerate=RATE, channels=1, dtype="int16", latency=0.2, callback=keep
    ):
        wait_until(lambda: len(blocks) > 0, 5, "the first block")
        player = pulse.play_to_microphone(write_wav(tmp_path / "tone.wav", tone(700, 0.4)))
        wait_until(tone_is_over, 10, "the tone")
        assert player.wait(timeout=5) == 0
    loud = np.flatnonzero(np.abs(captured().astype(int)) > 300)
    assert loud[-1] - loud[0] == pytest.approx(0.4 * RATE, abs=0.01 * RATE)
    assert tone_level(captured()[loud[0] : loud[-1]], 700) == pytest.approx(0.5, abs=0.03)


def test_portaudio_sees_only_the_virtual_card(pulse: VirtualSound) -> None:
    import sounddevice

    names = {device["name"] for device in sounddevice.query_devices()}
    assert names == {"default", "pulse"}


def test_speaker_and_microphone_are_apart(pulse: VirtualSound, tmp_path: Path) -> None:
    with pulse.record_speaker() as speaker, pulse.record_microphone() as microphone:
        player = pulse.play_to_microphone(write_wav(tmp_path / "tone.wav", tone(500, 0.2)))
        microphone.wait_for_sound()
        microphone.wait_for_silence(0.1)
        speaker.wait_for_samples(len(microphone.samples()))
        assert player.wait(timeout=5) == 0
        assert speaker.first_above() is None


def test_devices_can_be_pulled_out_and_put_back(pulse: VirtualSound) -> None:
    pulse.remove_speaker()
    assert "vd_speaker" not in pulse.pactl("list", "short", "sinks")
    pulse.remove_microphone()
    assert "vd_microphone" not in pulse.pactl("list", "short", "sources")
    pulse.reset()
    assert pulse.pactl("get-default-sink") == "vd_speaker"
    assert pulse.pactl("get-default-source") == "vd_microphone"


def test_a_refused_command_is_told(pulse: VirtualSound) -> None:
    with pytest.raises(VirtualSoundError, match="set-default-sink nothing"):
        pulse.pactl("set-default-sink", "nothing")


def test_a_recording_says_when_nothing_is_heard(pulse: VirtualSound) -> None:
    with pulse.record_speaker() as recording, pytest.raises(TimeoutError, match="sound"):
        recording.wait_for_sound(timeout=0.2)


def test_time_in_the_recording_agrees_with_portaudio(pulse: VirtualSound) -> None:
    """A sample's time in the recording is the time at which PortAudio meant it to be heard."""
    import time

    import sounddevice

    due: list[float] = []
    wanted: list[bool] = []

    def fill(out: Samples, _frames: int, at: Any, _status: Any) -> None:
        out[:] = 0
        if wanted:
            wanted.clear()
            out[:20] = 20_000
            due.append(at.outputBufferDacTime - at.currentTime + time.monotonic())

    def differences(recording: Recording) -> list[float]:
        found = []
        for _ in range(9):
            start = len(recording.samples())
            wanted.append(True)
            first = recording.wait_for_sound(start=start)
            recording.wait_for_silence(0.03)
            found.append(recording.time_of(first) - due[-1])
        return found

    with (
        pulse.record_speaker() as recording,
        sounddevice.OutputStream(
            samplerate=RATE, channels=1, dtype="int16", latency=0.05, callback=fill
        ),
    ):
        recording.wait_for_samples(RATE // 2)
        assert abs(float(np.median(differences(recording)))) < 0.010
