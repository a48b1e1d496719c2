"""What a mutation's function works with, and what it gives back."""

import uuid
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import strawberry
from graphql import GraphQLError
from sqlalchemy.ext.asyncio import AsyncSession

from api import ids
from api.engine.filters import camel
from api.engine.types import ENTITIES
from api.permissions import Access
from domain.upserts import Upserted
from tenants.viewer import Actor, Viewer

NOBODY = uuid.UUID(int=0)
NO_CHANGES = frozenset({"id", "expected_revision", "custom_fields"})
"""What an update's input says of the record without changing it."""


@dataclass(frozen=True)
class Asked:
    """Who asks, and the tenant's time: what there is before a transaction."""

    viewer: Viewer
    now: datetime
    wall: datetime

    @property
    def by(self) -> Actor:
        return self.viewer.actor

    def row(self, planned: type, text: str) -> uuid.UUID:
        """The row that a global id names. What is no id of this type is an id that nobody has."""
        return ids.decode(str(ENTITIES[planned.__name__].prefix), text) or NOBODY

    def row_or_none(self, planned: type, text: str | None) -> uuid.UUID | None:
        return None if text is None else self.row(planned, text)

    def may(self, access: Access) -> bool:
        return access.allows(self.viewer)

    def person(self, person: type, text: str | None, *, others: Access, field: str = "personId") -> uuid.UUID:
        """The person that a command is about: the viewer, or whom the viewer names in `field` and may act for."""
        own = self.viewer.person_id
        named = self.row_or_none(person, text)
        if named is None and own is not None:
            return own
        if named is None:
            raise forbidden(f"Say for whom, by `{field}`: an app has no place of its own.")
        if named != own and not self.may(others):
            raise forbidden(f"You may do this for yourself only: leave `{field}` out. For others: {others.words}")
        return named


@dataclass(frozen=True)
class Command(Asked):
    """What is asked, and an open transaction."""

    db: AsyncSession


class Row(Protocol):
    """A record: what a mutation answers with is read by its id."""

    @property
    def id(self) -> uuid.UUID: ...


@dataclass(frozen=True)
class Written:
    """A row of which only its id is known."""

    id: uuid.UUID


@dataclass(frozen=True)
class Told:
    """A row, and what only this answer tells: a text, that it was made anew, or that it is another time now."""

    record: Row
    text: str = ""
    created: bool = False
    now: datetime | None = None

    @classmethod
    def upserted(cls, upserted: Upserted[Any]) -> "Told":
        return cls(upserted.record, created=upserted.created)


def changes(given: Any, *, clearable: AbstractSet[str] = frozenset()) -> dict[str, Any]:  # noqa: ANN401 -- an input with an `id`
    """What an update's input says, without what is left out. Null takes away what is `clearable`, and nothing else."""
    said = {
        name: value for name, value in vars(given).items() if name not in NO_CHANGES and value is not strawberry.UNSET
    }
    for name, value in said.items():
        if value is None and name not in clearable:
            raise bad_input(f"`input.{camel(name)}` can be changed but not taken away: give a value, or leave it out.")
    return said


def bad_input(message: str, code: str = "BAD_USER_INPUT") -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def forbidden(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "FORBIDDEN"})


def permit(viewer: Viewer, allow: Access, title: str) -> None:
    if allow.allows(viewer):
        return
    if not viewer.signed_in:
        message = f"Sign in for `{title}`: send a key as `Authorization: Bearer …`."
        raise GraphQLError(message, extensions={"code": "UNAUTHENTICATED"})
    raise forbidden(f"You may not call `{title}`. {allow.words}")
