"""How long a session lasts by its server's words, and what is made of words that mean no moment."""

from __future__ import annotations

import time

import pytest

from voicedesk.providers.lifetimes import LONGEST_SESSION, renew_after, said_lifetime


def test_the_end_that_a_server_tells() -> None:
    assert said_lifetime({"expires_at": time.time() + 1800.0}) == pytest.approx(1800.0, abs=5.0)


@pytest.mark.parametrize(
    "ends",
    [None, True, 0, -1, "soon", float("inf"), float("nan"), 10**400, 1_770_000_000_000],
    ids=lambda ends: str(ends)[:12],
)
def test_what_is_no_moment_is_nothing_said_and_the_session_is_renewed_all_the_same(
    ends: object,
) -> None:
    assert said_lifetime({"expires_at": ends}) is None
    assert renew_after(said_lifetime({"expires_at": ends})) < LONGEST_SESSION
