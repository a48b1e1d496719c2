import base64
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.subscriptions.positions import LASTS, Position, PositionError, opened, sealed

SECRET = b"a secret of 32 bytes or any other"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
AT = int(NOW.timestamp())

numbers = st.integers(3, 2**62)
snapshots = st.builds(
    lambda low, high, between: f"{low}:{max(low, high)}:{','.join(map(str, sorted(between)))}",
    numbers,
    numbers,
    st.sets(numbers, max_size=5),
)
positions = st.builds(
    Position,
    st.integers(AT - 3600, AT),
    snapshots,
    st.none() | snapshots,
    st.none() | st.uuids(),
)


@given(positions)
def test_a_position_comes_back_as_it_went(position):
    assert opened(sealed(position, SECRET), SECRET, NOW) == position


@given(positions, st.integers(0, 200), st.integers(1, 255))
def test_a_position_that_was_changed_is_refused(position, at, change):
    raw = bytearray(base64.urlsafe_b64decode(sealed(position, SECRET) + "=="))
    raw[at % len(raw)] ^= change

    with pytest.raises(PositionError, match="no position of this tenant's history"):
        opened(base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), SECRET, NOW)


@given(positions)
def test_a_position_of_another_tenant_is_refused(position):
    with pytest.raises(PositionError, match="no position of this tenant's history"):
        opened(sealed(position, b"another secret"), SECRET, NOW)


@given(st.text())
def test_any_other_text_is_refused(text):
    with pytest.raises(PositionError, match="no position of this tenant's history"):
        opened(text, SECRET, NOW)


def test_a_position_lasts_a_week():
    last = Position(int((NOW - LASTS).timestamp()), "700:700:")
    over = Position(last.at - 1, "700:700:")

    assert opened(sealed(last, SECRET), SECRET, NOW) == last
    with pytest.raises(PositionError, match="has expired"):
        opened(sealed(over, SECRET), SECRET, NOW)


def test_events_are_looked_for_among_ids_from_a_day_before():
    """A transaction may have been open for so long when the snapshot was taken."""
    [moment] = {(Position(AT, "700:700:").floor.int >> 80) / 1000}

    assert datetime.fromtimestamp(moment, UTC) == NOW - timedelta(days=1)


def test_within_a_batch_they_are_looked_for_after_the_last():
    last = uuid.UUID(int=7)

    assert Position(AT, "700:700:", "710:710:", last).floor == last


@pytest.mark.parametrize(
    ("position", "beyond"),
    [
        (Position(AT, "700:710:"), False),
        (Position(AT, "700:711:"), True),
        (Position(AT, "600:700:", "700:710:", uuid.UUID(int=1)), False),
        (Position(AT, "600:700:", "700:711:", uuid.UUID(int=1)), True),
    ],
)
def test_a_position_is_beyond_one_that_has_seen_fewer_transactions(position, beyond):
    assert position.beyond(Position(AT, "705:710:")) == beyond
