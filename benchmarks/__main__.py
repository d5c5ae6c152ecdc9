"""Measure and print: ``python -m benchmarks [NAME ...] [--json]``."""

from __future__ import annotations

import argparse
import importlib
import inspect
import sys

from benchmarks.report import Result, as_json, as_table

MODULES = {
    "wire": "what the application adds to network and server",
    "sound": "the sound path against a recording, beside the sample's",
    "window": "how soon the window can be used, and what it costs",
    "ui": "the same, and how smooth a long conversation stays, how soon things open, memory",
    "chain": "how soon the classic chain sounds, and whether it stalls",
    "faults": "what becomes of takes when connections die, what counts as heard, and nonsense from servers",
    "soak": "what grows in an hour of presses and in 10,000 turns on a virtual clock; by name only",
    "recognition": "how well and how fast the built-in server hears",
    "package": "how large the packaged application is, and how soon it is of use",
}


def main() -> int:
    """Run the benchmarks asked for. Returns 0 if every bound holds."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="; ".join(f"{name}: {what}" for name, what in MODULES.items()),
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--peers",
        action="store_true",
        help="chain: measure other frameworks in the same run (installs them once, about 800 MB)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="short runs, to see that each figure can be measured"
    )
    parser.add_argument(
        "--minutes", type=float, help="soak: talk to the window for so long instead of an hour"
    )
    options = parser.parse_args()
    unknown = set(options.names) - set(MODULES)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    results: list[Result] = []
    # "window" is in "ui", and a soak takes more than an hour
    others = {"window"} if options.quick or options.minutes else {"window", "soak"}
    for name in options.names or [name for name in MODULES if name not in others]:
        print(f"measuring {name} ...", file=sys.stderr)
        run = importlib.import_module(f"benchmarks.{name}").run
        wanted = {
            "with_peers": options.peers,
            "quick": options.quick,
            "minutes": options.minutes,
        }
        known = inspect.signature(run).parameters
        results += run(**{key: value for key, value in wanted.items() if key in known})
    print(as_json(results) if options.json else as_table(results))
    return 0 if all(result.holds is not False for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
