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
    options = parser.parse_args()
    unknown = set(options.names) - set(MODULES)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    results: list[Result] = []
    for name in options.names or MODULES:
        print(f"measuring {name} ...", file=sys.stderr)
        results += importlib.import_module(f"benchmarks.{name}").run()
    print(as_json(results) if options.json else as_table(results))
    return 0 if all(result.holds is not False for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
