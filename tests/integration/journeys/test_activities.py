import asyncio

import pytest
from sqlmodel import col, select

from domain.communities import communities
from domain.communities.communities import NewCommunity
from domain.journeys import activities, journeys
from domain.journeys.activities import Activity, ActivityKind, ActivityRefusal, ActivityRefused, Stage
from tests.conftest import BY, NOW
from tests.integration.making import an_instrument
from tests.rows import a_cohort, a_new_activity, a_program, a_session, an_activity, events_of, unknown


async def test_an_activity_goes_to_the_end_of_the_blueprint(db):
    program = await a_program(db)

    positions = [(await an_activity(db, program, **at)).position for at in ({}, {"position": 10}, {})]

    assert positions == [1, 10, 11]


async def test_an_activity_is_kept_as_it_was_planned(db):
    program = await a_program(db)
    planned = a_new_activity(body="How did it go?", proves_goal=True)

    activity = await activities.add(db, program.id, planned, by=BY, now=NOW)

    await db.refresh(activity)
    names = ("stage", "mode", "kind", "purpose", "title", "body", "session_number", "anchor", "offset_minutes")
    assert {name: getattr(activity, name) for name in names} == {name: getattr(planned, name) for name in names}
    assert (activity.program_id, activity.audience, activity.proves_goal) == (program.id, planned.audience, True)
    (verb, facts), *_ = await events_of(db, activity)
    assert (verb, facts["kind"], facts["offset_minutes"]) == ("added", "COHORT_CHECK_IN", 20160)


async def test_a_position_is_given_once(db):
    program = await a_program(db)
    first = await an_activity(db, program)
    second = await an_activity(db, program)

    with pytest.raises(ActivityRefused) as added:
        await an_activity(db, program, position=1)
    with pytest.raises(ActivityRefused) as moved:
        await activities.update(db, second.id, {"position": 1}, by=BY, now=NOW)

    refusals = [(refused.value.reason, refused.value.field) for refused in (added, moved)]
    assert refusals == [(ActivityRefusal.POSITION_TAKEN, "position")] * 2
    assert (await activities.update(db, first.id, {"position": None}, by=BY, now=NOW)).position == 3
    assert (await activities.update(db, second.id, {"position": 1}, by=BY, now=NOW)).position == 1


async def test_an_update_must_leave_an_activity_that_can_be(db):
    activity = await an_activity(db, await a_program(db))

    with pytest.raises(ActivityRefused) as refused:
        await activities.update(db, activity.id, {"stage": Stage.BEFORE}, by=BY, now=NOW)

    assert (refused.value.reason, refused.value.field) == (ActivityRefusal.INVALID, "anchor")


async def test_a_removed_activity_is_gone_but_not_forgotten(db):
    program = await a_program(db)
    activity = await an_activity(db, program)

    await activities.remove(db, activity.id, by=BY, now=NOW)

    assert (await db.scalars(select(Activity))).all() == []
    facts = {"program_id": str(program.id), "title": "Two weeks later"}
    assert (await events_of(db, activity))[1:] == [("removed", facts)]


async def test_a_pulse_opens_a_questionnaire_and_a_community_activity_leads_into_one(db):
    program, instrument = await a_program(db), await an_instrument(db)
    community = await communities.found(db, NewCommunity(name="Coaches", domain="Feedback"), by=BY, now=NOW)

    pulse = await an_activity(db, program, kind=ActivityKind.PULSE, instrument_id=instrument.id)
    practice = await an_activity(db, program, kind=ActivityKind.COMMUNITY, community_id=community.id)

    assert (pulse.instrument_id, practice.community_id) == (instrument.id, community.id)


async def test_an_update_without_a_difference_leaves_no_event(db):
    activity = await an_activity(db, await a_program(db))

    await activities.update(db, activity.id, {"title": " Two weeks later "}, by=BY, now=NOW)

    assert [verb for verb, _ in await events_of(db, activity)] == ["added"]


async def test_an_activity_that_journeys_have_is_not_removed(database, tenant):
    async with database.transaction(tenant.id) as db:
        program = await a_program(db)
        activity, cohort = await an_activity(db, program), await a_cohort(db, program)
        await a_session(db, program, cohort_id=cohort.id)
        await journeys.unroll(db, cohort.id, by=BY, now=NOW)

    with pytest.raises(ActivityRefused) as refused:
        async with database.transaction(tenant.id) as db:
            await activities.remove(db, activity.id, by=BY, now=NOW)

    assert (refused.value.reason, refused.value.field) == (ActivityRefusal.IN_USE, "id")
    async with database.transaction(tenant.id) as db:
        assert (await db.scalars(select(Activity.id))).all() == [activity.id]


async def test_what_is_not_there_is_refused(db):
    program = await a_program(db)
    activity = await an_activity(db, program)
    attempts = {
        "programId": activities.add(db, unknown(), a_new_activity(), by=BY, now=NOW),
        "id": activities.update(db, unknown(), {"title": "Mine"}, by=BY, now=NOW),
        "instrumentId": activities.update(
            db, activity.id, {"kind": ActivityKind.PULSE, "instrument_id": unknown()}, by=BY, now=NOW
        ),
        "communityId": activities.update(
            db, activity.id, {"kind": ActivityKind.COMMUNITY, "community_id": unknown()}, by=BY, now=NOW
        ),
    }

    for field, attempt in attempts.items():
        with pytest.raises(ActivityRefused) as refused:
            await attempt
        assert (refused.value.reason, refused.value.field) == (ActivityRefusal.NOT_FOUND, field)


@pytest.mark.race
async def test_activities_added_at_once_get_positions_of_their_own(database, tenant):
    """Without the lock on the program, they take the same position and fail on the unique key."""
    async with database.transaction(tenant.id) as db:
        program = await a_program(db)

    async def add():
        async with database.transaction(tenant.id) as db:
            await an_activity(db, program)

    await asyncio.gather(*(add() for _ in range(10)))

    async with database.transaction(tenant.id) as db:
        positions = await db.scalars(select(Activity.position).order_by(col(Activity.position)))
        assert positions.all() == list(range(1, 11))
