"""Conditions: which rows, or which values, count, such as `{ country = ["CH", "AT"], email = "*", state = "!closed" }`.

"*" is anything, "" is nothing, and "!" before a word is anything but that.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from api.imports.rows import Cell, Row

ANYTHING = "*"
NOT = "!"


def _listed(condition: object) -> object:
    if not isinstance(condition, Mapping):
        return condition
    return {column: _texts(wanted) for column, wanted in condition.items()}


def _texts(wanted: object) -> object:
    if isinstance(wanted, list):
        return [str(one) if isinstance(one, int) else one for one in wanted]
    return [str(wanted) if isinstance(wanted, int) else wanted]


Condition = Annotated[dict[str, list[str]], BeforeValidator(_listed)]


def holds(condition: Condition | None, row: Row) -> bool:
    """Whether every column says one of the words that are wanted of it, and none that is not."""
    return all(_says(row.cell(column), words) for column, words in (condition or {}).items())


def _says(cell: Cell | None, words: list[str]) -> bool:
    entries = {cell} if isinstance(cell, str) else set(cell or [""])
    unwanted = {word.removeprefix(NOT) for word in words if word.startswith(NOT)}
    wanted = {word for word in words if not word.startswith(NOT)}
    if entries & unwanted:
        return False
    return not wanted or bool(entries & wanted) or (ANYTHING in wanted and cell is not None)
