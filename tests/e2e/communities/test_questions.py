"""Questions through GraphQL."""

import pytest

from tests.e2e.conftest import a_client
from tests.e2e.social import NOBODYS, a_community, join, me, someone

ASK = """
mutation ($input: AskQuestionInput!) {
  askQuestion(input: $input) {
    __typename
    ... on Question {
      id title body tags score externalRef answerCount accepted author { name } channel { name }
      answers { totalCount }
    }
    ... on QuestionRefused { reason message field }
  }
}"""
TITLES = """
query ($where: QuestionFilter, $orderBy: QuestionOrder) {
  questions(where: $where, orderBy: $orderBy) { totalCount nodes { title } }
}"""


@pytest.fixture
async def channel(coordinator, learner):
    """Of a public community to which the learner belongs."""
    community, channel = await a_community(coordinator)
    await join(learner, community)
    return channel


async def ask(client, channel, title="How do I open?", **facts):
    given = {"channelId": channel, "title": title, "body": "The first ten minutes are always stiff.", **facts}
    return (await client.data(ASK, input=given))["askQuestion"]


async def titles(client, **variables):
    return [node["title"] for node in (await client.data(TITLES, **variables))["questions"]["nodes"]]


async def test_a_member_asks(channel, learner):
    asked = await ask(learner, channel, tags=["Ice Breakers", "opening", "OPENING"])

    assert asked == {
        "__typename": "Question",
        "id": asked["id"],
        "title": "How do I open?",
        "body": "The first ten minutes are always stiff.",
        "tags": ["ice-breakers", "opening"],
        "score": 0,
        "externalRef": None,
        "answerCount": 0,
        "accepted": False,
        "author": {"name": "Grace Hopper"},
        "channel": {"name": "Facilitators"},
        "answers": {"totalCount": 0},
    }
    assert await titles(learner, where={"tags": {"has": "ice-breakers"}}) == ["How do I open?"]
    assert await titles(learner, where={"tags": {"has": "closing"}}) == []


async def test_questions_are_ordered_and_searched(channel, learner):
    for title in ("How do I open?", "How do I close?", "Who has slides?"):
        await ask(learner, channel, title)

    assert await titles(learner) == ["Who has slides?", "How do I close?", "How do I open?"]
    assert await titles(learner, orderBy={"field": "ASKED_AT", "direction": "ASCENDING"}) == [
        "How do I open?",
        "How do I close?",
        "Who has slides?",
    ]
    assert await titles(learner, where={"title": {"contains": "how do"}}) == ["How do I close?", "How do I open?"]


async def test_what_is_wrong_with_a_question_is_named(channel, learner, http, database, tenant):
    reader = await someone(http, database, tenant, "Rita")

    refusals = [
        await ask(learner, channel, " "),
        await ask(learner, channel, "x" * 201),
        await ask(learner, channel, body=""),
        await ask(learner, channel, tags=["fine", ""]),
        await ask(learner, channel, tags=[f"tag-{number}" for number in range(11)]),
        await ask(learner, f"chn_{NOBODYS}"),
        await ask(reader, channel),
    ]

    assert [(refusal["reason"], refusal["field"]) for refusal in refusals] == [
        ("INVALID", "title"),
        ("INVALID", "title"),
        ("INVALID", "body"),
        ("INVALID", "tags.1"),
        ("INVALID", "tags"),
        ("NOT_FOUND", "channelId"),
        ("NOT_A_MEMBER", "channelId"),
    ]
    assert await titles(learner) == []


async def test_a_coordinator_asks_without_joining_but_for_nobody_else(channel, coordinator, learner):
    asked = await ask(coordinator, channel)
    for_other = await coordinator.answer(
        ASK, input={"channelId": channel, "title": "As Grace", "body": "?", "authorId": me(learner)}
    )

    assert asked["author"] == {"name": "Ada Lovelace"}
    assert for_other["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_an_app_asks_for_its_people_and_reads_what_it_asked(channel, learner, http, database, tenant):
    app = await a_client(http, database, tenant, scopes=["questions:write"])

    asked = await ask(app, channel, authorId=me(learner))

    assert (asked["author"], asked["channel"]) == ({"name": "Grace Hopper"}, {"name": "Facilitators"})
    assert await titles(app) == ["How do I open?"]


async def test_a_private_communitys_questions_are_its_members(coordinator, learner, http, database, tenant):
    community, closed = await a_community(coordinator, visibility="PRIVATE")
    member = await someone(http, database, tenant, "Mary")
    await join(coordinator, community, personId=me(member))
    secret = await ask(member, closed)

    one = "query ($id: ID!) { question(id: $id) { title } }"

    assert await titles(learner) == []
    assert await learner.data(one, id=secret["id"]) == {"question": None}
    assert await titles(member) == ["How do I open?"]


async def test_a_visitor_asks_nothing_and_reads_nothing(channel, visitor):
    asked = await visitor.answer(ASK, input={"channelId": channel, "title": "?", "body": "?"})
    read = await visitor.answer(TITLES)

    assert asked["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert read["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
