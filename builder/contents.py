"""What is in the packaged application and what is left out, by name: read by build.spec, held by tests."""

from __future__ import annotations

import re
from collections.abc import Iterable

QT_MODULES = ("QtCore", "QtGui", "QtNetwork", "QtSvg", "QtWidgets")
"""Parts of PySide6 that are kept, and no others: those that voicedesk/ imports."""

METADATA = (
    "PySide6-Essentials", "aiohttp", "genai-prices", "keyring", "numpy", "openai", "pocketsphinx", "pyttsx3",
    "qasync", "sounddevice", "soxr", "websockets",
)  # fmt: skip
"""Packages that are asked for their version or their entry points while the application runs."""

EXCLUDED_MODULES = (
    "_pytest", "brotli", "certifi", "chardet", "charset_normalizer", "click", "doctest", "IPython", "lib2to3",
    "matplotlib", "mypy", "numpy.f2py", "numpy.random", "numpy.testing", "openai.cli", "openai.lib.beta",
    "openai.resources.admin", "openai.resources.beta", "openai.types.admin", "openai.types.beta", "PIL",
    "pip", "pkg_resources", "pydantic.mypy", "pydantic.v1", "pydoc_data", "pygments", "PySide6.QtDBus",
    "pytest", "readline", "requests", "rich", "scipy", "setuptools", "tkinter", "trio", "urllib3", "uvloop",
    "wheel",
)  # fmt: skip
"""What some module would use if it were there, as in the environment that builds, and we have no use for."""

QT_PLUGINS = {
    "iconengines": {"qsvgicon"},
    "imageformats": {"qico", "qsvg"},
    "networkinformation": set[str](),
    "platforminputcontexts": {
        "composeplatforminputcontextplugin",
        "ibusplatforminputcontextplugin",
    },
    "platforms": {"qcocoa", "qminimal", "qoffscreen", "qwayland", "qwindows", "qxcb"},
    "platformthemes": {"qxdgdesktopportal"},
    "styles": {"qmacstyle", "qmodernwindowsstyle"},
    "tls": set[str](),
    "wayland-decoration-client": {"adwaita", "bradient"},
    "wayland-graphics-integration-client": {"qt-plugin-wayland-egl"},
    "wayland-shell-integration": {"qt-shell", "xdg-shell"},
    "xcbglintegrations": {"qxcb-egl-integration", "qxcb-glx-integration"},
}
"""Qt's plugins that are kept, by their folder; no others. Sound, network and TLS are not Qt's here."""

_PLUGIN = re.compile(
    r"(?:^|/)plugins/(?P<folder>[^/]+)/(?:lib)?(?P<name>[^/]+?)\.(?:so|dll|dylib)$"
)
_QT_TRANSLATION = re.compile(
    r"(?:^|/)PySide6/(?:[^/]+/)*translations/(?P<catalogue>[a-z_]+?)_(?P<language>[a-z]{2,3}(?:_[A-Z]{2})?)\.qm$"
)
_QT_CATALOGUES = {"qtbase"}
_QT_MODULE = re.compile(r"(?:^|/)PySide6/(?P<module>Qt[A-Za-z0-9]+)\.(?:[^/]+\.)?(?:so|pyd)$")

SYSTEM_LIBRARIES = re.compile(
    r"(?:^|/)lib(?:X11|X11-xcb|Xau|Xdmcp|Xext|asound|dbus-1|expat|fontconfig|freetype|gcc_s|stdc\+\+|systemd|z)\.so\b"
)
"""Libraries of each desktop's own sound, display and compiler: ours would not fit to its drivers and settings."""


_UNUSED_DATA = re.compile(
    r"(?:^|/)(?:resources/speech/(?:q\d+\.wav|questions\.json)|resources/translations/[^/]+\.ts"
    r"|espeak-ng-data/mbrola_ph/.*|[^/]+\.dist-info/RECORD|py\.typed)$"
)
"""Recordings for tests, what translations are made from, data for voices of another program, lists of files."""


def is_kept(name: str, languages: Iterable[str]) -> bool:
    """Whether a file that was collected for Qt or from the system belongs into the application.

    Args:
        name: Its path inside the folder.
        languages: Those that the window speaks, as in "de".
    """
    path = name.replace("\\", "/")
    if plugin := _PLUGIN.search(path):
        return plugin["name"] in QT_PLUGINS.get(plugin["folder"], ())
    if text := _QT_TRANSLATION.search(path):
        return text["catalogue"] in _QT_CATALOGUES and text["language"] in set(languages)
    if part := _QT_MODULE.search(path):
        return part["module"] in QT_MODULES
    return SYSTEM_LIBRARIES.search(path) is None and _UNUSED_DATA.search(path) is None


def is_wanted_for_itself(name: str) -> bool:
    """Whether a file is there for its own sake, and not because another file is linked to it."""
    path = name.replace("\\", "/")
    is_library_at_top = "/" not in path and path.startswith("lib") and ".so" in path
    is_library_of_qt = "/Qt/lib/" in path
    return path.startswith(("libportaudio", "libpython")) or not (
        is_library_at_top or is_library_of_qt
    )
