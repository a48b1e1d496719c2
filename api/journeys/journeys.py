"""Journeys: a program's blueprint, dated for a cohort and for each of its learners."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.engine.fields import Connection, column, sql, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, mutation, refusal
from api.permissions import STAFF, TEACHING, Access, signed_in
from api.programs.cohorts import Cohort
from api.programs.enrollments import Enrollment
from api.words import enum
from domain.journeys import journeys

if TYPE_CHECKING:
    from api.journeys.steps import Step

enum(
    journeys.JourneyRefusal,
    "JourneyRefusal",
    "Why a journey could not be unrolled.",
    NOT_FOUND="There is no such cohort.",
    SESSION_MISSING="The blueprint needs a session that the cohort does not have yet; `message` says which.",
)
JourneyRefused = refusal(
    "JourneyRefused", journeys.JourneyRefused, journeys.JourneyRefusal, "Why the journey stays as it is."
)

THEIRS = (
    "EXISTS (SELECT FROM enrollment ve WHERE ve.tenant_id = {tenant} AND ve.person_id = {viewer}"
    " AND ve.cohort_id = {t}.cohort_id"
    " AND (ve.id = {t}.enrollment_id OR {t}.enrollment_id IS NULL AND ve.status = 'ACTIVE'))"
)
"""Learners see their own journeys, and those of the cohorts they are in."""
STEPS = "SELECT count(*) FROM step s WHERE s.tenant_id = {tenant} AND s.journey_id = {t}.id"


@planned(
    journeys.Journey,
    prefix="jrn",
    visible=Access(TEACHING, "journeys:read", own=THEIRS),
    filters=("cohort", "enrollment", "unrolled_at"),
    orders=("unrolled_at",),
)
class Journey(Node):
    """A program's blueprint with dates: one journey for the cohort as a whole, and one for each of its learners."""

    cohort: Cohort = to_one("cohort_id", "Whose journey it is, or whose learner's.")
    enrollment: Enrollment | None = to_one("enrollment_id", "Whose journey it is; null where it is the cohort's own.")
    unrolled_at: datetime = column("When it last got a step.")
    steps: Connection[Step] = to_many("journey_id", "Its steps, in order of time.", order="due_at")
    step_count: int = sql(f"({STEPS})", "How many steps it has.")
    completed_count: int = sql(f"({STEPS} AND s.status = 'COMPLETED')", "How many of them are completed.")


one("journey", "Journey", "One journey, by its id.", allow=signed_in("journeys:read"))
many(
    "journeys",
    "Journey",
    "The journeys that the viewer may see: learners see their own and their cohorts'.",
    allow=signed_in("journeys:read"),
    order="unrolled_at",
    descending=True,
)


@strawberry.input(description="The cohort whose journey begins.")
class UnrollJourneyInput:
    cohort_id: strawberry.ID = strawberry.field(description="Which cohort.")


@mutation(
    "Give a program's blueprint its dates, for a cohort and each of its learners; and the cohort a channel to talk in. "
    "Unrolling again adds what has come to the blueprint since, and changes nothing else.",
    answers=Journey,
    refuses=[JourneyRefused],
    allow=Access(STAFF, "journeys:write"),
)
async def unroll_journey(command: Command, input: UnrollJourneyInput) -> journeys.Journey:  # noqa: A002 -- the schema's word
    return await journeys.unroll(command.db, command.row(Cohort, input.cohort_id), by=command.by, now=command.now)
