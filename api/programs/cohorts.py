"""Cohorts: groups that go through a program together."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.custom import values as custom
from api.engine.fields import Connection, column, sql, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, Told, changes, mutation, refusal
from api.permissions import STAFF, TEACHING, Access, signed_in
from api.programs.programs import Program
from api.words import enum
from domain.custom.fields import Carrier
from domain.programs import cohorts

if TYPE_CHECKING:
    from api.communities.channels import Channel
    from api.evaluations.evaluations import Evaluation
    from api.journeys.journeys import Journey
    from api.journeys.steps import Step
    from api.programs.enrollments import Enrollment
    from api.sessions.sessions import Session

enum(
    cohorts.CohortRefusal,
    "CohortRefusal",
    "Why a cohort could not be written.",
    NOT_FOUND="There is no such cohort or program; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    REFERENCE_TAKEN="Another cohort has this external reference.",
    REVISION_CHANGED="Someone has changed it since it was read; `expectedRevision` is no longer its revision.",
)
CohortRefused = refusal(
    "CohortRefused", cohorts.CohortRefused, cohorts.CohortRefusal, "Why the cohort was not written."
)
ENROLLED = """EXISTS (SELECT FROM enrollment e WHERE e.tenant_id = {tenant}
    AND e.cohort_id = {t}.id AND e.person_id = {viewer})"""


@planned(
    cohorts.Cohort,
    prefix="coh",
    visible=Access(TEACHING, "cohorts:read", own=ENROLLED, reached=frozenset({"journeys:read"})),
    filters=("name", "program", "external_ref", "created_at"),
    orders=("name", "created_at"),
)
class Cohort(Node):
    """A group going through a program together: one run of it. Learners see the cohorts they are enrolled in."""

    program: Program = to_one("program_id", "What they go through.")
    name: str = column("What the group is called.")
    external_ref: str | None = column("Your own reference, for integrations.")
    created_at: datetime = column("When it was created.")
    revision: int = column("How often it was edited, counted from 1; for `expectedRevision`.")
    enrollments: Connection[Enrollment] = to_many(
        "cohort_id", "Who is in it. Learners see their own.", order="enrolled_at"
    )
    sessions: Connection[Session] = to_many("cohort_id", "Its sessions.", order="starts_at")
    channel: Channel | None = to_one(
        "id", "Where it talks; null until its journey is unrolled, and for those who have left.", by="cohort_id"
    )
    journeys: Connection[Journey] = to_many(
        "cohort_id", "Its own journey and its learners'. Learners see their own.", order="unrolled_at"
    )
    steps: Connection[Step] = to_many(
        "cohort_id", "The steps of all its journeys, in order of time. Learners see their own.", order="due_at"
    )
    evaluations: Connection[Evaluation] = to_many(
        "cohort_id", "What it was asked, the latest first.", order="opened_at", descending=True
    )
    custom_fields: list[custom.CustomValue] = custom.declared(Carrier.COHORT, "cohorts:read")


@planned(cohorts.Cohort, visible=Access(STAFF, "cohorts:write"))
class UpsertedCohort:
    """A cohort that was brought in by your own reference."""

    cohort: Cohort = to_one("id", "The cohort, as it is now.")
    created: bool = sql("{created}", "Whether it is new; otherwise it was known, and is changed where you said so.")


one("cohort", "Cohort", "One cohort, by id or your own reference.", allow=signed_in("cohorts:read"))
many(
    "cohorts",
    "Cohort",
    "The cohorts that the viewer may see, the newest first.",
    allow=signed_in("cohorts:read"),
    order="created_at",
    descending=True,
)


@strawberry.input(description="A new cohort.")
class CreateCohortInput:
    program_id: strawberry.ID = strawberry.field(description="What the group goes through.")
    name: str = strawberry.field(description="What the group is called.")
    external_ref: str | None = strawberry.field(default=None, description="Your own reference; unique.")
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(description="What to change of a cohort. What is left out stays.")
class UpdateCohortInput:
    id: strawberry.ID = strawberry.field(description="Which cohort.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    name: str | None = strawberry.field(default=strawberry.UNSET, description="What the group is called.")
    external_ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own reference; null for none."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(description="A cohort by your own reference. What is left out stays, or is not said of a new one.")
class UpsertCohortInput:
    external_ref: str = strawberry.field(description="Your own reference.")
    program_id: strawberry.ID | None = strawberry.field(
        default=None, description="What the group goes through. It stays with it."
    )
    name: str | None = strawberry.field(default=strawberry.UNSET, description="What the group is called.")
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


WRITE = Access(STAFF, "cohorts:write")


@mutation(
    "Form a cohort that goes through a program.",
    answers=Cohort,
    refuses=[CohortRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="createCohorts",
)
async def create_cohort(command: Command, input: CreateCohortInput) -> cohorts.Cohort:  # noqa: A002 -- the schema's word
    new = cohorts.NewCohort(name=input.name, external_ref=input.external_ref)
    program_id = command.row(Program, input.program_id)
    cohort = await cohorts.create(command.db, program_id, new, by=command.by, now=command.now)
    await custom.write(command, cohort, input.custom_fields, new=True)
    return cohort


@mutation("Change a cohort.", answers=Cohort, refuses=[CohortRefused, custom.CustomValueRefused], allow=WRITE)
async def update_cohort(command: Command, input: UpdateCohortInput) -> cohorts.Cohort:  # noqa: A002 -- the schema's word
    cohort = await cohorts.update(
        command.db,
        command.row(Cohort, input.id),
        cohorts.CohortChanges(**changes(input, clearable={"external_ref"})),  # type: ignore[typeddict-item]
        revision=input.expected_revision,
        by=command.by,
        now=command.now,
    )
    await custom.write(command, cohort, input.custom_fields)
    return cohort


@mutation(
    "Bring in a cohort by your own reference: created when it is new, changed when it is known. A new one "
    "needs as much as creating it does. Bringing in the same twice changes nothing.",
    answers=UpsertedCohort,
    refuses=[CohortRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="upsertCohorts",
)
async def upsert_cohort(command: Command, input: UpsertCohortInput) -> Told:  # noqa: A002 -- the schema's word
    wanted = changes(input, clearable={"program_id"})
    reference, program = wanted.pop("external_ref"), wanted.pop("program_id")
    upserted = await cohorts.upsert(
        command.db,
        reference,
        cohorts.CohortChanges(**wanted),  # type: ignore[typeddict-item]
        program_id=command.row_or_none(Program, program),
        by=command.by,
        now=command.now,
    )
    await custom.write(command, upserted.record, input.custom_fields, new=upserted.created)
    return Told.upserted(upserted)
