"""A sound card of our own: a private PulseAudio with a virtual speaker and a virtual microphone.

`VirtualSound` starts a PulseAudio that nobody else sees (its own socket, home and cookie), with

* ``vd_speaker``: a sink; whatever is played there can be recorded at its monitor,
* ``vd_mic``: a sink whose sound comes out of the source ``vd_microphone``,

both at 48 kHz and both the defaults, and points PortAudio at them: `VirtualSound.environment` holds the
variables a child process needs, and while the context is open they are set in this process too. PortAudio
reads them once, when it is initialised (sounddevice does that at import), hence `reinitialise_portaudio`,
which the context calls at both ends. No stream may be open at those moments.

What was measured with PulseAudio 16 and PortAudio's ALSA host, for whoever reads figures from here:

* A null sink with its default settings asks for up to two seconds of sound at once, so that a newly opened
  output stream fills its buffer and is then not called for up to two seconds. With ``norewinds=1``, which is
  what is used here, its longest gap was 16 ms in three seconds, as on a real card.
* With ``latency=0.02`` a sample is played about 20 ms after its callback, with ``"low"`` about 8 ms.
* A sink renders one block ahead of its time, a block being the smallest latency that anybody asked for. A
  recording with ``latency_ms`` makes that the block, and `Recording.origin` takes it into account: a sample's
  time in the recording and PortAudio's ``outputBufferDacTime`` then agree to about half a millisecond. The
  latter is on the stream's own clock: bring it over with ``- time_info.currentTime + time.monotonic()``.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.recording import (
    RATE,
    Recording,
    Samples,
    end_process,
    tone,
    tone_level,
    wait_until,
    write_wav,
)

__all__ = [
    "MICROPHONE",
    "MICROPHONE_SINK",
    "RATE",
    "SPEAKER",
    "Recording",
    "Samples",
    "VirtualSound",
    "VirtualSoundError",
    "missing_programs",
    "reinitialise_portaudio",
    "tone",
    "tone_level",
    "wait_until",
    "write_wav",
]

SPEAKER = "vd_speaker"
MICROPHONE_SINK = "vd_mic"
MICROPHONE = "vd_microphone"
PROGRAMS = ("pulseaudio", "pactl", "paplay", "parec")

# Only PulseAudio, by the two names that programs use: no card of the machine is ever opened.
_ALSA_CONFIG = """\
pcm.!default { type pulse }
ctl.!default { type pulse }
pcm.pulse { type pulse }
ctl.pulse { type pulse }
"""
_START_TIMEOUT = 15.0


class VirtualSoundError(RuntimeError):
    """PulseAudio is not installed, did not start or refused a command; the text holds its own words."""


def missing_programs() -> list[str]:
    """Names of the needed programs that this machine lacks; empty when virtual sound can be had."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


def reinitialise_portaudio() -> None:
    """Make PortAudio look at its environment and its devices anew; no stream may be open."""
    sounddevice = sys.modules.get("sounddevice")
    if sounddevice is None:
        return  # it will look when it is imported
    while sounddevice._initialized:
        sounddevice._terminate()
    sounddevice._initialize()


