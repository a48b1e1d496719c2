"""Programs: what is taught as a whole. A program runs many times, each time with a cohort.

Invariant: a price is an amount in minor units together with its currency, or there is none.
"""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto
from typing import TypedDict

from babel.numbers import is_currency
from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain import history, upserts
from domain.facts import take_on, whole, with_changes
from domain.records import CHANGED, UTC, Refused, Revised, Word, lock, stale, unique
from domain.texts import prose_of, reference_of, text_of
from domain.upserts import Upserted
from tenants.viewer import Actor

HIGHEST_PRICE = 2 * 10**9


class ProgramRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()
    REVISION_CHANGED = auto()


class ProgramRefused(Refused[ProgramRefusal]):
    pass


class Program(Revised, table=True):
    """`regulated`: its goal must be certifiable, so evidence from peers alone does not prove it."""

    __table_args__ = (
        unique("external_ref"),
        CheckConstraint("num_nulls(price_minor, price_currency) <> 1", name="price_complete"),
        CheckConstraint("price_minor >= 0", name="price_minor"),
        Index("program_title_idx", "tenant_id", "title", "id"),
        Index("program_created_at_idx", "tenant_id", "created_at", "id"),
    )

    title: str
    summary: str = ""
    goal: str = ""
    regulated: bool = False
    external_ref: str | None = None
    price_minor: int | None = Field(default=None, sa_type=BigInteger)
    price_currency: str | None = None
    created_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class NewProgram:
    title: str
    summary: str = ""
    goal: str = ""
    regulated: bool = False
    external_ref: str | None = None
    price_minor: int | None = None
    price_currency: str | None = None


class ProgramChanges(TypedDict, total=False):
    title: str
    summary: str
    goal: str
    regulated: bool
    external_ref: str | None
    price_minor: int | None
    price_currency: str | None


def checked(facts: NewProgram) -> NewProgram:
    """The facts as they are stored, or what is wrong with them."""
    if (facts.price_minor is None) != (facts.price_currency is None):
        raise _invalid("price", "A price needs both an amount and a currency.")
    if facts.price_minor is not None and not 0 <= facts.price_minor <= HIGHEST_PRICE:
        raise _invalid("price.amountMinor", f"A price lies between 0 and {HIGHEST_PRICE:,} minor units.")
    if facts.price_currency is not None and not is_currency(facts.price_currency):
        raise _invalid("price.currency", "This is no currency. Use an ISO 4217 code such as 'CHF'.")
    return replace(
        facts,
        title=text_of(facts.title, "title", invalid=_invalid),
        summary=prose_of(facts.summary, "summary", invalid=_invalid),
        goal=prose_of(facts.goal, "goal", invalid=_invalid),
        external_ref=reference_of(facts.external_ref, invalid=_invalid),
    )


def _invalid(field: str, message: str) -> ProgramRefused:
    return ProgramRefused(ProgramRefusal.INVALID, message, field=field)


async def create(db: AsyncSession, new: NewProgram, *, by: Actor, now: datetime) -> Program:
    facts = checked(new)
    program = Program(**asdict(facts), created_at=now)
    await _refuse_taken(db, program.id, facts)
    db.add(program)
    await history.record(db, program, "created", by=by, now=now, **asdict(facts))
    return program


async def update(
    db: AsyncSession,
    program_id: uuid.UUID,
    changes: ProgramChanges,
    *,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Program:
    program = await lock(db, Program, program_id)
    if program is None:
        raise ProgramRefused(ProgramRefusal.NOT_FOUND, "There is no such program.", field="id")
    if stale(program.revision, revision):
        raise ProgramRefused(ProgramRefusal.REVISION_CHANGED, CHANGED, field="expectedRevision")
    facts = checked(with_changes(program, NewProgram, changes, invalid=_invalid))
    await _refuse_taken(db, program.id, facts)
    if changed := take_on(program, facts):
        await history.record(db, program, "updated", by=by, now=now, **changed)
    return program


async def upsert(
    db: AsyncSession, external_ref: str, changes: ProgramChanges, *, by: Actor, now: datetime
) -> Upserted[Program]:
    """The program with this reference: changed where it is said otherwise, or a new one."""
    reference = text_of(external_ref, "externalRef", invalid=_invalid)
    new = {**changes, "external_ref": reference}
    return await upserts.upsert(
        db,
        select(Program).where(Program.external_ref == reference),
        create=lambda: create(db, whole(NewProgram, new, invalid=_invalid), by=by, now=now),
        update=lambda known: update(db, known.id, changes, by=by, now=now),
    )


async def _refuse_taken(db: AsyncSession, program_id: uuid.UUID, facts: NewProgram) -> None:
    others = select(Program.id).where(Program.id != program_id)
    if facts.external_ref and await db.scalar(others.where(Program.external_ref == facts.external_ref)):
        raise ProgramRefused(
            ProgramRefusal.REFERENCE_TAKEN,
            f"Another program has the reference '{facts.external_ref}'.",
            field="externalRef",
        )
