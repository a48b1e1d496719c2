"""Results: what the responses to an evaluation amount to."""

from __future__ import annotations

import uuid
from typing import Any

import strawberry

from api import ids
from api.engine.types import ENTITIES
from api.evaluations.items import Item
from domain.evaluations import results
from domain.evaluations.items import ItemKind
from domain.evaluations.results import FEWEST_ANONYMOUS, Bar, ItemFacts
from domain.evaluations.statistics import Nps

MOST_TEXTS = 250
ANSWERS = (
    "FROM response r JOIN item_answer a ON a.tenant_id = {tenant} AND a.response_id = r.id"
    " WHERE r.tenant_id = {tenant} AND r.evaluation_id = {t}.id"
)
ITEMS = f"""(SELECT json_agg(json_build_object('id', i.id, 'kind', i.kind, 'code', i.code, 'prompt', i.prompt,
    'choices', i.choices, 'texts', CASE WHEN i.kind = '{ItemKind.TEXT}' THEN (SELECT json_agg(w.text ORDER BY w.id)
        FROM (SELECT a.id, a.text {ANSWERS} AND a.item_id = i.id ORDER BY a.id LIMIT {MOST_TEXTS}) w) END)
    ORDER BY i.position) FROM item i WHERE i.tenant_id = {{tenant}} AND i.instrument_id = {{t}}.instrument_id)"""
ANSWERED = f"""(SELECT json_object_agg(n.item_id, n.answered)
    FROM (SELECT a.item_id, count(*) AS answered {ANSWERS} GROUP BY a.item_id) n)"""
COUNTS = f"""(SELECT json_agg(json_build_array(g.item_id, g.value, g.given)) FROM (
    SELECT v.item_id, v.value, count(*) AS given FROM (
        SELECT a.item_id, a.number::text AS value {ANSWERS} AND a.number IS NOT NULL
        UNION ALL SELECT a.item_id, unnest(a.choices) {ANSWERS} AND a.choices IS NOT NULL
    ) v GROUP BY v.item_id, v.value) g)"""
FACTS = f"""(SELECT json_build_object('anonymous', s.anonymous, 'items', {ITEMS}, 'answered', {ANSWERED},
    'counts', {COUNTS}, 'responses',
    (SELECT count(*) FROM response r WHERE r.tenant_id = {{tenant}} AND r.evaluation_id = {{t}}.id))
    FROM instrument s WHERE s.tenant_id = {{tenant}} AND s.id = {{t}}.instrument_id)"""
"""The facts of an evaluation that its results are decided on."""
ANONYMITY = (
    f"Of an anonymous evaluation null until {FEWEST_ANONYMOUS} people have responded, so that nobody is known by it."
)


@strawberry.type(description="How often a value was given.")
class Share:
    value: int | None = strawberry.field(description="The number that was given; null where it is a choice.")
    label: str = strawberry.field(description="The value in words.")
    count: int = strawberry.field(description="How many gave it.")
    share: float = strawberry.field(description="Which part of those who answered they are, from 0 to 1.")


@strawberry.type(description="A net promoter score with its 95 % confidence interval.")
class NetPromoterScore:
    score: float = strawberry.field(
        description="The percentage of promoters less that of detractors, from -100 to 100."
    )
    low: float = strawberry.field(description="The lower end of the interval.")
    high: float = strawberry.field(description="The upper end of the interval.")
    n: int = strawberry.field(description="How many answered.")
    promoters: int = strawberry.field(description="How many gave 9 or 10.")
    passives: int = strawberry.field(description="How many gave 7 or 8.")
    detractors: int = strawberry.field(description="How many gave 0 to 6.")


@strawberry.type(description="What the answers to one item amount to.")
class ItemResult:
    item_id: strawberry.ID = strawberry.field(description="Global id of the item.")
    code: str = strawberry.field(description="The item's short name.")
    kind: ItemKind = strawberry.field(description="How the item is answered.")
    prompt: str = strawberry.field(description="What was asked.")
    answered: int = strawberry.field(description="How many answered it.")
    mean: float | None = strawberry.field(description="The mean of the numbers given; null where there are none.")
    median: float | None = strawberry.field(description="The number in the middle; null where there are none.")
    standard_deviation: float | None = strawberry.field(
        description="The sample's standard deviation; null for fewer than two numbers."
    )
    distribution: list[Share] = strawberry.field(
        description="How often each value was given, also values that nobody gave. Empty for texts."
    )
    nps: NetPromoterScore | None = strawberry.field(
        description="The net promoter score; null for anything but a recommendation."
    )
    texts: list[str] = strawberry.field(
        description=f"What was written, in no particular order; at most {MOST_TEXTS}. Empty for other kinds."
    )


def told(facts: dict[str, Any]) -> list[ItemResult] | None:
    """The results, item by item, as far as they may be told."""
    if not results.tellable(facts["responses"], anonymous=facts["anonymous"]):
        return None
    counts: dict[str, dict[str, int]] = {}
    for item_id, value, given in facts["counts"] or ():
        counts.setdefault(item_id, {})[value] = given
    answered = facts["answered"] or {}
    return [
        _shown(
            results.result(
                ItemFacts(
                    id=uuid.UUID(item["id"]),
                    kind=ItemKind(item["kind"]),
                    code=item["code"],
                    prompt=item["prompt"],
                    choices=item["choices"],
                    answered=answered.get(item["id"], 0),
                    counts=counts.get(item["id"], {}),
                    texts=item["texts"] or (),
                )
            )
        )
        for item in facts["items"] or ()
    ]


def _shown(result: results.ItemResult) -> ItemResult:
    item = result.item
    return ItemResult(
        item_id=strawberry.ID(ids.encode(str(ENTITIES[Item.__name__].prefix), item.id)),
        code=item.code,
        kind=item.kind,
        prompt=item.prompt,
        answered=item.answered,
        mean=result.mean,
        median=result.median,
        standard_deviation=result.standard_deviation,
        distribution=[_share(bar) for bar in result.distribution],
        nps=None if result.nps is None else _score(result.nps),
        texts=list(item.texts),
    )


def _share(bar: Bar) -> Share:
    return Share(value=bar.value, label=bar.label, count=bar.count, share=bar.share)


def _score(nps: Nps) -> NetPromoterScore:
    return NetPromoterScore(
        score=nps.score,
        low=nps.low,
        high=nps.high,
        n=nps.n,
        promoters=nps.promoters,
        passives=nps.passives,
        detractors=nps.detractors,
    )
