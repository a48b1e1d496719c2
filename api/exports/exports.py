"""Exports: their face in the schema."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
import strawberry
from graphql import GraphQLError
from sqlmodel import col, select

from api.engine.documents import Document, RequestError
from api.engine.fields import column, decided, sql, to_one
from api.engine.limits import check_variables
from api.engine.parameters import Request
from api.engine.types import Node, many, one, planned
from api.exports import links
from api.exports.access import VISIBLE, sees
from api.exports.lists import listed
from api.mutations import NOBODY, Command, mutation, refusal
from api.people.people import Person
from api.permissions import ADMINS, Access, signed_in
from api.scalars import JSON, Duration
from api.schema import schema
from api.tenants.keys import App
from api.words import enum
from domain.exports import exports
from domain.exports.exports import KEPT, LONGEST, MOST_KEPT, MOST_WAITING, ExportRefusal, ExportRefused
from domain.records import find
from tenants import documents
from tenants.documents import TrustedDocument

enum(
    exports.ExportStatus,
    "ExportStatus",
    "How far an export is.",
    QUEUED="It waits for its turn.",
    RUNNING="Its file is being written.",
    DONE="Its file can be downloaded.",
    FAILED="It could not be finished; `failure` says why.",
    CANCELLED="It was cancelled, and its file removed.",
    EXPIRED="Its time is over, and its file removed.",
)
enum(
    ExportRefusal,
    "ExportRefusal",
    "Why there is no such export now.",
    NOT_FOUND="There is no such export, or it is somebody else's.",
    INVALID="A value is not acceptable; `field` says which.",
    NOT_EXPORTABLE="This document can't be exported; the message says why, with line and column.",
    TOO_MANY=f"There are {MOST_WAITING} unfinished ones of yours, or {MOST_KEPT} in this tenant.",
)
Refusal = refusal("ExportRefused", ExportRefused, ExportRefusal, "Why there is no such export now.")
FILE = """
    CASE WHEN {t}.status = 'DONE' AND {t}.expires_at > {now} THEN jsonb_build_object(
        'id', {t}.id, 'secret', encode({secret}, 'hex'),
        'tenant', (SELECT x.slug FROM tenant x WHERE x.id = {tenant}),
        'until', floor(extract(epoch FROM least({t}.expires_at, {now} + interval '%d seconds')))) END
