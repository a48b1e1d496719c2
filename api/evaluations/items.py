"""Items: the questions of an instrument."""

from __future__ import annotations

import strawberry

from api.engine.fields import column
from api.engine.types import Node, planned
from api.permissions import signed_in
from api.words import enum
from domain.evaluations import items
from domain.evaluations.items import ItemKind

enum(
    ItemKind,
    "ItemKind",
    "How an item is answered.",
    RATING="With the number of a label, counted from 1, low to high.",
    SINGLE_CHOICE="With one of the choices.",
    MULTIPLE_CHOICE="With as many of the choices as apply.",
    RECOMMENDATION="With a number from 0, not at all likely to recommend it, to 10, extremely likely.",
    TEXT="In one's own words.",
)


@planned(items.Item, prefix="itm", visible=signed_in("evaluations:read"))
class Item(Node):
    """One question of an instrument."""

    position: int = column("Its place in the instrument, counted from 1.")
    kind: ItemKind = column("How it is answered.")
    code: str = column("A short name that the same question keeps in every version of its instrument.")
    prompt: str = column("What is asked.")
    choices: list[str] = column("What can be chosen; of a rating its labels, from low to high.")
    required: bool = column("Whether it has to be answered.")


@strawberry.input(description="A question of an instrument.")
class ItemInput:
    kind: ItemKind = strawberry.field(description="How it is answered.")
    code: str = strawberry.field(
        description="A short name, unique in the instrument: a letter, then letters, digits or `_`."
    )
    prompt: str = strawberry.field(description="What is asked.")
    choices: list[str] = strawberry.field(
        default_factory=list, description="What can be chosen; of a rating its labels, from low to high."
    )
    required: bool = strawberry.field(default=False, description="Whether it has to be answered.")


def new_items(given: list[ItemInput]) -> list[items.NewItem]:
    return [
        items.NewItem(kind=one.kind, code=one.code, prompt=one.prompt, choices=one.choices, required=one.required)
        for one in given
    ]
