"""Evaluations: an instrument opened for the people of a cohort, a session or a program.

Invariant: an evaluation judges exactly one of the three, and each step opens at most one.
"""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, or_, select

from domain.evaluations.instruments import Instrument
from domain.history import record
from domain.programs.cohorts import Cohort
from domain.programs.enrollments import Enrollment, EnrollmentStatus
from domain.programs.programs import Program
from domain.records import UTC, Record, Refused, Word, belongs_to, find, one_of, unique
from domain.sessions.registrations import Registration, RegistrationStatus
from domain.sessions.sessions import Session
from domain.texts import reference_of
from tenants.viewer import Actor


class EvaluationRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()


class EvaluationRefused(Refused[EvaluationRefusal]):
    pass


class Evaluation(Record, table=True):
    __table_args__ = (
        belongs_to("instrument"),
        belongs_to("cohort"),
        belongs_to("session"),
        belongs_to("program"),
        belongs_to("step"),
        one_of("cohort_id", "session_id", "program_id", name="judged"),
        unique("step_id"),
        unique("external_ref"),
        CheckConstraint("closes_at > opened_at", name="closes_after_opening"),
        Index("evaluation_opened_at_idx", "tenant_id", "opened_at", "id"),
        Index("evaluation_instrument_id_opened_at_idx", "tenant_id", "instrument_id", "opened_at", "id"),
        Index("evaluation_cohort_id_opened_at_idx", "tenant_id", "cohort_id", "opened_at", "id"),
        Index("evaluation_session_id_opened_at_idx", "tenant_id", "session_id", "opened_at", "id"),
        Index("evaluation_program_id_opened_at_idx", "tenant_id", "program_id", "opened_at", "id"),
    )

    instrument_id: uuid.UUID
    cohort_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None
    program_id: uuid.UUID | None = None
    step_id: uuid.UUID | None = None
    external_ref: str | None = None
    opened_at: datetime = Field(sa_type=UTC)
    closes_at: datetime | None = Field(default=None, sa_type=UTC)


@dataclass(frozen=True, kw_only=True)
class NewEvaluation:
    """Exactly one of cohort, session and program is what it judges. Without `closes_at` it stays open.

    `opened_at` is given for an evaluation brought from elsewhere; without it, it is opened now.
    """

    instrument_id: uuid.UUID
    cohort_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None
    program_id: uuid.UUID | None = None
    external_ref: str | None = None
    opened_at: datetime | None = None
    closes_at: datetime | None = None


def checked(new: NewEvaluation, *, now: datetime) -> NewEvaluation:
    """The evaluation as it can be opened, or what is wrong with it."""
    if sum(judged is not None for judged in (new.cohort_id, new.session_id, new.program_id)) != 1:
        raise _invalid("cohortId", "Name exactly one of cohort, session and program: what is to be judged.")
    if new.opened_at is not None and new.opened_at > now:
        raise _invalid("openedAt", "An evaluation can't have been opened in the future.")
    if new.closes_at is not None and new.closes_at <= (new.opened_at or now):
        raise _invalid("closesAt", "An evaluation closes after it opens. Leave this out to keep it open.")
    return replace(new, external_ref=reference_of(new.external_ref, invalid=_invalid), opened_at=new.opened_at or now)


def closed(evaluation: Evaluation, now: datetime) -> bool:
    return evaluation.closes_at is not None and now >= evaluation.closes_at


def _invalid(field: str, message: str) -> EvaluationRefused:
    return EvaluationRefused(EvaluationRefusal.INVALID, message, field=field)


async def open_for(db: AsyncSession, new: NewEvaluation, *, by: Actor, now: datetime) -> Evaluation:
    """Ask an instrument's questions of the people of a cohort, a session or a program."""
    facts = checked(new, now=now)
    named: tuple[tuple[str, type[Record], uuid.UUID | None], ...] = (
        ("instrument", Instrument, facts.instrument_id),
        ("cohort", Cohort, facts.cohort_id),
        ("session", Session, facts.session_id),
        ("program", Program, facts.program_id),
    )
    for word, kind, named_id in named:
        if named_id is not None and await find(db, kind, named_id) is None:
            raise EvaluationRefused(EvaluationRefusal.NOT_FOUND, f"There is no such {word}.", field=f"{word}Id")
    if facts.external_ref and await db.scalar(
        select(Evaluation.id).where(Evaluation.external_ref == facts.external_ref)
    ):
        raise EvaluationRefused(
            EvaluationRefusal.REFERENCE_TAKEN,
            f"Another evaluation has the reference '{facts.external_ref}'.",
            field="externalRef",
        )
    evaluation = Evaluation(**asdict(facts))
    db.add(evaluation)
    await record(db, evaluation, "opened", by=by, now=now, **asdict(facts))
    return evaluation


async def open_for_step(
    db: AsyncSession,
    step_id: uuid.UUID,
    *,
    cohort_id: uuid.UUID,
    instrument_id: uuid.UUID,
    opened_at: datetime,
    by: Actor,
    now: datetime,
) -> Evaluation:
    """What a due step asks of its cohort."""
    evaluation = Evaluation(instrument_id=instrument_id, cohort_id=cohort_id, step_id=step_id, opened_at=opened_at)
    db.add(evaluation)
    facts = {"instrument_id": instrument_id, "cohort_id": cohort_id, "step_id": step_id}
    await record(db, evaluation, "opened", by=by, now=now, **facts)
    return evaluation


async def invites(db: AsyncSession, evaluation: Evaluation, person_id: uuid.UUID) -> bool:
    """Whether the person takes part in what is judged: in the cohort, the session, or anywhere in the program."""
    enrolled = select(Enrollment.id).where(
        Enrollment.person_id == person_id, Enrollment.status == EnrollmentStatus.ACTIVE
    )
    registered = select(Registration.id).where(
        Registration.person_id == person_id, Registration.status == RegistrationStatus.REGISTERED
    )
    if evaluation.cohort_id:
        return await db.scalar(enrolled.where(Enrollment.cohort_id == evaluation.cohort_id).limit(1)) is not None
    if evaluation.session_id:
        return await db.scalar(registered.where(Registration.session_id == evaluation.session_id).limit(1)) is not None
    cohorts = select(Cohort.id).where(Cohort.program_id == evaluation.program_id)
    sessions = select(Session.id).where(Session.program_id == evaluation.program_id)
    anywhere = or_(
        enrolled.where(col(Enrollment.cohort_id).in_(cohorts)).exists(),
        registered.where(col(Registration.session_id).in_(sessions)).exists(),
    )
    return bool(await db.scalar(select(anywhere)))
