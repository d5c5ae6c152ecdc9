"""The figures of the turns as CSV and as JSON: one row, or one object, for each turn. No word of what was said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from voicedesk.conversation.figures.causes import causes
from voicedesk.conversation.figures.turn_figures import SpanKind, TurnFigures
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.reasons import disk_reason
from voicedesk.core.redaction import redactor

Kind = Literal["csv", "json"]


class FiguresExportError(VoiceDeskError):
    """The file could not be written."""

    sentence = "The figures could not be saved to {path} ({reason})."
    retryable = True


def as_data(turn: TurnFigures) -> dict[str, Any]:
    """All that is known of a turn, without keys. Times in milliseconds, clock points from the key-up on."""
    timeline, counters = turn.timeline, turn.counters
    shares = timeline.shares
    cost = turn.cost
    data = {
        "turn": turn.turn,
        "began": turn.began.isoformat(timespec="milliseconds"),
        "mode": timeline.mode,
        "model": timeline.model,
        "typed": timeline.typed,
        "interrupted": turn.is_cut,
        "failure": turn.failure,
        "latency_ms": _rounded(timeline.latency_ms),
        "shares_ms": {
            name: _rounded(getattr(shares, name) if shares is not None else None)
            for name in ("tail", "ours", "server", "buffer", "device", "silence")
        },
        "points_ms": timeline.as_milliseconds(),
        "reply_ms": _rounded(turn.reply_ms),
        "tools_ms": _rounded(turn.spent_on(SpanKind.TOOL)),
        "waits_ms": _rounded(turn.spent_on(SpanKind.WAIT)),
        "connecting_ms": _rounded(turn.spent_on(SpanKind.CONNECTING)),
        "counters": {
            name: _rounded(value) if isinstance(value, float) else value
            for name, value in asdict(counters).items()
        },
        "input_tokens": None if cost is None else cost.input_tokens,
        "output_tokens": None if cost is None else cost.output_tokens,
        "estimated_usd": None if cost is None or cost.usd is None else str(cost.usd),
        "causes": [cause.why.value for cause in causes(turn)],
        "not_kept": sorted(lack.value for lack in turn.lacks),
    }
    # A key may have been pasted as a model's name.
    cleaned: dict[str, Any] = redactor.clean_data(data)
    return cleaned


def to_json(turns: Iterable[TurnFigures]) -> str:
    """The turns as a JSON document."""
    document = {"format": "voicedesk-figures", "version": 1, "turns": [*map(as_data, turns)]}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(turns: Iterable[TurnFigures]) -> str:
    """The turns as CSV with a header, in a column each what ``as_data`` has, as in "counters.underruns"."""
    flat = [_flat(as_data(turn)) for turn in turns]
    out = io.StringIO()
    if flat:
        writer = csv.DictWriter(out, [*flat[0]], lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(flat)
    return out.getvalue()


def write(turns: Iterable[TurnFigures], kind: Kind, path: Path) -> None:
    """Write the turns to a file.

    Raises:
        FiguresExportError: It cannot be written.
    """
    text = to_csv(turns) if kind == "csv" else to_json(turns)
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        reason = disk_reason(error)
        raise FiguresExportError(repr(error), path=str(path), reason=reason) from error


def _flat(data: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            result |= _flat(value, f"{before}{name}.")
        else:
            text = " ".join(value) if isinstance(value, list) else value
            result[f"{before}{name}"] = _harmless(text)
    return result


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet does not take for a formula."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 3)
