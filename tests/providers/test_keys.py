"""Keys: where they come from, and that they stay with their server."""

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from voicedesk.core.settings import OPENAI, Server, Settings
from voicedesk.providers.keys import KeyringError, Keys

SERVER = Server(name="Home", base_url="https://home.example/v1")


class MemoryKeyring(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # it has no types
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture
def keychain(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    memory = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_password", memory.get_password)
    monkeypatch.setattr(keyring, "set_password", memory.set_password)
    monkeypatch.setattr(keyring, "delete_password", memory.delete_password)
    return memory


def test_a_stored_key_is_found_in_the_next_run(keychain: MemoryKeyring) -> None:
    Keys().store("home", SERVER, "  abc  ")
    assert Keys().read("home", SERVER) == "abc"
    assert Keys().has("home", SERVER)
    Keys().remove("home", SERVER)
    assert Keys().read("home", SERVER) == ""
    Keys().remove("home", SERVER)  # nothing there: nothing happens


def test_a_key_does_not_follow_its_server_to_another_address(keychain: MemoryKeyring) -> None:
    keys = Keys()
    keys.store("home", SERVER, "abc")
    moved = SERVER.model_copy(update={"base_url": "https://elsewhere.example/v1"})
    assert keys.read("home", moved) == ""


def test_the_environment_serves_openai_alone(
    keychain: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    servers = Settings().servers
    assert Keys().read(OPENAI, servers[OPENAI]) == "from-the-environment"
    assert Keys().read("home", SERVER) == ""


def test_the_environment_does_not_serve_a_changed_address(
    keychain: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    moved = Settings().servers[OPENAI].model_copy(update={"base_url": "https://evil.example/v1"})
    assert Keys().read(OPENAI, moved) == ""


def test_without_a_keychain_a_key_serves_this_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: str) -> None:
        raise keyring.errors.NoKeyringError

    monkeypatch.setattr(keyring, "set_password", refuse)
    monkeypatch.setattr(keyring, "get_password", refuse)
    monkeypatch.setattr(keyring, "delete_password", refuse)
    keys = Keys()
    with pytest.raises(KeyringError, match="until VoiceDesk ends"):
        keys.store("home", SERVER, "abc")
    assert keys.read("home", SERVER) == "abc"
    assert Keys().read("home", SERVER) == ""
    keys.remove("home", SERVER)
    assert keys.read("home", SERVER) == ""


def test_a_lent_key_is_kept_nowhere(keychain: MemoryKeyring) -> None:
    keys = Keys()
    keys.lend("home", SERVER, "abc")
    assert keys.read("home", SERVER) == "abc"
    assert not keychain.kept


def test_the_backend_has_a_name() -> None:
    assert Keys.backend() == "none"  # the tests' own keyring keeps nothing
