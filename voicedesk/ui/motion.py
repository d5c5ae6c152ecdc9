"""Whether things may move that need not: menus that slide, a cursor that blinks, a rim that pulses."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtWidgets import QApplication

_REDUCED = "voicedesk_reduced_motion"
_FLASH = "voicedesk_cursor_flash_time"
_EFFECTS = (
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
    Qt.UIEffect.UI_AnimateToolBox,
)
_stilled: list[Qt.UIEffect] = []


def is_wanted_less(hints: QObject) -> bool:
    """Whether Qt tells that the desktop is set to show less motion; it does so from 6.12 on.

    Args:
        hints: What ``QStyleHints.accessibility`` gives.
    """
    preference = getattr(hints, "motionPreference", lambda: None)()
    return getattr(preference, "name", "") == "ReducedMotion"


def is_reduced() -> bool:
    """Whether nothing is to move that need not."""
    application = QCoreApplication.instance()
    return application is not None and bool(application.property(_REDUCED))


def reduce(application: QApplication, *, is_on: bool) -> None:
    """Keep things still from now on, or let them move again as the desktop has them."""
    if is_on == is_reduced():
        return
    application.setProperty(_REDUCED, is_on)
    if is_on:
        application.setProperty(_FLASH, application.cursorFlashTime())
    moving = [effect for effect in _EFFECTS if application.isEffectEnabled(effect)]
    for effect in moving if is_on else _stilled:
        application.setEffectEnabled(effect, not is_on)
    _stilled[:] = moving if is_on else []
    application.setCursorFlashTime(0 if is_on else int(application.property(_FLASH)))
