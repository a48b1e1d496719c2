"""Upserts: a record that has a name elsewhere is created when it is new, and changed when it is known."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.records import Record, Refused

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Upserted(Generic[R]):
    """The record as it is now, and whether it is new."""

    record: R
    created: bool


async def upsert(
    db: AsyncSession,
    named: SelectOfScalar[R],
    *,
    create: Callable[[], Awaitable[R]],
    update: Callable[[R], Awaitable[R]],
) -> Upserted[R]:
    """The record that is `named`, created or updated.

    Another may create it at the same time. Who sees that only when writing has lost a race, and is tried again as a
    whole. Who is refused for it looks again: what is there by now is changed, and any other refusal stands.
    """
    known = await db.scalar(named)
    if known is not None:
        return Upserted(await update(known), created=False)
    try:
        return Upserted(await create(), created=True)
    except Refused:
        known = await db.scalar(named)
        if known is None:
            raise
    return Upserted(await update(known), created=False)


def misplaced(known: Record, said: dict[str, Any]) -> str | None:
    """The first fact that is said of a record and that it never changes; None where all of them hold."""
    return next((name for name, fact in said.items() if fact is not None and getattr(known, name) != fact), None)
