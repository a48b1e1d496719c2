"""Custom fields: what a tenant wants to know of a kind of record beyond what everyone does.

Invariant: what a field is of (`record`, `key`, `kind`, `refers_to`) never changes, so that every value fits it. A field
in use holds one of the `slot`s of its record; a retired one holds none, and its values stay.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import auto
from typing import TypedDict

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain import history
from domain.custom import choices
from domain.custom.choices import NewChoice
from domain.facts import facts_of, take_on, with_changes
from domain.records import CHANGED, UTC, Refused, Revised, Word, choice, lock, stale, unique
from domain.texts import prose_of, text_of
from tenants.viewer import Actor

LONGEST_KEY = 40
KEY = re.compile(rf"[a-z][A-Za-z0-9]{{0,{LONGEST_KEY - 1}}}")
SLOTS = range(1, 51)
LONGEST_HELP = 1_000


class Carrier(Word):
    """The records that can have custom fields."""

    PERSON = auto()
    ORGANIZATION = auto()
    PROGRAM = auto()
    COHORT = auto()
    SESSION = auto()
    COMMUNITY = auto()


class FieldKind(Word):
    TEXT = auto()
    NUMBER = auto()
    DATE = auto()
    CHOICE = auto()
    REFERENCE = auto()


class FieldVisibility(Word):
    """EVERYONE who sees the row sees the value; or STAFF alone, and apps that may see all such rows."""

    EVERYONE = auto()
    STAFF = auto()


class CustomFieldRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    KEY_TAKEN = auto()
    TOO_MANY = auto()
    REVISION_CHANGED = auto()


class CustomFieldRefused(Refused[CustomFieldRefusal]):
    pass


class CustomField(Revised, table=True):
    __tablename__ = "custom_field"
    __table_args__ = (
        unique("record", "key", name="custom_field_key"),
        unique("record", "slot", name="custom_field_slot_key"),
        unique("id", "record", "kind", name="custom_field_kind_key"),
        CheckConstraint(f"slot BETWEEN {SLOTS[0]} AND {SLOTS[-1]}", name="slot"),
        CheckConstraint("(slot IS NULL) = (retired_at IS NOT NULL)", name="retired_at"),
        CheckConstraint("(kind = 'REFERENCE') = (refers_to IS NOT NULL)", name="refers_to_given"),
        Index("custom_field_created_at_idx", "tenant_id", "created_at", "id"),
    )

    record: Carrier = Field(sa_type=choice(Carrier, "record"))
    key: str
    kind: FieldKind = Field(sa_type=choice(FieldKind, "kind"))
    refers_to: Carrier | None = Field(default=None, sa_type=choice(Carrier, "refers_to"))
    label: str
    help: str = ""
    required: bool = False
    visibility: FieldVisibility = Field(default=FieldVisibility.EVERYONE, sa_type=choice(FieldVisibility, "visibility"))
    slot: int | None = None
    retired_at: datetime | None = Field(default=None, sa_type=UTC)
    created_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class FieldFacts:
    """What may be changed. A required field is asked for of whoever adds a record, and can't be taken away."""

    label: str
    help: str = ""
    required: bool = False
    visibility: FieldVisibility = FieldVisibility.EVERYONE


@dataclass(frozen=True, kw_only=True)
class NewField(FieldFacts):
    record: Carrier
    key: str
    kind: FieldKind
    refers_to: Carrier | None = None
    choices: Sequence[NewChoice] = ()


class FieldChanges(TypedDict, total=False):
    label: str
    help: str
    required: bool
    visibility: FieldVisibility


def checked(facts: FieldFacts) -> FieldFacts:
    """The facts as they are stored, or what is wrong with them."""
    return replace(
        facts,
        label=text_of(facts.label, "label", invalid=_invalid),
        help=prose_of(facts.help, "help", longest=LONGEST_HELP, invalid=_invalid),
    )


def checked_new(new: NewField) -> NewField:
    """The field as it can be declared, or what is wrong with it."""
    if not KEY.fullmatch(new.key):
        raise _invalid("key", "A key is a small letter, then letters and digits, at most 40 in all: 'costCenter'.")
    if new.kind == FieldKind.REFERENCE and new.refers_to is None:
        raise _invalid("refersTo", "Say what a REFERENCE refers to.")
    if new.kind != FieldKind.REFERENCE and new.refers_to is not None:
        raise _invalid("refersTo", f"A {new.kind} field refers to nothing. Leave this out.")
    if new.kind != FieldKind.CHOICE and new.choices:
        raise _invalid("choices", f"A {new.kind} field has no choices. Leave them out.")
    chosen = choices.checked(new.choices, invalid=_invalid) if new.kind == FieldKind.CHOICE else []
    facts = checked(facts_of(new, FieldFacts))
    return replace(new, label=facts.label, help=facts.help, choices=chosen)


