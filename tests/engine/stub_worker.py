"""A recogniser's process that behaves as it is told, for tests of what is done about it.

    python stub_worker.py BEHAVIOUR MARK

``good`` hears how many bytes it was fed. ``misfit`` does so without belief, and doubts early. ``crash`` ends when
asked for the result, ``crash-once`` only while the file MARK is not there, ``hang`` never answers, ``mute`` is never
ready, ``garbage`` writes what is no frame.
"""

import sys
import time
from pathlib import Path

from voicedesk.synth.frames import private_stdout, read_frame, write_frame


def main() -> None:
    behaviour, mark = sys.argv[1], Path(sys.argv[2])
    out = private_stdout()
    if behaviour == "mute":
        sys.stdin.read()
        return
    if behaviour == "garbage":
        out.write(b"\xff" * 64)
        out.flush()
        sys.stdin.read()
        return
    write_frame(out, {"kind": "ready"})
    fed = 0
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        header, body = frame
        if header["kind"] == "begin":
            fed = 0
        elif header["kind"] == "feed":
            fed += len(body)
            if behaviour == "misfit":
                write_frame(out, {"kind": "doubt", "id": header["id"]})
        elif header["kind"] == "end":
            if behaviour == "hang":
                time.sleep(600)
            if behaviour == "crash" or (behaviour == "crash-once" and not mark.exists()):
                mark.touch()
                sys.exit(3)
            answer = {
                "text": f"{fed} bytes",
                "speech_ms": fed,
                "fits": behaviour != "misfit",
                "score": 0.0,
            }
            write_frame(out, {"kind": "heard", "id": header["id"], **answer})


main()
