from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sessions.meetings import MeetingPlan, MeetingRefused, dated, instant
from domain.sessions.sessions import SessionRefusal, SessionRefused

ZURICH = "Europe/Zurich"
wall = datetime.fromisoformat


def invalid(field, message):
    return SessionRefused(SessionRefusal.INVALID, message, field=field)


def a_plan(day=1, **facts):
    return MeetingPlan(
        **{
            "local_start": wall(f"2026-10-{day:02} 09:00"),
            "local_end": wall(f"2026-10-{day:02} 17:00"),
            "time_zone": ZURICH,
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        (wall("2026-07-01 09:00"), ZURICH, datetime(2026, 7, 1, 7, tzinfo=UTC)),
        (wall("2026-12-01 09:00"), ZURICH, datetime(2026, 12, 1, 8, tzinfo=UTC)),
        (wall("2026-12-01 09:00"), "Asia/Kathmandu", datetime(2026, 12, 1, 3, 15, tzinfo=UTC)),
        (wall("2026-12-01 09:00"), "UTC", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        (wall("2026-03-29 03:00"), ZURICH, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_a_wall_time_is_an_instant(local, zone, utc):
    assert instant(local, zone) == utc


def test_a_wall_time_that_comes_twice_is_the_earlier_unless_the_later_is_asked_for():
    twice = wall("2026-10-25 02:30")

    assert instant(twice, ZURICH) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(twice, ZURICH, fold=1) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone", "message"),
    [
        (
            wall("2026-03-29 02:30"),
            ZURICH,
            "In Europe/Zurich the clock jumps over 2026-03-29 02:30. Choose another time.",
        ),
        (
            wall("2011-12-30 12:00"),
            "Pacific/Apia",
            "In Pacific/Apia the clock jumps over 2011-12-30 12:00. Choose another time.",
        ),
        (
            wall("2026-07-01 09:00"),
            "Europe/Bern",
            "'Europe/Bern' is no IANA time zone. Use a name such as 'Europe/Zurich'.",
        ),
        (
            wall("2026-07-01 09:00"),
            "../etc/passwd",
            "'../etc/passwd' is no IANA time zone. Use a name such as 'Europe/Zurich'.",
        ),
        (wall("0001-01-01 00:00"), "Asia/Tokyo", "A meeting takes place between the years 1970 and 2199."),
        (wall("9999-12-31 23:00"), "America/New_York", "A meeting takes place between the years 1970 and 2199."),
        (
            datetime(2026, 7, 1, 9, tzinfo=UTC),
            ZURICH,
            "Give the time on the wall, without an offset: the time zone says the rest.",
        ),
    ],
)
def test_a_wall_time_without_an_instant_is_refused(local, zone, message):
    with pytest.raises(MeetingRefused) as refused:
        instant(local, zone)

    assert refused.value.message == message


@given(
    st.datetimes(min_value=wall("2000-01-01 00:00"), max_value=wall("2037-12-31 00:00")),
    st.sampled_from([ZURICH, "America/Los_Angeles", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]),
)
def test_an_instant_shows_the_agreed_time_on_the_wall(local, zone):
    try:
        utc = instant(local, zone)
    except MeetingRefused:
        there = local.replace(tzinfo=ZoneInfo(zone))
        assert there.utcoffset() != there.replace(fold=1).utcoffset()
        return

    assert utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local


def test_meetings_are_numbered_and_get_their_instants():
    meetings = dated([a_plan(1), a_plan(2)], invalid=invalid)

    assert [(m.position, m.starts_at, m.ends_at) for m in meetings] == [
        (1, datetime(2026, 10, 1, 7, tzinfo=UTC), datetime(2026, 10, 1, 15, tzinfo=UTC)),
        (2, datetime(2026, 10, 2, 7, tzinfo=UTC), datetime(2026, 10, 2, 15, tzinfo=UTC)),
    ]


def test_a_meeting_through_the_night_in_which_the_clock_is_set_back_lasts_an_hour_longer():
    night = a_plan(local_start=wall("2026-10-25 01:00"), local_end=wall("2026-10-25 04:00"))

    (meeting,) = dated([night], invalid=invalid)

    assert meeting.ends_at - meeting.starts_at == timedelta(hours=4)


def test_a_place_keeps_where_it_is():
    where = {
        "place": "Room 1",
        "country": "CH",
        "latitude": 47.37,
        "longitude": 8.54,
        "link": "https://meet.example.org/1",
    }

    (meeting,) = dated([a_plan(**where)], invalid=invalid)

    assert {name: getattr(meeting, name) for name in where} == where


@pytest.mark.parametrize(
    ("plans", "field"),
    [
        pytest.param([], "meetings", id="none"),
        pytest.param([a_plan()] * 101, "meetings", id="too-many"),
        pytest.param([a_plan(), a_plan()], "meetings.1.localStart", id="twice-the-same"),
        pytest.param([a_plan(2), a_plan(1)], "meetings.1.localStart", id="out-of-order"),
        pytest.param([a_plan(local_end=wall("2026-10-01 09:00"))], "meetings.0.localEnd", id="ends-as-it-starts"),
        pytest.param([a_plan(local_end=wall("2026-09-30 00:00"))], "meetings.0.localEnd", id="ends-before-it-starts"),
        pytest.param([a_plan(), a_plan(2, time_zone="Mars/Base")], "meetings.1.timeZone", id="unknown-zone"),
        pytest.param(
            [a_plan(local_start=wall("2026-03-29 02:00"), local_end=wall("2026-03-29 04:00"))],
            "meetings.0.localStart",
            id="starts-in-the-jump",
        ),
        pytest.param(
            [a_plan(local_start=wall("2026-03-29 01:00"), local_end=wall("2026-03-29 02:59"))],
            "meetings.0.localEnd",
            id="ends-in-the-jump",
        ),
        pytest.param([a_plan(place=" ")], "meetings.0.place", id="empty-place"),
        pytest.param([a_plan(country="W3")], "meetings.0.country", id="no-country"),
        pytest.param([a_plan(country="ch")], "meetings.0.country", id="lower-case-country"),
        pytest.param([a_plan(country="EU")], "meetings.0.country", id="more-than-a-country"),
        pytest.param([a_plan(latitude=1.0)], "meetings.0.latitude", id="half-a-position"),
        pytest.param([a_plan(latitude=90.1, longitude=0.0)], "meetings.0.latitude", id="beyond-the-pole"),
        pytest.param([a_plan(latitude=float("nan"), longitude=0.0)], "meetings.0.latitude", id="not-a-number"),
        pytest.param([a_plan(latitude=0.0, longitude=-180.1)], "meetings.0.longitude", id="around-the-world"),
        pytest.param([a_plan(link="http://meet.example.org")], "meetings.0.link", id="unsafe-link"),
    ],
)
def test_meetings_that_cannot_be_are_refused_with_their_field(plans, field):
    with pytest.raises(SessionRefused) as refused:
        dated(plans, invalid=invalid)

    assert (refused.value.reason, refused.value.field) == (SessionRefusal.INVALID, field)
