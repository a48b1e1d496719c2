"""When things are, worked out without the server's help."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = "Europe/Zurich"
OPENS, CLOSES = time(9), time(17)


def utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(ZONE)).astimezone(UTC)


def two_days(first: date) -> list[dict[str, str]]:
    """The meetings of a workshop of two days, as a wall clock shows them."""
    return [
        {
            "localStart": datetime.combine(day, OPENS).isoformat(),
            "localEnd": datetime.combine(day, CLOSES).isoformat(),
            "timeZone": ZONE,
            "place": f"Room {number}, Bahnhofstrasse 1, Zürich",
            "country": "CH",
        }
        for number, day in enumerate((first, first + timedelta(days=1)), 1)
    ]
