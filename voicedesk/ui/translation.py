"""Has the window speak the desktop's language, where there is a translation; English otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from voicedesk.core.resources import resource_path

_SOURCE = "en"


def languages() -> list[str]:
    """The languages that the window can speak, as in "de", the one it was written in first."""
    folder = resource_path("translations")
    found = sorted(path.stem.partition("_")[2] for path in folder.glob("voicedesk_*.qm"))
    return [_SOURCE, *found]


def catalogue(language: str, parent: QObject) -> QTranslator:
    """A translator to ask, whichever language the window speaks. Empty where there is none."""
    translator = QTranslator(parent)
    translator.load(f"voicedesk_{language}", str(resource_path("translations")))
    return translator


def language_for(wanted: Sequence[str], folder: Path) -> str:
    """The first language of a list (as in "de-AT") that the window can speak; English when it speaks none."""
    for tag in wanted:
        language = tag.replace("_", "-").partition("-")[0].lower()
        if language == _SOURCE or (folder / f"voicedesk_{language}.qm").is_file():
            return language
    return _SOURCE


_in_use: list[QTranslator] = []


def use(application: QCoreApplication, language: str = "") -> None:
    """Speak a language from now on, in place of the one before. Numbers and dates follow it.

    Args:
        application: Owns the translators.
        language: As in "de"; empty takes the desktop's.
    """
    for translator in _in_use:
        application.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(QLocale(language) if language else QLocale.system())
    _in_use[:] = install(application, language)


def install(application: QCoreApplication, language: str = "") -> list[QTranslator]:
    """Translate what is made from now on. Returns the translators that are in use.

    Args:
        application: Owns the translators.
        language: As in "de"; empty takes the desktop's.
    """
    folder = resource_path("translations")
    wanted = [language] if language else QLocale().uiLanguages()
    chosen = language_for(wanted, folder)
    if chosen == _SOURCE:
        return []
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    result = []
    # Ours last: of several translators the latest is asked first.
    for name, place in ((f"qtbase_{chosen}", qt), (f"voicedesk_{chosen}", str(folder))):
        translator = QTranslator(application)
        if translator.load(name, place):
            application.installTranslator(translator)
            result.append(translator)
        else:
            translator.deleteLater()
    return result
