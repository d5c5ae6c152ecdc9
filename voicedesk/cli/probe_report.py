"""What the command line says about servers that were tried."""

from __future__ import annotations

from typing import Any

from voicedesk.providers.probe import ServerReport, StageReport

_MOST_NAMED = 20


def as_data(report: ServerReport) -> dict[str, Any]:
    """A report for programs."""
    data: dict[str, Any] = {
        "works": report.works,
        "reached_ms": _rounded(report.reached_ms),
        "stages": {each.stage: _stage(each) for each in report.stages},
        "models": [model.id for model in report.models],
    }
    if report.retiring:
        data["shut_down_soon"] = {each.model: each.on.isoformat() for each in report.retiring}
    if report.error is not None:
        data["problem"] = str(report.error)
    return data


def _stage(report: StageReport) -> dict[str, Any]:
    data: dict[str, Any] = {"verdict": report.verdict.value}
    if report.model:
        data["model"] = report.model
    if report.ms is not None:
        data["ms"] = _rounded(report.ms)
    if report.proof:
        data["proof"] = report.proof
    if report.error is not None:
        data["problem"] = str(report.error)
    return data


def _rounded(ms: float | None) -> int | None:
    return None if ms is None else round(ms)


def in_short(data: dict[str, Any]) -> dict[str, Any]:
    """The same for people: a line for each stage, and no endless list of models."""
    short = dict(data)
    short["stages"] = {stage: _line(each) for stage, each in data["stages"].items()}
    models = data["models"]
    if len(models) > _MOST_NAMED:
        short["models"] = [*models[:_MOST_NAMED], f"… and {len(models) - _MOST_NAMED} more"]
    return short


def _line(stage: dict[str, Any]) -> str:
    parts = [stage["verdict"]]
    if "model" in stage:
        parts.append(f"with {stage['model']}")
    if "ms" in stage:
        parts.append(f"in {stage['ms']} ms")
    if "proof" in stage:
        parts.append(f"“{stage['proof']}”")
    line = " ".join(parts)
    return f"{line}: {stage['problem']}" if "problem" in stage else line
