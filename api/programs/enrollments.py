"""Enrollments: learners in cohorts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.engine.fields import Connection, column, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, mutation, refusal
from api.people.people import Person
from api.permissions import STAFF, TEACHING, Access, signed_in
from api.programs.cohorts import Cohort
from api.words import enum
from domain.journeys import journeys
from domain.programs import enrollments

if TYPE_CHECKING:
    from api.journeys.steps import Step

enum(
    enrollments.EnrollmentStatus,
    "EnrollmentStatus",
    "Whether a learner is still with a cohort.",
    ACTIVE="The learner takes part.",
    WITHDRAWN="The learner has left the cohort.",
)
enum(
    enrollments.EnrollmentRefusal,
    "EnrollmentRefusal",
    "Why an enrollment could not be written.",
    NOT_FOUND="There is no such cohort, person or enrollment; `field` says which.",
)
EnrollmentRefused = refusal(
    "EnrollmentRefused",
    enrollments.EnrollmentRefused,
    enrollments.EnrollmentRefusal,
    "Why the enrollment stays as it is.",
)


@planned(
    enrollments.Enrollment,
    prefix="enr",
    visible=Access(TEACHING, "cohorts:read", own="{t}.person_id = {viewer}"),
    filters=("cohort", "person", "status", "enrolled_at"),
    orders=("enrolled_at",),
)
class Enrollment(Node):
    """A learner in a cohort: lasting, while a seat in one of its sessions is a registration. Learners see their own."""

    cohort: Cohort = to_one("cohort_id", "The group.")
    person: Person = to_one("person_id", "The learner.")
    status: enrollments.EnrollmentStatus = column("Whether the learner is still with the cohort.")
    enrolled_at: datetime = column("When they joined; where they came back, when they did.")
    withdrawn_at: datetime | None = column("When they left, where they have.")
    steps: Connection[Step] = to_many("enrollment_id", "Their own steps, in order of time.", order="due_at")


one("enrollment", "Enrollment", "One enrollment.", allow=signed_in("cohorts:read"))
many(
    "enrollments",
    "Enrollment",
    "The enrollments that the viewer may see, the latest first.",
    allow=signed_in("cohorts:read"),
    order="enrolled_at",
    descending=True,
)


@strawberry.input(description="Who shall join which cohort.")
class EnrollInput:
    cohort_id: strawberry.ID = strawberry.field(description="The group.")
    person_id: strawberry.ID = strawberry.field(description="The learner.")


@strawberry.input(description="Which learner leaves a cohort.")
class WithdrawInput:
    id: strawberry.ID = strawberry.field(description="The enrollment.")


WRITE = Access(STAFF, "cohorts:write")


@mutation(
    "Enroll a learner in a cohort. Where its journey is unrolled, they get their own steps. Who has withdrawn is back "
    "from now on; enrolling twice changes nothing.",
    answers=Enrollment,
    refuses=[EnrollmentRefused],
    allow=WRITE,
    bulk="enrollPeople",
)
async def enroll(command: Command, input: EnrollInput) -> enrollments.Enrollment:  # noqa: A002 -- the schema's word
    enrollment = await enrollments.enroll(
        command.db,
        command.row(Cohort, input.cohort_id),
        command.row(Person, input.person_id),
        by=command.by,
        now=command.now,
    )
    await journeys.follow(command.db, enrollment, by=command.by, now=command.now)
    return enrollment


@mutation(
    "Take a learner out of a cohort. It gives up no seats in its sessions. Withdrawing twice changes nothing.",
    answers=Enrollment,
    refuses=[EnrollmentRefused],
    allow=WRITE,
    bulk="withdrawEnrollments",
)
async def withdraw(command: Command, input: WithdrawInput) -> enrollments.Enrollment:  # noqa: A002 -- the schema's word
    return await enrollments.withdraw(command.db, command.row(Enrollment, input.id), by=command.by, now=command.now)
