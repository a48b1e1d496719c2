import uuid

import pytest

from domain.evaluations.instruments import InstrumentRefusal, InstrumentRefused, Level, NewInstrument, checked
from domain.evaluations.items import Item, ItemKind, ItemValue, NewItem, fitting
from domain.evaluations.responses import ResponseRefusal, ResponseRefused
from domain.evaluations.responses import checked as checked_answers

RATING = NewItem(kind=ItemKind.RATING, code="worth", prompt="Worth it", choices=("No", "So so", "Yes"))


def an_instrument(*items, **facts):
    return NewInstrument(**{"name": "Pulse", "level": Level.BEHAVIOR, "items": items or (RATING,), **facts})


def an_item(kind, **facts):
    choices = [] if kind in (ItemKind.RECOMMENDATION, ItemKind.TEXT) else ["No", "So so", "Yes"]
    return Item(**{"position": 1, "kind": kind, "code": "it", "prompt": "Worth it", "choices": choices, **facts})


def invalid(field, message):
    return ResponseRefused(ResponseRefusal.INVALID, message, field=field)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param({"code": "1st"}, "items.0.code", id="a-code-that-starts-with-a-digit"),
        pytest.param({"code": "what is it"}, "items.0.code", id="a-code-with-spaces"),
        pytest.param({"code": "a" * 61}, "items.0.code", id="a-long-code"),
        pytest.param({"prompt": " "}, "items.0.prompt", id="no-prompt"),
        pytest.param({"prompt": "a" * 1_001}, "items.0.prompt", id="a-long-prompt"),
        pytest.param({"choices": ("Yes",)}, "items.0.choices", id="nothing-to-choose"),
        pytest.param({"choices": tuple(map(str, range(101)))}, "items.0.choices", id="too-much-to-choose"),
        pytest.param({"choices": ("Yes", "Yes ")}, "items.0.choices", id="a-choice-twice"),
        pytest.param({"choices": ("Yes", "")}, "items.0.choices.1", id="an-empty-choice"),
        pytest.param({"kind": ItemKind.TEXT}, "items.0.choices", id="choices-for-a-text"),
        pytest.param({"kind": ItemKind.RECOMMENDATION}, "items.0.choices", id="choices-for-a-recommendation"),
    ],
)
def test_what_is_wrong_with_an_item_is_named(facts, field):
    item = NewItem(
        **{"kind": RATING.kind, "code": RATING.code, "prompt": "Worth it", "choices": RATING.choices, **facts}
    )

    with pytest.raises(InstrumentRefused) as refusal:
        checked(an_instrument(item))

    assert (refusal.value.reason, refusal.value.field) == (InstrumentRefusal.INVALID, field)


def test_each_item_has_its_own_code():
    with pytest.raises(InstrumentRefused) as refusal:
        checked(an_instrument(RATING, RATING))

    assert refusal.value.field == "items.1.code"


@pytest.mark.parametrize("number", [0, 201])
def test_an_instrument_asks_something_and_not_everything(number):
    items = [NewItem(kind=ItemKind.TEXT, code=f"i{place}", prompt="Well?") for place in range(number)]

    with pytest.raises(InstrumentRefused) as refusal:
        checked(NewInstrument(name="Pulse", level=Level.BEHAVIOR, items=items))

    assert refusal.value.field == "items"


@pytest.mark.parametrize(("facts", "field"), [({"name": ""}, "name"), ({"external_ref": ""}, "externalRef")])
def test_what_is_wrong_with_an_instrument_is_named(facts, field):
    with pytest.raises(InstrumentRefused) as refusal:
        checked(an_instrument(**facts))

    assert (refusal.value.reason, refusal.value.field) == (InstrumentRefusal.INVALID, field)


