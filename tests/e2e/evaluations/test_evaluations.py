"""Evaluations through GraphQL: who is asked, and what it amounts to."""

from datetime import timedelta

import pytest

from domain.sessions import registrations
from tenants.keys import Role
from tenants.registry import wall
from tests import rows
from tests.conftest import BY, NOW
from tests.e2e.conftest import a_client
from tests.e2e.journeys.test_journeys import unroll
from tests.e2e.rows import do, error_of, refused
from tests.e2e.social import NOBODYS, a_cohort, gid, someone
from tests.integration import making

EVALUATION = """Evaluation {
  id open closesAt instrument { name version } cohort { name } session { title } program { title }
  responseCount invitedCount participationRate viewerHasAnswered
}"""
RESULTS = """
query ($id: ID!) {
  evaluation(id: $id) {
    responseCount
    results {
      code kind prompt answered mean median standardDeviation texts
      distribution { value label count share } nps { score low high n promoters passives detractors }
    }
  }
}"""
RESPOND = """
mutation ($input: RespondToEvaluationInput!) {
  respondToEvaluation(input: $input) { __typename ... on ResponseRefused { reason field message } }
}"""


@pytest.fixture
async def instrument(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await making.an_instrument(db)


@pytest.fixture
async def items(coordinator, instrument):
    """The global ids of its items by code."""
    found = await coordinator.data(
        "query ($id: ID!) { instrument(id: $id) { items { id code } } }", id=gid("ins", instrument)
    )
    return {item["code"]: item["id"] for item in found["instrument"]["items"]}


async def opened(client, instrument, selection=EVALUATION, **facts):
    return await do(client, "openEvaluation", selection, instrumentId=gid("ins", instrument), **facts)


async def respond(client, evaluation, *answers):
    given = {"evaluationId": evaluation, "answers": list(answers)}
    return (await client.data(RESPOND, input=given))["respondToEvaluation"]


async def test_a_coordinator_asks_a_cohort(coordinator, learner, instrument, database, tenant):
    _, cohort, _ = await a_cohort(database, tenant, learner)
    closes = (wall() + timedelta(days=7)).replace(microsecond=0).isoformat()

    evaluation = await opened(coordinator, instrument, cohortId=gid("coh", cohort), closesAt=closes)

    assert evaluation == {
        "id": evaluation["id"],
        "open": True,
        "closesAt": closes,
        "instrument": {"name": "After the workshop", "version": 1},
        "cohort": {"name": "Autumn 2026"},
        "session": None,
        "program": None,
        "responseCount": 0,
        "invitedCount": 1,
        "participationRate": 0,
        "viewerHasAnswered": False,
    }
    assert await learner.data("{ evaluations { nodes { id } } }") == {
        "evaluations": {"nodes": [{"id": evaluation["id"]}]}
    }


async def test_those_are_asked_who_take_part(coordinator, instrument, http, database, tenant):
    enrolled = await someone(http, database, tenant, "Enid")
    seated, waiting = await someone(http, database, tenant, "Sam"), await someone(http, database, tenant, "Wally")
    outsider = await someone(http, database, tenant, "Otto")
    program, cohort, _ = await a_cohort(database, tenant, enrolled)
    async with database.transaction(tenant.id) as db:
        session = await rows.a_session(db, program, capacity=1)
        for person_id in (seated.person_id, waiting.person_id):
            await registrations.register(db, session.id, person_id, by=BY, now=NOW)

    asked = {
        "cohort": await opened(coordinator, instrument, cohortId=gid("coh", cohort)),
        "session": await opened(coordinator, instrument, sessionId=gid("ses", session)),
        "program": await opened(coordinator, instrument, programId=gid("prg", program)),
    }
    names = {evaluation["id"]: name for name, evaluation in asked.items()}
    people = {"enrolled": enrolled, "seated": seated, "waiting": waiting, "outsider": outsider, "staff": coordinator}
    seen = {
        who: [
            names[node["id"]]
            for node in (await client.data("{ evaluations { nodes { id } } }"))["evaluations"]["nodes"]
        ]
        for who, client in people.items()
    }

    assert {name: evaluation["invitedCount"] for name, evaluation in asked.items()} == {
        "cohort": 1,
        "session": 1,
        "program": 2,
    }
    assert seen == {
        "enrolled": ["program", "cohort"],
        "seated": ["program", "session"],
        "waiting": [],
        "outsider": [],
        "staff": ["program", "session", "cohort"],
    }


async def test_what_is_wrong_with_an_evaluation_is_named(coordinator, instrument, database, tenant):
    program, cohort, _ = await a_cohort(database, tenant)
    cohort_id, past = gid("coh", cohort), (wall() - timedelta(hours=1)).isoformat()

    assert await opened(coordinator, instrument) == refused("INVALID", "cohortId")
    assert await opened(coordinator, instrument, cohortId=cohort_id, programId=gid("prg", program)) == refused(
        "INVALID", "cohortId"
    )
    assert await opened(coordinator, instrument, cohortId=cohort_id, closesAt=past) == refused("INVALID", "closesAt")
    assert await opened(coordinator, instrument, cohortId=f"coh_{NOBODYS}") == refused("NOT_FOUND", "cohortId")
    assert await opened(coordinator, instrument, sessionId=cohort_id) == refused("NOT_FOUND", "sessionId")
    assert await opened(coordinator, instrument, programId=f"prg_{NOBODYS}") == refused("NOT_FOUND", "programId")
    assert await opened(coordinator, cohort, cohortId=cohort_id) == refused("NOT_FOUND", "instrumentId")
    assert await opened(coordinator, instrument, cohortId=cohort_id, externalRef=" ") == refused(
        "INVALID", "externalRef"
    )
    assert await coordinator.data("{ evaluations { totalCount } }") == {"evaluations": {"totalCount": 0}}


async def test_an_evaluation_is_found_by_ones_own_reference(coordinator, instrument, database, tenant):
    program, _, _ = await a_cohort(database, tenant)
    given = {"programId": gid("prg", program), "externalRef": "survey-7"}
    first = await opened(coordinator, instrument, **given)

    found = await coordinator.data('{ evaluation(externalRef: "survey-7") { id externalRef } }')

    assert found == {"evaluation": {"id": first["id"], "externalRef": "survey-7"}}
    assert await opened(coordinator, instrument, **given) == refused("REFERENCE_TAKEN", "externalRef")


async def test_only_coordinators_open_evaluations(instrument, learner, visitor, http, database, tenant):
    _, cohort, _ = await a_cohort(database, tenant, learner)
    instructor = await someone(http, database, tenant, "Ida", Role.INSTRUCTOR)
    given = {"instrumentId": gid("ins", instrument), "cohortId": gid("coh", cohort)}

    assert await error_of(learner, "openEvaluation", EVALUATION, **given) == "FORBIDDEN"
    assert await error_of(instructor, "openEvaluation", EVALUATION, **given) == "FORBIDDEN"
    assert await error_of(visitor, "openEvaluation", EVALUATION, **given) == "UNAUTHENTICATED"


async def test_results_sum_up_the_answers(coordinator, instrument, items, http, database, tenant):
    people = [await someone(http, database, tenant, name) for name in ("Ann", "Ben", "Cyd", "Dee")]
    _, cohort, _ = await a_cohort(database, tenant, *people)
    evaluation = (await opened(coordinator, instrument, cohortId=gid("coh", cohort)))["id"]
    answers = [
        ((3, 10), ("Slow", ["Cases", "Peers"]), "More cases"),
        ((3, 9), ("Fast", ["Peers"]), None),
        ((1, 0), ("Fast", None), "Too long"),
    ]
    for person, ((worth, recommend), (pace, parts), more) in zip(people, answers, strict=False):
        given = [
            {"itemId": items["worth"], "number": worth},
            {"itemId": items["recommend"], "number": recommend},
            {"itemId": items["pace"], "choices": [pace]},
            *([{"itemId": items["parts"], "choices": parts}] if parts else []),
            *([{"itemId": items["more"], "text": more}] if more else []),
        ]
        assert await respond(person, evaluation, *given) == {"__typename": "Submission"}

    told = (await coordinator.data(RESULTS, id=evaluation))["evaluation"]

    worth, recommend, pace, parts, more = told["results"]
    assert told["responseCount"] == 3
    assert worth == {
        "code": "worth",
        "kind": "RATING",
        "prompt": "It was worth it",
        "answered": 3,
        "mean": pytest.approx(7 / 3),
        "median": 3,
        "standardDeviation": pytest.approx(1.1547005383792515),
        "texts": [],
        "distribution": [
            {"value": 1, "label": "Disagree", "count": 1, "share": pytest.approx(1 / 3)},
            {"value": 2, "label": "Neither", "count": 0, "share": 0},
            {"value": 3, "label": "Agree", "count": 2, "share": pytest.approx(2 / 3)},
        ],
        "nps": None,
    }
    assert recommend["nps"] == {
        "score": pytest.approx(100 / 3),
        "low": pytest.approx(-73.35359280789578),
        "high": 100,
        "n": 3,
        "promoters": 2,
        "passives": 0,
        "detractors": 1,
    }
    assert [bar["count"] for bar in recommend["distribution"]] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert [(bar["value"], bar["label"], bar["count"]) for bar in pace["distribution"]] == [
        (None, "Slow", 1),
        (None, "Fast", 2),
    ]
    assert (parts["answered"], [(bar["label"], bar["count"], bar["share"]) for bar in parts["distribution"]]) == (
        2,
        [("Cases", 1, 0.5), ("Peers", 2, 1)],
    )
    assert (more["answered"], sorted(more["texts"]), more["distribution"]) == (2, ["More cases", "Too long"], [])
    shown = await coordinator.data(
        "query ($id: ID!) { evaluation(id: $id) { participationRate results { itemId } } }", id=evaluation
    )
    assert shown["evaluation"]["participationRate"] == 0.75
    assert [result["itemId"] for result in shown["evaluation"]["results"]] == list(items.values())


async def test_results_are_for_those_who_teach(coordinator, learner, instrument, http, database, tenant):
    _, cohort, _ = await a_cohort(database, tenant, learner)
    evaluation = (await opened(coordinator, instrument, cohortId=gid("coh", cohort)))["id"]
    instructor = await someone(http, database, tenant, "Ida", Role.INSTRUCTOR)
    app = await a_client(http, database, tenant, scopes=["evaluations:read"])

    told = {
        who: (await client.data(RESULTS, id=evaluation))["evaluation"]["results"] is not None
        for who, client in {"staff": coordinator, "instructor": instructor, "app": app, "learner": learner}.items()
    }

    assert told == {"staff": True, "instructor": True, "app": True, "learner": False}


async def test_anonymous_results_wait_for_five_responses(coordinator, http, database, tenant):
    people = [await someone(http, database, tenant, name) for name in ("Ann", "Ben", "Cyd", "Dee", "Eve")]
    _, cohort, _ = await a_cohort(database, tenant, *people)
    async with database.transaction(tenant.id) as db:
        instrument = await making.an_instrument(db, anonymous=True)
    evaluation = await opened(
        coordinator, instrument, "Evaluation { id instrument { items { id } } }", cohortId=gid("coh", cohort)
    )
    worth = evaluation["instrument"]["items"][0]["id"]

    told = []
    for person in people:
        await respond(person, evaluation["id"], {"itemId": worth, "number": 2})
        told.append((await coordinator.data(RESULTS, id=evaluation["id"]))["evaluation"])

    assert [(one["responseCount"], one["results"] is not None) for one in told] == [
        (1, False),
        (2, False),
        (3, False),
        (4, False),
        (5, True),
    ]
    assert (told[4]["results"][0]["answered"], told[4]["results"][0]["mean"]) == (5, 2)


async def test_an_evaluation_that_is_closed_is_not_open(admin, coordinator, instrument, database, tenant):
    program, _, _ = await a_cohort(database, tenant)
    closes = wall() + timedelta(days=7)
    evaluation = await opened(coordinator, instrument, programId=gid("prg", program), closesAt=closes.isoformat())

    move = "mutation ($to: DateTime!) { moveClock(input: {to: $to}) { __typename } }"
    await admin.data(move, to=closes.isoformat())
    later = await coordinator.data("query ($id: ID!) { evaluation(id: $id) { open } }", id=evaluation["id"])

    assert (evaluation["open"], later["evaluation"]["open"]) == (True, False)


async def test_an_evaluation_is_found_from_what_it_judges(coordinator, instrument, database, tenant):
    program, cohort, session = await a_cohort(database, tenant)
    await unroll(coordinator, cohort)
    of_session = await opened(coordinator, instrument, sessionId=gid("ses", session))
    of_program = await opened(coordinator, instrument, programId=gid("prg", program))

    found = await coordinator.data(
        """query ($session: ID!, $instrument: ID!, $program: ID!) {
          session(id: $session) { evaluations { nodes { id } } }
          instrument(id: $instrument) { evaluations { nodes { id } } }
          program(id: $program) { evaluations { nodes { id } } }
        }""",
        session=gid("ses", session),
        instrument=gid("ins", instrument),
        program=gid("prg", program),
    )

    assert found == {
        "session": {"evaluations": {"nodes": [{"id": of_session["id"]}]}},
        "instrument": {"evaluations": {"nodes": [{"id": of_program["id"]}, {"id": of_session["id"]}]}},
        "program": {"evaluations": {"nodes": [{"id": of_program["id"]}]}},
    }
