"""Downloads: the files of exports over HTTP, from any byte on, compressed as they are kept or as they are.

Nothing is held but one stretch, and no connection to the database while a slow client takes its time.
"""

import re
import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api import ids
from api.exports import links
from api.exports.access import sees
from api.http.errors import JSON_BODY, HttpError
from api.signin import SignInError, viewer_of
from domain.exports import exports, files
from domain.exports.exports import UNFINISHED, Export, ExportStatus
from domain.records import find
from tenants import keys, lookup
from tenants.database import Database
from tenants.keys import Key
from tenants.registry import Tenant, TenantStatus, wall

MEDIA = "application/jsonl; charset=utf-8"
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
NOTHING = "There is no such export, or it is not yours to see."
WAIT = "2"
ENDED = {
    ExportStatus.FAILED: "This export has failed and left no file; `failure` says why.",
    ExportStatus.CANCELLED: "This export was cancelled and left no file.",
}


@dataclass(frozen=True)
class Form:
    """A file as it is sent: compressed or not. Both are the same file, each with bytes and a name of its own."""

    export: Export
    packed: bool

    @property
    def length(self) -> int:
        return self.export.packed_bytes if self.packed else self.export.bytes

    @property
    def etag(self) -> str:
        return f'"{self.export.id.hex}{"-gzip" if self.packed else ""}"'

    @property
    def headers(self) -> dict[str, str]:
        name = f"{self.export.root}-{self.export.created_at:%Y-%m-%d}-{self.export.id.hex[-6:]}.jsonl"
        said = {
            "content-type": MEDIA,
            "etag": self.etag,
            "accept-ranges": "bytes",
            "vary": "accept-encoding, authorization",
            "cache-control": "private, no-cache",
            "content-disposition": f'attachment; filename="{name}"',
            "x-content-type-options": "nosniff",
        }
        return said | ({"content-encoding": "gzip"} if self.packed else {})


@dataclass(frozen=True)
class Part:
    """The bytes from `start` up to `stop`, without the last."""

    start: int
    stop: int


class Downloads:
    """`GET /exports/{id}`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def respond(self, request: Request) -> Response:
        try:
            tenant, export = await self._found(request)
            _check_ready(export, tenant)
            return self._send(request, tenant, Form(export, packed=accepts_gzip(request.headers)))
        except SignInError as error:
            no = HttpError(error.status, error.message, error.code)
        except HttpError as error:
            no = error
        return Response(no.body, no.status, no.headers, media_type=JSON_BODY)

    async def _found(self, request: Request) -> tuple[Tenant, Export]:
        """The export, if whoever asks may have its file: by a link, or signed in as for everything else."""
        export_id = ids.decode(links.PREFIX, request.path_params["id"])
        if "seal" in request.query_params:
            return await self._linked(request, export_id)
        headers = request.headers
        viewer = await viewer_of(
            self.database, host=headers.get("host"), authorization=headers.get("authorization"), wall=wall()
        )
        if not viewer.signed_in:
            raise HttpError(
                401, "Sign in by `Authorization: Bearer …`, or use the `url` of the export.", "UNAUTHENTICATED"
            )
        async with self.database.transaction(viewer.tenant.id) as db:
            export = await find(db, Export, export_id) if export_id else None
        if export is None or not sees(viewer, export):
            raise HttpError(404, NOTHING, "NOT_FOUND")
        return viewer.tenant, export

    async def _linked(self, request: Request, export_id: uuid.UUID | None) -> tuple[Tenant, Export]:
        """By a link. It opens as long as the key does with which the export was started."""
        said = request.query_params
        until = said.get("until", "")
        located = await lookup.locate(self.database, host=None, slug=said.get("tenant", ""))
        tenant = located.by_slug
        if (
            tenant is None
            or export_id is None
            or not re.fullmatch(r"\d{1,12}", until)
            or not links.sealed_by(tenant.secret, export_id, int(until), said["seal"])
        ):
            raise HttpError(404, NOTHING, "NOT_FOUND")
        if tenant.status is TenantStatus.SUSPENDED:
            raise HttpError(403, f"{tenant.name} is suspended. Ask whoever runs this platform.", "TENANT_SUSPENDED")
        if links.over(int(until), tenant.now(wall())):
            raise HttpError(410, "This link is over. Ask for the export's `url` again.", "LINK_EXPIRED")
        async with self.database.transaction(tenant.id) as db:
            export = await find(db, Export, export_id)
            key = await find(db, Key, export.key_id) if export else None
        if export is None or key is None or not keys.valid(key, tenant.now(wall())):
            raise HttpError(404, NOTHING, "NOT_FOUND")
        return tenant, export

    def _send(self, request: Request, tenant: Tenant, form: Form) -> Response:
        if form.etag in _tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=form.headers)
        part = _part(request.headers, form)
        whole = Part(0, form.length)
        headers = form.headers | {"content-length": str((part or whole).stop - (part or whole).start)}
        status = 200
        if part is not None:
            status = 206
            headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{form.length}"
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers)
        return StreamingResponse(self._bytes(tenant.id, form, part or whole), status, headers)

    async def _bytes(self, tenant_id: uuid.UUID, form: Form, part: Part) -> AsyncGenerator[bytes]:
        at = part.start
        while at < part.stop:
            async with self.database.transaction(tenant_id) as db:
                stretch = await files.holding(db, form.export.id, at, packed=form.packed)
            if stretch is None:
                return  # it was removed meanwhile; the client has been told how much there was to be
            start = stretch.packed_start if form.packed else stretch.start
            kept = stretch.packed if form.packed else files.unpack(stretch.packed, first=stretch.start == 0)
            piece = kept[at - start : part.stop - start]
            at += len(piece)
            yield piece


def _check_ready(export: Export, tenant: Tenant) -> None:
    if exports.ready(export, tenant.now(wall())):
        return
    if export.status in UNFINISHED:
        raise HttpError(409, "This export is not finished yet.", "NOT_FINISHED", {"retry-after": WAIT})
    raise HttpError(410, ENDED.get(export.status, "This file is not kept any more. Export it again."), "GONE")


def accepts_gzip(headers: Headers) -> bool:
    """Whether the client would rather have the file compressed. One that says nothing gets it as it is."""
    for part in headers.get("accept-encoding", "").lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        if coding == "gzip":
            return not any(re.fullmatch(r"q=0(\.0*)?", one) for one in parameters)
    return False


def _tags(text: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in text.split(",")]


def _part(headers: Headers, form: Form) -> Part | None:
    """The one range that is asked for; None where the whole file is to be sent."""
    condition = headers.get("if-range")
    found = RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if found is None or (condition is not None and condition != form.etag):
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        part = Part(max(0, form.length - int(last)), form.length)
    else:
        part = Part(int(first), min(form.length, int(last) + 1) if last else form.length)
    if part.start >= form.length or (first and last and int(last) < int(first)):
        message = f"The file has {form.length:,} bytes; this range lies outside."
        raise HttpError(416, message, "RANGE_NOT_SATISFIABLE", {"content-range": f"bytes */{form.length}"})
    return part
