"""How well and how fast the built-in server hears: espeak's voices speak, its recognisers listen.

    python benchmarks/recognition.py [--json] [--wrong] [--live]

Accuracy is counted over whole sentences, fed as fast as they are taken; latency (``--live``) is from the end of the
sound to the transcript, fed at the speed of speech.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.report import Result
from voicedesk.engine.assistant.assistant import understand
from voicedesk.engine.ears.ears import Ears, Transcript
from voicedesk.synth.voice import OfflineVoice

VOICES = (("gmw/en-us", 175), ("gmw/en-us", 150), ("gmw/en", 165))
BYTES_PER_MS = 48
LEAD_MS, TAIL_MS, BLOCK_MS = 150, 250, 20

COMMANDS = """
what is twelve plus thirty
what is seven times eight
what's one hundred and twenty divided by five
calculate ninety nine minus forty one
what is fifteen percent of two hundred
what is the square root of one hundred and forty four
how much is two thousand five hundred plus seventy five
what is three million divided by four
what is nine squared
what is two to the power of ten
what is three point five times two
what is six hundred and fifty two minus eighty eight
what is nineteen plus ninety
what time is it
tell me the time
what is the date today
what day is it today
what year is it
convert five kilometers to miles
convert one hundred degrees fahrenheit to celsius
how many inches are in a foot
how many minutes are in two days
how many grams in a pound
what is ten liters in gallons
convert sixty miles per hour to kilometers per hour
roll a die
roll two dice
flip a coin
toss a coin please
pick a random number between one and one hundred
remember that my bike is red
what did i ask you to remember
what color is my bike
what do you remember
my name is peter
my name is sarah
what is my name
say that again
can you repeat that
repeat after me hello world
count to twenty
count to one hundred
count from five to fifteen
count down from ten
what can you do
help me please
who are you
how are you today
hello there
good morning
thank you very much
goodbye
""".strip().splitlines()

OTHERS = """
the weather is nice today
please tell me a story about dragons
i would like to order a pizza with mushrooms
who won the world cup last summer
my computer keeps crashing when i open the browser
where can i find a good restaurant near here
she sells sea shells by the sea shore
the quick brown fox jumps over the lazy dog
what do you think about the government
play some music by the beatles
how do i cook spaghetti
read me the news
what is the capital of france
turn off the lights in the kitchen
why is the sky blue
how old is the universe
set an alarm for tomorrow morning
remember that my favorite color is something between yellow and green
""".strip().splitlines()


def same(heard: str, said: str) -> bool:
    """Whether the assistant would do the same: the same skill with the same arguments."""
    if heard == said:
        return True
    first, second = understand(heard), understand(said)
    return (
        first is not None and second is not None and first[0] is second[0] and first[1] == second[1]
    )


async def hear(ears: Ears, pcm: bytes, *, live: bool) -> tuple[Transcript, float]:
    """The transcript, and the ms from the end of the sound to it."""
    size = BLOCK_MS * BYTES_PER_MS
    utterance = ears.listen()
    start = time.perf_counter()
    for number, at in enumerate(range(0, len(pcm), size), 1):
        utterance.feed(pcm[at : at + size])
        if live:
            await asyncio.sleep(max(0.0, start + number * BLOCK_MS / 1000 - time.perf_counter()))
    ended = time.perf_counter()
    transcript = await utterance.finish()
    return transcript, (time.perf_counter() - ended) * 1000


def noises() -> dict[str, bytes]:
    """Sounds without words, 2 s each."""
    source = random.Random(1)
    samples = 24_000 * 2

    def noise(spread: float) -> bytes:
        values = (max(-32768, min(32767, round(source.gauss(0, spread)))) for _ in range(samples))
        return b"".join(value.to_bytes(2, "little", signed=True) for value in values)

    click = bytearray(2 * samples)
    click[48_000:48_400] = (20_000).to_bytes(2, "little") * 200
    return {
        "silence": bytes(2 * samples),
        "soft noise": noise(60),
        "loud noise": noise(3000),
        "click": bytes(click),
    }


async def measure(arguments: argparse.Namespace) -> dict[str, object]:
    """Everything, as figures."""
    ears, voice = Ears(), OfflineVoice()
    began = time.perf_counter()
    await asyncio.gather(ears.start(), voice.start())
    result: dict[str, object] = {"start_s": round(time.perf_counter() - began, 2)}
    latencies: dict[bool, list[float]] = {True: [], False: []}
    voices = {}
    for name, wpm in VOICES:
        right, kept_out, forced = 0, 0, 0
        for said in [*COMMANDS, *OTHERS]:
            pcm = bytes(LEAD_MS * BYTES_PER_MS) + await voice.render(said, voice=name, wpm=wpm)
            heard, ms = await hear(ears, pcm + bytes(TAIL_MS * BYTES_PER_MS), live=arguments.live)
            latencies[heard.dictated].append(ms)
            if said in COMMANDS:
                good = same(heard.text, said)
                right += good
            else:
                good = heard.dictated
                kept_out += good
                forced += not good
            if arguments.wrong and not good:
                print(
                    f"{name} {wpm}: {said!r} heard as {heard.text!r}{' (dictated)' * heard.dictated}",
                    file=sys.stderr,
                )
        voices[f"{name} {wpm}"] = {
            "commands_right": f"{right}/{len(COMMANDS)}",
            "others_not_forced": f"{kept_out}/{len(OTHERS)}",
        }
    result["voices"] = voices
    result["no_words"] = {
        name: (await hear(ears, pcm, live=False))[0].text for name, pcm in noises().items()
    }
    result["transcript_ms"] = {
        ("dictation" if dictated else "command"): spread(values)
        for dictated, values in latencies.items()
        if values
    }
    await asyncio.gather(ears.close(), voice.close())
    return result


def spread(values: Sequence[float]) -> dict[str, int]:
    """Median and 95th percentile."""
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered)),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))]),
    }


def run() -> list[Result]:
    """Accuracy as shares of the sentences, and the time from the end of the sound to the transcript."""
    found: dict[str, Any] = asyncio.run(measure(argparse.Namespace(live=False, wrong=False)))
    results = []
    for voice, figures in found["voices"].items():
        for name, what in (
            ("commands_right", "commands understood"),
            ("others_not_forced", "other sentences left alone"),
        ):
            right, of = map(int, figures[name].split("/"))
            results.append(Result(f"{what}, {voice}", 100 * right / of, "%", note=f"of {of}"))
    for kind, figures in found["transcript_ms"].items():
        note = "sound fed as fast as it is taken"
        results.append(Result(f"transcript of a {kind}, p50", figures["p50"], "ms"))
        results.append(Result(f"transcript of a {kind}, p95", figures["p95"], "ms", note=note))
    return results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--wrong", action="store_true", help="list what was misheard")
    parser.add_argument(
        "--live", action="store_true", help="feed at the speed of speech (takes minutes)"
    )
    result = asyncio.run(measure(parser.parse_args()))
    print(json.dumps(result, indent=None if "--json" in sys.argv else 2))


if __name__ == "__main__":
    main()
