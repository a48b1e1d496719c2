"""Trusted documents: what apps have registered to ask, and apps that ask nothing else."""

from __future__ import annotations

import uuid
from datetime import datetime

import strawberry

from api.documents.checking import checked
from api.engine.fields import column, sql, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import MOST_ITEMS, NOBODY, Command, forbidden, mutation, refusal
from api.mutations.commands import bad_input
from api.permissions import ADMINS, Access
from api.schema import schema
from api.tenants.keys import App
from api.words import enum
from domain import history
from tenants import documents, keys
from tenants.documents import NewDocument
from tenants.keys import REGISTERING

enum(
    documents.DocumentRefusal,
    "DocumentRefusal",
    "Why documents are not registered, retired or locked to.",
    NOT_FOUND="There is no such app or document; `field` says which.",
    INVALID="A document or its id is wrong. `message` says of each what is, a line for each.",
    TOO_MANY="The app would have more documents than it may.",
    NOTHING_REGISTERED="The app has no documents: locked to them, it could ask nothing at all.",
)
DocumentsRefused = refusal(
    "DocumentsRefused",
    documents.DocumentRefused,
    documents.DocumentRefusal,
    "Why nothing was done about an app's documents.",
)
READ = Access(ADMINS, "documents:read")
WRITE = Access(ADMINS, REGISTERING)
LOCK = Access(ADMINS, "settings:write")


@planned(
    documents.TrustedDocument,
    prefix="doc",
    visible=Access(ADMINS, "documents:read", own="{t}.app_id = {app}"),
    filters=("app", "document_id", "registered_at", "retired_at"),
    orders=("registered_at",),
)
class TrustedDocument(Node):
    """A document that an app has registered. Whoever asks by its id need not send its text."""

    app: App = to_one("app_id", "The app that registered it.")
    document_id: str = column("What clients send as `documentId`: `sha256:…`, or an id of the app's own.")
    text: str = column("The document.")
    operations: list[str] = sql("{t}.operations", "What it holds, such as `query People`.")
    registered_at: datetime = column("When it was registered.")
    retired_at: datetime | None = column("Since when it is not served any more.")


one("trustedDocument", "TrustedDocument", "One registered document, by its global id.", allow=READ)
many(
    "trustedDocuments",
    "TrustedDocument",
    "The documents that apps of this tenant have registered, the latest first.",
    allow=READ,
    order="registered_at",
    descending=True,
)


@strawberry.input(description="A document, as a client's build wrote it.")
class DocumentInput:
    text: str = strawberry.field(description="The document, letter for letter as clients hash it.")
    id: str | None = strawberry.field(
        default=None,
        description="What clients will send: `sha256:…` or the bare SHA-256, which are checked against the text, or an "
        "id of the app's own, such as Relay's MD5. Left out, it is `sha256:…`.",
    )


@strawberry.input(description="Documents that an app will ask by their ids.")
class RegisterDocumentsInput:
    app_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose they are. An app leaves it out, and means itself."
    )
    documents: list[DocumentInput] = strawberry.field(description=f"At most {MOST_ITEMS} at once.")


@strawberry.input(description="Documents that no client asks for any more.")
class RetireDocumentsInput:
    app_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose they are. An app leaves it out, and means itself."
    )
    document_ids: list[str] = strawberry.field(description=f"Their ids as clients send them, at most {MOST_ITEMS}.")


@strawberry.input(description="Which app is locked to its documents.")
class LockAppInput:
    id: strawberry.ID = strawberry.field(description="The app.")


@strawberry.input(description="Which app may ask anything again.")
class UnlockAppInput:
    id: strawberry.ID = strawberry.field(description="The app.")


@mutation(
    "Register documents, so that they can be asked by `documentId`. All are checked first: where one is wrong, none is "
    "registered. What is registered already stays as it is; what was retired is served again.",
    answers=App,
    refuses=[DocumentsRefused],
    allow=WRITE,
)
async def register_documents(command: Command, input: RegisterDocumentsInput) -> keys.App:  # noqa: A002 -- the schema's word
    _few(len(input.documents), "documents")
    new = [NewDocument(document.text, document.id or "") for document in input.documents]
    pushed = await documents.register(command.db, _app(command, input.app_id), checked(schema(), new), now=command.now)
    if pushed.registered:
        ids = [document.document_id for document in pushed.registered]
        await history.record(
            command.db, pushed.app, "documents_registered", by=command.by, now=command.now, documents=ids
        )
    return pushed.app


@mutation(
    "Serve documents no longer, within five seconds. Retiring twice changes nothing; registering one again serves it "
    "again.",
    answers=App,
    refuses=[DocumentsRefused],
    allow=WRITE,
)
async def retire_documents(command: Command, input: RetireDocumentsInput) -> keys.App:  # noqa: A002 -- the schema's word
    _few(len(input.document_ids), "documentIds")
    app, retired = await documents.retire(command.db, _app(command, input.app_id), input.document_ids, now=command.now)
    if retired:
        ids = [document.document_id for document in retired]
        await history.record(command.db, app, "documents_retired", by=command.by, now=command.now, documents=ids)
    return app


@mutation(
    "Lock an app to its documents: its keys may ask those and nothing else. Keys with the scope `documents:write` stay "
    "free, since they could register whatever they want to ask. Locking twice changes nothing.",
    answers=App,
    refuses=[DocumentsRefused],
    allow=LOCK,
)
async def lock_app(command: Command, input: LockAppInput) -> keys.App:  # noqa: A002 -- the schema's word
    app, changed = await documents.lock(command.db, command.row(App, input.id))
    if changed:
        await history.record(command.db, app, "locked", by=command.by, now=command.now)
    return app


@mutation("Let an app ask anything again that its scopes allow.", answers=App, refuses=[DocumentsRefused], allow=LOCK)
async def unlock_app(command: Command, input: UnlockAppInput) -> keys.App:  # noqa: A002 -- the schema's word
    app, changed = await documents.unlock(command.db, command.row(App, input.id))
    if changed:
        await history.record(command.db, app, "unlocked", by=command.by, now=command.now)
    return app


def _app(command: Command, text: str | None) -> uuid.UUID:
    """The app that is named; for an app, itself and no other."""
    own = command.viewer.app_id
    named = command.row_or_none(App, text)
    if own is not None and named not in (None, own):
        raise forbidden("An app registers and retires its own documents only: leave `appId` out.")
    return named or own or NOBODY


def _few(number: int, field: str) -> None:
    if number > MOST_ITEMS:
        raise bad_input(f"`input.{field}` holds {number:,}: send at most {MOST_ITEMS} at once.", "LIST_TOO_LONG")
