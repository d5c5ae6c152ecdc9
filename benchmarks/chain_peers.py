"""Other frameworks' chains, in an environment of their own that is made when they are first asked for."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.chain_process import ROOT, Chain, ChainError

PEERS = {
    "openai-agents": "benchmarks.peers.openai_agents_chain",
    "pipecat": "benchmarks.peers.pipecat_chain",
    "livekit": "benchmarks.peers.livekit_chain",
}
"""The module that runs each, by name."""

_PINS = ROOT / "benchmarks" / "peers" / "requirements.txt"
_FOLDER = ROOT / ".venv-peers"


def environment(folder: Path = _FOLDER) -> str:
    """The Python that has the peers, installed if they are not there or others are pinned now.

    Raises:
        ChainError: They could not be installed.
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    mark = folder / "pins"
    wanted = hashlib.sha256(_PINS.read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text("ascii") == wanted:
        return str(python)
    print("installing the peers into an environment of their own (once) ...", file=sys.stderr)
    if folder.exists():
        shutil.rmtree(folder)
    venv.create(folder, with_pip=True)
    install = [
        *(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-input", "--no-deps", "--require-hashes", "-r", str(_PINS)),
    ]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ChainError(f"the peers could not be installed: {done.stderr.strip()[-2000:]}")
    mark.write_text(wanted, "ascii")
    return str(python)


def peers() -> list[Chain]:
    """A process for each peer.

    Raises:
        ChainError: They could not be installed.
    """
    python = environment()
    return [Chain(name, module, python=python) for name, module in PEERS.items()]
