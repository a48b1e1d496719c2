import uuid
from datetime import UTC, datetime, timedelta

import pytest

from domain.journeys.activities import Activity, ActivityKind, Anchor, Audience
from domain.journeys.effects import instrument_of, prompt_of
from domain.journeys.journeys import Hung, Journey, JourneyRefusal, JourneyRefused, hang, new_steps
from domain.sessions.sessions import Session

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
INSTRUMENT = uuid.uuid4()


def a_session():
    return Session(starts_at=NOW, ends_at=NOW + timedelta(hours=3))


def an_activity(**facts):
    usual = {"session_number": 1, "anchor": Anchor.END, "offset_minutes": 60, "days_to_complete": 7}
    return Activity(**{**usual, "kind": ActivityKind.PROMPT, "audience": Audience.COHORT, "title": "Tell", **facts})


def test_every_activity_hangs_on_the_session_of_its_number():
    first, second = a_session(), a_session()
    after, before = an_activity(session_number=2), an_activity()

    assert hang([after, before], {1: first, 2: second}) == [Hung(after, second), Hung(before, first)]


def test_the_session_that_is_missing_is_named():
    with pytest.raises(JourneyRefused, match="Schedule session 2 of the cohort") as refusal:
        hang([an_activity(), an_activity(session_number=2)], {1: a_session()})

    assert (refusal.value.reason, refusal.value.field) == (JourneyRefusal.SESSION_MISSING, "cohortId")


@pytest.mark.parametrize(
    ("enrollment_id", "audience"),
    [
        pytest.param(None, Audience.COHORT, id="the-cohorts-own-journey-holds-what-it-does-together"),
        pytest.param(uuid.uuid4(), Audience.LEARNER, id="a-learners-journey-holds-what-each-does-alone"),
    ],
)
def test_a_journey_holds_the_steps_of_its_audience(enrollment_id, audience):
    journey = Journey(cohort_id=uuid.uuid4(), enrollment_id=enrollment_id)
    session, activities = a_session(), {each: an_activity(audience=each) for each in Audience}

    (step,) = new_steps(journey, hang(list(activities.values()), {1: session}), known=set())

    assert (step.journey_id, step.activity_id, step.session_id) == (journey.id, activities[audience].id, session.id)
    assert (step.cohort_id, step.enrollment_id) == (journey.cohort_id, enrollment_id)
    assert (step.due_at, step.overdue_at) == (NOW + timedelta(hours=4), NOW + timedelta(days=7, hours=4))


def test_a_journey_gets_only_what_it_lacks():
    journey = Journey(cohort_id=uuid.uuid4())
    old, new = an_activity(), an_activity()

    lacking = new_steps(journey, hang([old, new], {1: a_session()}), known={(journey.id, old.id)})

    assert [step.activity_id for step in lacking] == [new.id]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"body": "What did you try?"}, "What did you try?", id="a-prompt-posts-its-text"),
        pytest.param({"body": ""}, "Tell", id="or-its-title-where-there-is-no-text"),
        pytest.param({"kind": ActivityKind.REFLECTION, "body": "Think."}, None, id="nothing-else-posts"),
    ],
)
def test_prompt_of(facts, expected):
    assert prompt_of(an_activity(**facts)) == expected


@pytest.mark.parametrize(
    ("kind", "instrument_id", "expected"),
    [
        pytest.param(ActivityKind.PULSE, INSTRUMENT, INSTRUMENT, id="a-pulse-opens-its-instrument"),
        pytest.param(ActivityKind.EVALUATION, INSTRUMENT, INSTRUMENT, id="so-does-an-evaluation"),
        pytest.param(ActivityKind.PULSE, None, None, id="without-an-instrument-nothing-opens"),
        pytest.param(ActivityKind.REFLECTION, INSTRUMENT, None, id="nothing-else-opens"),
    ],
)
def test_instrument_of(kind, instrument_id, expected):
    assert instrument_of(an_activity(kind=kind, instrument_id=instrument_id)) == expected
