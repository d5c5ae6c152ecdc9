"""What goes with the folder on paper: the licences of all that is inside, and the list of parts (SBOM).

build.spec writes down which files went in (``build/parts.json``); each belongs to a Python package, to a package of
the system, to Python, or to VoiceDesk. One that belongs to nobody ends the build where the system can be asked.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import Distribution, distributions
from pathlib import Path

from builder.errors import BuildError
from voicedesk import __version__

_NAMESPACES = {"deb": "debian"}
_LICENCE_NAMES = ("licen", "copying", "notice", "copyright")
_COMMON = (
    Path(__file__).resolve().parent.parent / "packaging" / "licences",
    Path("/usr/share/common-licenses"),  # what packages of Debian refer to, on Debian
)
_REFERENCE = re.compile(r"/usr/share/common-licenses/([A-Za-z0-9]+(?:-[0-9]+(?:\.[0-9]+)?)?)")
_SHARED_PREFIXES = {Path("/usr"), Path("/usr/local")}

# What their own papers do not say, or say as a choice: the licence, a note, and which texts in packaging/licences apply.
# espeakng-loader carries espeak-ng without a word about it.
_TOLD: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "espeakng-loader": (
        "GPL-3.0-or-later",
        "eSpeak NG, the offline voice, in a process of its own. Its source: https://github.com/espeak-ng/espeak-ng",
        ("GPL-3",),
    ),
    "pyinstaller": (
        "GPL-2.0-or-later WITH Bootloader-exception",
        "The loader that starts the application, which may be under any licence.",
        ("GPL-2",),
    ),
    "pyside6-essentials": (
        "LGPL-3.0-only",
        "Qt and its Python bindings, as libraries that can be exchanged. Their source: https://code.qt.io",
        ("LGPL-3", "GPL-3"),
    ),
    "sentencex": ("MIT", "Copyright (c) 2023 Santhosh Thottingal", ("MIT",)),
    "shiboken6": ("LGPL-3.0-only", "Part of Qt's Python bindings.", ("LGPL-3", "GPL-3")),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Something of others that is inside the folder.

    Attributes:
        name: As its own registry calls it.
        version: Its version there.
        kind: "pypi", "deb" or "generic", as in a package URL.
        licence: SPDX where it is known, else its own words; empty where nothing is known.
        texts: Its licences in full.
        note: What else is to be told.
        common: Names of licences that several parts share, whose texts are to be told too.
        libraries: Its libraries, by where they are in the folder.
    """

    name: str
    version: str
    kind: str
    licence: str
    texts: tuple[str, ...]
    note: str = ""
    common: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()


def write(root: Path, folder: Path) -> None:
    """Write LICENSE, LICENSES.txt and sbom.cdx.json for what build.spec has put into the folder.

    Raises:
        BuildError: A file of the system belongs to none of its packages.
    """
    listed = json.loads((root / "build" / "parts.json").read_text("utf-8"))
    ours = [root / name for name in ("voicedesk", "resources", "build")]
    parts = find_parts({Path(source): inside for source, inside in listed}, ours)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(root / "LICENSE", folder / "LICENSE")
    (folder / "LICENSES.txt").write_text(as_text(parts), encoding="utf-8")
    (folder / "sbom.cdx.json").write_text(as_sbom(parts), encoding="utf-8")


def find_parts(files: Mapping[Path, str], ours: Iterable[Path] = ()) -> list[Part]:
    """What these files are parts of, by name, Python itself among them.

    Args:
        files: For each file where it is in the folder if it is a library, else nothing.
        ours: Folders whose files are VoiceDesk's.

    Raises:
        BuildError: A file of the system belongs to none of its packages.
    """
    owners: dict[str, Distribution] = {}
    for distribution in distributions():
        for file in distribution.files or ():
            owners[str(Path(str(distribution.locate_file(file))).resolve())] = distribution
    own_folders = [folder.resolve() for folder in ours]
    found: dict[str, Part] = {"python": _python()}
    libraries: dict[str, list[str]] = {}
    strangers: list[Path] = []
    for source, inside in files.items():
        path = source.resolve()
        if owner := owners.get(str(path)):
            if owner.name == "voicedesk":
                continue
            if owner.name not in found:
                found[owner.name] = _of_distribution(owner)
            libraries.setdefault(owner.name, []).append(inside)
        elif _is_of_python(path):
            libraries.setdefault("python", []).append(inside)
        elif not any(map(path.is_relative_to, own_folders)):
            strangers.append(source)
    for source, part in _of_system(strangers).items():
        found[part.name] = part
        libraries.setdefault(part.name, []).append(files[source])
    return [
        replace(part, libraries=tuple(sorted(filter(None, libraries.get(part.name, ())))))
        for part in sorted(found.values(), key=lambda part: part.name.lower())
    ]


def _is_of_python(path: Path) -> bool:
    """Whether a file came with Python itself; the folder that it is installed in may be the whole system's."""
    if {"site-packages", "dist-packages"} & set(path.parts):
        return False
    prefix = Path(sys.base_prefix).resolve()
    if prefix not in _SHARED_PREFIXES:
        return path.is_relative_to(prefix)
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    standard = {
        Path(sysconfig.get_path(name, vars=base)).resolve() for name in ("stdlib", "platstdlib")
    }
    return any(map(path.is_relative_to, standard)) or path.name.startswith("libpython")


def _python() -> Part:
    texts = [
        path.read_text("utf-8", errors="replace")
        for path in (
            Path(sysconfig.get_paths()["stdlib"]) / "LICENSE.txt",
            Path(sys.base_prefix) / "LICENSE.txt",
        )
        if path.exists()
    ]
    version = ".".join(map(str, sys.version_info[:3]))
    return Part("python", version, "generic", "PSF-2.0", tuple(texts[:1]))


