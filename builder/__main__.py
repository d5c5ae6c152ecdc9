"""The command behind scripts/build."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from builder import appimage, check, folder, linux, wheel

ROOT = Path(__file__).resolve().parent.parent

TARGETS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "folder": ("dist/VoiceDesk, everything in one folder (the default)", folder.make),
    "archive": ("the folder as one compressed file", linux.make_archive),
    "deb": ("the folder as a Debian package", linux.make_deb),
    "appimage": ("the folder as an AppImage, one file that runs", appimage.make),
    "wheel": ("the wheel and the source archive, checked", wheel.make),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what was asked for. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="scripts/build",
        description="Makes what is handed to people, on the system that it is for.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:<10}{what}" for name, (what, _) in TARGETS.items()),
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="what to make, see below")
    parser.add_argument("--check", action="store_true", help="run the folder on a bare system")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="take NumPy as its makers built it: 35 MB more, some minutes less",
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"nothing is called {', '.join(sorted(unknown))}")
    os.umask(0o022)  # what is made is for everybody, whoever made it
    targets = options.targets or ([] if options.check else ["folder"])
    try:
        for name in targets:
            if name == "folder" and not options.quick:
                folder.have_small_numpy(ROOT)
            TARGETS[name][1](ROOT)
        return check.run(ROOT) if options.check else 0
    except folder.BuildError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
