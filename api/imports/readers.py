"""Readers: a file's rows, one at a time, however large it is.

What can't be read as a row is handed on as broken, so that it is rejected alone; only where nothing that follows can be
trusted the reading ends.
"""

import csv
import io
from collections.abc import Generator, Iterator, Sequence
from itertools import zip_longest
from typing import BinaryIO
from xml.parsers import expat

import orjson

from api.imports.rows import Broken, Cell, Row, SourceError, listed

BLOCK = 1 << 16
LONGEST = 1 << 24
SURPLUS = "(beyond the header)"

Rows = Iterator[Row | Broken]
Reading = Generator[Row | Broken]


def csv_rows(file: BinaryIO, *, encoding: str, delimiter: str, more_columns: Sequence[str] = ()) -> Reading:
    """The first row names the columns. Short rows are filled up; `more_columns` names what stands beyond the header.

    Numbered as a spreadsheet does, where the header is row 1. Bytes that are no text of the encoding become halves of
    surrogate pairs, which the domain refuses, so that they cost one row and not the file.
    """
    text = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
    reader = csv.reader(text, delimiter=delimiter)
    columns: list[str] = []
    number = 0
    try:
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                yield Broken(number, f"This can't be read: {fault}. Is a quotation mark left open?", {})
                continue
            if not columns:
                columns = _header(cells, more_columns)
            elif any(cell.strip() for cell in cells):
                yield _csv_row(number, columns, cells)
    finally:
        text.detach()


def _header(cells: Sequence[str], more_columns: Sequence[str]) -> list[str]:
    columns = [*(cell.strip().removeprefix("\ufeff") for cell in cells), *more_columns]
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        raise SourceError(f"More than one column is called {listed(sorted(twice))}. Give each its own name.")
    return columns


def _csv_row(number: int, columns: Sequence[str], cells: Sequence[str]) -> Row | Broken:
    named: dict[str, Cell] = {column: cell for column, cell in zip_longest(columns, cells, fillvalue="") if column}
    surplus = [cell for cell in cells[len(columns) :] if cell.strip()]
    if not surplus:
        return Row(number, named)
    return Broken(
        number,
        f"The row has {len(cells)} cells, and only {len(columns)} columns have a name. Name the others in the plan's "
        "`more_columns`, or put cells that contain the delimiter in quotation marks.",
        {**named, SURPLUS: surplus},
    )


def jsonl_rows(file: BinaryIO) -> Reading:
    """One JSON object a line. Parts of nested objects are called by their path, such as `address.city`."""
    number = 0
    while line := file.readline(LONGEST):
        number += 1
        if len(line) == LONGEST and not line.endswith(b"\n"):
            while len(rest := file.readline(LONGEST)) == LONGEST and not rest.endswith(b"\n"):
                pass
            yield Broken(number, f"The line is longer than {LONGEST:,} bytes.", {})
            continue
        line = line.removeprefix(b"\xef\xbb\xbf").strip()
        if line:
            yield _jsonl_row(number, line)


def _jsonl_row(number: int, line: bytes) -> Row | Broken:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as fault:
        return Broken(number, f"This is no JSON: {fault}.", {"": line.decode(errors="replace")})
    if not isinstance(said, dict):
        return Broken(number, "A line holds one JSON object, between braces.", {"": line.decode(errors="replace")})
    return Row(number, dict(_flat(said, "")))


def _flat(said: dict[str, object], path: str) -> Iterator[tuple[str, Cell]]:
    for name, part in said.items():
        if isinstance(part, dict):
            yield from _flat(part, f"{path}{name}.")
        elif isinstance(part, list):
            yield f"{path}{name}", [_text(entry) for entry in part]
        else:
            yield f"{path}{name}", _text(part)


def _text(part: object) -> str:
    if part is None:
        return ""
    return part if isinstance(part, str) else orjson.dumps(part).decode()


def xml_rows(file: BinaryIO, *, element: str) -> Reading:
    """The attributes of every such element. A document type is refused: its entities can be made to fill the memory."""
    parser = expat.ParserCreate()
    found: list[dict[str, str]] = []
    quiet = 0

    def starts(name: str, attributes: dict[str, str]) -> None:
        if name == element:
            found.append(attributes)

    def refuse(*_: object) -> None:
        raise SourceError("The file declares a document type (DOCTYPE). Save it without one.")

    parser.StartElementHandler = starts
    parser.StartDoctypeDeclHandler = refuse
    number = 0
    while True:
        block = file.read(BLOCK)
        try:
            parser.Parse(block, not block)
        except expat.ExpatError as fault:
            for attributes in found:
                number += 1
                yield Row(number, attributes)
            raise SourceError(f"After row {number} the file is no well-formed XML: {fault}.") from None
        for attributes in found:
            number += 1
            yield Row(number, attributes)
        quiet = 0 if found else quiet + len(block)
        found.clear()
        if quiet > LONGEST:
            raise SourceError(f"After row {number} there is no '{element}' in {LONGEST:,} bytes.")
        if not block:
            return
