"""The folder as an AppImage: one file that has itself mounted, or unpacked where that cannot be, and runs.

It is a small program of our own (``packaging/linux/appimage.c``) with a squashfs file system appended to it.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

from builder import linux
from builder.errors import BuildError
from voicedesk import __version__

_MAGIC = b"AI\x02"
"""An AppImage of type 2, from the 9th byte on."""
_PROGRAMS = {"gcc": "gcc", "mksquashfs": "squashfs-tools"}
_LIBRARIES = ("libsquashfuse-dev", "libfuse3-dev", "libzstd-dev", "zlib1g-dev", "libc6-dev")
_LINKED = ("squashfuse_ll", "squashfuse", "fuse3", "zstd", "z", "pthread", "dl")
_SOURCE = Path("packaging") / "linux" / "appimage.c"


def made(root: Path) -> Path:
    """Where the AppImage is, made or not."""
    return root / "dist" / f"VoiceDesk-{__version__}-{platform.machine()}.AppImage"


def make(root: Path) -> None:
    """Make dist/VoiceDesk-VERSION-ARCH.AppImage.

    Raises:
        BuildError: A program or a library for it is not installed, or failed.
    """
    folder = linux.folder_of(root)
    require_tools()
    work = root / "build" / "appimage"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    runtime, files = work / "runtime", work / "files.squashfs"
    compile_runtime(root, runtime)
    stage = root / "build" / "VoiceDesk.AppDir"
    shutil.rmtree(stage, ignore_errors=True)
    lay_out(root, folder, stage)
    linux.run(
        [
            *("mksquashfs", str(stage), str(files), "-comp", "zstd", "-Xcompression-level", "22"),
            *("-b", "1M", "-root-owned", "-noappend", "-no-xattrs", "-quiet", "-no-progress"),
        ],
        cwd=root,
    )
    out = made(root)
    join(runtime, files, out)
    linux.tell(out)


def require_tools() -> None:
    """See that all that is needed is installed.

    Raises:
        BuildError: Something is not; the text names Debian's packages.
    """
    missing = [package for name, package in _PROGRAMS.items() if shutil.which(name) is None]
    if shutil.which("dpkg-query"):
        missing += [package for package in _LIBRARIES if not _is_installed(package)]
    if missing:
        raise BuildError(
            f"An AppImage takes more packages: sudo apt-get install {' '.join(missing)}"
        )


def _is_installed(package: str) -> bool:
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", package]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.stdout.startswith("ii")


def compile_runtime(root: Path, out: Path) -> None:
    """Compile the program that an AppImage begins with: static, for any Linux of this architecture.

    Raises:
        BuildError: The compiler is not content.
    """
    command = [
        *("gcc", "-std=gnu11", "-Os", "-Wall", "-Wextra", "-Werror", "-static", "-s"),
        *("-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-D_FILE_OFFSET_BITS=64"),
        *(f'-DRUNTIME_VERSION="{__version__}"', "-o", str(out), str(root / _SOURCE)),
        *(f"-l{name}" for name in _LINKED),
    ]
    compiled = subprocess.run(command, capture_output=True, text=True, check=False)
    if compiled.returncode != 0:  # a word of the linker on dlopen, which is not called, is no error
        raise BuildError(f"The AppImage's own program cannot be compiled:\n{compiled.stderr}")


def lay_out(root: Path, folder: Path, stage: Path) -> None:
    """Make the AppDir: the folder, what the desktop wants to know of it, and AppRun, which starts it."""
    shutil.copytree(folder, stage / "usr" / "lib" / linux.NAME, symlinks=True)
    linux.lay_out(root, stage / "usr", f"../lib/{linux.NAME}")
    entry, icon = f"{linux.NAME}.desktop", f"{linux.NAME}.svg"
    shutil.copyfile(stage / "usr/share/applications" / entry, stage / entry)
    shutil.copyfile(stage / "usr/share/icons/hicolor/scalable/apps" / icon, stage / icon)
    (stage / ".DirIcon").symlink_to(icon)
    (stage / "AppRun").symlink_to(f"usr/lib/{linux.NAME}/VoiceDesk")
    papers = stage / "usr/share/doc" / linux.NAME / "LICENSES-of-the-AppImage-runtime.txt"
    papers.parent.mkdir(parents=True, exist_ok=True)
    papers.write_text(_licences(), encoding="utf-8")


def _licences() -> str:
    """Of what is linked into the runtime, where Debian's packages tell."""
    lines = [
        "The program that this AppImage begins with is VoiceDesk's own (MIT, packaging/linux/appimage.c in its source),",
        "linked with the libraries of these packages, whose source Debian has:",
    ]
    for package in _LIBRARIES:
        path = Path("/usr/share/doc") / package / "copyright"
        if path.exists():
            lines += ["", "=" * 100, package, "=" * 100, path.read_text("utf-8", errors="replace")]
    return "\n".join(lines) + "\n"


def join(runtime: Path, files: Path, out: Path) -> None:
    """Write the program, its mark and the file system into one file that runs."""
    program = bytearray(runtime.read_bytes())
    program[8 : 8 + len(_MAGIC)] = _MAGIC
    with out.open("wb") as target, files.open("rb") as source:
        target.write(program)
        shutil.copyfileobj(source, target)
    out.chmod(0o755)
