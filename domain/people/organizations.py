"""Organizations: where people work, and who sends them or hosts them. An organization is no tenant."""

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
from domain.records import CHANGED, UTC, Refused, Revised, Word, lock, stale, unique
from domain.texts import reference_of, text_of
from domain.upserts import Upserted
from tenants.viewer import Actor


class OrganizationRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()
    REVISION_CHANGED = auto()


class OrganizationRefused(Refused[OrganizationRefusal]):
    pass


class Organization(Revised, table=True):
    __table_args__ = (
        unique("external_ref"),
        Index("organization_name_idx", "tenant_id", "name", "id"),
        Index("organization_created_at_idx", "tenant_id", "created_at", "id"),
    )

    name: str
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class NewOrganization:
    name: str
    external_ref: str | None = None


class OrganizationChanges(TypedDict, total=False):
    name: str
    external_ref: str | None


def checked(facts: NewOrganization) -> NewOrganization:
    """The facts as they are stored, or what is wrong with them."""
    return NewOrganization(
        name=text_of(facts.name, "name", invalid=_invalid),
        external_ref=reference_of(facts.external_ref, invalid=_invalid),
    )


def _invalid(field: str, message: str) -> OrganizationRefused:
    return OrganizationRefused(OrganizationRefusal.INVALID, message, field=field)


async def create(db: AsyncSession, new: NewOrganization, *, by: Actor, now: datetime) -> Organization:
    facts = checked(new)
    organization = Organization(**asdict(facts), created_at=now)
    await _refuse_taken(db, organization.id, facts)
    db.add(organization)
    await history.record(db, organization, "created", by=by, now=now, **asdict(facts))
    return organization


async def update(
    db: AsyncSession,
    organization_id: uuid.UUID,
    changes: OrganizationChanges,
    *,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Organization:
    organization = await lock(db, Organization, organization_id)
    if organization is None:
        raise OrganizationRefused(OrganizationRefusal.NOT_FOUND, "There is no such organization.", field="id")
    if stale(organization.revision, revision):
        raise OrganizationRefused(OrganizationRefusal.REVISION_CHANGED, CHANGED, field="expectedRevision")
    facts = checked(with_changes(organization, NewOrganization, changes, invalid=_invalid))
    await _refuse_taken(db, organization.id, facts)
    if changed := take_on(organization, facts):
        await history.record(db, organization, "updated", by=by, now=now, **changed)
    return organization


async def upsert(
    db: AsyncSession, external_ref: str, changes: OrganizationChanges, *, by: Actor, now: datetime
) -> Upserted[Organization]:
    """The organization with this reference: changed where it is said otherwise, or a new one."""
    reference = text_of(external_ref, "externalRef", invalid=_invalid)
    new = {**changes, "external_ref": reference}
    return await upserts.upsert(
        db,
        select(Organization).where(Organization.external_ref == reference),
        create=lambda: create(db, whole(NewOrganization, new, invalid=_invalid), by=by, now=now),
        update=lambda known: update(db, known.id, changes, by=by, now=now),
    )


async def _refuse_taken(db: AsyncSession, organization_id: uuid.UUID, facts: NewOrganization) -> None:
    others = select(Organization.id).where(Organization.id != organization_id)
    if facts.external_ref and await db.scalar(others.where(Organization.external_ref == facts.external_ref)):
        raise OrganizationRefused(
            OrganizationRefusal.REFERENCE_TAKEN,
            f"Another organization has the reference '{facts.external_ref}'.",
            field="externalRef",
        )
