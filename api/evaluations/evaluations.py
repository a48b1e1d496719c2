"""Evaluations: an instrument opened for the people of a cohort, a session or a program."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.engine.fields import Connection, column, decided, sql, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.evaluations.instruments import READ, WRITE, Instrument
from api.evaluations.results import ANONYMITY, FACTS, ItemResult, told
from api.mutations import Command, mutation, refusal
from api.permissions import TEACHING, Access, signed_in
from api.programs.cohorts import Cohort
from api.programs.programs import Program
from api.sessions.sessions import Session
from api.words import enum
from domain.evaluations import evaluations

if TYPE_CHECKING:
    from api.evaluations.responses import Response
    from api.journeys.steps import Step

enum(
    evaluations.EvaluationRefusal,
    "EvaluationRefusal",
    "Why an evaluation could not be opened.",
    NOT_FOUND="There is no such instrument, cohort, session or program; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    REFERENCE_TAKEN="Another evaluation has this reference.",
)
EvaluationRefused = refusal(
    "EvaluationRefused",
    evaluations.EvaluationRefused,
    evaluations.EvaluationRefusal,
    "Why the evaluation was not opened.",
)

ENROLLED = """SELECT ie.person_id FROM enrollment ie
    WHERE ie.tenant_id = {tenant} AND ie.status = 'ACTIVE' AND ie.cohort_id"""
SEATED = """SELECT ir.person_id FROM registration ir
    WHERE ir.tenant_id = {tenant} AND ir.status = 'REGISTERED' AND ir.session_id"""
COHORTS = "(SELECT c.id FROM cohort c WHERE c.tenant_id = {tenant} AND c.program_id = {t}.program_id)"
SESSIONS = "(SELECT s.id FROM session s WHERE s.tenant_id = {tenant} AND s.program_id = {t}.program_id)"
INVITED = f"""({ENROLLED} = {{t}}.cohort_id UNION {SEATED} = {{t}}.session_id
    UNION {ENROLLED} IN {COHORTS} UNION {SEATED} IN {SESSIONS})"""
"""The people whom an evaluation asks, as `domain.evaluations.invites` decides for one."""
PARTICIPATION = """EXISTS (SELECT FROM participation p
    WHERE p.tenant_id = {tenant} AND p.evaluation_id = {t}.id AND p.person_id = %s)"""
ASKED = f"{{viewer}} IN {INVITED} OR {PARTICIPATION % '{viewer}'}"
RATE = f"(SELECT avg(CASE WHEN {PARTICIPATION % 'i.person_id'} THEN 1.0 ELSE 0.0 END)::float8 FROM {INVITED} i)"


@planned(
    evaluations.Evaluation,
    prefix="evl",
    visible=Access(TEACHING, "evaluations:read", own=ASKED),
    filters=("instrument", "cohort", "session", "program", "step", "opened_at", "closes_at"),
    orders=("opened_at",),
)
class Evaluation(Node):
    """A questionnaire opened for the people of a cohort, a session or a program. It judges the program, not them."""

    instrument: Instrument = to_one("instrument_id", "What is asked.")
    cohort: Cohort | None = to_one("cohort_id", "The cohort that is asked, if it is one.")
    session: Session | None = to_one("session_id", "The session whose people are asked, if it is one.")
    program: Program | None = to_one(
        "program_id", "The program whose people are asked, in whichever cohort or session."
    )
    step: Step | None = to_one("step_id", "The journey's step that opened it, if one did.")
    external_ref: str | None = column("Your own reference, for integrations.")
    opened_at: datetime = column("When it was opened.")
    closes_at: datetime | None = column("When it closes; null for never.")
    open: bool = sql("({t}.closes_at IS NULL OR {t}.closes_at > {now})", "Whether it can be answered now.")
    viewer_has_answered: bool = sql(PARTICIPATION % "{viewer}", "Whether the viewer has answered it.")
    response_count: int = sql(
        "(SELECT count(*) FROM response r WHERE r.tenant_id = {tenant} AND r.evaluation_id = {t}.id)",
        "How many responses there are, those brought from elsewhere included.",
    )
    invited_count: int = sql(f"(SELECT count(*) FROM {INVITED} i)", "How many people it asks now.")
    participation_rate: float | None = sql(
        RATE, "Which part of the people it asks now has answered, from 0 to 1; null where it asks nobody."
    )
    results: list[ItemResult] | None = decided(
        FACTS,
        told,
        f"What the responses amount to, item by item; null for those who only take part. {ANONYMITY}",
        only=READ,
    )
    responses: Connection[Response] = to_many(
        "evaluation_id",
        "Single responses, the latest first. Of an anonymous evaluation nobody sees any; learners see their own.",
        order="submitted_at",
        descending=True,
    )


one("evaluation", "Evaluation", "One evaluation, by its id.", allow=signed_in("evaluations:read"))
many(
    "evaluations",
    "Evaluation",
    "The evaluations that the viewer may see, the latest first: learners see those that ask them.",
    allow=signed_in("evaluations:read"),
    order="opened_at",
    descending=True,
)


@strawberry.input(description="A new evaluation. Give exactly one of cohort, session and program.")
class OpenEvaluationInput:
    instrument_id: strawberry.ID = strawberry.field(description="What to ask.")
    cohort_id: strawberry.ID | None = strawberry.field(default=None, description="The cohort to ask.")
    session_id: strawberry.ID | None = strawberry.field(default=None, description="The session whose people to ask.")
    program_id: strawberry.ID | None = strawberry.field(
        default=None, description="The program whose people to ask, in whichever cohort or session."
    )
    external_ref: str | None = strawberry.field(default=None, description="Your own reference; unique.")
    closes_at: datetime | None = strawberry.field(default=None, description="When it closes; left out: never.")


@mutation(
    "Ask the people of a cohort, a session or a program.",
    answers=Evaluation,
    refuses=[EvaluationRefused],
    allow=WRITE,
)
async def open_evaluation(command: Command, input: OpenEvaluationInput) -> evaluations.Evaluation:  # noqa: A002 -- the schema's word
    new = evaluations.NewEvaluation(
        instrument_id=command.row(Instrument, input.instrument_id),
        cohort_id=command.row_or_none(Cohort, input.cohort_id),
        session_id=command.row_or_none(Session, input.session_id),
        program_id=command.row_or_none(Program, input.program_id),
        external_ref=input.external_ref,
        closes_at=input.closes_at,
    )
    return await evaluations.open_for(command.db, new, by=command.by, now=command.now)
