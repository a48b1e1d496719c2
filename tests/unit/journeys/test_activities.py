import uuid

import pytest

from domain.journeys.activities import (
    ActivityKind,
    ActivityRefusal,
    ActivityRefused,
    Anchor,
    Audience,
    Mode,
    NewActivity,
    Purpose,
    Stage,
    checked,
)

AFTER = {"stage": Stage.AFTER, "anchor": Anchor.END, "offset_minutes": 60}
BEFORE = {"stage": Stage.BEFORE, "anchor": Anchor.START, "offset_minutes": -60}
DURING = {"stage": Stage.DURING, "anchor": Anchor.START, "offset_minutes": 0}


def an_activity(**facts):
    return NewActivity(
        **{
            **AFTER,
            "mode": Mode.SOCIAL,
            "kind": ActivityKind.COHORT_CHECK_IN,
            "purpose": Purpose.REINFORCEMENT,
            "title": "Two weeks later",
            "days_to_complete": 7,
            "audience": Audience.COHORT,
            **facts,
        }
    )


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({**BEFORE, "offset_minutes": -1}, id="a-minute-before-the-start"),
        pytest.param({**DURING, "kind": ActivityKind.SESSION}, id="from-the-start"),
        pytest.param({**AFTER, "offset_minutes": 0}, id="from-the-end"),
        pytest.param({"kind": ActivityKind.PULSE, "instrument_id": uuid.uuid4()}, id="a-pulse-with-its-questionnaire"),
        pytest.param({"kind": ActivityKind.COMMUNITY, "community_id": uuid.uuid4()}, id="into-a-community"),
        pytest.param({"position": 250, "session_number": 100, "days_to_complete": 366}, id="at-the-limits"),
    ],
)
def test_an_activity_that_fits_is_kept_as_it_is(facts):
    activity = an_activity(**facts)

    assert checked(activity) == activity


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param({**BEFORE, "offset_minutes": 0}, "offset", id="before-but-at-the-start"),
        pytest.param({**BEFORE, "anchor": Anchor.END}, "anchor", id="before-but-from-the-end"),
        pytest.param({**DURING, "offset_minutes": -1}, "offset", id="during-but-before-the-start"),
        pytest.param({**DURING, "anchor": Anchor.END}, "anchor", id="during-but-from-the-end"),
        pytest.param({**AFTER, "offset_minutes": -1}, "offset", id="after-but-before-the-end"),
        pytest.param({**AFTER, "anchor": Anchor.START}, "anchor", id="after-but-from-the-start"),
        pytest.param({**AFTER, "kind": ActivityKind.PRE_WORK}, "stage", id="pre-work-afterwards"),
        pytest.param({**AFTER, "kind": ActivityKind.SESSION}, "stage", id="the-session-after-itself"),
        pytest.param({"offset_minutes": 5 * 366 * 24 * 60 + 1}, "offset", id="years-away"),
        pytest.param({"days_to_complete": 0}, "daysToComplete", id="overdue-at-once"),
        pytest.param({"days_to_complete": 367}, "daysToComplete", id="hardly-ever-overdue"),
        pytest.param({"session_number": 0}, "sessionNumber", id="no-session"),
        pytest.param({"session_number": 101}, "sessionNumber", id="too-many-sessions"),
        pytest.param({"position": 0}, "position", id="no-position"),
        pytest.param({"position": 251}, "position", id="too-many-activities"),
        pytest.param({"title": ""}, "title", id="no-title"),
        pytest.param({"body": "a" * 20_001}, "body", id="a-book"),
        pytest.param({"instrument_id": uuid.uuid4()}, "instrumentId", id="a-questionnaire-in-a-check-in"),
        pytest.param({"community_id": uuid.uuid4()}, "communityId", id="a-community-in-a-check-in"),
    ],
)
def test_an_activity_that_cannot_be_is_refused_with_its_field(facts, field):
    with pytest.raises(ActivityRefused) as refused:
        checked(an_activity(**facts))

    assert (refused.value.reason, refused.value.field) == (ActivityRefusal.INVALID, field)
