"""Shapes and drafts: what a plan says about one kind of record, and what a row says about one record of that kind.

A shape makes a draft of a row without looking at the database. A draft names the records that it speaks of, which are
looked up for a whole batch at once, and is then written through the domain's own commands.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import auto
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr
from sqlalchemy.ext.asyncio import AsyncSession

from api.imports.known import Known, Mention
from api.imports.rows import Row
from api.imports.values.conditions import Condition
from domain.evaluations.items import Item
from domain.records import Word
from domain.sessions.head_counts import HeadCountKind
from tenants.viewer import Actor


class Outcome(Word):
    """KEPT: it says something else than the row, and can't be changed by an import."""

    CREATED = auto()
    UPDATED = auto()
    UNCHANGED = auto()
    KEPT = auto()


@dataclass(frozen=True)
class Correction:
    """A number that differs from the stored one. `times`: how many rows have spoken of it since."""

    stored: int
    people: int
    times: int = 1


Counted = tuple[uuid.UUID, HeadCountKind, int]
Questionnaires = dict[uuid.UUID, list[Item]]


@dataclass(frozen=True)
class Tally:
    """Head counts that wait.

    New ones wait for the end of the batch, to be put down at once; corrections for the end of the file, since of
    several rows that speak of one number the last is right.
    """

    new: dict[Counted, int] = field(default_factory=dict)
    corrections: dict[Counted, Correction] = field(default_factory=dict)

    def kept(self) -> "Tally":
        return Tally(dict(self.new), dict(self.corrections))


@dataclass
class Desk:
    """Where drafts are written: one batch's transaction, what is known in it, and what waits.

    `questionnaires` are the items of the instruments that are answered; they never change.
    """

    db: AsyncSession
    by: Actor
    now: datetime
    tally: Tally
    questionnaires: Questionnaires
    known: Known = field(default_factory=Known)


class Draft(ABC):
    """Unfit, it is so before anything is written of it."""

    record: ClassVar[str]

    @abstractmethod
    def mentions(self) -> Iterable[Mention]: ...

    @abstractmethod
    async def write(self, desk: Desk) -> Outcome | None:
        """What came of it; None where that is known only at the end of the file."""

    @classmethod  # noqa: B027 -- most need nothing
    async def gather(cls, desk: Desk, drafts: Sequence[Self]) -> None:
        """Look up what these drafts need beside the records that they speak of."""


class Shape(BaseModel, ABC):
    """`later`: only when the whole file has been read once, because it speaks of what other rows bring."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: str
    when: Condition | None = None
    later: bool = False
    _zone: str = PrivateAttr(default="UTC")

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 -- the library's signature
        self._zone = (context or {}).get("time_zone", "UTC")

    @abstractmethod
    def draft(self, row: Row) -> Draft | None:
        """What the row says, or None when it says nothing about such a record."""
