"""The process that holds pyttsx3: sentences in, speech out, over frames on stdin and a private stdout.

pyttsx3's run loop can hang or take a whole application down, so it lives here, where it can be killed. What pyttsx3
2.99 does with espeak: ``save_to_file`` remembers one text and one file; ``runAndWait`` returns after 10 ms, while
espeak's own thread still speaks, so that the file is whole only after "finished-utterance"; if espeak is still busy
with a change of voice or rate, ``runAndWait`` cancels the sentence and leaves an empty file; what it prints goes to
stdout; and a wrong voice is an "error" notification, not an exception.

Out: ``{"kind": "ready", "driver", "voices"}`` or ``{"kind": "unavailable", "reason", "detail"}`` once, then for each
``{"kind": "say", "id", "text", "voice", "rate"}`` either ``{"kind": "speech", "id", "words"}`` with PCM16 mono
24 kHz, or ``{"kind": "failed", "id", "detail"}``. ``words`` is what ``synth.told`` reads; only espeak tells it, and
not through pyttsx3, which passes on which word was begun but not when. Ends when stdin does.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any, Protocol, cast

from voicedesk.core import memory
from voicedesk.synth.bundled import load_bundled_espeak
from voicedesk.synth.frames import Header, private_stdout, read_frame, write_frame
from voicedesk.synth.remedy import missing_voice_remedy

_ATTEMPTS = 3


class _Engine(Protocol):
    """The part of pyttsx3's engine that is used."""

    def getProperty(self, name: str) -> Any: ...  # noqa: N802 - pyttsx3's own name
    def setProperty(self, name: str, value: object) -> None: ...  # noqa: N802 - pyttsx3's own name
    def save_to_file(self, text: str, filename: str) -> None: ...
    def runAndWait(self) -> None: ...  # noqa: N802 - pyttsx3's own name
    def connect(self, topic: str, cb: object) -> object: ...
    def isBusy(self) -> bool: ...  # noqa: N802 - pyttsx3's own name


class Speaker:
    """pyttsx3 with a scratch folder: one sentence at a time to PCM."""

    def __init__(self, scratch: Path) -> None:
        load_bundled_espeak()
        import pyttsx3

        self._engine = cast("_Engine", pyttsx3.init())
        self.driver = str(self._engine)
        self._errors: list[BaseException] = []
        self._finished = threading.Event()
        self._engine.connect("error", self._failed)
        self._engine.connect("finished-utterance", lambda **_: self._finished.set())
        self._file = scratch / "speech.wav"
        self.voices = [_describe(voice) for voice in self._engine.getProperty("voices") or []]
        self._default = self._default_voice()
        self._settings: dict[str, str | int] = {}
        self._begun: list[tuple[int, float]] = []  # character, second
        if self.driver == "espeak":
            self._listen_for_words()
        self._speak("a")  # only the first run makes the engine take settings at once

    def say(self, text: str, voice: str | None, rate: int) -> tuple[bytes, list[list[float]]]:
        """The speech of one sentence, and what the voice tells of its words. An unknown voice is the default one.

        Raises:
            RuntimeError: pyttsx3 made no file.
            ValueError: pyttsx3 made something that is no sound.
        """
        known = {entry["id"] for entry in self.voices}
        self._set("voice", voice if voice in known else self._default)
        self._set("rate", rate)
        for _ in range(_ATTEMPTS):
            pcm, words = self._speak(text)
            if pcm:
                return pcm, words
        return b"", []

    def _listen_for_words(self) -> None:
        """Note what espeak tells of words, on the way to pyttsx3."""
        from pyttsx3.drivers import _espeak

        passed_on = _espeak.SynthCallback

        def synthesised(wav: object, count: int, events: Any) -> int:
            index = 0
            while (event := events[index]).type != _espeak.EVENT_LIST_TERMINATED:
                if event.type == _espeak.EVENT_WORD and event.length > 0:
                    self._begun.append((event.text_position - 1, event.audio_position / 1000.0))
                index += 1
            return cast("int", passed_on(wav, count, events))

        _espeak.SetSynthCallback(synthesised)

    def _set(self, name: str, value: str | int | None) -> None:
        if value is None or self._settings.get(name) == value:
            return
        self._engine.setProperty(name, value)
        self._settings[name] = value
        self._rest()

    def _speak(self, text: str) -> tuple[bytes, list[list[float]]]:
        from voicedesk.synth.sound import read_words

        self._errors.clear()
        self._begun.clear()
        self._finished.clear()
        self._engine.save_to_file(text, str(self._file))
        self._engine.runAndWait()
        if self.driver == "espeak":
            self._finished.wait()  # if it never comes, the parent loses its patience and ends this process
        self._rest()
        try:
            if not self._file.exists():
                raise RuntimeError(f"no speech was made {self._errors}")
            # In the order of the sound: within a number espeak goes back and forth.
            begun = sorted(self._begun, key=lambda word: word[1])
            pcm, spans = read_words(self._file, [second for _, second in begun])
            words = [[start, *span] for (start, _), span in zip(begun, spans, strict=True)]
            return pcm, words
        finally:
            self._file.unlink(missing_ok=True)

    def _rest(self) -> None:
        """Wait until espeak's thread has nothing left to do; see the module's first words for what happens else."""
        if self.driver != "espeak":
            return
        from pyttsx3.drivers import _espeak

        while self._engine.isBusy() or _espeak.IsPlaying():
            time.sleep(0.0005)

    def _failed(self, exception: BaseException, **_: object) -> None:
        self._errors.append(exception)

    def _default_voice(self) -> str | None:
        """American English where espeak has it: the voice that people and recognisers understand best."""
        ids = [entry["id"] for entry in self.voices]
        return next((i for i in ids if i.split("/")[-1] == "en-us"), None)


