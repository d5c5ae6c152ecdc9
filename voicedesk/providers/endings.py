"""Whether sound whose end nothing but the end of the connection tells has come whole.

HTTP tells by a length or by chunks where a body ends, and the client holds a server to that. A response with neither
ends with its connection, and a server that breaks down then looks like one that is done. What gives it away: the
connection was encrypted and ended without the word that ends it, the sound's own header promises more, a sample is
torn, or what came is far too short for the text. Without encryption and without a header a sound that lacks less than
about two thirds cannot be told from a whole one.
"""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

from voicedesk.core.word_lengths import words_of

if TYPE_CHECKING:
    import httpx2

    from voicedesk.audio.sound_stream import SoundStream

SHORTEST_SHARE = 0.3
"""Of the time that a text takes at a radio announcer's pace. Of 1,500 texts in four languages the offline voice took
0.62 at the least."""
LEAST_MS = 300.0
"""A shorter sound than this is expected of no text."""
HEADER_SLIP = 64
"""Bytes by which servers are wrong in a header: some count the header itself. It is a millisecond of sound."""

_PLAIN = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’-][A-Za-z\u00c0-\u024f]+)*[.,;:!?…]*")


class SoundEnd:
    """Looks at the end of one response. Make it before the body is read."""

    def __init__(self, response: httpx2.Response) -> None:
        headers = response.headers
        self._is_told = "content-length" in headers or "transfer-encoding" in headers
        # HTTP 1.0 has no other way to end a body, and many of its servers end a connection without a word.
        is_old = response.http_version == "HTTP/1.0"
        network = None if is_old else response.extensions.get("network_stream")
        self._tls = network.get_extra_info("ssl_object") if network is not None else None

    def fault(self, stream: SoundStream, came_ms: float, least_ms: float) -> str:
        """What shows that the body was cut, for the log; empty where nothing does. Ask when it has ended.

        Args:
            stream: What read the sound.
            came_ms: How long the sound is.
            least_ms: See ``least_ms``.
        """
        if self._is_told:
            return ""
        if self._ended_without_a_word():
            return "the encrypted connection ended without close_notify"
        if stream.missing > HEADER_SLIP:
            return f"{stream.missing} bytes fewer than its header promises"
        if stream.is_torn:
            return "it ends inside a sample"
        if came_ms < least_ms:
            return f"{came_ms:.0f} ms of sound for a text that takes {least_ms:.0f} ms at the least"
        return ""

    def _ended_without_a_word(self) -> bool:
        """Such a body is not complete: RFC 9112, section 9.8."""
        if not isinstance(self._tls, ssl.SSLObject):
            return False
        try:
            self._tls.read(1)  # what has come is at its end: it says how that was
        except ssl.SSLEOFError:
            return True
        except ssl.SSLError:
            return False
        return False


def least_ms(text: str, speed: float) -> float:
    """Less time than any voice needs for a text, in milliseconds; 0 where that cannot be said.

    Only plain words of the Latin alphabet count: what else there is, a voice may leave out.

    Args:
        text: What is spoken.
        speed: 1.0 is normal. A server need not know how to be slow.
    """
    spoken = sum(
        word.length_ms
        for word in words_of(text)
        if _PLAIN.fullmatch(text, word.start, word.end) is not None
    )
    least = SHORTEST_SHARE * spoken / max(1.0, speed)
    return least if least >= LEAST_MS else 0.0
