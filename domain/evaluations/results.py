"""Results: what the responses to an evaluation amount to, item by item.

Invariant: of an anonymous evaluation nothing is told before `FEWEST_ANONYMOUS` people have responded. With fewer, those
who know each other would know who said what.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.evaluations import statistics
from domain.evaluations.items import NUMBERS, RECOMMENDATION, WITH_CHOICES, ItemKind
from domain.evaluations.statistics import Nps, Share

FEWEST_ANONYMOUS = 5


@dataclass(frozen=True, kw_only=True)
class ItemFacts:
    """How an item was answered. `counts` says how often each value was given, as text; texts are not counted."""

    id: uuid.UUID
    kind: ItemKind
    code: str
    prompt: str
    choices: Sequence[str]
    answered: int
    counts: Mapping[str, int]
    texts: Sequence[str]


@dataclass(frozen=True)
class Bar:
    """One value of a distribution. `value` is None where the value is a choice and no number."""

    value: int | None
    label: str
    count: int
    share: float


@dataclass(frozen=True)
class ItemResult:
    item: ItemFacts
    mean: float | None
    median: float | None
    standard_deviation: float | None
    distribution: Sequence[Bar]
    nps: Nps | None


def tellable(responses: int, *, anonymous: bool) -> bool:
    """Whether the results may be told without telling who gave them."""
    return not anonymous or responses >= FEWEST_ANONYMOUS


def result(item: ItemFacts) -> ItemResult:
    if item.kind not in NUMBERS:
        return ItemResult(item, None, None, None, _bars_of_choices(item), None)
    counts = {int(value): count for value, count in item.counts.items()}
    return ItemResult(
        item,
        statistics.mean(counts),
        statistics.median(counts),
        statistics.standard_deviation(counts),
        _bars_of_numbers(item, counts),
        statistics.nps(counts) if item.kind == ItemKind.RECOMMENDATION else None,
    )


def _bars_of_numbers(item: ItemFacts, counts: Mapping[int, int]) -> list[Bar]:
    """A rating's values carry their labels, a recommendation's their figures."""
    labels = (
        {value: str(value) for value in RECOMMENDATION}
        if item.kind == ItemKind.RECOMMENDATION
        else dict(enumerate(item.choices, start=1))
    )
    shares = statistics.distribution(counts, labels, answered=item.answered)
    return [Bar(share.value, labels[share.value], share.count, share.share) for share in shares]


def _bars_of_choices(item: ItemFacts) -> list[Bar]:
    if item.kind not in WITH_CHOICES:
        return []
    shares: list[Share[str]] = statistics.distribution(item.counts, item.choices, answered=item.answered)
    return [Bar(None, share.value, share.count, share.share) for share in shares]