def _of_distribution(distribution: Distribution) -> Part:
    meta = distribution.metadata
    expression = meta.get_all("License-Expression") or []
    named = [*expression, *map(_short, meta.get_all("License") or []), _classified(distribution)]
    licence = next(filter(None, named), "")
    texts = [
        Path(str(file.locate())).read_text("utf-8", errors="replace")
        for file in distribution.files or ()
        if ".dist-info" in str(file) and any(word in file.name.lower() for word in _LICENCE_NAMES)
    ]
    licence, note, common = _TOLD.get(
        distribution.name.lower().replace("_", "-"), (licence, "", ())
    )
    return Part(
        distribution.name, distribution.version, "pypi", licence, tuple(texts), note, common
    )


def _short(text: str) -> str:
    """A licence field holds a name, or the whole text by mistake."""
    return text.strip() if len(text) < 80 and "\n" not in text.strip() else ""


def _classified(distribution: Distribution) -> str:
    told = distribution.metadata.get_all("Classifier") or []
    return "; ".join(line.rpartition(" :: ")[2] for line in told if line.startswith("License ::"))


def _of_system(paths: Sequence[Path]) -> dict[Path, Part]:
    """Debian's packages that the files come from; elsewhere nobody can be asked, and each file is told by itself.

    Raises:
        BuildError: On Debian one belongs to no package.
    """
    if shutil.which("dpkg-query") is None:
        note = "A library of the system that this was built on, whose licence is to be found there."
        return {path: Part(path.name, "", "generic", "", (), note) for path in paths}
    spellings = {path: _spellings(path) for path in paths}
    owners = _owners(sorted(set().union(*spellings.values()))) if paths else {}
    packages = {
        path: next((owners[name] for name in names if name in owners), "")
        for path, names in spellings.items()
    }
    if unknown := sorted(str(path) for path, package in packages.items() if not package):
        raise BuildError(
            f"Nobody knows whose these files are, and so not their licences either: {', '.join(unknown)}."
        )
    parts = {package: _of_package(package) for package in sorted(set(packages.values()))}
    return {path: parts[package] for path, package in packages.items()}


def _spellings(path: Path) -> set[str]:
    """The names that a file may have in dpkg's lists: /lib and /usr/lib are one folder, under either of its names."""
    names = {str(path), str(path.resolve())}
    return names | {
        name.removeprefix("/usr") if name.startswith("/usr/") else f"/usr{name}" for name in names
    }


def _owners(names: Sequence[str]) -> dict[str, str]:
    """The package of each file that dpkg knows."""
    told = subprocess.run(
        ["dpkg-query", "--search", *names], capture_output=True, text=True, check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout  # fmt: skip
    lines = (
        line.partition(": ") for line in told.splitlines() if not line.startswith("diversion ")
    )
    return {name: packages.partition(", ")[0] for packages, _, name in lines}


def _of_package(name: str) -> Part:
    version = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", name],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    plain = name.partition(":")[0]
    told_by = Path("/usr/share/doc") / plain / "copyright"
    texts = (told_by.read_text("utf-8", errors="replace"),) if told_by.exists() else ()
    return Part(plain, version, "deb", "", texts)


def common_text(name: str) -> tuple[str, str] | None:
    """A licence that many works are under: its full name and its text; None where it is not to be had."""
    for folder in _COMMON:
        if (path := folder / name).is_file():
            return path.resolve().name, path.read_text("utf-8", errors="replace")
    return None


def as_text(parts: Iterable[Part]) -> str:
    """The licences for people: a table first, then each in full."""
    listed = list(parts)
    lines = [
        f"VoiceDesk {__version__} is under the MIT licence (LICENSE). With it come the works of others:",
        "",
        *(f"  {part.name} {part.version}: {part.licence or 'see below'}" for part in listed),
    ]
    for part in listed:
        lines += ["", "=" * 100, f"{part.name} {part.version}", part.licence, part.note, "=" * 100]
        lines += [text.strip() for text in part.texts]
        if part.common:
            lines.append(f"See the end of this file: {', '.join(part.common)}.")
        elif not part.texts:
            lines.append("(its package carries no text)")
    named = {name for part in listed for text in part.texts for name in _REFERENCE.findall(text)}
    named.update(name for part in listed for name in part.common)
    for title, text in sorted(set(filter(None, map(common_text, named)))):
        lines += ["", "=" * 100, f"{title}, as it is referred to above", "=" * 100, text]
    return "\n".join(lines) + "\n"


def as_sbom(parts: Iterable[Part]) -> str:
    """The list of parts as CycloneDX 1.6 JSON, each with the libraries of the folder that are its own."""
    from cyclonedx.builder.this import this_component
    from cyclonedx.factory.license import LicenseFactory
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from packageurl import PackageURL

    licences = LicenseFactory()
    bom = Bom()
    bom.metadata.tools.components.add(this_component())
    application = Component(
        name="VoiceDesk",
        version=__version__,
        type=ComponentType.APPLICATION,
        licenses=[licences.make_from_string("MIT")],
        bom_ref="voicedesk",
    )
    bom.metadata.component = application
    components = [
        Component(
            name=part.name,
            version=part.version or None,
            type=ComponentType.LIBRARY,
            purl=PackageURL(part.kind, _NAMESPACES.get(part.kind), part.name, part.version or None),
            licenses=[licences.make_from_string(part.licence)] if part.licence else [],
            bom_ref=f"{part.kind}:{part.name}",
            evidence=ComponentEvidence(
                occurrences=[Occurrence(location=at) for at in part.libraries]
            )
            if part.libraries
            else None,
        )
        for part in parts
    ]
    bom.components.update(components)
    bom.register_dependency(application, components)
    told: str = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(
        indent=2
    )
    return told + "\n"
