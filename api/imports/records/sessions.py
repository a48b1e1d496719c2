"""Sessions with their meetings: instructor-led events, past and to come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.values.conditions import Condition, holds
from api.imports.values.facts import decimal, given, moment, needed, reference, text, wall, whole, word
from api.imports.values.formulas import Value
from domain.journeys import journeys
from domain.people.organizations import Organization
from domain.programs.cohorts import Cohort
from domain.programs.programs import Program
from domain.sessions import registrations, sessions
from domain.sessions.meetings import Meeting, MeetingPlan
from domain.sessions.sessions import NewSession, Session, SessionFormat

Facts = Mapping[str, Any]
PLANNED = [field.name for field in fields(MeetingPlan)]


class MeetingShape(BaseModel):
    """`starts` and `ends` are times on the wall of its own `time_zone`, or of the plan's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: Condition | None = None
    starts: Value
    ends: Value
    time_zone: Value | None = None
    place: Value | None = None
    country: Value | None = None
    latitude: Value | None = None
    longitude: Value | None = None
    link: Value | None = None

    def facts(self, row: Row, at: str, zone: str) -> Facts:
        return given(
            local_start=needed(wall(self.starts, row, f"{at}.starts"), f"{at}.starts"),
            local_end=needed(wall(self.ends, row, f"{at}.ends"), f"{at}.ends"),
            time_zone=text(self.time_zone, row, f"{at}.time_zone") or zone,
            place=text(self.place, row, f"{at}.place"),
            country=text(self.country, row, f"{at}.country"),
            latitude=decimal(self.latitude, row, f"{at}.latitude"),
            longitude=decimal(self.longitude, row, f"{at}.longitude"),
            link=text(self.link, row, f"{at}.link"),
        )


class SessionShape(Shape):
    """`program`, `cohort` and `host_organization` are references. A session can't change its program or cohort."""

    record: Literal["session"]
    external_ref: Value
    title: Value
    program: Value
    format: Value
    cohort: Value | None = None
    number: Value | None = None
    capacity: Value | None = None
    waitlist_capacity: Value | None = None
    host_organization: Value | None = None
    registration_closes_at: Value | None = None
    meetings: list[MeetingShape] = Field(min_length=1)

    def draft(self, row: Row) -> "SessionDraft":
        held = [(place, shape) for place, shape in enumerate(self.meetings) if holds(shape.when, row)]
        return SessionDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            needed(reference(self.program, row, "program"), "program"),
            reference(self.cohort, row, "cohort"),
            reference(self.host_organization, row, "host_organization"),
            whole(self.number, row, "number"),
            given(
                title=text(self.title, row, "title"),
                format=word(self.format, SessionFormat, row, "format"),
                capacity=whole(self.capacity, row, "capacity"),
                waitlist_capacity=whole(self.waitlist_capacity, row, "waitlist_capacity"),
                registration_closes_at=moment(
                    self.registration_closes_at, row, "registration_closes_at", zone=self._zone
                ),
            ),
            [shape.facts(row, f"meetings.{place}", self._zone) for place, shape in held],
        )


@dataclass(frozen=True)
class SessionDraft(Draft):
    record: ClassVar = "session"
    reference: str
    program: str
    cohort: str | None
    host: str | None
    number: int | None
    facts: Facts
    meetings: Sequence[Facts]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Session, self.reference)
        yield Mention(Program, self.program)
        if self.cohort:
            yield Mention(Cohort, self.cohort)
        if self.host:
            yield Mention(Organization, self.host)

    @classmethod
    async def gather(cls, desk: Desk, drafts: Sequence[Self]) -> None:
        """The meetings of the sessions that are there already, in order of time."""
        known = [desk.known.find(Session, draft.reference) for draft in drafts]
        ids = {facts["id"] for facts in known if facts}
        if not ids:
            return
        held = select(Meeting).where(col(Meeting.session_id).in_(ids)).order_by(col(Meeting.position))
        for meeting in await desk.db.scalars(held):
            desk.known.more.setdefault((Meeting, meeting.session_id), []).append(_plan_of(meeting))

    async def write(self, desk: Desk) -> Outcome:
        program_id = desk.known.the(Program, self.program, "program")["id"]
        cohort_id = desk.known.id_of(Cohort, self.cohort, "cohort")
        host_id = desk.known.id_of(Organization, self.host, "host_organization")
        facts = {**self.facts, **given(host_organization_id=host_id)}
        before = desk.known.find(Session, self.reference)
        if before is not None:
            changed = await self._change(desk, before, facts)
            other = given(program_id=program_id, cohort_id=cohort_id, number=self.number)
            elsewhere = any(before[name] != fact for name, fact in other.items())
            return Outcome.UPDATED if changed else Outcome.KEPT if elsewhere else Outcome.UNCHANGED

        for name in ("title", "format"):
            needed(facts.get(name), name)
        plans = [MeetingPlan(**meeting) for meeting in self.meetings]
        new = NewSession(
            **facts,
            external_ref=self.reference,
            program_id=program_id,
            cohort_id=cohort_id,
            number=self.number or 1,
            meetings=plans,
        )
        session = await sessions.schedule(desk.db, new, by=desk.by, now=desk.now)
        desk.known.add(session)
        desk.known.more[Meeting, session.id] = [{name: getattr(plan, name) for name in PLANNED} for plan in plans]
        return Outcome.CREATED

    async def _change(self, desk: Desk, before: dict[str, Any], facts: Facts) -> bool:
        """What is said otherwise is changed, as the API does it: seats that are added go to those who wait."""
        changed = False
        changes: Any = {name: fact for name, fact in facts.items() if before[name] != fact}
        if changes:
            session = await sessions.update(desk.db, before["id"], changes, by=desk.by, now=desk.now)
            await registrations.promote(desk.db, session.id, by=desk.by, now=desk.now)
            changed = session.model_dump() != before
            desk.known.add(session)
        return await self._move(desk, before) or changed

    async def _move(self, desk: Desk, before: dict[str, Any]) -> bool:
        held: list[dict[str, Any]] = desk.known.more.get((Meeting, before["id"]), [])
        wanted = [
            {**stored, **said} for stored, said in zip(_padded(held, len(self.meetings)), self.meetings, strict=True)
        ]
        if not wanted or wanted == held:
            return False
        plans = [MeetingPlan(**facts) for facts in wanted]
        session = await sessions.reschedule(desk.db, before["id"], plans, by=desk.by, now=desk.now)
        await journeys.move(desk.db, session, by=desk.by, now=desk.now)
        await desk.db.flush()
        desk.known.add(session)
        after = select(Meeting).where(Meeting.session_id == session.id).order_by(col(Meeting.position))
        desk.known.more[Meeting, session.id] = [_plan_of(meeting) for meeting in await desk.db.scalars(after)]
        return bool(desk.known.more[Meeting, session.id] != held)


def _plan_of(meeting: Meeting) -> dict[str, Any]:
    return {name: getattr(meeting, name) for name in PLANNED}


def _padded(held: list[dict[str, Any]], length: int) -> list[dict[str, Any]]:
    """As many meetings as the row has: what it doesn't say of one that is there stays as it is."""
    return [*held[:length], *({} for _ in range(length - len(held)))]
