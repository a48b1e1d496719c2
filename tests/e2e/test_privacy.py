"""A learner sees their own registrations, enrollments, attendance, journeys, steps and responses, and no one else's."""

import pytest
from graphql import get_named_type
from sqlmodel import select

from api.engine.types import ROOTS
from api.schema import schema
from domain.people.people import Person
from domain.records import find
from domain.sessions import attendance
from domain.sessions.attendance import AttendanceStatus, Evidence, Presence
from domain.sessions.meetings import Meeting
from tenants.keys import Role
from tests.academy import LATER, an_academy
from tests.conftest import BY
from tests.e2e.conftest import a_client

PERSON = "person { id }"
PERSON_OF = {
    "Registration": PERSON,
    "Enrollment": PERSON,
    "Attendance": PERSON,
    "Response": PERSON,
    "Journey": f"enrollment {{ {PERSON} }}",
    "Step": f"enrollment {{ {PERSON} }}",
}
"""How to ask whose a row is. What is of no enrollment is the whole cohort's."""
schema()  # declares what there is
LISTS = {root.entity: name for name, root in ROOTS.items() if root.kind == "many"}


def owner(row):
    """Whose the row is; None for what is the whole cohort's."""
    owned = row.get("enrollment", row)
    return owned and owned["person"]["id"]


@pytest.fixture
async def learners(http, doors, tenant):
    """Ada and Bea go through the same cohort, have seats in the same session, were there, and have answered."""
    academy = await an_academy(doors, tenant)
    async with doors.transaction(tenant.id) as db:
        ada = await find(db, Person, academy.learner_id)
        bea = await db.scalar(select(Person).where(Person.name == "Orchid Bea"))
        meeting = await db.scalar(select(Meeting).where(Meeting.position == 2))
        seen = Presence(status=AttendanceStatus.PRESENT, evidence=Evidence.SIGN_IN)
        for person in (ada, bea):
            await attendance.record(db, meeting.id, person.id, seen, by=BY, now=LATER)
    return [await a_client(http, doors, tenant, Role.LEARNER, person=person) for person in (ada, bea)]


@pytest.fixture
async def whose(http, doors, tenant, learners):
    """Everything that belongs to somebody, as an administrator sees it: by type and id, who that is."""
    admin = await a_client(http, doors, tenant, Role.TENANT_ADMIN)
    found = {}
    for name, person in PERSON_OF.items():
        answer = await admin.data(f"{{ {LISTS[name]}(first: 100) {{ nodes {{ id {person} }} }} }}")
        found[name] = {row["id"]: owner(row) for row in answer[LISTS[name]]["nodes"]}
    return found


def me(client):
    return f"per_{client.person_id.hex}"


def of_each(whose, client):
    """The ids that are the client's own, or their whole cohort's, by type."""
    return {name: {row for row, person in rows.items() if person in (me(client), None)} for name, rows in whose.items()}


def connections(kind):
    """The fields of a type that list what belongs to somebody: name and type of the rows."""
    for name, field in kind.fields.items():
        target = get_named_type(field.type).name.removesuffix("Connection")
        if target in PERSON_OF and get_named_type(field.type).name.endswith("Connection"):
            yield name, target


async def test_there_is_something_of_everything_to_be_kept_apart(learners, whose):
    owners = {name: set(rows.values()) - {None} for name, rows in whose.items()}

    assert {name for name, people in owners.items() if {me(one) for one in learners} <= people} == set(PERSON_OF)


async def test_a_learners_lists_hold_their_own_rows_and_their_cohorts(learners, whose):
    for client in learners:
        found = {}
        for name in PERSON_OF:
            page = (await client.data(f"{{ {LISTS[name]}(first: 100) {{ totalCount nodes {{ id }} }} }}"))[LISTS[name]]
            found[name] = {row["id"] for row in page["nodes"]}
            assert page["totalCount"] == len(found[name])

        assert found == of_each(whose, client)


