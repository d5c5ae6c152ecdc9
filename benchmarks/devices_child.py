"""What two open sound devices take of the processor when nobody does anything with their sound.

Run by ``benchmarks.window``; prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from voicedesk.audio import devices
from voicedesk.audio.reserve import STEPS_S

SETTLE_S = 2.0


def play_nothing(data: Any, frames: int, moment: Any, status: Any) -> None:
    """The least that a callback can do: the speaker's buffer is silent already."""


def main() -> None:
    kinds: tuple[devices.Kind, ...] = ("input", "output")
    streams = []
    for kind in kinds:
        device = devices.find(kind, None).device
        stream = devices.make_stream(kind, device, play_nothing, STEPS_S[0])
        devices.start_stream(stream, device)
        streams.append(stream)
    time.sleep(SETTLE_S)
    used, at = time.process_time(), time.perf_counter()
    time.sleep(float(sys.argv[1]))
    share = (time.process_time() - used) / (time.perf_counter() - at)
    for stream in streams:
        devices.close_stream(stream)
    print(json.dumps({"idle_cpu": share}))


if __name__ == "__main__":
    main()
