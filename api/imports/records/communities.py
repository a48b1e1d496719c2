"""Communities of practice and their members."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.values.facts import given, needed, reference, text, word
from api.imports.values.formulas import Value
from domain.communities import communities, memberships
from domain.communities.communities import Community, NewCommunity, Visibility
from domain.communities.memberships import MembershipRole
from domain.people.people import Person
from domain.programs.programs import Program


class CommunityShape(Shape):
    """`domain` is what it is about, `program` the reference of the program that it is connected to."""

    record: Literal["community"]
    external_ref: Value
    name: Value
    domain: Value
    charter: Value | None = None
    program: Value | None = None
    visibility: Value | None = None

    def draft(self, row: Row) -> "CommunityDraft":
        return CommunityDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            reference(self.program, row, "program"),
            given(
                name=needed(text(self.name, row, "name"), "name"),
                domain=needed(text(self.domain, row, "domain"), "domain"),
                charter=text(self.charter, row, "charter"),
                visibility=word(self.visibility, Visibility, row, "visibility"),
            ),
        )


@dataclass(frozen=True)
class CommunityDraft(Draft):
    record: ClassVar = "community"
    reference: str
    program: str | None
    facts: Mapping[str, Any]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Community, self.reference)
        if self.program:
            yield Mention(Program, self.program)

    async def write(self, desk: Desk) -> Outcome:
        facts = {**self.facts, **given(program_id=desk.known.id_of(Program, self.program, "program"))}
        before = desk.known.find(Community, self.reference)
        if before is not None:
            return Outcome.KEPT if any(before[name] != fact for name, fact in facts.items()) else Outcome.UNCHANGED
        new = NewCommunity(**facts, external_ref=self.reference)
        desk.known.add(await communities.found(desk.db, new, by=desk.by, now=desk.now))
        return Outcome.CREATED


class MembershipShape(Shape):
    record: Literal["membership"]
    community: Value
    person: Value
    role: Value | None = None

    def draft(self, row: Row) -> "MembershipDraft":
        return MembershipDraft(
            needed(reference(self.community, row, "community"), "community"),
            needed(reference(self.person, row, "person"), "person"),
            word(self.role, MembershipRole, row, "role"),
        )


@dataclass(frozen=True)
class MembershipDraft(Draft):
    record: ClassVar = "membership"
    community: str
    person: str
    role: MembershipRole | None

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Community, self.community)
        yield Mention(Person, self.person)

    async def write(self, desk: Desk) -> Outcome:
        """Who has left stays away: the file may be older than that."""
        community_id = desk.known.the(Community, self.community, "community")["id"]
        person_id = desk.known.the(Person, self.person, "person")["id"]
        key = (MembershipRole, community_id, person_id)
        if key not in desk.known.more:
            there = await memberships.of(desk.db, community_id, person_id)
            desk.known.more[key] = there and (there.role, there.left_at)
        before = desk.known.more[key]
        if before is not None and (before[1] is not None or self.role in {None, before[0]}):
            return Outcome.UNCHANGED if before[1] is None else Outcome.KEPT

        if before is None:
            await memberships.join(desk.db, community_id, person_id, staff=True, by=desk.by, now=desk.now)
        role = self.role or MembershipRole.MEMBER
        await memberships.appoint(desk.db, community_id, person_id, role, by=desk.by, now=desk.now)
        desk.known.more[key] = (role, None)
        return Outcome.CREATED if before is None else Outcome.UPDATED
