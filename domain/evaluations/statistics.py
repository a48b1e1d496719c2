"""Statistics: what the answers to an evaluation amount to.

Every figure is computed from counts, how often each value was given, because that is what the database delivers.
Where there is too little to compute from the figure is None, never 0.
"""

import math
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, TypeVar

PROMOTES_FROM = 9
DETRACTS_UP_TO = 6
PERCENT = 100
Z_95 = 1.959963984540054

V = TypeVar("V", bound=Hashable)


@dataclass(frozen=True)
class Nps:
    """The net promoter score, -100 to 100, with its 95 % confidence interval from `low` to `high`."""

    score: float
    low: float
    high: float
    n: int
    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True)
class Share(Generic[V]):
    """How many gave a value, and which part of those asked they are, 0 to 1."""

    value: V
    count: int
    share: float


def nps(counts: Mapping[int, int]) -> Nps | None:
    """The net promoter score of answers from 0 to 10. Promoters gave 9 or 10, detractors 0 to 6.

    The interval is Wald's: with p and d the shares of promoters and detractors among n answers, the variance of the
    difference of two multinomial proportions is (p + d - (p - d)^2) / n. Brendan Rocks, "Interval Estimation for the
    'Net Promoter Score'", The American Statistician 70 (2016) 365-372. It is too narrow for a handful of answers,
    and has no width at all when all are of one kind.
    """
    n = sum(counts.values())
    if n == 0:
        return None
    promoters = sum(count for value, count in counts.items() if value >= PROMOTES_FROM)
    detractors = sum(count for value, count in counts.items() if value <= DETRACTS_UP_TO)
    difference = (promoters - detractors) / n
    variance = ((promoters + detractors) / n - difference**2) / n
    margin = Z_95 * math.sqrt(max(variance, 0.0))
    return Nps(
        score=PERCENT * difference,
        low=max(PERCENT * (difference - margin), -PERCENT),
        high=min(PERCENT * (difference + margin), PERCENT),
        n=n,
        promoters=promoters,
        passives=n - promoters - detractors,
        detractors=detractors,
    )


def mean(counts: Mapping[int, int]) -> float | None:
    n = sum(counts.values())
    return sum(value * count for value, count in counts.items()) / n if n else None


def standard_deviation(counts: Mapping[int, int]) -> float | None:
    """The sample's, with n - 1 in the denominator; None for fewer than two answers.

    Computed from whole numbers, so that nothing is lost by subtraction.
    """
    n = sum(counts.values())
    if n < 2:  # noqa: PLR2004 -- one answer has no spread
        return None
    total = sum(value * count for value, count in counts.items())
    squares = sum(value * value * count for value, count in counts.items())
    return math.sqrt((n * squares - total * total) / (n * (n - 1)))


def median(counts: Mapping[int, int]) -> float | None:
    """The value in the middle, or between the two in the middle."""
    n = sum(counts.values())
    if n == 0:
        return None
    return (_nth(counts, (n - 1) // 2) + _nth(counts, n // 2)) / 2


def distribution(counts: Mapping[V, int], values: Iterable[V], *, answered: int) -> list[Share[V]]:
    """One share per value, in the order given, also for values that nobody chose.

    `answered`: how many answered the item; where one may choose several values the shares add up to more than 1.
    """
    return [
        Share(value, counts.get(value, 0), counts.get(value, 0) / answered if answered else 0.0) for value in values
    ]


def _nth(counts: Mapping[int, int], place: int) -> int:
    """The value at a place, counted from 0, were all of them written out in order."""
    values = sorted(counts)
    return values[bisect_right(list(accumulate(counts[value] for value in values)), place)]
