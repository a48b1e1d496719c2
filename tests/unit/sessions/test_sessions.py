import pytest

from domain.sessions.sessions import (
    SessionFacts,
    SessionFormat,
    SessionRefusal,
    SessionRefused,
    checked,
    checked_number,
)


def facts(**other):
    return SessionFacts(**{"title": "Giving feedback", "format": SessionFormat.WORKSHOP, **other})


@pytest.mark.parametrize(
    ("capacity", "waitlist_capacity", "seats_taken"), [(None, None, 9), (0, 0, 0), (30, 0, 30), (1_000_000, 1, 0)]
)
def test_capacities_that_hold_the_seats_taken_are_kept(capacity, waitlist_capacity, seats_taken):
    given = facts(capacity=capacity, waitlist_capacity=waitlist_capacity)

    assert checked(given, seats_taken=seats_taken) == given


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"title": ""}, "title"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": 1_000_001}, "capacity"),
        ({"waitlist_capacity": -1}, "waitlistCapacity"),
        ({"external_ref": "a" * 201}, "externalRef"),
    ],
)
def test_facts_that_cannot_be_are_refused_with_their_field(other, field):
    with pytest.raises(SessionRefused) as refused:
        checked(facts(**other))

    assert (refused.value.reason, refused.value.field) == (SessionRefusal.INVALID, field)


def test_nobody_loses_a_seat_by_a_smaller_capacity():
    with pytest.raises(SessionRefused) as refused:
        checked(facts(capacity=11), seats_taken=12)

    assert (refused.value.reason, refused.value.message) == (
        SessionRefusal.CAPACITY_BELOW_SEATS_TAKEN,
        "12 seats are taken. Cancel registrations first, or leave at least as many seats.",
    )


@pytest.mark.parametrize("number", [0, -1, 1001])
def test_sessions_are_numbered_from_one(number):
    with pytest.raises(SessionRefused) as refused:
        checked_number(number)

    assert (refused.value.reason, refused.value.field) == (SessionRefusal.INVALID, "number")
