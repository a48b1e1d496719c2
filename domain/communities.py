"""Communities of practice: a domain, the people who care about it, and what they do about it.

Invariant: a community has a channel from the day it is founded. It belongs to no cohort and has no end.
"""

import uuid
from datetime import datetime
from enum import auto

from sqlalchemy import Index
from sqlmodel import Field

from domain.records import UTC, Record, Refused, Word, belongs_to, choice, unique


class Visibility(Word):
    """A PUBLIC community may be joined by anyone; into a PRIVATE one people are brought by its staff."""

    PUBLIC = auto()
    PRIVATE = auto()


class CommunityRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    REFERENCE_TAKEN = auto()


class CommunityRefused(Refused[CommunityRefusal]):
    pass


class Community(Record, table=True):
    """`domain` is what the community is about; `program_id` is the formal program it is connected to, if any."""

    __table_args__ = (
        belongs_to("program"),
        unique("external_ref"),
        Index("community_created_at_idx", "tenant_id", "created_at", "id"),
        Index("community_name_idx", "tenant_id", "name", "id"),
        Index("community_program_id_created_at_idx", "tenant_id", "program_id", "created_at", "id"),
    )

    name: str
    domain: str
    charter: str = ""
    program_id: uuid.UUID | None = None
    visibility: Visibility = Field(default=Visibility.PUBLIC, sa_type=choice(Visibility))
    external_ref: str | None = None
    created_at: datetime = Field(sa_type=UTC)
