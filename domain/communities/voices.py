"""Voices: who may speak in a channel, and who moderates it.

A cohort's channel is its active learners', a session's its registered people's, a community's its members'. Staff, the
people who run the tenant's learning, speak everywhere.
"""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from domain.communities.channels import Channel
from domain.communities.memberships import Membership, MembershipRole
from domain.people.people import Person
from domain.programs.enrollments import Enrollment, EnrollmentStatus
from domain.records import find
from domain.sessions.registrations import Registration, RegistrationStatus


async def has_voice(db: AsyncSession, channel: Channel, person_id: uuid.UUID | None, *, staff: bool) -> bool:
    """Staff may speak as nobody in particular, and for any person of the tenant."""
    if person_id is None:
        return staff
    if staff:
        return await find(db, Person, person_id) is not None
    return await belongs(db, channel, person_id)


async def unknown(db: AsyncSession, person_id: uuid.UUID | None) -> bool:
    """Whether somebody is named whom the tenant does not know."""
    return person_id is not None and await find(db, Person, person_id) is None


async def belongs(db: AsyncSession, channel: Channel, person_id: uuid.UUID) -> bool:
    enrolled = select(Enrollment.id).where(
        Enrollment.cohort_id == channel.cohort_id,
        Enrollment.person_id == person_id,
        Enrollment.status == EnrollmentStatus.ACTIVE,
    )
    registered = select(Registration.id).where(
        Registration.session_id == channel.session_id,
        Registration.person_id == person_id,
        Registration.status == RegistrationStatus.REGISTERED,
    )
    member = select(Membership.id).where(
        Membership.community_id == channel.community_id,
        Membership.person_id == person_id,
        col(Membership.left_at).is_(None),
    )
    mine = enrolled if channel.cohort_id else registered if channel.session_id else member
    return await db.scalar(mine) is not None


async def moderates(db: AsyncSession, channel: Channel, person_id: uuid.UUID | None) -> bool:
    """Whether the person is a moderator of the community that the channel belongs to."""
    if person_id is None or channel.community_id is None:
        return False
    moderator = select(Membership.id).where(
        Membership.community_id == channel.community_id,
        Membership.person_id == person_id,
        Membership.role == MembershipRole.MODERATOR,
        col(Membership.left_at).is_(None),
    )
    return await db.scalar(moderator) is not None
