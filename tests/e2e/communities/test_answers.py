"""Answers through GraphQL."""

import pytest

from tenants.keys import Role
from tests.e2e.communities.test_questions import ask
from tests.e2e.conftest import a_client
from tests.e2e.social import NOBODYS, a_community, join, me, someone

ANSWER = """
mutation ($input: AnswerQuestionInput!) {
  answerQuestion(input: $input) {
    __typename
    ... on Answer { id body score acceptedAt author { name } question { title answerCount } }
    ... on AnswerRefused { reason message field }
  }
}"""
ACCEPT = """
mutation ($input: AcceptAnswerInput!) {
  acceptAnswer(input: $input) {
    __typename
    ... on Answer { id acceptedAt acceptedBy { name } question { accepted } }
    ... on AnswerRefused { reason message field }
  }
}"""
READ = """
query ($id: ID!) {
  question(id: $id) { accepted answerCount answers { nodes { body acceptedBy { name } } } }
}"""
APPOINT = "mutation ($input: AppointModeratorInput!) { appointModerator(input: $input) { __typename } }"


@pytest.fixture
async def community(coordinator):
    return await a_community(coordinator)


@pytest.fixture
async def question(community, learner):
    """Asked by the learner."""
    await join(learner, community[0])
    return (await ask(learner, community[1]))["id"]


@pytest.fixture
async def member(community, http, database, tenant):
    member = await someone(http, database, tenant, "Mary")
    await join(member, community[0])
    return member


async def answer(client, question, body="With a question of your own.", **facts):
    return (await client.data(ANSWER, input={"questionId": question, "body": body, **facts}))["answerQuestion"]


async def accept(client, given, **facts):
    return (await client.data(ACCEPT, input={"id": given, **facts}))["acceptAnswer"]


async def test_a_member_answers(question, member, learner):
    given = await answer(member, question)

    assert given == {
        "__typename": "Answer",
        "id": given["id"],
        "body": "With a question of your own.",
        "score": 0,
        "acceptedAt": None,
        "author": {"name": "Mary"},
        "question": {"title": "How do I open?", "answerCount": 1},
    }
    assert await learner.data(READ, id=question) == {
        "question": {
            "accepted": False,
            "answerCount": 1,
            "answers": {"nodes": [{"body": "With a question of your own.", "acceptedBy": None}]},
        }
    }


async def test_the_asker_says_what_helped_and_the_mark_moves(question, member, learner):
    first = await answer(member, question, "First")
    second = await answer(member, question, "Second")

    accepted = await accept(learner, first["id"])
    again = await accept(learner, first["id"])
    await accept(learner, second["id"])

    assert accepted == {
        "__typename": "Answer",
        "id": first["id"],
        "acceptedAt": accepted["acceptedAt"],
        "acceptedBy": {"name": "Grace Hopper"},
        "question": {"accepted": True},
    }
    assert again == accepted
    assert await member.data(READ, id=question) == {
        "question": {
            "accepted": True,
            "answerCount": 2,
            "answers": {
                "nodes": [
                    {"body": "First", "acceptedBy": None},
                    {"body": "Second", "acceptedBy": {"name": "Grace Hopper"}},
                ]
            },
        }
    }


async def test_others_accept_nothing_unless_they_moderate(
    community, question, member, coordinator, http, database, tenant
):
    given = await answer(member, question)
    role = await someone(http, database, tenant, "Mo", Role.MODERATOR)

    before = await accept(member, given["id"])
    await coordinator.data(APPOINT, input={"communityId": community[0], "personId": me(member)})
    after = await accept(member, given["id"])
    by_role = await accept(role, (await answer(member, question))["id"])

    assert before == {
        "__typename": "AnswerRefused",
        "reason": "ONLY_ASKER_OR_MODERATOR",
        "field": "id",
        "message": "Only who asked, or a moderator, says which answer helped.",
    }
    assert after["acceptedBy"] == {"name": "Mary"}
    assert by_role["acceptedBy"] == {"name": "Mo"}


async def test_what_is_wrong_with_an_answer_is_named(question, member, learner, http, database, tenant):
    reader = await someone(http, database, tenant, "Rita")

    refusals = [
        await answer(member, question, "  "),
        await answer(member, question, "x" * 20_001),
        await answer(member, f"qst_{NOBODYS}"),
        await answer(reader, question),
        await accept(learner, f"ans_{NOBODYS}"),
        await accept(learner, question),
    ]

    assert [(refusal["reason"], refusal["field"]) for refusal in refusals] == [
        ("INVALID", "body"),
        ("INVALID", "body"),
        ("NOT_FOUND", "questionId"),
        ("NOT_A_MEMBER", "questionId"),
        ("NOT_FOUND", "id"),
        ("NOT_FOUND", "id"),
    ]


async def test_an_app_answers_and_accepts_in_its_peoples_names(question, member, learner, http, database, tenant):
    app = await a_client(http, database, tenant, scopes=["questions:write"])

    given = await answer(app, question, authorId=me(member))
    by_other = await accept(app, given["id"], acceptedById=me(member))
    by_asker = await accept(app, given["id"], acceptedById=me(learner))
    in_no_name = await app.answer(ACCEPT, input={"id": given["id"]})

    assert given["author"] == {"name": "Mary"}
    assert by_other["reason"] == "ONLY_ASKER_OR_MODERATOR"
    assert by_asker["acceptedBy"] == {"name": "Grace Hopper"}
    assert in_no_name["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_people_answer_for_themselves_alone(question, member, learner, coordinator, visitor):
    as_other = await coordinator.answer(
        ANSWER, input={"questionId": question, "body": "As Mary", "authorId": me(member)}
    )
    by_visitor = await visitor.answer(ANSWER, input={"questionId": question, "body": "Hello"})
    given = await answer(member, question)
    accepted_as_other = await member.answer(ACCEPT, input={"id": given["id"], "acceptedById": me(learner)})

    assert as_other["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert by_visitor["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert accepted_as_other["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_answers_stay_where_their_question_is_read(coordinator, learner, http, database, tenant):
    community, closed = await a_community(coordinator, visibility="PRIVATE")
    insider = await someone(http, database, tenant, "Ines")
    await join(coordinator, community, personId=me(insider))
    given = await answer(insider, (await ask(insider, closed))["id"])
    everything = "query ($id: ID!) { answers { nodes { body } } answer(id: $id) { body } }"

    assert await learner.data(everything, id=given["id"]) == {"answers": {"nodes": []}, "answer": None}
    assert await insider.data(everything, id=given["id"]) == {
        "answers": {"nodes": [{"body": "With a question of your own."}]},
        "answer": {"body": "With a question of your own."},
    }
