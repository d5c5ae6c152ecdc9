"""How the child processes of VoiceDesk are started: from a Python installation or from a frozen executable.

A frozen executable has no ``-m``; it is started again with ``--child MODULE``, which its entry point hands to
`run_child` before it does anything else.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

CHILD_FLAG = "--child"
VOICE_CHILD = "voicedesk.synth.child"
ENGINE_CHILD = "voicedesk.engine"
EARS_CHILD = "voicedesk.engine.ears.worker"
DEVICES_CHILD = "voicedesk.audio.census"
_MODULES = frozenset({VOICE_CHILD, ENGINE_CHILD, EARS_CHILD, DEVICES_CHILD})


def child_command(module: str = VOICE_CHILD) -> list[str]:
    """The command that runs a module of ours as a child process; arguments may be appended."""
    if getattr(sys, "frozen", False):
        return [str(_console_program(Path(sys.executable))), CHILD_FLAG, module]
    # -P: a file in the current folder must not shadow a module.
    return [
        sys.executable,
        "-P",
        "-m",
        module,
    ]


def _console_program(executable: Path) -> Path:
    """On Windows a program without a console has no standard streams; ours comes with a twin that has them."""
    twin = executable.with_name(f"voicedesk-console{executable.suffix}")
    return twin if twin.exists() else executable


def child_environment() -> dict[str, str]:
    """The environment for children: this package can be imported, text is UTF-8."""
    environment = dict(os.environ)
    environment["PYTHONUTF8"] = "1"
    if getattr(sys, "frozen", False):
        # The loader sets its library path for a new program alone, and we have put it back: a child would not find ours.
        environment["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    else:
        here = str(Path(__file__).resolve().parents[2])
        paths = [here, *filter(None, [environment.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
    return environment


def creation_flags() -> int:
    """Keeps a console window from flashing up on Windows; 0 elsewhere."""
    return getattr(subprocess, "CREATE_NO_WINDOW", 0)


def run_child(arguments: Sequence[str]) -> bool:
    """Run ``--child MODULE ...`` of a frozen executable. False if the arguments ask for something else.

    Raises:
        SystemExit: The child has ended, or the module is none of ours.
    """
    if len(arguments) < 2 or arguments[0] != CHILD_FLAG:
        return False
    module = arguments[1]
    if module not in _MODULES:
        raise SystemExit(f"unknown child {module!r}")
    sys.argv = [module, *arguments[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    raise SystemExit(0)
