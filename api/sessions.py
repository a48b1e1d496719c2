"""Sessions: instructor-led events."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from api.cohorts import Cohort
from api.engine.fields import Connection, column, sql, to_list, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import refusal
from api.organizations import Organization
from api.permissions import signed_in
from api.programs import Program
from api.words import enum
from domain import sessions

if TYPE_CHECKING:
    from api.channels import Channel
    from api.evaluations import Evaluation
    from api.head_counts import HeadCount
    from api.meetings import Meeting
    from api.registrations import Registration

enum(
    sessions.SessionFormat,
    "SessionFormat",
    "Where a session takes place.",
    CLASSROOM="In one room, led by an instructor.",
    VIRTUAL="Online.",
    WORKSHOP="In one room, with practice in the center.",
    HYBRID="In a room and online at the same time.",
)
enum(
    sessions.SessionStatus,
    "SessionStatus",
    "Whether a session takes place.",
    SCHEDULED="It takes place as planned.",
    CANCELLED="It was called off.",
)
enum(
    sessions.SessionRefusal,
    "SessionRefusal",
    "Why a session could not be written.",
    NOT_FOUND="There is no such session, program, cohort or organization; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    REFERENCE_TAKEN="Another session has this external reference.",
    NUMBER_TAKEN="The cohort has a session with this number already.",
    SESSION_CANCELLED="The session is cancelled.",
    CAPACITY_BELOW_SEATS_TAKEN="More seats are taken than there would be.",
    MEETING_ATTENDED="A meeting that would go has attendance.",
)
SessionRefused = refusal(
    "SessionRefused", sessions.SessionRefused, sessions.SessionRefusal, "Why the session stays as it is."
)
OPEN = "({t}.status = 'SCHEDULED' AND {now} < least({t}.registration_closes_at, {t}.ends_at))"


@planned(
    sessions.Session,
    prefix="ses",
    visible=signed_in("sessions:read", "registrations:read", "attendance:read", "journeys:read"),
    filters=(
        "title",
        "format",
        "status",
        "program",
        "cohort",
        "number",
        "host_organization",
        "starts_at",
        "ends_at",
        "capacity",
        "external_ref",
        "created_at",
    ),
    orders=("starts_at", "title", "created_at"),
)
class Session(Node):
    """One instructor-led event, with one meeting or several."""

    program: Program = to_one("program_id", "What is taught.")
    cohort: Cohort | None = to_one("cohort_id", "The group it is held for; null where it is open to all.")
    number: int = column("Which session of its cohort it is, counted from 1.")
    title: str = column("What learners see in their calendar.")
    external_ref: str | None = column("Your own reference, for integrations.")
    format: sessions.SessionFormat = column("Where it takes place.")
    status: sessions.SessionStatus = column("Whether it takes place.")
    capacity: int | None = column("How many seats there are; null for no limit.")
    waitlist_capacity: int | None = column("How many may wait for a seat; null for no limit, 0 for no waitlist.")
    seats_taken: int = column("How many seats are taken.")
    seats_left: int | None = sql("{t}.capacity - {t}.seats_taken", "How many seats are left; null for no limit.")
    waiting: int = column("How many wait for a seat.")
    host_organization: Organization | None = to_one("host_organization_id", "Who hosts it.")
    starts_at: datetime = column("When its first meeting starts.")
    ends_at: datetime = column("When its last meeting ends.")
    registration_closes_at: datetime | None = column("When registration closes; null for when it ends.")
    registration_open: bool = sql(OPEN, "Whether it still takes registrations, if only for the waitlist.")
    cancelled_at: datetime | None = column("When it was called off, where it was.")
    created_at: datetime = column("When it was scheduled.")
    meetings: list[Meeting] = to_list("session_id", "Its dated parts, in order of time.", order="position")
    registrations: Connection[Registration] = to_many(
        "session_id", "Who has a seat or waits for one. Learners see their own.", order="registered_at"
    )
    channel: Channel | None = to_one(
        "id", "Where its people talk; null where none was opened, and for those without a seat.", by="session_id"
    )
    evaluations: Connection[Evaluation] = to_many(
        "session_id", "What its people were asked, the latest first.", order="opened_at", descending=True
    )
    head_counts: list[HeadCount] = to_list("session_id", "What was counted without names, day by day.", order="day")


one("session", "Session", "One session, by id or your own reference.", allow=signed_in("sessions:read"))
many(
    "sessions",
    "Session",
    "The sessions of this tenant, in order of time.",
    allow=signed_in("sessions:read"),
    order="starts_at",
)
