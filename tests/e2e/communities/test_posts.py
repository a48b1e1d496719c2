"""Posts through GraphQL."""

import pytest

from tenants.keys import Role
from tests.e2e.conftest import a_client
from tests.e2e.social import NOBODYS, a_community, join, me, someone

WRITE = """
mutation ($input: WritePostInput!) {
  writePost(input: $input) {
    __typename
    ... on Post { id kind body author { name } channel { name } replyTo { body } }
    ... on PostRefused { reason field message }
  }
}"""
READ = """
query ($channel: ID!) {
  channel(id: $channel) { posts { totalCount nodes { kind body author { name } replies { nodes { body } } } } }
}"""


@pytest.fixture
async def channel(coordinator, learner):
    """Of a public community to which the learner belongs."""
    community, channel = await a_community(coordinator)
    await join(learner, community)
    return channel


async def write(client, channel, body="Try silence after a question.", **facts):
    return (await client.data(WRITE, input={"channelId": channel, "body": body, **facts}))["writePost"]


async def test_a_member_writes_and_another_replies(channel, learner, coordinator):
    first = await write(learner, channel, " Try silence after a question. ", kind="STORY")
    reply = await write(coordinator, channel, "How long?", replyToId=first["id"])

    assert first == {
        "__typename": "Post",
        "id": first["id"],
        "kind": "STORY",
        "body": "Try silence after a question.",
        "author": {"name": "Grace Hopper"},
        "channel": {"name": "Facilitators"},
        "replyTo": None,
    }
    assert (reply["kind"], reply["author"], reply["replyTo"]) == (
        "NOTE",
        {"name": "Ada Lovelace"},
        {"body": "Try silence after a question."},
    )
    assert await learner.data(READ, channel=channel) == {
        "channel": {
            "posts": {
                "totalCount": 2,
                "nodes": [
                    {"kind": "NOTE", "body": "How long?", "author": {"name": "Ada Lovelace"}, "replies": {"nodes": []}},
                    {
                        "kind": "STORY",
                        "body": "Try silence after a question.",
                        "author": {"name": "Grace Hopper"},
                        "replies": {"nodes": [{"body": "How long?"}]},
                    },
                ],
            }
        }
    }


async def test_who_only_reads_along_does_not_write(channel, http, database, tenant):
    reader = await someone(http, database, tenant, "Rita")

    refused = await write(reader, channel)

    assert refused == {
        "__typename": "PostRefused",
        "reason": "NOT_A_MEMBER",
        "field": "channelId",
        "message": "Only the people of this channel can write in it. Join first.",
    }
    assert (await reader.data(READ, channel=channel))["channel"]["posts"]["totalCount"] == 0


@pytest.mark.parametrize("role", [Role.TENANT_ADMIN, Role.COORDINATOR, Role.INSTRUCTOR, Role.MODERATOR])
async def test_who_runs_the_learning_speaks_everywhere(channel, role, http, database, tenant):
    speaker = await someone(http, database, tenant, "Sam", role)

    assert (await write(speaker, channel))["author"] == {"name": "Sam"}


async def test_what_is_wrong_with_a_post_is_named(channel, coordinator, learner):
    _, elsewhere = await a_community(coordinator, name="Elsewhere")
    there = await write(coordinator, elsewhere)

    refusals = [
        await write(learner, channel, "  "),
        await write(learner, channel, "x" * 20_001),
        await write(learner, channel, "a\x00b"),
        await write(learner, f"chn_{NOBODYS}"),
        await write(learner, channel, replyToId=f"pst_{NOBODYS}"),
        await write(learner, channel, replyToId=there["id"]),
    ]

    assert [(refusal["reason"], refusal["field"]) for refusal in refusals] == [
        ("INVALID", "body"),
        ("INVALID", "body"),
        ("INVALID", "body"),
        ("NOT_FOUND", "channelId"),
        ("NOT_FOUND", "replyToId"),
        ("INVALID", "replyToId"),
    ]
    assert (await learner.data(READ, channel=channel))["channel"]["posts"]["totalCount"] == 0


async def test_nobody_speaks_for_others_but_apps_with_their_voice(
    channel, learner, coordinator, http, database, tenant
):
    outsider = await someone(http, database, tenant, "Otto")
    app = await a_client(http, database, tenant, scopes=["communities:write"])

    by_coordinator = await coordinator.answer(
        WRITE, input={"channelId": channel, "body": "As Grace", "authorId": me(learner)}
    )
    by_app = await write(app, channel, authorId=me(learner))
    for_outsider = await write(app, channel, authorId=me(outsider))
    for_nobody = await app.answer(WRITE, input={"channelId": channel, "body": "As nobody"})

    assert by_coordinator["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert by_app["author"] == {"name": "Grace Hopper"}
    assert for_outsider["reason"] == "NOT_A_MEMBER"
    assert for_nobody["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_what_is_said_in_private_stays_there(coordinator, learner, http, database, tenant):
    community, closed = await a_community(coordinator, visibility="PRIVATE")
    member = await someone(http, database, tenant, "Mary")
    await join(coordinator, community, personId=me(member))
    secret = await write(member, closed, "Between us")
    everything = "query ($id: ID!) { posts { nodes { body } } post(id: $id) { body } node(id: $id) { id } }"

    assert await learner.data(everything, id=secret["id"]) == {"posts": {"nodes": []}, "post": None, "node": None}
    assert await member.data(everything, id=secret["id"]) == {
        "posts": {"nodes": [{"body": "Between us"}]},
        "post": {"body": "Between us"},
        "node": {"id": secret["id"]},
    }


async def test_a_visitor_writes_nothing(channel, visitor):
    answer = await visitor.answer(WRITE, input={"channelId": channel, "body": "Hello"})

    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_posts_are_found_by_kind_and_author(channel, learner, coordinator):
    await write(learner, channel, "A story", kind="STORY")
    await write(learner, channel, "A note")
    await write(coordinator, channel, "Another story", kind="STORY")

    found = await learner.data(
        "query ($id: ID!) { posts(where: {kind: {eq: STORY}, author: {eq: $id}}) { nodes { body } } }", id=me(learner)
    )

    assert found == {"posts": {"nodes": [{"body": "A story"}]}}
