"""What the settings let people say at once, the built-in server takes."""

from voicedesk.core.settings import Talk
from voicedesk.engine.protocol.input_buffer import LONGEST_INPUT_MS


def test_the_longest_take_of_the_settings_fits() -> None:
    limits = Talk.model_fields
    longest = {name: limits[name].metadata[1].le for name in ("cap_s", "tail_ms", "preroll_ms")}
    assert longest["cap_s"] * 1000 + longest["tail_ms"] + longest["preroll_ms"] < LONGEST_INPUT_MS
