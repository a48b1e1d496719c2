import pytest

from domain.programs import programs
from domain.programs.programs import ProgramRefusal, ProgramRefused
from tests.conftest import BY, NOW
from tests.rows import a_program, events_of, unknown


async def test_a_program_is_kept_with_its_price(db):
    program = await a_program(db, goal="Give feedback", regulated=True, price_minor=2 * 10**9, price_currency="CHF")

    await db.refresh(program)
    assert (program.title, program.goal, program.regulated) == ("Giving feedback", "Give feedback", True)
    assert (program.price_minor, program.price_currency, program.created_at) == (2 * 10**9, "CHF", NOW)


async def test_an_update_changes_what_it_names(db):
    program = await a_program(db, price_minor=100, price_currency="CHF")

    await programs.update(db, program.id, {"price_minor": None, "price_currency": None}, by=BY, now=NOW)

    assert (program.title, program.price_minor) == ("Giving feedback", None)
    assert (await events_of(db, program))[1:] == [("updated", {"price_minor": None, "price_currency": None})]


async def test_an_update_must_leave_a_whole_program(db):
    program = await a_program(db, price_minor=100, price_currency="CHF")

    with pytest.raises(ProgramRefused) as refused:
        await programs.update(db, program.id, {"price_currency": None}, by=BY, now=NOW)

    assert (refused.value.reason, refused.value.field) == (ProgramRefusal.INVALID, "price")


async def test_an_update_without_a_difference_leaves_no_event(db):
    program = await a_program(db)

    await programs.update(db, program.id, {"title": " Giving feedback "}, by=BY, now=NOW)

    assert [verb for verb, _ in await events_of(db, program)] == ["created"]


async def test_a_reference_names_one_program(db):
    await a_program(db, external_ref="cat-1")

    with pytest.raises(ProgramRefused) as refused:
        await a_program(db, external_ref="cat-1")

    assert (refused.value.reason, refused.value.field) == (ProgramRefusal.REFERENCE_TAKEN, "externalRef")


async def test_what_is_not_there_is_refused(db):
    with pytest.raises(ProgramRefused) as refused:
        await programs.update(db, unknown(), {"title": "Mine"}, by=BY, now=NOW)

    assert (refused.value.reason, refused.value.field) == (ProgramRefusal.NOT_FOUND, "id")
