import pytest

from domain.custom import choices, fields
from domain.custom.choices import NewChoice
from domain.custom.fields import Carrier, CustomFieldRefusal, CustomFieldRefused, FieldKind, NewField

NORTH = NewChoice(value="NORTH", label=" North ")


def a_field(**facts):
    return NewField(**{"record": Carrier.PERSON, "key": "costCenter", "kind": FieldKind.TEXT, "label": "x", **facts})


def test_a_field_is_kept_without_the_white_space_around_it():
    new = fields.checked_new(a_field(kind=FieldKind.CHOICE, label=" Region ", help=" Where? ", choices=[NORTH]))

    assert (new.label, new.help, new.choices) == ("Region", "Where?", [NewChoice(value="NORTH", label="North")])


@pytest.mark.parametrize("key", ["a", "costCenter", "a1", "a" * 40])
def test_a_key_is_a_name_for_programs(key):
    assert fields.checked_new(a_field(key=key)).key == key


@pytest.mark.parametrize("key", ["", "A", "1a", "a-b", "a b", "é", "a\n", "a" * 41])
def test_anything_else_is_no_key(key):
    with pytest.raises(CustomFieldRefused) as no:
        fields.checked_new(a_field(key=key))

    assert (no.value.reason, no.value.field) == (CustomFieldRefusal.INVALID, "key")


def test_the_smallest_place_that_is_free_is_taken():
    assert [fields.free_slot(taken) for taken in ([], [1, 2], [2, 3], [1, 3])] == [1, 3, 1, 2]


def test_there_is_a_last_place():
    assert fields.free_slot(range(1, 50)) == 50
    with pytest.raises(CustomFieldRefused) as no:
        fields.free_slot(range(1, 51))

    assert no.value.reason == CustomFieldRefusal.TOO_MANY


def test_there_are_at_most_two_hundred_choices():
    many = [NewChoice(value=f"c{number}", label="x") for number in range(201)]

    assert len(choices.checked(many[:200], invalid=_refused)) == 200
    with pytest.raises(CustomFieldRefused):
        choices.checked(many, invalid=_refused)


def _refused(field, message):
    return CustomFieldRefused(CustomFieldRefusal.INVALID, message, field=field)
