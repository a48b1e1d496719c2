"""Items: the questions of an instrument.

Invariant: an item says which values fit it. A rating's value is the place of its label, counted from 1, low to high.
"""

import uuid
from enum import auto

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.records import Record, Word, belongs_to, choice, unique


class ItemKind(Word):
    """RECOMMENDATION is "how likely are you to recommend", 0 to 10."""

    RATING = auto()
    SINGLE_CHOICE = auto()
    MULTIPLE_CHOICE = auto()
    RECOMMENDATION = auto()
    TEXT = auto()


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
