"""Instruments: versioned questionnaires."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.engine.fields import Connection, column, sql, to_list, to_many
from api.engine.types import Node, many, one, planned
from api.evaluations.items import Item, ItemInput, new_items
from api.mutations import Command, mutation, refusal
from api.permissions import STAFF, TEACHING, Access, signed_in
from api.words import enum
from domain.evaluations import instruments
from domain.evaluations.instruments import Level

if TYPE_CHECKING:
    from api.evaluations.evaluations import Evaluation

enum(
    Level,
    "Level",
    "What an instrument asks for: one of Kirkpatrick's four levels.",
    REACTION="How learners found it.",
    LEARNING="What they learned.",
    BEHAVIOR="What they do differently at work.",
    RESULTS="What came of it for their organization.",
)
enum(
    instruments.InstrumentRefusal,
    "InstrumentRefusal",
    "Why an instrument could not be written.",
    NOT_FOUND="There is no such instrument.",
    INVALID="A value is not acceptable; `field` says which.",
    NAME_TAKEN="Another instrument has this name.",
    REFERENCE_TAKEN="Another instrument has this external reference.",
)
InstrumentRefused = refusal(
    "InstrumentRefused",
    instruments.InstrumentRefused,
    instruments.InstrumentRefusal,
    "Why the instrument was not written.",
)
READ = Access(TEACHING, "evaluations:read")
WRITE = Access(STAFF, "evaluations:write")


@planned(
    instruments.Instrument,
    prefix="ins",
    visible=signed_in("evaluations:read"),
    filters=("name", "version", "level", "anonymous", "external_ref", "created_at"),
    orders=("created_at",),
)
class Instrument(Node):
    """One version of a questionnaire. It never changes: a revision is a new version under the same name."""

    name: str = column("Its name, the same in every version.")
    version: int = column("Which version it is, counted from 1.")
    latest: bool = sql(
        "NOT EXISTS (SELECT FROM instrument i WHERE i.tenant_id = {tenant} AND i.name = {t}.name"
        " AND i.version > {t}.version)",
        "Whether it is the latest version.",
    )
    level: Level = column("What it asks for.")
    anonymous: bool = column("Whether responses are kept without the person: nobody can trace one back.")
    external_ref: str | None = column("Your own reference, for integrations.")
    created_at: datetime = column("When this version was made.")
    items: list[Item] = to_list("instrument_id", "Its questions, in their order.", order="position")
    evaluations: Connection[Evaluation] = to_many(
        "instrument_id", "Where this version was asked, the latest first.", order="opened_at", descending=True
    )


one("instrument", "Instrument", "One instrument, by its id or your own reference.", allow=READ)
many(
    "instruments",
    "Instrument",
    "The instruments of this tenant, in all their versions, the latest first.",
    allow=READ,
    order="created_at",
    descending=True,
)


@strawberry.input(description="A new instrument.")
class CreateInstrumentInput:
    name: str = strawberry.field(description="Its name.")
    level: Level = strawberry.field(description="What it asks for.")
    anonymous: bool = strawberry.field(
        default=False, description="Whether responses are kept without the person. It can't be changed later."
    )
    items: list[ItemInput] = strawberry.field(description="Its questions, in their order: 1 to 200.")
    external_ref: str | None = strawberry.field(default=None, description="Your own reference; unique.")


@strawberry.input(description="The next version of an instrument.")
class ReviseInstrumentInput:
    id: strawberry.ID = strawberry.field(description="Which instrument: any of its versions.")
    items: list[ItemInput] = strawberry.field(description="All questions of the next version, in their order.")
    external_ref: str | None = strawberry.field(
        default=None, description="Your own reference for the new version; unique."
    )


@mutation("Make an instrument.", answers=Instrument, refuses=[InstrumentRefused], allow=WRITE)
async def create_instrument(command: Command, input: CreateInstrumentInput) -> instruments.Instrument:  # noqa: A002 -- the schema's word
    new = instruments.NewInstrument(
        name=input.name,
        level=input.level,
        anonymous=input.anonymous,
        external_ref=input.external_ref,
        items=new_items(input.items),
    )
    return await instruments.create(command.db, new, by=command.by, now=command.now)


@mutation(
    "Make the next version of an instrument. What was asked and answered before stays as it is.",
    answers=Instrument,
    refuses=[InstrumentRefused],
    allow=WRITE,
)
async def revise_instrument(command: Command, input: ReviseInstrumentInput) -> instruments.Instrument:  # noqa: A002 -- the schema's word
    return await instruments.revise(
        command.db,
        command.row(Instrument, input.id),
        new_items(input.items),
        external_ref=input.external_ref,
        by=command.by,
        now=command.now,
    )
