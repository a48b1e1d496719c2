"""How the tour counts, and that it does not let anything pass."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clients.tour.blueprint import BLUEPRINT, PARTS
from clients.tour.calendar import two_days, utc
from clients.tour.ending import HAPPENED, LISTS
from clients.tour.graphql import ids_in
from clients.tour.steps import Step
from collegium.commands.tour import words


def a_step(*, first, second):
    step = Step(1, "A step")
    for expected, came in first:
        step.expect("what the first finds", expected, came)
    for expected, came in second:
        step.expect_of_second("what the second finds", expected, came)
    return step


@pytest.mark.parametrize(
    ("first", "second", "ok"),
    [
        ([(1, 1)], [(0, 0)], True),
        ([(1, 1), (2, 3)], [(0, 0)], False),
        ([(1, 1)], [(0, 1)], False),
        ([], [(0, 0)], False),
        ([(1, 1)], [], False),
        ([(0, None)], [(0, 0)], False),
    ],
)
def test_a_step_is_well_only_if_both_tenants_found_all_that_was_expected(first, second, ok):
    assert a_step(first=first, second=second).ok is ok


def test_a_step_tells_programs_what_was_expected_and_what_came():
    assert a_step(first=[(10, 9)], second=[([], [])]).facts() == {
        "step": 1,
        "title": "A step",
        "ok": False,
        "checks": [
            {"tenant": "first", "what": "what the first finds", "expected": 10, "came": 9, "ok": False},
            {"tenant": "second", "what": "what the second finds", "expected": [], "came": [], "ok": True},
        ],
    }


def test_every_id_is_remembered_at_whatever_depth():
    answer = {"data": {"nodes": [{"id": "a", "inner": {"id": "b", "name": "id"}}, None], "id": "c", "other": 1}}

    assert sorted(ids_in(answer)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("day", "hour"), [(date(2026, 10, 24), 7), (date(2026, 10, 25), 8), (date(2027, 3, 27), 8), (date(2027, 3, 28), 7)]
)
def test_nine_in_zurich_is_seven_in_summer_and_eight_in_winter(day, hour):
    assert utc(day, time(9)) == datetime.combine(day, time(hour), UTC)


def test_a_workshop_has_two_days():
    assert [(day["localStart"], day["localEnd"]) for day in two_days(date(2026, 12, 31))] == [
        ("2026-12-31T09:00:00", "2026-12-31T17:00:00"),
        ("2027-01-01T09:00:00", "2027-01-01T17:00:00"),
    ]


def test_what_comes_after_is_due_from_the_end_and_all_else_from_the_start():
    starts, ends = datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 12, 2, 16, tzinfo=UTC)

    assert PARTS["PRE_WORK"].due(starts, ends) == starts - timedelta(days=7)
    assert PARTS["PEER_CHECK_IN"].due(starts, ends) == ends + timedelta(days=14)
    assert PARTS["PULSE"].due(starts, ends) == ends + timedelta(days=21)
    assert [part.given(1)["offset"] for part in BLUEPRINT[:3]] == ["-PT10080M", "-PT2880M", "PT0M"]


def test_the_final_numbers_are_these():
    assert LISTS["steps"] == HAPPENED["Step opened"] == 63
    assert (HAPPENED["Step completed"], HAPPENED["Step overdue"]) == (46, 16)
    assert (HAPPENED["Registration registered"], HAPPENED["Registration waitlisted"]) == (10, 2)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (None, "none"),
        ([], "none"),
        (True, "yes"),
        (("a", 2), "a, 2"),
        ({"DUE": 1, "OVERDUE": 2}, "1 DUE, 2 OVERDUE"),
    ],
)
def test_values_are_told_as_people_write_them(value, said):
    assert words(value) == said
