"""The options that name another server than the settings do."""

from __future__ import annotations

import argparse
import os
import sys
from urllib.parse import urlsplit

from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.errors import SettingsError
from voicedesk.core.settings import OPENAI_URL, Server, Settings
from voicedesk.providers.keys import Keys

_GIVEN = "command-line"


class NoVariableError(SettingsError):
    """An environment variable that should hold a key is not there."""

    sentence = "The environment variable {name} is not set. Put the server's key there."


def own_settings() -> Settings:
    """The user's settings. What is wrong with them is printed: their file has another name now, and nobody looks again."""
    file = SettingsFile(Folders.find().config)
    settings = file.load()
    if file.problem is not None:
        print(str(file.problem), file=sys.stderr)
    return settings


def chosen(options: argparse.Namespace) -> tuple[Settings, Keys]:
    """Settings and keys with the pipeline, server, key and model of the command line.

    Raises:
        SettingsError: The variable of the key is not set.
    """
    folders = Folders.find()
    settings = own_settings()
    if options.mode:
        settings = settings.model_copy(update={"mode": options.mode})
    if options.server:
        settings = _on(settings, options.server)
    if options.model:
        settings = _with_model(settings, options.model)
    keys = Keys(folders.config)
    if options.key_env:
        key = os.environ.get(options.key_env, "").strip()
        if not key:
            raise NoVariableError(name=options.key_env)
        keys.lend(settings.answering_id, settings.answering_server, key)
    return settings, keys


def _on(settings: Settings, url: str) -> Settings:
    """All of the pipeline on another server, but for a voice that needs none."""
    dialect = "openai" if url.rstrip("/") == OPENAI_URL else "compatible"
    server = Server(name=_host(url) or url, base_url=url, dialect=dialect)
    stages = {"transcription_server": _GIVEN, "thinking_server": _GIVEN, "speech_server": _GIVEN}
    return settings.model_copy(
        update={
            "servers": {**settings.servers, _GIVEN: server},
            "realtime": settings.realtime.model_copy(update={"server": _GIVEN}),
            "classic": settings.classic.model_copy(update=stages),
        }
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""  # what is wrong with the address is told when it is to be used


def _with_model(settings: Settings, model: str) -> Settings:
    """Another model for the answers."""
    if settings.mode == "realtime":
        realtime = settings.realtime.model_copy(update={"model": model})
        return settings.model_copy(update={"realtime": realtime})
    classic = settings.classic.model_copy(update={"thinking_model": model})
    return settings.model_copy(update={"classic": classic})
