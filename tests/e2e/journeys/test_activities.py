"""A program's blueprint through GraphQL."""

import pytest

from tests.e2e.rows import (
    a_check_in,
    a_cohort,
    a_program,
    a_session,
    an_activity,
    do,
    error_of,
    nobodys,
    refused,
)

ACTIVITY = """Activity {
  position stage mode kind purpose title body sessionNumber anchor offset daysToComplete audience provesGoal
}"""
BLUEPRINT = "query ($id: ID!) { program(id: $id) { activities { position title offset } } }"


async def test_a_coordinator_adds_a_step_to_a_blueprint(coordinator):
    program = await a_program(coordinator)
    facts = {
        "stage": "BEFORE",
        "mode": "SOCIAL",
        "kind": "PROMPT",
        "purpose": "INTRODUCTION",
        "title": "Say hello",
        "body": "What do you hope for?",
        "sessionNumber": 2,
        "anchor": "START",
        "offset": "-PT90M",
        "daysToComplete": 3,
        "audience": "COHORT",
        "provesGoal": True,
    }

    added = await do(coordinator, "addActivity", ACTIVITY, programId=program, **facts)
    again = await do(coordinator, "addActivity", "Activity { position program { id } }", **a_check_in(program))

    assert added == {"position": 1, **facts}
    assert again == {"position": 2, "program": {"id": program}}
    read = await coordinator.data(BLUEPRINT, id=program)
    assert read["program"]["activities"] == [
        {"position": 1, "title": "Say hello", "offset": "-PT90M"},
        {"position": 2, "title": "Two weeks later", "offset": "P14D"},
    ]


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"programId": nobodys("prg")}, "NOT_FOUND", "programId"),
        ({"title": ""}, "INVALID", "title"),
        ({"offset": "-P1D"}, "INVALID", "offset"),
        ({"offset": "PT90S"}, "INVALID", "offset"),
        ({"offset": None, "kind": "REFLECTION"}, "INVALID", "offset"),
        ({"offset": "P3000D"}, "INVALID", "offset"),
        ({"anchor": "START"}, "INVALID", "anchor"),
        ({"kind": "PRE_WORK"}, "INVALID", "stage"),
        ({"daysToComplete": 0}, "INVALID", "daysToComplete"),
        ({"sessionNumber": 0}, "INVALID", "sessionNumber"),
        ({"position": 1}, "POSITION_TAKEN", "position"),
        ({"position": 0}, "INVALID", "position"),
    ],
)
async def test_a_step_that_cannot_be_is_refused_with_its_field(coordinator, facts, code, field):
    program = await a_program(coordinator)
    await an_activity(coordinator, program)

    answer = await do(coordinator, "addActivity", ACTIVITY, **a_check_in(program, **facts))

    assert answer == refused(code, field)
    read = await coordinator.data(BLUEPRINT, id=program)
    assert len(read["program"]["activities"]) == 1


async def test_the_last_place_of_a_blueprint_is_the_250th(coordinator):
    program = await a_program(coordinator)
    await an_activity(coordinator, program, position=250)

    answer = await do(coordinator, "addActivity", ACTIVITY, **a_check_in(program))

    assert answer == refused("INVALID", "position")


async def test_an_update_changes_what_it_names(coordinator):
    program = await a_program(coordinator)
    activity = await an_activity(coordinator, program, body="How did it go?")

    changed = await do(coordinator, "updateActivity", ACTIVITY, id=activity, offset="P21D", position=4)

    assert changed == {
        "position": 4,
        "stage": "AFTER",
        "mode": "SOCIAL",
        "kind": "COHORT_CHECK_IN",
        "purpose": "REINFORCEMENT",
        "title": "Two weeks later",
        "body": "How did it go?",
        "sessionNumber": 1,
        "anchor": "END",
        "offset": "P21D",
        "daysToComplete": 7,
        "audience": "COHORT",
        "provesGoal": False,
    }


