"""Upserts: a record that has a name elsewhere is created when it is new, and changed where the row says otherwise.

What a row doesn't say stays as it is, so that two files may each know a part.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from api.imports.known import Mention, Referable
from api.imports.shapes import Desk, Outcome
from api.imports.values.facts import needed

Facts = Mapping[str, Any]


async def upsert(
    desk: Desk,
    mention: Mention,
    facts: Facts,
    *,
    needs: Collection[str],
    create: Callable[[Facts], Awaitable[Referable]],
    update: Callable[[Any, Any], Awaitable[Referable]],
) -> Outcome:
    before = desk.known.find(*mention)
    if before is None:
        for name in needs:
            needed(facts.get(name), name)
        desk.known.add(await create({**facts, "external_ref": mention.reference}))
        return Outcome.CREATED
    changes = {name: fact for name, fact in facts.items() if before[name] != fact}
    if not changes:
        return Outcome.UNCHANGED
    after = await update(before["id"], changes)
    desk.known.add(after)
    return Outcome.UNCHANGED if after.model_dump() == before else Outcome.UPDATED
