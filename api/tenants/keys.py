"""Apps and keys: how programs and people prove who they are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.engine.fields import Connection, column, sql, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, Told, mutation, refusal
from api.people.people import Person
from api.permissions import ADMINS, EVERYONE, SCOPES, Access
from api.words import enum
from domain import history
from domain.records import find
from tenants import keys
from tenants.keys import Role
from tenants.registry import by_id

if TYPE_CHECKING:
    from api.tenants.documents import TrustedDocument

enum(
    keys.KeyRefusal,
    "KeyRefusal",
    "Why a key or app could not be written.",
    NOT_FOUND="There is no such key, person or app; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
)
KeyRefused = refusal("KeyRefused", keys.KeyRefused, keys.KeyRefusal, "Why there is no such key now.")
ADMINISTRATION = Access(ADMINS, "settings:read")
WRITE = Access(ADMINS, "settings:write")


@planned(
    keys.App,
    prefix="app",
    visible=Access(EVERYONE, "settings:read", own="{t}.id = {app}", reached=frozenset({"documents:read"})),
    filters=("name", "locked"),
    orders=("created_at",),
)
class App(Node):
    """A partner's program that works for the tenant without a person."""

    name: str = column("Its name.")
    created_at: datetime = column("When it became known here.")
    locked: bool = column("Whether its keys may ask nothing but the documents that it has registered.")
    documents: Connection[TrustedDocument] = to_many(
        "app_id", "The documents that it has registered.", order="registered_at", descending=True
    )


@planned(
    keys.Key,
    prefix="key",
    visible=Access(ADMINS, "settings:read", own="{t}.person_id = {viewer}"),
    filters=("person", "app", "created_at"),
    orders=("created_at",),
)
class Key(Node):
    """A key of a person or an app. Its text is told once, when it is made; only a hash of it is kept."""

    prefix: str = column("How the key begins: enough to know it by, not enough to use it.")
    person: Person | None = to_one("person_id", "Whose key it is, where it is a person's.")
    app: App | None = to_one("app_id", "Whose key it is, where it is an app's.")
    roles: list[Role] = sql("{t}.roles", "What its person may do with it.")
    scopes: list[str] = sql("{t}.scopes", "What its app may do with it.")
    created_at: datetime = column("When it was made.")
    expires_at: datetime | None = column("When it stops to work.")
    revoked_at: datetime | None = column("When it was revoked.")


@planned(keys.Key, visible=Access(ADMINS, "settings:write"))
class IssuedKey:
    """A new key and its text."""

    key: Key = to_one("id", "The key.")
    text: str = sql("{text}", "The key itself. Keep it: it is told now and never again.")


one("key", "Key", "One key, by its id.", allow=ADMINISTRATION)
many("keys", "Key", "The keys of this tenant.", allow=ADMINISTRATION, order="created_at", descending=True)
many("apps", "App", "The apps that work for this tenant.", allow=ADMINISTRATION, order="created_at")


@strawberry.input(description="A new app.")
class CreateAppInput:
    name: str = strawberry.field(description="Its name.")


@strawberry.input(description="A new key: for a person with roles, or for an app with scopes.")
class CreateKeyInput:
    person_id: strawberry.ID | None = strawberry.field(default=None, description="Whose key it is.")
    roles: list[Role] = strawberry.field(default_factory=list, description="What the person may do with it.")
    app_id: strawberry.ID | None = strawberry.field(default=None, description="Whose key it is.")
    scopes: list[str] = strawberry.field(
        default_factory=list, description=f"What the app may do with it: {', '.join(sorted(SCOPES))}."
    )
    expires_at: datetime | None = strawberry.field(default=None, description="When it stops to work; null for never.")


@strawberry.input(description="A key that shall not work any more.")
class RevokeKeyInput:
    id: strawberry.ID = strawberry.field(description="Which key.")


@mutation("Make an app known.", answers=App, refuses=[KeyRefused], allow=WRITE)
async def create_app(command: Command, input: CreateAppInput) -> keys.App:  # noqa: A002 -- the schema's word
    app = await keys.create_app(command.db, input.name, now=command.now)
    await history.record(command.db, app, "created", by=command.by, now=command.now, name=app.name)
    return app


@mutation(
    "Make a key. Its text is told in this answer and never again.", answers=IssuedKey, refuses=[KeyRefused], allow=WRITE
)
async def create_key(command: Command, input: CreateKeyInput) -> Told:  # noqa: A002 -- the schema's word
    if unknown := set(input.scopes) - SCOPES:
        raise keys.KeyRefused(
            keys.KeyRefusal.INVALID,
            f"There is no scope '{min(unknown)}'. There are: {', '.join(sorted(SCOPES))}.",
            field="scopes",
        )
    issued = await keys.create(
        command.db,
        await by_id(command.db, command.viewer.tenant.id),
        person_id=command.row_or_none(Person, input.person_id),
        app_id=command.row_or_none(App, input.app_id),
        roles=frozenset(input.roles),
        scopes=frozenset(input.scopes),
        expires_at=input.expires_at,
        now=command.now,
    )
    await history.record(command.db, issued.key, "created", by=command.by, now=command.now, prefix=issued.key.prefix)
    return Told(issued.key, issued.text)


@mutation("Revoke a key. Revoking twice changes nothing.", answers=Key, refuses=[KeyRefused], allow=WRITE)
async def revoke_key(command: Command, input: RevokeKeyInput) -> keys.Key:  # noqa: A002 -- the schema's word
    key = await find(command.db, keys.Key, command.row(Key, input.id))
    already = key is not None and key.revoked_at is not None
    key = await keys.revoke(command.db, key_id=command.row(Key, input.id), now=command.now)
    if not already:
        await history.record(command.db, key, "revoked", by=command.by, now=command.now, prefix=key.prefix)
    return key
