"""People: everyone known to one tenant. An e-mail address, where given, belongs to one person of the tenant.

Invariant: addresses are stored in lower case, so that the unique key knows `Ada@` and `ada@` as the same.
"""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto
from typing import TypedDict

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain import history, upserts
from domain.facts import take_on, whole, with_changes
from domain.people.organizations import Organization
from domain.records import CHANGED, UTC, Refused, Revised, Word, belongs_to, find, lock, stale, unique
from domain.texts import reference_of, text_of
from domain.upserts import Upserted
from tenants.viewer import Actor


class PersonRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    EMAIL_TAKEN = auto()
    REFERENCE_TAKEN = auto()
    REVISION_CHANGED = auto()


class PersonRefused(Refused[PersonRefusal]):
    pass


class Person(Revised, table=True):
    __table_args__ = (
        belongs_to("organization"),
        unique("email"),
        unique("external_ref"),
        Index("person_name_idx", "tenant_id", "name", "id"),
        Index("person_created_at_idx", "tenant_id", "created_at", "id"),
        Index("person_organization_name_idx", "tenant_id", "organization_id", "name", "id"),
    )

    name: str
    email: str | None = None
    organization_id: uuid.UUID | None = None
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    name: str
    email: str | None = None
    organization_id: uuid.UUID | None = None
    external_ref: str | None = None


class PersonChanges(TypedDict, total=False):
    name: str
    email: str | None
    organization_id: uuid.UUID | None
    external_ref: str | None


def checked(facts: NewPerson) -> NewPerson:
    """The facts as they are stored, or what is wrong with them."""
    return replace(
        facts,
        name=text_of(facts.name, "name", invalid=_invalid),
        email=None if facts.email is None else address(facts.email),
        external_ref=reference_of(facts.external_ref, invalid=_invalid),
    )


def address(email: str) -> str:
    """The e-mail address in lower case. Its form is checked, not whether it receives mail."""
    written = text_of(email, "email", invalid=_invalid)
    try:
        return validate_email(written, check_deliverability=False).normalized.lower()
    except EmailNotValidError as fault:
        raise _invalid("email", f"'{written}' is no e-mail address. {fault}") from None


def _invalid(field: str, message: str) -> PersonRefused:
    return PersonRefused(PersonRefusal.INVALID, message, field=field)


async def create(db: AsyncSession, new: NewPerson, *, by: Actor, now: datetime) -> Person:
    facts = checked(new)
    person = Person(**asdict(facts), created_at=now)
    await _refuse_conflicts(db, person.id, facts)
    db.add(person)
    await history.record(db, person, "created", by=by, now=now, **asdict(facts))
    return person


async def update(
    db: AsyncSession,
    person_id: uuid.UUID,
    changes: PersonChanges,
    *,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Person:
    person = await lock(db, Person, person_id)
    if person is None:
        raise PersonRefused(PersonRefusal.NOT_FOUND, "There is no such person.", field="id")
    if stale(person.revision, revision):
        raise PersonRefused(PersonRefusal.REVISION_CHANGED, CHANGED, field="expectedRevision")
    facts = checked(with_changes(person, NewPerson, changes, invalid=_invalid))
    await _refuse_conflicts(db, person.id, facts)
    if changed := take_on(person, facts):
        await history.record(db, person, "updated", by=by, now=now, **changed)
    return person


async def upsert(
    db: AsyncSession, external_ref: str, changes: PersonChanges, *, by: Actor, now: datetime
) -> Upserted[Person]:
    """The person with this reference: changed where it is said otherwise, or a new one."""
    reference = text_of(external_ref, "externalRef", invalid=_invalid)
    new = {**changes, "external_ref": reference}
    return await upserts.upsert(
        db,
        select(Person).where(Person.external_ref == reference),
        create=lambda: create(db, whole(NewPerson, new, invalid=_invalid), by=by, now=now),
        update=lambda known: update(db, known.id, changes, by=by, now=now),
    )


async def _refuse_conflicts(db: AsyncSession, person_id: uuid.UUID, facts: NewPerson) -> None:
    if facts.organization_id and await find(db, Organization, facts.organization_id) is None:
        raise PersonRefused(PersonRefusal.NOT_FOUND, "There is no such organization.", field="organizationId")
    others = select(Person.id).where(Person.id != person_id)
    if facts.email and await db.scalar(others.where(Person.email == facts.email)):
        raise PersonRefused(
            PersonRefusal.EMAIL_TAKEN, f"Another person has the address '{facts.email}'.", field="email"
        )
    if facts.external_ref and await db.scalar(others.where(Person.external_ref == facts.external_ref)):
        raise PersonRefused(
            PersonRefusal.REFERENCE_TAKEN,
            f"Another person has the reference '{facts.external_ref}'.",
            field="externalRef",
        )
