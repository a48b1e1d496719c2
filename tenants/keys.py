"""Keys: how a person or an app proves who it is.

Invariant: a key is 256 random bits; only its SHA-256 is stored, and it is shown once. A key is `clg_<tenant>_<secret>`:
it names its tenant, so that a key on another tenant's host can be refused before anything is read.
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import auto

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col, select

from tenants.records import UTC, TenantOwned, Word, belongs_to, one_of, unique
from tenants.refusals import Refused
from tenants.registry import Tenant

SCHEME = "clg"
SHOWN = 6
LONGEST_NAME = 200
REGISTERING = "documents:write"


class Role(Word):
    """What a person may do in a tenant."""

    TENANT_ADMIN = auto()
    COORDINATOR = auto()
    INSTRUCTOR = auto()
    MODERATOR = auto()
    LEARNER = auto()


class KeyRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()


class KeyRefused(Refused[KeyRefusal]):
    pass


class App(TenantOwned, table=True):
    """A partner's program that works for a tenant without a person. `locked`: it asks its own documents only."""

    __table_args__ = (Index("app_created_at_idx", "tenant_id", "created_at", "id"),)

    name: str
    created_at: datetime = Field(sa_type=UTC)
    locked: bool = False


class Key(TenantOwned, table=True):
    __table_args__ = (
        belongs_to("person"),
        belongs_to("app"),
        unique("digest"),
        one_of("person_id", "app_id", name="holder"),
        Index("key_created_at_idx", "tenant_id", "created_at", "id"),
    )

    prefix: str
    digest: bytes
    person_id: uuid.UUID | None = None
    app_id: uuid.UUID | None = None
    roles: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    scopes: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    created_at: datetime = Field(sa_type=UTC)
    expires_at: datetime | None = Field(default=None, sa_type=UTC)
    revoked_at: datetime | None = Field(default=None, sa_type=UTC)


@dataclass(frozen=True)
class IssuedKey:
    """A key and its text. The text is never to be had again."""

    key: Key
    text: str


@dataclass(frozen=True)
class Grant:
    """What a key allows whom, and until when. `app_locked`: its app is locked to its own documents."""

    key_id: uuid.UUID
    person_id: uuid.UUID | None
    app_id: uuid.UUID | None
    roles: frozenset[Role]
    scopes: frozenset[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    app_locked: bool = False


def new_text(slug: str) -> str:
    return f"{SCHEME}_{slug}_{secrets.token_urlsafe(32)}"


def tenant_named_in(text: str) -> str | None:
    """The short name of the tenant that a key's text names; None where the text is no key of ours."""
    scheme, _, rest = text.partition("_")
    slug, _, secret = rest.partition("_")
    return slug if scheme == SCHEME and slug and secret else None


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def valid(key: Key | Grant, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def locked(grant: Grant) -> bool:
    """Whether the key asks registered documents only. One that may register documents could register what it asks."""
    return grant.app_locked and REGISTERING not in grant.scopes


async def create_app(db: AsyncSession, name: str, *, now: datetime) -> App:
    if not name.strip() or len(name) > LONGEST_NAME or "\x00" in name:
        raise KeyRefused(KeyRefusal.INVALID, f"Give the app a name of at most {LONGEST_NAME} characters.", field="name")
    app = App(name=name.strip(), created_at=now)
    db.add(app)
    await db.flush()
    return app


async def create(
    db: AsyncSession,
    tenant: Tenant,
    *,
    person_id: uuid.UUID | None = None,
    app_id: uuid.UUID | None = None,
    roles: frozenset[Role] = frozenset(),
    scopes: frozenset[str] = frozenset(),
    expires_at: datetime | None = None,
    now: datetime,
) -> IssuedKey:
    """A new key for a person with roles or for an app with scopes."""
    if expires_at is not None and expires_at <= now:
        raise KeyRefused(KeyRefusal.INVALID, "A key must expire in the future.", field="expiresAt")
    if (person_id is None) == (app_id is None):
        raise KeyRefused(
            KeyRefusal.INVALID, "A key belongs to a person or to an app: name one of them.", field="personId"
        )
    if person_id is not None and not roles:
        raise KeyRefused(KeyRefusal.INVALID, "A person's key carries at least one role.", field="roles")
    if app_id is not None and not scopes:
        raise KeyRefused(KeyRefusal.INVALID, "An app's key carries at least one scope.", field="scopes")
    if person_id is not None and not await _exists(db, "person", person_id):
        raise KeyRefused(KeyRefusal.NOT_FOUND, "There is no such person.", field="personId")
    if app_id is not None and not await _exists(db, "app", app_id):
        raise KeyRefused(KeyRefusal.NOT_FOUND, "There is no such app.", field="appId")
    text = new_text(tenant.slug)
    key = Key(
        prefix=text[: len(f"{SCHEME}_{tenant.slug}_") + SHOWN],
        digest=digest(text),
        person_id=person_id,
        app_id=app_id,
        roles=sorted(roles),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    db.add(key)
    await db.flush()
    return IssuedKey(key, text)


async def _exists(db: AsyncSession, holder: str, holder_id: uuid.UUID) -> bool:
    """Whether the tenant has this person or app. People are the domain's; here only their table is known."""
    table = SQLModel.metadata.tables[holder]
    mine = select(table.c.id).where(table.c.tenant_id == db.info["tenant_id"], table.c.id == holder_id)
    return await db.scalar(mine) is not None


async def find(db: AsyncSession, text: str) -> Key | None:
    """The key with this text, in this transaction's tenant, whether still valid or not."""
    return await db.scalar(select(Key).where(Key.digest == digest(text)))


async def revoke(db: AsyncSession, *, key_id: uuid.UUID | None = None, prefix: str | None = None, now: datetime) -> Key:
    """Revoke a key by its id or by the prefix that is shown. Revoking twice changes nothing."""
    mine = select(Key).with_for_update()
    found = list(await db.scalars(mine.where(Key.id == key_id) if key_id else mine.where(col(Key.prefix) == prefix)))
    if len(found) != 1:
        raise KeyRefused(KeyRefusal.NOT_FOUND, "There is no such key.", field="id")
    key = found[0]
    key.revoked_at = key.revoked_at or now
    await db.flush()
    return key