def test_an_instrument_is_stored_without_the_space_around_its_words():
    item = NewItem(kind=ItemKind.SINGLE_CHOICE, code="pace", prompt=" Pace ", choices=(" Slow", "Fast "))

    stored = checked(an_instrument(item, name=" Pulse "))

    assert (stored.name, stored.items[0].prompt, stored.items[0].choices) == ("Pulse", "Pace", ["Slow", "Fast"])


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        pytest.param(ItemKind.RATING, {"number": 1}, {"number": 1}, id="the-lowest-label"),
        pytest.param(ItemKind.RATING, {"number": 3}, {"number": 3}, id="the-highest-label"),
        pytest.param(ItemKind.RECOMMENDATION, {"number": 0}, {"number": 0}, id="never"),
        pytest.param(ItemKind.RECOMMENDATION, {"number": 10}, {"number": 10}, id="certainly"),
        pytest.param(ItemKind.SINGLE_CHOICE, {"choices": ("Yes",)}, {"choices": ["Yes"]}, id="one"),
        pytest.param(ItemKind.MULTIPLE_CHOICE, {"choices": ("Yes", "No")}, {"choices": ["Yes", "No"]}, id="several"),
        pytest.param(ItemKind.TEXT, {"text": " Well. "}, {"text": "Well."}, id="words"),
    ],
)
def test_a_value_that_fits_is_stored(kind, given, stored):
    item_id = uuid.uuid4()

    assert fitting(an_item(kind), ItemValue(item_id=item_id, **given), "answers.0", invalid=invalid) == ItemValue(
        item_id=item_id, **stored
    )


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        pytest.param(ItemKind.RATING, {"number": 0}, "answers.0.number", id="below-the-lowest-label"),
        pytest.param(ItemKind.RATING, {"number": 4}, "answers.0.number", id="above-the-highest-label"),
        pytest.param(ItemKind.RATING, {"choices": ("Yes",)}, "answers.0.choices", id="a-rating-by-words"),
        pytest.param(ItemKind.RATING, {"number": 1, "text": "!"}, "answers.0.text", id="a-rating-and-words"),
        pytest.param(ItemKind.RATING, {}, "answers.0.number", id="no-rating"),
        pytest.param(ItemKind.RECOMMENDATION, {"number": 11}, "answers.0.number", id="more-than-certainly"),
        pytest.param(ItemKind.RECOMMENDATION, {"number": -1}, "answers.0.number", id="less-than-never"),
        pytest.param(ItemKind.SINGLE_CHOICE, {"choices": ()}, "answers.0.choices", id="none-of-one"),
        pytest.param(ItemKind.SINGLE_CHOICE, {"choices": ("Yes", "No")}, "answers.0.choices", id="two-of-one"),
        pytest.param(ItemKind.SINGLE_CHOICE, {"number": 1}, "answers.0.number", id="a-number-for-a-choice"),
        pytest.param(ItemKind.MULTIPLE_CHOICE, {"choices": ()}, "answers.0.choices", id="none-of-several"),
        pytest.param(ItemKind.MULTIPLE_CHOICE, {"choices": ("Yes", "Yes")}, "answers.0.choices", id="one-twice"),
        pytest.param(ItemKind.MULTIPLE_CHOICE, {"choices": ("Maybe",)}, "answers.0.choices", id="an-unknown-choice"),
        pytest.param(ItemKind.TEXT, {"text": " "}, "answers.0.text", id="no-words"),
        pytest.param(ItemKind.TEXT, {"text": "a" * 20_001}, "answers.0.text", id="too-many-words"),
        pytest.param(ItemKind.TEXT, {"text": "\x00"}, "answers.0.text", id="a-nul"),
    ],
)
def test_a_value_that_does_not_fit_is_named(kind, given, field):
    with pytest.raises(ResponseRefused) as refusal:
        fitting(an_item(kind), ItemValue(item_id=uuid.uuid4(), **given), "answers.0", invalid=invalid)

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.INVALID, field)


def test_what_is_required_is_answered():
    must, may = an_item(ItemKind.RATING, required=True), an_item(ItemKind.TEXT)

    with pytest.raises(ResponseRefused) as refusal:
        checked_answers([must, may], [ItemValue(item_id=may.id, text="Well.")])

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.INVALID, "answers")


def test_each_item_is_answered_once():
    item = an_item(ItemKind.RATING)
    value = ItemValue(item_id=item.id, number=1)

    with pytest.raises(ResponseRefused) as refusal:
        checked_answers([item], [value, value])

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.INVALID, "answers.1.itemId")


def test_an_item_of_another_instrument_is_not_answered():
    with pytest.raises(ResponseRefused) as refusal:
        checked_answers([an_item(ItemKind.RATING)], [ItemValue(item_id=uuid.uuid4(), number=1)])

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.NOT_FOUND, "answers.0.itemId")


def test_a_response_says_something():
    with pytest.raises(ResponseRefused) as refusal:
        checked_answers([an_item(ItemKind.RATING)], [])

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.INVALID, "answers")
