"""The classic chain on fake providers, beside a chain that does not stream and beside other frameworks' chains.

*First sound* is from the moment at which the user's words are there to the first sound handed to the speaker; a
*stall* is silence from then to the end of the reply, for a speaker that plays at once. The whole turn, spoken question
to first sound on the built-in server, is in ``chain_whole``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from benchmarks import chain_whole
from benchmarks.chain_peers import PEERS, peers
from benchmarks.chain_process import Chain, ChainError, Providers
from benchmarks.chain_timing import FIXTURES, Arrival, Fixture, Listened, listen, spoken_s
from benchmarks.chain_timing import TEXTS as REPLIES
from benchmarks.report import Result

TURNS = 3
OURS = "VoiceDesk"
WAITING = "waiting"
_PARTS_MS = 100.0
"""A voice that rounds each unit's sound to frames of its own may differ by this from what was made."""


@dataclass
class Measured:
    """What was heard of one chain with one fixture.

    Attributes:
        first: The very first turn, for which connections are made and the voice is not known.
        later: The turns after it.
    """

    first: Listened | None = None
    later: list[Listened] = field(default_factory=list)

    @property
    def first_ms(self) -> float | None:
        """Median first sound."""
        return median(turn.first_ms for turn in self.later) if self.later else None

    @property
    def stalled_ms(self) -> float | None:
        """The longest silence in one turn."""
        return max(turn.stalled_ms for turn in self.later) if self.later else None

    @property
    def stalls(self) -> int | None:
        """The most silences in one turn."""
        return max(turn.stalls for turn in self.later) if self.later else None


def heard(arrivals: Sequence[Arrival], fixture: Fixture) -> Listened:
    """What is heard, if it is the whole reply.

    Raises:
        ChainError: Something of the reply is missing or doubled: its figures would mean nothing.
    """
    expected = spoken_s(REPLIES[fixture.text])
    if not arrivals:
        raise ChainError("nothing was heard")
    turn = listen(arrivals)
    if abs(turn.spoken_s - expected) * 1000.0 > _PARTS_MS:
        raise ChainError(f"{turn.spoken_s:.2f} s were spoken of {expected:.2f} s")
    return turn


def measure(chain: Chain, providers: Providers, fixture: Fixture, measured: Measured) -> None:
    """One more turn.

    Raises:
        ChainError: It failed.
    """
    turn = heard(chain.turn(providers.base_url, fixture), fixture)
    if measured.first is None:
        measured.first = turn
    else:
        measured.later.append(turn)


def row(chains: Sequence[Chain], providers: Providers, fixture: Fixture) -> dict[str, Measured]:
    """All chains with one fixture, turn about, so that a busy moment of the machine meets all alike.

    Raises:
        ChainError: Ours failed. Of another that failed there are no figures.
    """
    found = {chain.name: Measured() for chain in chains}
    failed: set[str] = set()
    for number in range(TURNS + 1):
        for chain in chains:
            # The chain that waits does the same each time, and takes longest.
            if chain.name in failed or (chain.name == WAITING and number > 1):
                continue
            try:
                measure(chain, providers, fixture, found[chain.name])
            except ChainError as error:
                if chain.name == OURS:
                    raise
                print(f"{chain.name}, {fixture.name}: {error}", file=sys.stderr)
                failed.add(chain.name)
                found[chain.name] = Measured()
    return found


def results(fixture: Fixture, found: dict[str, Measured], late_ms: float) -> list[Result]:
    """The rows of one fixture."""
    ours = found[OURS]
    assert ours.first is not None
    others = {name: figures for name, figures in found.items() if name != OURS}
    how = f"median of {TURNS} turns; the providers were at most {late_ms:.0f} ms late"
    if fixture.speed < 1.0:
        how += "; sound is made slower than it is played, so no stall comes before an early start"
    return [
        Result(
            f"{fixture.name}: first sound",
            ours.first_ms,
            "ms",
            fixture.bound_ms,
            note=how,
            beside={name: other.first_ms for name, other in others.items()},
        ),
        Result(
            f"{fixture.name}: stalls",
            ours.stalled_ms,
            "ms",
            0.0,
            note=f"worst of {TURNS} turns",
            beside={name: other.stalled_ms for name, other in others.items()},
        ),
        Result(
            f"{fixture.name}: first sound, new voice",
            ours.first.first_ms,
            "ms",
            note=f"first turn of all, nothing known of the voice; stalls of {ours.first.stalled_ms:.0f} ms in it",
            beside={
                name: None if other.first is None else other.first.first_ms
                for name, other in others.items()
            },
        ),
    ]


def chains_for(*, with_peers: bool) -> list[Chain]:
    """The chains to measure, ours first."""
    chains = [
        Chain(OURS, "benchmarks.chain_ours"),
        Chain(WAITING, "benchmarks.chain_waiting"),
    ]
    if with_peers:
        try:
            chains += peers()
        except ChainError as error:
            print(error, file=sys.stderr)
    return chains


def again(providers: Providers) -> list[Result]:
    """The same reply once more, by the voice with its cache.

    Raises:
        ChainError: It failed.
    """
    fixture = FIXTURES[0]
    measured = Measured()
    with Chain(OURS, "benchmarks.chain_ours", "cached") as chain:
        for _ in range(TURNS + 1):
            measure(chain, providers, fixture, measured)
    return [
        Result(
            f"{fixture.name}, said again: first sound",
            measured.first_ms,
            "ms",
            note="the voice's sound is kept on disk; the chat server is asked as before",
        ),
        Result(f"{fixture.name}, said again: stalls", measured.stalled_ms, "ms", 0.0),
    ]


def run(*, with_peers: bool = False) -> list[Result]:
    """The chain's figures, with those of other frameworks beside them if asked for."""
    found: list[Result] = []
    with ExitStack() as stack:
        providers = stack.enter_context(Providers())
        chains = [stack.enter_context(chain) for chain in chains_for(with_peers=with_peers)]
        for fixture in FIXTURES:
            providers.lateness_ms()
            figures = row(chains, providers, fixture)
            for name in PEERS if with_peers else ():
                figures.setdefault(name, Measured())
            found += results(fixture, figures, providers.lateness_ms())
        found += again(providers)
    return found + chain_whole.run()
