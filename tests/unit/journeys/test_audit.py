import json
from dataclasses import asdict, replace

import pytest

from domain.journeys.activities import ActivityKind, Anchor, Mode, Stage
from domain.journeys.audit import ActivityFacts, GapCode, ProgramFacts, audit

PROGRAM = ProgramFacts(regulated=False)


def a_step(kind, stage, *, mode=Mode.SOCIAL, minutes=0, session=1, proves=False):
    anchor = Anchor.END if stage == Stage.AFTER else Anchor.START
    return ActivityFacts(kind, stage, mode, anchor, minutes, session, proves)


PRE_WORK = a_step(ActivityKind.PRE_WORK, Stage.BEFORE, mode=Mode.FORMAL, minutes=-7200)
CHECK_IN = a_step(ActivityKind.COHORT_CHECK_IN, Stage.AFTER, minutes=14 * 1440)
REINFORCEMENT = a_step(ActivityKind.REINFORCEMENT, Stage.AFTER, mode=Mode.FORMAL, minutes=1440)
COMMUNITY = a_step(ActivityKind.COMMUNITY, Stage.AFTER, minutes=30 * 1440)
PULSE = a_step(ActivityKind.PULSE, Stage.AFTER, mode=Mode.FORMAL, minutes=21 * 1440)
WHOLE = [PRE_WORK, CHECK_IN, REINFORCEMENT, COMMUNITY, PULSE]


def codes(activities, program=PROGRAM):
    return [gap.code for gap in audit(program, activities)]


def test_a_whole_program_has_no_gap():
    assert audit(PROGRAM, WHOLE) == []


@pytest.mark.parametrize(
    ("missing", "gap"),
    [
        (PRE_WORK, GapCode.NO_PRE_WORK),
        (CHECK_IN, GapCode.NO_PEER_CHANNEL_BETWEEN_SESSIONS),
        (REINFORCEMENT, GapCode.NOTHING_IN_FIRST_24_HOURS),
        (COMMUNITY, GapCode.NO_COMMUNITY_AFTER),
        (PULSE, GapCode.NO_EVALUATION),
    ],
)
def test_what_is_left_out_is_found_and_nothing_else(missing, gap):
    assert codes([step for step in WHOLE if step != missing]) == [gap]


def test_an_empty_blueprint_has_every_gap_in_the_order_of_the_journey():
    assert codes([], ProgramFacts(regulated=True)) == [
        GapCode.NO_PRE_WORK,
        GapCode.NO_PEER_CHANNEL_BETWEEN_SESSIONS,
        GapCode.NOTHING_IN_FIRST_24_HOURS,
        GapCode.NO_COMMUNITY_AFTER,
        GapCode.NO_EVALUATION,
        GapCode.REGULATED_GOAL_ON_SOCIAL_EVIDENCE,
    ]


def test_a_reinforcement_a_minute_after_the_first_day_comes_too_late():
    late = replace(REINFORCEMENT, offset_minutes=1441)

    assert codes([*WHOLE, late]) == []
    assert codes([step if step != REINFORCEMENT else late for step in WHOLE]) == [GapCode.NOTHING_IN_FIRST_24_HOURS]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"mode": Mode.FORMAL}, id="not-with-others"),
        pytest.param({"kind": ActivityKind.REFLECTION}, id="alone"),
        pytest.param({"stage": Stage.BEFORE, "anchor": Anchor.START, "offset_minutes": -60}, id="only-beforehand"),
    ],
)
def test_one_session_needs_peers_afterwards(change):
    without = [step if step != CHECK_IN else replace(CHECK_IN, **change) for step in WHOLE]

    assert codes(without) == [GapCode.NO_PEER_CHANNEL_BETWEEN_SESSIONS]


def of_session(step, number):
    return replace(step, session_number=number)


def test_each_pair_of_sessions_needs_something_social_between_them():
    third = [of_session(REINFORCEMENT, 2), of_session(REINFORCEMENT, 3)]
    prompt = a_step(ActivityKind.PROMPT, Stage.BEFORE, minutes=-1440, session=3)

    assert codes([*WHOLE, *third]) == [GapCode.NO_PEER_CHANNEL_BETWEEN_SESSIONS]
    assert codes([*WHOLE, *third, prompt]) == []
    assert codes([*WHOLE, *third, of_session(CHECK_IN, 2)]) == []


def test_the_message_names_the_sessions_between_which_nobody_talks():
    steps = [step for step in WHOLE if step.kind not in (ActivityKind.COHORT_CHECK_IN, ActivityKind.COMMUNITY)]
    gaps = audit(
        PROGRAM, [*steps, of_session(REINFORCEMENT, 2), of_session(REINFORCEMENT, 3), of_session(COMMUNITY, 3)]
    )

    assert [gap.message for gap in gaps] == [
        (
            "Learners have nobody to talk to between sessions 1 and 2, 2 and 3. Add a SOCIAL activity AFTER the one or "
            "BEFORE the other, such as a PROMPT in the cohort's channel."
        )
    ]


def test_every_session_is_followed_within_a_day():
    gaps = audit(PROGRAM, [*WHOLE, of_session(CHECK_IN, 2), of_session(CHECK_IN, 3)])

    assert [gap.message for gap in gaps] == [
        (
            "Nothing recalls what was learned within 24 hours after session 2, 3. Add a REINFORCEMENT activity AFTER "
            "it, at most 1,440 minutes from its end."
        )
    ]


@pytest.mark.parametrize(
    ("evidence", "found"),
    [
        pytest.param([], [GapCode.REGULATED_GOAL_ON_SOCIAL_EVIDENCE], id="none"),
        pytest.param([replace(CHECK_IN, proves_goal=True)], [GapCode.REGULATED_GOAL_ON_SOCIAL_EVIDENCE], id="social"),
        pytest.param([replace(PULSE, proves_goal=True)], [], id="formal"),
        pytest.param([replace(CHECK_IN, proves_goal=True), replace(PULSE, proves_goal=True)], [], id="both"),
    ],
)
def test_a_regulated_goal_is_not_proved_by_peers_alone(evidence, found):
    assert codes([*WHOLE, *evidence], ProgramFacts(regulated=True)) == found
    assert codes([*WHOLE, *evidence]) == []


def test_facts_may_come_from_json():
    facts = [ActivityFacts(**facts) for facts in json.loads(json.dumps([asdict(step) for step in WHOLE[1:]]))]

    assert codes(facts) == [GapCode.NO_PRE_WORK]
