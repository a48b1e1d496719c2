"""How a mutation is carried out: in one transaction, again where it lost a race, and in the end a row or a refusal."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from asyncpg import PostgresError
from graphql import GraphQLError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from api.engine.execution import Context, Payload
from api.mutations.commands import Asked, Command, Row, Told, Written, bad_input
from api.mutations.refusals import answered, frozen, thawed
from tenants import idempotency
from tenants.database import writes
from tenants.idempotency import Claim
from tenants.pool import LOST
from tenants.refusals import Refused
from tenants.strokes import Stroke

ATTEMPTS = 5
LOST_A_RACE = {"40001", "40P01", "23505"}
"""Serialization failure, deadlock, and a unique value that another transaction took first: asked again, the command
sees what the other wrote and says so."""
IN_TURN = text("SELECT pg_advisory_xact_lock(hashtext('collegium bulk'), hashtext(:tenant))")
"""Bulks that lost a race go one after the other: they lock so much that they would deadlock again and again."""
UNGUESSABLE = 20
"""The least length of a key under which an answer is kept that tells a secret."""

T = TypeVar("T")
No = Refused[Any]
Outcome = Told | No
Answer = dict[str, Any] | No | None
"""A row as the viewer asked for it, None where the viewer may not see it, or why not."""


@dataclass(frozen=True)
class Call:
    """One mutation of one request."""

    function: Callable[[Command, Any], Awaitable[Row | Told]]
    stroke: Callable[[Asked, Any], Stroke] | None
    items: Sequence[Any]
    context: Context
    payload: Payload
    claim: Claim | None
    bulk: bool
    dry_run: bool


async def run(call: Call) -> list[Any]:
    """What each item of the call comes to: a row of the plan, or a refusal."""
    try:
        answers = await _answers_of(call)
    except Refused as no:
        answers = [no]
    return [answered(answer) if isinstance(answer, Refused) else answer for answer in answers]


async def _answers_of(call: Call) -> list[Answer]:
    if call.dry_run:
        return await _rehearsed(call)
    if call.claim is not None:
        return await _attempt(call, _once)
    outcomes = await _at_once(call) or await _attempt(call, _all if call.bulk else _only)
    return await _read(call, outcomes, within=None)


async def _at_once(call: Call) -> list[Outcome]:
    """What one statement has done; nothing where there is more to it, or a reason against it.

    Where its connection was lost nobody knows: then the function looks what is there, as for whoever asks twice.
    """
    if call.stroke is None or call.bulk:
        return []
    context = call.context
    stroke = call.stroke(Asked(context.viewer, context.now, context.wall), call.items[0])
    try:
        row = await context.database.write(context.viewer.tenant.id, stroke)
    except LOST:
        return []
    except PostgresError as error:
        if error.sqlstate not in LOST_A_RACE:
            raise
        return []
    return [] if row is None else [Told(Written(row))]


async def _attempt(call: Call, work: Callable[[AsyncSession, Call], Awaitable[T]]) -> T:
    tenant_id = call.context.viewer.tenant.id
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with call.context.database.transaction(tenant_id, patient=False) as db:
                if call.bulk and attempt > 1:
                    await db.execute(IN_TURN, {"tenant": tenant_id.hex})
                return await work(db, call)
        except DBAPIError as error:
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in LOST_A_RACE:
                raise
    raise AssertionError("unreachable")


class _OverError(Exception):
    """A rehearsal is over. Raised, so that the transaction is rolled back as after any other exception."""

    def __init__(self, answers: list[Answer]) -> None:
        super().__init__()
        self.answers = answers


async def _rehearsed(call: Call) -> list[Answer]:
    """The answer that would come. Nothing of it stays."""
    try:
        return await _attempt(call, _rehearse)
    except _OverError as over:
        return over.answers


async def _rehearse(db: AsyncSession, call: Call) -> list[Answer]:
    outcomes = await (_all if call.bulk else _only)(db, call)
    raise _OverError(await _read(call, [_without_secret(outcome) for outcome in outcomes], within=db))


def _without_secret(outcome: Outcome) -> Outcome:
    return Told(outcome.record, created=outcome.created, now=outcome.now) if isinstance(outcome, Told) else outcome


async def _once(db: AsyncSession, call: Call) -> list[Answer]:
    """The answer, kept in the very transaction that carries the call out; or the one that was kept before."""
    assert call.claim is not None  # noqa: S101 -- the way of calls with a key
    try:
        kept = await idempotency.take(db, call.claim, wall=call.context.wall)
    except idempotency.ReusedError:
        message = "This idempotency key was used for another request. Take a new key for each thing you want done."
        raise bad_input(message, "IDEMPOTENCY_KEY_REUSED") from None
    if kept is not None:
        return [thawed(one["refused"]) if "refused" in one else one["row"] for one in orjson.loads(kept)]

    outcomes = await (_all if call.bulk else _apart)(db, call)
    if len(call.claim.key) < UNGUESSABLE and any(isinstance(one, Told) and one.text for one in outcomes):
        raise bad_input(
            f"This answer tells a secret and is kept under your key: use one of {UNGUESSABLE} characters or more that "
            "nobody can guess, such as a random UUID."
        )
    answers = await _read(call, outcomes, within=db)
    keeping = [{"refused": frozen(one)} if isinstance(one, Refused) else {"row": one} for one in answers]
    await idempotency.keep(db, call.claim, orjson.dumps(keeping))
    return answers


# The items, within a transaction.


async def _carry_out(db: AsyncSession, call: Call, item: Any) -> Told:  # noqa: ANN401 -- the mutation's input
    context = call.context
    outcome = await call.function(Command(context.viewer, context.now, context.wall, db), item)
    return outcome if isinstance(outcome, Told) else Told(outcome)


async def _only(db: AsyncSession, call: Call) -> list[Outcome]:
    """The one item. A refusal ends the transaction."""
    return [await _carry_out(db, call, call.items[0])]


class _ApartError(Exception):
    """An item was refused after something of it was written."""


async def _all(db: AsyncSession, call: Call) -> list[Outcome]:
    """Every item. Few are refused, and most of those before anything of them is written: so they share a savepoint.

    Where that does not hold, all are taken back, and each is tried again with a savepoint of its own.
    """
    try:
        async with db.begin_nested():
            return await _together(db, call)
    except _ApartError:
        return await _apart(db, call)


async def _together(db: AsyncSession, call: Call) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for at, item in enumerate(call.items):
        before = writes(db)
        try:
            outcomes.append(await _item(db, call, at, item))
        except Refused as no:
            if writes(db) != before or db.new or db.dirty or db.deleted:
                raise _ApartError from no
            outcomes.append(no)
    return outcomes


async def _apart(db: AsyncSession, call: Call) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for at, item in enumerate(call.items):
        try:
            async with db.begin_nested():
                outcomes.append(await _item(db, call, at, item))
        except Refused as no:
            outcomes.append(no)
    return outcomes


async def _item(db: AsyncSession, call: Call, at: int, item: Any) -> Told:  # noqa: ANN401 -- the mutation's input
    """One of many. What is wrong with a request says where."""
    try:
        return await _carry_out(db, call, item)
    except GraphQLError as error:
        if not call.bulk:
            raise
        place = f"`input.items[{at}]"
        said = error.message
        message = said.replace("`input", place) if "`input" in said else f"{place}`: {said}"
        raise GraphQLError(message, extensions=error.extensions) from None


# The rows as they are answered.


async def _read(call: Call, outcomes: Sequence[Outcome], *, within: AsyncSession | None) -> list[Answer]:
    told = [outcome for outcome in outcomes if isinstance(outcome, Told)]
    if not told:
        return [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    rows = await call.payload.read(
        [(one.record.id, one.created) for one in told],
        text=told[0].text,
        now=told[0].now or call.context.now,
        within=within,
    )
    found = iter(rows)
    return [outcome if isinstance(outcome, Refused) else next(found) for outcome in outcomes]
