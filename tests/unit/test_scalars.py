"""Scalars read what they say they are, and tell how to write it otherwise."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from api import scalars


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (scalars.read_instant, "2026-09-01T09:00:00+02:00", datetime(2026, 9, 1, 7, tzinfo=UTC)),
        (scalars.read_local, "2026-09-01T09:00:00", datetime(2026, 9, 1, 9)),  # noqa: DTZ001 -- a wall clock's
        (scalars.read_day, "2026-09-01", date(2026, 9, 1)),
        (scalars.read_duration, "P14D", timedelta(days=14)),
        (scalars.read_duration, "-PT90M", timedelta(minutes=-90)),
        (scalars.read_time_zone, "Europe/Zurich", "Europe/Zurich"),
        (scalars.read_decimal, "12.50", Decimal("12.50")),
        (scalars.read_email, "Ada@Example.org", "ada@example.org"),
        (scalars.read_url, "https://example.org/a?b", "https://example.org/a?b"),
        (scalars.read_locale, "de-CH", "de-CH"),
    ],
)
def test_what_is_written_well_is_read(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "advice"),
    [
        (scalars.read_instant, "2026-09-01T09:00:00", "+02:00"),
        (scalars.read_instant, "yesterday", "2026-09-01T09:00:00Z"),
        (scalars.read_local, "2026-09-01T09:00:00Z", "without offset"),
        (scalars.read_day, 20260901, "2026-09-01"),
        (scalars.read_duration, "P1M", "P30D"),
        (scalars.read_duration, "two weeks", "P14D"),
        (scalars.read_time_zone, "Mars/Olympus", "Europe/Zurich"),
        (scalars.read_decimal, "NaN", "12.50"),
        (scalars.read_email, "ada", "EmailAddress"),
        (scalars.read_url, "javascript:alert(1)", "https://"),
        (scalars.read_locale, "klingon", "de-CH"),
    ],
)
def test_what_is_not_is_refused_with_advice(read, text, advice):
    with pytest.raises(ValueError, match=r"\w") as refused:
        read(text)

    assert advice in str(refused.value)
