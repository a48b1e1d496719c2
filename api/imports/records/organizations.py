"""Organizations: where people work, and who sends or hosts them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.upserts import upsert
from api.imports.values.facts import given, needed, reference, text
from api.imports.values.formulas import Value
from domain.people import organizations
from domain.people.organizations import NewOrganization, Organization


class OrganizationShape(Shape):
    record: Literal["organization"]
    external_ref: Value
    name: Value

    def draft(self, row: Row) -> "OrganizationDraft":
        return OrganizationDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            given(name=text(self.name, row, "name")),
        )


@dataclass(frozen=True)
class OrganizationDraft(Draft):
    record: ClassVar = "organization"
    reference: str
    facts: Mapping[str, Any]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Organization, self.reference)

    async def write(self, desk: Desk) -> Outcome:
        return await upsert(
            desk,
            Mention(Organization, self.reference),
            self.facts,
            needs=["name"],
            create=lambda facts: organizations.create(desk.db, NewOrganization(**facts), by=desk.by, now=desk.now),
            update=lambda its, changes: organizations.update(desk.db, its, changes, by=desk.by, now=desk.now),
        )
