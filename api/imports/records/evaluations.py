"""Evaluations: an instrument opened for the people of a cohort, a session or a program."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.values.facts import given, moment, needed, reference
from api.imports.values.formulas import Value
from domain.evaluations import evaluations
from domain.evaluations.evaluations import Evaluation, NewEvaluation
from domain.evaluations.instruments import Instrument
from domain.programs.cohorts import Cohort
from domain.programs.programs import Program
from domain.sessions.sessions import Session


class EvaluationShape(Shape):
    """Give the reference of exactly one of `program`, `cohort` and `session`: what is judged."""

    record: Literal["evaluation"]
    external_ref: Value
    instrument: Value
    program: Value | None = None
    cohort: Value | None = None
    session: Value | None = None
    opened_at: Value | None = None
    closes_at: Value | None = None

    def draft(self, row: Row) -> "EvaluationDraft":
        return EvaluationDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            needed(reference(self.instrument, row, "instrument"), "instrument"),
            reference(self.program, row, "program"),
            reference(self.cohort, row, "cohort"),
            reference(self.session, row, "session"),
            given(
                opened_at=moment(self.opened_at, row, "opened_at", zone=self._zone),
                closes_at=moment(self.closes_at, row, "closes_at", zone=self._zone),
            ),
        )


@dataclass(frozen=True)
class EvaluationDraft(Draft):
    record: ClassVar = "evaluation"
    reference: str
    instrument: str
    program: str | None
    cohort: str | None
    session: str | None
    facts: Mapping[str, Any]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Evaluation, self.reference)
        yield Mention(Instrument, self.instrument)
        for kind, judged in ((Program, self.program), (Cohort, self.cohort), (Session, self.session)):
            if judged:
                yield Mention(kind, judged)

    async def write(self, desk: Desk) -> Outcome:
        facts = {
            "instrument_id": desk.known.the(Instrument, self.instrument, "instrument")["id"],
            "program_id": desk.known.id_of(Program, self.program, "program"),
            "cohort_id": desk.known.id_of(Cohort, self.cohort, "cohort"),
            "session_id": desk.known.id_of(Session, self.session, "session"),
            **self.facts,
        }
        before = desk.known.find(Evaluation, self.reference)
        if before is not None:
            return Outcome.KEPT if any(before[name] != fact for name, fact in facts.items()) else Outcome.UNCHANGED
        new = NewEvaluation(**facts, external_ref=self.reference)
        desk.known.add(await evaluations.open_for(desk.db, new, by=desk.by, now=desk.now))
        return Outcome.CREATED
