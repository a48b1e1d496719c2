"""Answering a request: one statement's bytes where they are the whole answer, graphql-core where they are not."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError, GraphQLObjectType, GraphQLSchema, execute
from graphql.execution.collect_fields import FieldDetails
from graphql.type.definition import GraphQLResolveInfo
from sqlalchemy.ext.asyncio import AsyncSession

from api.engine.documents import Document, Documents, Plan, RequestError, Shelf
from api.engine.parameters import Request
from api.engine.planner import TYPENAME
from api.engine.types import Entity
from tenants.database import Database, read_within
from tenants.pool import PATIENCE
from tenants.viewer import Viewer

log = structlog.get_logger()
POISON = b"\x01"
DATA = b'{"data":'
QUERY_CANCELED = "57014"
TOO_SLOW = (
    f"This takes longer than the {PATIENCE} seconds that one answer may take, and was ended. "
    "Ask for fewer rows at once, or by a filter that finds them sooner."
)


class Answer(NamedTuple):
    """A response's JSON object, in pieces, without its last brace: so nothing is copied when more is said in it.

    `executed`: whether anything was run; otherwise the request itself was wrong.
    """

    pieces: tuple[bytes, ...]
    executed: bool = True

    @property
    def good(self) -> bool:
        """Whether it holds no errors."""
        return self.pieces[0].startswith(DATA)

    @property
    def body(self) -> bytes:
        return b"".join((*self.pieces, b"}"))

    def saying(self, member: bytes) -> bytes:
        """The body with one more member."""
        return b"".join((*self.pieces, b",", member, b"}"))


@dataclass(frozen=True)
class Context:
    """What a mutation's resolver knows of the request."""

    database: Database
    document: Document
    request: Request
    wall: datetime
    documents: Documents

    @property
    def viewer(self) -> Viewer:
        return self.request.viewer

    @property
    def now(self) -> datetime:
        return self.request.now

    def payload(self, info: GraphQLResolveInfo[Any], entity: Entity, *, many: bool = False) -> "Payload":
        """How what a command leaves will be read. What is wrong with that is said before anything is done."""
        kind: GraphQLObjectType = info.schema.type_map[entity.name]  # type: ignore[assignment]
        group = [FieldDetails(node, None) for node in info.field_nodes]
        plan = self.document.payload(str(info.path.key), self.request, entity, kind, group, many=many)
        plan.parameters.bind(self.request)
        return Payload(self, plan, entity, many)


@dataclass(frozen=True)
class Payload:
    """What the viewer asked of the row that a mutation answers with, or of `many`."""

    context: Context
    plan: Plan
    entity: Entity
    many: bool

    async def read(
        self, rows: Sequence[tuple[uuid.UUID | None, bool]], *, text: str, now: datetime, within: AsyncSession | None
    ) -> list[dict[str, Any] | None]:
        """The rows, and whether each was made anew, as the viewer asked for them.

        `within` the command's transaction what it has written so far is seen; otherwise what it has committed.
        """
        request = self.context.request._replace(rows=rows, text=text, now=now)
        arguments = self.plan.parameters.bind(request)
        if within is not None:
            return self._found(await read_within(within, self.plan.sql, arguments))
        try:
            return self._found(await self.context.database.read(request.viewer.tenant.id, self.plan.sql, arguments))
        except Exception as error:
            raise DoneError from error

    def _found(self, body: bytes | str | None) -> list[dict[str, Any] | None]:
        found = orjson.loads(body or b"null")
        rows = found if self.many else [found]
        return [None if row is None else {TYPENAME: self.entity.name, **row} for row in rows]


class DoneError(Exception):
    """A command was carried out, and then its answer could not be read."""


class Engine:
    """Executes documents against one schema and one database."""

    def __init__(self, schema: GraphQLSchema, database: Database) -> None:
        self.schema = schema
        self.database = database
        self.documents = Documents(schema)

    def document(self, source: str, operation_name: str | None, shelf: Shelf = Shelf.VIEWERS) -> Document:
        """The operation, or a RequestError that says what is wrong with the document."""
        return self.documents.get(source, operation_name, shelf)

    async def answer(
        self,
        document: Document,
        variables: dict[str, Any],
        *,
        viewer: Viewer,
        now: datetime,
        wall: datetime,
        core: bool = False,
    ) -> Answer:
        """The response's body. `core` asks for the second completion where the first would do."""
        try:
            request = Request(viewer, now, document.coerce(variables))
        except RequestError as error:
            return refused(error)
        if not document.is_query:
            return await self.complete(document, variables, request, wall, {})
        try:
            if not core:
                plan = document.plan(request, core=False)
                if not plan.core:
                    data = await self._read(plan.sql, plan.parameters.bind(request), viewer)
                    if POISON not in data:
                        return Answer((DATA, data))
            plan = document.plan(request, core=True)
            data = await self._read(plan.sql, plan.parameters.bind(request), viewer)
        except GraphQLError as error:
            return whole({"errors": [error.formatted], "data": None})
        except Exception as error:  # noqa: BLE001 -- nothing of ours reaches the client but a trace id
            return whole({"errors": [masked(GraphQLError("", original_error=error))], "data": None})
        return await self.complete(document, variables, request, wall, orjson.loads(data))

    async def _read(self, sql: str, arguments: list[Any], viewer: Viewer) -> bytes:
        body = await self.database.read(viewer.tenant.id, sql, arguments, lasting=viewer.signed_in)
        assert body is not None  # noqa: S101 -- a plan always writes a document
        return body

    async def complete(
        self, document: Document, variables: dict[str, Any], request: Request, wall: datetime, root: dict[str, Any]
    ) -> Answer:
        name = document.operation.name
        result = execute(
            self.schema,
            document.ast,
            root_value=root,
            context_value=Context(self.database, document, request, wall, self.documents),
            variable_values=variables,
            hide_suggestions=not document.shelf.suggests,
            operation_name=name.value if name else None,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body = {"errors": [masked(error) for error in result.errors], **body}
        return whole(body)


def refused(error: RequestError) -> Answer:
    """The answer to a request that can't be executed: errors, and no `data`."""
    return whole({"errors": [one.formatted for one in error.errors]}, executed=False)


def whole(body: dict[str, Any], *, executed: bool = True) -> Answer:
    return Answer((orjson.dumps(body)[:-1],), executed)


def masked(error: GraphQLError) -> Any:
    """The error as the client sees it: our own words, or a trace id for the logs where the fault is ours."""
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return error.formatted
    if slow(error.original_error):
        return {**error.formatted, "message": TOO_SLOW, "extensions": {"code": "TOO_SLOW"}}
    return {**error.formatted, **fault(error.original_error, path=error.path)}


def slow(error: BaseException | None) -> bool:
    """Whether the database ended a statement, there or behind it, because it took too long."""
    while error is not None:
        if getattr(getattr(error, "orig", error), "sqlstate", None) == QUERY_CANCELED:
            return True
        error = error.__cause__
    return False


def fault(error: Exception, **where: Any) -> dict[str, Any]:
    """What a client learns of a fault of ours. The log has the rest, under the same trace."""
    trace = uuid.uuid4().hex
    log.error("request failed", trace=trace, exc_info=error, **where)
    done = "It was done, but can't be shown." if isinstance(error, DoneError) else "Nothing was changed."
    message = f"Something went wrong on our side. {done} Ask support about {trace}."
    return {"message": message, "extensions": {"code": "INTERNAL_SERVER_ERROR", "trace": trace}}
