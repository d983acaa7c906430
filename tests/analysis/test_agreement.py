"""Agreement in units and differences between them, against R's multilevel."""

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from analysis.agreement import (
    UnitScoreSupport,
    agreement,
    average_deviation,
    intraclass,
    rwgj,
    summarised,
)
from analysis.moments import moments
from analysis.responses import Responses
from analysis.score_agreement import score_agreement
from analysis.scoring import complete_rows, factor_scorings, person_scores, scored_answers
from tests.analysis.example_surveys import (
    any_responses,
    part,
    reference_responses,
    reference_values,
    responses,
    survey,
)


def test_every_measure_equals_multilevel() -> None:
    answers = reference_responses("lq2002")
    found = agreement(moments(answers), answers)
    mean, median = summarised(found.rwgj)
    for place, factor in enumerate(answers.questionnaire.factors):
        expected = reference_values("lq2002")["agreement"][factor.key]
        measures = [found.icc1[place], found.icc2[place], found.f[place], found.p[place]]
        assert measures == pytest.approx([expected[key] for key in ("icc1", "icc2", "f", "p")], rel=1e-6)
        assert found.groups[place] == expected["groups"]
        assert mean[place] == pytest.approx(expected["rwgj_mean"], rel=1e-9)
        assert median[place] == pytest.approx(expected["rwgj_median"], rel=1e-9)


def test_units_that_differ_and_agree_support_a_unit_score() -> None:
    answers = reference_responses("lq2002")
    found = agreement(moments(answers)).support()
    assert found == (UnitScoreSupport.SUPPORTED, UnitScoreSupport.PARTLY, UnitScoreSupport.PARTLY)
    rng = np.random.default_rng(1)
    shuffled = Responses(answers.questionnaire, answers.items, rng.permutation(answers.unit), answers.units)
    assert agreement(moments(shuffled)).support() == (UnitScoreSupport.NOT_SUPPORTED,) * 3


def test_f_and_p_are_those_of_one_way_anova() -> None:
    answers = reference_responses("lq2002")
    people = person_scores(answers)[:, 1]
    groups = [people[answers.unit == unit] for unit in range(49)]
    _, _, _, f, p = intraclass(moments(answers))
    expected = stats.f_oneway(*groups)
    assert [f[1], p[1]] == pytest.approx([expected.statistic, expected.pvalue], rel=1e-9)


@given(any_responses())
def test_small_and_odd_surveys_give_numbers_in_range_or_nan(answers: Responses) -> None:
    found = agreement(moments(answers), answers)
    for values in (found.rwgj, found.rwgj_skewed):
        known = values[~np.isnan(values)]
        assert ((known >= 0) & (known <= 1)).all()
    assert (found.icc1[~np.isnan(found.icc1)] <= 1 + 1e-12).all()
    assert not np.isinf([*found.icc1, *found.icc2, *found.f]).any()
    for unit in range(len(answers.units)):
        mine = part(answers, np.flatnonzero(answers.unit == unit))
        for place, scoring in enumerate(factor_scorings(answers.questionnaire)):
            rows = complete_rows(scored_answers(mine, scoring.key))
            expected = np.abs(rows - rows.mean(axis=0)).mean() if len(rows) else np.nan
            assert found.ad[unit, place] == pytest.approx(expected, nan_ok=True)


def test_the_slightly_skewed_null_is_harder_to_beat_than_the_uniform() -> None:
    answers = reference_responses("lq2002")
    found = agreement(moments(answers))
    assert (found.rwgj_skewed <= found.rwgj).all()
    assert np.isnan(found.ad).all()
    four_points = moments(responses(survey((3,), (1, 4)), [[1, 2, 3], [2, 2, 4]]))
    assert np.isnan(agreement(four_points).rwgj_skewed).all()  # none is published for four points


def test_a_unit_that_agrees_on_everything_has_rwgj_one_and_no_deviation() -> None:
    answers = responses(survey((3,)), [[4, 4, 5]] * 6)
    found = agreement(moments(answers), answers)
    assert found.rwgj.item() == 1
    assert found.ad.item() == 0
    assert np.isnan([found.icc1, found.f]).all()


def test_answers_more_spread_than_chance_give_no_agreement_rather_than_a_negative_one() -> None:
    found = rwgj(moments(responses(survey((2,)), [[1, 5], [5, 1], [1, 1], [5, 5]])), np.array([2.0]))
    assert found.item() == 0


def test_units_that_differ_without_any_difference_inside_are_fully_explained() -> None:
    found = agreement(moments(responses(survey((2,)), [[1, 1], [1, 1], [5, 5], [5, 5]], [0, 0, 1, 1])))
    assert found.icc1.tolist() == found.icc2.tolist() == [1]
    assert np.isnan(found.f).all()
    assert found.support() == (UnitScoreSupport.UNKNOWN,)


def test_average_deviation_by_hand() -> None:
    answers = responses(survey((2,)), [[1, 3], [5, 3], [3, 3]])
    assert average_deviation(answers).item() == pytest.approx(4 / 3 / 2)


def test_agreement_in_scores_is_one_minus_the_variance_over_that_of_answers_spread_evenly() -> None:
    """James, Demaree & Wolf 1984: σ² = (A² − 1)/12 is 2 for five answers and 4 for seven."""
    assert score_agreement(0.0, 5) == 1
    assert score_agreement(1.0, 5) == pytest.approx(0.5)
    assert score_agreement(1.0, 7) == pytest.approx(0.75)
    assert score_agreement(1.9, 5) == 0
    # multilevel::rwg(c(3.2, 3.8, 4.1, 2.9, 3.5, 4.4), rep(1, 6), ranvar = 2), R 4.2.2.
    spread = float(np.std([3.2, 3.8, 4.1, 2.9, 3.5, 4.4], ddof=1))
    assert score_agreement(spread, 5) == pytest.approx(0.8425)
