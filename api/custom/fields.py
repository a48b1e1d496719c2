"""The declaration of custom fields: by a tenant's administrators, for all who read and write its records."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.engine.fields import column, to_list
from api.engine.types import Node, many, one, planned
from api.mutations import Command, changes, mutation, refusal
from api.permissions import ADMINS, EVERYONE, STAFF, Access
from api.words import enum
from domain.custom import choices, fields

enum(
    fields.Carrier,
    "CustomFieldRecord",
    "The records that can have custom fields.",
    PERSON="People.",
    ORGANIZATION="Organizations.",
    PROGRAM="Programs.",
    COHORT="Cohorts.",
    SESSION="Sessions.",
    COMMUNITY="Communities.",
)
enum(
    fields.FieldKind,
    "CustomFieldKind",
    "What a custom field holds.",
    TEXT="A text of at most 500 characters.",
    NUMBER="A number, with 15 significant digits.",
    DATE="A day of the calendar.",
    CHOICE="One of the field's own choices.",
    REFERENCE="Another record, of the kind that the field refers to.",
)
enum(
    fields.FieldVisibility,
    "CustomFieldVisibility",
    "Who sees what a custom field says.",
    EVERYONE="Everyone who sees the record.",
    STAFF="Coordinators and administrators, and apps with the scope for such records.",
)
enum(
    fields.CustomFieldRefusal,
    "CustomFieldRefusal",
    "Why a custom field could not be declared or changed.",
    NOT_FOUND="There is no such custom field.",
    INVALID="A value is not acceptable; `field` says which.",
    KEY_TAKEN="The record has a field with this key already, perhaps a retired one.",
    TOO_MANY="The record has as many custom fields as it can have.",
    REVISION_CHANGED="Someone has changed it since it was read; `expectedRevision` is no longer its revision.",
)
CustomFieldRefused = refusal(
    "CustomFieldRefused", fields.CustomFieldRefused, fields.CustomFieldRefusal, "Why the custom field stays as it is."
)
RECORDS_READ = frozenset(
    f"{area}:read" for area in ("people", "programs", "cohorts", "sessions", "communities", "registrations")
)
SHOWN = Access(
    STAFF, "settings:read", own="({t}.visibility = 'EVERYONE' AND {t}.retired_at IS NULL)", reached=RECORDS_READ
)
READ = Access(EVERYONE, "settings:read", reached=RECORDS_READ)
WRITE = Access(ADMINS, "settings:write")


@planned(choices.Choice, visible=Access(frozenset(), own="true"))
class CustomFieldChoice:
    """What a custom field of the kind CHOICE can be."""

    value: str = column("For programs: it never changes.")
    label: str = column("What people read.")


@planned(
    fields.CustomField,
    prefix="fld",
    visible=SHOWN,
    filters=("record", "key", "kind", "visibility", "retired_at", "created_at"),
    orders=("created_at",),
)
class CustomField(Node):
    """What a tenant wants to know of a kind of record beyond what everyone does."""

    record: fields.Carrier = column("What it is a field of.")
    key: str = column("Its name for programs, in `customFields`, filters and orders. It never changes.")
    kind: fields.FieldKind = column("What it holds.")
    refers_to: fields.Carrier | None = column("What a REFERENCE refers to; null for all others.")
    label: str = column("What people read beside it.")
    help: str = column("What those who fill it in should know; may be empty.")
    required: bool = column("Whether whoever adds a record must give a value. It can't be taken away then.")
    visibility: fields.FieldVisibility = column("Who sees what it says.")
    choices: list[CustomFieldChoice] = to_list(
        "{c}.field_id = {t}.id AND {c}.retired_at IS NULL",
        "What a CHOICE can be now, in the tenant's order; empty for all others.",
        order="position",
    )
    retired_at: datetime | None = column("Since when it is neither shown nor asked for; null while it is.")
    created_at: datetime = column("When it was declared.")
    revision: int = column("How often it was edited, counted from 1; for `expectedRevision`.")


one("customField", "CustomField", "One custom field as it was declared.", allow=READ)
many(
    "customFields",
    "CustomField",
    "The custom fields that this tenant has declared: what forms and tables need to know. Filter by `record`.",
    allow=READ,
    order="created_at",
)


@strawberry.input(description="One choice of a custom field.")
class CustomFieldChoiceInput:
    value: str = strawberry.field(description="For programs: letters, digits, `_`, `-`, `.`; orders go by it.")
    label: str = strawberry.field(description="What people read.")

    def new(self) -> choices.NewChoice:
        return choices.NewChoice(value=self.value, label=self.label)


@strawberry.input(description="A new custom field.")
class DeclareCustomFieldInput:
    record: fields.Carrier = strawberry.field(description="What it is a field of.")
    key: str = strawberry.field(description="Its name for programs, such as `costCenter`; unique for the record.")
    kind: fields.FieldKind = strawberry.field(description="What it holds.")
    label: str = strawberry.field(description="What people read beside it.")
    help: str = strawberry.field(default="", description="What those who fill it in should know.")
    required: bool = strawberry.field(default=False, description="Whether whoever adds a record must give a value.")
    visibility: fields.FieldVisibility = strawberry.field(
        default=fields.FieldVisibility.EVERYONE, description="Who sees what it says."
    )
    refers_to: fields.Carrier | None = strawberry.field(default=None, description="For a REFERENCE: to what.")
    choices: list[CustomFieldChoiceInput] | None = strawberry.field(
        default=None, description="For a CHOICE: what it can be, in this order; at most 200."
    )


@strawberry.input(description="What to change of a custom field. What is left out stays.")
class UpdateCustomFieldInput:
    id: strawberry.ID = strawberry.field(description="Which field.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    label: str | None = strawberry.field(default=strawberry.UNSET, description="What people read beside it.")
    help: str | None = strawberry.field(default=strawberry.UNSET, description="What those who fill it in should know.")
    required: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether whoever adds a record from now on must give a value."
    )
    visibility: fields.FieldVisibility | None = strawberry.field(
        default=strawberry.UNSET, description="Who sees what it says."
    )
    choices: list[CustomFieldChoiceInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="All that it can be, in this order. Those left out are retired: records that have them keep them.",
    )


@strawberry.input(description="Which custom field is no longer used.")
class RetireCustomFieldInput:
    id: strawberry.ID = strawberry.field(description="Which field.")


@strawberry.input(description="Which custom field is used again.")
class RestoreCustomFieldInput:
    id: strawberry.ID = strawberry.field(description="Which field.")


@mutation(
    "Declare a custom field: at most 50 are in use for a record.",
    answers=CustomField,
    refuses=[CustomFieldRefused],
    allow=WRITE,
)
async def declare_custom_field(command: Command, input: DeclareCustomFieldInput) -> fields.CustomField:  # noqa: A002 -- the schema's word
    new = fields.NewField(
        record=input.record,
        key=input.key,
        kind=input.kind,
        label=input.label,
        help=input.help,
        required=input.required,
        visibility=input.visibility,
        refers_to=input.refers_to,
        choices=[choice.new() for choice in input.choices or ()],
    )
    return await fields.declare(command.db, new, by=command.by, now=command.now)


@mutation(
    "Change how a custom field is shown and asked for.",
    answers=CustomField,
    refuses=[CustomFieldRefused],
    allow=WRITE,
)
async def update_custom_field(command: Command, input: UpdateCustomFieldInput) -> fields.CustomField:  # noqa: A002 -- the schema's word
    wanted = changes(input)
    chosen = wanted.pop("choices", None)
    return await fields.update(
        command.db,
        command.row(CustomField, input.id),
        fields.FieldChanges(**wanted),  # type: ignore[typeddict-item]
        chosen=None if chosen is None else [choice.new() for choice in chosen],
        revision=input.expected_revision,
        by=command.by,
        now=command.now,
    )


@mutation(
    "Neither show nor ask for a custom field any more. What it says stays, and comes back with `restoreCustomField`.",
    answers=CustomField,
    refuses=[CustomFieldRefused],
    allow=WRITE,
)
async def retire_custom_field(command: Command, input: RetireCustomFieldInput) -> fields.CustomField:  # noqa: A002 -- the schema's word
    return await fields.retire(command.db, command.row(CustomField, input.id), by=command.by, now=command.now)


@mutation(
    "Show a retired custom field again, with all that it said.",
    answers=CustomField,
    refuses=[CustomFieldRefused],
    allow=WRITE,
)
async def restore_custom_field(command: Command, input: RestoreCustomFieldInput) -> fields.CustomField:  # noqa: A002 -- the schema's word
    return await fields.restore(command.db, command.row(CustomField, input.id), by=command.by, now=command.now)
