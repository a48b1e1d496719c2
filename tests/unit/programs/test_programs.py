import pytest

from domain.programs.programs import NewProgram, ProgramRefusal, ProgramRefused, checked


def test_a_program_may_be_free_of_charge_or_without_a_price():
    free = NewProgram(title="Feedback", price_minor=0, price_currency="CHF")

    assert checked(free) == free
    assert checked(NewProgram(title=" Feedback ")) == NewProgram(title="Feedback")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "a" * 201}, "title"),
        ({"summary": "a" * 20_001}, "summary"),
        ({"goal": "\x00"}, "goal"),
        ({"price_minor": 100}, "price"),
        ({"price_currency": "CHF"}, "price"),
        ({"price_minor": -1, "price_currency": "CHF"}, "price.amountMinor"),
        ({"price_minor": 2 * 10**9 + 1, "price_currency": "CHF"}, "price.amountMinor"),
        ({"price_minor": 100, "price_currency": "chf"}, "price.currency"),
        ({"price_minor": 100, "price_currency": "XXQ"}, "price.currency"),
        ({"external_ref": ""}, "externalRef"),
    ],
)
def test_a_program_that_cannot_be_is_refused_with_its_field(facts, field):
    with pytest.raises(ProgramRefused) as refused:
        checked(NewProgram(**{"title": "Feedback", **facts}))

    assert (refused.value.reason, refused.value.field) == (ProgramRefusal.INVALID, field)
