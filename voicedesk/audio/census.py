"""Which sound devices there are at this moment, counted in a process of its own.

PortAudio takes its list once, when it starts, and starts anew only when no stream is open. A short-lived process sees
what is there now while the streams of this one go on. Run as a module it writes one line of JSON and ends.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any

from voicedesk.audio import devices
from voicedesk.core.errors import SoundError
from voicedesk.core.settings import DeviceChoice

_MOST = 256


@dataclass(frozen=True, slots=True)
class Census:
    """The devices of each direction, the system's default first."""

    inputs: list[DeviceChoice] = field(default_factory=list)
    outputs: list[DeviceChoice] = field(default_factory=list)

    def of(self, kind: devices.Kind) -> list[DeviceChoice]:
        """Those of a direction."""
        return self.inputs if kind == "input" else self.outputs

    def meant(self, kind: devices.Kind, choice: DeviceChoice | None) -> DeviceChoice | None:
        """The device that a setting means: the chosen one, else the default; None when there is none at all."""
        there = self.of(kind)
        if choice is not None and choice in there:
            return choice
        return there[0] if there else None


def take() -> Census:
    """The devices that PortAudio listed when it started in this process.

    Raises:
        SoundError: There is no PortAudio.
    """
    return Census(
        [device.choice for device in devices.inputs()],
        [device.choice for device in devices.outputs()],
    )


def write(census: Census) -> str:
    """As one line of text, for ``read``."""
    kinds = {"inputs": census.inputs, "outputs": census.outputs}
    return json.dumps({kind: [[c.host_api, c.name] for c in of] for kind, of in kinds.items()})


def read(text: str) -> Census:
    """What ``write`` wrote.

    Raises:
        ValueError: It is something else.
    """
    try:
        found: Any = json.loads(text)
        return Census(*([_choice(entry) for entry in found[kind][:_MOST]] for kind in _KINDS))
    except (TypeError, KeyError, ValueError) as error:
        raise ValueError(f"no list of sound devices: {text[:200]!r}") from error


_KINDS = ("inputs", "outputs")


def _choice(entry: Any) -> DeviceChoice:
    host_api, name = entry
    return DeviceChoice(host_api=str(host_api), name=str(name))


def main() -> int:
    """Write what there is. Returns the exit status."""
    try:
        line = write(take())
    except SoundError as error:
        sys.stderr.write(f"{error.detail}\n")
        return 1
    sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
