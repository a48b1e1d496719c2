"""Attendance: who was at which meeting."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.engine.fields import column, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, mutation, refusal
from api.people.people import Person
from api.permissions import TEACHING, Access, signed_in
from api.sessions.meetings import Meeting
from api.words import enum
from domain.sessions import attendance

enum(
    attendance.AttendanceStatus,
    "AttendanceStatus",
    "Whether someone was there.",
    PRESENT="All the time.",
    PARTIAL="Part of the time.",
    ABSENT="Not at all.",
)
enum(
    attendance.Evidence,
    "Evidence",
    "What a record of attendance rests on.",
    SIGN_IN="A list that was signed.",
    INSTRUCTOR="What the instructor saw.",
    VIRTUAL_ROOM="The log of a virtual room.",
    SELF_REPORT="What the learner says.",
)
enum(
    attendance.AttendanceRefusal,
    "AttendanceRefusal",
    "Why attendance could not be recorded.",
    NOT_FOUND="There is no such meeting.",
    INVALID="A value is not acceptable; `field` says which.",
    NOT_REGISTERED="The person has no seat in the session.",
    TOO_EARLY="The meeting has not started.",
)
AttendanceRefused = refusal(
    "AttendanceRefused",
    attendance.AttendanceRefused,
    attendance.AttendanceRefusal,
    "Why the attendance was not recorded.",
)


@planned(
    attendance.Attendance,
    prefix="att",
    visible=Access(TEACHING, "attendance:read", own="{t}.person_id = {viewer}"),
    filters=("meeting", "person", "status", "evidence", "recorded_at"),
    orders=("recorded_at",),
)
class Attendance(Node):
    """That someone was at a meeting, for how long, and how that is known. Learners see their own."""

    meeting: Meeting = to_one("meeting_id", "The meeting.")
    person: Person = to_one("person_id", "Who was there, or was not.")
    status: attendance.AttendanceStatus = column("Whether they were there.")
    minutes: int | None = column("How many minutes; null where nobody counted.")
    evidence: attendance.Evidence = column("How it is known.")
    recorded_at: datetime = column("When it was put down, or last corrected.")


one("attendance", "Attendance", "One record of attendance.", allow=signed_in("attendance:read"))
many(
    "attendances",
    "Attendance",
    "The records of attendance that the viewer may see, the latest first.",
    allow=signed_in("attendance:read"),
    order="recorded_at",
    descending=True,
)


@strawberry.input(description="Who was at which meeting, and how that is known.")
class RecordAttendanceInput:
    meeting_id: strawberry.ID = strawberry.field(description="The meeting.")
    person_id: strawberry.ID = strawberry.field(description="Who was there, or was not.")
    status: attendance.AttendanceStatus = strawberry.field(description="Whether they were there.")
    minutes: int | None = strawberry.field(default=None, description="How many minutes; null where nobody counted.")
    evidence: attendance.Evidence = strawberry.field(description="How it is known.")


@mutation(
    "Put down who was at a meeting, or correct what was put down. The history keeps both.",
    answers=Attendance,
    refuses=[AttendanceRefused],
    allow=Access(TEACHING, "attendance:write"),
    bulk="recordAttendances",
)
async def record_attendance(command: Command, input: RecordAttendanceInput) -> attendance.Attendance:  # noqa: A002 -- the schema's word
    return await attendance.record(
        command.db,
        command.row(Meeting, input.meeting_id),
        command.row(Person, input.person_id),
        attendance.Presence(status=input.status, minutes=input.minutes, evidence=input.evidence),
        by=command.by,
        now=command.now,
    )
