"""Settings on their way to another computer and back: without secrets, and without leave that only this user can give.

Keys are no settings and never come along. What might hold one all the same, a field that this version does not know or
an address with a password in it, stays behind; a key that was pasted where words belong is taken out of them.
"""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel

from voicedesk.core.errors import SettingsError
from voicedesk.core.redaction import redactor
from voicedesk.core.settings import BUILTIN, OPENAI, Settings, load

MAX_BYTES = 1024 * 1024
_KIND = "voicedesk-settings"


def export_text(settings: Settings) -> str:
    """The text of a file that others may see."""
    data = _known(_with_harmless_ids(settings))
    for server in data["servers"].values():
        server["base_url"] = _without_secrets(server["base_url"])
    data = redactor.clean_data(data)
    for server in data["servers"].values():
        server["base_url"] = _without_secrets(server["base_url"])  # empty where none is left
    return json.dumps({"kind": _KIND, **data}, indent=2, ensure_ascii=False) + "\n"


def import_text(data: bytes, present: Settings) -> Settings:
    """The settings of an exported file, or of a settings file.

    Args:
        data: What is in the file.
        present: Those in force. What only the user can allow stays as it is in them: which servers may be spoken to
            without encryption, and where the servers are that everybody has.

    Raises:
        SettingsImportError: It is not such a file.
    """
    try:
        if len(data) > MAX_BYTES:
            raise SettingsImportError("too large", reason="it is too large")
        text = data.decode("utf-8-sig")
        imported = load(text)
    except UnicodeDecodeError as error:
        raise SettingsImportError(repr(error), reason="it is not text") from error
    except SettingsImportError:
        raise
    except SettingsError as error:
        reason = str(error.arguments.get("reason", ""))
        raise SettingsImportError(error.detail, reason=reason) from error
    found = json.loads(text)
    if not any(name in found for name in Settings.model_fields):
        raise SettingsImportError("no section of ours", reason="there are no settings in it")
    result = Settings.model_validate(_known(imported))
    for identifier in (BUILTIN, OPENAI):
        result.servers[identifier] = present.server(identifier).model_copy()
    for identifier, server in result.servers.items():
        before = present.servers.get(identifier)
        is_same = before is not None and before.base_url == server.base_url
        server.allow_plain = before.allow_plain if before is not None and is_same else False
    return result


def _with_harmless_ids(settings: Settings) -> Settings:
    """Servers whose name or id holds a key get another id: an id is made of the name, which is spelled otherwise in it."""
    renamed: dict[str, str] = {}
    for identifier, server in settings.servers.items():
        told = [identifier, server.name]
        if identifier not in {BUILTIN, OPENAI} and redactor.clean_data(told) != told:
            free = (f"server-{number}" for number in itertools.count(1))
            taken = {*settings.servers, *renamed.values()}
            renamed[identifier] = next(name for name in free if name not in taken)
    if not renamed:
        return settings
    result = settings.model_copy(deep=True)
    result.servers = {renamed.get(name, name): each for name, each in result.servers.items()}
    for section in (result.realtime, result.classic):
        for field in type(section).model_fields:
            if field == "server" or field.endswith("_server"):
                chosen = getattr(section, field)
                setattr(section, field, renamed.get(chosen, chosen))
    return result


def _known(model: BaseModel) -> dict[str, Any]:
    """The data of a model without the fields that this version does not know."""
    return {name: _plain(getattr(model, name)) for name in type(model).model_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _known(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value


def _without_secrets(address: str) -> str:
    """An address without user, password, query and fragment."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


class SettingsImportError(SettingsError):
    """A file could not be taken in; the settings stay as they are."""

    sentence = "These settings could not be imported: {reason}. Nothing was changed."


class SettingsExportError(SettingsError):
    """The file could not be written."""

    sentence = "The settings could not be written to {path}: {reason}. Choose another place."