async def test_nothing_of_someone_else_is_found_by_its_id(learners, whose):
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    for client in learners:
        for name, rows in whose.items():
            asked = list(rows)

            answered = (await client.data(document, ids=asked))["nodes"]

            own = of_each(whose, client)[name]
            assert answered == [{"id": row} if row in own else None for row in asked]


async def test_nothing_of_someone_else_is_found_on_the_way_through_anything(learners, whose):
    core, ways = schema(), 0
    for client in learners:
        own = of_each(whose, client)
        for entity, root in LISTS.items():
            if Role.LEARNER not in ROOTS[root].allow.roles:
                continue
            for field, target in connections(core.type_map[entity]):
                page = f"{field}(first: 100) {{ totalCount nodes {{ id }} }}"
                answer = await client.data(f"{{ {root}(first: 100) {{ nodes {{ {page} }} }} }}")
                for found in (node[field] for node in answer[root]["nodes"]):
                    assert {row["id"] for row in found["nodes"]} <= own[target], f"{root}.{field}"
                    assert found["totalCount"] == len(found["nodes"]), f"{root}.{field}"
                    ways += bool(found["nodes"])
    assert ways > 10


async def test_nothing_of_someone_else_is_found_on_their_own_page(learners, whose):
    pages = " ".join(
        f"{field}(first: 100) {{ totalCount nodes {{ id }} }}" for field, _ in connections(schema().type_map["Person"])
    )
    document = f"query ($id: ID!) {{ person(id: $id) {{ name email externalRef {pages} }} }}"
    for client, other in (learners, reversed(learners)):
        mine = (await client.data(document, id=me(client)))["person"]
        theirs = (await client.data(document, id=me(other)))["person"]

        assert mine["email"] is not None
        assert min(page["totalCount"] for page in mine.values() if isinstance(page, dict)) > 0
        assert (theirs["email"], theirs["externalRef"]) == (None, None)
        assert [page for page in theirs.values() if isinstance(page, dict)] == [{"totalCount": 0, "nodes": []}] * 3


async def test_a_filter_finds_nothing_of_someone_else_either(learners, whose):
    for client, other in (learners, reversed(learners)):
        for name in ("registrations", "enrollments", "attendances", "responses"):
            document = f"query ($who: ID!) {{ {name}(where: {{person: {{eq: $who}}}}) {{ totalCount }} }}"

            assert (await client.data(document, who=me(client)))[name]["totalCount"] > 0
            assert (await client.data(document, who=me(other)))[name]["totalCount"] == 0


@pytest.mark.parametrize(
    ("mutation", "kind", "more"),
    [
        ("cancelRegistration", "Registration", ""),
        ("completeStep", "Step", ""),
        ("skipStep", "Step", ', reason: "Not mine"'),
    ],
)
async def test_nothing_of_someone_else_is_changed_by_its_id(learners, whose, mutation, kind, more):
    client, other = learners
    theirs = next(row for row, person in whose[kind].items() if person == me(other))
    document = f"mutation ($id: ID!) {{ {mutation}(input: {{id: $id{more}}}) {{ ... on Refused {{ code field }} }} }}"

    foreign = await client.data(document, id=theirs)
    nobodys = await client.data(document, id=f"{theirs[:4]}{'0' * 32}")

    assert foreign == nobodys == {mutation: {"code": "NOT_FOUND", "field": "id"}}


@pytest.mark.parametrize(
    ("mutation", "given"),
    [
        ("registerForSession", {"sessionId": "ses_1"}),
        ("joinCommunity", {"communityId": "com_1"}),
        ("leaveCommunity", {"communityId": "com_1"}),
        ("respondToEvaluation", {"evaluationId": "evl_1", "answers": []}),
    ],
)
async def test_nobody_acts_for_someone_else(learners, mutation, given):
    client, other = learners
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"

    answer = await client.answer(
        f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ __typename }} }}",
        input={**given, "personId": me(other)},
    )

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert answer["errors"][0]["message"].startswith("You may do this for yourself only: leave `personId` out.")
