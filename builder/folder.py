"""The packaged folder, by PyInstaller from build.spec."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from builder import icons, papers
from builder.errors import BuildError

__all__ = ["BuildError", "executable", "have_small_numpy", "make"]

_NUMPY_OPTIONS = ("-Dallow-noblas=true", "-Dblas=none", "-Dlapack=none", "-Dcpu-dispatch=none")
_ASK_BLAS = (
    "import numpy; print(numpy.show_config(mode='dicts')['Build Dependencies']['blas']['name'])"
)


def executable(root: Path) -> Path:
    """The packaged application's executable, made or not."""
    return (
        root / "dist" / "VoiceDesk" / ("VoiceDesk.exe" if sys.platform == "win32" else "VoiceDesk")
    )


def make(root: Path) -> None:
    """Make dist/VoiceDesk, with its papers inside.

    Raises:
        BuildError: PyInstaller failed, or what it made does not start.
    """
    command = [
        sys.executable,
        "-m",
        "PyInstaller",
        "--noconfirm",
        "--log-level",
        "WARN",
        "build.spec",
    ]
    shutil.rmtree(root / "dist" / "VoiceDesk", ignore_errors=True)
    icons.write(root)
    if subprocess.run(command, cwd=root, check=False).returncode != 0:
        raise BuildError("PyInstaller could not make the folder: see above.")
    papers.write(root, root / "build" / "papers")
    # There the folder is inside a signed bundle; the disk image takes them.
    if sys.platform != "darwin":
        for paper in (root / "build" / "papers").iterdir():
            shutil.copy2(paper, root / "dist" / "VoiceDesk" / paper.name)
    started = subprocess.run(
        [str(executable(root)), "--version"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if started.returncode != 0:
        raise BuildError(f"The packaged application does not start:\n{started.stderr}")
    files = [path for path in (root / "dist" / "VoiceDesk").rglob("*") if path.is_file()]
    size = sum(path.lstat().st_size for path in files)
    print(f"dist/VoiceDesk: {len(files)} files, {size / 2**20:.0f} MB")


def have_small_numpy(root: Path) -> None:
    """Have a NumPy without BLAS and without code for special processors in this environment.

    Nothing of it is in use here, and it is 35 MB. It is built once, from the source of the pinned version.

    Raises:
        BuildError: It cannot be built.
    """
    told = subprocess.run(
        [sys.executable, "-c", _ASK_BLAS], capture_output=True, text=True, check=True
    )
    if told.stdout.strip() == "none":
        return
    compilers = [shutil.which(name) for name in ("cl", "g++", "clang++", "c++")]
    if not any(compilers):
        raise BuildError(
            "To make NumPy smaller a C++ compiler is needed (package g++). Install one, or use --quick."
        )
    print("Building NumPy without BLAS (once, 3 to 8 minutes)...", flush=True)
    request = root / "build" / "numpy.txt"
    request.parent.mkdir(exist_ok=True)
    pins = (root / "requirements" / "build.txt").read_text(encoding="utf-8")
    request.write_text(numpy_request(pins, version("numpy")), encoding="utf-8")
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--force-reinstall", "--no-build-isolation", "--no-binary", "numpy", "--no-cache-dir",
        "--require-hashes", "-r", str(request),
    ]  # fmt: skip
    environment = {**os.environ, "PATH": programs}  # Cython and ninja are in this environment
    if subprocess.run(command, cwd=root, env=environment, check=False).returncode != 0:
        raise BuildError("NumPy could not be built: see above. --quick takes it as it is.")


def numpy_request(pins: str, wanted: str) -> str:
    """The pin of NumPy among others, with how it is to be built.

    Args:
        pins: A file of pins; it may hold several, for several Pythons.
        wanted: The version.

    Raises:
        BuildError: It is not among them.
    """
    begun = re.search(rf"^numpy=={re.escape(wanted)}[ ;]", pins, re.MULTILINE)
    if begun is None:
        raise BuildError(f"requirements/build.txt has no NumPy {wanted}: run scripts/pin.")
    hashes: list[str] = []
    for line in pins[begun.start() :].splitlines()[1:]:
        if not line.lstrip().startswith("--hash="):
            break
        hashes.append(line.strip(" \\"))
    settings = [f'--config-settings="setup-args={option}"' for option in _NUMPY_OPTIONS]
    settings.append('--config-settings="install-args=--tags=runtime,python-runtime"')
    return " ".join([f"numpy=={wanted}", *settings, *hashes]) + "\n"
