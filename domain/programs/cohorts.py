"""Cohorts: a group going through a program together, one run of it."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import auto
from typing import TypedDict

from sqlalchemy import Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain import history, upserts
from domain.facts import take_on, whole, with_changes
from domain.programs.programs import Program
from domain.records import CHANGED, UTC, Refused, Revised, Word, belongs_to, find, lock, stale, unique
from domain.texts import reference_of, text_of
from domain.upserts import Upserted
from tenants.viewer import Actor


class CohortRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()
    REVISION_CHANGED = auto()


class CohortRefused(Refused[CohortRefusal]):
    pass


class Cohort(Revised, table=True):
    __table_args__ = (
        belongs_to("program"),
        unique("external_ref"),
        Index("cohort_name_idx", "tenant_id", "name", "id"),
        Index("cohort_created_at_idx", "tenant_id", "created_at", "id"),
        Index("cohort_program_created_at_idx", "tenant_id", "program_id", "created_at", "id"),
    )

    program_id: uuid.UUID
    name: str
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class NewCohort:
    name: str
    external_ref: str | None = None


class CohortChanges(TypedDict, total=False):
    name: str
    external_ref: str | None


def checked(facts: NewCohort) -> NewCohort:
    """The facts as they are stored, or what is wrong with them."""
    return NewCohort(
        name=text_of(facts.name, "name", invalid=_invalid),
        external_ref=reference_of(facts.external_ref, invalid=_invalid),
    )


def _invalid(field: str, message: str) -> CohortRefused:
    return CohortRefused(CohortRefusal.INVALID, message, field=field)


async def create(db: AsyncSession, program_id: uuid.UUID, new: NewCohort, *, by: Actor, now: datetime) -> Cohort:
    facts = checked(new)
    if await find(db, Program, program_id) is None:
        raise CohortRefused(CohortRefusal.NOT_FOUND, "There is no such program.", field="programId")
    cohort = Cohort(program_id=program_id, **asdict(facts), created_at=now)
    await _refuse_taken(db, cohort.id, facts)
    db.add(cohort)
    await history.record(db, cohort, "created", by=by, now=now, program_id=program_id, **asdict(facts))
    return cohort


async def update(
    db: AsyncSession,
    cohort_id: uuid.UUID,
    changes: CohortChanges,
    *,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Cohort:
    cohort = await lock(db, Cohort, cohort_id)
    if cohort is None:
        raise CohortRefused(CohortRefusal.NOT_FOUND, "There is no such cohort.", field="id")
    if stale(cohort.revision, revision):
        raise CohortRefused(CohortRefusal.REVISION_CHANGED, CHANGED, field="expectedRevision")
    facts = checked(with_changes(cohort, NewCohort, changes, invalid=_invalid))
    await _refuse_taken(db, cohort.id, facts)
    if changed := take_on(cohort, facts):
        await history.record(db, cohort, "updated", by=by, now=now, **changed)
    return cohort


async def upsert(
    db: AsyncSession,
    external_ref: str,
    changes: CohortChanges,
    *,
    program_id: uuid.UUID | None,
    by: Actor,
    now: datetime,
) -> Upserted[Cohort]:
    """The cohort with this reference: changed where it is said otherwise, or a new one, which needs a program."""
    reference = text_of(external_ref, "externalRef", invalid=_invalid)
    new = {**changes, "external_ref": reference}

    async def form() -> Cohort:
        if program_id is None:
            raise _invalid("programId", "There is none with this reference yet: a new one needs this as well.")
        return await create(db, program_id, whole(NewCohort, new, invalid=_invalid), by=by, now=now)

    async def change(known: Cohort) -> Cohort:
        if upserts.misplaced(known, {"program_id": program_id}):
            raise _invalid("programId", "The cohort goes through another program, and stays with it.")
        return await update(db, known.id, changes, by=by, now=now)

    return await upserts.upsert(db, select(Cohort).where(Cohort.external_ref == reference), create=form, update=change)


async def _refuse_taken(db: AsyncSession, cohort_id: uuid.UUID, facts: NewCohort) -> None:
    others = select(Cohort.id).where(Cohort.id != cohort_id)
    if facts.external_ref and await db.scalar(others.where(Cohort.external_ref == facts.external_ref)):
        raise CohortRefused(
            CohortRefusal.REFERENCE_TAKEN,
            f"Another cohort has the reference '{facts.external_ref}'.",
            field="externalRef",
        )
