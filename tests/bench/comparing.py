"""What a run found, and whether the targets are met.

A ratio is the median of the rounds' ratios, for one round's measures lie close together in time. Beside hand-written
endpoints it is CPU time of server and PostgreSQL for a request that counts, which other work on the machine disturbs
less than requests per second; beside servers of another kind it is both.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.measuring import Measured
from tests.bench.queries import QUERIES

OURS = "c"
Rounds = list[Measured]


@dataclass(frozen=True)
class Target:
    """`least`: the figure is to be at least this; otherwise at most."""

    what: str
    rival: str
    query: str
    by: str
    figure: float
    least: bool = True


BY_HAND = {"Q1": 0.90, "Q2": 0.95, "Q3": 0.95, "Q4": 0.90, "M": 0.60}
POSTGRAPHILE = {"Q1": 3.3, "Q2": 3.8, "Q3": 4.2}
STRAWBERRY = {"Q1": 20, "Q2": 45, "Q3": 80}
TARGETS = (
    *(Target("hand-written, by CPU", "a", query, "cpu", figure) for query, figure in BY_HAND.items()),
    *(Target("PostGraphile, by requests/s", "d", query, "rate", figure) for query, figure in POSTGRAPHILE.items()),
    *(Target("PostGraphile, by CPU", "d", query, "cpu", 1 / 0.33) for query in POSTGRAPHILE),
    *(Target("strawberry, by requests/s", "b", query, "rate", figure) for query, figure in STRAWBERRY.items()),
)
GROWTH = 1.2
MEMORY = 100e6


@dataclass
class Found:
    """The rounds of each query and rival, and those with a tenth of the tenants and rows."""

    rounds: dict[str, dict[str, Rounds]] = field(default_factory=dict)
    growth: dict[str, tuple[Rounds, Rounds]] = field(default_factory=dict)

    def memory(self) -> int:
        """The most that our server held in any round."""
        return max((one.memory for rivals in self.rounds.values() for one in rivals.get(OURS, [])), default=0)


@dataclass(frozen=True)
class Verdict:
    what: str
    figure: str
    target: str
    met: bool


def middle(rounds: Rounds, figure: str) -> float:
    return statistics.median(getattr(one, figure) for one in rounds)


def times(ours: Rounds, theirs: Rounds, by: str) -> float:
    """How many times as good as theirs ours is, by requests per second or by CPU time for a request."""
    better: Callable[[Measured, Measured], float] = {
        "rate": lambda one, other: one.rate / other.rate,
        "cpu": lambda one, other: other.cpu / one.cpu,
    }[by]
    return statistics.median(better(one, other) for one, other in zip(ours, theirs, strict=True))


def verdicts(found: Found) -> list[Verdict]:
    told = []
    for target in TARGETS:
        rivals = found.rounds.get(target.query, {})
        if OURS not in rivals or target.rival not in rivals:
            continue
        figure = times(rivals[OURS], rivals[target.rival], target.by)
        what = f"{target.query} beside {target.what}"
        told.append(Verdict(what, f"{figure:.2f}", f"≥ {target.figure:.2f}", figure >= target.figure))
    for query, (large, small) in found.growth.items():
        figure = statistics.median(one.cpu / other.cpu for one, other in zip(large, small, strict=True))
        what = f"{query} with ten times the tenants and rows, by CPU"
        told.append(Verdict(what, f"{figure:.2f}", f"≤ {GROWTH:.2f}", figure <= GROWTH))
    if memory := found.memory():
        megabytes = f"{memory / 1e6:.0f} MB"
        told.append(Verdict("memory of the server (PSS)", megabytes, f"≤ {MEMORY / 1e6:.0f} MB", memory <= MEMORY))
    return told


def titles() -> dict[str, str]:
    return {query.key: query.title for query in QUERIES}
