"""Posts: what was said in a channel.

Invariant: whoever writes belongs to the channel; a reply stays in the channel of what it replies to. A post without an
author is the journey's own or staff's, and each step makes at most one.
"""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from domain.communities import voices
from domain.communities.channels import Channel
from domain.history import record
from domain.records import UTC, Record, Refused, Word, belongs_to, choice, find, unique
from domain.texts import BODY, text_of
from tenants.viewer import Actor


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


@dataclass(frozen=True, kw_only=True)
class NewPost:
    body: str
    kind: PostKind = PostKind.NOTE
    reply_to_id: uuid.UUID | None = None


def checked(new: NewPost) -> NewPost:
    """The post as it can be written, or what is wrong with it."""
    return replace(new, body=text_of(new.body, "body", longest=BODY, invalid=_invalid))


def replies(post: Post, channel: Channel) -> None:
    """Whether a post can be replied to in a channel, or why not."""
    if post.channel_id != channel.id:
        raise _invalid("replyToId", "Reply in the channel where the post stands.")


def _invalid(field: str, message: str) -> PostRefused:
    return PostRefused(PostRefusal.INVALID, message, field=field)


async def write(
    db: AsyncSession,
    channel_id: uuid.UUID,
    new: NewPost,
    *,
    author_id: uuid.UUID | None,
    staff: bool,
    by: Actor,
    now: datetime,
) -> Post:
    """Say something in a channel, or reply there. `staff`: the author runs the tenant's learning."""
    facts = checked(new)
    channel = await find(db, Channel, channel_id)
    if channel is None:
        raise PostRefused(PostRefusal.NOT_FOUND, "There is no such channel.", field="channelId")
    if not await voices.has_voice(db, channel, author_id, staff=staff):
        if await voices.unknown(db, author_id):
            raise PostRefused(PostRefusal.NOT_FOUND, "There is no such person.", field="authorId")
        raise PostRefused(
            PostRefusal.NOT_A_MEMBER, "Only the people of this channel can write in it. Join first.", field="channelId"
        )
    if facts.reply_to_id:
        post = await find(db, Post, facts.reply_to_id)
        if post is None:
            raise PostRefused(PostRefusal.NOT_FOUND, "There is no such post.", field="replyToId")
        replies(post, channel)
    post = Post(channel_id=channel.id, author_id=author_id, posted_at=now, **asdict(facts))
    db.add(post)
    await record(db, post, "posted", by=by, now=now, channel_id=channel.id, kind=post.kind)
    return post


async def prompt(
    db: AsyncSession, channel: Channel, step_id: uuid.UUID, body: str, *, posted_at: datetime, by: Actor, now: datetime
) -> Post:
    """What a due step asks the channel, in the name of the journey."""
    post = Post(channel_id=channel.id, kind=PostKind.PROMPT, body=body, step_id=step_id, posted_at=posted_at)
    db.add(post)
    await record(db, post, "posted", by=by, now=now, channel_id=channel.id, kind=post.kind, step_id=step_id)
    return post
