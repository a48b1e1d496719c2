"""Items: the questions of an instrument.

Invariant: an item says which values fit it. A rating's value is the place of its label, counted from 1, low to high.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import auto

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain.records import Record, Word, belongs_to, choice, unique
from domain.texts import BODY, Invalid, text_of

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
MOST_ITEMS = 200
FEWEST_CHOICES = 2
MOST_CHOICES = 100
LONGEST_PROMPT = 1_000
RECOMMENDATION = range(11)


class ItemKind(Word):
    """RECOMMENDATION is "how likely are you to recommend", 0 to 10."""

    RATING = auto()
    SINGLE_CHOICE = auto()
    MULTIPLE_CHOICE = auto()
    RECOMMENDATION = auto()
    TEXT = auto()


NUMBERS = frozenset({ItemKind.RATING, ItemKind.RECOMMENDATION})
WITH_CHOICES = frozenset({ItemKind.RATING, ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE})


class Item(Record, table=True):
    """`code` is the item's short, stable name: the same question keeps it in every version."""

    __table_args__ = (
        belongs_to("instrument"),
        unique("instrument_id", "position", name="item_position_key"),
        unique("instrument_id", "code", name="item_code_key"),
        CheckConstraint("position >= 1", name="position"),
    )

    instrument_id: uuid.UUID
    position: int
    kind: ItemKind = Field(sa_type=choice(ItemKind, "kind"))
    code: str
    prompt: str
    choices: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """The choices of a RATING are its labels, from low to high."""

    kind: ItemKind
    code: str
    prompt: str
    choices: Sequence[str] = ()
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class ItemValue:
    """What was answered to one item: a number, choices or a text, as its kind asks."""

    item_id: uuid.UUID
    number: int | None = None
    choices: Sequence[str] | None = None
    text: str | None = None


def checked(items: Sequence[NewItem], *, invalid: Invalid) -> list[NewItem]:
    """The items as they can be asked, or what is wrong with them."""
    if not 1 <= len(items) <= MOST_ITEMS:
        raise invalid("items", f"Ask between 1 and {MOST_ITEMS} items; these are {len(items)}.")
    codes: set[str] = set()
    for place, item in enumerate(items):
        if not CODE.fullmatch(item.code):
            raise invalid(f"items.{place}.code", "A code is a letter, then letters, digits or '_', at most 60 in all.")
        if item.code in codes:
            raise invalid(f"items.{place}.code", f"Another item has the code '{item.code}'. Give each its own.")
        codes.add(item.code)
    return [
        replace(
            item,
            prompt=text_of(item.prompt, f"items.{place}.prompt", longest=LONGEST_PROMPT, invalid=invalid),
            choices=_checked_choices(item, f"items.{place}.choices", invalid=invalid),
        )
        for place, item in enumerate(items)
    ]


def _checked_choices(item: NewItem, field: str, *, invalid: Invalid) -> list[str]:
    if item.kind not in WITH_CHOICES:
        if item.choices:
            raise invalid(field, f"A {item.kind} item has no choices. Leave them out.")
        return []
    if not FEWEST_CHOICES <= len(item.choices) <= MOST_CHOICES:
        raise invalid(field, f"Give between {FEWEST_CHOICES} and {MOST_CHOICES} choices.")
    labels = [text_of(label, f"{field}.{place}", invalid=invalid) for place, label in enumerate(item.choices)]
    if len(set(labels)) < len(labels):
        raise invalid(field, "Each choice stands once.")
    return labels


def fitting(item: Item, value: ItemValue, field: str, *, invalid: Invalid) -> ItemValue:
    """The value as it is stored, or why it does not fit the item."""
    given = {"number": value.number, "choices": value.choices, "text": value.text}
    wanted = "number" if item.kind in NUMBERS else "text" if item.kind == ItemKind.TEXT else "choices"
    surplus = next((name for name, part in given.items() if part is not None and name != wanted), None)
    if surplus:
        raise invalid(f"{field}.{surplus}", f"'{item.prompt}' is answered with {wanted} alone.")
    if value.number is not None:
        return replace(value, number=_number_of(item, value.number, f"{field}.number", invalid=invalid))
    if value.choices is not None:
        return replace(value, choices=_choices_of(item, value.choices, f"{field}.choices", invalid=invalid))
    if value.text is not None:
        return replace(value, text=text_of(value.text, f"{field}.text", longest=BODY, invalid=invalid))
    raise invalid(f"{field}.{wanted}", f"'{item.prompt}' is answered with {wanted}. Give it, or leave the item out.")


def _number_of(item: Item, number: int, field: str, *, invalid: Invalid) -> int:
    scale = RECOMMENDATION if item.kind == ItemKind.RECOMMENDATION else range(1, len(item.choices) + 1)
    if number not in scale:
        raise invalid(field, f"Give a whole number from {scale[0]} to {scale[-1]}.")
    return number


def _choices_of(item: Item, choices: Sequence[str], field: str, *, invalid: Invalid) -> list[str]:
    if item.kind == ItemKind.SINGLE_CHOICE and len(choices) != 1:
        raise invalid(field, "Choose exactly one.")
    if not choices:
        raise invalid(field, "Choose at least one, or leave the item out.")
    unknown = next((choice for choice in choices if choice not in item.choices), None)
    if unknown is not None:
        raise invalid(field, f"Choose among: {', '.join(item.choices)}.")
    if len(set(choices)) < len(choices):
        raise invalid(field, "Choose each at most once.")
    return list(choices)


async def of(db: AsyncSession, instrument_id: uuid.UUID) -> list[Item]:
    """An instrument's items in their order."""
    return list(await db.scalars(select(Item).where(Item.instrument_id == instrument_id).order_by(col(Item.position))))