async def test_a_pulse_opens_a_questionnaire_and_a_community_step_leads_into_a_community(coordinator):
    program = await a_program(coordinator)
    question = {"kind": "TEXT", "code": "help", "prompt": "Who helped you?", "required": False}
    pulse = {"name": "Pulse", "level": "BEHAVIOR", "anonymous": False, "items": [question]}
    instrument = (await do(coordinator, "createInstrument", "Instrument { id }", **pulse))["id"]
    community = (await do(coordinator, "foundCommunity", "Community { id }", name="Leaders", domain="Feedback"))["id"]
    refers = "Activity { instrument { name } community { name } }"

    opening = a_check_in(program, kind="PULSE", instrumentId=instrument)
    leading = a_check_in(program, kind="COMMUNITY", communityId=community)
    answers = [
        await do(coordinator, "addActivity", refers, **opening),
        await do(coordinator, "addActivity", refers, **leading),
        await do(coordinator, "addActivity", refers, **a_check_in(program, instrumentId=instrument)),
        await do(coordinator, "addActivity", refers, **{**opening, "instrumentId": community}),
        await do(coordinator, "addActivity", refers, **{**leading, "communityId": instrument}),
    ]

    assert answers == [
        {"instrument": {"name": "Pulse"}, "community": None},
        {"instrument": None, "community": {"name": "Leaders"}},
        refused("INVALID", "instrumentId"),
        refused("NOT_FOUND", "instrumentId"),
        refused("NOT_FOUND", "communityId"),
    ]


async def test_a_questionnaire_can_be_taken_from_a_step_again(coordinator):
    program = await a_program(coordinator)
    question = {"kind": "TEXT", "code": "help", "prompt": "Who helped you?", "required": False}
    pulse = {"name": "Pulse", "level": "BEHAVIOR", "anonymous": False, "items": [question]}
    instrument = (await do(coordinator, "createInstrument", "Instrument { id }", **pulse))["id"]
    activity = await an_activity(coordinator, program, kind="PULSE")
    refers = "Activity { instrument { name } }"

    given = await do(coordinator, "updateActivity", refers, id=activity, instrumentId=instrument)
    taken = await do(coordinator, "updateActivity", refers, id=activity, instrumentId=None)

    assert [given, taken] == [{"instrument": {"name": "Pulse"}}, {"instrument": None}]


async def test_an_update_must_leave_a_step_that_can_be(coordinator):
    activity = await an_activity(coordinator, await a_program(coordinator))

    answers = [
        await do(coordinator, "updateActivity", ACTIVITY, id=activity, stage="BEFORE"),
        await do(coordinator, "updateActivity", ACTIVITY, id=activity, offset="PT1.5S"),
        await do(coordinator, "updateActivity", ACTIVITY, id=nobodys("act"), title="Gone"),
    ]

    assert answers == [refused("INVALID", "anchor"), refused("INVALID", "offset"), refused("NOT_FOUND", "id")]


async def test_a_removed_step_is_gone_from_its_blueprint(coordinator):
    program = await a_program(coordinator)
    first, _ = await an_activity(coordinator, program), await an_activity(coordinator, program, title="Later")

    answer = await do(coordinator, "removeActivity", "Program { id activities { title } }", id=first)
    again = await do(coordinator, "removeActivity", "Program { id }", id=first)

    assert answer == {"id": program, "activities": [{"title": "Later"}]}
    assert again == refused("NOT_FOUND", "id")


async def test_a_step_that_a_journey_has_stays(coordinator):
    program = await a_program(coordinator)
    activity = await an_activity(coordinator, program)
    cohort = await a_cohort(coordinator, program)
    await a_session(coordinator, program, cohortId=cohort)
    await do(coordinator, "unrollJourney", "Journey { id }", cohortId=cohort)

    answer = await do(coordinator, "removeActivity", "Program { id }", id=activity)

    assert answer == refused("IN_USE", "id")


async def test_only_staff_change_a_blueprint(coordinator, learner):
    program = await a_program(coordinator)
    activity = await an_activity(coordinator, program)

    codes = [
        await error_of(learner, "addActivity", ACTIVITY, **a_check_in(program)),
        await error_of(learner, "updateActivity", ACTIVITY, id=activity, title="Mine"),
        await error_of(learner, "removeActivity", "Program { id }", id=activity),
    ]
    seen = await learner.data("query ($id: ID!) { activity(id: $id) { title program { title } } }", id=activity)

    assert codes == ["FORBIDDEN"] * 3
    assert seen == {"activity": {"title": "Two weeks later", "program": {"title": "Giving feedback"}}}


async def test_a_check_in_and_a_pulse_stand_where_the_tenants_settings_say(coordinator, admin):
    settings = "mutation { updateTenant(input: {checkInOffsetDays: 10, pulseOffsetDays: 28}) { __typename } }"
    await admin.data(settings)
    program = await a_program(coordinator)

    for kind in ("PEER_CHECK_IN", "PULSE"):
        await do(coordinator, "addActivity", "Activity { id }", **{**a_check_in(program), "kind": kind, "offset": None})

    read = await coordinator.data(BLUEPRINT, id=program)
    assert [activity["offset"] for activity in read["program"]["activities"]] == ["P10D", "P28D"]
