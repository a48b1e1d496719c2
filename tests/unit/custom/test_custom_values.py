import uuid
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.custom import values
from domain.custom.fields import Carrier, FieldKind
from domain.custom.values import LARGEST, CustomValueRefusal, CustomValueRefused, Given, Reference, sort_key

NUMBERS = st.floats(-LARGEST, LARGEST)
DAYS = st.dates(date(2, 1, 1), date(9998, 12, 31))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)
REFERENCES = st.builds(Reference, st.sampled_from(Carrier), st.uuids())


def reason_of(no):
    return no.value.reason, no.value.field


@given(NUMBERS, NUMBERS)
@settings(deadline=None)
def test_numbers_sort_as_their_bytes(one, other):
    assert (one < other) == (sort_key(one) < sort_key(other))
    assert (one == other) == (sort_key(one) == sort_key(other))


@given(DAYS, DAYS)
@settings(deadline=None)
def test_days_sort_as_their_bytes(one, other):
    assert (one < other) == (sort_key(one) < sort_key(other))


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_texts_sort_by_their_characters(one, other):
    assert (one < other) == (sort_key(one) < sort_key(other))
    assert one.startswith(other) == (sort_key(other) <= sort_key(one) < sort_key(other) + b"\xff")


@given(st.one_of(NUMBERS, DAYS, TEXTS, REFERENCES))
@settings(deadline=None)
def test_every_value_sorts_between_the_ends(value):
    assert b"" < sort_key(value) < b"\xff"


def test_a_row_of_another_kind_is_another_reference():
    row = uuid.uuid4()

    assert sort_key(Reference(Carrier.PERSON, row)) != sort_key(Reference(Carrier.PROGRAM, row))


def test_a_longest_text_fits_into_the_index():
    widest = "\U0010ffff" * values.LONGEST_TEXT

    assert len(sort_key(widest)) + 100 < 2704


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        (FieldKind.TEXT, " 42 ", "42"),
        (FieldKind.NUMBER, 0.1, 0.1),
        (FieldKind.NUMBER, float(LARGEST), float(LARGEST)),
        (FieldKind.DATE, date(2026, 9, 1), date(2026, 9, 1)),
        (FieldKind.CHOICE, "NORTH", "NORTH"),
        (FieldKind.TEXT, None, None),
    ],
)
def test_a_value_that_fits_is_kept(kind, value, kept):
    assert values.fitting(kind, Given(key="x", kind=kind, value=value)) == kept


def test_there_is_one_zero():
    assert str(values.fitting(FieldKind.NUMBER, Given(key="x", kind=FieldKind.NUMBER, value=-0.0))) == "0.0"


@pytest.mark.parametrize("number", [2.0**53, -(2.0**53), float("inf"), float("nan")])
def test_a_number_that_is_not_exact_everywhere_is_refused(number):
    with pytest.raises(CustomValueRefused) as no:
        values.fitting(FieldKind.NUMBER, Given(key="x", kind=FieldKind.NUMBER, value=number))

    assert reason_of(no) == (CustomValueRefusal.INVALID, "customFields.x")


@pytest.mark.parametrize("text", ["", " ", "x" * 501, "a\x00b"])
def test_a_text_that_says_nothing_or_too_much_is_refused(text):
    with pytest.raises(CustomValueRefused) as no:
        values.fitting(FieldKind.TEXT, Given(key="x", kind=FieldKind.TEXT, value=text))

    assert reason_of(no) == (CustomValueRefusal.INVALID, "customFields.x")


def test_another_kind_does_not_fit():
    with pytest.raises(CustomValueRefused) as no:
        values.fitting(FieldKind.NUMBER, Given(key="x", kind=FieldKind.TEXT, value="1"))

    assert reason_of(no) == (CustomValueRefusal.WRONG_KIND, "customFields.x")
    assert no.value.message == "'x' holds a NUMBER: give it by `number`."


def test_what_is_required_is_asked_for_of_what_is_new_and_never_taken_away():
    said = {"x": Given(key="x", kind=FieldKind.TEXT, value="1")}
    gone = {"x": Given(key="x", kind=FieldKind.TEXT, value=None)}

    values.refuse_missing(["x"], said, new=True)
    values.refuse_missing(["x"], {}, new=False)
    for given_now, new in (({}, True), (gone, True), (gone, False)):
        with pytest.raises(CustomValueRefused) as no:
            values.refuse_missing(["x"], given_now, new=new)
        assert reason_of(no) == (CustomValueRefusal.REQUIRED, "customFields.x")
