"""A cursor that PostgreSQL wrote is read back as the position it was written for."""

import asyncio
import uuid
from datetime import UTC, date, datetime

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.engine import cursors
from api.engine.cursors import KEYS, CursorError, Position

SECRET = b"of this tenant"
LABEL = cursors.label("Person", "name", "ASCENDING")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300)
VALUES = {
    "timestamptz": st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 -- bounds
    "date": st.dates(date(2, 1, 1), date(9998, 12, 31)),
    "int8": st.integers(-(2**63), 2**63 - 1),
    "int4": st.integers(-(2**31), 2**31 - 1),
    "text": TEXT,
}
EDGES = {
    "timestamptz": [datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, 59, 59, 999_999, UTC), cursors.EPOCH],
    "date": [date(2, 1, 1), date(9998, 12, 31)],
    "int8": [-(2**63), -1, 0, 2**63 - 1],
    "int4": [-(2**31), -1, 0, 2**31 - 1],
    "text": ["", "'", "\\", "a" * 10_000, "\U0010ffff"],
}


def test_every_key_is_tried():
    assert {key.cast for _, key in KEYS} == VALUES.keys() == EDGES.keys()


@pytest.mark.parametrize("cast", VALUES)
def test_a_cursor_is_read_as_it_was_written(administrator_url, cast):
    key = next(key for _, key in KEYS if key.cast == cast)
    label = cursors.constant(LABEL)
    position = cursors.expression(label, "$1::bytea", "t", "k", key)
    written = f"SELECT {position} FROM (SELECT $2::uuid id, $3::{cast} k) t"
    alone = f"SELECT {cursors.expression(label, '$1::bytea', 't', None, None)} FROM (SELECT $2::uuid id) t"
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(administrator_url))

        def round_trip(row, value):
            cursor = runner.run(connection.fetchval(written, SECRET, row, value))

            assert cursors.decode(cursor, LABEL, SECRET, key) == Position(row, value)
            for label, secret in ((cursors.label("Person", "name", "DESCENDING"), SECRET), (LABEL, b"of another")):
                with pytest.raises(CursorError):
                    cursors.decode(cursor, label, secret, key)

        for edge in EDGES[cast]:
            round_trip(uuid.UUID(int=0), edge)
        given(st.uuids(), VALUES[cast])(settings(deadline=None, max_examples=50)(round_trip))()

        row = uuid.uuid4()
        cursor = runner.run(connection.fetchval(alone, SECRET, row))
        assert cursors.decode(cursor, LABEL, SECRET, None) == Position(row, None)
        runner.run(connection.close())


@pytest.mark.parametrize(("cast", "value"), [("timestamptz", "infinity"), ("date", "-infinity")])
def test_a_position_without_end_is_refused(administrator_url, cast, value):
    """No such value gets in by the API; one that is there all the same is no fault."""
    key = next(key for _, key in KEYS if key.cast == cast)
    row = f"(SELECT $2::uuid id, '{value}'::{cast} k) t"
    written = f"SELECT {cursors.expression(cursors.constant(LABEL), '$1::bytea', 't', 'k', key)} FROM {row}"
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(administrator_url))
        cursor = runner.run(connection.fetchval(written, SECRET, uuid.UUID(int=0)))
        runner.run(connection.close())

    with pytest.raises(CursorError):
        cursors.decode(cursor, LABEL, SECRET, key)
