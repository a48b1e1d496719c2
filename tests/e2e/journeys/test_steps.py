"""Steps through GraphQL: they come due by time, and are finished by people."""

from datetime import timedelta

import pytest

from domain.journeys.activities import ActivityKind
from domain.programs import enrollments
from tenants.registry import wall
from tests.conftest import BY
from tests.e2e.journeys.test_journeys import READING, unroll
from tests.e2e.rows import do, error_of, refused
from tests.e2e.social import NOBODYS, a_cohort, gid, someone
from tests.integration import making

STEP = "Step { status completedAt note }"
OPEN = """{ steps { nodes {
  id status dueAt openedAt post { body kind author { name } channel { name } } evaluation { instrument { name } }
} } }"""
MOVE = "mutation ($to: DateTime!) { moveClock(input: {to: $to}) { __typename ... on TenantRefused { message } } }"


async def move_clock(admin, moment):
    assert await admin.data(MOVE, to=moment.isoformat()) == {"moveClock": {"__typename": "Tenant"}}


async def steps_of(client):
    return (await client.data(OPEN))["steps"]["nodes"]


@pytest.fixture
async def reading(admin, coordinator, learner, database, tenant):
    """A learner's step that has been due for an hour."""
    _, cohort, session = await a_cohort(database, tenant, learner, activities=[READING])
    await unroll(coordinator, cohort)
    await move_clock(admin, session.starts_at - timedelta(days=7) + timedelta(hours=1))
    [step] = await steps_of(learner)
    assert step["status"] == "DUE"
    return step["id"]


async def test_a_prompt_is_posted_when_its_time_has_come(admin, coordinator, learner, database, tenant):
    _, cohort, session = await a_cohort(database, tenant, learner, activities=[{}])
    await unroll(coordinator, cohort)
    due = session.ends_at + timedelta(days=1)
    await move_clock(admin, due - timedelta(minutes=1))
    [waiting] = await steps_of(learner)

    await move_clock(admin, due)
    [opened] = await steps_of(learner)
    await move_clock(admin, due + timedelta(days=8))
    [late] = await steps_of(learner)

    assert (waiting["status"], waiting["openedAt"], waiting["post"]) == ("PENDING", None, None)
    assert opened == {
        "id": waiting["id"],
        "status": "DUE",
        "dueAt": due.isoformat(),
        "openedAt": due.isoformat(),
        "post": {
            "body": "Tell the others what you have tried since the workshop.",
            "kind": "PROMPT",
            "author": None,
            "channel": {"name": "Autumn 2026"},
        },
        "evaluation": None,
    }
    assert late == {**opened, "status": "OVERDUE"}


async def test_a_pulse_opens_an_evaluation(admin, coordinator, learner, database, tenant):
    async with database.transaction(tenant.id) as db:
        instrument = await making.an_instrument(db)
    pulse = {"kind": ActivityKind.PULSE, "instrument_id": instrument.id}
    _, cohort, session = await a_cohort(database, tenant, learner, activities=[pulse])
    await unroll(coordinator, cohort)

    await move_clock(admin, session.ends_at + timedelta(days=1))

    [step] = await steps_of(learner)
    assert step["evaluation"] == {"instrument": {"name": "After the workshop"}}
    evaluations = "query ($id: ID!) { cohort(id: $id) { evaluations { nodes { step { id } open } } } }"
    assert await learner.data(evaluations, id=gid("coh", cohort)) == {
        "cohort": {"evaluations": {"nodes": [{"step": {"id": step["id"]}, "open": True}]}}
    }


async def test_a_learner_completes_a_step_once(reading, learner, coordinator):
    done = await do(learner, "completeStep", "Step { status completedAt journey { completedCount } }", id=reading)
    again = await do(learner, "completeStep", "Step { status completedAt journey { completedCount } }", id=reading)

    assert done == {"status": "COMPLETED", "completedAt": done["completedAt"], "journey": {"completedCount": 1}}
    assert done["completedAt"] is not None
    assert again == done
    found = await coordinator.data("{ steps(where: {status: {eq: COMPLETED}}) { nodes { id } } }")
    assert found == {"steps": {"nodes": [{"id": reading}]}}


async def test_what_was_not_done_in_time_may_still_be_completed(reading, admin, learner):
    await move_clock(admin, wall() + timedelta(days=9))
    [late] = await steps_of(learner)

    done = await do(learner, "completeStep", STEP, id=reading)

    assert late["status"] == "OVERDUE"
    assert done["status"] == "COMPLETED"


