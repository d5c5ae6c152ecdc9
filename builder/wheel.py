"""The wheel and the source archive, and whether they hold what they should."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from builder.errors import BuildError


def make(root: Path) -> None:
    """Make dist/*.whl and dist/*.tar.gz and have them looked at by their checkers.

    Raises:
        BuildError: One of them is not as it should be.
    """
    out = root / "dist"
    for old in [*out.glob("voicedesk-*.whl"), *out.glob("voicedesk-*.tar.gz")]:
        old.unlink()
    _run(root, "hatchling", "build")
    made = [str(path) for path in (*out.glob("voicedesk-*.whl"), *out.glob("voicedesk-*.tar.gz"))]
    _run(root, "twine", "check", "--strict", *made)
    _run(root, "check_wheel_contents", *(name for name in made if name.endswith(".whl")))
    for name in made:
        print(f"{Path(name).relative_to(root)}: {Path(name).stat().st_size / 2**20:.1f} MB")


def _run(root: Path, module: str, *arguments: str) -> None:
    program = Path(sys.executable).with_name(module.replace("_", "-"))
    found = shutil.which(program)
    command = [found] if found else [sys.executable, "-m", module]
    if subprocess.run([*command, *arguments], cwd=root, check=False).returncode != 0:
        raise BuildError(f"{module} is not content: see above.")
