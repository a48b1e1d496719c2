"""Instruments: versioned questionnaires.

Invariant: an instrument never changes once it exists; a revision is a new version under the same name. So every
response is read with exactly the questions that were asked.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain.evaluations import items
from domain.evaluations.items import Item, NewItem
from domain.history import record
from domain.records import UTC, Record, Refused, Word, choice, unique
from domain.texts import reference_of, text_of
from tenants.viewer import Actor


class Level(Word):
    """Kirkpatrick's four levels: how they found it, what they learned, what they do differently, what came of it."""

    REACTION = auto()
    LEARNING = auto()
    BEHAVIOR = auto()
    RESULTS = auto()


class InstrumentRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NAME_TAKEN = auto()
    REFERENCE_TAKEN = auto()


class InstrumentRefused(Refused[InstrumentRefusal]):
    pass


class Instrument(Record, table=True):
    """`anonymous`: responses are kept without the person, and cannot be traced back to one."""

    __table_args__ = (
        unique("name", "version"),
        unique("external_ref"),
        CheckConstraint("version >= 1", name="version"),
        Index("instrument_created_at_idx", "tenant_id", "created_at", "id"),
    )

    name: str
    version: int = 1
    level: Level = Field(sa_type=choice(Level))
    anonymous: bool = False
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class NewInstrument:
    name: str
    level: Level
    anonymous: bool = False
    external_ref: str | None = None
    items: Sequence[NewItem]


def checked(new: NewInstrument) -> NewInstrument:
    """The instrument as it can be used, or what is wrong with it."""
    return replace(
        new,
        name=text_of(new.name, "name", invalid=_invalid),
        external_ref=reference_of(new.external_ref, invalid=_invalid),
        items=items.checked(new.items, invalid=_invalid),
    )


def _invalid(field: str, message: str) -> InstrumentRefused:
    return InstrumentRefused(InstrumentRefusal.INVALID, message, field=field)


async def create(db: AsyncSession, new: NewInstrument, *, by: Actor, now: datetime) -> Instrument:
    """The first version of a questionnaire, with its items."""
    facts = checked(new)
    if await db.scalar(select(Instrument.id).where(Instrument.name == facts.name).limit(1)):
        raise InstrumentRefused(
            InstrumentRefusal.NAME_TAKEN,
            f"There is an instrument '{facts.name}' already. Revise it, or choose another name.",
            field="name",
        )
    return await _write(db, facts, 1, by=by, now=now)


async def revise(
    db: AsyncSession,
    instrument_id: uuid.UUID,
    new_items: Sequence[NewItem],
    *,
    external_ref: str | None,
    by: Actor,
    now: datetime,
) -> Instrument:
    """The next version, whichever version it starts from. The old ones stay as they are, and keep their references.

    The versions' rows are held, so that two revisions at once get two numbers.
    """
    named = select(Instrument.name).where(Instrument.id == instrument_id).scalar_subquery()
    versions = select(Instrument).where(Instrument.name == named).order_by(col(Instrument.version))
    known = list(await db.scalars(versions.with_for_update(key_share=True)))
    if not known:
        raise InstrumentRefused(InstrumentRefusal.NOT_FOUND, "There is no such instrument.", field="id")
    last = list(await db.scalars(versions))[-1]
    new = NewInstrument(
        name=last.name, level=last.level, anonymous=last.anonymous, external_ref=external_ref, items=new_items
    )
    return await _write(db, checked(new), last.version + 1, by=by, now=now)


async def _write(db: AsyncSession, facts: NewInstrument, version: int, *, by: Actor, now: datetime) -> Instrument:
    reference = facts.external_ref
    if reference and await db.scalar(select(Instrument.id).where(Instrument.external_ref == reference)):
        raise InstrumentRefused(
            InstrumentRefusal.REFERENCE_TAKEN,
            f"Another instrument has the reference '{reference}'.",
            field="externalRef",
        )
    instrument = Instrument(
        name=facts.name,
        version=version,
        level=facts.level,
        anonymous=facts.anonymous,
        external_ref=reference,
        created_at=now,
    )
    db.add(instrument)
    await db.flush()
    db.add_all(
        Item(instrument_id=instrument.id, position=position, **asdict(item))
        for position, item in enumerate(facts.items, start=1)
    )
    verb = "created" if version == 1 else "revised"
    await record(db, instrument, verb, by=by, now=now, name=facts.name, version=version, items=len(facts.items))
    return instrument
