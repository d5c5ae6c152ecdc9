"""The application's icon in the formats of Windows and macOS, drawn from the SVG file. Both hold plain PNG files."""

from __future__ import annotations

import os
import struct
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

_WINDOWS_SIZES = (16, 24, 32, 48, 64, 128, 256)
_MAC_KINDS = {"icp4": 16, "icp5": 32, "ic07": 128, "ic08": 256, "ic09": 512, "ic10": 1024}


def write(root: Path, platform: str = sys.platform) -> None:
    """Write build/icons/voicedesk.ico or .icns; nothing on Linux, which takes the SVG file."""
    folder = root / "build" / "icons"
    folder.mkdir(parents=True, exist_ok=True)
    svg = root / "resources" / "icons" / "voicedesk.svg"
    if platform == "win32":
        (folder / "voicedesk.ico").write_bytes(as_ico(draw(svg, _WINDOWS_SIZES)))
    elif platform == "darwin":
        (folder / "voicedesk.icns").write_bytes(as_icns(draw(svg, _MAC_KINDS.values())))


def draw(svg: Path, sides: Iterable[int]) -> dict[int, bytes]:
    """The picture as PNG files, by the length of their sides in pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    drawn: dict[int, bytes] = {}
    renderer = QSvgRenderer(str(svg))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "icon.png"
        for side in sides:
            image = QImage(side, side, QImage.Format.Format_ARGB32)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            renderer.render(painter)
            painter.end()
            image.save(str(file))
            drawn[side] = file.read_bytes()
    return drawn


def as_ico(pictures: Mapping[int, bytes]) -> bytes:
    """An ICO file of PNG files; a side of 256 is written as 0."""
    at = 6 + 16 * len(pictures)
    table, data = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for side, png in sorted(pictures.items()):
        table += struct.pack(
            "<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(png), at + len(data)
        )
        data += png
    return table + data


def as_icns(pictures: Mapping[int, bytes]) -> bytes:
    """An ICNS file of PNG files."""
    body = b"".join(
        struct.pack(">4sI", kind.encode(), 8 + len(pictures[side])) + pictures[side]
        for kind, side in _MAC_KINDS.items()
    )
    return struct.pack(">4sI", b"icns", 8 + len(body)) + body
