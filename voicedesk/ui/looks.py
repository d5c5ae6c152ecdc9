"""Takes the settings of the look into use: colours, language, size of text, motion."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from voicedesk.core.settings import Appearance
from voicedesk.ui import motion, theme, translation


class Looks:
    """The look of the application. Colours and motion change what is there; for the rest it is built anew."""

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._font = QFont(application.font())
        self._present = Appearance()

    def apply(self, wanted: Appearance) -> bool:
        """Look like this from now on. Returns whether what is on the screen has to be built anew."""
        present, self._present = self._present, wanted.model_copy()
        if wanted.theme != present.theme:
            theme.choose(self._application, wanted.theme)
        motion.reduce(self._application, is_on=wanted.reduced_motion)
        is_new_language = wanted.language != present.language
        if is_new_language:
            translation.use(self._application, wanted.language)
        is_new_size = wanted.text_size != present.text_size
        if is_new_size:
            self._application.setFont(self._scaled(wanted.text_size))
        return is_new_language or is_new_size

    def restore(self) -> None:
        """Look as the desktop has it: the application goes."""
        self.apply(Appearance())

    def _scaled(self, percent: int) -> QFont:
        font = QFont(self._font)
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * percent / 100)
        else:
            font.setPixelSize(round(font.pixelSize() * percent / 100))
        return font
