"""Encrypted servers have to show who they are before they are told anything: no key, no word, no sound goes to another."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from voicedesk.core.errors import ConnectionLostError, ServerError, UnreachableError, WrongKeyError
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.realtime import RealtimeSocket
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Words
from voicedesk.providers.transcription import RestTranscriber

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="the certificates of these tests are made by openssl"
)

KEY = "sk-planted-key"
NOT_TRUSTED = "its certificate is not trusted"
ANOTHER_NAME = "its certificate was made for another name"


def made(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


class Certificates:
    """An authority of our own, and what it vouches for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = self._signed_by_itself("authority", "CA:TRUE")
        self.good = self._signed("good", "IP:127.0.0.1,DNS:localhost")
        self.elsewhere = self._signed("elsewhere", "DNS:elsewhere.test,IP:127.0.0.9")
        self.stranger = self._signed_by_itself("stranger", "CA:FALSE")

    def _key(self, name: str) -> Path:
        key = self.folder / f"{name}.key"
        made("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        return key

    def _settings(self, name: str, lines: str) -> Path:
        path = self.folder / f"{name}.cnf"
        head = f"[req]\nprompt=no\ndistinguished_name=dn\nx509_extensions=x\n[dn]\nCN={name}\n"
        path.write_text(f"{head}[x]\n{lines}\n", "utf-8")
        return path

    def _signed_by_itself(self, name: str, basic: str) -> Path:
        certificate = self.folder / f"{name}.pem"
        lines = f"basicConstraints=critical,{basic}\nsubjectKeyIdentifier=hash"
        lines += "\nkeyUsage=critical,keyCertSign,cRLSign" if "TRUE" in basic else ""
        lines += "\nsubjectAltName=IP:127.0.0.1" if "FALSE" in basic else ""
        key, config = self._key(name), self._settings(name, lines)
        made(
            *("req", "-x509", "-new", "-key", key, "-sha256", "-days", "30"),
            *("-config", config, "-out", certificate),
        )
        return certificate

    def _signed(self, name: str, names: str) -> Path:
        certificate, request = self.folder / f"{name}.pem", self.folder / f"{name}.csr"
        lines = f"subjectAltName={names}\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash"
        key, config = self._key(name), self._settings(name, lines)
        made("req", "-new", "-key", key, "-config", config, "-out", request)
        made(
            *("x509", "-req", "-in", request, "-sha256", "-days", "30", "-set_serial", "7"),
            *("-CA", self.authority, "-CAkey", self.folder / "authority.key"),
            *("-extfile", config, "-extensions", "x", "-out", certificate),
        )
        return certificate

    def served(self, certificate: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        return context


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(autouse=True)
def _trust_in_our_authority(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody else is trusted, whatever this computer trusts."""
    nobody = tmp_path / "nobody"
    nobody.mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    monkeypatch.setenv("SSL_CERT_DIR", str(nobody))


class Listener:
    """Keeps every byte that it was told behind the handshake."""

    def __init__(self, *, is_plain: bool) -> None:
        self.is_plain = is_plain
        self.told = b""
        self.arrived = asyncio.Event()
        self.port = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(4096):
                self.told += data
                if self.is_plain or b"\r\n\r\n" in self.told:
                    self.arrived.set()
                    writer.write(
                        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    )
        finally:
            writer.close()


@asynccontextmanager
async def listening(context: ssl.SSLContext | None) -> AsyncIterator[Listener]:
    listener = Listener(is_plain=context is None)
    server = await asyncio.start_server(listener.take, "127.0.0.1", 0, ssl=context)
    listener.port = server.sockets[0].getsockname()[1]
    try:
        yield listener
    finally:
        server.close()
        await server.wait_closed()


def address_of(listener: Listener, host: str = "127.0.0.1") -> Address:
    return Address("Secret", f"https://{host}:{listener.port}/v1", KEY, Quirks())


async def connect(address: Address) -> None:
    await (await RealtimeSocket.connect(address, model="m")).close()


async def speak(address: Address) -> None:
    async with _http(address) as client:
        async for _ in ServerVoice(client, name="secret", model="m").speak("A secret."):
            pass


async def transcribe(address: Address) -> None:
    async with _http(address) as client:
        await RestTranscriber(client, model="m").transcribe(b"\x01\x00" * 4800, _nobody)


def _nobody(_words: Words) -> None:
    """Nobody looks at them."""


@asynccontextmanager
async def _http(address: Address) -> AsyncIterator[HttpServer]:
    async def source() -> Address:
        return address

    client = HttpServer(source, stall_s=10.0)
    try:
        yield client
    finally:
        await client.close()


Way = Callable[[Address], Awaitable[None]]
WAYS: list[Way] = [connect, speak, transcribe]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("shown", "host", "why"),
    [
        ("stranger", "127.0.0.1", NOT_TRUSTED),
        ("elsewhere", "127.0.0.1", ANOTHER_NAME),
        ("elsewhere", "localhost", ANOTHER_NAME),
    ],
)
async def test_a_server_that_is_another_is_told_nothing(
    certificates: Certificates, way: Way, shown: str, host: str, why: str
) -> None:
    async with listening(certificates.served(getattr(certificates, shown))) as listener:
        with pytest.raises(UnreachableError) as caught:
            async with asyncio.timeout(20):
                await way(address_of(listener, host))
        assert f"Secret cannot be reached: {why}." in str(caught.value)
        assert KEY not in f"{caught.value} {caught.value.detail}"
    assert listener.told == b""


@pytest.mark.parametrize("way", WAYS)
async def test_the_right_server_is_told_the_key(certificates: Certificates, way: Way) -> None:
    # Else the refusals above would prove nothing.
    async with listening(certificates.served(certificates.good)) as listener:
        with pytest.raises(WrongKeyError):
            async with asyncio.timeout(20):
                await way(address_of(listener))
        await listener.arrived.wait()
    assert f"Bearer {KEY}".encode() in listener.told


@pytest.mark.parametrize("way", WAYS)
async def test_a_server_without_encryption_is_told_nothing_of_what_was_to_be_encrypted(
    way: Way,
) -> None:
    async with listening(None) as listener:
        with pytest.raises(ServerError):
            async with asyncio.timeout(20):
                await way(address_of(listener))
    assert KEY.encode() not in listener.told
    assert b"secret" not in listener.told.lower()


def _answer(
    listener: socket.socket, context: ssl.SSLContext, head: bytes, *, is_ended: bool
) -> None:
    """One sound whose end only the end of its connection tells, with the word that ends it or without."""
    plain, _ = listener.accept()
    with context.wrap_socket(plain, server_side=True) as connection:
        connection.settimeout(10.0)
        request = b""
        while not request.endswith(b"}"):
            request += connection.recv(4096)
        connection.sendall(head + b"\r\nContent-Type: audio/pcm\r\n\r\n" + b"\x10\x20" * 24_000)
        if is_ended:
            with suppress(ssl.SSLEOFError):  # it waits for the same word from the other side
                connection.unwrap()


@pytest.mark.parametrize(
    ("head", "is_ended", "is_whole"),
    [
        (b"HTTP/1.1 200 OK", True, True),
        (b"HTTP/1.1 200 OK", False, False),
        (b"HTTP/1.0 200 OK", False, True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 48000", False, True),
    ],
)
async def test_sound_is_cut_where_its_connection_ends_without_the_word_that_ends_it(
    certificates: Certificates, head: bytes, *, is_ended: bool, is_whole: bool
) -> None:
    context = certificates.served(certificates.good)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10.0)
        answering = asyncio.create_task(
            asyncio.to_thread(_answer, listener, context, head, is_ended=is_ended)
        )
        address = Address(
            "Fake", f"https://127.0.0.1:{listener.getsockname()[1]}/v1", KEY, Quirks()
        )
        if is_whole:
            await speak(address)
        else:
            with pytest.raises(ConnectionLostError, match="in the middle") as caught:
                await speak(address)
            assert "close_notify" in caught.value.detail
        await answering
