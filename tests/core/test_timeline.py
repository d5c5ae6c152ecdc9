"""The clock points and the figures drawn from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.timeline import Point, Timeline, percentile


def timeline(**points: float) -> Timeline:
    result = Timeline(1)
    for name, at in points.items():
        result.mark(Point(name), at)
    return result


def test_latency_is_key_up_to_the_first_audible_sample() -> None:
    assert timeline(key_up=10.0, first_audible=10.62).latency_ms == pytest.approx(620)
    assert timeline(key_up=10.0).latency_ms is None


def test_the_first_mark_of_a_point_stays() -> None:
    times = timeline(key_up=10.0)
    assert not times.mark(Point.KEY_UP, 11.0)
    assert times.points[Point.KEY_UP] == 10.0
    times.move(Point.LAST_DAC, 1.0)
    times.move(Point.LAST_DAC, 2.0)
    assert times.points[Point.LAST_DAC] == 2.0


def test_shares_say_where_the_time_went() -> None:
    shares = timeline(
        key_up=10.0,
        take_end=10.2,
        commit_sent=10.204,
        first_delta=10.734,
        first_queued=10.794,
        first_dac=10.822,
        first_audible=10.83,
    ).shares
    assert shares is not None
    parts = (shares.tail, shares.ours, shares.server, shares.buffer, shares.device, shares.silence)
    assert parts == pytest.approx((200, 4, 530, 60, 28, 8))


@given(
    st.dictionaries(st.sampled_from(list(Point)), st.floats(0, 100)),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_shares_are_never_negative_and_add_up(
    points: dict[Point, float], key_up: float, later: float
) -> None:
    times = Timeline(1, points={**points, Point.KEY_UP: key_up})
    times.points[Point.FIRST_AUDIBLE] = key_up + later
    shares = times.shares
    assert shares is not None
    parts = (shares.tail, shares.ours, shares.server, shares.buffer, shares.device, shares.silence)
    assert min(parts) >= 0
    assert shares.total == pytest.approx(times.latency_ms, abs=1e-6)


def test_as_milliseconds_names_every_point_and_leaves_null_what_was_not_reached() -> None:
    values = timeline(key_down=9.0, key_up=10.0, commit_sent=10.0045).as_milliseconds()
    assert set(values) == {point.value for point in Point}
    assert values["key_down"] == -1000.0
    assert values["commit_sent"] == 4.5
    assert values["first_audible"] is None


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([3.0], 0.95, 3.0), ([1.0, 2.0, 3.0, 4.0], 0.5, 2.5), ([4, 1], 1.0, 4)],
)
def test_percentile(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected
