"""Takes the settings of the look into use: colours, language, size of text, motion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from voicedesk.core.settings import Appearance
from voicedesk.ui import motion, theme, translation


def _is_wanted_less() -> bool:
    from voicedesk.ui.desktop_motion import is_wanted_less  # the window paints before it is loaded

    return is_wanted_less()


class Looks:
    """The look of the application. Colours and motion change what is there; for the rest it is built anew."""

    def __init__(
        self, application: QApplication, less_motion: Callable[[], bool] = _is_wanted_less
    ) -> None:
        """``less_motion`` tells whether the desktop is set to move less; called on a thread, by ``follow``."""
        self._less_motion = less_motion
        self._desktop_is_still = self._is_asking = False
        self._application = application
        self._font = QFont(application.font())
        self._present = Appearance()

    def apply(self, wanted: Appearance) -> bool:
        """Look like this from now on. Returns whether what is on the screen has to be built anew."""
        present, self._present = self._present, wanted.model_copy()
        if wanted.theme != present.theme:
            theme.choose(self._application, wanted.theme)
        self._move()
        is_new_language = wanted.language != present.language
        if is_new_language:
            translation.use(self._application, wanted.language)
        is_new_size = wanted.text_size != present.text_size
        if is_new_size:
            self._application.setFont(self._scaled(wanted.text_size))
        return is_new_language or is_new_size

    async def follow(self) -> None:
        """Find out how the desktop has what only it can tell, where that counts."""
        if self._is_asking or self._present.reduced_motion != "system":
            return
        self._is_asking = True
        try:
            told_by_qt = motion.is_wanted_less(self._application.styleHints().accessibility())
            self._desktop_is_still = told_by_qt or await asyncio.to_thread(self._less_motion)
        finally:
            self._is_asking = False
        self._move()

    def _move(self) -> None:
        wanted = self._present.reduced_motion
        is_still = wanted == "always" or (wanted == "system" and self._desktop_is_still)
        motion.reduce(self._application, is_on=is_still)

    def restore(self) -> None:
        """Look as the desktop has it: the application goes."""
        self._desktop_is_still = False
        self.apply(Appearance())

    def _scaled(self, percent: int) -> QFont:
        font = QFont(self._font)
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * percent / 100)
        else:
            font.setPixelSize(round(font.pixelSize() * percent / 100))
        return font
