"""Responses: one person's answers to an evaluation.

Invariant: a person answers an evaluation once. An anonymous response holds nothing that leads to its person: no
person, no time finer than the day, an id without a time in it, and a history without an actor. Who has answered is
kept apart, in participations.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, unique


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
