"""Programs: what is taught as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.upserts import upsert
from api.imports.values.facts import given, needed, reference, text, truth, whole
from api.imports.values.formulas import Value
from domain.programs import programs
from domain.programs.programs import NewProgram, Program


class ProgramShape(Shape):
    """`price_minor` counts the smallest coins of `price_currency`."""

    record: Literal["program"]
    external_ref: Value
    title: Value
    summary: Value | None = None
    goal: Value | None = None
    regulated: Value | None = None
    price_minor: Value | None = None
    price_currency: Value | None = None

    def draft(self, row: Row) -> "ProgramDraft":
        return ProgramDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            given(
                title=text(self.title, row, "title"),
                summary=text(self.summary, row, "summary"),
                goal=text(self.goal, row, "goal"),
                regulated=truth(self.regulated, row, "regulated"),
                price_minor=whole(self.price_minor, row, "price_minor"),
                price_currency=text(self.price_currency, row, "price_currency"),
            ),
        )


@dataclass(frozen=True)
class ProgramDraft(Draft):
    record: ClassVar = "program"
    reference: str
    facts: Mapping[str, Any]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Program, self.reference)

    async def write(self, desk: Desk) -> Outcome:
        return await upsert(
            desk,
            Mention(Program, self.reference),
            self.facts,
            needs=["title"],
            create=lambda facts: programs.create(desk.db, NewProgram(**facts), by=desk.by, now=desk.now),
            update=lambda its, changes: programs.update(desk.db, its, changes, by=desk.by, now=desk.now),
        )
