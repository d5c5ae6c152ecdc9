"""Every row of the window's benchmark can be measured."""

from __future__ import annotations

from benchmarks import ui


def test_each_row_of_the_windows_benchmark_has_a_figure() -> None:
    results = ui.run(quick=True)
    assert {result.name: result.unit for result in results} == {
        "first paint of the program itself, warm": "s",
        "main loop, p99 of its lateness": "ms",
        "main loop, longest block": "ms",
        "main loop, most work in one go": "ms",
        "main loop, the same with all 2,000 messages laid out": "ms",
        "main loop, longest block while 2,000 messages open": "ms",
        "settings open": "ms",
        "settings open, the first time": "ms",
        "memory after 20 turns": "MB",
        "of it, grown with each turn of their second half": "kB",
        "history search among 200 conversations": "ms",
    }
    for result in results:
        assert result.value is not None, result.name
        assert result.value >= 0 or result.unit == "kB", result.name
