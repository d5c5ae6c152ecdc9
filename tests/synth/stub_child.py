"""A voice's process that behaves as it is told, for tests of what is done about it.

    python stub_child.py BEHAVIOUR MARK SCRATCH

``good`` says 4 bytes for each character; ``crash`` ends at each sentence, ``crash-once`` only while the file MARK is
not there; ``hang`` and ``hang-once`` never answer; ``refuse`` cannot; ``mute`` is never ready; ``die`` ends at once.
"""

import shutil
import sys
import time
from pathlib import Path

from voicedesk.synth.frames import private_stdout, read_frame, write_frame

VOICE = {"id": "v", "name": "V", "languages": ["en"], "gender": ""}


def main() -> None:
    behaviour, mark, scratch = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    out = private_stdout()
    sys.stdout.write("noise on stdout, as pyttsx3 makes it")
    if behaviour == "die":
        sys.exit(3)
    if behaviour == "mute":
        sys.stdin.read()
        return
    write_frame(out, {"kind": "ready", "driver": "stub", "voices": [VOICE]})
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        request, _ = frame
        (scratch / "speech.wav").write_bytes(b"left behind")
        once = behaviour.endswith("-once") and mark.exists()
        mark.touch()
        if behaviour.startswith("crash") and not once:
            sys.exit(3)
        if behaviour.startswith("hang") and not once:
            time.sleep(600)
        if behaviour == "refuse":
            write_frame(out, {"kind": "failed", "id": request["id"], "detail": "no"})
        else:
            write_frame(
                out, {"kind": "speech", "id": request["id"]}, b"\1\0\1\0" * len(request["text"])
            )
    shutil.rmtree(scratch, ignore_errors=True)


main()
