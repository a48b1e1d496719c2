"""Meetings: the dated parts of sessions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.engine.fields import Connection, column, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.permissions import TEACHING, Access, signed_in
from api.scalars import URL, LocalDateTime, TimeZone
from domain.sessions import meetings

if TYPE_CHECKING:
    from api.sessions.attendance import Attendance
    from api.sessions.sessions import Session

SEATED = """EXISTS (SELECT FROM registration r WHERE r.tenant_id = {tenant} AND r.session_id = {t}.session_id
    AND r.person_id = {viewer} AND r.status = 'REGISTERED')"""


@planned(
    meetings.Meeting,
    prefix="mtg",
    visible=signed_in("sessions:read", "attendance:read"),
    filters=("session", "starts_at", "ends_at", "time_zone", "country"),
    orders=("starts_at",),
)
class Meeting(Node):
    """A dated part of a session: a workshop of two days is one session with two meetings."""

    session: Session = to_one("session_id", "The session it is part of.")
    position: int = column("Its place in the session, counted from 1.")
    local_start: LocalDateTime = column("What the clock on the wall shows when it starts.")
    local_end: LocalDateTime = column("What the clock on the wall shows when it ends.")
    time_zone: TimeZone = column("Where that wall stands.")
    starts_at: datetime = column("When it starts.")
    ends_at: datetime = column("When it ends.")
    place: str | None = column("Where it takes place.")
    country: str | None = column("The country's ISO 3166-1 code: `CH`.")
    latitude: float | None = column("Degrees north of the equator.")
    longitude: float | None = column("Degrees east of Greenwich.")
    link: URL | None = column(
        "Where to join online; null for those without a seat.", only=Access(TEACHING, "sessions:read", own=SEATED)
    )
    attendance: Connection[Attendance] = to_many(
        "meeting_id", "Who was there. Learners see their own.", order="recorded_at"
    )


one("meeting", "Meeting", "One meeting.", allow=signed_in("sessions:read"))
many(
    "meetings",
    "Meeting",
    "The meetings of all sessions, as a calendar.",
    allow=signed_in("sessions:read"),
    order="starts_at",
)


@strawberry.input(description="A meeting as it is agreed: what the clock on the wall shows, and where.")
class MeetingInput:
    local_start: LocalDateTime = strawberry.field(description="What the clock on the wall shows when it starts.")
    local_end: LocalDateTime = strawberry.field(description="What the clock on the wall shows when it ends.")
    time_zone: TimeZone = strawberry.field(
        description="Where that wall stands. A time that comes twice, when clocks are set back, is the earlier one."
    )
    place: str | None = strawberry.field(default=None, description="Where it takes place.")
    country: str | None = strawberry.field(default=None, description="The country's ISO 3166-1 code: `CH`.")
    latitude: float | None = strawberry.field(default=None, description="Degrees north of the equator.")
    longitude: float | None = strawberry.field(default=None, description="Degrees east of Greenwich.")
    link: URL | None = strawberry.field(default=None, description="Where to join online: an https address.")

    def plan(self) -> meetings.MeetingPlan:
        return meetings.MeetingPlan(**vars(self))
