"""The look: a palette for light and dark, and the few colours that no palette role has.

Widgets take colours from their palette's roles and, for states and shares, from ``scheme(palette)``, which looks at
the palette it is given: a changed palette is all it takes to change the look. Every text colour reaches a contrast
of 4.5 to 1 on the grounds it is used on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from voicedesk.ui.status import Status

_CHOICE = "voicedesk_theme"
_Role = QPalette.ColorRole
_Group = QPalette.ColorGroup


@dataclass(frozen=True)
class Scheme:
    """Colours beside the palette's roles.

    Attributes:
        is_dark: Whether the ground is dark.
        muted: Secondary text.
        line: Hairlines, which mean nothing by themselves.
        border: The outline of what can be typed into or scrolled.
        field: The ground of what can be typed into, where outlines are faint.
        recording: The ground of the talk button while it records; white is readable on it.
        bubble: The ground of what the user said.
        code: The ground of code.
        status: A colour for each status, readable as text on the window.
        shares: The ground of each share of the latency; the palette's text colour is readable on it.
    """

    is_dark: bool
    muted: QColor
    line: QColor
    border: QColor
    field: QColor
    recording: QColor
    bubble: QColor
    code: QColor
    status: dict[Status, QColor]
    shares: dict[str, QColor]


def _colours(**values: str) -> dict[str, QColor]:
    return {name: QColor(value) for name, value in values.items()}


_LIGHT = Scheme(
    is_dark=False,
    muted=QColor("#5c6070"),
    line=QColor("#dcdee6"),
    border=QColor("#858a9c"),
    field=QColor("#ffffff"),
    recording=QColor("#c2244a"),
    bubble=QColor("#eceffb"),
    code=QColor("#f3f4f8"),
    status={
        Status.READY: QColor("#17713f"),
        Status.LISTENING: QColor("#c2244a"),
        Status.THINKING: QColor("#6a3fcb"),
        Status.SPEAKING: QColor("#1b5fc2"),
        Status.CONNECTING: QColor("#5c6070"),
        Status.RECONNECTING: QColor("#a33c00"),
        Status.OFFLINE: QColor("#5c6070"),
        Status.ERROR: QColor("#a33c00"),
    },
    shares=_colours(
        tail="#d6d9e2",
        ours="#a5dfc0",
        server="#b3c8ff",
        buffer="#f4d694",
        device="#e3c0ee",
        silence="#e6e8ee",
    ),
)

_DARK = Scheme(
    is_dark=True,
    muted=QColor("#a5a9b8"),
    line=QColor("#363944"),
    border=QColor("#727788"),
    field=QColor("#31343f"),
    recording=QColor("#cb3355"),
    bubble=QColor("#2d3247"),
    code=QColor("#191b20"),
    status={
        Status.READY: QColor("#62d39b"),
        Status.LISTENING: QColor("#ff7d98"),
        Status.THINKING: QColor("#bda6ff"),
        Status.SPEAKING: QColor("#82b4ff"),
        Status.CONNECTING: QColor("#a5a9b8"),
        Status.RECONNECTING: QColor("#ffa56b"),
        Status.OFFLINE: QColor("#a5a9b8"),
        Status.ERROR: QColor("#ffa56b"),
    },
    shares=_colours(
        tail="#474b58",
        ours="#1f6346",
        server="#2c4a94",
        buffer="#6d4c12",
        device="#633a74",
        silence="#383c47",
    ),
)


def scheme(palette: QPalette) -> Scheme:
    """The colours that go with a palette: the dark ones when its window is darker than its text."""
    window = palette.color(_Role.Window).lightnessF()
    return _DARK if window < palette.color(_Role.WindowText).lightnessF() else _LIGHT


def _palette(values: dict[QPalette.ColorRole, str], faded: str) -> QPalette:
    palette = QPalette(QColor(values[_Role.Button]), QColor(values[_Role.Window]))
    for role, value in values.items():
        palette.setColor(role, QColor(value))
    for role in (_Role.Text, _Role.WindowText, _Role.ButtonText):
        palette.setColor(_Group.Disabled, role, QColor(faded))
    palette.setColor(_Group.Disabled, _Role.Highlight, QColor(faded))
    return palette


@lru_cache(maxsize=1)
def light_palette() -> QPalette:
    """Our palette for a light desktop."""
    return _palette(
        {
            _Role.Window: "#f5f6f9",
            _Role.WindowText: "#1c1e26",
            _Role.Base: "#ffffff",
            _Role.AlternateBase: "#eef0f5",
            _Role.Text: "#1c1e26",
            _Role.Button: "#fbfbfd",
            _Role.ButtonText: "#1c1e26",
            _Role.BrightText: "#ffffff",
            _Role.Highlight: "#3f56d0",
            _Role.HighlightedText: "#ffffff",
            _Role.Accent: "#3f56d0",
            _Role.Link: "#3448b4",
            _Role.LinkVisited: "#3448b4",
            _Role.PlaceholderText: "#5c6070",
            _Role.ToolTipBase: "#ffffff",
            _Role.ToolTipText: "#1c1e26",
            _Role.Light: "#ffffff",
            _Role.Midlight: "#f0f1f5",
            _Role.Mid: "#c4c7d2",
            _Role.Dark: "#a7abb9",
            _Role.Shadow: "#6b6f7d",
        },
        "#9a9eac",
    )


@lru_cache(maxsize=1)
def dark_palette() -> QPalette:
    """Our palette for a dark desktop."""
    return _palette(
        {
            _Role.Window: "#1a1b20",
            _Role.WindowText: "#e8e9ee",
            _Role.Base: "#212329",
            _Role.AlternateBase: "#282a32",
            _Role.Text: "#e8e9ee",
            _Role.Button: "#2b2e37",
            _Role.ButtonText: "#e8e9ee",
            _Role.BrightText: "#ffffff",
            _Role.Highlight: "#4f66dc",
            _Role.HighlightedText: "#ffffff",
            _Role.Accent: "#8fa1ff",
            _Role.Link: "#a3b2ff",
            _Role.LinkVisited: "#a3b2ff",
            _Role.PlaceholderText: "#a5a9b8",
            _Role.ToolTipBase: "#2b2e37",
            _Role.ToolTipText: "#e8e9ee",
            _Role.Light: "#3c404c",
            _Role.Midlight: "#343844",
            _Role.Mid: "#23252c",
            _Role.Dark: "#15161a",
            _Role.Shadow: "#0c0d10",
        },
        "#6f7382",
    )


def install(app: QApplication) -> None:
    """Give the application our style and palette, and follow the desktop between light and dark.

    A desktop that asks for high contrast keeps its own palette.
    """
    app.setStyle("Fusion")
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.connect(lambda _scheme: _follow(app))
    hints.accessibility().contrastPreferenceChanged.connect(lambda _preference: _follow(app))
    _follow(app)


def choose(app: QApplication, wanted: Literal["system", "light", "dark"]) -> None:
    """Look light or dark whatever the desktop does, or follow it again."""
    hints = QGuiApplication.styleHints()
    app.setProperty(_CHOICE, wanted)
    if wanted == "system":
        hints.unsetColorScheme()
    else:  # for title bars and the desktop's own dialogs
        is_dark = wanted == "dark"
        hints.setColorScheme(Qt.ColorScheme.Dark if is_dark else Qt.ColorScheme.Light)
    _follow(app)


def _follow(app: QApplication) -> None:
    hints = QGuiApplication.styleHints()
    wanted = app.property(_CHOICE) or "system"
    is_contrast_high = (
        hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    )
    if is_contrast_high and wanted == "system":
        app.setPalette(QPalette())
        return
    is_dark = hints.colorScheme() == Qt.ColorScheme.Dark if wanted == "system" else wanted == "dark"
    app.setPalette(dark_palette() if is_dark else light_palette())


def set_text_colour(widget: QWidget, colour: QColor) -> None:
    """Give a widget's text a colour and leave every other role to follow its surroundings."""
    palette = QPalette()
    for role in (_Role.WindowText, _Role.Text):
        palette.setColor(role, colour)
    widget.setPalette(palette)


def under_mouse(ground: QColor, ink: QColor) -> QColor:
    """The ground of what the mouse is over: it moves away from the ink, which is then read no worse."""
    away = QColor("black") if ink.lightnessF() > ground.lightnessF() else QColor("white")
    return mix(ground, away, 0.12)


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """``share`` (0 to 1) of the second colour in the first."""
    keep = 1.0 - share
    return QColor.fromRgbF(
        first.redF() * keep + second.redF() * share,
        first.greenF() * keep + second.greenF() * share,
        first.blueF() * keep + second.blueF() * share,
    )
