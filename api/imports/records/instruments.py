"""Instruments: the questionnaires that responses answer, written into the plan item by item."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from api.imports.known import Mention
from api.imports.rows import Row, Unfit, listed
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.values.facts import needed, reference, text, truth, word
from api.imports.values.formulas import Value
from domain.evaluations import instruments, items
from domain.evaluations.instruments import Instrument, Level, NewInstrument
from domain.evaluations.items import ItemKind, NewItem


class ItemShape(BaseModel):
    """`choices` are the labels from low to high, or the name of one of the plan's lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ItemKind
    code: str
    prompt: str
    choices: list[str] = Field(default_factory=list)
    required: bool = False

    @field_validator("choices", mode="before")
    @classmethod
    def _named(cls, choices: object, info: ValidationInfo) -> object:
        lists = (info.context or {}).get("lists", {})
        if not isinstance(choices, str):
            return choices
        if choices not in lists:
            raise ValueError(f"there is no list '{choices}' in the plan; it has: {listed(lists) or 'none'}")
        return lists[choices]

    def new(self) -> NewItem:
        return NewItem(**self.model_dump())


class InstrumentShape(Shape):
    record: Literal["instrument"]
    external_ref: Value
    name: Value
    level: Value
    anonymous: Value | None = None
    items: list[ItemShape] = Field(min_length=1)

    def draft(self, row: Row) -> "InstrumentDraft":
        return InstrumentDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            needed(text(self.name, row, "name"), "name"),
            needed(word(self.level, Level, row, "level"), "level"),
            truth(self.anonymous, row, "anonymous") or False,
            [item.new() for item in self.items],
        )


@dataclass(frozen=True)
class InstrumentDraft(Draft):
    record: ClassVar = "instrument"
    reference: str
    name: str
    level: Level
    anonymous: bool
    items: Sequence[NewItem]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Instrument, self.reference)

    async def write(self, desk: Desk) -> Outcome:
        """An instrument never changes, and responses can't answer items that it doesn't have."""
        new = NewInstrument(
            name=self.name,
            level=self.level,
            anonymous=self.anonymous,
            external_ref=self.reference,
            items=self.items,
        )
        before = desk.known.find(Instrument, self.reference)
        if before is None:
            desk.known.add(await instruments.create(desk.db, new, by=desk.by, now=desk.now))
            return Outcome.CREATED
        asked = [asdict(item) for item in instruments.checked(new).items]
        there = [item.model_dump(include=set(asked[0])) for item in await items.of(desk.db, before["id"])]
        if asked != there or any(before[name] != getattr(self, name) for name in ("name", "level", "anonymous")):
            raise Unfit(
                "external_ref",
                f"The instrument '{self.reference}' asks something else, and an instrument never changes. "
                "Give this one a reference and a name of its own.",
            )
        return Outcome.UNCHANGED
