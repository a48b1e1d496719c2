import uuid
from datetime import datetime, timedelta

import pytest

from domain.sessions.attendance import (
    AttendanceRefusal,
    AttendanceRefused,
    AttendanceStatus,
    Evidence,
    Presence,
    checked,
)
from domain.sessions.meetings import Meeting
from tests.conftest import NOW

wall = datetime.fromisoformat


def a_meeting():
    return Meeting(
        session_id=uuid.uuid4(),
        position=1,
        local_start=wall("2026-09-01 14:00"),
        local_end=wall("2026-09-01 15:30"),
        time_zone="Europe/Zurich",
        starts_at=NOW,
        ends_at=NOW + timedelta(minutes=90),
    )


def a_presence(status=AttendanceStatus.PRESENT, minutes=None):
    return Presence(status=status, minutes=minutes, evidence=Evidence.SIGN_IN)


@pytest.mark.parametrize(
    "presence",
    [
        pytest.param(a_presence(), id="nobody-counted"),
        pytest.param(a_presence(minutes=90), id="all-of-it"),
        pytest.param(a_presence(AttendanceStatus.PARTIAL, 1), id="a-minute"),
        pytest.param(a_presence(AttendanceStatus.ABSENT, 0), id="none-of-it"),
    ],
)
def test_what_was_seen_is_kept_from_the_start_of_the_meeting_on(presence):
    assert checked(presence, a_meeting(), NOW) == presence


@pytest.mark.parametrize(
    "presence",
    [
        pytest.param(a_presence(minutes=91), id="longer-than-the-meeting"),
        pytest.param(a_presence(minutes=-1), id="less-than-nothing"),
        pytest.param(a_presence(AttendanceStatus.ABSENT, 1), id="absent-for-a-minute"),
    ],
)
def test_minutes_that_cannot_be_are_refused(presence):
    with pytest.raises(AttendanceRefused) as refused:
        checked(presence, a_meeting(), NOW)

    assert (refused.value.reason, refused.value.field) == (AttendanceRefusal.INVALID, "minutes")


def test_nobody_attends_a_meeting_that_has_not_begun():
    with pytest.raises(AttendanceRefused) as refused:
        checked(a_presence(), a_meeting(), NOW - timedelta(seconds=1))

    assert (refused.value.reason, refused.value.message) == (
        AttendanceRefusal.TOO_EARLY,
        "The meeting starts on 2026-09-01 12:00 UTC. Record attendance from then on.",
    )
