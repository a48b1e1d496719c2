from dataclasses import dataclass

import pytest

from domain.facts import facts_of, take_on, with_changes
from domain.people.people import NewPerson, PersonRefusal, PersonRefused
from domain.programs.programs import NewProgram, Program
from tests.conftest import NOW


@dataclass(frozen=True)
class Goal:
    goal: str


def invalid(field, message):
    return PersonRefused(PersonRefusal.INVALID, message, field=field)


def a_program():
    return Program(title="Feedback", goal="Give feedback", price_minor=100, price_currency="CHF", created_at=NOW)


def test_facts_are_what_the_record_says():
    assert facts_of(a_program(), NewProgram) == NewProgram(
        title="Feedback", goal="Give feedback", price_minor=100, price_currency="CHF"
    )


def test_facts_may_be_a_part_of_larger_facts():
    assert facts_of(NewProgram(title="Feedback", goal="Give feedback"), Goal) == Goal("Give feedback")


def test_taking_on_facts_tells_which_were_different():
    program = a_program()

    changed = take_on(program, NewProgram(title="Feedback", goal="Ask for feedback"))

    assert changed == {"goal": "Ask for feedback", "price_minor": None, "price_currency": None}
    assert (program.goal, program.price_minor) == ("Ask for feedback", None)


def test_changes_leave_the_other_facts_alone():
    changed = with_changes(a_program(), NewProgram, {"price_minor": None, "price_currency": None}, invalid=invalid)

    assert changed == NewProgram(title="Feedback", goal="Give feedback")


@pytest.mark.parametrize(("kind", "name", "field"), [(NewProgram, "title", "title"), (NewPerson, "name", "name")])
def test_what_cannot_be_missing_cannot_be_taken_away(kind, name, field):
    with pytest.raises(PersonRefused) as refused:
        with_changes(a_program(), kind, {name: None}, invalid=invalid)

    assert refused.value.field == field


def test_a_refusal_of_changes_spells_the_field_as_the_schema_does():
    @dataclass(frozen=True)
    class Step:
        days_to_complete: int

    with pytest.raises(PersonRefused) as refused:
        with_changes(a_program(), Step, {"days_to_complete": None}, invalid=invalid)

    assert refused.value.field == "daysToComplete"
