"""Unit scores, intervals and distributions from moments, against R and against the people themselves."""

import math

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from analysis.moments import moments
from analysis.responses import Responses
from analysis.scores import answer_distribution, classes, item_distribution, t_quantile, unit_scores
from analysis.scoring import answers_needed, person_scores, scored_answers
from questionnaires.coding import BLANK, NOT_APPLICABLE
from tests.analysis.example_surveys import (
    any_responses,
    reference_responses,
    reference_values,
    responses,
    survey,
)


def test_every_unit_of_lq2002_has_the_scores_and_intervals_r_gives() -> None:
    answers = reference_responses("lq2002")
    found = unit_scores(moments(answers))
    for row, unit in enumerate(answers.units):
        for column, factor in enumerate(answers.questionnaire.factors):
            expected = reference_values("lq2002")["units"][unit][factor.key]
            assert found.n[row, column] == expected["n"]
            assert found.mean[row, column] == pytest.approx(expected["mean"], rel=1e-9)
            assert found.sd[row, column] == pytest.approx(expected["sd"], rel=1e-9)
            interval = [found.ci_low[row, column], found.ci_high[row, column]]
            assert interval == pytest.approx(expected["ci"], rel=1e-9)


@pytest.mark.parametrize("name", ["lq2002", "bfi"])
def test_the_whole_survey_has_the_mean_sd_and_n_r_gives(name: str) -> None:
    answers = reference_responses(name)
    people = person_scores(answers)
    for column, factor in enumerate(answers.questionnaire.factors):
        expected = reference_values(name)["scales"][factor.key]
        assert (~np.isnan(people[:, column])).sum() == expected["n"]
        assert np.nanmean(people[:, column]) == pytest.approx(expected["mean"], rel=1e-9)
        assert np.nanstd(people[:, column], ddof=1) == pytest.approx(expected["sd"], rel=1e-9)


@given(any_responses())
def test_scores_are_those_of_the_people(answers: Responses) -> None:
    found = unit_scores(moments(answers))
    people = person_scores(answers)
    for unit in range(len(answers.units)):
        for factor in range(people.shape[1]):
            mine = people[answers.unit == unit, factor]
            mine = mine[~np.isnan(mine)]
            assert found.n[unit, factor] == len(mine)
            check(found.mean[unit, factor], mine.mean() if len(mine) else math.nan)
            check(found.sd[unit, factor], mine.std(ddof=1) if len(mine) > 1 else math.nan)


def check(found: float, expected: float) -> None:
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-7, nan_ok=True)


def test_one_person_has_a_mean_but_neither_spread_nor_interval() -> None:
    found = unit_scores(moments(responses(survey((2,)), [[4, 5]])))
    assert found.mean.tolist() == [[4.5]]
    assert np.isnan([found.sd, found.ci_low, found.ci_high]).all()


def test_a_unit_where_nobody_answered_has_no_mean_and_no_shares() -> None:
    found = unit_scores(moments(responses(survey((2,)), [[BLANK, NOT_APPLICABLE]])))
    assert found.n.tolist() == [[0]]
    assert np.isnan([found.mean, found.low, found.middle, found.high]).all()


def test_people_who_agree_exactly_have_no_spread_at_all() -> None:
    found = unit_scores(moments(responses(survey((3,)), [[4, 4, 5]] * 1001)))
    assert found.sd.tolist() == [[0.0]]
    assert found.ci_low.tolist() == found.mean.tolist() == found.ci_high.tolist()


def test_a_person_below_the_least_number_of_answers_has_no_score() -> None:
    answers = responses(survey((5,)), [[5, 5, BLANK, BLANK, BLANK], [5, 5, 2, BLANK, BLANK]])
    assert person_scores(answers)[:, 0].tolist() == pytest.approx([math.nan, 4.0], nan_ok=True)
    assert answers_needed(7, 0.5) == 4


def test_reversed_items_are_turned_when_scored() -> None:
    answers = responses(survey((3,), (0, 4), turned=[1]), [[0, 0, 4], [1, BLANK, 3]])
    assert scored_answers(answers, "A")[0].tolist() == [0, 4, 4]
    with pytest.raises(KeyError):
        scored_answers(answers, "Z")


def test_the_answer_distribution_turns_reversed_items() -> None:
    found = moments(responses(survey((2, 1), turned=[1]), [[1, 5, 3], [2, 2, BLANK]]))
    assert answer_distribution(found, "A").tolist() == [[2, 1, 0, 1, 0]]
    assert answer_distribution(found, "B").tolist() == [[0, 0, 1, 0, 0]]
    with pytest.raises(KeyError):
        answer_distribution(found, "Z")


@given(any_responses())
def test_every_respondent_is_counted_once_per_item(answers: Responses) -> None:
    found = moments(answers)
    assert (item_distribution(found).sum(axis=1) == found.respondents[:, np.newaxis]).all()
    shares = unit_scores(found)
    total = shares.low + shares.middle + shares.high
    assert np.allclose(total[~np.isnan(total)], 1)


def test_shares_follow_the_value_the_questionnaire_calls_favourable() -> None:
    answers = [[5, 4, 3, 1]]
    usual = unit_scores(moments(responses(survey((4,)), answers)))
    strict = unit_scores(moments(responses(survey((4,), favourable_from=5), answers)))
    assert [usual.low.item(), usual.middle.item(), usual.high.item()] == [0.25, 0.25, 0.5]
    assert [strict.low.item(), strict.middle.item(), strict.high.item()] == [0.25, 0.5, 0.25]


@pytest.mark.parametrize("scale", [(1, 4), (1, 5), (1, 6), (1, 7), (0, 4), (0, 10)])
@pytest.mark.parametrize("favourable_from", [None, 3, 4, 9])
def test_low_mirrors_high_on_every_scale(scale: tuple[int, int], favourable_from: int | None) -> None:
    group = classes(*scale, favourable_from)
    assert (group == 2 - group[::-1]).all()
    assert group[0] == 0
    assert group[-1] == 2


def test_t_quantiles_are_those_of_student() -> None:
    df = np.array([[1, 5], [200, 0]])
    found = np.asarray(t_quantile(df, 0.975))
    assert found[:, 0].tolist() == pytest.approx(np.asarray(stats.t.ppf(0.975, [1, 200])).tolist())
    assert np.isnan(found[1, 1])
