import math
import statistics as oracle
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.evaluations import statistics
from domain.evaluations.statistics import Share

ANSWERS = st.lists(st.integers(0, 10), min_size=1, max_size=200)
KINDS = {value: -1 if value <= 6 else 1 if value >= 9 else 0 for value in range(11)}


@given(ANSWERS)
def test_the_mean_is_that_of_the_answers_written_out(answers):
    assert statistics.mean(Counter(answers)) == pytest.approx(oracle.fmean(answers), rel=1e-12)


@given(ANSWERS)
def test_the_median_is_that_of_the_answers_written_out(answers):
    assert statistics.median(Counter(answers)) == oracle.median(answers)


@given(st.lists(st.integers(0, 10), min_size=2, max_size=200))
def test_the_standard_deviation_is_that_of_a_sample(answers):
    expected = oracle.stdev(answers)

    assert statistics.standard_deviation(Counter(answers)) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_large_equal_answers_have_no_spread():
    assert statistics.standard_deviation({1_000_000_007: 3}) == 0.0


@given(ANSWERS)
def test_the_score_is_the_mean_of_plus_one_for_promoters_and_minus_one_for_detractors(answers):
    signs = [KINDS[answer] for answer in answers]

    score = statistics.nps(Counter(answers))

    assert score.score == pytest.approx(100 * oracle.fmean(signs), abs=1e-9)
    assert (score.promoters, score.passives, score.detractors) == (signs.count(1), signs.count(0), signs.count(-1))
    assert score.n == len(answers)


@given(ANSWERS)
def test_the_interval_is_the_standard_error_of_those_signs_times_z(answers):
    """The population variance of +1, 0 and -1 over n is p + d - (p - d)^2 over n: computed here the long way."""
    signs = [KINDS[answer] for answer in answers]
    margin = 100 * oracle.NormalDist().inv_cdf(0.975) * math.sqrt(oracle.pvariance(signs) / len(signs))
    middle = 100 * oracle.fmean(signs)

    score = statistics.nps(Counter(answers))

    assert score.low == pytest.approx(max(middle - margin, -100), abs=1e-6)
    assert score.high == pytest.approx(min(middle + margin, 100), abs=1e-6)


def test_a_score_worked_out_by_hand():
    """60 promoters, 20 passives, 20 detractors: 40, and 1.96 times the root of (0.6 + 0.2 - 0.16) / 100 either way."""
    score = statistics.nps({10: 60, 8: 20, 3: 20})

    assert (score.score, round(score.low, 2), round(score.high, 2)) == (40, 24.32, 55.68)


def test_the_interval_stays_within_the_scale():
    score = statistics.nps({10: 9, 8: 1})

    assert (score.score, score.high) == (90, 100)


def test_the_borders_of_the_three_kinds():
    score = statistics.nps({6: 1, 7: 1, 8: 1, 9: 1})

    assert (score.detractors, score.passives, score.promoters) == (1, 2, 1)


def test_nobody_answered_is_none_and_not_zero():
    assert statistics.nps({}) is None
    assert statistics.mean({}) is None
    assert statistics.median({}) is None
    assert statistics.standard_deviation({3: 1}) is None


def test_a_distribution_keeps_the_order_and_the_values_that_nobody_chose():
    shares = statistics.distribution({1: 1, 3: 3}, [1, 2, 3], answered=4)

    assert shares == [Share(1, 1, 0.25), Share(2, 0, 0.0), Share(3, 3, 0.75)]


def test_shares_of_several_choices_may_add_up_to_more_than_one():
    shares = statistics.distribution({"home": 3, "train": 4}, ["home", "train"], answered=4)

    assert shares == [Share("home", 3, 0.75), Share("train", 4, 1.0)]


def test_a_distribution_of_no_answers_is_all_zero():
    assert statistics.distribution({}, [1], answered=0) == [Share(1, 0, 0.0)]
