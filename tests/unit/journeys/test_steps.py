from datetime import UTC, datetime, timedelta

import pytest

from domain.journeys.activities import Activity, Anchor
from domain.journeys.steps import (
    Place,
    Step,
    StepRefusal,
    StepRefused,
    StepStatus,
    completable,
    due,
    moved,
    overdue,
    reason_of,
    skippable,
)
from domain.sessions.sessions import Session

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = 24 * 60


def a_session(starts=NOW):
    return Session(starts_at=starts, ends_at=starts + timedelta(hours=3))


def an_activity(anchor=Anchor.START, minutes=-DAY, days=2):
    return Activity(anchor=anchor, offset_minutes=minutes, days_to_complete=days)


def a_step(status=StepStatus.PENDING, *, due_at=NOW, opened_at=None):
    return Step(due_at=due_at, overdue_at=due_at + timedelta(days=2), status=status, opened_at=opened_at)


@pytest.mark.parametrize(
    ("anchor", "minutes", "expected"),
    [
        pytest.param(Anchor.START, -DAY, NOW - timedelta(days=1), id="a-day-before-it-starts"),
        pytest.param(Anchor.START, 30, NOW + timedelta(minutes=30), id="half-an-hour-into-it"),
        pytest.param(Anchor.END, 0, NOW + timedelta(hours=3), id="as-it-ends"),
        pytest.param(Anchor.END, 14 * DAY, NOW + timedelta(days=14, hours=3), id="two-weeks-after-it-ends"),
    ],
)
def test_due(anchor, minutes, expected):
    assert due(an_activity(anchor, minutes), a_session()) == expected


def test_a_step_is_overdue_its_days_after_it_is_due():
    assert overdue(an_activity(days=2), a_session()) == NOW - timedelta(days=1) + timedelta(days=2)


@pytest.mark.parametrize("status", [StepStatus.DUE, StepStatus.OVERDUE, StepStatus.COMPLETED])
def test_what_has_opened_can_be_completed(status):
    completable(a_step(status))


@pytest.mark.parametrize("status", [StepStatus.PENDING, StepStatus.SKIPPED])
def test_what_waits_or_was_skipped_cannot_be_completed(status):
    with pytest.raises(StepRefused) as refusal:
        completable(a_step(status))

    assert (refusal.value.reason, refusal.value.field) == (StepRefusal.WRONG_STATE, "id")


def test_what_waits_can_be_completed_later():
    with pytest.raises(StepRefused, match="opens on 2026-09-01 at 12:00 UTC") as refusal:
        completable(a_step())

    assert refusal.value.retryable


@pytest.mark.parametrize("status", [StepStatus.PENDING, StepStatus.DUE, StepStatus.OVERDUE, StepStatus.SKIPPED])
def test_what_is_not_completed_can_be_skipped(status):
    skippable(a_step(status))


def test_what_is_completed_cannot_be_skipped():
    with pytest.raises(StepRefused) as refusal:
        skippable(a_step(StepStatus.COMPLETED))

    assert refusal.value.reason == StepRefusal.WRONG_STATE


@pytest.mark.parametrize("reason", ["", "  ", "a" * 201, "\x00"])
def test_skipping_takes_a_reason(reason):
    with pytest.raises(StepRefused) as refusal:
        reason_of(reason)

    assert (refusal.value.reason, refusal.value.field) == (StepRefusal.INVALID, "reason")


@pytest.mark.parametrize(
    ("status", "starts", "acted", "expected"),
    [
        pytest.param(StepStatus.PENDING, 9, False, StepStatus.PENDING, id="what-waits-goes-on-waiting"),
        pytest.param(StepStatus.PENDING, -9, False, StepStatus.PENDING, id="what-waits-is-opened-by-the-sweep-alone"),
        pytest.param(StepStatus.DUE, 9, False, StepStatus.PENDING, id="what-was-due-waits-again"),
        pytest.param(StepStatus.DUE, 9, True, StepStatus.DUE, id="what-has-acted-stays-due"),
        pytest.param(StepStatus.DUE, 1, False, StepStatus.DUE, id="what-is-due-now-stays-due"),
        pytest.param(StepStatus.DUE, -9, False, StepStatus.OVERDUE, id="what-should-be-done-is-overdue"),
        pytest.param(StepStatus.OVERDUE, 0, False, StepStatus.DUE, id="what-was-overdue-has-time-again"),
        pytest.param(StepStatus.OVERDUE, 9, False, StepStatus.PENDING, id="what-was-overdue-waits-again"),
    ],
)
def test_moved(status, starts, acted, expected):
    """A step due a day before its session, with two days to do it, whose session moves by `starts` days."""
    session = a_session(NOW + timedelta(days=starts))
    opened_at = None if status == StepStatus.PENDING else NOW - timedelta(days=3)

    place = moved(a_step(status, opened_at=opened_at), an_activity(), session, acted=acted, now=NOW)

    due_at = NOW + timedelta(days=starts - 1)
    kept = None if expected == StepStatus.PENDING else opened_at
    assert place == Place(due_at, due_at + timedelta(days=2), expected, kept)
