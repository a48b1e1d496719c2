"""Responses: one person's answers to an evaluation.

Invariant: a person answers an evaluation once. An anonymous response holds nothing that leads to its person: no
person, no time finer than the day, no id with a time in it, and no history of its own: that the evaluation was
answered stands in the evaluation's, without by whom. Who has answered is kept apart, in participations, without when.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from enum import auto

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain.evaluations import evaluations, items
from domain.evaluations.evaluations import Evaluation
from domain.evaluations.instruments import Instrument
from domain.evaluations.items import Item, ItemValue
from domain.history import record
from domain.people.people import Person
from domain.records import UTC, Record, Refused, Word, belongs_to, find, lock, new_id, unique
from domain.texts import reference_of
from tenants.viewer import Actor


class ResponseRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NOT_INVITED = auto()
    ALREADY_ANSWERED = auto()
    CLOSED = auto()
    REFERENCE_TAKEN = auto()


class ResponseRefused(Refused[ResponseRefusal]):
    pass


class Response(Record, table=True):
    """Without a person when the instrument is anonymous, or when the response was brought from elsewhere."""

    __table_args__ = (
        belongs_to("evaluation"),
        belongs_to("person"),
        unique("external_ref"),
        Index("response_submitted_at_idx", "tenant_id", "submitted_at", "id"),
        Index("response_evaluation_id_submitted_at_idx", "tenant_id", "evaluation_id", "submitted_at", "id"),
        Index("response_person_id_submitted_at_idx", "tenant_id", "person_id", "submitted_at", "id"),
    )

    evaluation_id: uuid.UUID
    person_id: uuid.UUID | None = None
    submitted_at: datetime = Field(sa_type=UTC)
    external_ref: str | None = None


class Participation(Record, table=True):
    """That someone has answered, without what and without when."""

    __table_args__ = (
        belongs_to("evaluation"),
        belongs_to("person"),
        unique("evaluation_id", "person_id"),
        Index("participation_person_id_idx", "tenant_id", "person_id"),
    )

    evaluation_id: uuid.UUID
    person_id: uuid.UUID


class ItemAnswer(Record, table=True):
    __tablename__ = "item_answer"
    __table_args__ = (
        belongs_to("response"),
        belongs_to("item"),
        unique("response_id", "item_id"),
        Index("item_answer_item_id_number_idx", "tenant_id", "item_id", "number", "id"),
    )

    response_id: uuid.UUID
    item_id: uuid.UUID
    number: int | None = None
    choices: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    text: str | None = None


def checked(asked: Sequence[Item], answers: Sequence[ItemValue]) -> list[ItemValue]:
    """The answers as they are stored, or what is wrong with them."""
    by_id = {item.id: item for item in asked}
    answered: set[uuid.UUID] = set()
    fitted = []
    for place, value in enumerate(answers):
        item = by_id.get(value.item_id)
        if item is None:
            raise ResponseRefused(
                ResponseRefusal.NOT_FOUND, "This evaluation has no such item.", field=f"answers.{place}.itemId"
            )
        if item.id in answered:
            raise _invalid(f"answers.{place}.itemId", f"'{item.prompt}' is answered twice. Answer it once.")
        answered.add(item.id)
        fitted.append(items.fitting(item, value, f"answers.{place}", invalid=_invalid))
    missing = next((item for item in asked if item.required and item.id not in answered), None)
    if missing is not None:
        raise _invalid("answers", f"'{missing.prompt}' needs an answer.")
    if not fitted:
        raise _invalid("answers", "Answer at least one item.")
    return fitted


def the_day_of(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _invalid(field: str, message: str) -> ResponseRefused:
    return ResponseRefused(ResponseRefusal.INVALID, message, field=field)


async def respond(
    db: AsyncSession,
    evaluation_id: uuid.UUID,
    person_id: uuid.UUID,
    answers: Sequence[ItemValue],
    *,
    by: Actor,
    now: datetime,
) -> Response:
    """A person's own answers. Of an anonymous evaluation's response nobody can tell afterwards whose it is."""
    evaluation, instrument, fitted = await _asked(db, evaluation_id, answers)
    if evaluations.closed(evaluation, now):
        raise ResponseRefused(ResponseRefusal.CLOSED, "This evaluation is closed.", field="evaluationId")
    if not await evaluations.invites(db, evaluation, person_id):
        if await find(db, Person, person_id) is None:
            raise ResponseRefused(ResponseRefusal.NOT_FOUND, "There is no such person.", field="personId")
        raise ResponseRefused(
            ResponseRefusal.NOT_INVITED,
            "This evaluation asks only those who take part in what it judges.",
            field="evaluationId",
        )
    if not await _takes_part(db, evaluation, person_id, anonymous=instrument.anonymous):
        raise ResponseRefused(
            ResponseRefusal.ALREADY_ANSWERED, "You have answered this evaluation already.", field="evaluationId"
        )
    if instrument.anonymous:
        response = Response(id=uuid.uuid4(), evaluation_id=evaluation.id, submitted_at=the_day_of(now))
        db.add(response)
        await _write_answers(db, response, fitted)
        await lock(db, Evaluation, evaluation.id)
        await record(db, evaluation, "submitted", by=Actor(), now=now, evaluation_id=evaluation.id)
        return response
    response = Response(evaluation_id=evaluation.id, person_id=person_id, submitted_at=now)
    db.add(response)
    await record(db, response, "submitted", by=by, now=now, evaluation_id=evaluation.id)
    await _write_answers(db, response, fitted)
    return response


async def bring_in(
    db: AsyncSession,
    evaluation_id: uuid.UUID,
    answers: Sequence[ItemValue],
    *,
    external_ref: str | None,
    submitted_at: datetime,
    by: Actor,
    now: datetime,
) -> Response:
    """A response that was collected elsewhere, from a person not known here. A closed evaluation takes it too."""
    reference = reference_of(external_ref, invalid=_invalid)
    if submitted_at > now:
        raise _invalid("submittedAt", "A response can't have been given in the future.")
    evaluation, instrument, fitted = await _asked(db, evaluation_id, answers)
    if reference and await db.scalar(select(Response.id).where(Response.external_ref == reference)):
        raise ResponseRefused(
            ResponseRefusal.REFERENCE_TAKEN, f"Another response has the reference '{reference}'.", field="externalRef"
        )
    moment = the_day_of(submitted_at) if instrument.anonymous else submitted_at
    response = Response(evaluation_id=evaluation.id, submitted_at=moment, external_ref=reference)
    db.add(response)
    await record(db, response, "submitted", by=by, now=now, evaluation_id=evaluation.id)
    await _write_answers(db, response, fitted)
    return response


async def _asked(
    db: AsyncSession, evaluation_id: uuid.UUID, answers: Sequence[ItemValue]
) -> tuple[Evaluation, Instrument, list[ItemValue]]:
    evaluation = await find(db, Evaluation, evaluation_id)
    if evaluation is None:
        raise ResponseRefused(ResponseRefusal.NOT_FOUND, "There is no such evaluation.", field="evaluationId")
    instrument = (await db.scalars(select(Instrument).where(Instrument.id == evaluation.instrument_id))).one()
    return evaluation, instrument, checked(await items.of(db, instrument.id), answers)


async def _takes_part(db: AsyncSession, evaluation: Evaluation, person_id: uuid.UUID, *, anonymous: bool) -> bool:
    """Whether the person had not answered before. The unique key decides, also between two answers at once."""
    first = (
        insert(Participation)
        .values(
            tenant_id=evaluation.tenant_id,
            id=uuid.uuid4() if anonymous else new_id(),
            evaluation_id=evaluation.id,
            person_id=person_id,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "evaluation_id", "person_id"])
        .returning(col(Participation.id))
    )
    return await db.scalar(first) is not None


async def _write_answers(db: AsyncSession, response: Response, fitted: Sequence[ItemValue]) -> None:
    """All of them in one statement: a questionnaire may have many items."""
    await db.flush()
    theirs = {"tenant_id": response.tenant_id, "response_id": response.id}
    await db.execute(insert(ItemAnswer), [{**theirs, "id": uuid.uuid4(), **asdict(value)} for value in fitted])
