"""Where the files that come with the application are: icons, sounds, sample speech, translations."""

import sys
from pathlib import Path

FOLDERS = ("icons", "speech", "translations")
"""All folders below ``resources/``; whatever packages the application takes these along."""

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_path(*parts: str) -> Path:
    """The path of a file or folder below ``resources/``, as in ``resource_path("sounds", "start.wav")``.

    A frozen application keeps them in its bundle, an installed package inside itself, and a source tree beside
    the package. Raises `FileNotFoundError` if it is not there: a broken installation, since they come with it.
    """
    path = _root().joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"VoiceDesk was installed without {path}; install it again")
    return path


def _root() -> Path:
    bundle: str | None = getattr(sys, "_MEIPASS", None)  # set by PyInstaller
    if bundle is not None:
        return Path(bundle) / "resources"
    inside = _PACKAGE / "_resources"
    return inside if inside.is_dir() else _PACKAGE.parent / "resources"
