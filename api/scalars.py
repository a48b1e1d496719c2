"""The schema's scalars. Each says in `@specifiedBy` what its text means.

Outputs arrive as the text that PostgreSQL wrote, or as Python's own values; both leave as the same text.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as Number
from functools import cache
from typing import Any, NewType, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import babel
import isoduration
import strawberry
from email_validator import EmailNotValidError, validate_email
from isoduration.parser.exceptions import DurationParsingException
from strawberry.types.scalar import ScalarDefinition

LocalDateTime = NewType("LocalDateTime", datetime)
Duration = NewType("Duration", timedelta)
TimeZone = NewType("TimeZone", str)
Decimal = NewType("Decimal", Number)
EmailAddress = NewType("EmailAddress", str)
URL = NewType("URL", str)
Locale = NewType("Locale", str)
JSON = NewType("JSON", object)

DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,15})?")
YEARS = range(2, 9999)
"""Without the ends: the database driver takes the first and the last moment that there is for infinity."""
OUTSIDE = f"{{}} lies outside the years {YEARS.start} to {YEARS.stop - 1}."
LONGEST_URL = 2_000
LONGEST_SHOWN = 60


def read_instant(text: Any) -> datetime:
    instant: datetime = _iso(datetime.fromisoformat, text, "DateTime", "2026-09-01T09:00:00Z")
    if instant.tzinfo is None:
        raise ValueError(f"DateTime needs an offset: write '{text}Z' for UTC, or '{text}+02:00'.")
    try:
        return _finite(instant.astimezone(UTC), text)
    except OverflowError:
        raise ValueError(OUTSIDE.format(_shown(text))) from None


def read_local(text: Any) -> datetime:
    local: datetime = _iso(datetime.fromisoformat, text, "LocalDateTime", "2026-09-01T09:00:00")
    if local.tzinfo is not None:
        raise ValueError("LocalDateTime is a wall clock's time without offset; the time zone stands beside it.")
    return _finite(local, text)


def read_day(text: Any) -> date:
    day: date = _iso(date.fromisoformat, text, "Date", "2026-09-01")
    return _finite(day, text)


def read_duration(text: Any) -> timedelta:
    """Days, hours, minutes and seconds only: months and years have no fixed length."""
    try:
        duration = isoduration.parse_duration(text)
    except (DurationParsingException, TypeError, AttributeError):
        raise ValueError(f"{_shown(text)} is no Duration. Write ISO 8601, such as 'P14D', 'PT90M' or '-P3D'.") from None
    if duration.date.years or duration.date.months:
        raise ValueError("A Duration here has no years or months, whose length varies: write days, such as 'P30D'.")
    try:
        length = timedelta(
            weeks=float(duration.date.weeks),
            days=float(duration.date.days),
            hours=float(duration.time.hours),
            minutes=float(duration.time.minutes),
            seconds=float(duration.time.seconds),
        )
    except OverflowError:
        raise ValueError(f"{_shown(text)} is longer than any program lasts.") from None
    if abs(length) > timedelta(days=36500):
        raise ValueError(f"{_shown(text)} is longer than any program lasts.")
    return length


def read_time_zone(text: Any) -> str:
    if not isinstance(text, str) or text not in _zones():
        raise ValueError(f"{_shown(text)} is no IANA time zone. Use a name such as 'Europe/Zurich'.")
    return text


def read_decimal(text: Any) -> Number:
    if not DECIMAL.fullmatch(str(text)):
        raise ValueError(f"{_shown(text)} is no Decimal. Write digits as text, such as '12.50'.")
    return Number(str(text))


def read_email(text: Any) -> str:
    try:
        return validate_email(str(text), check_deliverability=False).normalized.lower()
    except EmailNotValidError as problem:
        raise ValueError(f"{_shown(text)} is no EmailAddress: {problem}") from None


def read_url(text: Any) -> str:
    if len(str(text)) > LONGEST_URL:
        raise ValueError(f"This URL is longer than {LONGEST_URL:,} characters. Use a shorter one.")
    try:
        address = urlsplit(str(text))
        full = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:
        full = False
    if not full or re.search(r"\s|[\x00-\x1f]", str(text)):
        raise ValueError(f"{_shown(text)} is no URL. Write a full address that begins with https:// or http://.")
    return str(text)


def read_locale(text: Any) -> str:
    try:
        babel.Locale.parse(str(text), sep="-")
    except (ValueError, babel.UnknownLocaleError):
        raise ValueError(f"{_shown(text)} is no Locale. Write a tag such as 'en' or 'de-CH'.") from None
    return str(text)


def _iso(read: Any, text: Any, name: str, example: str) -> Any:
    try:
        return read(text)
    except (TypeError, ValueError):
        raise ValueError(f"{_shown(text)} is no {name}. Write ISO 8601, such as '{example}'.") from None


D = TypeVar("D", bound=date)


def _finite(moment: D, text: Any) -> D:
    if moment.year not in YEARS:
        raise ValueError(OUTSIDE.format(_shown(text)))
    return moment


def _shown(value: Any) -> str:
    """The value as a message repeats it: never more than a line of it."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _scalar(name: str, description: str, read: Any, specified_by: str) -> ScalarDefinition:
    return strawberry.scalar(
        name=name, description=description, parse_value=read, serialize=_as_text, specified_by_url=specified_by
    )


RFC = "https://datatracker.ietf.org/doc/html/"
SCALARS: dict[object, ScalarDefinition] = {
    datetime: _scalar("DateTime", "An instant, in UTC: `2026-09-01T09:00:00+00:00`.", read_instant, f"{RFC}rfc3339"),
    date: _scalar("Date", "A day of the calendar: `2026-09-01`.", read_day, f"{RFC}rfc3339"),
    LocalDateTime: _scalar(
        "LocalDateTime",
        "What a clock on the wall shows: `2026-09-01T09:00:00`. The time zone stands beside it.",
        read_local,
        "https://www.iso.org/iso-8601-date-and-time-format.html",
    ),
    Duration: _scalar(
        "Duration",
        "A length of time: `P14D`, `PT90M`; negative for before: `-P3D`.",
        read_duration,
        "https://www.iso.org/iso-8601-date-and-time-format.html",
    ),
    TimeZone: _scalar(
        "TimeZone", "An IANA time zone: `Europe/Zurich`.", read_time_zone, "https://www.iana.org/time-zones"
    ),
    Decimal: _scalar(
        "Decimal", "An exact decimal number, as text: `12.50`.", read_decimal, "https://speleotrove.com/decimal/"
    ),
    EmailAddress: _scalar("EmailAddress", "An e-mail address, in lower case.", read_email, f"{RFC}rfc5322"),
    URL: _scalar("URL", "A full web address.", read_url, "https://url.spec.whatwg.org/"),
    Locale: _scalar("Locale", "A language tag: `de-CH`.", read_locale, f"{RFC}rfc5646"),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        serialize=lambda value: value,
        parse_value=lambda value: value,
        specified_by_url=f"{RFC}rfc8259",
    ),
}
