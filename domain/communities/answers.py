"""Answers: what was answered to a question, and which answer was accepted.

Invariant: a question has at most one accepted answer; the mark is moved only under the question's lock.
"""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain.communities import voices
from domain.communities.channels import Channel
from domain.communities.questions import HIGHEST_SCORE, Question
from domain.history import record
from domain.records import UTC, Record, Refused, Word, belongs_to, find, unique
from domain.texts import BODY, reference_of, text_of
from tenants.viewer import Actor


class AnswerRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NOT_A_MEMBER = auto()
    ONLY_ASKER_OR_MODERATOR = auto()
    REFERENCE_TAKEN = auto()


class AnswerRefused(Refused[AnswerRefusal]):
    pass


class Answer(Record, table=True):
    __table_args__ = (
        belongs_to("question"),
        belongs_to("person", "author_id"),
        belongs_to("person", "accepted_by_id"),
        unique("external_ref"),
        CheckConstraint("accepted_by_id IS NULL OR accepted_at IS NOT NULL", name="accepted_by"),
        Index(
            "answer_accepted_key",
            "tenant_id",
            "question_id",
            unique=True,
            postgresql_where=text("accepted_at IS NOT NULL"),
        ),
        Index("answer_answered_at_idx", "tenant_id", "answered_at", "id"),
        Index("answer_score_idx", "tenant_id", "score", "id"),
        Index("answer_question_id_answered_at_idx", "tenant_id", "question_id", "answered_at", "id"),
        Index("answer_question_id_score_idx", "tenant_id", "question_id", "score", "id"),
        Index("answer_author_id_answered_at_idx", "tenant_id", "author_id", "answered_at", "id"),
    )

    question_id: uuid.UUID
    author_id: uuid.UUID | None = None
    body: str
    score: int = 0
    external_ref: str | None = None
    answered_at: datetime = Field(sa_type=UTC)
    accepted_at: datetime | None = Field(default=None, sa_type=UTC)
    accepted_by_id: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewAnswer:
    """`answered_at` is given for an answer brought from elsewhere; without it, it is given now."""

    body: str
    score: int = 0
    external_ref: str | None = None
    answered_at: datetime | None = None


def checked(new: NewAnswer, *, now: datetime) -> NewAnswer:
    """The answer as it can be given, or what is wrong with it."""
    if abs(new.score) > HIGHEST_SCORE:
        raise _invalid("score", f"A score lies between {-HIGHEST_SCORE:,} and {HIGHEST_SCORE:,}.")
    if new.answered_at is not None and new.answered_at > now:
        raise _invalid("answeredAt", "An answer can't have been given in the future.")
    return replace(
        new,
        body=text_of(new.body, "body", longest=BODY, invalid=_invalid),
        external_ref=reference_of(new.external_ref, invalid=_invalid),
        answered_at=new.answered_at or now,
    )


def acceptable(question: Question, person_id: uuid.UUID | None, *, moderator: bool) -> None:
    """Whether the person may say which answer helped, or why not."""
    if moderator or (person_id is not None and person_id == question.author_id):
        return
    raise AnswerRefused(
        AnswerRefusal.ONLY_ASKER_OR_MODERATOR,
        "Only who asked, or a moderator, says which answer helped.",
        field="id",
    )


def acceptance_of(answer: Answer, accepted_at: datetime | None, *, now: datetime) -> datetime:
    """When the answer was accepted: now, or when it was where it came from; or why that can't be."""
    if accepted_at is None:
        return now
    if not answer.answered_at <= accepted_at <= now:
        raise _invalid("acceptedAt", "An answer is accepted after it was given, and not in the future.")
    return accepted_at


def _invalid(field: str, message: str) -> AnswerRefused:
    return AnswerRefused(AnswerRefusal.INVALID, message, field=field)


async def answer(
    db: AsyncSession,
    question_id: uuid.UUID,
    new: NewAnswer,
    *,
    author_id: uuid.UUID | None,
    staff: bool,
    by: Actor,
    now: datetime,
) -> Answer:
    """Answer a question. `staff`: the author runs the tenant's learning, or brings in what others answered."""
    facts = checked(new, now=now)
    question = await find(db, Question, question_id)
    if question is None:
        raise AnswerRefused(AnswerRefusal.NOT_FOUND, "There is no such question.", field="questionId")
    if not await voices.has_voice(db, await _channel_of(db, question), author_id, staff=staff):
        if await voices.unknown(db, author_id):
            raise AnswerRefused(AnswerRefusal.NOT_FOUND, "There is no such person.", field="authorId")
        raise AnswerRefused(
            AnswerRefusal.NOT_A_MEMBER,
            "Only the people of the question's channel can answer. Join first.",
            field="questionId",
        )
    await _refuse_taken(db, facts.external_ref)
    given = Answer(question_id=question.id, author_id=author_id, **asdict(facts))
    db.add(given)
    await record(db, given, "answered", by=by, now=now, question_id=question.id)
    return given


async def accept(
    db: AsyncSession,
    answer_id: uuid.UUID,
    *,
    person_id: uuid.UUID | None,
    staff: bool,
    accepted_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> Answer:
    """Mark the answer that helped; the mark moves from another. Accepting twice changes nothing.

    `accepted_at` is given for an acceptance brought from elsewhere; without it, the answer is accepted now.
    The question's row is held: of two answers accepted at once the later one keeps the mark.
    """
    answer = await find(db, Answer, answer_id)
    if answer is None:
        raise AnswerRefused(AnswerRefusal.NOT_FOUND, "There is no such answer.", field="id")
    question = await _locked_question(db, answer)
    if await voices.unknown(db, person_id):
        raise AnswerRefused(AnswerRefusal.NOT_FOUND, "There is no such person.", field="acceptedById")
    moderator = staff or await voices.moderates(db, await _channel_of(db, question), person_id)
    acceptable(question, person_id, moderator=moderator)
    before = await _accepted(db, question)
    if before is not None and before.id == answer_id:
        return before
    if before is not None:
        before.accepted_at = before.accepted_by_id = None
        await db.flush()
    answer.accepted_at = acceptance_of(answer, accepted_at, now=now)
    answer.accepted_by_id = person_id
    await record(db, answer, "accepted", by=by, now=now, question_id=question.id, instead_of=before and before.id)
    return answer


async def _locked_question(db: AsyncSession, answer: Answer) -> Question:
    mine = select(Question).where(Question.id == answer.question_id).with_for_update(key_share=True)
    return (await db.scalars(mine.execution_options(populate_existing=True))).one()


async def _accepted(db: AsyncSession, question: Question) -> Answer | None:
    marked = select(Answer).where(Answer.question_id == question.id, col(Answer.accepted_at).is_not(None))
    return await db.scalar(marked.execution_options(populate_existing=True))


async def _channel_of(db: AsyncSession, question: Question) -> Channel:
    return (await db.scalars(select(Channel).where(Channel.id == question.channel_id))).one()


async def _refuse_taken(db: AsyncSession, reference: str | None) -> None:
    if reference and await db.scalar(select(Answer.id).where(Answer.external_ref == reference)):
        raise AnswerRefused(
            AnswerRefusal.REFERENCE_TAKEN, f"Another answer has the reference '{reference}'.", field="externalRef"
        )
