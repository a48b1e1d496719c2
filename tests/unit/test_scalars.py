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


READERS = [read for name, read in vars(scalars).items() if name.startswith("read_")]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "value",
    [None, True, 5, 1.5, [], ["a"], {"a": 1}, "", " ", "\x00", "x" * 100_000, "\u0661\u0662", "\U0001f600"],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_something_else_is_refused_in_a_line(read, value):
    if read is scalars.read_decimal and isinstance(value, int | float) and not isinstance(value, bool):
        assert read(value) == Decimal(str(value))
        return
    with pytest.raises(ValueError, match=r"\w") as refused:
        read(value)

    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (scalars.read_instant, "2026-09-01T09:00:00+02:00"),
        (scalars.read_instant, "0002-01-01T00:00:00Z"),
        (scalars.read_instant, "9998-12-31T23:59:59.999999Z"),
        (scalars.read_local, "2026-09-01T09:00"),
        (scalars.read_day, "2026-09-01"),
        (scalars.read_time_zone, "Etc/GMT+12"),
        (scalars.read_decimal, "-12.50"),
        (scalars.read_email, "Ada.L+x@Example.org"),
        (scalars.read_url, "HTTPS://example.org"),
        (scalars.read_locale, "zh-Hant-TW"),
    ],
)
def test_what_was_read_leaves_in_a_form_that_is_read_alike(read, text):
    leaves = next(one.serialize for one in scalars.SCALARS.values() if one.parse_value is read)

    written = leaves(read(text))

    assert read(written) == read(text)
    assert leaves(written) == written


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (scalars.read_instant, "0001-01-01T00:00:00+14:00"),
        (scalars.read_instant, "9999-12-31T23:59:59-14:00"),
        (scalars.read_instant, "9999-12-31T23:59:59.999999Z"),
        (scalars.read_instant, "0001-01-01T00:00:00Z"),
        (scalars.read_local, "9999-12-31T23:59:59.999999"),
        (scalars.read_day, "9999-12-31"),
        (scalars.read_instant, "2027-02-29T00:00:00Z"),
        (scalars.read_local, "2027-02-29T00:00:00"),
        (scalars.read_duration, "P36501D"),
        (scalars.read_duration, "-P36501D"),
        (scalars.read_duration, f"P{'9' * 400}D"),
        (scalars.read_time_zone, "../../../etc/passwd"),
        (scalars.read_time_zone, "europe/zurich"),
        (scalars.read_decimal, "1_000"),
        (scalars.read_decimal, "1e5"),
        (scalars.read_decimal, "9" * 31),
        (scalars.read_url, "https://"),
        (scalars.read_url, "https://example.org:99999/"),
        (scalars.read_url, "https://example.org/a b"),
        (scalars.read_url, "https://example.org/\n"),
        (scalars.read_url, "https://example.org/" + "a" * 2_000),
        (scalars.read_email, "ada@example.org, eve@example.org"),
        (scalars.read_locale, "de_CH"),
    ],
)
def test_limits_are_kept(read, text):
    with pytest.raises(ValueError, match=r"\w"):
        read(text)
