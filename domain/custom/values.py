"""Custom values: what the custom fields of one record say.

Invariant: a value is of its field's kind and of its field's record; the database holds both. `sort_key` are bytes that
sort as the value does, whatever its kind: one index finds and orders all of them.
"""

import struct
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import auto

from sqlalchemy import CheckConstraint, Column, Computed, ForeignKeyConstraint, Index, LargeBinary, Uuid
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain import history
from domain.communities.communities import Community
from domain.custom import choices, fields
from domain.custom.fields import LONGEST_KEY, Carrier, CustomField, FieldKind
from domain.people.organizations import Organization
from domain.people.people import Person
from domain.programs.cohorts import Cohort
from domain.programs.programs import Program
from domain.records import Record, Refused, Revised, Word, belongs_to, choice, find, unique
from domain.sessions.sessions import Session
from domain.texts import text_of
from tenants.viewer import Actor

RECORDS: dict[Carrier, type[Record]] = {
    Carrier.PERSON: Person,
    Carrier.ORGANIZATION: Organization,
    Carrier.PROGRAM: Program,
    Carrier.COHORT: Cohort,
    Carrier.SESSION: Session,
    Carrier.COMMUNITY: Community,
}
LONGEST_TEXT = 500
"""As UTF-8 it fits into an index."""
LARGEST = 2**53 - 1
"""Up to here every whole number is exact, as in JSON and in every client."""

OWNERS = tuple(f"{carrier.lower()}_id" for carrier in Carrier)
REFERENCES = tuple(f"to_{owner}" for owner in OWNERS)
VALUES = ("text_value", "number_value", "date_value", "choice_value", "reference_id")


class CustomValueRefusal(Word):
    UNKNOWN_FIELD = auto()
    INVALID = auto()
    WRONG_KIND = auto()
    UNKNOWN_CHOICE = auto()
    NOT_FOUND = auto()
    REQUIRED = auto()


class CustomValueRefused(Refused[CustomValueRefusal]):
    pass


def _given(column: str, words: Iterable[Word], columns: Sequence[str], *, name: str) -> CheckConstraint:
    """Of the columns that one is given which the word in `column` asks for."""
    cases = " ".join(f"WHEN '{word}' THEN {one} IS NOT NULL" for word, one in zip(words, columns, strict=True))
    return CheckConstraint(f"CASE {column} {cases} END AND num_nonnulls({', '.join(columns)}) = 1", name=name)


class CustomValue(Record, table=True):
    """Of one owner, by its own column, so that it can't leave the tenant; so with what a reference refers to."""

    __tablename__ = "custom_value"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "field_id", "record", "kind"],
            ["custom_field.tenant_id", "custom_field.id", "custom_field.record", "custom_field.kind"],
        ),
        ForeignKeyConstraint(
            ["tenant_id", "field_id", "choice_value"],
            ["custom_choice.tenant_id", "custom_choice.field_id", "custom_choice.value"],
            name="custom_value_choice_fkey",
        ),
        *(belongs_to(carrier.lower()) for carrier in Carrier),
        *(belongs_to(carrier.lower(), f"to_{carrier.lower()}_id") for carrier in Carrier),
        unique("owner_id", "field_id", name="custom_value_owner_key"),
        _given("record", Carrier, OWNERS, name="owner"),
        _given("kind", FieldKind, VALUES, name="value"),
        CheckConstraint(f"num_nonnulls({', '.join(REFERENCES)}) <= 1", name="reference"),
        Index("custom_value_sort_key_idx", "tenant_id", "field_id", "sort_key", "owner_id"),
    )

    field_id: uuid.UUID
    record: Carrier = Field(sa_type=choice(Carrier, "record"))
    kind: FieldKind = Field(sa_type=choice(FieldKind, "kind"))
    person_id: uuid.UUID | None = None
    organization_id: uuid.UUID | None = None
    program_id: uuid.UUID | None = None
    cohort_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None
    community_id: uuid.UUID | None = None
    owner_id: uuid.UUID = Field(
        default=None, sa_column=Column(Uuid, Computed(f"coalesce({', '.join(OWNERS)})", persisted=True), nullable=False)
    )
    text_value: str | None = None
    number_value: float | None = None
    date_value: date | None = None
    choice_value: str | None = None
    to_person_id: uuid.UUID | None = None
    to_organization_id: uuid.UUID | None = None
    to_program_id: uuid.UUID | None = None
    to_cohort_id: uuid.UUID | None = None
    to_session_id: uuid.UUID | None = None
    to_community_id: uuid.UUID | None = None
    reference_id: uuid.UUID | None = Field(
        default=None, sa_column=Column(Uuid, Computed(f"coalesce({', '.join(REFERENCES)})", persisted=True))
    )
    sort_key: bytes = Field(sa_type=LargeBinary)


@dataclass(frozen=True)
class Reference:
    """A record that is referred to. No carrier: what is no record of ours."""

    carrier: Carrier | None
    id: uuid.UUID


Value = str | float | date | Reference


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a client says of one field: a value of a kind, or by None that it has none."""

    key: str
    kind: FieldKind
    value: Value | None


def sort_key(value: Value) -> bytes:
    """Bytes that sort as values of this kind do. A number's: its bits, those of the negative ones turned around."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, date):
        return value.isoformat().encode()
    if isinstance(value, Reference):
        return (value.carrier or "").encode() + value.id.bytes
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))  # there is one zero
    return struct.pack(">Q", bits ^ (2**64 - 1 if bits >> 63 else 1 << 63))


