"""Questions: what someone asked in a channel.

Invariant: whoever asks belongs to the channel; tags are lower-case and each stands once.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, unique


class QuestionRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NOT_A_MEMBER = auto()
    REFERENCE_TAKEN = auto()


class QuestionRefused(Refused[QuestionRefusal]):
    pass


class Question(Record, table=True):
    __table_args__ = (
        belongs_to("channel"),
        belongs_to("person", "author_id"),
        unique("external_ref"),
        Index("question_asked_at_idx", "tenant_id", "asked_at", "id"),
        Index("question_score_idx", "tenant_id", "score", "id"),
        Index("question_channel_id_asked_at_idx", "tenant_id", "channel_id", "asked_at", "id"),
        Index("question_channel_id_score_idx", "tenant_id", "channel_id", "score", "id"),
        Index("question_author_id_asked_at_idx", "tenant_id", "author_id", "asked_at", "id"),
    )

    channel_id: uuid.UUID
    author_id: uuid.UUID | None = None
    title: str
    body: str
    tags: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    score: int = 0
    external_ref: str | None = None
    asked_at: datetime = Field(sa_type=UTC)
