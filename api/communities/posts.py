"""Posts: what was said in a channel."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.communities import voices
from api.communities.channels import Channel
from api.engine.fields import Connection, column, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, mutation, refusal
from api.people.people import Person
from api.permissions import MODERATING, Access, signed_in
from api.words import enum
from domain.communities import posts
from domain.communities.posts import PostKind

enum(
    PostKind,
    "PostKind",
    "What a post is for.",
    NOTE="Said in passing.",
    PROMPT="Asks the channel for something; also what a program's journey posts by itself.",
    RESOURCE="Worth keeping: a link, a template, a summary.",
    STORY="Tells how something was applied on the job, and what came of it.",
)
enum(
    posts.PostRefusal,
    "PostRefusal",
    "Why a post could not be written.",
    NOT_FOUND="There is no such channel, post or person; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    NOT_A_MEMBER="Only the people of the channel write in it.",
)
PostRefused = refusal("PostRefused", posts.PostRefused, posts.PostRefusal, "Why the post was not written.")


@planned(
    posts.Post,
    prefix="pst",
    visible=Access(MODERATING, "communities:read", own=voices.in_channel("{t}.channel_id")),
    filters=("channel", "author", "kind", "reply_to", "posted_at"),
    orders=("posted_at",),
)
class Post(Node):
    """What someone said in a channel, or what a program's journey asks there."""

    channel: Channel = to_one("channel_id", "Where it was said.")
    author: Person | None = to_one("author_id", "Who said it; null for the journey's own prompts.")
    kind: PostKind = column("What it is for.")
    body: str = column("What was said: plain text.")
    reply_to: Post | None = to_one("reply_to_id", "The post it replies to, if any.")
    replies: Connection[Post] = to_many("reply_to_id", "What was replied, the earliest first.", order="posted_at")
    posted_at: datetime = column("When.")


one("post", "Post", "One post, by its id.", allow=signed_in("communities:read"))
many(
    "posts",
    "Post",
    "The posts of all channels that the viewer may read, the latest first.",
    allow=signed_in("communities:read"),
    order="posted_at",
    descending=True,
)


@strawberry.input(description="Something to say in a channel.")
class WritePostInput:
    channel_id: strawberry.ID = strawberry.field(description="Where to say it.")
    body: str = strawberry.field(description="What to say: plain text.")
    kind: PostKind = strawberry.field(default=PostKind.NOTE, description="What it is for.")
    reply_to_id: strawberry.ID | None = strawberry.field(
        default=None, description="The post of the same channel that this replies to, if any."
    )
    author_id: strawberry.ID | None = strawberry.field(
        default=None, description="For apps: who says it. People speak for themselves and leave it out."
    )


FOR_OTHERS = Access(frozenset(), "communities:write")


@mutation(
    "Say something in a channel, or reply to what was said there.",
    answers=Post,
    refuses=[PostRefused],
    allow=signed_in("communities:write"),
)
async def write_post(command: Command, input: WritePostInput) -> posts.Post:  # noqa: A002 -- the schema's word
    author_id = command.person(Person, input.author_id, others=FOR_OTHERS, field="authorId")
    new = posts.NewPost(body=input.body, kind=input.kind, reply_to_id=command.row_or_none(Post, input.reply_to_id))
    return await posts.write(
        command.db,
        command.row(Channel, input.channel_id),
        new,
        author_id=author_id,
        staff=command.may(voices.SPEAKS_EVERYWHERE),
        by=command.by,
        now=command.now,
    )
