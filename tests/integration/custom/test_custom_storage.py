"""What the database itself holds: a value fits its field, belongs to one record, and never leaves its tenant."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from domain.custom import fields, values
from domain.custom.choices import Choice, NewChoice
from domain.custom.fields import Carrier, CustomField, CustomFieldRefusal, CustomFieldRefused, FieldKind, NewField
from domain.custom.values import CustomValue, Given, Reference, sort_key
from tests.conftest import BY, NOW
from tests.rows import a_person, a_program, events_of


async def a_field(db, key="code", kind=FieldKind.TEXT, **facts):
    new = NewField(**{"record": Carrier.PERSON, "key": key, "kind": kind, "label": key, **facts})
    return await fields.declare(db, new, by=BY, now=NOW)


async def say(db, owner, key, value, kind=FieldKind.TEXT):
    await values.write(db, owner, [Given(key=key, kind=kind, value=value)], new=False, by=BY, now=NOW)


async def test_a_value_of_every_kind_stands_in_its_own_column(db):
    ada, program = await a_person(db), await a_program(db)
    choice = [NewChoice(value="NORTH", label="North")]
    said = {
        FieldKind.TEXT: "42",
        FieldKind.NUMBER: 7.5,
        FieldKind.DATE: date(2026, 9, 1),
        FieldKind.CHOICE: "NORTH",
        FieldKind.REFERENCE: Reference(Carrier.PROGRAM, program.id),
    }
    for kind, value in said.items():
        more = {FieldKind.CHOICE: {"choices": choice}, FieldKind.REFERENCE: {"refers_to": Carrier.PROGRAM}}
        await a_field(db, kind.lower(), kind, **more.get(kind, {}))
        await say(db, ada, kind.lower(), value, kind)

    stored = select(CustomValue).execution_options(populate_existing=True)
    rows = {row.kind: row for row in await db.scalars(stored)}
    columns = ("text_value", "number_value", "date_value", "choice_value", "reference_id")
    assert {kind: [getattr(row, column) for column in columns] for kind, row in rows.items()} == {
        FieldKind.TEXT: ["42", None, None, None, None],
        FieldKind.NUMBER: [None, 7.5, None, None, None],
        FieldKind.DATE: [None, None, date(2026, 9, 1), None, None],
        FieldKind.CHOICE: [None, None, None, "NORTH", None],
        FieldKind.REFERENCE: [None, None, None, None, program.id],
    }
    assert {row.owner_id for row in rows.values()} == {row.person_id for row in rows.values()} == {ada.id}
    assert {kind: row.sort_key for kind, row in rows.items()} == {kind: sort_key(one) for kind, one in said.items()}


async def test_a_value_is_written_in_place_and_taken_away(db):
    ada = await a_person(db)
    await a_field(db)
    await say(db, ada, "code", "42")
    first = (await db.scalars(select(CustomValue))).one()
    await say(db, ada, "code", "43")
    second = (await db.scalars(select(CustomValue))).one()
    changed = (second.id, second.text_value, second.sort_key)
    await say(db, ada, "code", None)

    assert changed == (first.id, "43", b"43")
    assert (await db.scalars(select(CustomValue))).all() == []
    assert [facts for verb, facts in await events_of(db, ada) if verb == "updated"] == [
        {"custom_fields": {"code": "42"}},
        {"custom_fields": {"code": "43"}},
        {"custom_fields": {"code": None}},
    ]


async def test_what_is_said_already_changes_nothing(db):
    ada = await a_person(db)
    await a_field(db)
    await say(db, ada, "code", "42")
    revision = ada.revision
    await say(db, ada, "code", " 42 ")
    await say(db, ada, "code", "42")

    assert ada.revision == revision
    assert [verb for verb, _ in await events_of(db, ada)] == ["created", "updated"]


def a_row(field, owner, **facts):
    row = {"field_id": field.id, "record": field.record, "kind": field.kind, "person_id": owner.id, "sort_key": b"x"}
    return CustomValue(**{**row, "text_value": "x", **facts})


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"kind": FieldKind.NUMBER, "text_value": None, "number_value": 1}, "custom_value_field_id_fkey"),
        ({"record": Carrier.PROGRAM, "person_id": None}, "custom_value_field_id_fkey"),
        ({"text_value": None}, "custom_value_value_check"),
        ({"number_value": 1}, "custom_value_value_check"),
        ({"text_value": None, "number_value": 1}, "custom_value_value_check"),
        ({"person_id": None}, "owner_id"),
        ({"cohort_id": "the person's"}, "custom_value_owner_check"),
    ],
    ids=str,
)
async def test_a_value_that_does_not_fit_its_field_is_kept_nowhere(database, tenant, facts, constraint):
    async with database.transaction(tenant.id) as db:
        ada, program = await a_person(db), await a_program(db)
        field = await a_field(db)
    owners = {"record": {"program_id": program.id}} if "record" in facts else {}
    given = {name: ada.id if value == "the person's" else value for name, value in facts.items()}

    with pytest.raises(IntegrityError, match=constraint):
        async with database.transaction(tenant.id) as db:
            db.add(a_row(field, ada, **given, **owners.get("record", {})))


async def test_a_record_says_one_thing_by_a_field(database, tenant):
    async with database.transaction(tenant.id) as db:
        ada, field = await a_person(db), await a_field(db)
        db.add(a_row(field, ada))

    with pytest.raises(IntegrityError, match="custom_value_owner_key"):
        async with database.transaction(tenant.id) as db:
            db.add(a_row(field, ada, text_value="y", sort_key=b"y"))


async def test_nothing_is_chosen_that_was_never_a_choice(database, tenant):
    async with database.transaction(tenant.id) as db:
        ada = await a_person(db)
        field = await a_field(db, "region", FieldKind.CHOICE, choices=[NewChoice(value="NORTH", label="North")])

    with pytest.raises(IntegrityError, match="custom_value_choice_fkey"):
        async with database.transaction(tenant.id) as db:
            db.add(a_row(field, ada, text_value=None, choice_value="SOUTH"))


@pytest.mark.parametrize("foreign", ["person_id", "field_id", "to_person_id"])
async def test_neither_owner_nor_field_nor_reference_is_of_another_tenant(database, tenant, other_tenant, foreign):
    async with database.transaction(other_tenant.id) as db:
        theirs = {"person": (await a_person(db)).id, "field": (await a_field(db)).id}
    async with database.transaction(tenant.id) as db:
        ada = await a_person(db)
        reference = foreign == "to_person_id"
        more = {"kind": FieldKind.REFERENCE, "refers_to": Carrier.PERSON} if reference else {}
        field = await a_field(db, **more)
    row = {foreign: theirs["field" if foreign == "field_id" else "person"]} | (
        {"text_value": None} if reference else {}
    )

    with pytest.raises(IntegrityError, match=f"custom_value_{foreign}_fkey"):
        async with database.transaction(tenant.id) as db:
            db.add(a_row(field, ada, **row))


async def test_row_security_hides_fields_choices_and_values_of_another_tenant(doors, tenant, other_tenant):
    async with doors.transaction(other_tenant.id) as db:
        ada = await a_person(db)
        await a_field(db, "region", FieldKind.CHOICE, choices=[NewChoice(value="NORTH", label="North")])
        await say(db, ada, "region", "NORTH", FieldKind.CHOICE)

    async def counts(tenant_id):
        async with doors.transaction(tenant_id) as db:
            tables = ("custom_field", "custom_choice", "custom_value")
            return [await db.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]

    assert (await counts(tenant.id), await counts(other_tenant.id)) == ([0, 0, 0], [1, 1, 1])


async def test_a_choice_that_is_left_out_is_retired_and_comes_back(db):
    north, south = NewChoice(value="NORTH", label="North"), NewChoice(value="SOUTH", label="South")
    field = await a_field(db, "region", FieldKind.CHOICE, choices=[north, south])

    async def offered():
        rows = await db.scalars(select(Choice).order_by(Choice.position))
        return [(choice.value, choice.label) for choice in rows if choice.retired_at is None]

    await fields.update(db, field.id, {}, chosen=[south], by=BY, now=NOW)
    fewer = await offered()
    await fields.update(db, field.id, {}, chosen=[south, NewChoice(value="NORTH", label="N")], by=BY, now=NOW)
    same = await fields.update(db, field.id, {}, chosen=[south, NewChoice(value="NORTH", label="N")], by=BY, now=NOW)

    assert fewer == [("SOUTH", "South")]
    assert await offered() == [("SOUTH", "South"), ("NORTH", "N")]
    assert len((await db.scalars(select(Choice))).all()) == 2
    assert [(verb, facts.get("choices")) for verb, facts in await events_of(db, same)] == [
        ("declared", ["NORTH", "SOUTH"]),
        ("updated", ["SOUTH"]),
        ("updated", ["SOUTH", "NORTH"]),
    ]


@pytest.mark.race
async def test_of_many_who_declare_at_once_fifty_find_a_place(database, tenant):
    """Fails without the unique key on `slot`: then those who do not see each other take the same place."""

    async def declare(number):
        for _ in range(60):
            try:
                async with database.transaction(tenant.id) as db:
                    await a_field(db, f"field{number}")
                    return "declared"
            except CustomFieldRefused as no:
                return no.reason
            except IntegrityError:
                await asyncio.sleep(0)
        return "gave up"

    answers = await asyncio.gather(*(declare(number) for number in range(55)))

    async with database.transaction(tenant.id) as db:
        taken = [field.slot for field in await db.scalars(select(CustomField))]
    assert sorted(taken) == list(range(1, 51))
    assert sorted(answers) == sorted(["declared"] * 50 + [CustomFieldRefusal.TOO_MANY] * 5)


async def test_a_field_that_says_something_can_not_be_deleted(database, tenant):
    async with database.transaction(tenant.id) as db:
        ada, field = await a_person(db), await a_field(db)
        db.add(a_row(field, ada))

    with pytest.raises(IntegrityError, match="custom_value_field_id_fkey"):
        async with database.transaction(tenant.id) as db:
            await db.execute(delete(CustomField).where(CustomField.id == field.id))
