"""Cohorts: groups that go through a program together."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from api.engine.fields import Connection, column, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import refusal
from api.permissions import TEACHING, Access, signed_in
from api.words import enum
from domain import cohorts

if TYPE_CHECKING:
    from api.enrollments import Enrollment
    from api.programs import Program
    from api.sessions import Session

enum(
    cohorts.CohortRefusal,
    "CohortRefusal",
    "Why a cohort could not be written.",
    NOT_FOUND="There is no such cohort or program; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    REFERENCE_TAKEN="Another cohort has this external reference.",
)
CohortRefused = refusal(
    "CohortRefused", cohorts.CohortRefused, cohorts.CohortRefusal, "Why the cohort was not written."
)
ENROLLED = """EXISTS (SELECT FROM enrollment e WHERE e.tenant_id = {tenant}
    AND e.cohort_id = {t}.id AND e.person_id = {viewer})"""


@planned(
    cohorts.Cohort,
    prefix="coh",
    visible=Access(TEACHING, "cohorts:read", own=ENROLLED),
    filters=("name", "program", "external_ref", "created_at"),
    orders=("name", "created_at"),
)
class Cohort(Node):
    """A group going through a program together: one run of it. Learners see the cohorts they are enrolled in."""

    program: Program = to_one("program_id", "What they go through.")
    name: str = column("What the group is called.")
    external_ref: str | None = column("Your own reference, for integrations.")
    created_at: datetime = column("When it was created.")
    enrollments: Connection[Enrollment] = to_many(
        "cohort_id", "Who is in it. Learners see their own.", order="enrolled_at"
    )
    sessions: Connection[Session] = to_many("cohort_id", "Its sessions.", order="starts_at")


one("cohort", "Cohort", "One cohort, by id or your own reference.", allow=signed_in("cohorts:read"))
many(
    "cohorts",
    "Cohort",
    "The cohorts that the viewer may see, the newest first.",
    allow=signed_in("cohorts:read"),
    order="created_at",
    descending=True,
)
