"""Head counts through GraphQL."""

import pytest

from tests.e2e.conftest import a_client
from tests.e2e.rows import a_program, a_session, do, error_of, nobodys, refused

HEAD_COUNT = "HeadCount { id kind day people session { title } }"


@pytest.fixture
async def instructor(http, database, tenant):
    return await a_client(http, database, tenant, "INSTRUCTOR")


@pytest.fixture
async def session(coordinator):
    return await a_session(coordinator, await a_program(coordinator))


async def test_an_instructor_counts_heads_and_corrects_the_number(instructor, session):
    first = await do(instructor, "countHeads", HEAD_COUNT, sessionId=session, kind="ATTENDED", day=1, people=17)
    second = await do(instructor, "countHeads", HEAD_COUNT, sessionId=session, kind="ATTENDED", day=1, people=18)
    await do(instructor, "countHeads", HEAD_COUNT, sessionId=session, kind="ATTENDED", day=2, people=15)
    await do(instructor, "countHeads", HEAD_COUNT, sessionId=session, kind="CERTIFIED", people=14)

    assert first == {
        "id": first["id"],
        "kind": "ATTENDED",
        "day": 1,
        "people": 17,
        "session": {"title": "Workshop"},
    }
    assert second == {**first, "people": 18}
    read = await instructor.data(
        """query ($id: ID!) {
          session(id: $id) { headCounts { kind day people } }
          headCounts(where: {day: {gt: 0}, people: {lte: 15}}) { nodes { people } }
        }""",
        id=session,
    )
    assert read == {
        "session": {
            "headCounts": [
                {"kind": "CERTIFIED", "day": 0, "people": 14},
                {"kind": "ATTENDED", "day": 1, "people": 18},
                {"kind": "ATTENDED", "day": 2, "people": 15},
            ]
        },
        "headCounts": {"nodes": [{"people": 15}]},
    }


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"sessionId": nobodys("ses")}, "NOT_FOUND", "sessionId"),
        ({"day": -1}, "INVALID", "day"),
        ({"day": 81}, "INVALID", "day"),
        ({"people": -1}, "INVALID", "people"),
        ({"people": 1_000_001}, "INVALID", "people"),
    ],
)
async def test_a_number_that_cannot_be_is_refused_with_its_field(instructor, session, facts, code, field):
    count = {"sessionId": session, "kind": "REGISTERED", "day": 0, "people": 1}

    answer = await do(instructor, "countHeads", HEAD_COUNT, **{**count, **facts})

    assert answer == refused(code, field)
    assert await instructor.data("{ headCounts { totalCount } }") == {"headCounts": {"totalCount": 0}}


async def test_learners_neither_count_nor_see_counts(instructor, learner, session):
    counted = await do(instructor, "countHeads", HEAD_COUNT, sessionId=session, kind="ATTENDED", people=17)

    code = await error_of(learner, "countHeads", HEAD_COUNT, sessionId=session, kind="ATTENDED", people=18)
    seen = await learner.data(
        "query ($session: ID!, $id: ID!) { session(id: $session) { headCounts { people } } node(id: $id) { id } }",
        session=session,
        id=counted["id"],
    )
    unasked = await learner.answer("{ headCounts { nodes { people } } }")

    assert code == "FORBIDDEN"
    assert seen == {"session": {"headCounts": []}, "node": None}
    assert unasked["errors"][0]["extensions"]["code"] == "FORBIDDEN"
