"""Answers: what was answered to a question, and which answer was accepted.

Invariant: a question has at most one accepted answer; the mark is moved only under the question's lock.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, unique


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
