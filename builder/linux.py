"""What Linux desktops are handed: a compressed archive, a Debian package. (`builder.appimage` makes the AppImage.)"""

from __future__ import annotations

import gzip
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from builder.errors import BuildError
from voicedesk import __version__

NAME = "voicedesk"
APP_ID = "org.voicedesk.VoiceDesk"
_DEB_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

# What every desktop has and what therefore stays out of the folder. A name may hold alternatives.
DEB_DEPENDS = (
    "libc6 (>= {glibc})", "libasound2 | libasound2t64", "libdbus-1-3", "libegl1", "libexpat1", "libfontconfig1",
    "libfreetype6", "libgcc-s1", "libgl1", "libstdc++6", "libx11-6", "libx11-xcb1", "libxcb1", "zlib1g",
)  # fmt: skip
DEB_RECOMMENDS = (
    "ca-certificates",
    "libwayland-client0",
    "libwayland-cursor0",
    "libwayland-egl1",
    "fonts-dejavu-core | fonts-noto-core",
)


def folder_of(root: Path) -> Path:
    """The packaged folder.

    Raises:
        BuildError: It is not there.
    """
    folder = root / "dist" / "VoiceDesk"
    if not (folder / "VoiceDesk").exists():
        raise BuildError("There is no dist/VoiceDesk: run scripts/build first.")
    return folder


def make_archive(root: Path) -> None:
    """dist/VoiceDesk-VERSION-linux-ARCH.tar.xz."""
    folder_of(root)
    out = root / "dist" / f"VoiceDesk-{__version__}-linux-{platform.machine()}.tar.xz"
    # x86's jumps are rewritten before they are compressed, which every unpacker understands
    filters = ["--x86"] if platform.machine() == "x86_64" else []
    xz = " ".join(["xz", "-T1", *filters, "--lzma2=preset=9e,dict=64MiB"])
    command = [
        "tar", "--create", "--file", str(out), f"--use-compress-program={xz}", "--sort=name", "--owner=0",
        "--group=0", "--numeric-owner", "VoiceDesk",
    ]  # fmt: skip
    run(command, cwd=root / "dist")
    tell(out)


def lay_out(root: Path, prefix: Path, folder: str) -> None:
    """Put the desktop's files below ``prefix`` (``usr``): icon, entry, description, and the command.

    Args:
        root: The project.
        prefix: Where ``share`` and ``bin`` go.
        folder: Where the folder is on the machine of the user, as in "/opt/voicedesk".
    """
    share = prefix / "share"
    for source, target in {
        root / "resources" / "icons" / "voicedesk.svg": f"icons/hicolor/scalable/apps/{NAME}.svg",
        root / "packaging" / "linux" / f"{NAME}.desktop": f"applications/{NAME}.desktop",
        root / "packaging" / "linux" / f"{APP_ID}.metainfo.xml": f"metainfo/{APP_ID}.metainfo.xml",
    }.items():
        (share / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, share / target)
        (share / target).chmod(0o644)
    command = prefix / "bin" / NAME
    command.parent.mkdir(parents=True, exist_ok=True)
    command.symlink_to(f"{folder}/VoiceDesk")


def make_deb(root: Path) -> None:
    """dist/voicedesk_VERSION_ARCH.deb, by dpkg-deb alone."""
    folder = folder_of(root)
    stage = root / "build" / "deb"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(folder, stage / "opt" / NAME, symlinks=True)
    lay_out(root, stage / "usr", f"/opt/{NAME}")
    documents = stage / "usr" / "share" / "doc" / NAME
    documents.mkdir(parents=True)
    shutil.copyfile(folder / "LICENSES.txt", documents / "copyright")
    with gzip.GzipFile(documents / "changelog.gz", "wb", compresslevel=9, mtime=0) as changes:
        changes.write((root / "CHANGELOG.md").read_bytes())
    architecture = _DEB_ARCHITECTURES.get(platform.machine(), platform.machine())
    size = sum(path.lstat().st_size for path in stage.rglob("*") if path.is_file()) // 1024
    glibc = os.confstr("CS_GNU_LIBC_VERSION") or "glibc 2.36"
    control = stage / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(
        control_file(architecture, size, glibc=glibc.rpartition(" ")[2]), encoding="utf-8"
    )
    _make_modes_plain(stage)
    out = root / "dist" / f"{NAME}_{__version__}_{architecture}.deb"
    run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(stage), str(out)], cwd=root)
    tell(out)


def control_file(architecture: str, size_kb: int, *, glibc: str) -> str:
    """What Debian's package manager is told about the package."""
    fields: Mapping[str, str] = {
        "Package": NAME,
        "Version": __version__,
        "Architecture": architecture,
        "Maintainer": "The VoiceDesk developers <voicedesk@localhost>",
        "Installed-Size": str(size_kb),
        "Section": "sound",
        "Priority": "optional",
        "Depends": ", ".join(DEB_DEPENDS).format(glibc=glibc),
        "Recommends": ", ".join(DEB_RECOMMENDS),
        "Description": "push-to-talk voice for your own desktop\n"
        " Hold a key, talk, let go, and hear the answer at once, from a speech model\n"
        " or from a chain that transcribes, thinks and speaks. A built-in server\n"
        " answers without a key and without a network.",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def _make_modes_plain(stage: Path) -> None:
    """Readable by all and writable by root, whatever the builder's umask is."""
    for path in [stage, *stage.rglob("*")]:
        if not path.is_symlink():
            is_library = ".so" in path.suffixes
            runs = path.is_dir() or (os.access(path, os.X_OK) and not is_library)
            path.chmod(0o755 if runs else 0o644)


def run(command: list[str], *, cwd: Path) -> None:
    """Run a program that makes something.

    Raises:
        BuildError: It failed.
    """
    if subprocess.run(command, cwd=cwd, check=False).returncode != 0:
        raise BuildError(f"{command[0]} failed: see above.")


def tell(path: Path) -> None:
    """Say what was made."""
    print(f"dist/{path.name}: {path.stat().st_size / 2**20:.0f} MB")
