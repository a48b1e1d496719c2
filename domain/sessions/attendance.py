"""Attendance: that someone was there, at which meeting, for how long, and by what evidence.

Invariant: one record per meeting and person, only for people who had a seat. It may be corrected; history keeps both.
"""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain import history
from domain.facts import take_on
from domain.records import UTC, Record, Refused, Word, belongs_to, choice, find, unique
from domain.sessions.meetings import Meeting
from domain.sessions.registrations import Registration, RegistrationStatus
from tenants.viewer import Actor


class AttendanceStatus(Word):
    PRESENT = auto()
    PARTIAL = auto()
    ABSENT = auto()


class Evidence(Word):
    """What the record rests on."""

    SIGN_IN = auto()
    INSTRUCTOR = auto()
    VIRTUAL_ROOM = auto()
    SELF_REPORT = auto()


class AttendanceRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NOT_REGISTERED = auto()
    TOO_EARLY = auto()


class AttendanceRefused(Refused[AttendanceRefusal]):
    pass


class Attendance(Record, table=True):
    __table_args__ = (
        belongs_to("meeting"),
        belongs_to("person"),
        unique("meeting_id", "person_id"),
        CheckConstraint("minutes >= 0", name="minutes"),
        Index("attendance_recorded_at_idx", "tenant_id", "recorded_at", "id"),
        Index("attendance_meeting_recorded_at_idx", "tenant_id", "meeting_id", "recorded_at", "id"),
        Index("attendance_person_recorded_at_idx", "tenant_id", "person_id", "recorded_at", "id"),
    )

    meeting_id: uuid.UUID
    person_id: uuid.UUID
    status: AttendanceStatus = Field(sa_type=choice(AttendanceStatus, "status"))
    minutes: int | None = None
    evidence: Evidence = Field(sa_type=choice(Evidence))
    recorded_at: datetime = Field(sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class Presence:
    """What was seen. `minutes` is None where nobody counted."""

    status: AttendanceStatus
    minutes: int | None = None
    evidence: Evidence


def checked(presence: Presence, meeting: Meeting, now: datetime) -> Presence:
    """The presence as it is stored, or why it can't be."""
    if now < meeting.starts_at:
        raise AttendanceRefused(
            AttendanceRefusal.TOO_EARLY,
            f"The meeting starts on {meeting.starts_at:%Y-%m-%d %H:%M} UTC. Record attendance from then on.",
            field="meetingId",
        )
    length = (meeting.ends_at - meeting.starts_at) // timedelta(minutes=1)
    if presence.minutes is not None and not 0 <= presence.minutes <= length:
        raise _invalid("minutes", f"The meeting lasts {length} minutes; give a number between 0 and {length}.")
    if presence.status == AttendanceStatus.ABSENT and presence.minutes:
        raise _invalid("minutes", "Who was absent was there for no minutes.")
    return presence


def _invalid(field: str, message: str) -> AttendanceRefused:
    return AttendanceRefused(AttendanceRefusal.INVALID, message, field=field)


async def record(
    db: AsyncSession, meeting_id: uuid.UUID, person_id: uuid.UUID, presence: Presence, *, by: Actor, now: datetime
) -> Attendance:
    """Put down that the person was there, or correct what was put down. The same again changes nothing.

    Holds the person's registration, so that two who record at once come one after the other.
    """
    meeting = await find(db, Meeting, meeting_id)
    if meeting is None:
        raise AttendanceRefused(AttendanceRefusal.NOT_FOUND, "There is no such meeting.", field="meetingId")
    seen = checked(presence, meeting, now)
    seat = select(Registration).where(
        Registration.session_id == meeting.session_id,
        Registration.person_id == person_id,
        Registration.status == RegistrationStatus.REGISTERED,
    )
    if await db.scalar(seat.with_for_update(key_share=True)) is None:
        raise AttendanceRefused(
            AttendanceRefusal.NOT_REGISTERED,
            "This person has no seat in the session. Register them first.",
            field="personId",
        )
    mine = select(Attendance).where(Attendance.meeting_id == meeting_id, Attendance.person_id == person_id)
    attendance = await db.scalar(mine.execution_options(populate_existing=True))
    if attendance is None:
        attendance = Attendance(meeting_id=meeting_id, person_id=person_id, recorded_at=now, **asdict(seen))
        db.add(attendance)
        facts = {"meeting_id": meeting_id, "person_id": person_id, **asdict(seen)}
        await history.record(db, attendance, "recorded", by=by, now=now, **facts)
        return attendance

    if changed := take_on(attendance, seen):
        attendance.recorded_at = now
        await history.record(db, attendance, "corrected", by=by, now=now, **changed)
    return attendance
