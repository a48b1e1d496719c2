"""Enrollments: a learner in a cohort, lasting. A seat in one session is a registration, not this.

Invariant: one enrollment per cohort and person. Who comes back has the same one again.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain import history
from domain.people.people import Person
from domain.programs.cohorts import Cohort
from domain.records import UTC, Record, Refused, Word, belongs_to, choice, find, lock, unique
from tenants.viewer import Actor


class EnrollmentStatus(Word):
    ACTIVE = auto()
    WITHDRAWN = auto()


class EnrollmentRefusal(Word):
    NOT_FOUND = auto()


class EnrollmentRefused(Refused[EnrollmentRefusal]):
    pass


class Enrollment(Record, table=True):
    __table_args__ = (
        belongs_to("cohort"),
        belongs_to("person"),
        unique("cohort_id", "person_id"),
        Index("enrollment_enrolled_at_idx", "tenant_id", "enrolled_at", "id"),
        Index("enrollment_cohort_enrolled_at_idx", "tenant_id", "cohort_id", "enrolled_at", "id"),
        Index("enrollment_person_enrolled_at_idx", "tenant_id", "person_id", "enrolled_at", "id"),
    )

    cohort_id: uuid.UUID
    person_id: uuid.UUID
    status: EnrollmentStatus = Field(sa_type=choice(EnrollmentStatus, "status"))
    enrolled_at: datetime = Field(sa_type=UTC)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTC)


async def enroll(
    db: AsyncSession, cohort_id: uuid.UUID, person_id: uuid.UUID, *, by: Actor, now: datetime
) -> Enrollment:
    """The person's enrollment in the cohort. Asking twice changes nothing; who had withdrawn is back from now on.

    Holds the cohort's row, so that the same person asking twice at once is enrolled once.
    """
    if await lock(db, Cohort, cohort_id) is None:
        raise EnrollmentRefused(EnrollmentRefusal.NOT_FOUND, "There is no such cohort.", field="cohortId")
    if await find(db, Person, person_id) is None:
        raise EnrollmentRefused(EnrollmentRefusal.NOT_FOUND, "There is no such person.", field="personId")
    mine = select(Enrollment).where(Enrollment.cohort_id == cohort_id, Enrollment.person_id == person_id)
    enrollment = await db.scalar(mine.execution_options(populate_existing=True))
    if enrollment and enrollment.status == EnrollmentStatus.ACTIVE:
        return enrollment

    if enrollment:
        enrollment.sqlmodel_update({"status": EnrollmentStatus.ACTIVE, "enrolled_at": now, "withdrawn_at": None})
    else:
        enrollment = Enrollment(
            cohort_id=cohort_id, person_id=person_id, status=EnrollmentStatus.ACTIVE, enrolled_at=now
        )
    db.add(enrollment)
    await history.record(db, enrollment, "enrolled", by=by, now=now, cohort_id=cohort_id, person_id=person_id)
    return enrollment


async def withdraw(db: AsyncSession, enrollment_id: uuid.UUID, *, by: Actor, now: datetime) -> Enrollment:
    """End an enrollment. Withdrawing twice changes nothing. Seats in the cohort's sessions are not given up by it."""
    enrollment = await lock(db, Enrollment, enrollment_id)
    if enrollment is None:
        raise EnrollmentRefused(EnrollmentRefusal.NOT_FOUND, "There is no such enrollment.", field="id")
    if enrollment.status == EnrollmentStatus.WITHDRAWN:
        return enrollment
    enrollment.status = EnrollmentStatus.WITHDRAWN
    enrollment.withdrawn_at = now
    await history.record(
        db, enrollment, "withdrawn", by=by, now=now, cohort_id=enrollment.cohort_id, person_id=enrollment.person_id
    )
    return enrollment
