"""What goes with the folder on paper: the licences of all that is inside, and the list of parts (SBOM).

build.spec writes down which files went in (``build/parts.json``); each belongs to a Python package, to a package of
the system, or to Python.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from voicedesk import __version__

_NAMESPACES = {"deb": "debian"}
_LICENCE_NAMES = ("licen", "copying", "notice", "copyright")
_COMMON = Path("/usr/share/common-licenses")
_REFERENCE = re.compile(r"/usr/share/common-licenses/([A-Za-z]+(?:-[0-9.]+)?)")

# What their own papers do not say, or say as a choice. espeakng-loader carries espeak-ng without a word about it.
_TOLD: Mapping[str, tuple[str, str, str]] = {
    "espeakng-loader": (
        "GPL-3.0-or-later",
        "eSpeak NG, the offline voice, in a process of its own. Its source: https://github.com/espeak-ng/espeak-ng",
        "GPL-3",
    ),
    "pyinstaller": (
        "GPL-2.0-or-later WITH Bootloader-exception",
        "The loader that starts the application, which may be under any licence.",
        "GPL-2",
    ),
    "pyside6-essentials": (
        "LGPL-3.0-only",
        "Qt and its Python bindings, as libraries that can be exchanged. Their source: https://code.qt.io",
        "LGPL-3",
    ),
    "shiboken6": ("LGPL-3.0-only", "Part of Qt's Python bindings.", "LGPL-3"),
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
    """

    name: str
    version: str
    kind: str
    licence: str
    texts: tuple[str, ...]
    note: str = ""


def write(root: Path, folder: Path) -> None:
    """Write LICENSE, LICENSES.txt and sbom.cdx.json for what build.spec has put into the folder."""
    sources = [
        Path(name) for name in json.loads((root / "build" / "parts.json").read_text("utf-8"))
    ]
    parts = find_parts(sources)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(root / "LICENSE", folder / "LICENSE")
    (folder / "LICENSES.txt").write_text(as_text(parts), encoding="utf-8")
    (folder / "sbom.cdx.json").write_text(as_sbom(parts), encoding="utf-8")


def find_parts(sources: Iterable[Path]) -> list[Part]:
    """What these files are parts of, by name, Python itself among them."""
    owners: dict[str, Distribution] = {}
    for distribution in distributions():
        for file in distribution.files or ():
            owners[str(Path(str(distribution.locate_file(file))).resolve())] = distribution
    found: dict[str, Part] = {"python": _python()}
    strangers: set[Path] = set()
    standard = Path(sysconfig.get_paths()["stdlib"]).resolve()
    for source in sources:
        path = source.resolve()
        owner = owners.get(str(path))
        if owner is not None:
            if owner.name != "voicedesk" and owner.name not in found:
                found[owner.name] = _of_distribution(owner)
        elif not path.is_relative_to(standard) and not path.is_relative_to(sys.base_prefix):
            strangers.add(path)
    for part in _of_system(strangers):
        found[part.name] = part
    return sorted(found.values(), key=lambda part: part.name.lower())


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
    note = ""
    if told := _TOLD.get(distribution.name.lower().replace("_", "-")):
        licence, note, common = told
        if (_COMMON / common).exists():
            texts.append((_COMMON / common).read_text("utf-8"))
    return Part(distribution.name, distribution.version, "pypi", licence, tuple(texts), note)


def _short(text: str) -> str:
    """A licence field holds a name, or the whole text by mistake."""
    return text.strip() if len(text) < 80 and "\n" not in text.strip() else ""


def _classified(distribution: Distribution) -> str:
    told = distribution.metadata.get_all("Classifier") or []
    return "; ".join(line.rpartition(" :: ")[2] for line in told if line.startswith("License ::"))


def _of_system(paths: Iterable[Path]) -> list[Part]:
    """Debian's packages that the files come from; elsewhere nobody can be asked."""
    if shutil.which("dpkg-query") is None:
        return []
    names: set[str] = set()
    for path in paths:
        told = subprocess.run(
            ["dpkg-query", "--search", str(path)], capture_output=True, text=True, check=False
        )
        names.update(line.partition(": ")[0].split(",")[0] for line in told.stdout.splitlines())
    parts = []
    for name in sorted(names):
        version = subprocess.run(
            ["dpkg-query", "--show", "--showformat=${Version}", name],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        plain = name.partition(":")[0]
        told_by = Path("/usr/share/doc") / plain / "copyright"
        texts = (told_by.read_text("utf-8", errors="replace"),) if told_by.exists() else ()
        parts.append(Part(plain, version, "deb", "", texts))
    return parts


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
        lines += [text.strip() for text in part.texts] or ["(its package carries no text)"]
    named = {name for part in listed for text in part.texts for name in _REFERENCE.findall(text)}
    for name in sorted(named):
        if (path := _COMMON / name.rstrip(".")).exists():
            lines += ["", "=" * 100, f"{path.name}, as it is referred to above", "=" * 100]
            lines.append(path.read_text("utf-8", errors="replace"))
    return "\n".join(lines) + "\n"


def as_sbom(parts: Iterable[Part]) -> str:
    """The list of parts as CycloneDX 1.6 JSON."""
    from cyclonedx.builder.this import this_component
    from cyclonedx.factory.license import LicenseFactory
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
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
            version=part.version,
            type=ComponentType.LIBRARY,
            purl=PackageURL(part.kind, _NAMESPACES.get(part.kind), part.name, part.version),
            licenses=[licences.make_from_string(part.licence)] if part.licence else [],
            bom_ref=f"{part.kind}:{part.name}",
        )
        for part in parts
    ]
    bom.components.update(components)
    bom.register_dependency(application, components)
    told: str = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(
        indent=2
    )
    return told + "\n"
