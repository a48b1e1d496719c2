import uuid
from datetime import timedelta

import pytest

from domain.sessions.registrations import (
    RegistrationRefusal,
    RegistrationStatus,
    closes_at,
    placed,
    refusal,
    seats_left,
)
from domain.sessions.sessions import Session, SessionFormat, SessionStatus
from tests.conftest import NOW

END = NOW + timedelta(days=7, hours=8)


def a_session(**facts):
    return Session(
        **{
            "program_id": uuid.uuid4(),
            "title": "Giving feedback",
            "format": SessionFormat.CLASSROOM,
            "capacity": 2,
            "starts_at": NOW + timedelta(days=7),
            "ends_at": END,
            "created_at": NOW,
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("said", "closes"),
    [
        pytest.param(None, END, id="nothing-said"),
        pytest.param(NOW, NOW, id="a-deadline"),
        pytest.param(END + timedelta(days=1), END, id="a-deadline-after-the-end"),
    ],
)
def test_registration_closes_at_its_deadline_or_when_the_session_ends(said, closes):
    assert closes_at(a_session(registration_closes_at=said)) == closes


@pytest.mark.parametrize(("capacity", "left"), [(None, None), (2, 1), (1, 0)])
def test_seats_left(capacity, left):
    assert seats_left(a_session(capacity=capacity, seats_taken=1)) == left


@pytest.mark.parametrize(
    ("waiting", "status"), [(0, RegistrationStatus.REGISTERED), (1, RegistrationStatus.WAITLISTED)]
)
def test_who_claims_a_place_while_others_wait_waits_too(waiting, status):
    assert placed(waiting) == status


@pytest.mark.parametrize(
    ("facts", "reason", "retryable"),
    [
        pytest.param({}, RegistrationRefusal.SESSION_FULL, True, id="full"),
        pytest.param(
            {"registration_closes_at": NOW}, RegistrationRefusal.REGISTRATION_CLOSED, False, id="closes-on-the-dot"
        ),
        pytest.param(
            {"status": SessionStatus.CANCELLED, "registration_closes_at": NOW},
            RegistrationRefusal.SESSION_CANCELLED,
            False,
            id="cancelled-counts-first",
        ),
        pytest.param({"ends_at": NOW}, RegistrationRefusal.REGISTRATION_CLOSED, False, id="over"),
    ],
)
def test_why_there_is_no_place(facts, reason, retryable):
    refused = refusal(a_session(**facts), NOW)

    assert (refused.reason, refused.field, refused.retryable) == (reason, "sessionId", retryable)
