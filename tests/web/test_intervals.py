"""Intervals of released figures follow the scale's ends; analysts' intervals are Student's t, as R's."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis.moments import moments
from analysis.scores import unit_scores
from surveys.release.measures import MeasureKind, measures_of
from surveys.release.totals import MeasureValues, Totals, person_measures
from tests.analysis.example_surveys import responses, survey


def values_of(answers: list[int]) -> MeasureValues:
    asked = survey((1,))
    measures = [measure for measure in measures_of(asked) if measure.kind == MeasureKind.MEAN]
    return Totals.of(responses(asked, [[answer] for answer in answers]), measures).values()


@pytest.mark.parametrize(
    "answers", [[5, 5, 5, 5, 3], [1, 1, 1, 1, 3], [2, 3, 3, 3, 4], [5, 5, 5, 4, 5, 5, 5, 4]]
)
def test_a_released_interval_is_wilsons_on_as_many_as_the_spread_leaves(answers: list[int]) -> None:
    n, mean, sd = len(answers), (np.mean(answers) - 1) / 4, np.std(answers, ddof=1) / 4
    share = ((n - 1) * sd**2 / (mean * (1 - mean)) + 0.5) / (n - 0.5)
    alpha = 2 * stats.norm.sf(stats.t.ppf(0.975, n - 1))
    low, high = proportion_confint(mean * n / share, n / share, alpha, method="wilson")
    found = values_of(answers)
    assert (found.ci_low.item(), found.ci_high.item()) == pytest.approx((1 + 4 * low, 1 + 4 * high))
    assert 1 <= found.ci_low.item() < found.mean.item() < found.ci_high.item() <= 5


def test_near_the_end_it_reaches_further_towards_the_middle() -> None:
    found = values_of([5, 5, 5, 5, 3])
    mean = found.mean.item()
    assert mean - found.ci_low.item() > 1.5 * (found.ci_high.item() - mean)


def test_analysts_have_students_t() -> None:
    answers = [5, 5, 5, 5, 3]
    scores = unit_scores(moments(responses(survey((1,)), [[answer] for answer in answers])))
    expected = stats.t.interval(0.95, 4, np.mean(answers), stats.sem(answers))
    assert (scores.ci_low.item(), scores.ci_high.item()) == pytest.approx(expected)


def test_large_groups_have_nearly_the_same_interval_in_both() -> None:
    answers = [2, 3, 3, 4, 4, 4, 5, 5] * 40
    found = values_of(answers)
    expected = stats.t.interval(0.95, len(answers) - 1, np.mean(answers), stats.sem(answers))
    assert (found.ci_low.item(), found.ci_high.item()) == pytest.approx(expected, abs=0.005)


def test_scores_of_some_themes_are_those_of_the_same_themes_among_all() -> None:
    """Rows for analysts leave out themes that only some were asked; the others must be judged by their own answers."""
    asked = survey((1, 1, 1))
    measures = [measure for measure in measures_of(asked) if measure.kind == MeasureKind.MEAN]
    found = responses(asked, [[1, 3, 5], [2, 4, 3]])
    whole = person_measures(found, measures)
    for chosen in ([1, 2], [0, 2], [2]):
        some = person_measures(found, [measures[place] for place in chosen])
        assert some.tolist() == whole[:, chosen].tolist()
