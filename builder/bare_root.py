"""A system with nothing but what every desktop has, to try the packaged application on. Linux, as root.

Made of this machine's own packages: those that the .deb depends on, all that they depend on, a shell and fonts; no
Python, no PortAudio, no espeak-ng, no sound server, no network but its own loopback.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from builder.errors import BuildError
from builder.linux import DEB_DEPENDS

PLACE = "/opt/voicedesk"
"""Where the packaged folder is inside."""

HOME = "/srv/user"
"""The home of its one user, whose number is 1000."""

_USER = "1000:1000"
_ALONE = ("unshare", "--mount", "--net", "--ipc", "sh", "-c")
_UNNEEDED = ("/.", "/usr/share/doc", "/usr/share/man", "/usr/share/locale")
_FOLDERS = ("proc", "dev", "run", "etc", "var/cache/fontconfig", "tmp/.X11-unix")
_BASICS = (
    "bash",
    "coreutils",
    "dash",
    "libc-bin",
    "fonts-dejavu-core",
    "xkb-data",
    "libx11-data",
    "tzdata",
)
_ABSENT = ("python3", "libpython3", "libportaudio2", "espeak-ng", "libespeak-ng1", "pulseaudio")


def can_be_made() -> str:
    """Why there can be no bare root here; empty where there can."""
    for program in ("dpkg-query", "unshare", "chroot", "mount", "ip", "Xvfb"):
        if shutil.which(program) is None:
            return f"the program {program} is missing"
    return _why_not_alone() if os.geteuid() == 0 else "only root may make one"


def _why_not_alone() -> str:
    """Why a program cannot be shut in here: root within a container may not do all that root may."""
    script = (
        'set -e; mount --bind "$0" "$0"; mount -o remount,ro,bind "$0"; mount --rbind /proc "$0"; ip link set lo up; '
        f"exec chroot --userspec={_USER} / /bin/true"
    )
    with tempfile.TemporaryDirectory() as folder:
        command = [*_ALONE, script, folder]
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"root may not do it here: {tried.stderr.strip()}" if tried.returncode else ""


def packages() -> list[str]:
    """The installed packages that the root is made of.

    Raises:
        BuildError: One that a desktop has is missing here, or one that it may not have is drawn in.
    """
    depends, provides = _installed()
    waiting = [*_BASICS, *(depend.partition(" (")[0] for depend in DEB_DEPENDS)]
    found: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        names = [name.strip() for name in wanted.split("|")]
        present = [real for name in names for real in provides.get(name, ()) if real in depends]
        if any(real in found for real in present):
            continue
        if not present:
            if wanted in _BASICS or any(
                wanted == depend.partition(" (")[0] for depend in DEB_DEPENDS
            ):
                raise BuildError(f"The package {wanted} is not installed, which every desktop has.")
            continue
        found.add(present[0])
        waiting += depends[present[0]]
    if drawn := [name for name in found if name.startswith(_ABSENT)]:
        raise BuildError(f"The bare system would not be bare: {', '.join(drawn)}.")
    return sorted(found)


def _installed() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What each installed package depends on, and which packages answer to a name."""
    told = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}|${Package}|${Pre-Depends}, ${Depends}|${Provides}\\n"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    depends: dict[str, list[str]] = {}
    provides: dict[str, list[str]] = {}
    for line in told.splitlines():
        status, _, rest = line.partition("|")
        package, _, rest = rest.partition("|")
        needs, _, also = rest.rpartition("|")
        if not status.startswith("ii"):
            continue
        depends[package] = [_plain(clause) for clause in needs.split(",") if clause.strip()]
        for name in [package, *(_plain(other) for other in also.split(",") if other.strip())]:
            provides.setdefault(name, []).append(package)
    return depends, provides


def _plain(clause: str) -> str:
    """A dependency without versions and architectures, alternatives kept."""
    return "|".join(each.partition("(")[0].partition(":")[0].strip() for each in clause.split("|"))


def make(root: Path) -> None:
    """Make the root in an empty folder, for others to read whatever this process's mask of modes is."""
    mask = os.umask(0o022)
    try:
        _fill(root)
    finally:
        os.umask(mask)


def _fill(root: Path) -> None:
    root.chmod(0o755)
    listed = subprocess.run(
        ["dpkg-query", "--listfiles", *packages()], capture_output=True, text=True, check=True
    ).stdout
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for line in dict.fromkeys(listed.splitlines()):
        source = Path(line)
        if not line.startswith("/") or line.startswith(_UNNEEDED):
            continue
        target = root / line.lstrip("/")
        if source.is_dir() and not source.is_symlink():
            target.mkdir(parents=True, exist_ok=True)
        elif (source.is_symlink() or source.is_file()) and not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    for name in (*_FOLDERS, HOME.lstrip("/")):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / PLACE.lstrip("/")).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    for name in (HOME.lstrip("/"), "run"):
        os.chown(root / name, 1000, 1000)
        (root / name).chmod(0o700)
    users = f"root:x:0:0:root:/:/bin/sh\nuser:x:1000:1000::{HOME}:/bin/sh\n"
    (root / "etc" / "passwd").write_text(users, encoding="utf-8")
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n", encoding="utf-8")
    subprocess.run(["ldconfig", "-r", str(root)], check=True)


def command(
    root: Path, folder: Path, program: Sequence[str], environment: Mapping[str, str]
) -> list[str]:
    """How a user of the bare system runs a program there, with a network that reaches nothing but itself.

    Args:
        root: As `make` made it.
        folder: The packaged application; read-only at `PLACE` inside.
        program: The command, by its path inside.
        environment: The whole environment.
    """
    variables = [f"{name}={value}" for name, value in environment.items()]
    script = (
        'set -e; root=$0; folder=$1; shift; mount --bind "$folder" "$root$PLACE"; '
        'mount -o remount,ro,bind "$root$PLACE"; mount --rbind /dev "$root/dev"; mount --rbind /proc "$root/proc"; '
        'mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"; ip link set lo up; '
        f'exec chroot --userspec={_USER} "$root" "$@"'
    ).replace("$PLACE", PLACE)
    return [
        *_ALONE, script, str(root), str(folder),
        "/usr/bin/env", "-i", *variables, *program,
    ]  # fmt: skip
