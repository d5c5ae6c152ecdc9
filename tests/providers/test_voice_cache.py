"""What was said before comes from the disk: bounded, private, and never at the cost of the speech."""

import os
import re
import stat
import struct
import sys
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from voicedesk.core.errors import VoiceError
from voicedesk.core.placed import Placed, Speech
from voicedesk.providers.stages import Voice, VoiceIdentity
from voicedesk.providers.voice_cache import CachedVoice, VoiceCache, cache_key

ME = VoiceIdentity("server", "model", "voice")
HEAD = 12


class FakeVoice:
    """Says 100 bytes for each character, in two pieces; counts how often it is asked."""

    def __init__(self) -> None:
        self.identity = ME
        self.asked: list[str] = []
        self.fail = False
        self.warmed = self.closed = False

    async def warm(self) -> None:
        self.warmed = True

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        self.asked.append(text)
        if text:
            yield b"\1\2" * (25 * len(text))
            if self.fail:
                raise VoiceError(reason="it was told to fail")
            yield b"\3\4" * (25 * len(text))

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
async def cache(folder: Path) -> AsyncIterator[VoiceCache]:
    cache = VoiceCache(folder)
    yield cache
    await cache.close()


async def sound_of(voice: Voice, text: str) -> bytes:
    async with aclosing(voice.speak(text)) as pieces:
        return b"".join([piece async for piece in pieces])


async def written(cache: VoiceCache) -> None:
    """Wait until everything that was put is on the disk."""
    await cache.close()


def modes(*paths: Path) -> list[int]:
    return [stat.S_IMODE(path.stat().st_mode) for path in paths]


def spill(folder: Path, *names: str) -> None:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"half")


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


async def test_what_was_said_is_said_again_without_the_voice(
    folder: Path, cache: VoiceCache
) -> None:
    voice = FakeVoice()
    cached = CachedVoice(voice, cache)
    first = await sound_of(cached, "One moment.")
    await written(cache)
    assert cached.holds("One  moment. ")
    assert await sound_of(cached, "One moment.") == first
    later = CachedVoice(voice, VoiceCache(folder))
    assert await sound_of(later, "One moment.") == first
    assert voice.asked == ["One moment."]


async def test_long_sound_comes_in_pieces(cache: VoiceCache) -> None:
    cached = CachedVoice(FakeVoice(), cache)
    whole = await sound_of(cached, "a" * 500)
    await written(cache)
    async with aclosing(cached.speak("a" * 500)) as sound:
        pieces = [piece async for piece in sound]
    assert b"".join(pieces) == whole
    assert len(pieces) > 3
    assert all(len(piece) % 2 == 0 for piece in pieces)


async def test_whatever_changes_the_sound_changes_the_key() -> None:
    others = [
        ME,
        replace(ME, server="x"),
        replace(ME, model="x"),
        replace(ME, voice="x"),
        replace(ME, speed=1.1),
        replace(ME, language="de"),
    ]
    keys = {cache_key("Hello", identity) for identity in others} | {cache_key("hello", ME)}
    assert len(keys) == len(others) + 1


async def test_a_unit_that_failed_or_was_dropped_is_not_kept(
    folder: Path, cache: VoiceCache
) -> None:
    voice = FakeVoice()
    cached = CachedVoice(voice, cache)
    dropped = cached.speak("Hello")
    await anext(dropped)
    await dropped.aclose()
    voice.fail = True
    with pytest.raises(VoiceError):
        await sound_of(cached, "Hello")
    assert await sound_of(cached, "") == b""
    await written(cache)
    assert files(folder) == []


async def test_what_is_not_worth_it_is_not_kept(folder: Path, cache: VoiceCache) -> None:
    cached = CachedVoice(FakeVoice(), cache, worth=lambda text: text != "Hello")
    await sound_of(cached, "Hello")
    await sound_of(cached, "Sure,")
    await written(cache)
    assert len(files(folder)) == 1


async def test_the_least_recently_used_goes_first(folder: Path) -> None:
    cache = VoiceCache(folder, limit_bytes=3 * (1000 + HEAD))
    sounds = {name: bytes([number]) * 1000 for number, name in enumerate("abcd")}
    for name in "abc":
        cache.put(name, sounds[name])
        await written(cache)
    assert await cache.get("a") == sounds["a"]
    cache.put("d", sounds["d"])
    await written(cache)
    assert [name for name in "abcd" if cache.holds(name)] == ["a", "c", "d"]
    assert cache._total == sum(path.stat().st_size for path in files(folder))


async def test_the_order_of_use_outlives_the_program(folder: Path, cache: VoiceCache) -> None:
    for number, name in enumerate("abc"):
        cache.put(name, bytes(1000))
        await written(cache)
        os.utime(folder / f"{name}.unit", (1000 + number, 1000 + number))
    assert await cache.get("a")
    later = VoiceCache(folder, limit_bytes=2 * (1000 + HEAD))
    await later.load()
    assert [name for name in "abc" if later.holds(name)] == ["a", "c"]
    assert len(files(folder)) == 2
    await later.close()


