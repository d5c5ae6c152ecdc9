"""Qt's ICU data without what Qt does not use: 31 MB of languages, converters and dictionaries become 3.

Qt has its own tables for locales, text boundaries and conversions; of ICU it takes the order of words and a few
properties. A library of ICU data holds nothing but one symbol, the data, so that binutils can make it anew. The format
is ICU's "common data" ("CmnD"): a header, the number of items, their (name, data) offsets, then names and data, with
all offsets from the number on. Items are sorted by name and aligned to 16 bytes.
"""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

_FORMAT = b"CmnD"
_FORMAT_AT = 12
_ALIGN = 16
_SHARED = {"root", "pool", "res_index"}
_NEEDED = {
    "coll/ucadata.icu",
    "cnvalias.icu",
    "likelySubtags.res",
    "supplementalData.res",
    "keyTypeData.res",
}


class IcuDataError(ValueError):
    """The library holds something else than was expected; it should be shipped as it is."""


def slim_library(source: Path, target: Path, languages: Iterable[str], work: Path) -> None:
    """Write ``target``, a library as ``source`` with the data of the given languages alone.

    Args:
        source: ``libicudata.so.N``.
        target: Where to write; its folder exists.
        languages: As in "de"; English is always there.
        work: A folder for files in between.

    Raises:
        IcuDataError: ``source`` is not understood.
        subprocess.CalledProcessError: binutils refused.
    """
    header, items = read_items(source.read_bytes())
    kept = {name: data for name, data in items.items() if is_kept(name, {"en", *languages})}
    symbol = _symbol(source)
    blob = work / "icudata.dat"
    blob.write_bytes(write_items(header, kept))
    subprocess.run(["ld", "-r", "-b", "binary", "-o", "icudata.o", blob.name], cwd=work, check=True)
    # The linker's own names for the start, the end and the size begin so.
    given = "_binary_" + re.sub(r"\W", "_", blob.name)
    subprocess.run(
        ["objcopy", "--set-section-alignment", f".data={_ALIGN}",
         "--rename-section", ".data=.rodata,alloc,load,readonly,data,contents",
         "--redefine-sym", f"{given}_start={symbol}",
         "--strip-symbol", f"{given}_end", "--strip-symbol", f"{given}_size", "icudata.o"],
        cwd=work, check=True,
    )  # fmt: skip
    subprocess.run(
        ["ld", "-shared", "-z", "noexecstack", "-soname", source.name, "-o", str(target.resolve()), "icudata.o"],
        cwd=work, check=True,
    )  # fmt: skip


def _symbol(library: Path) -> str:
    table = subprocess.run(
        ["objdump", "-T", str(library)], capture_output=True, text=True, check=True
    ).stdout
    found = set(re.findall(r"\bicudt\d+_dat\b", table))
    if len(found) != 1:
        raise IcuDataError(f"{library.name}: {len(found)} symbols of data")
    return str(found.pop())


def read_items(library: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The data's header and its items by name.

    Raises:
        IcuDataError: There is no such data.
    """
    at = library.find(_FORMAT) - _FORMAT_AT
    if at < 0:
        raise IcuDataError("no ICU data")
    size, magic = struct.unpack_from("<HH", library, at)
    if magic != 0x27DA:
        raise IcuDataError("not ICU data of this machine's byte order")
    start = at + size
    (count,) = struct.unpack_from("<I", library, start)
    table = [struct.unpack_from("<II", library, start + 4 + 8 * number) for number in range(count)]
    ends = [data for _, data in table[1:]]
    items: dict[str, bytes] = {}
    for (name_at, data_at), end in zip(table, [*ends, None], strict=True):
        name = library[start + name_at : library.index(b"\0", start + name_at)].decode("ascii")
        # The last item ends with the section, which is more than it needs and does no harm.
        items[name] = library[start + data_at : None if end is None else start + end]
    if list(items) != sorted(items):
        raise IcuDataError("the items are not in order")
    return library[at:start], items


def write_items(header: bytes, items: Mapping[str, bytes]) -> bytes:
    """The data with these items, as `read_items` reads it."""
    names = sorted(items)
    table_size = 4 + 8 * len(names)
    spelled = b"".join(name.encode("ascii") + b"\0" for name in names)
    name_at, data_at = table_size, -(-(table_size + len(spelled)) // _ALIGN) * _ALIGN
    table, data = struct.pack("<I", len(names)), b""
    for name in names:
        table += struct.pack("<II", name_at, data_at + len(data))
        name_at += len(name) + 1
        data += items[name].ljust(-(-len(items[name]) // _ALIGN) * _ALIGN, b"\0")
    return header + (table + spelled).ljust(data_at, b"\0") + data


def is_kept(name: str, languages: Iterable[str]) -> bool:
    """Whether an item, as in "icudt73l/coll/de.res", is needed where these languages are spoken."""
    _, _, path = name.partition("/")
    folder, _, file = path.rpartition("/")
    stem, _, kind = file.rpartition(".")
    if kind == "nrm" or path in _NEEDED:
        return True  # normal forms, and what opening a collation asks for
    return folder in {"", "coll"} and kind == "res" and (stem in _SHARED or stem in set(languages))
