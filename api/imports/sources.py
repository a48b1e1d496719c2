"""Sources: which file, how it is read, which of its rows count, and what they become."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.imports.readers import Reading, Rows, csv_rows, jsonl_rows, xml_rows
from api.imports.records import AnyShape
from api.imports.rows import FINGERPRINT, NUMBER, Broken, Cell, Row, SourceError, fingerprint
from api.imports.values.conditions import Condition
from api.imports.values.formulas import Text

FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".xml": "xml"}


class Cut(BaseModel):
    """Where the text as a whole is as the pattern says, its named groups become the cells of the columns so called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: Text
    pattern: re.Pattern[str]

    def made_in(self, row: Row) -> Row:
        said = self.of.said_by(row)
        cut = self.pattern.fullmatch(said) if isinstance(said, str) else None
        if cut is None:
            return row
        return Row(row.number, {**row.cells, **{name: part or "" for name, part in cut.groupdict().items()}})


class Source(BaseModel):
    """`file` lies in the folder of data, or beside the plan. `element` is the XML element that is a row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    name: str = ""
    format: Literal["csv", "jsonl", "xml"] | None = None
    encoding: str = "utf-8-sig"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    element: str = "row"
    more_columns: list[str] = Field(default_factory=list)
    cut: list[Cut] = Field(default_factory=list)
    where: Condition | None = None
    records: list[AnyShape] = Field(min_length=1)

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str) -> str:
        try:
            name = codecs.lookup(encoding).name
        except LookupError:
            raise ValueError(f"there is no encoding '{encoding}'; use one such as 'utf-8' or 'cp1252'") from None
        return "utf-8-sig" if name == "utf-8" else name

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.format is None and Path(self.file).suffix.lower() not in FORMATS:
            raise ValueError("the file's name doesn't tell its format; say `format`: csv, jsonl or xml")
        return self

    @property
    def title(self) -> str:
        return self.name or Path(self.file).stem

    @property
    def kind(self) -> str:
        return self.format or FORMATS[Path(self.file).suffix.lower()]

    @contextmanager
    def opened(self, path: Path, *, prints: bool) -> Iterator[tuple[BinaryIO, Rows]]:
        """The open file, whose place tells how far the reading is, and its rows. `prints`: with their fingerprints."""
        with path.open("rb") as file, closing(self._rows(file)) as read:
            rows = map(self._cut, read)
            yield file, _named(path, _printed(rows) if prints else rows)

    def _rows(self, file: BinaryIO) -> Reading:
        match self.kind:
            case "xml":
                return xml_rows(file, element=self.element)
            case "jsonl":
                return jsonl_rows(file)
            case _:
                return csv_rows(file, encoding=self.encoding, delimiter=self.delimiter, more_columns=self.more_columns)

    def _cut(self, row: Row | Broken) -> Row | Broken:
        if isinstance(row, Broken):
            return row
        for cut in self.cut:
            row = cut.made_in(row)
        return Row(row.number, {**row.cells, NUMBER: str(row.number)})


def _printed(rows: Rows) -> Rows:
    """Rows that say the same are told apart by how many of them came before."""
    seen: Counter[bytes] = Counter()
    for row in rows:
        if isinstance(row, Broken):
            yield row
            continue
        said: dict[str, Cell] = {name: cell for name, cell in row.cells.items() if name != NUMBER}
        mark = fingerprint(said)
        seen[mark] += 1
        again = f"-{seen[mark]}" if seen[mark] > 1 else ""
        yield Row(row.number, {**row.cells, FINGERPRINT: f"{mark.hex()}{again}"})


def _named(path: Path, rows: Rows) -> Rows:
    try:
        yield from rows
    except SourceError as fault:
        raise SourceError(f"{path}: {fault}") from None
