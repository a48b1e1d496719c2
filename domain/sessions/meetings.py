"""Meetings: the dated parts of a session, and the one place where wall time becomes UTC.

Invariant: a meeting keeps what was agreed (wall time and IANA zone) and what follows from it (UTC).
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC as ZULU
from datetime import datetime
from enum import auto
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from sqlalchemy import CheckConstraint, DateTime, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from domain.records import UTC, Record, Refused, Word, belongs_to, unique
from domain.texts import Invalid, link_of, text_of

WALL = DateTime(timezone=False)
MOST = 100
YEARS = range(1970, 2200)
COUNTRY = re.compile(r"[A-Z]{2}")
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


class MeetingRefusal(Word):
    INVALID = auto()


class MeetingRefused(Refused[MeetingRefusal]):
    pass


class Meeting(Record, table=True):
    """`position` counts from 1 in order of time. `country` is ISO 3166-1 alpha-2; `link` is where to join online."""

    __table_args__ = (
        belongs_to("session"),
        unique("session_id", "position", name="meeting_position_key"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("num_nulls(latitude, longitude) <> 1", name="coordinates"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        Index("meeting_starts_at_idx", "tenant_id", "starts_at", "id"),
        Index("meeting_session_starts_at_idx", "tenant_id", "session_id", "starts_at", "id"),
        Index("meeting_position_idx", "tenant_id", "session_id", "position", "id"),
    )

    session_id: uuid.UUID
    position: int
    local_start: datetime = Field(sa_type=WALL)
    local_end: datetime = Field(sa_type=WALL)
    time_zone: str
    starts_at: datetime = Field(sa_type=UTC)
    ends_at: datetime = Field(sa_type=UTC)
    place: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class MeetingPlan:
    """A meeting as it is agreed: the clock on the wall of its time zone, and where."""

    local_start: datetime
    local_end: datetime
    time_zone: str
    place: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class DatedMeeting(MeetingPlan):
    """A meeting plan that holds, with its place in the session and its instants."""

    position: int
    starts_at: datetime
    ends_at: datetime


def instant(local: datetime, zone: str, *, fold: int = 0) -> datetime:
    """The UTC instant of a wall time, or a refusal where the clock jumps over it.

    A wall time that comes twice, when the clock is set back, is the earlier of the two; `fold=1` asks for the later.
    """
    if zone not in _zones():
        raise _refused("timeZone", f"'{zone}' is no IANA time zone. Use a name such as 'Europe/Zurich'.")
    if local.tzinfo is not None:
        raise _refused("local", "Give the time on the wall, without an offset: the time zone says the rest.")
    if local.year not in YEARS:
        raise _refused("local", f"A meeting takes place between the years {YEARS.start} and {YEARS.stop - 1}.")
    there = ZoneInfo(zone)
    utc = local.replace(tzinfo=there, fold=fold).astimezone(ZULU)
    if utc.astimezone(there).replace(tzinfo=None) != local:
        raise _refused("local", f"In {zone} the clock jumps over {local:%Y-%m-%d %H:%M}. Choose another time.")
    return utc


def dated(plans: Sequence[MeetingPlan], *, invalid: Invalid) -> list[DatedMeeting]:
    """The meetings with their instants, one after the other, or which of them is wrong and why."""
    if not plans:
        raise invalid("meetings", "A session needs at least one meeting.")
    if len(plans) > MOST:
        raise invalid("meetings", f"A session has at most {MOST} meetings.")
    meetings = [_dated(plan, position, invalid=invalid) for position, plan in enumerate(plans, start=1)]
    for before, after in pairwise(meetings):
        if after.starts_at < before.ends_at:
            raise invalid(
                f"meetings.{before.position}.localStart",
                "This meeting starts before the one before it ends. List the meetings in order of time.",
            )
    return meetings


def _dated(plan: MeetingPlan, position: int, *, invalid: Invalid) -> DatedMeeting:
    at = f"meetings.{position - 1}"
    starts_at = _instant(plan.local_start, plan.time_zone, f"{at}.localStart", f"{at}.timeZone", invalid=invalid)
    ends_at = _instant(plan.local_end, plan.time_zone, f"{at}.localEnd", f"{at}.timeZone", invalid=invalid)
    if ends_at <= starts_at:
        raise invalid(f"{at}.localEnd", "A meeting must end after it starts.")
    return DatedMeeting(
        **asdict(_placed(plan, at, invalid=invalid)), position=position, starts_at=starts_at, ends_at=ends_at
    )


def _instant(local: datetime, zone: str, field: str, zone_field: str, *, invalid: Invalid) -> datetime:
    try:
        return instant(local, zone)
    except MeetingRefused as refused:
        raise invalid(zone_field if refused.field == "timeZone" else field, refused.message) from None


def _placed(plan: MeetingPlan, at: str, *, invalid: Invalid) -> MeetingPlan:
    if plan.country is not None and plan.country not in _countries():
        raise invalid(
            f"{at}.country", "This is no country. Use an ISO 3166-1 code of two capital letters such as 'CH'."
        )
    if (plan.latitude is None) != (plan.longitude is None):
        raise invalid(f"{at}.latitude", "Coordinates need both a latitude and a longitude.")
    if plan.latitude is not None and not -90 <= plan.latitude <= 90:  # noqa: PLR2004 -- degrees
        raise invalid(f"{at}.latitude", "A latitude lies between -90 and 90 degrees.")
    if plan.longitude is not None and not -180 <= plan.longitude <= 180:  # noqa: PLR2004 -- degrees
        raise invalid(f"{at}.longitude", "A longitude lies between -180 and 180 degrees.")
    return replace(
        plan,
        place=None if plan.place is None else text_of(plan.place, f"{at}.place", invalid=invalid),
        link=None if plan.link is None else link_of(plan.link, f"{at}.link", invalid=invalid),
    )


def _refused(field: str, message: str) -> MeetingRefused:
    return MeetingRefused(MeetingRefusal.INVALID, message, field=field)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _countries() -> frozenset[str]:
    territories = map(str, Locale("en").territories)
    return frozenset(filter(COUNTRY.fullmatch, territories)) - NO_COUNTRIES


async def of_session(db: AsyncSession, session_id: uuid.UUID) -> list[Meeting]:
    """The session's meetings in order of time."""
    return list(
        await db.scalars(select(Meeting).where(Meeting.session_id == session_id).order_by(col(Meeting.position)))
    )
