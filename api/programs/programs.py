"""Programs: what is taught as a whole, and what its blueprint is made of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from api.custom import values as custom
from api.engine.fields import Connection, column, decided, embedded, sql, to_list, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.journeys.audit import BLUEPRINT, Gap, gaps
from api.mutations import Command, Told, changes, mutation, refusal
from api.permissions import STAFF, TEACHING, Access, signed_in
from api.programs.money import Money, MoneyInput
from api.words import enum
from domain.custom.fields import Carrier
from domain.journeys.activities import Mode
from domain.programs import programs

if TYPE_CHECKING:
    from api.communities.communities import Community
    from api.evaluations.evaluations import Evaluation
    from api.journeys.activities import Activity
    from api.programs.cohorts import Cohort
    from api.sessions.sessions import Session

enum(
    programs.ProgramRefusal,
    "ProgramRefusal",
    "Why a program could not be written.",
    NOT_FOUND="There is no such program.",
    INVALID="A value is not acceptable; `field` says which.",
    REFERENCE_TAKEN="Another program has this external reference.",
    REVISION_CHANGED="Someone has changed it since it was read; `expectedRevision` is no longer its revision.",
)
ProgramRefused = refusal(
    "ProgramRefused", programs.ProgramRefused, programs.ProgramRefusal, "Why the program was not written."
)
VISIBLE = signed_in(
    "programs:read", "cohorts:read", "sessions:read", "registrations:read", "attendance:read", "journeys:read"
)

MIX = """(
    SELECT p.tenant_id, p.id AS program_id, way.id, way.mode, way.benchmark, blueprint.activities,
        round(100.0 * blueprint.activities / nullif(blueprint.total, 0), 1)::float8 AS percent
    FROM program p
    JOIN tenant n ON n.id = {tenant}
    CROSS JOIN LATERAL (VALUES (1, 'EXPERIENCE', n.benchmark_experience), (2, 'SOCIAL', n.benchmark_social),
        (3, 'FORMAL', n.benchmark_formal)) way (id, mode, benchmark)
    CROSS JOIN LATERAL (SELECT count(*) AS total, count(*) FILTER (WHERE a.mode = way.mode) AS activities
        FROM activity a WHERE a.tenant_id = {tenant} AND a.program_id = p.id) blueprint
    WHERE p.tenant_id = {tenant}
)"""


@planned(source=MIX, visible=VISIBLE)
class LearningShare:
    """How much of a program is learned in one way, beside what the tenant compares with."""

    mode: Mode = column("The way of learning.")
    activities: int = column("How many activities of the blueprint have it.")
    percent: float | None = column("Their share of the blueprint; null while it is empty.")
    benchmark: int = column("The share that the tenant compares with: a benchmark, never a rule.")


@planned(
    programs.Program,
    prefix="prg",
    visible=VISIBLE,
    filters=("title", "regulated", "external_ref", "created_at"),
    orders=("title", "created_at"),
)
class Program(Node):
    """What is taught as a whole. Its blueprint of activities is run again and again, each time with a cohort."""

    title: str = column("What learners see in the catalog.")
    summary: str = column("What it is about.")
    goal: str = column("What learners can do at the end.")
    regulated: bool = column(
        "Whether the goal must be certifiable, so that evidence from peers alone does not prove it."
    )
    external_ref: str | None = column("Your own reference, for integrations.")
    price: Money | None = embedded("What it costs; null where nothing is charged.", unless_null="price_minor")
    created_at: datetime = column("When it was created.")
    revision: int = column("How often it was edited, counted from 1; for `expectedRevision`.")
    activities: list[Activity] = to_list("program_id", "The blueprint, in its order.", order="position")
    cohorts: Connection[Cohort] = to_many("program_id", "The groups that go through it.", order="created_at")
    sessions: Connection[Session] = to_many("program_id", "Its sessions, whichever the cohort.", order="starts_at")
    communities: Connection[Community] = to_many(
        "program_id", "Communities in which its learners go on together.", order="created_at"
    )
    evaluations: Connection[Evaluation] = to_many(
        "program_id", "What all its people were asked together, the latest first.", order="opened_at", descending=True
    )
    audit: list[Gap] | None = decided(
        BLUEPRINT,
        gaps,
        "What the blueprint leaves out, in the order of the journey; null for those who only take part.",
        only=Access(TEACHING, "programs:read"),
    )
    learning_mix: list[LearningShare] = to_list(
        "{c}.program_id = {t}.id", "How it is learned: from experience, from others, from instruction.", order="id"
    )
    custom_fields: list[custom.CustomValue] = custom.declared(Carrier.PROGRAM, "programs:read")


@planned(programs.Program, visible=Access(STAFF, "programs:write"))
class UpsertedProgram:
    """A program that was brought in by your own reference."""

    program: Program = to_one("id", "The program, as it is now.")
    created: bool = sql("{created}", "Whether it is new; otherwise it was known, and is changed where you said so.")


one("program", "Program", "One program, by id or your own reference.", allow=signed_in("programs:read"))
many("programs", "Program", "The programs of this tenant.", allow=signed_in("programs:read"), order="title")


@strawberry.input(description="A new program.")
class CreateProgramInput:
    title: str = strawberry.field(description="What learners see in the catalog.")
    summary: str = strawberry.field(default="", description="What it is about.")
    goal: str = strawberry.field(default="", description="What learners can do at the end.")
    regulated: bool = strawberry.field(default=False, description="Whether the goal must be certifiable.")
    external_ref: str | None = strawberry.field(default=None, description="Your own reference; unique.")
    price: MoneyInput | None = strawberry.field(
        default=None, description="What it costs; null where nothing is charged."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(description="What to change of a program. What is left out stays.")
class UpdateProgramInput:
    id: strawberry.ID = strawberry.field(description="Which program.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Only if it has this `revision` still; left out, whatever it says now."
    )
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What learners see in the catalog.")
    summary: str | None = strawberry.field(default=strawberry.UNSET, description="What it is about.")
    goal: str | None = strawberry.field(default=strawberry.UNSET, description="What learners can do at the end.")
    regulated: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether the goal must be certifiable."
    )
    external_ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own reference; null for none."
    )
    price: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it costs; null where nothing is charged."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


@strawberry.input(description="A program by your own reference. What is left out stays, or is not said of a new one.")
class UpsertProgramInput:
    external_ref: str = strawberry.field(description="Your own reference.")
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What learners see in the catalog.")
    summary: str | None = strawberry.field(default=strawberry.UNSET, description="What it is about.")
    goal: str | None = strawberry.field(default=strawberry.UNSET, description="What learners can do at the end.")
    regulated: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether the goal must be certifiable."
    )
    price: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it costs; null where nothing is charged."
    )
    custom_fields: list[custom.CustomValueInput] | None = custom.given()


WRITE = Access(STAFF, "programs:write")


def _price(price: MoneyInput | None) -> dict[str, Any]:
    """A price as the program's columns."""
    if price is None:
        return {"price_minor": None, "price_currency": None}
    return {"price_minor": price.amount_minor, "price_currency": price.currency}