"""
MOST_TOLD = 5


@planned(
    exports.Export,
    prefix=links.PREFIX,
    visible=VISIBLE,
    filters=("status", "person", "app", "created_at"),
    orders=("created_at",),
)
class Export(Node):
    """A whole list as a file of JSON lines, written in the background. Seen by who started it and by administrators."""

    status: exports.ExportStatus = column("How far it is.")
    document: str = column("The query that asks for the list.")
    operation_name: str | None = column("Which of the document's operations, where it was said.")
    root: str = column("The list: the name of the query's field.")
    rows: int = column("How many rows are written so far: as many as lines.")
    total: int | None = column("How many rows the list had when the export began; null before.")
    bytes: float = sql("{t}.bytes::float", "How large the file is so far, without compression.")
    failure: str | None = column("Why it failed.")
    person: Person | None = to_one("person_id", "Who started it, where a person did.")
    app: App | None = to_one("app_id", "Which app started it, where one did.")
    created_at: datetime = column("When it was asked for.")
    started_at: datetime | None = column("When its first rows were written.")
    finished_at: datetime | None = column("When it was done, or ended otherwise.")
    expires_at: datetime | None = column("Until when the file is kept; null before there is one.")
    url: str | None = decided(
        FILE % links.OPEN.total_seconds(),
        links.link,
        "Where to download the file, relative to the address of this API; null while there is none. Opens without a "
        "key for an hour: pass it on with care, and ask again for another hour. With a key, `/exports/<id>` will do.",
    )


READ, WRITE = signed_in("exports:read"), signed_in("exports:write")
one("export", "Export", "One export, by its id.", allow=READ)
many(
    "exports",
    "Export",
    "The exports that the viewer may see, the latest first.",
    allow=READ,
    order="created_at",
    descending=True,
)


@strawberry.input(description="A list to export: a query as it would be sent, without its paging.")
class ExportOperationInput:
    document: str = strawberry.field(
        description="A query of one list. Each row becomes a line: what is asked of it by `nodes { … }` or "
        "`edges { node { … } }`. `first` and what speaks of pages say nothing; lists within rows are bounded as usual. "
        "Without `orderBy` the rows come by id, each exactly once."
    )
    operation_name: str | None = strawberry.field(
        default=None, description="Which operation, where the document has several."
    )
    variables: JSON | None = strawberry.field(default=None, description="The document's variables, as an object.")
    keep_for: Duration | None = strawberry.field(
        default=None,
        description=f"How long the file is kept once it is done: {KEPT.days} day unless you say otherwise, at most "
        f"{LONGEST.days}.",
    )


@strawberry.input(description="An export that nobody needs any more.")
class CancelExportInput:
    id: strawberry.ID = strawberry.field(description="Which export.")


@mutation(
    "Export a whole list as a file of JSON lines, in the background. It sees what you see; it ends when your key does.",
    answers=Export,
    refuses=[Refusal],
    allow=WRITE,
)
async def export_operation(command: Command, input: ExportOperationInput) -> exports.Export:  # noqa: A002 -- the schema's word
    viewer, variables = command.viewer, _variables(input.variables)
    await _check_trusted(command, input.document)
    assert viewer.key_id is not None  # noqa: S101 -- whoever is signed in is so by a key
    new = exports.NewExport(
        key_id=viewer.key_id,
        roles=viewer.roles,
        scopes=viewer.scopes,
        document=input.document,
        operation_name=input.operation_name,
        variables=variables,
        root=_root(command, input.document, input.operation_name, variables),
        kept=KEPT if input.keep_for is None else timedelta(seconds=input.keep_for.total_seconds()),
    )
    return await exports.start(command.db, new, by=command.by, now=command.now)


@mutation(
    "Stop an export, or remove its file if it is done. What is over already stays as it is.",
    answers=Export,
    refuses=[Refusal],
    allow=WRITE,
)
async def cancel_export(command: Command, input: CancelExportInput) -> exports.Export:  # noqa: A002 -- the schema's word
    staff = command.may(Access(ADMINS))
    export_id = command.row(Export, input.id)
    export = await find(command.db, exports.Export, export_id)
    if export is not None and not sees(command.viewer, export):
        export_id = NOBODY
    return await exports.cancel(command.db, export_id, staff=staff, by=command.by, now=command.now)


def _variables(given: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _no(ExportRefusal.INVALID, "Variables are a JSON object: their names and values.", field="variables")
    try:
        check_variables(given)
    except GraphQLError as error:
        raise _no(ExportRefusal.INVALID, error.message, field="variables") from None
    if rb"\u0000" in orjson.dumps(given):
        raise _no(ExportRefusal.INVALID, "A text holds the NUL character (\\u0000); leave it out.", field="variables")
    return given


def _root(command: Command, text: str, name: str | None, variables: dict[str, Any]) -> str:
    """The list that is asked for. What can't be exported is said now, not when it is this export's turn."""
    try:
        document = Document(schema(), text, name)
        asked = listed(document, variables)
        request = Request(command.viewer, command.now, document.coerce(variables))
        plan = document.plan(request, core=True)
        plan.parameters.bind(request)
    except RequestError as no:
        unnamed = name is not None and no.unresolved
        raise _not_exportable(no.errors, field="operationName" if unnamed else "document") from None
    except GraphQLError as error:
        raise _not_exportable([error]) from None
    if plan.denied:
        raise _not_exportable(plan.denied)
    return asked.root


async def _check_trusted(command: Command, text: str) -> None:
    """An app that is locked to its documents exports by these alone."""
    if not command.viewer.locked:
        return
    mine = select(TrustedDocument.id).where(
        TrustedDocument.app_id == command.viewer.app_id,
        TrustedDocument.digest == documents.digest(text),
        col(TrustedDocument.retired_at).is_(None),
    )
    if await command.db.scalar(mine) is None:
        message = "This app is locked to the documents that it has registered, and this is none of them."
        raise _no(ExportRefusal.NOT_EXPORTABLE, message, field="document")


def _not_exportable(errors: Sequence[GraphQLError], *, field: str = "document") -> ExportRefused:
    told = [_with_place(error) for error in errors[:MOST_TOLD]]
    return _no(ExportRefusal.NOT_EXPORTABLE, "\n".join(told), field=field)


def _with_place(error: GraphQLError) -> str:
    if not error.locations:
        return error.message
    return f"Line {error.locations[0].line}, character {error.locations[0].column}: {error.message}"


def _no(reason: ExportRefusal, message: str, *, field: str) -> ExportRefused:
    return ExportRefused(reason, message, field=field)
