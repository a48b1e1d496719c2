"""Responses through GraphQL: answered once, and told no further than people were promised."""

from datetime import timedelta

import pytest

from tenants.keys import Role
from tenants.registry import wall
from tests.e2e.conftest import a_client
from tests.e2e.rows import do, refused
from tests.e2e.social import NOBODYS, a_cohort, gid, me, someone
from tests.integration import making

SUBMISSION = """Submission {
  evaluation { viewerHasAnswered responseCount }
  response { id person { name } answers { item { code } number label choices text } }
}"""
RESPONSES = """
query ($id: ID!) {
  responses { totalCount nodes { person { name } } }
  evaluation(id: $id) { responseCount responses { totalCount nodes { person { name } } } }
}"""


class Asked:
    """An evaluation of a cohort, and its items' global ids by code."""

    def __init__(self, evaluation, items):
        self.id, self.items = evaluation, items

    def worth(self, number):
        return {"itemId": self.items["worth"], "number": number}

    def text(self, words):
        return {"itemId": self.items["more"], "text": words}


async def ask(coordinator, database, tenant, *people, anonymous=False, **facts):
    _, cohort, _ = await a_cohort(database, tenant, *people)
    async with database.transaction(tenant.id) as db:
        instrument = await making.an_instrument(db, anonymous=anonymous)
    given = {"instrumentId": gid("ins", instrument), "cohortId": gid("coh", cohort), **facts}
    opened = await do(coordinator, "openEvaluation", "Evaluation { id instrument { items { id code } } }", **given)
    return Asked(opened["id"], {item["code"]: item["id"] for item in opened["instrument"]["items"]})


async def respond(client, asked, *answers, selection=SUBMISSION, **facts):
    return await do(client, "respondToEvaluation", selection, evaluationId=asked.id, answers=list(answers), **facts)


@pytest.fixture
async def asked(coordinator, learner, database, tenant):
    return await ask(coordinator, database, tenant, learner)


async def test_a_learner_answers_once(asked, learner):
    taken = await respond(
        learner,
        asked,
        asked.text(" More cases "),
        asked.worth(3),
        {"itemId": asked.items["recommend"], "number": 0},
        {"itemId": asked.items["parts"], "choices": ["Peers", "Cases"]},
    )
    again = await respond(learner, asked, asked.worth(1))

    empty = {"number": None, "label": None, "choices": None, "text": None}
    assert taken == {
        "evaluation": {"viewerHasAnswered": True, "responseCount": 1},
        "response": {
            "id": taken["response"]["id"],
            "person": {"name": "Grace Hopper"},
            "answers": [
                {**empty, "item": {"code": "worth"}, "number": 3, "label": "Agree"},
                {**empty, "item": {"code": "recommend"}, "number": 0},
                {**empty, "item": {"code": "parts"}, "choices": ["Peers", "Cases"]},
                {**empty, "item": {"code": "more"}, "text": "More cases"},
            ],
        },
    }
    assert again == refused("ALREADY_ANSWERED", "evaluationId")


@pytest.mark.parametrize(
    ("answers", "code", "field"),
    [
        ([], "INVALID", "answers"),
        ([{"item": "more", "text": "Only this"}], "INVALID", "answers"),
        ([{"item": "worth", "number": 4}], "INVALID", "answers.0.number"),
        ([{"item": "worth", "number": 0}], "INVALID", "answers.0.number"),
        ([{"item": "worth", "text": "Agree"}], "INVALID", "answers.0.text"),
        ([{"item": "worth", "number": 1}, {"item": "worth", "number": 2}], "INVALID", "answers.1.itemId"),
        ([{"item": "worth", "number": 1}, {"item": "recommend", "number": 11}], "INVALID", "answers.1.number"),
        (
            [{"item": "worth", "number": 1}, {"item": "pace", "choices": ["Slow", "Fast"]}],
            "INVALID",
            "answers.1.choices",
        ),
        ([{"item": "worth", "number": 1}, {"item": "pace", "choices": ["Even"]}], "INVALID", "answers.1.choices"),
        ([{"item": "worth", "number": 1}, {"item": "parts", "choices": []}], "INVALID", "answers.1.choices"),
        ([{"item": "worth", "number": 1}, {"item": "more", "text": "a\x00b"}], "INVALID", "answers.1.text"),
        ([{"item": "worth", "number": 1}, {"item": "more"}], "INVALID", "answers.1.text"),
        ([{"item": "nothing", "number": 1}], "NOT_FOUND", "answers.0.itemId"),
    ],
)
async def test_what_is_wrong_with_an_answer_is_named(asked, learner, coordinator, answers, code, field):
    ids = {**asked.items, "nothing": f"itm_{NOBODYS}"}
    given = [{"itemId": ids[answer["item"]], **{k: v for k, v in answer.items() if k != "item"}} for answer in answers]

    assert await respond(learner, asked, *given) == refused(code, field)
    assert (await coordinator.data(RESPONSES, id=asked.id))["evaluation"]["responseCount"] == 0


