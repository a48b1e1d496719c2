"""Cohorts and enrollments: groups going through a program, and who is in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sqlmodel import select

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.upserts import Facts, upsert
from api.imports.values.facts import given, needed, reference, text
from api.imports.values.formulas import Value
from domain.journeys import journeys
from domain.people.people import Person
from domain.programs import cohorts, enrollments
from domain.programs.cohorts import Cohort, NewCohort
from domain.programs.enrollments import Enrollment, EnrollmentStatus
from domain.programs.programs import Program


class CohortShape(Shape):
    """`program` is the reference of what it goes through. A cohort can't change its program."""

    record: Literal["cohort"]
    external_ref: Value
    name: Value
    program: Value

    def draft(self, row: Row) -> "CohortDraft":
        return CohortDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            needed(reference(self.program, row, "program"), "program"),
            given(name=text(self.name, row, "name")),
        )


@dataclass(frozen=True)
class CohortDraft(Draft):
    record: ClassVar = "cohort"
    reference: str
    program: str
    facts: Mapping[str, Any]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Cohort, self.reference)
        yield Mention(Program, self.program)

    async def write(self, desk: Desk) -> Outcome:
        program_id = desk.known.the(Program, self.program, "program")["id"]
        before = desk.known.find(Cohort, self.reference)

        async def create(facts: Facts) -> Cohort:
            return await cohorts.create(desk.db, program_id, NewCohort(**facts), by=desk.by, now=desk.now)

        outcome = await upsert(
            desk,
            Mention(Cohort, self.reference),
            self.facts,
            needs=["name"],
            create=create,
            update=lambda its, changes: cohorts.update(desk.db, its, changes, by=desk.by, now=desk.now),
        )
        moved = before is not None and before["program_id"] != program_id
        return Outcome.KEPT if moved and outcome == Outcome.UNCHANGED else outcome


class EnrollmentShape(Shape):
    """Where the cohort's journey is unrolled, the learner gets their own steps."""

    record: Literal["enrollment"]
    cohort: Value
    person: Value

    def draft(self, row: Row) -> "EnrollmentDraft":
        return EnrollmentDraft(
            needed(reference(self.cohort, row, "cohort"), "cohort"),
            needed(reference(self.person, row, "person"), "person"),
        )


@dataclass(frozen=True)
class EnrollmentDraft(Draft):
    record: ClassVar = "enrollment"
    cohort: str
    person: str

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Cohort, self.cohort)
        yield Mention(Person, self.person)

    async def write(self, desk: Desk) -> Outcome:
        """Who has withdrawn stays away: the file may be older than that."""
        cohort_id = desk.known.the(Cohort, self.cohort, "cohort")["id"]
        person_id = desk.known.the(Person, self.person, "person")["id"]
        mine = select(Enrollment.status).where(Enrollment.cohort_id == cohort_id, Enrollment.person_id == person_id)
        status = await desk.db.scalar(mine)
        if status is not None:
            return Outcome.UNCHANGED if status == EnrollmentStatus.ACTIVE else Outcome.KEPT
        enrollment = await enrollments.enroll(desk.db, cohort_id, person_id, by=desk.by, now=desk.now)
        await journeys.follow(desk.db, enrollment, by=desk.by, now=desk.now)
        return Outcome.CREATED
