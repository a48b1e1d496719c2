"""Values: what a row gives for a field.

In a plan a value is a text with columns in it, a number or a word that all rows share, a list of these, or a table that
says how to come from the one to the other: `{ of = "{tags}", split = ",", table = "programs", otherwise = "other" }`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, InstanceOf, ValidationInfo, field_validator

from api.imports.rows import Cell, Row, Unfit, listed
from api.imports.values.conditions import Condition, holds
from api.imports.values.plain import plain
from api.imports.values.templates import Template


def _template(value: object) -> object:
    if isinstance(value, bool):
        return Template(str(value).lower())
    if isinstance(value, datetime | date | time):
        return Template(value.isoformat())
    if isinstance(value, str | int | float):
        return Template(str(value))
    if isinstance(value, Template):
        return value
    raise ValueError("a value is a text, a number, true or false")


Text = Annotated[InstanceOf[Template], BeforeValidator(_template)]


class Formula(BaseModel):
    """`of` what, `split` at what or all that a pattern does `find`, looked up in which `table`, or `otherwise` what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: Text | list[Text]
    when: Condition | None = None
    html: bool = False
    split: str | None = None
    find: re.Pattern[str] | None = None
    table: Mapping[str, str] | None = None
    otherwise: Text | None = None
    date: str | None = None

    @field_validator("table", mode="before")
    @classmethod
    def _named(cls, name: object, info: ValidationInfo) -> object:
        tables: Mapping[str, Mapping[str, str]] = (info.context or {}).get("tables", {})
        if name is None or (isinstance(name, str) and name in tables):
            return name and tables[str(name)]
        raise ValueError(f"there is no table '{name}' in the plan; it has: {listed(tables) or 'none'}")

    def said_by(self, row: Row, field: str) -> Cell | None:
        said = self._said_by(row, field) if holds(self.when, row) else None
        return self.otherwise.said_by(row) if said is None and self.otherwise else said

    def _said_by(self, row: Row, field: str) -> Cell | None:
        if isinstance(self.of, list):
            cells = [template.said_by(row) for template in self.of]
            said: Cell | None = [text for cell in cells if cell is not None for text in _entries(cell)]
        else:
            said = self.of.said_by(row)
        if said is not None and self.html:
            said = _each(said, plain)
        if isinstance(said, str) and self.split:
            said = [entry.strip() for entry in said.split(self.split) if entry.strip()]
        if isinstance(said, str) and self.find:
            said = [found[min(self.find.groups, 1)] or "" for found in self.find.finditer(said)]
        if said and self.table is not None:
            said = self._looked_up(said, field)
        return said or None

    def _looked_up(self, said: Cell, field: str) -> Cell | None:
        """Of a list, what the table doesn't know is left out. A single text it knows, or there is `otherwise`."""
        table = self.table or {}
        if isinstance(said, list):
            return [table[entry] for entry in said if entry in table]
        if said in table:
            return table[said]
        if self.otherwise:
            return None
        raise Unfit(field, f"The plan's table has no '{said}'.")


def _entries(cell: Cell) -> list[str]:
    return cell if isinstance(cell, list) else [cell]


def _each(said: Cell, change: Callable[[str], str]) -> Cell:
    return [change(entry) for entry in said] if isinstance(said, list) else change(said)


def _formula(value: object) -> object:
    return value if isinstance(value, Mapping | Formula) else {"of": value}


Value = Annotated[Formula, BeforeValidator(_formula)]
