"""What every row of a tenant has in common.

Invariant: a tenant-owned row is known by `(tenant_id, id)`, and nothing that refers to it can leave its tenant.
"""

import uuid
from enum import StrEnum

import uuid_utils.compat
from sqlalchemy import CheckConstraint, DateTime, Enum, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

UTC = DateTime(timezone=True)
NEWS = "news"
"""A database session's `info` under this name: whether its transaction leaves news that others wait for."""

SQLModel.metadata.naming_convention = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_1_name)s_fkey",
    "uq": "%(table_name)s_%(column_1_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "ix": "%(table_name)s_%(column_1_name)s_idx",
}


class Word(StrEnum):
    """A closed list of words: the same word in the database, the code and the schema."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name


def new_id() -> uuid.UUID:
    """A UUIDv7: time-ordered, so that new rows land at the end of every index."""
    return uuid_utils.compat.uuid7()


def choice(of: type[Word], name: str | None = None) -> Enum:
    """One word of a closed list, stored as text with a CHECK: native enums never use an index under row security."""
    return Enum(
        of,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=list,
        name=name or of.__name__.lower(),
    )


def belongs_to(table: str, column: str | None = None) -> ForeignKeyConstraint:
    """A reference that cannot leave the tenant."""
    return ForeignKeyConstraint(["tenant_id", column or f"{table}_id"], [f"{table}.tenant_id", f"{table}.id"])


def unique(*columns: str, name: str | None = None) -> UniqueConstraint:
    """Unique within the tenant."""
    return UniqueConstraint("tenant_id", *columns, name=name)


def one_of(*columns: str, name: str) -> CheckConstraint:
    """Exactly one of the columns is given."""
    return CheckConstraint(f"num_nonnulls({', '.join(columns)}) = 1", name=name)


class TenantOwned(SQLModel):
    """A row of one tenant. The transaction fills in `tenant_id`; the domain never says it."""

    tenant_id: uuid.UUID = Field(default=None, primary_key=True, sa_column_kwargs={"autoincrement": False})
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
