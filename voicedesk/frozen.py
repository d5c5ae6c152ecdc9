"""Where the packaged application begins: one executable that is the window, the command line and every child.

A frozen executable starts itself again for its child processes (see `voicedesk.synth.command`), so what it was started
for is settled here, before anything heavy is imported.
"""

from __future__ import annotations

import ctypes.util
import multiprocessing
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

_KEPT = "_ORIG"
_LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")


def release_library_path(environment: MutableMapping[str, str]) -> None:
    """Put back the library paths that the executable's loader has set for itself.

    Programs of the system, such as the browser that a link opens, would otherwise load our libraries instead of theirs.
    """
    for name in _LIBRARY_PATHS:
        kept = environment.pop(name + _KEPT, None)
        if kept is not None:
            environment[name] = kept
        elif name in environment and getattr(sys, "_MEIPASS", None) == environment[name]:
            del environment[name]


def find_own_libraries(folder: Path) -> None:
    """Have libraries that came with us found by name: sounddevice asks the system's list, where ours are not.

    Args:
        folder: Where they are, as in ``libportaudio.so.2``.
    """
    of_the_system = ctypes.util.find_library

    def find_library(name: str) -> str | None:
        own = sorted(folder.glob(f"lib{name}.so*"))
        return str(own[0]) if own else of_the_system(name)

    ctypes.util.find_library = find_library


def main() -> int:
    """Run what this executable was started for. Returns the exit status."""
    multiprocessing.freeze_support()  # a spawned worker is told so on its command line, and ends here
    release_library_path(os.environ)
    inside: str | None = getattr(sys, "_MEIPASS", None)  # set by PyInstaller
    if inside is not None and sys.platform == "linux":  # elsewhere sounddevice brings its own
        find_own_libraries(Path(inside))
    from voicedesk.synth.command import run_child

    run_child(sys.argv[1:])
    from voicedesk.__main__ import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
