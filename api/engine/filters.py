"""The filter and order inputs of a planned type, derived from its fields."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import strawberry

from api.engine.fields import ToOne

if TYPE_CHECKING:
    from api.engine.types import Entity

EQ = "Equal to this; null means: has none."
IN = "One of these. An empty list matches nothing."


@strawberry.enum(name="Direction", description="From the smallest, or from the largest.")
class Direction(Enum):
    ASCENDING = strawberry.enum_value("ASCENDING", description="From the smallest, the earliest, A.")
    DESCENDING = strawberry.enum_value("DESCENDING", description="From the largest, the latest, Z.")


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def _input(name: str, description: str, operators: dict[str, tuple[Any, str]], **required: str) -> type:
    annotations = dict.fromkeys(required, str) | {key: kind | None for key, (kind, _) in operators.items()}
    cls = type(name, (), {"__annotations__": annotations})
    for key, words in required.items():
        setattr(cls, key, strawberry.field(description=words))
    for key, (_, words) in operators.items():
        setattr(cls, key, strawberry.field(default=strawberry.UNSET, description=words, name=camel(key.rstrip("_"))))
    return strawberry.input(cls, description=description)


def _ordered(name: str, kind: Any, words: str) -> type:
    comparisons = {"gt": "greater than", "gte": "at least", "lt": "less than", "lte": "at most"}
    return _input(
        name,
        f"Compares {words}. Several conditions must all hold.",
        {"eq": (kind, EQ), "in_": (list[kind], IN)}
        | {key: (kind, f"Only values {word} this.") for key, word in comparisons.items()},
    )


IDFilter = _input(
    "IDFilter", "Compares the id of what is referred to.", {"eq": (strawberry.ID, EQ), "in_": (list[strawberry.ID], IN)}
)
StringFilter = _input(
    "StringFilter",
    "Compares text. Several conditions must all hold.",
    {
        "eq": (str, EQ),
        "in_": (list[str], IN),
        "starts_with": (str, "Begins with this, in exactly this spelling."),
        "contains": (str, "Contains this, whatever its case."),
    },
)
BooleanFilter = _input("BooleanFilter", "Compares yes and no.", {"eq": (bool, "Equal to this.")})
WordsFilter = _input("StringListFilter", "Looks into a list of words.", {"has": (str, "The list has this word.")})
IntFilter = _ordered("IntFilter", int, "whole numbers")
FloatFilter = _ordered("FloatFilter", float, "numbers")
DateTimeFilter = _ordered("DateTimeFilter", datetime, "instants")
DateFilter = _ordered("DateFilter", date, "days")

ChoiceFilter = _input("ChoiceFilter", "Compares the value of a choice.", {"eq": (str, EQ), "in_": (list[str], IN)})
COMPARISONS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
KINDS = {
    "text": StringFilter, "number": FloatFilter, "date": DateFilter, "choice": ChoiceFilter, "reference": IDFilter,
}  # fmt: skip
"""The kinds of custom fields, as inputs and outputs call their values, and how they are compared."""

CustomValueFilter = _input(
    "CustomValueFilter",
    "Compares a custom field: by the one comparison that fits its kind.",
    {kind: (compared, f"Of a {kind.upper()} field.") for kind, compared in KINDS.items()},
    key="The key of the field, as the tenant has declared it.",
)

BY_TYPE: dict[Any, type] = {
    str: StringFilter,
    bool: BooleanFilter,
    int: IntFilter,
    float: FloatFilter,
    datetime: DateTimeFilter,
    date: DateFilter,
    list[str]: WordsFilter,
}
_ENUMS: dict[type, type] = {}


def bare(annotation: Any) -> Any:
    """The annotation without `| None`, and without what `Annotated` adds."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return bare(next(kind for kind in typing.get_args(annotation) if kind is not types.NoneType))
    return annotation


def compared(annotation: Any) -> Any:
    """The Python type that a comparison with this field works on: an e-mail address is compared as text."""
    kind = bare(annotation)
    return getattr(kind, "__supertype__", kind)


def filter_input(entity: Entity) -> None:
    """Complete the entity's filter: one comparison per field it may be filtered by, and `and`, `or`, `not`."""
    cls: Any = entity.where
    fields: dict[str, tuple[Any, str]] = {"id": (IDFilter, "By its own id.")}
    for name in entity.filters:
        fields[name] = (_comparison(entity, name), f"By `{camel(name)}`.")
    if entity.custom is not None:
        compared: Any = list[CustomValueFilter]  # type: ignore[valid-type]
        fields["custom_fields"] = (compared, "By the tenant's own fields. All of these hold.")
    fields["and_"] = (list[cls], "All of these hold.")
    fields["or_"] = (list[cls], "At least one of these holds. An empty list matches nothing.")
    fields["not_"] = (cls, "This does not hold.")
    cls.__annotations__ = {name: kind | None for name, (kind, _) in fields.items()}
    for name, (_, words) in fields.items():
        setattr(cls, name, strawberry.field(default=strawberry.UNSET, description=words, name=camel(name.rstrip("_"))))
    strawberry.input(cls, description=f"Which {entity.name} rows. Several conditions must all hold.")


def order_enum(entity: Entity) -> Any:
    words = {
        name.upper(): strawberry.enum_value(name, description=f"By `{camel(name)}`.") for name in (*entity.orders, "id")
    }
    enum: Any = Enum
    fields = enum(f"{entity.name}OrderField", words)
    return strawberry.enum(fields, description=f"What {entity.name} rows can be ordered by.")


def referenced_enum(entities: Iterable[Entity]) -> Any:
    words = {
        entity.name.upper(): strawberry.enum_value(entity.name, description=f"Of type `{entity.name}`.")
        for entity in entities
        if "external_ref" in entity.fields
    }
    enum: Any = Enum
    return strawberry.enum(enum("ReferencedType", words), description="What has a reference of your own.")


def order_input(entity: Entity) -> type:
    annotations = {"field": entity.order_fields, "direction": Direction}
    cls: Any = type(f"{entity.name}Order", (), {"__annotations__": annotations})
    cls.direction = strawberry.field(default=Direction.ASCENDING, description="Which end comes first.")
    if entity.custom is None:
        cls.field = strawberry.field(description="What to order by.")
        return strawberry.input(cls, description=f"An order of {entity.name} rows.")  # type: ignore[no-any-return]
    annotations |= {"field": entity.order_fields | None, "custom_field": str | None}
    own = "The key of a custom field to order by. Rows without a value come last, from whichever end."
    cls.field = strawberry.field(default=None, description="What to order by.")
    cls.custom_field = strawberry.field(default=None, description=own)
    return strawberry.input(cls, description=f"An order of {entity.name} rows: by a field, or by a custom field.")  # type: ignore[no-any-return]


def _comparison(entity: Entity, name: str) -> type:
    declared, kind = entity.fields[name], compared(entity.annotations[name])
    if isinstance(declared, ToOne):
        return IDFilter
    if isinstance(kind, type) and issubclass(kind, Enum):
        if kind not in _ENUMS:
            title = kind.__strawberry_definition__.name  # type: ignore[attr-defined]
            some: Any = list[kind]  # type: ignore[valid-type]
            _ENUMS[kind] = _input(f"{title}Filter", f"Compares a {title}.", {"eq": (kind, EQ), "in_": (some, IN)})
        return _ENUMS[kind]
    return BY_TYPE[kind]
