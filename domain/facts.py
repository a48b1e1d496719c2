"""Facts: what a client says about a record, as a frozen dataclass whose fields are columns of it."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from domain.records import Record, Revised
from domain.texts import Invalid

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

F = TypeVar("F", bound="DataclassInstance")


def facts_of(source: object, kind: type[F]) -> F:
    """What a record, or a larger set of facts, says now."""
    return kind(**{field.name: getattr(source, field.name) for field in fields(kind)})


def with_changes(record: Record, kind: type[F], changes: Mapping[str, object], *, invalid: Invalid) -> F:
    """What the record would say. None is refused for a fact that can't be missing."""
    hints = get_type_hints(kind)
    for name, change in changes.items():
        if change is None and type(None) not in get_args(hints[name]):
            raise invalid(spelled(name), "This can be changed but not taken away. Give a value or leave it out.")
    return replace(facts_of(record, kind), **changes)


def whole(kind: type[F], said: Mapping[str, object], *, invalid: Invalid) -> F:
    """What is said of a record that is new, where nothing may be missing that has to be there."""
    for field in fields(kind):
        if field.default is MISSING and field.name not in said:
            raise invalid(spelled(field.name), "There is none with this reference yet: a new one needs this as well.")
    return kind(**said)


def take_on(record: Record, facts: "DataclassInstance") -> dict[str, Any]:
    """Write the facts into the record; those that were different before, for the history."""
    changed = {name: fact for name, fact in asdict(facts).items() if getattr(record, name) != fact}
    for name, fact in changed.items():
        setattr(record, name, fact)
    if changed and isinstance(record, Revised):
        record.revision += 1
    return changed


def spelled(name: str) -> str:
    """A fact's name as the schema spells it."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
