"""A keychain for other processes, by ``PYTHON_KEYRING_BACKEND``: it is there, and never answers."""

import threading

from keyring.backend import KeyringBackend

BACKEND = f"{__name__}.Keyring"


class Keyring(KeyringBackend):
    """As one that asks the user, who has gone."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        del service, username
        threading.Event().wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        del service, username, password
        threading.Event().wait()

    def delete_password(self, service: str, username: str) -> None:
        del service, username
        threading.Event().wait()
