"""The viewer: who asks now, for which tenant, and what they may do.

Signing in is `authenticate`, one function per way of proving who one is; everything behind it knows only the viewer.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from tenants.keys import Role
from tenants.registry import Tenant


@dataclass(frozen=True)
class Actor:
    """Who did something, for the history. Neither person nor app: the tenant's clock or its operator."""

    person_id: uuid.UUID | None = None
    app_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Viewer:
    """Someone asking. A viewer without person and app has not signed in. `key_id`: with which key, where with one.

    `locked`: for an app that asks nothing but the documents that it has registered.
    """

    tenant: Tenant
    person_id: uuid.UUID | None = None
    app_id: uuid.UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    scopes: frozenset[str] = field(default_factory=frozenset)
    key_id: uuid.UUID | None = None
    expires_at: datetime | None = None
    locked: bool = False

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None or self.app_id is not None

    @property
    def actor(self) -> Actor:
        return Actor(self.person_id, self.app_id)
