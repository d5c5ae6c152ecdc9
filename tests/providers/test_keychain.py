"""A keychain that does not answer, being locked or hung: nobody waits for it for ever, and what it says late counts."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from voicedesk.core.errors import WrongKeyError
from voicedesk.core.redaction import HIDDEN, redactor
from voicedesk.core.settings import OPENAI, Server, Settings
from voicedesk.providers import keys as keys_module
from voicedesk.providers.keys import KeyNotRemovedError, KeyringError, Keys
from voicedesk.servers import Servers

HOME = Server(name="Home", base_url="https://home.example/v1", dialect="compatible")
NEEDY = Settings().servers[OPENAI]
FOR_EVER = 3600.0


class HungKeychain:
    """Answers when it is unlocked, and not before."""

    def __init__(self) -> None:
        self.unlocked = threading.Event()
        self.kept: dict[str, str] = {}
        self.asked: list[str] = []

    def get(self, _service: str, account: str) -> str | None:
        self.asked.append(account)
        self.unlocked.wait()
        return self.kept.get(account)

    def keep(self, _service: str, account: str, key: str) -> None:
        self.unlocked.wait()
        self.kept[account] = key

    def remove(self, _service: str, account: str) -> None:
        self.unlocked.wait()
        del self.kept[account]


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> Iterator[HungKeychain]:
    keychain = HungKeychain()
    monkeypatch.setattr(keyring, "get_password", keychain.get)
    monkeypatch.setattr(keyring, "set_password", keychain.keep)
    monkeypatch.setattr(keyring, "delete_password", keychain.remove)
    monkeypatch.setattr(keys_module, "LOOK_UP_S", 0.05)
    monkeypatch.setattr(keys_module, "HELD_UP_S", 0.05)
    yield keychain
    keychain.unlocked.set()


def account(identifier: str, server: Server) -> str:
    return f"{identifier} {server.base_url}"


async def until_found(keys: Keys, identifier: str, server: Server) -> str:
    async with asyncio.timeout(20):
        while not (key := keys.read(identifier, server)):
            await asyncio.sleep(0.01)
    return key


async def test_a_turn_is_told_what_to_do(hung: HungKeychain) -> None:
    servers = Servers(Keys())
    with pytest.raises(WrongKeyError, match=r"Unlock the keychain .* enter the key in Settings"):
        await servers.address(Settings(), OPENAI)
    await servers.close()


async def test_a_server_that_may_go_without_a_key_is_asked_without(hung: HungKeychain) -> None:
    assert await Keys().fetch("home", HOME) == ""


async def test_nobody_waits_again_until_it_has_answered(
    hung: HungKeychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys()
    assert await keys.fetch("home", HOME) == ""
    monkeypatch.setattr(keys_module, "LOOK_UP_S", FOR_EVER)
    monkeypatch.setattr(keys_module, "HELD_UP_S", FOR_EVER)
    assert keys.is_silent
    assert await keys.fetch("home", HOME) == ""
    assert not keys.has("other", HOME)
    assert keys.backend() == "none"
    assert hung.asked == [account("home", HOME)]  # one thread, however often it is asked
    threads = [thread for thread in threading.enumerate() if thread.name == "keychain"]
    assert len(threads) == 1
    assert threads[0].daemon


async def test_what_it_says_late_is_there_for_the_next(hung: HungKeychain) -> None:
    keys = Keys()
    hung.kept[account(OPENAI, NEEDY)] = "a late key of mine"
    with pytest.raises(WrongKeyError):
        await keys.fetch(OPENAI, NEEDY)
    hung.unlocked.set()
    assert await until_found(keys, OPENAI, NEEDY) == "a late key of mine"
    assert await keys.fetch(OPENAI, NEEDY) == "a late key of mine"
    assert not keys.is_silent
    assert redactor.clean("a late key of mine") == HIDDEN


async def test_what_it_says_after_the_key_was_removed_counts_no_more(hung: HungKeychain) -> None:
    keys = Keys()
    hung.kept[account(OPENAI, NEEDY)] = "a removed key of mine"
    with pytest.raises(WrongKeyError):
        await keys.fetch(OPENAI, NEEDY)
    with pytest.raises(KeyNotRemovedError, match="remove the key again"):
        keys.remove(OPENAI, NEEDY)
    hung.unlocked.set()
    async with asyncio.timeout(20):
        while keys.is_silent:
            await asyncio.sleep(0.01)
    hung.kept.clear()
    assert keys.read(OPENAI, NEEDY) == ""


async def test_the_file_serves_meanwhile(hung: HungKeychain, tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.use_file(allowed=True)
    keys.store(OPENAI, NEEDY, "a key for the file")
    assert await Keys(tmp_path).fetch(OPENAI, NEEDY) == "a key for the file"


async def test_a_key_that_is_entered_serves_this_run(hung: HungKeychain) -> None:
    keys = Keys()
    with pytest.raises(KeyringError, match=r"does not answer; unlock it .* until VoiceDesk ends"):
        keys.store(OPENAI, NEEDY, "entered")
    assert await keys.fetch(OPENAI, NEEDY) == "entered"
    hung.unlocked.set()
    keys.store(OPENAI, NEEDY, "entered")
    assert hung.kept == {account(OPENAI, NEEDY): "entered"}


def test_who_quits_does_not_wait_for_it(
    hung: HungKeychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "LOOK_UP_S", FOR_EVER)

    async def quit_meanwhile() -> None:
        servers = Servers(Keys())
        asking = asyncio.create_task(servers.address(Settings(), OPENAI))
        while not hung.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await servers.close()

    asyncio.run(quit_meanwhile())  # waits for the threads of the loop too
    assert not hung.unlocked.is_set()


_DOCTOR = """
import sys, time
import keyring
from voicedesk.providers import keys
def hang(*_): time.sleep(3600)
keyring.get_password = keyring.get_keyring = hang
keys.LOOK_UP_S = keys.HELD_UP_S = 0.2
from voicedesk.__main__ import main
sys.exit(main(["doctor", "--json", "--server", "https://api.openai.com/v1"]))
"""


def test_the_doctor_says_so_and_ends() -> None:
    child = subprocess.run(
        [sys.executable, "-c", _DOCTOR], capture_output=True, text=True, timeout=100, check=False
    )
    report = json.loads(child.stdout)
    assert child.returncode == 1
    assert report["keyring"] == "does not answer"
    assert report["server"]["key"] == "unknown"
    assert "Unlock the keychain" in report["server"]["problem"]
    assert "Unlock the keychain" in json.dumps(report["servers"])
