"""The values of custom fields: read with the record they belong to, written with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import strawberry

from api.custom.fields import CustomFieldChoice
from api.engine.custom import referred
from api.engine.fields import CustomFields, column, to_any, to_one
from api.engine.types import Node, planned
from api.mutations import NOBODY, Command, refusal
from api.permissions import STAFF, Access
from api.words import enum
from domain.custom import values
from domain.custom.fields import Carrier, FieldKind
from domain.custom.values import Given, Reference
from domain.records import Record

enum(
    values.CustomValueRefusal,
    "CustomValueRefusal",
    "Why custom fields could not be written.",
    UNKNOWN_FIELD="The tenant has declared no such field for this record, or has retired it.",
    INVALID="A value is not acceptable.",
    WRONG_KIND="The field holds values of another kind.",
    UNKNOWN_CHOICE="The field has no such choice, or no longer.",
    NOT_FOUND="There is no such record to refer to.",
    REQUIRED="The field must have a value.",
)
CustomValueRefused = refusal(
    "CustomValueRefused",
    values.CustomValueRefused,
    values.CustomValueRefusal,
    "Why custom fields were not written, and so nothing was; `field` says which, as in `customFields.costCenter`.",
)

OF_FIELDS_IN_USE = f"""(
  SELECT v.tenant_id, v.id, v.field_id, v.owner_id, v.text_value, v.number_value, v.date_value,
    {", ".join(f"v.{column}" for column in values.REFERENCES)}, c.id AS choice_id,
    f.key, f.label, f.kind, f.visibility
  FROM custom_value v
  JOIN custom_field f ON f.tenant_id = {{tenant}} AND f.id = v.field_id AND f.retired_at IS NULL
  LEFT JOIN custom_choice c ON c.tenant_id = {{tenant}} AND c.field_id = v.field_id AND c.value = v.choice_value
  WHERE v.tenant_id = {{tenant}})"""


@planned(source=OF_FIELDS_IN_USE, visible=Access(frozenset(), own="true"))
class CustomValue:
    """What one custom field of a record says: in `text`, `number`, `date`, `choice` or `reference`, as its kind is."""

    key: str = column("The key of the field.")
    label: str = column("What people read beside it.")
    kind: FieldKind = column("What the field holds.")
    text: str | None = column("What a TEXT field says.", name="text_value")
    number: float | None = column("What a NUMBER field says.", name="number_value")
    date: dt.date | None = column("What a DATE field says.", name="date_value")
    choice: CustomFieldChoice | None = to_one("choice_id", "What was chosen in a CHOICE field.")
    reference: Node | None = to_any(
        "What a REFERENCE field refers to; null also where the viewer may not see it.",
        **{record.__name__: f"to_{carrier.lower()}_id" for carrier, record in values.RECORDS.items()},
    )


def declared(carrier: Carrier, scope: str) -> Any:  # noqa: ANN401 -- a word of a declaration
    """A record's custom fields. An app with the scope sees also those for staff alone."""
    return CustomFields(
        "What the tenant's fields say of it, in the order of their declaration; those without a value are left out.",
        record=carrier,
        every=Access(STAFF, scope, own="{t}.visibility = 'EVERYONE'"),
        key_of=values.sort_key,
        reference_of=lambda record, row: values.sort_key(_reference(record, row)),
    )


@strawberry.input(
    description="What a custom field shall say: exactly one value, of the field's kind. Null takes away what it says."
)
class CustomValueInput:
    key: str = strawberry.field(description="The key of the field.")
    text: str | None = strawberry.field(default=strawberry.UNSET, description="For a TEXT field.")
    number: float | None = strawberry.field(default=strawberry.UNSET, description="For a NUMBER field.")
    date: dt.date | None = strawberry.field(default=strawberry.UNSET, description="For a DATE field.")
    choice: str | None = strawberry.field(
        default=strawberry.UNSET, description="For a CHOICE field: the value of one of its choices."
    )
    reference: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="For a REFERENCE field: the global id of what it refers to."
    )

    def given(self) -> Given:
        """What is said, or that it is not one thing."""
        said = {kind: getattr(self, kind.lower()) for kind in FieldKind}
        said = {kind: value for kind, value in said.items() if value is not strawberry.UNSET}
        if len(said) != 1:
            names = ", ".join(f"`{kind.lower()}`" for kind in FieldKind)
            message = f"Give '{values.shown(self.key)}' exactly one of {names}."
            raise values.refused(values.CustomValueRefusal.INVALID, self.key, message)
        ((kind, value),) = said.items()
        if kind == FieldKind.REFERENCE and value is not None:
            value = _reference(*referred(value))
        return Given(key=self.key, kind=kind, value=value)


def given() -> Any:  # noqa: ANN401 -- a field of an input
    """The field of an input by which a record's custom fields are written."""
    words = "The tenant's own fields of it, by key. Those that are left out stay."
    return strawberry.field(default=strawberry.UNSET, description=words)


def _reference(record: str | None, row: Any) -> Reference:  # noqa: ANN401 -- a row's id, or none
    return Reference(None, NOBODY) if record is None else Reference(Carrier(record), row)


async def write(
    command: Command, record: Record, given: Sequence[CustomValueInput] | None, *, new: bool = False
) -> None:
    """Write the custom fields of a record that the mutation's own command has just written. `new`: it was added."""
    said = [one.given() for one in given] if given else []
    await values.write(command.db, record, said, new=new, by=command.by, now=command.now)
