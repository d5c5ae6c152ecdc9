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
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

RATE = 48_000
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
_READ_BYTES = 480  # 5 ms of mono at 48 kHz


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


def tone(hertz: float, seconds: float, *, rate: int = RATE, amplitude: float = 0.5) -> Samples:
    """A sine of `amplitude` (1.0 is full scale), int16 mono, with 5 ms ramps so that it does not click."""
    at = np.arange(round(seconds * rate)) / rate
    ramp = np.minimum(1.0, np.minimum(at, seconds - at) / 0.005)
    return (np.sin(2 * np.pi * hertz * at) * ramp * amplitude * 32767).astype(np.int16)


def tone_level(samples: Samples, hertz: float, *, rate: int = RATE) -> float:
    """The amplitude of the `hertz` component of `samples` (1.0 is full scale)."""
    if not len(samples):
        return 0.0
    at = np.arange(len(samples)) / rate
    correlation = np.mean(samples / 32768 * np.exp(-2j * np.pi * hertz * at))
    return float(2 * abs(correlation))


def write_wav(path: Path, samples: Samples, *, rate: int = RATE) -> Path:
    """Write int16 mono `samples` as a WAV file and return its path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def wait_until(condition: Callable[[], bool], timeout: float, what: str) -> None:
    """Poll `condition` until it holds; `TimeoutError` naming `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout} s for {what}")
        time.sleep(0.005)


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Ask `process` to end, insist after two seconds, and reap it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


class Recording:
    """What a source gave, int16 mono at 48 kHz, readable while it is being recorded.

    `origin` is the `time.monotonic` second in which sample 0 was due at the device, drawn from the block that
    took the shortest way here; it settles within the first few blocks. It may jump when the device is pulled
    out. `time.perf_counter` is the same clock on Linux.
    """

    def __init__(self, process: subprocess.Popen[bytes], latency: float) -> None:
        self.origin = float("inf")
        self._process = process
        self._ahead = latency
        self._data = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, name="recording", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while block := os.read(stream.fileno(), _READ_BYTES):
            arrived = time.monotonic()
            with self._lock:
                self._data += block
                played = len(self._data) / 2 / RATE - self._ahead
                self.origin = min(self.origin, arrived - played)

    def samples(self, start: int = 0) -> Samples:
        """The samples so far, from number `start` on (a copy)."""
        with self._lock:
            whole = len(self._data) // 2 * 2
            return np.frombuffer(bytes(self._data[2 * start : whole]), dtype="<i2").astype(np.int16)

    def time_of(self, sample: int) -> float:
        """The `time.monotonic` second in which sample number `sample` was due at the device."""
        return self.origin + sample / RATE

    def first_above(self, threshold: int = 300, start: int = 0) -> int | None:
        """Number of the first sample from `start` on that is louder than `threshold`, or None."""
        loud = np.flatnonzero(np.abs(self.samples(start).astype(np.int32)) > threshold)
        return start + int(loud[0]) if len(loud) else None

    def last_above(self, threshold: int = 300, start: int = 0) -> int | None:
        """Number of the last sample from `start` on that is louder than `threshold`, or None."""
        loud = np.flatnonzero(np.abs(self.samples(start).astype(np.int32)) > threshold)
        return start + int(loud[-1]) if len(loud) else None

    def wait_for_samples(self, count: int, timeout: float = 10.0) -> None:
        """Wait until `count` samples are there."""
        wait_until(lambda: len(self._data) >= 2 * count, timeout, f"{count} recorded samples")

    def wait_for_sound(self, timeout: float = 10.0, *, threshold: int = 300, start: int = 0) -> int:
        """Wait until something is heard from sample `start` on; its first sample's number."""
        wait_until(
            lambda: self.first_above(threshold, start) is not None,
            timeout,
            "sound in the recording",
        )
        first = self.first_above(threshold, start)
        assert first is not None
        return first

    def wait_for_silence(
        self, seconds: float, timeout: float = 30.0, *, threshold: int = 300
    ) -> None:
        """Wait until the newest `seconds` are silent."""
        count = round(seconds * RATE)

        def silent() -> bool:
            have = len(self._data) // 2
            return have >= count and self.first_above(threshold, have - count) is None

        wait_until(silent, timeout, f"{seconds} s of silence in the recording")

    def _stop(self) -> None:
        end_process(self._process)
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


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
            *("--realtime=no", "--high-priority=no", "--log-target=stderr"),
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
        player = subprocess.Popen(
            ["paplay", f"--device={MICROPHONE_SINK}", f"--latency-msec={latency_ms}", str(wav)],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._players.append(player)
        return player

    def stop_playing(self) -> None:
        """End whatever still plays into the microphone."""
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
            recording._stop()
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
