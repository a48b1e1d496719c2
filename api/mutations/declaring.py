"""How a mutation is declared: its field, its result union, and its twin for many at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Union

import strawberry

from api.engine.execution import Context
from api.engine.filters import camel
from api.engine.types import ENTITIES
from api.mutations.commands import Asked, Command, Row, Told, bad_input, permit
from api.mutations.idempotency import claimed
from api.mutations.running import Call, run
from api.permissions import Access
from tenants.strokes import Stroke

MOST_ITEMS = 250
Info = strawberry.Info[Context, Any]
Function = Callable[[Command, Any], Awaitable[Row | Told]]

MUTATIONS: dict[str, Any] = {}
ACCESS: dict[str, Access] = {}


@dataclass(frozen=True)
class Mutation:
    """A field of the mutation type. `bulk`: its input holds `items`, each of which the function is called with."""

    title: str
    function: Function
    stroke: Callable[[Asked, Any], Stroke] | None
    answers: type
    allow: Access
    bulk: bool

    async def resolve(self, info: Info, given: Any, *, dry_run: bool) -> Any:  # noqa: ANN401 -- the mutation's own input and result
        context = info.context
        permit(context.viewer, self.allow, self.title)
        items = given.items if self.bulk else [given]
        if len(items) > MOST_ITEMS:
            message = f"`input.items` holds {len(items):,}: send at most {MOST_ITEMS} at once."
            raise bad_input(message, "LIST_TOO_LONG")
        raw = info._raw_info  # noqa: SLF001 -- the engine reads graphql-core's own
        payload = context.payload(raw, ENTITIES[self.answers.__name__], many=self.bulk)
        claim = None if dry_run else claimed(raw, context.viewer)
        call = Call(self.function, self.stroke, items, context, payload, claim, bulk=self.bulk, dry_run=dry_run)
        answers = await run(call)
        return answers if self.bulk else answers[0]


def mutation(
    description: str,
    *,
    answers: type,
    refuses: list[Any],
    allow: Access,
    bulk: str | None = None,
    stroke: Callable[[Asked, Any], Stroke] | None = None,
) -> Callable[[Function], Function]:
    """Declare a mutation; see the package. `bulk` names its twin for many at once.

    `stroke` does by one statement what the function most often comes to. Where it changes nothing, and where nobody
    knows whether it did, the function is called: it finds what is done already.
    """

    def declare(function: Function) -> Function:
        title = camel(function.__name__)
        members: Any = Union[(answers, *refuses)]  # a union of as many members as there are
        result: Any = Annotated[
            members, strawberry.union(f"{_type_name(title)}Result", description=f"What `{title}` comes to.")
        ]
        given = _named(function, "input")
        _field(Mutation(title, function, stroke, answers, allow, bulk=False), description, given, result)
        if bulk is not None:
            many = (
                f"`{title}` for up to {MOST_ITEMS} at once. Each is answered in its place, and the refusal of one "
                "leaves the others as they are."
            )
            _field(Mutation(bulk, function, stroke, answers, allow, bulk=True), many, _items(bulk, given), list[result])
        return function

    return declare


def _field(declared: Mutation, description: str, given: Any, result: Any) -> None:  # noqa: ANN401 -- types of the schema
    async def resolve(info: Info, input: Any, dry_run: Any = False) -> Any:  # noqa: A002, ANN401, FBT002 -- the schema's own
        return await declared.resolve(info, input, dry_run=bool(dry_run))

    rehearsal = "Only say what would come of it: everything is tried, and nothing of it stays."
    resolve.__annotations__ = {
        "info": Info,
        "input": Annotated[given, strawberry.argument(description="What is asked for.")],
        "dry_run": Annotated[bool | None, strawberry.argument(description=rehearsal)],
        "return": result,
    }
    ACCESS[declared.title] = declared.allow
    words = f"{description}\n\n{declared.allow.words}"
    MUTATIONS[declared.title] = strawberry.mutation(resolver=resolve, name=declared.title, description=words)


def _items(bulk: str, item: Any) -> Any:  # noqa: ANN401 -- an input type
    cls = type(f"{_type_name(bulk)}Input", (), {"__annotations__": {"items": list[item]}})
    cls.items = strawberry.field(description=f"What is asked for, one by one: at most {MOST_ITEMS}.")  # type: ignore[attr-defined]
    return strawberry.input(cls, description="Many at once.")


def _type_name(title: str) -> str:
    return f"{title[0].upper()}{title[1:]}"


def _named(function: Function, parameter: str) -> Any:  # noqa: ANN401 -- an input type
    """The type that a parameter's annotation names, in the module of the function."""
    annotation = function.__annotations__[parameter]
    return eval(annotation, function.__globals__) if isinstance(annotation, str) else annotation  # noqa: S307 -- our own source


def assemble() -> type:
    """The mutation type. Called once, when every capability is imported."""
    return strawberry.type(type("Mutation", (), dict(MUTATIONS)), description="Everything there is to do.")
