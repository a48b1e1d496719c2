import uuid
from datetime import UTC, datetime, timedelta

import pytest

from domain.evaluations.evaluations import (
    Evaluation,
    EvaluationRefusal,
    EvaluationRefused,
    NewEvaluation,
    checked,
    closed,
)
from domain.evaluations.responses import the_day_of

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SOMETHING = uuid.uuid4()


@pytest.mark.parametrize("judged", [(), ("cohort_id", "program_id"), ("cohort_id", "session_id", "program_id")])
def test_an_evaluation_judges_exactly_one_thing(judged):
    with pytest.raises(EvaluationRefused) as refusal:
        checked(NewEvaluation(instrument_id=SOMETHING, **dict.fromkeys(judged, SOMETHING)), now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (EvaluationRefusal.INVALID, "cohortId")


@pytest.mark.parametrize("closes_at", [NOW, NOW - timedelta(days=1)])
def test_an_evaluation_closes_after_it_opens(closes_at):
    with pytest.raises(EvaluationRefused) as refusal:
        checked(NewEvaluation(instrument_id=SOMETHING, cohort_id=SOMETHING, closes_at=closes_at), now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (EvaluationRefusal.INVALID, "closesAt")


def test_an_evaluation_was_not_opened_in_the_future():
    with pytest.raises(EvaluationRefused) as refusal:
        checked(NewEvaluation(instrument_id=SOMETHING, cohort_id=SOMETHING, opened_at=NOW + timedelta(days=1)), now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (EvaluationRefusal.INVALID, "openedAt")


def test_an_evaluation_brought_from_elsewhere_may_be_closed_already():
    then = {"opened_at": NOW - timedelta(days=9), "closes_at": NOW - timedelta(days=2)}
    brought = checked(NewEvaluation(instrument_id=SOMETHING, cohort_id=SOMETHING, **then), now=NOW)

    assert (brought.opened_at, brought.closes_at) == (then["opened_at"], then["closes_at"])


@pytest.mark.parametrize(
    ("closes_at", "expected"),
    [
        pytest.param(None, False, id="it-stays-open-where-nothing-is-said"),
        pytest.param(NOW + timedelta(microseconds=1), False, id="it-is-open-to-the-last"),
        pytest.param(NOW, True, id="it-closes-on-the-dot"),
    ],
)
def test_closed(closes_at, expected):
    assert closed(Evaluation(closes_at=closes_at), NOW) is expected


def test_the_day_of_a_moment_is_its_midnight():
    assert the_day_of(NOW + timedelta(hours=3, microseconds=7)) == datetime(2026, 9, 1, tzinfo=UTC)
