"""Templates: texts with columns in them, such as `"{first} {last}"`.

A text is empty where one of its columns is, so that nothing is referred to by half a name. A column that may be missing
is marked: `"{first} {middle?} {last}"`. A text that is one column alone gives its cell as it is, a list as a list.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from api.imports.rows import Cell, Row

PLACE = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")


@dataclass(frozen=True)
class Part:
    """Words as they stand, or a column."""

    words: str = ""
    column: str = ""
    dispensable: bool = False


class Template:
    def __init__(self, text: str) -> None:
        self.parts = tuple(_parts(text))

    @property
    def columns(self) -> Iterator[Part]:
        return (part for part in self.parts if part.column)

    def said_by(self, row: Row) -> Cell | None:
        if len(self.parts) == 1 and self.parts[0].column:
            return row.cell(self.parts[0].column)
        said = [row.cell(part.column) if part.column else part.words for part in self.parts]
        if any(cell is None and not part.dispensable for cell, part in zip(said, self.parts, strict=True)):
            return None
        texts = [", ".join(cell) if isinstance(cell, list) else cell or "" for cell in said]
        return "".join(texts).strip() or None


def _parts(text: str) -> Iterator[Part]:
    end = 0
    for place in PLACE.finditer(text):
        if place.start() > end:
            yield Part(words=text[end : place.start()])
        if place[1] is None:
            yield Part(words=place[0][0])
        else:
            yield Part(column=place[1].removesuffix("?").strip(), dispensable=place[1].endswith("?"))
        end = place.end()
    if end < len(text):
        yield Part(words=text[end:])