async def test_only_those_who_are_asked_answer(asked, coordinator, visitor, http, database, tenant):
    outsider = await someone(http, database, tenant, "Otto")
    elsewhere = Asked(f"evl_{NOBODYS}", asked.items)
    document = "mutation ($input: RespondToEvaluationInput!) { respondToEvaluation(input: $input) { __typename } }"

    by_visitor = await visitor.answer(document, input={"evaluationId": asked.id, "answers": [asked.worth(1)]})

    assert await respond(outsider, asked, asked.worth(1)) == refused("NOT_INVITED", "evaluationId")
    assert await respond(coordinator, asked, asked.worth(1)) == refused("NOT_INVITED", "evaluationId")
    assert await respond(coordinator, elsewhere, asked.worth(1)) == refused("NOT_FOUND", "evaluationId")
    assert by_visitor["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_what_is_closed_takes_no_answer(admin, coordinator, learner, database, tenant):
    closes = wall() + timedelta(days=7)
    asked = await ask(coordinator, database, tenant, learner, closesAt=closes.isoformat())
    move = "mutation ($to: DateTime!) { moveClock(input: {to: $to}) { __typename } }"
    await admin.data(move, to=closes.isoformat())

    assert await respond(learner, asked, asked.worth(1)) == refused("CLOSED", "evaluationId")


async def test_people_answer_for_themselves_and_apps_for_their_people(
    asked, coordinator, learner, http, database, tenant
):
    app = await a_client(http, database, tenant, scopes=["evaluations:write"])
    document = "mutation ($input: RespondToEvaluationInput!) { respondToEvaluation(input: $input) { __typename } }"
    given = {"evaluationId": asked.id, "answers": [asked.worth(1)]}

    as_other = await coordinator.answer(document, input={**given, "personId": me(learner)})
    for_nobody = await app.answer(document, input=given)
    by_app = await respond(app, asked, asked.worth(1), personId=me(learner))

    assert as_other["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert for_nobody["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert by_app["response"]["person"] == {"name": "Grace Hopper"}


async def test_a_response_is_read_by_its_person_and_by_coordinators(coordinator, http, database, tenant):
    ann, ben = await someone(http, database, tenant, "Ann"), await someone(http, database, tenant, "Ben")
    instructor = await someone(http, database, tenant, "Ida", Role.INSTRUCTOR)
    asked = await ask(coordinator, database, tenant, ann, ben)
    for person in (ann, ben):
        await respond(person, asked, asked.worth(3))
    one = (await ann.data("{ responses { nodes { id } } }"))["responses"]["nodes"][0]["id"]

    seen = {
        who: (await client.data(RESPONSES, id=asked.id))["evaluation"]["responses"]
        for who, client in {"ann": ann, "coordinator": coordinator, "instructor": instructor}.items()
    }

    assert seen == {
        "ann": {"totalCount": 1, "nodes": [{"person": {"name": "Ann"}}]},
        "coordinator": {"totalCount": 2, "nodes": [{"person": {"name": "Ben"}}, {"person": {"name": "Ann"}}]},
        "instructor": {"totalCount": 0, "nodes": []},
    }
    response = "query ($id: ID!) { response(id: $id) { evaluation { id } } }"
    assert await ann.data(response, id=one) == {"response": {"evaluation": {"id": asked.id}}}
    assert await ben.data(response, id=one) == {"response": None}


async def test_an_anonymous_response_is_seen_by_nobody(coordinator, learner, database, tenant):
    asked = await ask(coordinator, database, tenant, learner, anonymous=True)

    taken = await respond(learner, asked, asked.worth(3), asked.text("Too long"))
    again = await respond(learner, asked, asked.worth(1))

    assert taken == {"evaluation": {"viewerHasAnswered": True, "responseCount": 1}, "response": None}
    assert again == refused("ALREADY_ANSWERED", "evaluationId")
    for client in (coordinator, learner):
        assert await client.data(RESPONSES, id=asked.id) == {
            "responses": {"totalCount": 0, "nodes": []},
            "evaluation": {"responseCount": 1, "responses": {"totalCount": 0, "nodes": []}},
        }
    events = await coordinator.data('{ events(where: {verb: {eq: "submitted"}}) { nodes { person { name } facts } } }')
    assert [event["person"] for event in events["events"]["nodes"]] == [None]


async def test_an_anonymous_response_is_not_read_by_its_id(coordinator, learner, database, tenant):
    asked = await ask(coordinator, database, tenant, learner, anonymous=True)
    await respond(learner, asked, asked.worth(3))
    events = await coordinator.data('{ events(where: {verb: {eq: "submitted"}}) { nodes { aggregateUuid } } }')
    response = "rsp_" + events["events"]["nodes"][0]["aggregateUuid"].replace("-", "")

    found = await coordinator.data("query ($id: ID!) { node(id: $id) { id } response(id: $id) { id } }", id=response)

    assert found == {"node": None, "response": None}


async def test_what_one_has_answered_is_read_after_leaving(asked, coordinator, learner):
    await respond(learner, asked, asked.worth(3))
    [enrollment] = (await learner.data("{ enrollments { nodes { id } } }"))["enrollments"]["nodes"]
    await do(coordinator, "withdraw", "Enrollment { id }", id=enrollment["id"])

    seen = await learner.data("{ responses { nodes { evaluation { id viewerHasAnswered } } } }")

    assert seen == {"responses": {"nodes": [{"evaluation": {"id": asked.id, "viewerHasAnswered": True}}]}}


async def test_another_tenant_sees_no_response(asked, learner, http, database, other_tenant):
    taken = await respond(learner, asked, asked.worth(3))
    stranger = await someone(http, database, other_tenant, "Eve", Role.TENANT_ADMIN)

    found = await stranger.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } responses { totalCount } }",
        ids=[taken["response"]["id"], asked.id, asked.items["worth"]],
    )

    assert found == {"nodes": [None, None, None], "responses": {"totalCount": 0}}
