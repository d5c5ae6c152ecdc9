"""The options that name another server than the settings do."""

from __future__ import annotations

import argparse
import os
from urllib.parse import urlsplit

from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.core.errors import SettingsError
from voicedesk.core.settings import OPENAI_URL, Server, Settings
from voicedesk.providers.keys import Keys

_GIVEN = "command-line"


class NoVariableError(SettingsError):
    """An environment variable that should hold a key is not there."""

    sentence = "The environment variable {name} is not set. Put the server's key there."


def chosen(options: argparse.Namespace) -> tuple[Settings, Keys]:
    """Settings and keys with the server, key and model of the command line.

    Raises:
        SettingsError: The variable of the key is not set.
    """
    settings = SettingsFile(Folders.find().config).load()
    keys = Keys()
    realtime = settings.realtime
    if options.server:
        dialect = "openai" if options.server.rstrip("/") == OPENAI_URL else "compatible"
        host = urlsplit(options.server).netloc or options.server
        server = Server(name=host, base_url=options.server, dialect=dialect)
        settings = settings.model_copy(update={"servers": {**settings.servers, _GIVEN: server}})
        realtime = realtime.model_copy(update={"server": _GIVEN})
    if options.model:
        realtime = realtime.model_copy(update={"model": options.model})
    settings = settings.model_copy(update={"realtime": realtime})
    if options.key_env:
        key = os.environ.get(options.key_env, "").strip()
        if not key:
            raise NoVariableError(name=options.key_env)
        keys.lend(realtime.server, settings.realtime_server, key)
    return settings, keys
