"""Measure and print: ``python -m benchmarks [NAME ...] [--json]``."""

from __future__ import annotations

import argparse
import importlib
import sys

from benchmarks.report import Result, as_json, as_table

MODULES = {
    "wire": "what the application adds to network and server",
    "sound": "the sound path against a recording, beside the sample's",
    "window": "how soon the window can be used, and what it costs",
    "chain": "how soon the classic chain sounds, and whether it stalls",
    "recognition": "how well and how fast the built-in server hears",
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
    options = parser.parse_args()
    unknown = set(options.names) - set(MODULES)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    results: list[Result] = []
    for name in options.names or MODULES:
        print(f"measuring {name} ...", file=sys.stderr)
        run = importlib.import_module(f"benchmarks.{name}").run
        results += run(with_peers=options.peers) if name == "chain" else run()
    print(as_json(results) if options.json else as_table(results))
    return 0 if all(result.holds is not False for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
