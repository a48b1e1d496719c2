"""What is known already: the records that a batch of rows refers to, by the names that other systems give them.

They are looked up once per batch and kind, so that a row costs no questions of its own, and forgotten with the batch.
"""

import uuid
from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.imports.rows import Unfit
from domain.communities.answers import Answer
from domain.communities.communities import Community
from domain.communities.questions import Question
from domain.evaluations.evaluations import Evaluation
from domain.evaluations.instruments import Instrument
from domain.evaluations.responses import Response
from domain.people.organizations import Organization
from domain.people.people import Person
from domain.programs.cohorts import Cohort
from domain.programs.programs import Program
from domain.sessions.sessions import Session

Referable = (
    Answer
    | Cohort
    | Community
    | Evaluation
    | Instrument
    | Organization
    | Person
    | Program
    | Question
    | Response
    | Session
)


class Mention(NamedTuple):
    """A record that a row speaks of."""

    kind: type[Referable]
    reference: str


class Known:
    """`more` holds what a kind of draft looked up beside, by keys of its own.

    The records are held on to, so that the transaction needn't ask for them again.
    """

    def __init__(self) -> None:
        self.facts: dict[Mention, dict[str, Any]] = {}
        self.records: list[Referable] = []
        self.more: dict[Hashable, Any] = {}

    async def look_up(self, db: AsyncSession, mentions: Iterable[Mention]) -> None:
        wanted: dict[type[Referable], set[str]] = {}
        for mention in mentions:
            wanted.setdefault(mention.kind, set()).add(mention.reference)
        for kind, references in wanted.items():
            named: Any = select(kind).where(col(kind.external_ref).in_(sorted(references)))
            for record in await db.scalars(named):
                self.add(record)

    def add(self, record: Referable) -> None:
        if record.external_ref is not None:
            self.records.append(record)
            self.facts[Mention(type(record), record.external_ref)] = record.model_dump()

    def find(self, kind: type[Referable], reference: str) -> dict[str, Any] | None:
        return self.facts.get(Mention(kind, reference))

    def id_of(self, kind: type[Referable], reference: str | None, field: str) -> uuid.UUID | None:
        """Who is meant, if anybody."""
        return None if reference is None else self.the(kind, reference, field)["id"]

    def the(self, kind: type[Referable], reference: str, field: str) -> dict[str, Any]:
        facts = self.find(kind, reference)
        if facts is None:
            raise Unfit(field, f"There is no {kind.__name__.lower()} with the reference '{reference}'.")
        return facts

    def kept(self) -> "Known":
        """As it is now, to come back to where rows turn out to be unfit."""
        copy = Known()
        copy.facts, copy.records, copy.more = dict(self.facts), list(self.records), dict(self.more)
        return copy
