"""Responses that were collected elsewhere.

An item is answered from the column that is called as its code, unless `answers` says otherwise. What a rating or a
choice says is found by its label; a rating may also say its place, counted from 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, Self

from pydantic import Field
from sqlmodel import col, select

from api.imports.known import Mention
from api.imports.rows import Cell, Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.values.facts import moment, needed, number, reference
from api.imports.values.formulas import Value
from domain.evaluations import items, responses
from domain.evaluations.evaluations import Evaluation
from domain.evaluations.items import NUMBERS, Item, ItemKind, ItemValue
from domain.evaluations.responses import ItemAnswer, Response


class ResponseShape(Shape):
    """`answers` gives items, by their codes, what they don't find in a column called as the code."""

    record: Literal["response"]
    external_ref: Value
    evaluation: Value
    submitted_at: Value
    answers: Mapping[str, Value] = Field(default_factory=dict)

    def draft(self, row: Row) -> "ResponseDraft":
        return ResponseDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            needed(reference(self.evaluation, row, "evaluation"), "evaluation"),
            needed(moment(self.submitted_at, row, "submitted_at", zone=self._zone), "submitted_at"),
            {code: value.said_by(row, f"answers.{code}") for code, value in self.answers.items()},
            row,
        )


@dataclass(frozen=True)
class ResponseDraft(Draft):
    record: ClassVar = "response"
    reference: str
    evaluation: str
    submitted_at: datetime
    answers: Mapping[str, Cell | None]
    row: Row

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Response, self.reference)
        yield Mention(Evaluation, self.evaluation)

    @classmethod
    async def gather(cls, desk: Desk, drafts: Sequence[Self]) -> None:
        """What the responses that are there already say, item by item."""
        known = [desk.known.find(Response, draft.reference) for draft in drafts]
        ids = {facts["id"] for facts in known if facts}
        if not ids:
            return
        for answer in await desk.db.scalars(select(ItemAnswer).where(col(ItemAnswer.response_id).in_(ids))):
            said = desk.known.more.setdefault((ItemAnswer, answer.response_id), {})
            said[answer.item_id] = (answer.number, answer.choices, answer.text)

    async def write(self, desk: Desk) -> Outcome:
        evaluation = desk.known.the(Evaluation, self.evaluation, "evaluation")
        instrument_id = evaluation["instrument_id"]
        if instrument_id not in desk.questionnaires:
            desk.questionnaires[instrument_id] = await items.of(desk.db, instrument_id)
        asked = desk.questionnaires[instrument_id]
        cells = [(item, self.answers.get(item.code) or self.row.cell(item.code)) for item in asked]
        values = [value_of(item, cell) for item, cell in cells if cell is not None]

        before = desk.known.find(Response, self.reference)
        if before is not None:
            said = {value.item_id: (value.number, value.choices, value.text) for value in values}
            there: Any = desk.known.more.get((ItemAnswer, before["id"]), {})
            return Outcome.UNCHANGED if said == there else Outcome.KEPT
        response = await responses.bring_in(
            desk.db,
            evaluation["id"],
            values,
            external_ref=self.reference,
            submitted_at=self.submitted_at,
            by=desk.by,
            now=desk.now,
        )
        desk.known.add(response)
        desk.known.more[ItemAnswer, response.id] = {
            value.item_id: (value.number, value.choices, value.text) for value in values
        }
        return Outcome.CREATED


def value_of(item: Item, cell: Cell) -> ItemValue:
    """What the cell says to the item. Whether it fits is for the domain to say."""
    said = [cell] if isinstance(cell, str) else list(cell)
    if item.kind in NUMBERS:
        place = item.choices.index(said[0]) + 1 if said[0] in item.choices else None
        return ItemValue(item_id=item.id, number=place or number(said[0], item.code))
    if item.kind == ItemKind.TEXT:
        return ItemValue(item_id=item.id, text=", ".join(said))
    return ItemValue(item_id=item.id, choices=said)
