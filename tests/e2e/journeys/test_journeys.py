"""Journeys through GraphQL."""

from datetime import timedelta

from domain.journeys.activities import ActivityKind, Audience, Mode, Stage
from tenants.keys import Role
from tests.e2e.rows import do, error_of, refused
from tests.e2e.social import NOBODYS, a_cohort, gid, me, someone
from tests.integration import making

READING = {
    "stage": Stage.BEFORE,
    "mode": Mode.FORMAL,
    "kind": ActivityKind.PRE_WORK,
    "title": "Read the case",
    "anchor": "START",
    "offset_minutes": -7 * 24 * 60,
    "days_to_complete": 2,
    "audience": Audience.LEARNER,
}
BLUEPRINT = (READING, {})
JOURNEY = """Journey {
  id stepCount completedCount enrollment { id } cohort { name channel { name } }
  steps { nodes { status dueAt overdueAt openedAt enrollment { person { name } }
    activity { title kind } session { title } cohort { name } } }
}"""
ALL = """
query ($id: ID!) {
  cohort(id: $id) {
    journeys { totalCount nodes { enrollment { person { name } } steps { nodes { activity { title } } } } }
    steps { nodes { activity { title } enrollment { person { name } } } }
  }
}"""


async def unroll(client, cohort, selection="Journey { id }"):
    return await do(client, "unrollJourney", selection, cohortId=gid("coh", cohort))


async def test_a_blueprint_gets_its_dates(coordinator, learner, database, tenant):
    _, cohort, session = await a_cohort(database, tenant, learner, activities=BLUEPRINT)

    journey = await unroll(coordinator, cohort, JOURNEY)

    due = session.ends_at + timedelta(days=1)
    assert journey == {
        "id": journey["id"],
        "stepCount": 1,
        "completedCount": 0,
        "enrollment": None,
        "cohort": {"name": "Autumn 2026", "channel": {"name": "Autumn 2026"}},
        "steps": {
            "nodes": [
                {
                    "status": "PENDING",
                    "dueAt": due.isoformat(),
                    "overdueAt": (due + timedelta(days=7)).isoformat(),
                    "openedAt": None,
                    "enrollment": None,
                    "activity": {"title": "What did you try?", "kind": "PROMPT"},
                    "session": {"title": "Workshop 1"},
                    "cohort": {"name": "Autumn 2026"},
                }
            ]
        },
    }
    assert await coordinator.data(ALL, id=gid("coh", cohort)) == {
        "cohort": {
            "journeys": {
                "totalCount": 2,
                "nodes": [
                    {"enrollment": None, "steps": {"nodes": [{"activity": {"title": "What did you try?"}}]}},
                    {
                        "enrollment": {"person": {"name": "Grace Hopper"}},
                        "steps": {"nodes": [{"activity": {"title": "Read the case"}}]},
                    },
                ],
            },
            "steps": {
                "nodes": [
                    {"activity": {"title": "Read the case"}, "enrollment": {"person": {"name": "Grace Hopper"}}},
                    {"activity": {"title": "What did you try?"}, "enrollment": None},
                ]
            },
        }
    }


async def test_unrolling_again_adds_what_has_come_to_the_blueprint(coordinator, database, tenant):
    program, cohort, _ = await a_cohort(database, tenant, activities=[{}])
    first = await unroll(coordinator, cohort, "Journey { id stepCount unrolledAt }")

    again = await unroll(coordinator, cohort, "Journey { id stepCount unrolledAt }")
    async with database.transaction(tenant.id) as db:
        await making.an_activity(db, program, title="And since?", offset_minutes=30 * 24 * 60)
    more = await unroll(coordinator, cohort, "Journey { id stepCount steps { nodes { activity { title } } } }")

    assert again == first
    assert more == {
        "id": first["id"],
        "stepCount": 2,
        "steps": {"nodes": [{"activity": {"title": "What did you try?"}}, {"activity": {"title": "And since?"}}]},
    }


async def test_a_session_that_is_missing_is_named(coordinator, database, tenant):
    _, cohort, _ = await a_cohort(database, tenant, activities=[{}, {"session_number": 2}])

    answer = await unroll(coordinator, cohort, "JourneyRefused { reason message field }")

    assert answer == {
        "reason": "SESSION_MISSING",
        "message": "'What did you try?' hangs on session 2, which this cohort does not have. "
        "Schedule session 2 of the cohort, then unroll again.",
        "field": "cohortId",
        "code": "SESSION_MISSING",
    }
    assert await coordinator.data("{ journeys { totalCount } }") == {"journeys": {"totalCount": 0}}


async def test_a_cohort_that_does_not_exist_has_no_journey(coordinator, database, other_tenant):
    _, theirs, _ = await a_cohort(database, other_tenant)

    assert await do(coordinator, "unrollJourney", "Journey { id }", cohortId=f"coh_{NOBODYS}") == refused(
        "NOT_FOUND", "cohortId"
    )
    assert await unroll(coordinator, theirs) == refused("NOT_FOUND", "cohortId")


async def test_only_coordinators_unroll(learner, visitor, http, database, tenant):
    _, cohort, _ = await a_cohort(database, tenant, learner)
    instructor = await someone(http, database, tenant, "Ida", Role.INSTRUCTOR)
    given = {"cohortId": gid("coh", cohort)}

    assert await error_of(learner, "unrollJourney", "Journey { id }", **given) == "FORBIDDEN"
    assert await error_of(instructor, "unrollJourney", "Journey { id }", **given) == "FORBIDDEN"
    assert await error_of(visitor, "unrollJourney", "Journey { id }", **given) == "UNAUTHENTICATED"


async def test_learners_see_their_own_journey_and_their_cohorts(coordinator, learner, http, database, tenant):
    other, outsider = await someone(http, database, tenant, "Mary"), await someone(http, database, tenant, "Otto")
    _, cohort, _ = await a_cohort(database, tenant, learner, other, activities=BLUEPRINT)
    await unroll(coordinator, cohort)
    mine = "{ journeys { nodes { enrollment { person { name } } } } steps { nodes { activity { title } } } }"

    seen = await learner.data(mine)
    by_other_route = await learner.data(ALL, id=gid("coh", cohort))

    assert {node["enrollment"] and node["enrollment"]["person"]["name"] for node in seen["journeys"]["nodes"]} == {
        None,
        "Grace Hopper",
    }
    assert seen["steps"]["nodes"] == [
        {"activity": {"title": "Read the case"}},
        {"activity": {"title": "What did you try?"}},
    ]
    assert by_other_route["cohort"]["journeys"]["totalCount"] == 2
    assert await outsider.data(mine) == {"journeys": {"nodes": []}, "steps": {"nodes": []}}


async def test_who_comes_late_gets_their_own_steps(coordinator, learner, database, tenant):
    _, cohort, _ = await a_cohort(database, tenant, activities=BLUEPRINT)
    await unroll(coordinator, cohort)

    await do(coordinator, "enroll", "Enrollment { id }", cohortId=gid("coh", cohort), personId=me(learner))

    assert await learner.data("{ steps { nodes { activity { title } } } }") == {
        "steps": {"nodes": [{"activity": {"title": "Read the case"}}, {"activity": {"title": "What did you try?"}}]}
    }