async def test_a_learner_skips_a_step_and_says_why(reading, learner):
    without_reason = await do(learner, "skipStep", STEP, id=reading, reason="  ")
    skipped = await do(learner, "skipStep", STEP, id=reading, reason=" I know the case. ")
    again = await do(learner, "skipStep", STEP, id=reading, reason="Another reason")
    completed = await do(learner, "completeStep", STEP, id=reading)

    assert without_reason == refused("INVALID", "reason")
    assert skipped == {"status": "SKIPPED", "completedAt": None, "note": "I know the case."}
    assert again == skipped
    assert completed == refused("WRONG_STATE", "id")


async def test_what_is_completed_is_not_skipped(reading, learner):
    await do(learner, "completeStep", STEP, id=reading)

    assert await do(learner, "skipStep", STEP, id=reading, reason="Too late") == refused("WRONG_STATE", "id")


async def test_a_step_is_completed_from_when_it_opens(coordinator, learner, database, tenant):
    _, cohort, session = await a_cohort(database, tenant, learner, activities=[READING])
    await unroll(coordinator, cohort)
    [step] = await steps_of(learner)
    opens = session.starts_at - timedelta(days=7)

    early = await do(learner, "completeStep", "StepRefused { reason message retryable }", id=step["id"])

    assert early == {
        "reason": "WRONG_STATE",
        "message": f"This step opens on {opens:%Y-%m-%d at %H:%M} UTC. Complete it from then on.",
        "retryable": True,
        "code": "WRONG_STATE",
        "field": "id",
    }


async def test_another_learners_step_is_as_if_it_did_not_exist(reading, coordinator, http, database, tenant):
    other = await someone(http, database, tenant, "Mary")
    absent = refused("NOT_FOUND", "id")

    assert await do(other, "completeStep", STEP, id=reading) == absent
    assert await do(other, "skipStep", STEP, id=reading, reason="Mischief") == absent
    assert await do(other, "completeStep", STEP, id=f"stp_{NOBODYS}") == absent
    assert await do(coordinator, "completeStep", STEP, id=f"stp_{NOBODYS}") == absent
    assert await do(coordinator, "skipStep", STEP, id="no id", reason="None") == absent
    assert (await do(coordinator, "completeStep", STEP, id=reading))["status"] == "COMPLETED"


async def test_a_cohorts_step_is_finished_by_those_who_run_it(admin, coordinator, learner, visitor, database, tenant):
    _, cohort, session = await a_cohort(database, tenant, learner, activities=[{}])
    await unroll(coordinator, cohort)
    await move_clock(admin, session.ends_at + timedelta(days=1))
    [step] = await steps_of(learner)

    assert await error_of(learner, "completeStep", STEP, id=step["id"]) == "FORBIDDEN"
    assert await error_of(learner, "skipStep", STEP, id=step["id"], reason="Mischief") == "FORBIDDEN"
    assert await error_of(visitor, "completeStep", STEP, id=step["id"]) == "UNAUTHENTICATED"
    assert (await do(coordinator, "completeStep", STEP, id=step["id"]))["status"] == "COMPLETED"


async def test_who_has_withdrawn_keeps_their_own_steps_and_loses_the_cohorts(coordinator, learner, database, tenant):
    _, cohort, _ = await a_cohort(database, tenant, learner, activities=[READING, {}])
    await unroll(coordinator, cohort)
    async with database.transaction(tenant.id) as db:
        enrollment = await enrollments.enroll(db, cohort.id, learner.person_id, by=BY, now=wall())
        await enrollments.withdraw(db, enrollment.id, by=BY, now=wall())

    assert await learner.data("{ steps { nodes { activity { title } } } }") == {
        "steps": {"nodes": [{"activity": {"title": "Read the case"}}]}
    }


async def test_steps_move_with_their_session(coordinator, learner, database, tenant):
    _, cohort, session = await a_cohort(database, tenant, learner, activities=[READING, {}])
    await unroll(coordinator, cohort)
    before = [step["dueAt"] for step in await steps_of(learner)]
    later = [
        (moment + timedelta(days=3)).replace(tzinfo=None).isoformat() for moment in (session.starts_at, session.ends_at)
    ]

    await do(
        coordinator,
        "rescheduleSession",
        "Session { id }",
        id=gid("ses", session),
        meetings=[{"localStart": later[0], "localEnd": later[1], "timeZone": "UTC"}],
    )

    opens, prompts = session.starts_at - timedelta(days=7), session.ends_at + timedelta(days=1)
    assert before == [opens.isoformat(), prompts.isoformat()]
    assert [step["dueAt"] for step in await steps_of(learner)] == [
        (opens + timedelta(days=3)).isoformat(),
        (prompts + timedelta(days=3)).isoformat(),
    ]
