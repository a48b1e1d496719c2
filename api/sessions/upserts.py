"""Sessions by your own reference."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.custom import values as custom
from api.engine.fields import sql, to_one
from api.engine.types import planned
from api.mutations import Command, Told, mutation
from api.permissions import STAFF, Access
from api.programs.cohorts import Cohort
from api.programs.programs import Program
from api.sessions.meetings import MeetingInput
from api.sessions.sessions import WRITE, Session, SessionRefused, wanted_of
from domain.journeys import journeys
from domain.sessions import registrations, sessions, upserts


@planned(sessions.Session, visible=Access(STAFF, "sessions:write"))
class UpsertedSession:
    """A session that was brought in by your own reference."""

    session: Session = to_one("id", "The session, as it is now.")
    created: bool = sql("{created}", "Whether it is new; otherwise it was known, and is changed where you said so.")


@strawberry.input(description="A session by your own reference. What is left out stays, or is not said of a new one.")
class UpsertSessionInput:
    external_ref: str = strawberry.field(description="Your own reference.")
    program_id: strawberry.ID | None = strawberry.field(default=None, description="What is taught. It stays with it.")
    cohort_id: strawberry.ID | None = strawberry.field(
        default=None, description="The group it is held for; left out, open to all. It stays with it."
    )
    number: int | None = strawberry.field(
        default=None, description="Which session of its cohort it is, counted from 1. It keeps it."
    )
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What learners see in their calendar.")
    format: sessions.SessionFormat | None = strawberry.field(
        default=strawberry.UNSET, description="Where it takes place."
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
    meetings: list[MeetingInput] | None = strawberry.field(
        default=None, description="All of its dated parts, in order of time. Other times move it."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@mutation(
    "Bring in a session by your own reference: created when it is new, changed when it is known. A new one "
    "needs as much as creating it does. Bringing in the same twice changes nothing.",
    answers=UpsertedSession,
    refuses=[SessionRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="upsertSessions",
)
async def upsert_session(command: Command, input: UpsertSessionInput) -> Told:  # noqa: A002 -- the schema's word
    wanted = wanted_of(command, input)
    reference = wanted.pop("external_ref")
    meetings = wanted.pop("meetings")
    placement = upserts.Placement(
        program_id=command.row_or_none(Program, wanted.pop("program_id")),
        cohort_id=command.row_or_none(Cohort, wanted.pop("cohort_id")),
        number=wanted.pop("number"),
    )
    upserted = await upserts.upsert(
        command.db,
        reference,
        sessions.SessionChanges(**wanted),  # type: ignore[typeddict-item]
        placement=placement,
        meetings=None if meetings is None else [meeting.plan() for meeting in meetings],
        by=command.by,
        now=command.now,
    )
    if not upserted.created:
        await journeys.move(command.db, upserted.record, by=command.by, now=command.now)
        await registrations.promote(command.db, upserted.record.id, by=command.by, now=command.now)
    await custom.write(command, upserted.record, input.custom_fields, new=upserted.created)
    return Told.upserted(upserted)
