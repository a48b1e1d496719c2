"""Rows: what a file says, one after the other, before anybody has judged it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Cell = str | list[str]
Cells = Mapping[str, Cell]

NUMBER = "#row"
FINGERPRINT = "#fingerprint"
BUILT_IN = frozenset({NUMBER, FINGERPRINT})


class ImportStoppedError(ValueError):
    """An import that can't go on, and what to do about it."""


class PlanError(ImportStoppedError):
    """What is wrong with a plan, and where it stands."""


class SourceError(ImportStoppedError):
    """The rest of a file can't be read. What stood before it is brought in."""


class Unfit(Exception):  # noqa: N818 -- an answer about a row, not a fault of the program
    """A row says something that can't be. It is rejected alone."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Row:
    """`number` is how a person finds it: the row of the spreadsheet, the line, or the place among the elements."""

    number: int
    cells: Cells

    def cell(self, column: str) -> Cell | None:
        """What stands in the column, without the white space around it; None where there is nothing."""
        cell = self.cells.get(column, "")
        if isinstance(cell, list):
            return [entry.strip() for entry in cell if entry.strip()] or None
        return cell.strip() or None


@dataclass(frozen=True)
class Broken:
    """A row that can't be read, and why."""

    number: int
    reason: str
    cells: Cells


def fingerprint(cells: Cells) -> bytes:
    """The same for rows that say the same, in whichever order their columns stand."""
    said = sorted((name, cell) for name, cell in cells.items() if cell)
    return hashlib.blake2b(repr(said).encode(errors="surrogatepass"), digest_size=10).digest()


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
