"""Choices: what a CHOICE field can be.

Invariant: a choice is never taken away, only retired: values that name it keep their label.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain.facts import take_on
from domain.records import UTC, Record, belongs_to, unique
from domain.texts import Invalid, text_of

VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
MOST_CHOICES = 200


class Choice(Record, table=True):
    __tablename__ = "custom_choice"
    __table_args__ = (
        belongs_to("custom_field", "field_id"),
        unique("field_id", "value", name="custom_choice_value_key"),
        CheckConstraint("position >= 1", name="position"),
        Index("custom_choice_position_idx", "tenant_id", "field_id", "position", "id"),
    )

    field_id: uuid.UUID
    value: str
    label: str
    position: int
    retired_at: datetime | None = Field(default=None, sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class NewChoice:
    """`value` is for programs and stays; `label` is what people read."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class ChoiceFacts:
    label: str
    position: int
    retired_at: datetime | None


def checked(choices: Sequence[NewChoice], *, invalid: Invalid) -> list[NewChoice]:
    """The choices as they can be offered, or what is wrong with them."""
    if not 1 <= len(choices) <= MOST_CHOICES:
        raise invalid("choices", f"Give between 1 and {MOST_CHOICES} choices; these are {len(choices)}.")
    seen: set[str] = set()
    for place, choice in enumerate(choices):
        if not VALUE.fullmatch(choice.value):
            raise invalid(
                f"choices.{place}.value", "A value is letters, digits, '_', '-' and '.', at most 60 in all: 'NORTH'."
            )
        if choice.value in seen:
            raise invalid(f"choices.{place}.value", f"Another choice is '{choice.value}' already. Give each its own.")
        seen.add(choice.value)
    return [
        replace(choice, label=text_of(choice.label, f"choices.{place}.label", invalid=invalid))
        for place, choice in enumerate(choices)
    ]


async def replace_all(db: AsyncSession, field_id: uuid.UUID, wanted: Sequence[NewChoice], *, now: datetime) -> bool:
    """Offer these, in their order, and retire the others. Whether that changed anything."""
    existing = {choice.value: choice for choice in await of(db, field_id)}
    offered = {choice.value for choice in wanted}
    changed = False
    for position, choice in enumerate(wanted, start=1):
        facts = ChoiceFacts(label=choice.label, position=position, retired_at=None)
        if choice.value in existing:
            changed |= bool(take_on(existing[choice.value], facts))
        else:
            db.add(Choice(field_id=field_id, value=choice.value, label=choice.label, position=position))
            changed = True
    for value, old in existing.items():
        if value not in offered and old.retired_at is None:
            old.retired_at = now
            changed = True
    await db.flush()
    return changed


async def of(db: AsyncSession, field_id: uuid.UUID) -> list[Choice]:
    """A field's choices, with those retired."""
    mine = select(Choice).where(Choice.field_id == field_id)
    return list(await db.scalars(mine.order_by(col(Choice.position), col(Choice.id))))
