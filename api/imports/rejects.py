"""Rejects: the rows that were not brought in, each with its number, the reason and what it says.

A spreadsheet (`.csv`), or one JSON object a line (`.jsonl`).
"""

import csv
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from api.imports.rows import Cell, ImportStoppedError

COLUMNS = ("source", "row", "record", "field", "reason", "data")


@dataclass(frozen=True)
class Reject:
    source: str
    row: int
    record: str | None
    field: str | None
    reason: str
    data: Mapping[str, Cell]


class Rejects(AbstractContextManager["Rejects"]):
    """The file is written from the start, so that it never tells of an earlier run."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def __enter__(self) -> Self:
        self.file = None
        if self.path is None:
            return self
        try:
            self.file = self.path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        except OSError as fault:
            raise ImportStoppedError(f"The file of rejects {self.path} can't be written: {fault.strerror}.") from None
        if self.path.suffix != ".jsonl":
            csv.writer(self.file).writerow(COLUMNS)
        return self

    def write(self, reject: Reject) -> None:
        if self.file is None or self.path is None:
            return
        facts = asdict(reject)
        if self.path.suffix == ".jsonl":
            self.file.write(f"{_json(facts)}\n")
        else:
            csv.writer(self.file).writerow(_json(facts[name]) if name == "data" else facts[name] for name in COLUMNS)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.file is not None:
            self.file.close()


def _json(facts: object) -> str:
    return json.dumps(facts, ensure_ascii=False)
