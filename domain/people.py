"""People: everyone known to one tenant. An e-mail address, where given, belongs to one person of the tenant.

Invariant: addresses are stored in lower case, so that the unique key knows `Ada@` and `ada@` as the same.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, unique


class PersonRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    EMAIL_TAKEN = auto()
    REFERENCE_TAKEN = auto()


class PersonRefused(Refused[PersonRefusal]):
    pass


class Person(Record, table=True):
    __table_args__ = (
        belongs_to("organization"),
        unique("email"),
        unique("external_ref"),
        Index("person_name_idx", "tenant_id", "name", "id"),
        Index("person_created_at_idx", "tenant_id", "created_at", "id"),
        Index("person_organization_name_idx", "tenant_id", "organization_id", "name", "id"),
    )

    name: str
    email: str | None = None
    organization_id: uuid.UUID | None = None
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)
