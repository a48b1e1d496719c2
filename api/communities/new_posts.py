"""New posts: what is said in a channel, told as it is said."""

from __future__ import annotations

from datetime import datetime

from api.communities.posts import Post
from api.engine.fields import column, sql, to_one
from api.engine.types import change, planned
from api.permissions import EVERYONE, Access, signed_in
from domain import history


@planned(history.Event, visible=Access(EVERYONE, "communities:read"))
class PostWritten:
    """Something was said in a channel."""

    position: str = sql("{text}", "Where this stands in what happens: for `after`, to go on from here.")
    occurred_at: datetime = column("When, in the tenant's time.")
    post: Post = to_one("aggregate_id", "The post.")


change(
    "postWritten",
    "PostWritten",
    "Post",
    "What is said in a channel, prompts of journeys among it.",
    verbs=frozenset({"posted"}),
    about="channel",
    required=True,
    concerns=None,
    allow=signed_in("communities:read"),
)