class VirtualSound:
    """A private PulseAudio with a virtual speaker and microphone, the defaults for PortAudio while open.

    `rewinds=True` gives the sinks PulseAudio's default behaviour: long silences between callbacks.
    """

    def __init__(self, *, rewinds: bool = False) -> None:
        self.environment: dict[str, str] = {}
        self._rewinds = rewinds
        self._before: dict[str, str | None] = {}
        self._modules: dict[str, str] = {}
        self._players: list[subprocess.Popen[bytes]] = []
        self._server: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    # --- the server -----------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        """Start the server, set the environment, and let PortAudio find it."""
        if missing := missing_programs():
            raise VirtualSoundError(
                f"not installed: {', '.join(missing)} (packages pulseaudio and pulseaudio-utils)"
            )
        try:
            self._start()
            self.restore_speaker()
            self.restore_microphone()
        except BaseException:
            self._stop()
            raise
        self._before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        reinitialise_portaudio()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the environment back and end the server and everything started here."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        reinitialise_portaudio()
        self._stop()

    @property
    def pid(self) -> int:
        """The process number of the server."""
        assert self._server is not None
        return self._server.pid

    def _start(self) -> None:
        folder = self._folder = Path(tempfile.mkdtemp(prefix="voicedesk-sound-"))
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        alsa, client, log = folder / "alsa.conf", folder / "client.conf", folder / "server.log"
        alsa.write_text(_ALSA_CONFIG)
        client.write_text("autospawn = no\n")
        socket = folder / "native"
        self.environment = {
            "PULSE_SERVER": f"unix:{socket}",
            "PULSE_COOKIE": str(folder / "cookie"),
            "PULSE_CLIENTCONFIG": str(client),
            "ALSA_CONFIG_PATH": str(alsa),
        }
        command = [
            "pulseaudio",
            *("-n", "--system=false", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"),
            *("--realtime=no", "--high-priority=yes", "--log-target=stderr"),
            *("-L", f"module-native-protocol-unix auth-anonymous=1 socket={socket}"),
        ]
        if shutil.which("setpriv"):  # it must not outlive us, however we end
            command = ["setpriv", "--pdeathsig", "TERM", *command]
        private = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime)}
        own = {
            k: v for k, v in os.environ.items() if k not in {"XDG_CONFIG_HOME", "XDG_STATE_HOME"}
        }
        with log.open("wb") as stderr:
            self._server = subprocess.Popen(
                command,
                env={**own, **private, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        server = self._server
        wait_until(
            lambda: server.poll() is not None or self._answers(), _START_TIMEOUT, "PulseAudio"
        )
        if server.poll() is not None:
            raise VirtualSoundError(f"PulseAudio ended at its start:\n{log.read_text()}")

    def _answers(self) -> bool:
        return self._run("pactl", "info").returncode == 0

    def _stop(self) -> None:
        self.stop_playing()
        if self._server is not None:
            end_process(self._server)
            self._server = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        self._modules.clear()

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )

    def pactl(self, *arguments: str) -> str:
        """Run one ``pactl`` command on the private server and return its output."""
        result = self._run("pactl", *arguments)
        if result.returncode:
            raise VirtualSoundError(f"pactl {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout.strip()

    # --- the devices, which can be pulled out and put back ------------------------------------------------

    def _load(self, name: str, module: str, *arguments: str) -> None:
        if name not in self._modules:
            self._modules[name] = self.pactl("load-module", module, *arguments)

    def _unload(self, name: str) -> None:
        index = self._modules.pop(name, None)
        if index is not None:
            self.pactl("unload-module", index)

    def _null_sink(self, name: str) -> None:
        arguments = [f"sink_name={name}", f"rate={RATE}", "channels=2"]
        if not self._rewinds:
            arguments.append("norewinds=1")
        self._load(name, "module-null-sink", *arguments)

    def restore_speaker(self) -> None:
        """Plug the speaker in, if it is out, as the default sink."""
        self._null_sink(SPEAKER)
        self.pactl("set-default-sink", SPEAKER)

    def remove_speaker(self) -> None:
        """Pull the speaker out. PulseAudio moves its streams to another sink, as a desktop does."""
        self._unload(SPEAKER)

    def restore_microphone(self) -> None:
        """Plug the microphone in, if it is out, as the default source."""
        self._null_sink(MICROPHONE_SINK)
        self._load(
            MICROPHONE,
            "module-remap-source",
            f"source_name={MICROPHONE}",
            f"master={MICROPHONE_SINK}.monitor",
            "channels=1",
            "master_channel_map=front-left",
            "channel_map=mono",
            "remix=no",
        )
        self.pactl("set-default-source", MICROPHONE)

    def remove_microphone(self) -> None:
        """Pull the microphone out. PulseAudio moves its streams to another source, as a desktop does."""
        self._unload(MICROPHONE)
        self._unload(MICROPHONE_SINK)

    def reset(self) -> None:
        """Both devices in place and nothing playing: the state in which a test finds them."""
        self.stop_playing()
        self.restore_speaker()
        self.restore_microphone()

    # --- sound ----------------------------------------------------------------------------------------

    def play_to_microphone(self, wav: Path, *, latency_ms: int = 100) -> subprocess.Popen[bytes]:
        """Start playing a WAV file into the microphone; ``wait()`` returns when its last sample was taken.

        A lower latency starts sooner, and is likelier to stutter on a busy machine.
        """
        return self._play(MICROPHONE_SINK, wav, latency_ms)

    def play_to_speaker(self, wav: Path, *, latency_ms: int = 100) -> subprocess.Popen[bytes]:
        """Start playing a WAV file on the speaker, as another program would."""
        return self._play(SPEAKER, wav, latency_ms)

    def _play(self, sink: str, wav: Path, latency_ms: int) -> subprocess.Popen[bytes]:
        player = subprocess.Popen(
            ["paplay", f"--device={sink}", f"--latency-msec={latency_ms}", str(wav)],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._players.append(player)
        return player

    def stop_playing(self) -> None:
        """End whatever still plays."""
        while self._players:
            end_process(self._players.pop())

    @contextlib.contextmanager
    def record_speaker(
        self, path: Path | None = None, *, latency_ms: int = 5
    ) -> Iterator[Recording]:
        """Record what leaves the speaker, from before the block begins; at its end written to `path` as WAV."""
        with self._record(f"{SPEAKER}.monitor", path, latency_ms) as recording:
            yield recording

    @contextlib.contextmanager
    def record_microphone(
        self, path: Path | None = None, *, latency_ms: int = 5
    ) -> Iterator[Recording]:
        """Record what the microphone gives, as `record_speaker` does for the speaker."""
        with self._record(MICROPHONE, path, latency_ms) as recording:
            yield recording

    @contextlib.contextmanager
    def _record(self, device: str, path: Path | None, latency_ms: int) -> Iterator[Recording]:
        process = subprocess.Popen(
            [
                "parec",
                f"--device={device}",
                f"--latency-msec={latency_ms}",
                *("--raw", "--format=s16le", "--channels=1", f"--rate={RATE}"),
            ],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        recording = Recording(process, latency_ms / 1000)
        try:
            recording.wait_for_samples(1)
            yield recording
        finally:
            recording.stop()
            if path is not None:
                write_wav(path, recording.samples())


def main() -> None:
    """Keep a virtual sound card until the end of input or a signal, and print its environment for a shell."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with VirtualSound() as sound, contextlib.suppress(KeyboardInterrupt):
        for name, value in sound.environment.items():
            sys.stdout.write(f"export {name}='{value}'\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
