"""Devices that are files keep the contracts of the real ones, in real time."""

import asyncio
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.support.sounds import Ear, chirp, find, reached
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.audio.io import AudioInput, AudioOutput, CapturedBlock
from voicedesk.audio.pcm import from_bytes
from voicedesk.audio.wav import WavWriter, read_wav, write_wav
from voicedesk.core.clock import now
from voicedesk.core.errors import SoundFileError
from voicedesk.core.events import AudioKey

KEY = AudioKey(1, "r", "a")
SOUND = chirp(0.3)


async def test_a_take_holds_the_recording_whole_and_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "question.wav"
    write_wav(path, SOUND.tobytes())
    microphone = FileMicrophone(path)
    as_contract: AudioInput = microphone
    as_contract.open()
    as_contract.open()
    blocks: list[CapturedBlock] = []
    press = now()
    as_contract.begin(press - 0.3, blocks.append)
    await microphone.spoken()
    spoken_at = now()
    await as_contract.end(now() + 0.05)
    microphone.close()
    taken = from_bytes(b"".join(block.pcm for block in blocks))
    place = find(SOUND, taken)
    assert np.array_equal(taken[place : place + len(SOUND)], SOUND)
    assert not taken[:place].any()
    begun = blocks[0].captured_at + place / 24_000
    assert begun >= press - 0.02
    assert spoken_at >= begun + microphone.duration
    assert microphone.duration == pytest.approx(0.3)


async def test_without_autoplay_it_speaks_when_it_is_told_to() -> None:
    microphone = FileMicrophone(b"", autoplay=False)
    microphone.open()
    blocks: list[CapturedBlock] = []
    microphone.begin(now(), blocks.append)
    await microphone.spoken()
    microphone.speak(SOUND.tobytes())
    await microphone.spoken()
    assert microphone.level.peak > 0.1
    await microphone.end(now())
    microphone.close()
    microphone.close()
    taken = from_bytes(b"".join(block.pcm for block in blocks))
    place = find(SOUND, taken)
    assert np.array_equal(taken[place : place + len(SOUND)], SOUND)


async def test_a_microphone_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "question.wav"
    path.write_text("What is the time?")
    with pytest.raises(SoundFileError):
        FileMicrophone(path)


async def test_waiting_for_the_end_of_the_recording_ends_with_the_microphone() -> None:
    microphone = FileMicrophone(chirp(30.0).tobytes())
    microphone.open()
    microphone.speak()
    waiting = asyncio.ensure_future(microphone.spoken())
    await asyncio.sleep(0)
    microphone.close()
    await waiting


def told_all(ear: Ear, replies: int) -> bool:
    return ear.names.count("drained") == replies


async def test_what_is_played_is_in_the_file_whole(tmp_path: Path) -> None:
    path, ear, speaker = tmp_path / "reply.wav", Ear(), FileSpeaker(tmp_path / "reply.wav")
    as_contract: AudioOutput = speaker
    as_contract.listen(ear)
    as_contract.open()
    as_contract.open()
    for turn in (1, 2):
        key = AudioKey(turn, "r", "a")
        as_contract.play(key, SOUND.tobytes())
        as_contract.finish(key)
        as_contract.complete()
        await reached(partial(told_all, ear, turn), "the end")
    speaker.close()
    speaker.close()
    assert ear.names == ["queued", "sounded", "finished", "drained"] * 2
    written = from_bytes(read_wav(path))
    first = find(SOUND, written)
    second = first + len(SOUND) + find(SOUND, written[first + len(SOUND) :])
    for place in (first, second):
        assert np.array_equal(written[place : place + len(SOUND)], SOUND)
    assert len(written) < 2 * len(SOUND) + 24_000 * 0.1


async def test_an_interrupted_reply_is_in_the_file_as_far_as_it_was_heard(tmp_path: Path) -> None:
    path, ear, speaker = tmp_path / "reply.wav", Ear(), FileSpeaker(tmp_path / "reply.wav")
    speaker.listen(ear)
    speaker.open()
    sound = chirp(5.0)
    speaker.play(KEY, sound.tobytes())
    await reached(lambda: speaker.position(KEY) > 100, "some sound")
    (heard,) = await speaker.interrupt()
    silent_at = speaker.silent_at()
    assert silent_at is not None
    await reached(lambda: now() > silent_at + 0.05, "silence")
    speaker.close()
    written = from_bytes(read_wav(path))
    frames = round(heard.heard_ms * 24)
    assert len(np.trim_zeros(written, "b")) <= frames + 2
    whole = frames - round(0.008 * 24_000)
    assert np.array_equal(written[:whole], sound[:whole])


async def test_a_speaker_without_a_file_plays_all_the_same() -> None:
    ear, speaker = Ear(), FileSpeaker()
    speaker.listen(ear)
    speaker.open()
    speaker.play(KEY, SOUND.tobytes())
    speaker.complete()
    await reached(lambda: "drained" in ear.names, "the end")
    speaker.close()
    assert not speaker.is_open


async def test_a_full_disk_is_told_once_and_the_reply_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: WavWriter, _pcm: object) -> None:
        raise SoundFileError(path="reply.wav", reason="no space left on device")

    ear, speaker = Ear(), FileSpeaker(tmp_path / "reply.wav")
    speaker.listen(ear)
    speaker.open()
    monkeypatch.setattr(WavWriter, "write", refuse)
    speaker.play(KEY, SOUND.tobytes())
    speaker.complete()
    await reached(lambda: "drained" in ear.names, "the end")
    speaker.close()
    assert ear.names.count("trouble") == 1
