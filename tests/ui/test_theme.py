"""Every text can be read on its ground: a contrast of 4.5 to 1, 3 to 1 for outlines."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyleFactory, QStyleOptionButton, QWidget
from pytestqt.qtbot import QtBot

from voicedesk.ui import theme
from voicedesk.ui.icons import application_icon, icon
from voicedesk.ui.status import Status
from voicedesk.ui.talk_button import TalkButton


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 to 1."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: QColor, second: QColor) -> float:
    """Contrast of two opaque colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


Role = QPalette.ColorRole


@pytest.fixture(params=["light", "dark"])
def palette(request: pytest.FixtureRequest, qapp: QApplication) -> QPalette:
    return theme.light_palette() if request.param == "light" else theme.dark_palette()


def test_contrast_of_known_colours() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_the_scheme_goes_with_the_palette() -> None:
    assert not theme.scheme(theme.light_palette()).is_dark
    assert theme.scheme(theme.dark_palette()).is_dark


def test_text_of_the_palette(palette: QPalette) -> None:
    pairs = (
        (Role.WindowText, Role.Window),
        (Role.Text, Role.Base),
        (Role.ButtonText, Role.Button),
        (Role.HighlightedText, Role.Highlight),
        (Role.PlaceholderText, Role.Base),
        (Role.Link, Role.Base),
        (Role.ToolTipText, Role.ToolTipBase),
    )
    for ink, ground in pairs:
        assert contrast(palette.color(ink), palette.color(ground)) >= 4.5, (ink, ground)


def test_text_of_the_scheme(palette: QPalette) -> None:
    colours = theme.scheme(palette)
    text = palette.color(Role.WindowText)
    for ground in (palette.color(Role.Window), palette.color(Role.Base), colours.bubble):
        assert contrast(colours.muted, ground) >= 4.5
        assert contrast(text, ground) >= 4.5
    for status in Status:
        for ground in (palette.color(Role.Window), palette.color(Role.Base)):
            assert contrast(colours.status[status], ground) >= 4.5, status
    for name, ground in colours.shares.items():
        assert contrast(text, ground) >= 4.5, name
    assert contrast(palette.color(Role.BrightText), colours.recording) >= 4.5
    for ground in (colours.field, colours.code, palette.color(Role.Button)):
        assert contrast(text, ground) >= 4.5, ground.name()
        assert contrast(colours.muted, ground) >= 4.5, ground.name()


def grounds(widget: QWidget) -> set[str]:
    """The colours in a row of pixels through what is written on a widget: edges and letters are left out."""
    image = widget.grab().toImage()
    row = widget.height() // 2
    columns = range(widget.width() // 5, widget.width() * 4 // 5)
    return {image.pixelColor(x, row).name() for x in columns}


@pytest.mark.parametrize("status", [Status.READY, Status.LISTENING, Status.SPEAKING])
@pytest.mark.parametrize("is_over", [False, True])
def test_the_talk_button_can_be_read_also_under_the_mouse(
    qtbot: QtBot,
    palette: QPalette,
    status: Status,
    is_over: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    button = TalkButton()
    qtbot.addWidget(button)
    button.setPalette(palette)
    button.resize(button.sizeHint())
    button.show_status(status, is_locked=False)
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, is_over)
    monkeypatch.setattr(button, "_paint_content", lambda *_: None)
    (ground,) = grounds(button)
    _, ink = button._ground()
    assert contrast(ink, QColor(ground)) >= 4.5
    if is_over and status is not Status.LISTENING:
        button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
        assert grounds(button) != {ground}, "one sees that the mouse is over it"


@pytest.mark.parametrize(
    "state", ["State_None", "State_MouseOver", "State_Sunken", "State_On", "State_HasFocus"]
)
def test_the_styles_own_buttons_can_be_read_also_under_the_mouse(
    palette: QPalette, state: str
) -> None:
    style = QStyleFactory.create("Fusion")
    option = QStyleOptionButton()
    option.rect = QRect(0, 0, 80, 30)
    option.palette = palette
    option.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag[state]
    image = QImage(80, 30, QImage.Format.Format_RGB32)
    image.fill(palette.color(Role.Window))
    painter = QPainter(image)
    style.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter)
    painter.end()
    for row in range(8, 22):
        ground = image.pixelColor(40, row)
        assert contrast(palette.color(Role.ButtonText), ground) >= 4.5, ground.name()


def test_outlines_can_be_seen(palette: QPalette) -> None:
    colours = theme.scheme(palette)
    for ground in (Role.Window, Role.Base):
        assert contrast(colours.border, palette.color(ground)) >= 3.0
        assert contrast(palette.color(Role.Accent), palette.color(ground)) >= 3.0


def test_icons_take_the_colour_of_the_text(palette: QPalette) -> None:
    image = icon("menu", palette, 96).pixmap(96, 96).toImage()
    colours = {
        image.pixelColor(x, y).name()
        for x in range(96)
        for y in range(96)
        if image.pixelColor(x, y).alpha() == 255
    }
    assert colours == {palette.color(Role.ButtonText).name()}


def test_the_application_has_an_icon_in_all_usual_sizes(qapp: QApplication) -> None:
    sizes = {size.width() for size in application_icon().availableSizes()}
    assert {16, 32, 48, 256} <= sizes


def test_installing_follows_the_desktop(qapp: QApplication) -> None:
    before, style = qapp.palette(), qapp.style().name()
    try:
        theme.install(qapp)
        window = qapp.palette().color(Role.Window)
        ours = {p.color(Role.Window).name() for p in (theme.light_palette(), theme.dark_palette())}
        assert window.name() in ours
    finally:
        qapp.setPalette(before)
        qapp.setStyle(style)
