"""Enrollments: learners in cohorts."""

from __future__ import annotations

from datetime import datetime

from api.cohorts import Cohort
from api.engine.fields import column, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import refusal
from api.people import Person
from api.permissions import TEACHING, Access, signed_in
from api.words import enum
from domain import enrollments

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


one("enrollment", "Enrollment", "One enrollment.", allow=signed_in("cohorts:read"))
many(
    "enrollments",
    "Enrollment",
    "The enrollments that the viewer may see, the latest first.",
    allow=signed_in("cohorts:read"),
    order="enrolled_at",
    descending=True,
)
