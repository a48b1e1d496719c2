"""People: everyone known to the tenant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.upserts import upsert
from api.imports.values.facts import given, needed, reference, text
from api.imports.values.formulas import Value
from domain.people import people
from domain.people.organizations import Organization
from domain.people.people import NewPerson, Person


class PersonShape(Shape):
    """`organization` is the reference of where they work."""

    record: Literal["person"]
    external_ref: Value
    name: Value
    email: Value | None = None
    organization: Value | None = None

    def draft(self, row: Row) -> "PersonDraft":
        return PersonDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            reference(self.organization, row, "organization"),
            given(name=text(self.name, row, "name"), email=text(self.email, row, "email")),
        )


@dataclass(frozen=True)
class PersonDraft(Draft):
    record: ClassVar = "person"
    reference: str
    organization: str | None
    facts: Mapping[str, Any]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Person, self.reference)
        if self.organization:
            yield Mention(Organization, self.organization)

    async def write(self, desk: Desk) -> Outcome:
        works_at = desk.known.id_of(Organization, self.organization, "organization")
        return await upsert(
            desk,
            Mention(Person, self.reference),
            {**self.facts, **given(organization_id=works_at)},
            needs=["name"],
            create=lambda facts: people.create(desk.db, NewPerson(**facts), by=desk.by, now=desk.now),
            update=lambda their, changes: people.update(desk.db, their, changes, by=desk.by, now=desk.now),
        )
