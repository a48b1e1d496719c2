"""Mutations: one command of the domain, in one transaction, answered by a row or by a refusal.

    @mutation("Take a seat in a session.", answers=Registration, refuses=[RegistrationRefused], allow=…)
    async def register_for_session(command: Command, input: RegisterForSessionInput) -> registrations.Registration: …

The decorator names the result union after the mutation, opens the transaction, says no where the domain does, tries
again what lost a race, and lets the read engine write the payload.
"""

import uuid
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol, Union

import strawberry
from graphql import GraphQLError, GraphQLResolveInfo
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from api import ids
from api.engine.execution import Context
from api.engine.filters import camel
from api.engine.types import ENTITIES
from api.permissions import Access
from tenants.records import Word
from tenants.refusals import Refused as DomainRefused
from tenants.viewer import Actor, Viewer

NOBODY = uuid.UUID(int=0)
ATTEMPTS = 5
LOST_A_RACE = {"40001", "40P01", "23505"}
"""Serialization failure, deadlock, and a unique value that another transaction took first: asked again, the command
sees what the other wrote and says so."""

Info = strawberry.Info[Context, Any]


@strawberry.interface(description="The request was understood, and the answer is no. Nothing was changed.")
class Refused:
    message: str = strawberry.field(description="For people: what is wrong, and what to do.")
    code: str = strawberry.field(description="For programs: the reason as text.")
    field: str | None = strawberry.field(description="The input field at fault, where there is one.")
    retryable: bool = strawberry.field(description="Whether the same request may succeed later without a change.")


@dataclass(frozen=True)
class Command:
    """What a mutation's function works with: an open transaction, who asks, and the tenant's time."""

    db: AsyncSession
    viewer: Viewer
    now: datetime
    wall: datetime

    @property
    def by(self) -> Actor:
        return self.viewer.actor

    def row(self, planned: type, text: str) -> uuid.UUID:
        """The row that a global id names. What is no id of this type is an id that nobody has."""
        return ids.decode(str(ENTITIES[planned.__name__].prefix), text) or NOBODY

    def row_or_none(self, planned: type, text: str | None) -> uuid.UUID | None:
        return None if text is None else self.row(planned, text)

    def may(self, access: Access) -> bool:
        return access.allows(self.viewer)

    def person(self, person: type, text: str | None, *, others: Access, field: str = "personId") -> uuid.UUID:
        """The person that a command is about: the viewer, or whom the viewer names in `field` and may act for."""
        own = self.viewer.person_id
        named = self.row_or_none(person, text)
        if named is None and own is not None:
            return own
        if named is None:
            raise forbidden(f"Say for whom, by `{field}`: an app has no place of its own.")
        if named != own and not self.may(others):
            raise forbidden(f"You may do this for yourself only: leave `{field}` out. For others: {others.words}")
        return named


class Row(Protocol):
    """A record: what a mutation answers with is read by its id."""

    id: uuid.UUID


@dataclass(frozen=True)
class Told:
    """A row, and what only this answer tells: a text, or that it is another time now."""

    record: Row
    text: str = ""
    now: datetime | None = None


Function = Callable[[Command, Any], Awaitable[Row | Told]]

MUTATIONS: dict[str, Any] = {}
ACCESS: dict[str, Access] = {}
_REFUSALS: dict[type[DomainRefused[Any]], type] = {}


def refusal(name: str, exception: type[DomainRefused[Any]], reasons: type[Word], description: str) -> Any:  # noqa: ANN401 -- a type of the schema
    """The schema's type for a capability's refusals."""
    reason = strawberry.field(description="Why.")
    cls = type(name, (Refused,), {"__annotations__": {"reason": reasons}, "reason": reason})
    _REFUSALS[exception] = strawberry.type(cls, description=description)
    return cls


def mutation(description: str, *, answers: type, refuses: list[Any], allow: Access) -> Callable[[Function], Function]:
    """Declare a mutation; see the module."""

    def declare(function: Function) -> Function:
        name = function.__name__
        title = camel(name)
        members: Any = Union[(answers, *refuses)]  # a union of as many members as there are
        result: Any = Annotated[
            members,
            strawberry.union(f"{title[0].upper()}{title[1:]}Result", description=f"What `{title}` comes to."),
        ]

        async def resolve(info: Info, input: Any) -> Any:  # noqa: A002, ANN401 -- the mutation's own input and result
            return await _run(function, info.context, info._raw_info, input, answers, allow, title)  # noqa: SLF001 -- the engine reads graphql-core's own

        argument = strawberry.argument(description="What is asked for.")
        resolve.__annotations__ = {
            "info": Info,
            "input": Annotated[_named(function, "input"), argument],
            "return": result,
        }
        ACCESS[title] = allow
        MUTATIONS[name] = strawberry.mutation(resolver=resolve, description=f"{description}\n\n{allow.words}")
        return function

    return declare


def _named(function: Function, parameter: str) -> Any:  # noqa: ANN401 -- an input type
    """The type that a parameter's annotation names, in the module of the function."""
    annotation = function.__annotations__[parameter]
    return eval(annotation, function.__globals__) if isinstance(annotation, str) else annotation  # noqa: S307 -- our own source


def assemble() -> type:
    """The mutation type. Called once, when every capability is imported."""
    return strawberry.type(type("Mutation", (), dict(MUTATIONS)), description="Everything there is to do.")


def changes(given: Any, *, clearable: AbstractSet[str] = frozenset()) -> dict[str, Any]:  # noqa: ANN401 -- an input with an `id`
    """What an update's input says, without what is left out. Null takes away what is `clearable`, and nothing else."""
    said = {name: value for name, value in vars(given).items() if name != "id" and value is not strawberry.UNSET}
    for name, value in said.items():
        if value is None and name not in clearable:
            raise GraphQLError(
                f"`input.{camel(name)}` can be changed but not taken away: give a value, or leave it out.",
                extensions={"code": "BAD_USER_INPUT"},
            )
    return said


def forbidden(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "FORBIDDEN"})


def permit(viewer: Viewer, allow: Access, title: str) -> None:
    if allow.allows(viewer):
        return
    if not viewer.signed_in:
        message = f"Sign in for `{title}`: send a key as `Authorization: Bearer …`."
        raise GraphQLError(message, extensions={"code": "UNAUTHENTICATED"})
    raise forbidden(f"You may not call `{title}`. {allow.words}")


async def _run(
    function: Function,
    context: Context,
    info: GraphQLResolveInfo[Any],
    given: Any,  # noqa: ANN401 -- the mutation's input
    answers: type,
    allow: Access,
    title: str,
) -> Any:  # noqa: ANN401 -- a row of the plan, or a refusal
    permit(context.viewer, allow, title)
    payload = context.payload(info, ENTITIES[answers.__name__])
    try:
        outcome = await _attempt(function, context, given)
    except DomainRefused as no:
        return _REFUSALS[type(no)](
            message=no.message, code=no.reason.value, field=no.field, retryable=no.retryable, reason=no.reason
        )
    told = outcome if isinstance(outcome, Told) else Told(outcome)
    return await payload.read(told.record.id, text=told.text, now=told.now or context.now)


async def _attempt(function: Function, context: Context, given: Any) -> Row | Told:  # noqa: ANN401 -- the mutation's input
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with context.database.transaction(context.viewer.tenant.id) as db:
                return await function(Command(db, context.viewer, context.now, context.wall), given)
        except DBAPIError as error:
            if attempt == ATTEMPTS or not _lost_a_race(error):
                raise
    raise AssertionError("unreachable")


def _lost_a_race(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in LOST_A_RACE
