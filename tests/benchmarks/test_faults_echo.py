"""The echo that scripts/bench measures, in two rooms."""

import importlib.util

import pytest

from benchmarks import faults_echo


@pytest.mark.skipif(
    importlib.util.find_spec("pywebrtc_audio") is None, reason="there is no canceller here"
)
async def test_a_reply_is_taken_out_of_a_take_and_the_voice_stays() -> None:
    results = await faults_echo.measure(rooms=2)
    assert [result.name for result in results if result.holds is False] == []
    assert all(result.value is not None for result in results)


async def test_without_a_canceller_there_are_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults_echo, "find_canceller", lambda: None)
    results = await faults_echo.measure(rooms=2)
    assert {result.value for result in results} == {None}
