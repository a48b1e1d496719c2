"""Sessions: instructor-led events."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from api.custom import values as custom
from api.engine.fields import Connection, column, sql, to_list, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, changes, mutation, refusal
from api.people.organizations import Organization
from api.permissions import STAFF, Access, signed_in
from api.programs.cohorts import Cohort
from api.programs.programs import Program
from api.sessions.meetings import MeetingInput
from api.words import enum
from domain.custom.fields import Carrier
from domain.journeys import journeys
from domain.sessions import registrations, sessions

if TYPE_CHECKING:
    from api.communities.channels import Channel
    from api.evaluations.evaluations import Evaluation
    from api.sessions.head_counts import HeadCount
    from api.sessions.meetings import Meeting
    from api.sessions.registrations import Registration

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
    REVISION_CHANGED="Someone has changed it since it was read; `expectedRevision` is no longer its revision.",
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
    revision: int = column("How often it was edited, counted from 1; for `expectedRevision`.")
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
    custom_fields: list[custom.CustomValue] = custom.declared(Carrier.SESSION, "sessions:read")


one("session", "Session", "One session, by id or your own reference.", allow=signed_in("sessions:read"))
many(
    "sessions",
    "Session",
    "The sessions of this tenant, in order of time.",
    allow=signed_in("sessions:read"),
    order="starts_at",
)


@strawberry.input(description="A new session.")
class ScheduleSessionInput:
    program_id: strawberry.ID = strawberry.field(description="What is taught.")
    cohort_id: strawberry.ID | None = strawberry.field(
        default=None, description="The group it is held for; null where it is open to all."
    )
    number: int = strawberry.field(default=1, description="Which session of its cohort it is, counted from 1.")
    title: str = strawberry.field(description="What learners see in their calendar.")
    format: sessions.SessionFormat = strawberry.field(description="Where it takes place.")
    external_ref: str | None = strawberry.field(default=None, description="Your own reference; unique.")
    capacity: int | None = strawberry.field(default=None, description="How many seats there are; null for no limit.")
    waitlist_capacity: int | None = strawberry.field(
        default=None, description="How many may wait for a seat; null for no limit, 0 for no waitlist."
    )
    host_organization_id: strawberry.ID | None = strawberry.field(default=None, description="Who hosts it.")
    registration_closes_at: datetime | None = strawberry.field(
        default=None, description="When registration closes; null for when it ends."
    )
    meetings: list[MeetingInput] = strawberry.field(description="Its dated parts, in order of time: at least one.")
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(
    description="What to change of a session. What is left out stays; its times are moved by `rescheduleSession`."
)
class UpdateSessionInput:
    id: strawberry.ID = strawberry.field(description="Which session.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What learners see in their calendar.")
    format: sessions.SessionFormat | None = strawberry.field(
        default=strawberry.UNSET, description="Where it takes place."
    )
    external_ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own reference; null for none."
    )
    capacity: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many seats there are; null for no limit."
    )
    waitlist_capacity: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many may wait for a seat; null for no limit, 0 for no waitlist."
    )
    host_organization_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Who hosts it; null for nobody known."
    )
    registration_closes_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When registration closes; null for when it ends."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(description="When a session takes place now.")
class RescheduleSessionInput:
    id: strawberry.ID = strawberry.field(description="Which session.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    meetings: list[MeetingInput] = strawberry.field(
        description="All of its dated parts, in order of time. The first stays the first, and so on."
    )


@strawberry.input(description="Which session is called off.")
class CancelSessionInput:
    id: strawberry.ID = strawberry.field(description="Which session.")


WRITE = Access(STAFF, "sessions:write")
CLEARABLE = {
    "external_ref",
    "capacity",
    "waitlist_capacity",
    "host_organization_id",
    "registration_closes_at",
    "program_id",
    "cohort_id",
    "number",
    "meetings",
}


@mutation(
    "Schedule a session with its meetings.",
    answers=Session,
    refuses=[SessionRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="scheduleSessions",
)
async def schedule_session(command: Command, input: ScheduleSessionInput) -> sessions.Session:  # noqa: A002 -- the schema's word
    new = sessions.NewSession(
        program_id=command.row(Program, input.program_id),
        cohort_id=command.row_or_none(Cohort, input.cohort_id),
        number=input.number,
        title=input.title,
        format=input.format,
        external_ref=input.external_ref,
        capacity=input.capacity,
        waitlist_capacity=input.waitlist_capacity,
        host_organization_id=command.row_or_none(Organization, input.host_organization_id),
        registration_closes_at=input.registration_closes_at,
        meetings=[meeting.plan() for meeting in input.meetings],
    )
    session = await sessions.schedule(command.db, new, by=command.by, now=command.now)
    await custom.write(command, session, input.custom_fields, new=True)
    return session


@mutation(
    "Change what is said about a session. Seats that are added go to those who have waited longest.",
    answers=Session,
    refuses=[SessionRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="updateSessions",
)
async def update_session(command: Command, input: UpdateSessionInput) -> sessions.Session:  # noqa: A002 -- the schema's word
    wanted = wanted_of(command, input)
    session = await sessions.update(
        command.db,
        command.row(Session, input.id),
        sessions.SessionChanges(**wanted),  # type: ignore[typeddict-item]
        revision=input.expected_revision,
        by=command.by,
        now=command.now,
    )
    await registrations.promote(command.db, session.id, by=command.by, now=command.now)
    await custom.write(command, session, input.custom_fields)
    return session


@mutation(
    "Give a session other times. The unfinished steps of its cohort's journeys move with it.",
    answers=Session,
    refuses=[SessionRefused],
    allow=WRITE,
)
async def reschedule_session(command: Command, input: RescheduleSessionInput) -> sessions.Session:  # noqa: A002 -- the schema's word
    session = await sessions.reschedule(
        command.db,
        command.row(Session, input.id),
        [meeting.plan() for meeting in input.meetings],
        revision=input.expected_revision,
        by=command.by,
        now=command.now,
    )
    await journeys.move(command.db, session, by=command.by, now=command.now)
    return session


@mutation(
    "Call a session off. Its registrations stay, so that all concerned are known. Cancelling twice changes nothing.",
    answers=Session,
    refuses=[SessionRefused],
    allow=WRITE,
)
async def cancel_session(command: Command, input: CancelSessionInput) -> sessions.Session:  # noqa: A002 -- the schema's word
    return await sessions.cancel(command.db, command.row(Session, input.id), by=command.by, now=command.now)


def wanted_of(command: Command, given: Any) -> dict[str, Any]:  # noqa: ANN401 -- any input that changes a session
    """What is said of a session, as columns."""
    wanted = changes(given, clearable=CLEARABLE)
    if "host_organization_id" in wanted:
        wanted["host_organization_id"] = command.row_or_none(Organization, wanted["host_organization_id"])
    return wanted
