"""Attendance: that someone was there, at which meeting, for how long, and by what evidence.

Invariant: one record per meeting and person, only for people who had a seat. It may be corrected; history keeps both.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, choice, unique


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
