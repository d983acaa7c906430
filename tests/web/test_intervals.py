"""Intervals of released figures are R's, as far as the scale goes."""

import pytest
from scipy import stats

from surveys.release.measures import MeasureKind, measures_of
from surveys.release.totals import Totals
from tests.analysis.example_surveys import responses, survey


@pytest.mark.parametrize(
    ("answers", "ends"),
    [([5, 5, 5, 5, 3], (None, 5)), ([1, 1, 1, 1, 3], (1, None)), ([2, 3, 3, 3, 4], (None, None))],
)
def test_an_interval_never_passes_the_ends_of_the_scale(
    answers: list[int], ends: tuple[int | None, int | None]
) -> None:
    asked = survey((1,))
    measures = [measure for measure in measures_of(asked) if measure.kind == MeasureKind.MEAN]
    values = Totals.of(responses(asked, [[answer] for answer in answers]), measures).values()
    mean, error = stats.describe(answers).mean, stats.sem(answers)
    low, high = stats.t.interval(0.95, len(answers) - 1, mean, error)
    assert values.ci_low.item() == pytest.approx(low if ends[0] is None else ends[0])
    assert values.ci_high.item() == pytest.approx(high if ends[1] is None else ends[1])
    assert low < 1 or high > 5 or ends == (None, None)