def _describe(voice: Any) -> Header:
    languages = [
        language.decode(errors="replace").lstrip("\x05")
        if isinstance(language, bytes)
        else str(language)
        for language in voice.languages or []
    ]
    return {
        "id": str(voice.id),
        "name": str(voice.name),
        "languages": languages,
        "gender": str(voice.gender or ""),
    }


def _listen(requests: queue.SimpleQueue[Header], scratch: Path, stdin: IO[bytes]) -> None:
    """Hand requests to the main thread; when stdin ends so does the process, hung in a voice or not."""
    try:
        while (frame := read_frame(stdin)) is not None:
            requests.put(frame[0])
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(0)


def _serve(speaker: Speaker, requests: queue.SimpleQueue[Header], out: IO[bytes]) -> None:
    while True:
        request = memory.next_of(requests)
        answer: Header = {"id": request["id"]}
        try:
            pcm, words = speaker.say(request["text"], request.get("voice"), int(request["rate"]))
        except Exception as error:  # noqa: BLE001 - whatever a system's voice raises, the parent is told
            write_frame(out, {**answer, "kind": "failed", "detail": repr(error)})
        else:
            write_frame(out, {**answer, "kind": "speech", "words": words}, pcm)


def main() -> int:
    """Run until stdin ends. The only argument is the scratch folder, which is removed at the end."""
    memory.keep_little()
    # Ctrl-C in a terminal reaches us too; stdin ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = private_stdout()
    scratch = Path(sys.argv[1])
    requests: queue.SimpleQueue[Header] = queue.SimpleQueue()
    listener = threading.Thread(
        target=_listen, args=(requests, scratch, sys.stdin.buffer), daemon=True
    )
    listener.start()
    try:
        speaker = Speaker(scratch)
    except Exception as error:  # noqa: BLE001 - ImportError, OSError, RuntimeError and COM errors alike
        reason = missing_voice_remedy()
        write_frame(out, {"kind": "unavailable", "reason": reason, "detail": repr(error)})
        listener.join()
        return 1
    write_frame(out, {"kind": "ready", "driver": speaker.driver, "voices": speaker.voices})
    _serve(speaker, requests, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