async def test_a_sound_larger_than_the_cache_is_left_alone(folder: Path) -> None:
    cache = VoiceCache(folder, limit_bytes=500)
    cache.put("a", bytes(1000))
    await written(cache)
    assert files(folder) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:5],
        lambda data: data[:-2],
        lambda data: b"RIFF" + data[4:],
        lambda data: data[:-1] + b"\xff",
    ],
)
async def test_a_broken_file_is_removed_and_made_again(
    folder: Path, cache: VoiceCache, spoil: Callable[[bytes], bytes]
) -> None:
    voice = FakeVoice()
    cached = CachedVoice(voice, cache)
    whole = await sound_of(cached, "Hello")
    await written(cache)
    (path,) = files(folder)
    path.write_bytes(spoil(path.read_bytes()))
    again = CachedVoice(voice, VoiceCache(folder))
    assert await again._cache.get(path.stem) is None
    assert files(folder) == []
    assert await sound_of(again, "Hello") == whole
    await again._cache.close()
    assert len(files(folder)) == 1


async def test_a_file_that_somebody_removed_is_made_again(folder: Path, cache: VoiceCache) -> None:
    voice = FakeVoice()
    cached = CachedVoice(voice, cache)
    await sound_of(cached, "Hello")
    await written(cache)
    files(folder)[0].unlink()
    assert await sound_of(cached, "Hello")
    assert voice.asked == ["Hello", "Hello"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
async def test_files_are_for_this_user_alone_and_tell_nothing(
    folder: Path, cache: VoiceCache
) -> None:
    await sound_of(CachedVoice(FakeVoice(), cache), "My secret")
    await written(cache)
    (path,) = files(folder)
    assert modes(path, folder) == [0o600, 0o700]
    assert "ecret" not in path.name


async def test_what_a_crash_left_unfinished_is_removed(folder: Path, cache: VoiceCache) -> None:
    spill(folder, ".making-abc", "other.txt")
    await cache.load()
    assert [path.name for path in files(folder)] == ["other.txt"]


async def test_a_folder_that_cannot_be_used_costs_the_cache_not_the_speech(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = VoiceCache(tmp_path / "file")
    cached = CachedVoice(FakeVoice(), cache)
    await cached.warm()
    for _ in range(2):
        assert await sound_of(cached, "Hello")
        await written(cache)
    assert cache._total == 0


async def test_a_text_that_will_be_needed_is_made_once(cache: VoiceCache) -> None:
    voice = FakeVoice()
    cached = CachedVoice(voice, cache)
    await cached.prepare("One moment.")
    await written(cache)
    await cached.prepare("One moment.")
    assert voice.asked == ["One moment."]
    assert cached.holds("One moment.")


async def test_it_can_be_emptied(folder: Path, cache: VoiceCache) -> None:
    cached = CachedVoice(FakeVoice(), cache)
    await sound_of(cached, "Hello")
    await written(cache)
    await cache.clear()
    assert files(folder) == []
    assert not cached.holds("Hello")
    assert cache._total == 0


async def test_it_warms_and_closes_the_voice(cache: VoiceCache) -> None:
    voice = FakeVoice()
    cached = CachedVoice(voice, cache)
    await cached.warm()
    await cached.close()
    assert cached.identity is ME
    assert voice.warmed
    assert voice.closed


class TellingVoice(FakeVoice):
    """A voice that tells where its words lie."""

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        for number, match in enumerate(re.finditer(r"\S+", text)):
            word = Placed(match.end(), 300.0 * number, 300.0 * number + 200.0)
            yield Speech(b"\5\6" * (24 * 300), [word])


async def told(voice: Voice, text: str) -> list[Placed]:
    async with aclosing(voice.speak(text)) as pieces:
        return [word async for piece in pieces if isinstance(piece, Speech) for word in piece.words]


async def test_what_a_voice_told_of_its_words_is_kept_with_its_sound(
    folder: Path, cache: VoiceCache
) -> None:
    voice = TellingVoice()
    places = await told(voice, "One short moment.")
    cached = CachedVoice(voice, cache)
    assert await told(cached, "One short moment.") == places
    await written(cache)
    later = CachedVoice(FakeVoice(), VoiceCache(folder))
    assert await told(later, "One short moment.") == places
    assert await sound_of(later, "One short moment.") == await sound_of(voice, "One short moment.")


def keep(folder: Path, text: str, pcm: bytes) -> None:
    """A file as it was before words were kept."""
    folder.mkdir()
    path = folder / f"{cache_key(text, ME)}.unit"
    path.write_bytes(struct.pack("<4sII", b"VDU1", len(pcm), zlib.crc32(pcm)) + pcm)


async def test_sound_of_before_words_were_kept_is_used(folder: Path) -> None:
    pcm = b"\7\7" * 4_800
    keep(folder, "Hello.", pcm)
    cached = CachedVoice(FakeVoice(), VoiceCache(folder))
    assert await sound_of(cached, "Hello.") == pcm
    assert await told(cached, "Hello.") == []
