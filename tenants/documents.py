"""Trusted documents: the GraphQL texts that an app has registered, and by which ids clients ask for them.

Invariant: within an app an id means one text, for ever. What carries a SHA-256 is checked against the text, so that
such an id means the same text in every app. An id of another kind, such as Relay's MD5, is the app's own.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import auto

import orjson
from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, func, select

from tenants.database import Database
from tenants.keys import App
from tenants.records import UTC, TenantOwned, Word, belongs_to, unique
from tenants.refusals import Refused

SHA256 = "sha256:"
HEX = re.compile(r"[0-9a-f]{64}")
ID = re.compile(r"(?:(?:sha256|x-[A-Za-z0-9._~-]+):)?[A-Za-z0-9._~-]+")
LONGEST_SHOWN = 100
LONGEST_ID = 200
MOST_PER_APP = 10_000
MOST_TOLD = 50


class DocumentRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    TOO_MANY = auto()
    NOTHING_REGISTERED = auto()


@dataclass(frozen=True)
class DocumentProblem:
    """What is wrong with one document: its id as it was given, and where the text itself is wrong, at which line."""

    id: str
    message: str
    line: int | None = None
    column: int | None = None

    @property
    def words(self) -> str:
        place = "" if self.line is None else f" (at {self.line}:{self.column})"
        return f"{self.id[:LONGEST_SHOWN]}: {self.message}{place}"


class DocumentRefused(Refused[DocumentRefusal]):
    """`problems` says document by document what is wrong."""

    problems: Sequence[DocumentProblem] = ()


class TrustedDocument(TenantOwned, table=True):
    """A text that an app has registered. `operations` says what it holds, such as "query People"."""

    __tablename__ = "trusted_document"
    __table_args__ = (
        belongs_to("app"),
        unique("app_id", "document_id"),
        Index("trusted_document_document_id_idx", "tenant_id", "document_id", "id"),
        Index("trusted_document_digest_idx", "tenant_id", "digest"),
        Index("trusted_document_registered_at_idx", "tenant_id", "registered_at", "id"),
        Index("trusted_document_app_id_registered_at_idx", "tenant_id", "app_id", "registered_at", "id"),
    )

    app_id: uuid.UUID
    document_id: str
    digest: bytes
    text: str
    operations: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    registered_at: datetime = Field(sa_type=UTC)
    retired_at: datetime | None = Field(default=None, sa_type=UTC)


@dataclass(frozen=True)
class NewDocument:
    """A document as a manifest names it. Without an id it is known by its SHA-256."""

    text: str
    id: str = ""
    operations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Registered:
    """A text that is served, and the app that registered it."""

    app_id: uuid.UUID
    text: str


@dataclass(frozen=True)
class Pushed:
    """What came of registering documents: which are new or served again, and how many were known already."""

    app: App
    registered: list[TrustedDocument]
    unchanged: int


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def identified(document: NewDocument) -> str:
    """The id under which clients will ask for the document, or what is wrong with the one it was given.

    A bare SHA-256, as Apollo writes it, becomes `sha256:…`.
    """
    own = SHA256 + digest(document.text).hex()
    given = document.id or own
    bare = given.removeprefix(SHA256)
    if given.startswith(SHA256) or HEX.fullmatch(bare):
        if SHA256 + bare != own:
            raise _invalid("The id is not the SHA-256 of the text. Write the manifest again, and push both together.")
        return own
    if not _may_be_an_id(given):
        raise _invalid(
            f"An id is `sha256:` and 64 digits, or at most {LONGEST_ID} letters, digits and any of - . _ ~, to which a"
            " prefix such as `x-portal:` may be set."
        )
    return given


def _may_be_an_id(text: str) -> bool:
    return len(text) <= LONGEST_ID and ID.fullmatch(text) is not None


def chosen(found: Iterable[Registered], *, app_id: uuid.UUID | None, locked: bool) -> str | None:
    """The text that an id means for this viewer: the app's own; else, for all but locked apps, the one there is.

    None where there is none, or where apps mean different texts by an id of their own.
    """
    found = list(found)
    for one in found:
        if one.app_id == app_id:
            return one.text
    texts = {one.text for one in found}
    return texts.pop() if len(texts) == 1 and not locked else None


async def register(db: AsyncSession, app_id: uuid.UUID, documents: Sequence[NewDocument], *, now: datetime) -> Pushed:
    """All documents, or none. A document that was retired is served again; what is known already stays as it is.

    The app is locked, so that two pushes at once are counted one after the other.
    """
    app = await _app(db, app_id)
    if len(documents) > MOST_PER_APP:
        raise _too_many()
    wanted = _named(documents)
    mine = select(TrustedDocument).where(TrustedDocument.app_id == app.id)
    known = {
        one.document_id: one
        for one in await db.scalars(mine.where(col(TrustedDocument.document_id).in_(wanted)).with_for_update())
    }
    changed = [id_ for id_, one in known.items() if one.text != wanted[id_].text]
    _refuse(
        [DocumentProblem(id_, "This id is known with another text. Give the new text a new id.") for id_ in changed]
    )
    new = [
        TrustedDocument(
            app_id=app.id,
            document_id=id_,
            digest=digest(document.text),
            text=document.text,
            operations=document.operations,
            registered_at=now,
        )
        for id_, document in wanted.items()
        if id_ not in known
    ]
    again = [one for one in known.values() if one.retired_at is not None]
    for one in again:
        one.retired_at = None
    db.add_all(new)
    await db.flush()
    await _count(db, app)
    return Pushed(app, new + again, len(known) - len(again))


async def retire(
    db: AsyncSession, app_id: uuid.UUID, ids: Sequence[str], *, now: datetime
) -> tuple[App, list[TrustedDocument]]:
    """Serve these documents no longer. Retiring twice changes nothing; those that are retired now are told."""
    app = await _app(db, app_id)
    wanted = list(dict.fromkeys(SHA256 + id_ if HEX.fullmatch(id_) else id_ for id_ in ids))
    mine = select(TrustedDocument).where(TrustedDocument.app_id == app.id)
    possible = [id_ for id_ in wanted if _may_be_an_id(id_)]
    found = list(await db.scalars(mine.where(col(TrustedDocument.document_id).in_(possible)).with_for_update()))
    missing = sorted(set(wanted) - {one.document_id for one in found})
    if missing:
        problems = [DocumentProblem(id_, "The app has no such document.") for id_ in missing]
        raise refused(problems, DocumentRefusal.NOT_FOUND, field="documentIds")
    now_retired = [one for one in found if one.retired_at is None]
    for one in now_retired:
        one.retired_at = now
    await db.flush()
    return app, now_retired


async def lock(db: AsyncSession, app_id: uuid.UUID) -> tuple[App, bool]:
    """From now on the app's keys ask its own documents only; whether that is new."""
    app = await _app(db, app_id, "id")
    if not app.locked and not await _served(db, app):
        message = f"{app.name} has no documents: locked, it could ask nothing at all. Register its documents first."
        raise DocumentRefused(DocumentRefusal.NOTHING_REGISTERED, message, field="id")
    changed, app.locked = not app.locked, True
    await db.flush()
    return app, changed