def fitting(kind: FieldKind, given: Given) -> Value | None:
    """The value as it is stored, or why it does not fit a field of this kind."""
    if given.kind != kind:
        message = f"'{shown(given.key)}' holds a {kind}: give it by `{kind.lower()}`."
        raise refused(CustomValueRefusal.WRONG_KIND, given.key, message)
    value = given.value
    if kind == FieldKind.TEXT and isinstance(value, str):

        def invalid(field: str, message: str) -> CustomValueRefused:
            return refused(CustomValueRefusal.INVALID, field, message)

        return text_of(value, given.key, longest=LONGEST_TEXT, invalid=invalid)
    if isinstance(value, float):
        if not abs(value) <= LARGEST:  # neither is what is no number
            message = f"Give a number between -{LARGEST:,} and {LARGEST:,}."
            raise refused(CustomValueRefusal.INVALID, given.key, message)
        return value + 0.0  # there is one zero
    return value


def refuse_missing(required: Collection[str], given: Mapping[str, Given], *, new: bool) -> None:
    """Nothing, or which required field has no value. Of what exists already it is only told not to take it away."""
    for key in required:
        taken_away = key in given and given[key].value is None
        if taken_away or (new and key not in given):
            raise refused(CustomValueRefusal.REQUIRED, key, f"'{key}' is required. Give it a value.")


def by_key(given: Sequence[Given]) -> dict[str, Given]:
    """What is given, by field, or which field is given twice."""
    found: dict[str, Given] = {}
    for one in given:
        if one.key in found:
            raise refused(
                CustomValueRefusal.INVALID, one.key, f"'{shown(one.key)}' stands here twice. Give each field once."
            )
        found[one.key] = one
    return found


def refused(reason: CustomValueRefusal, key: str, message: str) -> CustomValueRefused:
    return CustomValueRefused(reason, message, field=f"customFields.{shown(key)}")


def shown(key: str) -> str:
    """What a client calls a field, as a message repeats it: no longer than a key can be."""
    return key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]}…"


async def write(
    db: AsyncSession, owner: Record, given: Sequence[Given], *, new: bool, by: Actor, now: datetime
) -> None:
    """Write the custom fields of a record that its own command has just written, and so holds. `new`: it was added."""
    if not given and not new:
        return
    carrier = next(carrier for carrier, record in RECORDS.items() if isinstance(owner, record))
    named = by_key(given)
    declared = {field.key: field for field in await fields.in_use(db, carrier)}
    refuse_missing([key for key, field in declared.items() if field.required], named, new=new)
    for key in named:
        if key not in declared:
            there_are = f"There are: {', '.join(sorted(declared))}." if declared else "None are declared."
            message = f"There is no custom field '{shown(key)}' here. {there_are}"
            raise refused(CustomValueRefusal.UNKNOWN_FIELD, key, message)
    facts = {}
    for key, one in named.items():
        if await _write_one(db, carrier, owner, declared[key], one):
            facts[key] = one.value.id if isinstance(one.value, Reference) else one.value
    if facts:
        if not new and isinstance(owner, Revised):
            owner.revision += 1
        plain = {key: str(fact) if isinstance(fact, date | uuid.UUID) else fact for key, fact in facts.items()}
        await history.record(db, owner, "updated", by=by, now=now, custom_fields=plain)


async def _write_one(db: AsyncSession, carrier: Carrier, owner: Record, field: CustomField, given: Given) -> bool:
    """Whether that changed anything."""
    value = fitting(field.kind, given)
    mine = select(CustomValue).where(CustomValue.owner_id == owner.id, CustomValue.field_id == field.id)
    existing = await db.scalar(mine)
    if value is None:
        if existing is not None:
            await db.delete(existing)
        return existing is not None
    key = sort_key(value)
    if existing is not None and existing.sort_key == key:
        return False
    await _refuse_unknown(db, field, value)
    written = existing or CustomValue(field_id=field.id, record=carrier, kind=field.kind, sort_key=key)
    written.sort_key = key
    setattr(written, f"{carrier.lower()}_id", owner.id)
    setattr(written, *_column(field.kind, value))
    db.add(written)
    return True


def _column(kind: FieldKind, value: Value) -> tuple[str, object]:
    """Where the value stands, and as what."""
    if isinstance(value, Reference):
        return f"to_{str(value.carrier).lower()}_id", value.id
    return f"{kind.lower()}_value", value


async def _refuse_unknown(db: AsyncSession, field: CustomField, value: Value) -> None:
    """What is chosen is offered, and what is referred to is there."""
    if field.kind == FieldKind.CHOICE:
        offered = [choice.value for choice in await choices.of(db, field.id) if choice.retired_at is None]
        if value not in offered:
            message = f"'{field.key}' is one of: {', '.join(offered)}."
            raise refused(CustomValueRefusal.UNKNOWN_CHOICE, field.key, message)
    if field.refers_to is not None and isinstance(value, Reference):
        fits = value.carrier == field.refers_to and await find(db, RECORDS[field.refers_to], value.id) is not None
        if not fits:
            message = f"There is no such {field.refers_to.lower()}."
            raise refused(CustomValueRefusal.NOT_FOUND, field.key, message)