def free_slot(taken: Sequence[int], field: str = "record") -> int:
    """The place of one more field, or that there is none."""
    slot = next((slot for slot in SLOTS if slot not in taken), None)
    if slot is None:
        message = f"A record has at most {len(SLOTS)} custom fields. Retire one that is no longer used."
        raise CustomFieldRefused(CustomFieldRefusal.TOO_MANY, message, field=field)
    return slot


def _invalid(field: str, message: str) -> CustomFieldRefused:
    return CustomFieldRefused(CustomFieldRefusal.INVALID, message, field=field)


async def declare(db: AsyncSession, new: NewField, *, by: Actor, now: datetime) -> CustomField:
    """A new field. Of two that would take the same place one is rolled back and tried again: its key is unique."""
    facts = checked_new(new)
    of_record = select(CustomField).where(CustomField.record == facts.record)
    existing = list(await db.scalars(of_record))
    same = next((field for field in existing if field.key == facts.key), None)
    if same is not None:
        again = " It is retired: restore it, or choose another key." if same.retired_at else " Choose another key."
        message = f"There is a custom field '{facts.key}' of this record already.{again}"
        raise CustomFieldRefused(CustomFieldRefusal.KEY_TAKEN, message, field="key")
    field = CustomField(
        record=facts.record,
        key=facts.key,
        kind=facts.kind,
        refers_to=facts.refers_to,
        label=facts.label,
        help=facts.help,
        required=facts.required,
        visibility=facts.visibility,
        slot=free_slot(_taken(existing)),
        created_at=now,
    )
    db.add(field)
    told = {"record": field.record, "key": field.key, "kind": field.kind, "refers_to": field.refers_to}
    chosen = [choice.value for choice in facts.choices]
    shown = {"label": field.label, "required": field.required, "visibility": field.visibility}
    await history.record(db, field, "declared", by=by, now=now, **told, **shown, choices=chosen)
    await choices.replace_all(db, field.id, facts.choices, now=now)
    return field


async def update(
    db: AsyncSession,
    field_id: uuid.UUID,
    changes: FieldChanges,
    *,
    chosen: Sequence[NewChoice] | None = None,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> CustomField:
    """Change how a field is shown and asked for. `chosen`: all its choices; those left out are retired."""
    field = await _mine(db, field_id)
    if stale(field.revision, revision):
        raise CustomFieldRefused(CustomFieldRefusal.REVISION_CHANGED, CHANGED, field="expectedRevision")
    facts = checked(with_changes(field, FieldFacts, changes, invalid=_invalid))
    changed = take_on(field, facts)
    if chosen is not None:
        if field.kind != FieldKind.CHOICE:
            raise _invalid("choices", f"A {field.kind} field has no choices. Leave them out.")
        wanted = choices.checked(chosen, invalid=_invalid)
        if await choices.replace_all(db, field.id, wanted, now=now):
            field.revision += not changed
            changed["choices"] = [choice.value for choice in wanted]
    if changed:
        await history.record(db, field, "updated", by=by, now=now, **changed)
    return field


async def retire(db: AsyncSession, field_id: uuid.UUID, *, by: Actor, now: datetime) -> CustomField:
    """Neither show nor ask for the field any more. Its values stay. Twice changes nothing."""
    field = await _mine(db, field_id)
    if field.retired_at is not None:
        return field
    field.retired_at, field.slot = now, None
    field.revision += 1
    await history.record(db, field, "retired", by=by, now=now)
    return field


async def restore(db: AsyncSession, field_id: uuid.UUID, *, by: Actor, now: datetime) -> CustomField:
    """Show a retired field again, with the values it had. Twice changes nothing."""
    field = await _mine(db, field_id)
    if field.retired_at is None:
        return field
    taken = await db.scalars(select(CustomField).where(CustomField.record == field.record))
    field.slot, field.retired_at = free_slot(_taken(list(taken)), "id"), None
    field.revision += 1
    await history.record(db, field, "restored", by=by, now=now)
    return field


def _taken(fields: Sequence[CustomField]) -> list[int]:
    return [field.slot for field in fields if field.slot is not None]


async def in_use(db: AsyncSession, record: Carrier) -> list[CustomField]:
    """The fields of a record that are shown and asked for."""
    used = select(CustomField).where(CustomField.record == record, col(CustomField.retired_at).is_(None))
    return list(await db.scalars(used.order_by(col(CustomField.created_at), col(CustomField.id))))


async def _mine(db: AsyncSession, field_id: uuid.UUID) -> CustomField:
    field = await lock(db, CustomField, field_id)
    if field is None:
        raise CustomFieldRefused(CustomFieldRefusal.NOT_FOUND, "There is no such custom field.", field="id")
    return field