async def unlock(db: AsyncSession, app_id: uuid.UUID) -> tuple[App, bool]:
    """The app may ask anything again that its scopes allow; whether that is new."""
    app = await _app(db, app_id, "id")
    changed, app.locked = app.locked, False
    await db.flush()
    return app, changed


WITH_ID = "d.document_id = $2::text"
WITH_DIGEST = "d.digest = decode($2::text, 'hex')"
LOOKUP = """(SELECT jsonb_agg(jsonb_build_object('app_id', d.app_id, 'text', d.text) ORDER BY d.id)
    FROM trusted_document d WHERE d.tenant_id = $1 AND {} AND d.retired_at IS NULL)"""


async def lookup(database: Database, tenant_id: uuid.UUID, id_: str) -> list[Registered]:
    """Who serves a document by this id, or, where the id is a SHA-256, the very text. One round trip."""
    by_digest = id_.startswith(SHA256) and HEX.fullmatch(id_.removeprefix(SHA256))
    statement = LOOKUP.format(WITH_DIGEST if by_digest else WITH_ID)
    found = await database.read(tenant_id, statement, [id_.removeprefix(SHA256) if by_digest else id_])
    return [Registered(uuid.UUID(one["app_id"]), one["text"]) for one in orjson.loads(found or b"[]")]


def _named(documents: Sequence[NewDocument]) -> dict[str, NewDocument]:
    """The documents by their ids, or a report of all that is wrong with ids."""
    named: dict[str, NewDocument] = {}
    problems = []
    for document in documents:
        try:
            id_ = identified(document)
        except DocumentRefused as no:
            problems.append(DocumentProblem(document.id, no.message))
            continue
        if named.setdefault(id_, document).text != document.text:
            problems.append(DocumentProblem(id_, "This id is given twice, with different texts."))
    _refuse(problems)
    return named


async def _app(db: AsyncSession, app_id: uuid.UUID, field: str = "appId") -> App:
    app = await db.scalar(select(App).where(App.id == app_id).with_for_update(key_share=True))
    if app is None:
        raise DocumentRefused(DocumentRefusal.NOT_FOUND, "There is no such app.", field=field)
    return app


async def _served(db: AsyncSession, app: App) -> int:
    mine = select(func.count()).select_from(TrustedDocument).where(TrustedDocument.app_id == app.id)
    return (await db.scalars(mine.where(col(TrustedDocument.retired_at).is_(None)))).one()


async def _count(db: AsyncSession, app: App) -> None:
    if await _served(db, app) > MOST_PER_APP:
        raise _too_many()


def _too_many() -> DocumentRefused:
    message = f"An app has at most {MOST_PER_APP:,} documents. Retire those that no client asks for any more."
    return DocumentRefused(DocumentRefusal.TOO_MANY, message, field="documents")


def _refuse(problems: Sequence[DocumentProblem]) -> None:
    if problems:
        raise refused(problems)


def refused(
    problems: Sequence[DocumentProblem],
    reason: DocumentRefusal = DocumentRefusal.INVALID,
    *,
    field: str = "documents",
) -> DocumentRefused:
    """A report, a line for each problem."""
    lines = [problem.words for problem in problems[:MOST_TOLD]]
    if len(problems) > MOST_TOLD:
        lines.append(f"… and {len(problems) - MOST_TOLD} more.")
    no = DocumentRefused(reason, "\n".join(lines), field=field)
    no.problems = problems
    return no


def _invalid(message: str) -> DocumentRefused:
    return DocumentRefused(DocumentRefusal.INVALID, message, field="documents")
