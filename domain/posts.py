"""Posts: what was said in a channel.

Invariant: whoever writes belongs to the channel; a reply stays in the channel of what it replies to. A post without an
author is the journey's own, and each step makes at most one.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, choice, unique


class PostKind(Word):
    """A PROMPT asks the channel something; a RESOURCE is worth keeping; a STORY tells how something was applied."""

    NOTE = auto()
    PROMPT = auto()
    RESOURCE = auto()
    STORY = auto()


class PostRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NOT_A_MEMBER = auto()


class PostRefused(Refused[PostRefusal]):
    pass


class Post(Record, table=True):
    __table_args__ = (
        belongs_to("channel"),
        belongs_to("person", "author_id"),
        belongs_to("post", "reply_to_id"),
        belongs_to("step"),
        unique("step_id"),
        Index("post_posted_at_idx", "tenant_id", "posted_at", "id"),
        Index("post_channel_id_posted_at_idx", "tenant_id", "channel_id", "posted_at", "id"),
        Index("post_author_id_posted_at_idx", "tenant_id", "author_id", "posted_at", "id"),
        Index("post_reply_to_id_posted_at_idx", "tenant_id", "reply_to_id", "posted_at", "id"),
    )

    channel_id: uuid.UUID
    author_id: uuid.UUID | None = None
    kind: PostKind = Field(default=PostKind.NOTE, sa_type=choice(PostKind, "kind"))
    body: str
    reply_to_id: uuid.UUID | None = None
    step_id: uuid.UUID | None = None
    posted_at: datetime = Field(sa_type=UTC)
