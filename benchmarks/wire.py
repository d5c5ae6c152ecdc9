"""What the application adds to the network and the server: the real window, real devices, another process's clock."""

from __future__ import annotations

from benchmarks import barge_in
from benchmarks.application import WireServer, home, talk_for
from benchmarks.report import Result
from tests.support.pulse import VirtualSound
from voicedesk.core.settings import Settings
from voicedesk.core.timeline import percentile

TURNS = 40


def run() -> list[Result]:
    """Key-up to commit, a delta on the wire to the device and to the DAC, and a press during a reply to silence."""
    server = WireServer()
    try:
        with home(), VirtualSound() as sound, server.apart():
            turns = talk_for(sound, server.base_url, TURNS)
        times = server.times()
    finally:
        server.close()
    tail = Settings().talk.tail_ms / 1000.0
    commits = [
        (at - turn["key_up"] - tail) * 1000.0
        for at, turn in zip(times["commits"], turns, strict=True)
    ]
    queued = [
        (turn["first_queued"] - at) * 1000.0
        for at, turn in zip(times["deltas"], turns, strict=True)
    ]
    heard = [
        (turn["first_dac"] - at) * 1000.0 for at, turn in zip(times["deltas"], turns, strict=True)
    ]
    early = [(turn["first_sample"] - turn["key_down"]) * 1000.0 for turn in turns]
    how = f"{TURNS} turns in the real window, server in another process, each on a core of its own"
    return [
        Result("key-up to commit on the wire, p50", percentile(commits, 0.5), "ms"),
        Result(
            "key-up to commit on the wire, p95",
            percentile(commits, 0.95),
            "ms",
            5.0,
            note=f"without the release tail of {tail * 1000:.0f} ms; {how}",
        ),
        Result("delta on the wire to the device's callback, p50", percentile(queued, 0.5), "ms"),
        Result("delta on the wire to the device's callback, p95", percentile(queued, 0.95), "ms"),
        Result("delta on the wire to the DAC, p95", percentile(heard, 0.95), "ms", note=how),
        Result("first captured sample after the press, worst", max(early), "ms", 0.0, note=how),
        *barge_in.run(),
    ]
