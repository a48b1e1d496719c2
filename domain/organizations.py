"""Organizations: where people work, and who sends them or hosts them. An organization is no tenant."""

from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, unique


class OrganizationRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()


class OrganizationRefused(Refused[OrganizationRefusal]):
    pass


class Organization(Record, table=True):
    __table_args__ = (
        unique("external_ref"),
        Index("organization_name_idx", "tenant_id", "name", "id"),
        Index("organization_created_at_idx", "tenant_id", "created_at", "id"),
    )

    name: str
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)
