import uuid

import pytest

from domain.evaluations import results
from domain.evaluations.items import ItemKind
from domain.evaluations.results import Bar, ItemFacts


def an_item(**facts):
    given = {"kind": ItemKind.RATING, "choices": ("Disagree", "Neither", "Agree"), "answered": 4, "counts": {}}
    return ItemFacts(
        **{"id": uuid.uuid4(), "code": "worth", "prompt": "It was worth it", "texts": (), **given, **facts}
    )


def test_a_rating_is_summed_up_with_its_labels():
    item = an_item(counts={"3": 3, "1": 1})

    result = results.result(item)

    assert (result.item, result.mean, result.median, result.standard_deviation) == (item, 2.5, 3.0, 1.0)
    assert result.distribution == [Bar(1, "Disagree", 1, 0.25), Bar(2, "Neither", 0, 0.0), Bar(3, "Agree", 3, 0.75)]
    assert result.nps is None


def test_a_recommendation_has_a_net_promoter_score():
    result = results.result(an_item(kind=ItemKind.RECOMMENDATION, choices=(), counts={"10": 2, "8": 1, "0": 1}))

    assert [bar.label for bar in result.distribution] == [str(value) for value in range(11)]
    assert (result.nps.score, result.nps.promoters, result.nps.passives, result.nps.detractors) == (25.0, 2, 1, 1)


def test_choices_are_counted_and_nothing_more():
    item = an_item(kind=ItemKind.MULTIPLE_CHOICE, choices=("Cases", "Peers"), counts={"Peers": 4, "Cases": 1})

    result = results.result(item)

    assert result.distribution == [Bar(None, "Cases", 1, 0.25), Bar(None, "Peers", 4, 1.0)]
    assert (result.mean, result.median, result.standard_deviation, result.nps) == (None, None, None, None)


def test_texts_are_not_counted():
    result = results.result(an_item(kind=ItemKind.TEXT, choices=(), texts=("More cases, please",)))

    assert (result.distribution, result.nps, result.item.texts) == ([], None, ("More cases, please",))


def test_an_item_that_nobody_answered_has_no_figures():
    result = results.result(an_item(answered=0))

    assert (result.mean, result.median, result.standard_deviation) == (None, None, None)
    assert [(bar.count, bar.share) for bar in result.distribution] == [(0, 0.0)] * 3


@pytest.mark.parametrize(
    ("responses", "anonymous", "told"), [(0, False, True), (1, False, True), (4, True, False), (5, True, True)]
)
def test_anonymous_results_wait_for_five(responses, anonymous, told):
    assert results.tellable(responses, anonymous=anonymous) is told
