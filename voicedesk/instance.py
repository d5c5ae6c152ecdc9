"""One VoiceDesk for each user and settings folder: who has the seat, and how others speak to it.

Whoever holds the lock file is the instance; the lock goes with its process, however that ends. The instance listens
on a socket (a named pipe on Windows) that belongs to the user alone and takes one line for each connection:

    voicedesk 1 toggle          ->  ok
    voicedesk 1 start           ->  no The microphone cannot be used; the window says why.

This module has no Qt in it, so that a key of the desktop that is bound to ``voicedesk toggle`` acts at once.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import socket
import stat
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from voicedesk.conversation.folders import Folders

log = logging.getLogger(__name__)

RAISE = "raise"
"""Bring the window to the front; an argument is the desktop's token that allows it."""
COMMANDS = ("start", "stop", "toggle", "cancel")
"""What can be asked of the talk key."""
LONGEST_LINE = 512
"""Bytes of a request or an answer, its end included."""

_GREETING = "voicedesk"
_VERSION = 1
_TOKEN = re.compile(r"[\x21-\x7e]{1,256}")
_ANSWER_S = 10.0
_RETRY_S = 0.05


@dataclass(frozen=True, slots=True)
class Request:
    """What another process wants: RAISE or one of COMMANDS, and an argument."""

    command: str
    argument: str = ""

    @classmethod
    def to_raise(cls, token: str) -> Request:
        """Bring the window forward, by a token of the desktop if there is one that can be sent."""
        return cls(RAISE, token if _TOKEN.fullmatch(token) else "")

    def line(self) -> bytes:
        """As it is sent."""
        words = (_GREETING, str(_VERSION), self.command, self.argument)
        return " ".join(word for word in words if word).encode("ascii") + b"\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request.

    Attributes:
        refusal: Why it was not done, as a sentence; empty when it was.
        is_running: Whether there was anybody to ask.
    """

    refusal: str = ""
    is_running: bool = True

    def line(self) -> bytes:
        """As it is sent."""
        words = f"no {self.refusal}" if self.refusal else "ok"
        return words.encode("utf-8")[: LONGEST_LINE - 1] + b"\n"


NOT_RUNNING = Answer("VoiceDesk is not running. Start it with: voicedesk", is_running=False)
NO_ANSWER = Answer("VoiceDesk is running but does not answer.")


def parse(line: bytes) -> Request | Answer:
    """A request as it came, or the answer that refuses it."""
    words = line.decode("ascii", "replace").split()
    if len(words) < 3 or words[0] != _GREETING:
        return Answer("This is not understood.")
    if words[1] != str(_VERSION):
        return Answer("Another version of VoiceDesk is running. Close it and try again.")
    command, argument = words[2], " ".join(words[3:])
    if command not in {RAISE, *COMMANDS} or (argument and not _TOKEN.fullmatch(argument)):
        return Answer("This is not understood.")
    return Request(command, argument)


def _runtime_folder() -> Path:
    if sys.platform == "win32":
        return Path(tempfile.gettempdir()) / "voicedesk"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        return Path(runtime) / "voicedesk"
    return Path(tempfile.gettempdir()) / f"voicedesk-{os.getuid()}"


def _is_ours_alone(folder: Path) -> bool:
    """Whether nobody else can put a socket there in our name."""
    if sys.platform == "win32":
        return True  # the folder of temporary files is the user's own
    found = folder.lstat()
    is_private = not stat.S_IMODE(found.st_mode) & 0o077
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and is_private


class Seat:
    """The place of the one instance.

    Attributes:
        address: Where the instance listens: the path of a socket, or the name of a pipe.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        self._lock_path = folder / f"{identity}.lock"
        self._lock: int | None = None
        if sys.platform == "win32":
            self.address = rf"\\.\pipe\voicedesk-{identity}"
        else:
            self.address = str(folder / f"{identity}.sock")

    @classmethod
    def find(cls) -> Seat:
        """The seat for the settings folder of this user. Nothing is made or locked yet."""
        config = str(Folders.find().config.absolute())
        identity = hashlib.sha256(config.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return cls(_runtime_folder(), identity)

    def take(self) -> bool:
        """Become the instance. Returns whether that worked; the seat is kept until ``leave``.

        Raises:
            OSError: There is no place for the lock that belongs to the user alone.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours_alone(self._folder):
            raise PermissionError(f"{self._folder} does not belong to this user alone")
        lock = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        if _lock(lock):
            self._lock = lock
            return True
        os.close(lock)
        return False

    def leave(self) -> None:
        """Let another instance have the seat. Safe to call twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def ask(self, request: Request, *, patience_s: float = 0.0) -> Answer:
        """Ask the instance. Blocks until it has answered.

        Args:
            request: What is wanted.
            patience_s: How long to wait for an instance that does not listen yet.
        """
        give_up = time.monotonic() + patience_s
        while True:
            try:
                return _exchange(self.address, request.line())
            except TimeoutError:
                return NO_ANSWER
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() >= give_up:
                    return NOT_RUNNING
                time.sleep(_RETRY_S)
            except OSError as error:
                log.info("the running instance cannot be asked: %r", error)
                return NO_ANSWER


def _lock(descriptor: int) -> bool:
    """Lock an open file for as long as it is open. Returns whether nobody else had."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _exchange(address: str, line: bytes) -> Answer:
    if sys.platform == "win32":
        with open(address, "r+b", buffering=0) as pipe:  # noqa: PTH123 - a pipe is no path
            pipe.write(line)
            return _answer(pipe.readline(LONGEST_LINE))
    if not _is_ours_alone(Path(address).parent):
        return NOT_RUNNING
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_ANSWER_S)
        connection.connect(address)
        connection.sendall(line)
        with connection.makefile("rb") as stream:
            return _answer(stream.readline(LONGEST_LINE))


def _answer(line: bytes) -> Answer:
    text = line.decode("utf-8", "replace").strip()
    if text == "ok":
        return Answer()
    if text.startswith("no "):
        return Answer(text[3:])
    return NO_ANSWER
