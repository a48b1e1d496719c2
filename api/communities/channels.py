"""Channels: where the people of a cohort, a session or a community talk and ask."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.communities import voices
from api.communities.communities import Community
from api.engine.fields import Connection, column, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, mutation, refusal
from api.permissions import MODERATING, TEACHING, Access, signed_in
from api.programs.cohorts import Cohort
from api.sessions.sessions import Session
from api.words import enum
from domain.communities import channels

if TYPE_CHECKING:
    from api.communities.posts import Post
    from api.communities.questions import Question

enum(
    channels.ChannelRefusal,
    "ChannelRefusal",
    "Why a channel could not be opened.",
    NOT_FOUND="There is no such session.",
)
ChannelRefused = refusal(
    "ChannelRefused", channels.ChannelRefused, channels.ChannelRefusal, "Why the channel was not opened."
)


@planned(
    channels.Channel,
    prefix="chn",
    visible=Access(MODERATING, "communities:read", own=voices.channel("{t}"), reached=frozenset({"questions:read"})),
    filters=("cohort", "session", "community", "created_at"),
    orders=("created_at",),
)
class Channel(Node):
    """Where the people of one cohort, one session or one community talk and ask."""

    name: str = column("Its name: that of whom it belongs to.")
    cohort: Cohort | None = to_one("cohort_id", "The cohort it belongs to, if it is one's.")
    session: Session | None = to_one("session_id", "The session it belongs to, if it is one's.")
    community: Community | None = to_one("community_id", "The community it belongs to, if it is one's.")
    created_at: datetime = column("When it was opened.")
    posts: Connection[Post] = to_many(
        "channel_id", "What was said, the latest first.", order="posted_at", descending=True
    )
    questions: Connection[Question] = to_many(
        "channel_id", "What was asked, the latest first.", order="asked_at", descending=True
    )


one("channel", "Channel", "One channel, by its id.", allow=signed_in("communities:read"))
many(
    "channels",
    "Channel",
    "The channels that the viewer may read.",
    allow=signed_in("communities:read"),
    order="created_at",
    descending=True,
)


@strawberry.input(description="A session whose people shall have a place to talk.")
class OpenSessionChannelInput:
    session_id: strawberry.ID = strawberry.field(description="Which session.")


@mutation(
    "Open a channel for the people of a session. Where there is one already, it is the answer. "
    "Cohorts and communities have theirs without asking.",
    answers=Channel,
    refuses=[ChannelRefused],
    allow=Access(TEACHING, "communities:write"),
)
async def open_session_channel(command: Command, input: OpenSessionChannelInput) -> channels.Channel:  # noqa: A002 -- the schema's word
    session_id = command.row(Session, input.session_id)
    return await channels.open_for_session(command.db, session_id, by=command.by, now=command.now)
