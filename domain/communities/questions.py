"""Questions: what someone asked in a channel.

Invariant: whoever asks belongs to the channel; tags are lower-case and each stands once.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from domain.communities import voices
from domain.communities.channels import Channel
from domain.history import record
from domain.records import UTC, Record, Refused, Word, belongs_to, find, unique
from domain.texts import BODY, reference_of, text_of
from tenants.viewer import Actor

MOST_TAGS = 10
LONGEST_TAG = 50
HIGHEST_SCORE = 1_000_000_000


class QuestionRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NOT_A_MEMBER = auto()
    REFERENCE_TAKEN = auto()


class QuestionRefused(Refused[QuestionRefusal]):
    pass


class Question(Record, table=True):
    """`score` is what its readers thought of it where it came from; it may be negative."""

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


@dataclass(frozen=True, kw_only=True)
class NewQuestion:
    """`asked_at` is given for a question brought from elsewhere; without it, it is asked now."""

    title: str
    body: str
    tags: Sequence[str] = ()
    score: int = 0
    external_ref: str | None = None
    asked_at: datetime | None = None


def checked(new: NewQuestion, *, now: datetime) -> NewQuestion:
    """The question as it can be asked, or what is wrong with it."""
    if abs(new.score) > HIGHEST_SCORE:
        raise _invalid("score", f"A score lies between {-HIGHEST_SCORE:,} and {HIGHEST_SCORE:,}.")
    if new.asked_at is not None and new.asked_at > now:
        raise _invalid("askedAt", "A question can't have been asked in the future.")
    return replace(
        new,
        title=text_of(new.title, "title", invalid=_invalid),
        body=text_of(new.body, "body", longest=BODY, invalid=_invalid),
        tags=normalized(new.tags),
        external_ref=reference_of(new.external_ref, invalid=_invalid),
        asked_at=new.asked_at or now,
    )


def normalized(tags: Sequence[str]) -> list[str]:
    """Lower-case, words joined by dashes, each tag once, in the order given; or what is wrong with them."""
    written = [
        "-".join(text_of(tag, f"tags.{place}", longest=LONGEST_TAG, invalid=_invalid).lower().split())
        for place, tag in enumerate(tags)
    ]
    unique_tags = list(dict.fromkeys(written))
    if len(unique_tags) > MOST_TAGS:
        raise _invalid("tags", f"Give at most {MOST_TAGS} tags; these are {len(unique_tags)}.")
    return unique_tags


def _invalid(field: str, message: str) -> QuestionRefused:
    return QuestionRefused(QuestionRefusal.INVALID, message, field=field)


async def ask(
    db: AsyncSession,
    channel_id: uuid.UUID,
    new: NewQuestion,
    *,
    author_id: uuid.UUID | None,
    staff: bool,
    by: Actor,
    now: datetime,
) -> Question:
    """Ask the people of a channel. `staff`: the author runs the tenant's learning, or brings in what others asked."""
    facts = checked(new, now=now)
    channel = await find(db, Channel, channel_id)
    if channel is None:
        raise QuestionRefused(QuestionRefusal.NOT_FOUND, "There is no such channel.", field="channelId")
    if not await voices.has_voice(db, channel, author_id, staff=staff):
        if await voices.unknown(db, author_id):
            raise QuestionRefused(QuestionRefusal.NOT_FOUND, "There is no such person.", field="authorId")
        raise QuestionRefused(
            QuestionRefusal.NOT_A_MEMBER,
            "Only the people of this channel can ask in it. Join first.",
            field="channelId",
        )
    await _refuse_taken(db, facts.external_ref)
    question = Question(channel_id=channel.id, author_id=author_id, **asdict(facts))
    db.add(question)
    await record(db, question, "asked", by=by, now=now, channel_id=channel.id, title=question.title, tags=question.tags)
    return question


async def _refuse_taken(db: AsyncSession, reference: str | None) -> None:
    if reference and await db.scalar(select(Question.id).where(Question.external_ref == reference)):
        raise QuestionRefused(
            QuestionRefusal.REFERENCE_TAKEN, f"Another question has the reference '{reference}'.", field="externalRef"
        )
