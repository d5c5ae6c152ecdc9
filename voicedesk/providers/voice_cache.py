"""Speech that was made before, on disk: what is said again costs nothing, sounds at once, and needs no network.

A file for each unit, named by a hash of the text and of all that decides how it sounds, so that the name tells
nothing. Which files there are is known in memory: a text that is not there costs no look at the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import struct
import zlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.core.placed import Placed, Speech
from voicedesk.core.tasks import TaskSet
from voicedesk.disk import replacement
from voicedesk.providers.stages import Voice, VoiceIdentity

log = logging.getLogger(__name__)

LIMIT_BYTES = 64 * 1024 * 1024
"""About twenty minutes of speech."""
MOST_UNITS = 8192
LONGEST_S = 60
"""A longer unit is not kept: it is nothing that is said twice."""

_PIECE = RATE // 5 * SAMPLE_BYTES
_LONGEST = LONGEST_S * RATE * SAMPLE_BYTES
_HEAD = struct.Struct("<4sII")  # mark, length of the sound, checksum of it and what follows
_MARK = b"VDU1"
_SUFFIX = ".unit"
_UNFINISHED = ".making-"


def cache_key(text: str, identity: VoiceIdentity) -> str:
    """The name of a unit's sound. White space makes no difference to how a text sounds."""
    parts = [
        " ".join(text.split()),
        identity.server,
        identity.model,
        identity.voice,
        f"{identity.speed:.3f}",
        identity.language,
        RATE,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


class VoiceCache:
    """The sounds in one folder, the least recently used ones removed when there are too many.

    One object may serve several voices. Belongs to one event loop; the disk is used in threads. A disk that is full
    or cannot be written costs the cache, never the speech.
    """

    def __init__(self, folder: Path, *, limit_bytes: int = LIMIT_BYTES) -> None:
        """Nothing is read yet.

        Args:
            folder: Made when it is needed, for this user alone. Nothing else should live in it.
            limit_bytes: What the files may have in all.
        """
        self._folder = folder
        self._limit = limit_bytes
        self._sizes: OrderedDict[str, int] = OrderedDict()  # least recently used first
        self._total = 0
        self._loading: asyncio.Task[None] | None = None
        self._tasks = TaskSet()
        self._writing: set[asyncio.Task[None]] = set()

    def holds(self, key: str) -> bool:
        """Whether the sound of a key is there, as far as is known before reading it."""
        return key in self._sizes

    async def load(self) -> None:
        """Find out what is there. Happens once; callers at the same time share it."""
        if self._loading is None:
            self._loading = self._tasks.spawn(self._load(), name="voice cache", watched=False)
        await asyncio.shield(self._loading)

    async def _load(self) -> None:
        for key, size in await asyncio.to_thread(_scan, self._folder):
            if key not in self._sizes:
                self._sizes[key] = size
                self._total += size
        await self._shrink()

    async def get(self, key: str) -> Speech | None:
        """The sound of a key, PCM16 mono 24 kHz; None when it is not there. A broken file is removed.

        Its words have their places if the voice had told them.
        """
        await self.load()
        if key not in self._sizes:
            return None
        pcm = await asyncio.to_thread(_read, self._path(key))
        if pcm is None:
            self._forget(key)
        elif key in self._sizes:
            self._sizes.move_to_end(key)
        return pcm

    def put(self, key: str, pcm: bytes) -> None:
        """Keep a sound, and the places of its words if it is ``Speech``. Returns at once; it is written behind the caller's back."""
        if 0 < len(pcm) <= min(_LONGEST, self._limit - _HEAD.size):
            task = self._tasks.spawn(self._put(key, pcm), name="voice cache")
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _put(self, key: str, pcm: bytes) -> None:
        await self.load()
        size = await asyncio.to_thread(_write, self._path(key), pcm)
        if size:
            self._forget(key)
            self._sizes[key] = size
            self._total += size
            await self._shrink()

    async def _shrink(self) -> None:
        doomed = []
        while self._sizes and (self._total > self._limit or len(self._sizes) > MOST_UNITS):
            key, size = self._sizes.popitem(last=False)
            self._total -= size
            doomed.append(self._path(key))
        if doomed:
            await asyncio.to_thread(_remove, doomed)

    async def clear(self) -> None:
        """Remove everything that is there."""
        await self.load()
        doomed = [self._path(key) for key in self._sizes]
        self._sizes.clear()
        self._total = 0
        await asyncio.to_thread(_remove, doomed)

    async def close(self) -> None:
        """Wait until what was kept is written. Safe to call twice."""
        await asyncio.gather(*self._writing, return_exceptions=True)
        await self._tasks.close()

    def _forget(self, key: str) -> None:
        self._total -= self._sizes.pop(key, 0)

    def _path(self, key: str) -> Path:
        return self._folder / (key + _SUFFIX)


def _scan(folder: Path) -> list[tuple[str, int]]:
    """Keys and sizes, least recently used first. Files that a crash left unfinished are removed."""
    found = []
    for entry in _entries(folder):
        with contextlib.suppress(OSError):  # gone meanwhile, or not ours to see
            status = entry.stat(follow_symlinks=False)
            if entry.name.startswith(_UNFINISHED):
                Path(entry.path).unlink()
            elif entry.name.endswith(_SUFFIX):
                found.append((status.st_mtime, entry.name.removesuffix(_SUFFIX), status.st_size))
    return [(key, size) for _, key, size in sorted(found)]


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except FileNotFoundError:
        return
    except OSError as error:
        log.info("the voice cache cannot be read: %r", error)


def _read(path: Path) -> Speech | None:
    """The sound in a file, which counts as used now; None if there is none or it is broken, and then it is removed."""
    try:
        data = path.read_bytes()
        os.utime(path)
    except OSError as error:
        log.info("nothing from the voice cache: %r", error)
        return None
    kept = data[_HEAD.size :]
    if kept:
        mark, length, checksum = _HEAD.unpack_from(data)
        if mark == _MARK and 0 < length <= len(kept) and checksum == zlib.crc32(kept):
            return Speech(kept[:length], _told(kept[length:]))
    log.info("a broken file of the voice cache was removed")
    _remove([path])
    return None


def _told(kept: bytes) -> list[Placed]:
    """The places of the words, which stand behind the sound of voices that tell them."""
    try:
        return [
            Placed(int(end), float(begins), float(ends))
            for end, begins, ends in json.loads(kept or b"[]")
        ]
    except (ValueError, TypeError):
        return []  # written by another version, in another form


def _write(path: Path, pcm: bytes) -> int:
    """Write a file so that there is all of it or nothing. Returns its size, 0 if it could not be written."""
    words = pcm.words if isinstance(pcm, Speech) else ()
    told = json.dumps([(word.end, word.begins_ms, word.ends_ms) for word in words]) if words else ""
    kept = pcm + told.encode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacement(path, prefix=_UNFINISHED) as unfinished:
            unfinished.write_bytes(_HEAD.pack(_MARK, len(pcm), zlib.crc32(kept)) + kept)
    except OSError as error:
        log.info("nothing is kept in the voice cache: %r", error)
        return 0
    return _HEAD.size + len(kept)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log.info("a file of the voice cache stays: %r", error)


def _always(_text: str) -> bool:
    return True


class CachedVoice:
    """A voice that says what it said before from the cache, and keeps what it says for the first time."""

    def __init__(
        self, voice: Voice, cache: VoiceCache, *, worth: Callable[[str], bool] = _always
    ) -> None:
        """Nothing is started.

        Args:
            voice: Makes what is not there. Closed with this one.
            cache: May be shared; its owner closes it.
            worth: Asked after a unit was made: whether its sound may be kept for this text.
        """
        self._voice = voice
        self._cache = cache
        self._worth = worth

    @property
    def identity(self) -> VoiceIdentity:
        """What decides how a text sounds."""
        return self._voice.identity

    async def warm(self) -> None:
        """Make the voice and the cache ready."""
        await self._cache.load()
        await self._voice.warm()

    def holds(self, text: str) -> bool:
        """Whether a text sounds at once, without asking the voice."""
        return self._cache.holds(cache_key(text, self.identity))

    async def prepare(self, text: str) -> None:
        """Have the voice make a text that will be needed, unless it is there.

        Raises:
            ServerError: The server's voice failed.
            VoiceError: The offline voice failed.
        """
        await self._cache.load()
        if not self.holds(text):
            async with aclosing(self.speak(text)) as sound:
                async for _ in sound:
                    pass

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        """The sound of one unit. Only one that was made to its end is kept.

        Raises:
            ServerError: The server's voice failed.
            VoiceError: The offline voice failed.
        """
        key = cache_key(text, self.identity)
        kept = await self._cache.get(key)
        if kept is not None:
            for piece in kept.pieces(_PIECE, RATE * SAMPLE_BYTES / 1000):
                yield piece
            return
        made = bytearray()
        words: list[Placed] = []
        async with aclosing(self._voice.speak(text)) as sound:
            async for pcm in sound:
                if len(made) <= _LONGEST:
                    made += pcm
                    words += pcm.words if isinstance(pcm, Speech) else ()
                yield pcm
        if self._worth(text):
            self._cache.put(key, Speech(bytes(made), words))

    async def close(self) -> None:
        """End the voice."""
        await self._voice.close()