@mutation(
    "Create a program. Its blueprint is empty.",
    answers=Program,
    refuses=[ProgramRefused, custom.CustomValueRefused],
    allow=WRITE,
)
async def create_program(command: Command, input: CreateProgramInput) -> programs.Program:  # noqa: A002 -- the schema's word
    new = programs.NewProgram(
        title=input.title,
        summary=input.summary,
        goal=input.goal,
        regulated=input.regulated,
        external_ref=input.external_ref,
        **_price(input.price),
    )
    program = await programs.create(command.db, new, by=command.by, now=command.now)
    await custom.write(command, program, input.custom_fields, new=True)
    return program


@mutation("Change a program.", answers=Program, refuses=[ProgramRefused, custom.CustomValueRefused], allow=WRITE)
async def update_program(command: Command, input: UpdateProgramInput) -> programs.Program:  # noqa: A002 -- the schema's word
    wanted = _wanted(input)
    program = await programs.update(
        command.db,
        command.row(Program, input.id),
        programs.ProgramChanges(**wanted),  # type: ignore[typeddict-item]
        revision=input.expected_revision,
        by=command.by,
        now=command.now,
    )
    await custom.write(command, program, input.custom_fields)
    return program


@mutation(
    "Bring in a program by your own reference: created when it is new, changed when it is known. A new one "
    "needs as much as creating it does. Bringing in the same twice changes nothing.",
    answers=UpsertedProgram,
    refuses=[ProgramRefused, custom.CustomValueRefused],
    allow=WRITE,
    bulk="upsertPrograms",
)
async def upsert_program(command: Command, input: UpsertProgramInput) -> Told:  # noqa: A002 -- the schema's word
    wanted = _wanted(input)
    reference = wanted.pop("external_ref")
    said = programs.ProgramChanges(**wanted)  # type: ignore[typeddict-item]
    upserted = await programs.upsert(command.db, reference, said, by=command.by, now=command.now)
    await custom.write(command, upserted.record, input.custom_fields, new=upserted.created)
    return Told.upserted(upserted)


def _wanted(given: UpdateProgramInput | UpsertProgramInput) -> dict[str, Any]:
    """What is said of a program, as columns."""
    wanted = changes(given, clearable={"external_ref", "price"})
    if "price" in wanted:
        wanted |= _price(wanted.pop("price"))
    return wanted
