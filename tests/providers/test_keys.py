"""Keys: where they come from, and that they stay with their server."""

import os
import stat
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from voicedesk.core.redaction import HIDDEN, redactor
from voicedesk.core.settings import OPENAI, Server, Settings
from voicedesk.providers.keys import KeyFileError, KeyringError, Keys

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
    assert Keys().backend() == "none"  # the tests' own keyring keeps nothing


# ------------------------------------------------------------------------------------ the file


def test_a_keychain_that_takes_a_key_and_keeps_nothing_is_none(tmp_path: Path) -> None:
    keys = Keys(tmp_path)  # the tests' own keyring is such a one
    with pytest.raises(KeyringError, match="until VoiceDesk ends"):
        keys.store("home", SERVER, "abc")
    assert keys.read("home", SERVER) == "abc"
    assert list(tmp_path.glob("*.json")) == []


def test_keys_go_into_a_file_of_the_owners_alone_once_that_is_allowed(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    keys = Keys(folder)
    with pytest.raises(KeyringError):
        keys.store("home", SERVER, "first-key")
    assert not keys.uses_file()
    keys.use_file(allowed=True)
    other = SERVER.model_copy(update={"base_url": "https://other.example/v1"})
    keys.store("other", other, "second-key")
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = Keys(folder)
    assert again.uses_file()
    assert (again.read("home", SERVER), again.read("other", other)) == ("first-key", "second-key")
    again.remove("home", SERVER)
    assert Keys(folder).read("home", SERVER) == ""
    assert Keys(folder).read("other", other) == "second-key"


def test_without_the_file_keys_serve_this_run_alone_again(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.use_file(allowed=True)
    keys.store("home", SERVER, "abc")
    again = Keys(tmp_path)
    again.use_file(allowed=False)
    assert list(tmp_path.glob("*.json")) == []
    assert again.read("home", SERVER) == "abc"
    assert Keys(tmp_path).read("home", SERVER) == ""
    again.use_file(allowed=False)


def test_a_keychain_comes_before_the_file(tmp_path: Path, keychain: MemoryKeyring) -> None:
    keys = Keys(tmp_path)
    keys.use_file(allowed=True)
    keys.store("home", SERVER, "abc")
    assert "abc" not in (tmp_path / "keys.json").read_text("utf-8")
    assert Keys().read("home", SERVER) == "abc"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.use_file(allowed=True)
    keys.store("home", SERVER, "abc")
    file = tmp_path / "keys.json"
    file.chmod(0o644)
    assert Keys(tmp_path).read("home", SERVER) == "abc"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"a": 1}', b"\xff\x00", b"[" * 100_000])
def test_a_damaged_file_holds_no_keys(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(content)
    keys = Keys(tmp_path)
    assert keys.read("home", SERVER) == ""
    keys.store("home", SERVER, "abc")
    assert Keys(tmp_path).read("home", SERVER) == "abc"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("{}", encoding="utf-8")
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "keys.json").symlink_to(target)
    assert not Keys(folder).uses_file()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    keys = Keys(blocker / "config")
    with pytest.raises(KeyFileError, match="could not be changed"):
        keys.use_file(allowed=True)


def test_a_key_that_was_read_is_hidden_from_then_on(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.lend("home", SERVER, "lent words without a pattern")
    with pytest.raises(KeyringError):
        keys.store("other", SERVER, "stored words without a pattern")
    said = "lent words without a pattern, stored words without a pattern"
    assert redactor.clean(said) == f"{HIDDEN}, {HIDDEN}"


def test_whatever_a_keychain_fails_with_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    class StrangeError(Exception):
        pass

    def fail(*_: str) -> None:
        raise StrangeError

    for name in ("get_password", "set_password", "delete_password", "get_keyring"):
        monkeypatch.setattr(keyring, name, fail)
    keys = Keys()
    assert keys.read("home", SERVER) == ""
    with pytest.raises(KeyringError):
        keys.store("home", SERVER, "abc")
    keys.remove("home", SERVER)
    assert keys.backend() == "none"
