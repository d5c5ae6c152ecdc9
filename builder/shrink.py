"""Makes collected libraries smaller without changing what they do, and drops those that nobody needs any more."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

from builder.icu import slim_library

Entry = tuple[str, str, str]
"""A file of the folder as PyInstaller lists it: its path inside, where it comes from, its kind."""

_REPAIRED = re.compile(r"\.libs/|-[0-9a-f]{8}\.so\b|-[0-9a-f]{8}-[0-9a-f]{8}\.so\b")
"""Libraries that a wheel's maker has edited: strip breaks some of them."""
_ICU_DATA = re.compile(r"^libicudata\.so\.\d+$")


def shrink(entries: Iterable[Entry], languages: Sequence[str], work: Path) -> list[Entry]:
    """The same files, with smaller copies in ``work`` in the place of those that can be made smaller. Linux only."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    return [_smaller(entry, languages, work) for entry in entries]


def _smaller(entry: Entry, languages: Sequence[str], work: Path) -> Entry:
    name, source, kind = entry
    if kind not in {"BINARY", "EXTENSION"}:
        return entry
    copy = work / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    if _ICU_DATA.match(PurePosixPath(name).name):
        slim_library(Path(source), copy, languages, work)
        return name, str(copy), kind
    if _REPAIRED.search(name):
        return entry
    stripped = subprocess.run(
        ["strip", "--strip-unneeded", "-o", str(copy), source], capture_output=True, check=False
    )
    # whatever strip does not understand goes as it is
    return (name, str(copy), kind) if stripped.returncode == 0 and copy.exists() else entry


def linked_to(path: str) -> list[str]:
    """The names of the libraries that a file asks for itself, not those that they ask for."""
    told = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=False)
    return re.findall(r"^\s*NEEDED\s+(\S+)", told.stdout, re.MULTILINE)


def without_orphans(
    entries: Iterable[Entry], needs: Callable[[str], Iterable[str]], keep: Callable[[str], bool]
) -> list[Entry]:
    """The files without libraries that only dropped files needed.

    Args:
        entries: Files of the folder, symbolic links among them.
        needs: The names of the libraries that the file at a path is linked to.
        keep: Whether a file is wanted for itself, by its path inside.
    """
    files = list(entries)
    by_name: dict[str, list[Entry]] = {}
    for entry in files:
        by_name.setdefault(PurePosixPath(entry[0]).name, []).append(entry)
    reached: set[str] = set()
    waiting = [entry for entry in files if keep(entry[0])]
    while waiting:
        name, source, kind = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        if kind != "SYMLINK":
            for library in needs(source):
                waiting += by_name.get(PurePosixPath(library).name, ())
    return [entry for entry in files if entry[0] in reached]
