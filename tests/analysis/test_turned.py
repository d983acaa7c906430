"""A reversal the questionnaire forgot is suggested, and few answers are blamed on nothing but their number."""

from pathlib import Path

import numpy as np
import pytest

from analysis.reading import read_responses
from analysis.reliability import covariance_of
from analysis.report import analyse, to_json
from analysis.turned import suggested_reversals
from questionnaires.loading import load
from tests.analysis.example_surveys import responses, simulated, survey

FILES = Path(__file__).parents[1] / "files" / "statistics"


def test_a_forgotten_reversal_is_suggested_with_the_alpha_it_would_give() -> None:
    questionnaire = load(FILES / "s6.yaml")
    answers = read_responses(FILES / "glemt_snudd.sav", questionnaire).responses
    found = to_json(analyse(questionnaire, answers))
    (scale,) = found["scales"].values()
    assert scale["alpha"] == pytest.approx(0.5353737, abs=1e-6)
    assert scale["suggested_reversals"] == {"items": ["Q6"], "alpha": pytest.approx(0.886937, abs=1e-6)}
    assert any(
        "Q6 går motsatt vei" in line and "alfa 0,89 i stedet for 0,54" in line for line in found["warnings"]
    )


def covariances(turned: list[int], people: int = 200, items: int = 5) -> np.ndarray:
    rows, _ = simulated(3, people, (items,))
    rows[:, turned] *= -1
    return covariance_of(rows)


@pytest.mark.parametrize("turned", [[], [0], [2, 4]])
def test_the_items_that_were_turned_are_the_ones_suggested(turned: list[int]) -> None:
    found = suggested_reversals(covariances(turned), 200)
    assert (list(found.items) if found else []) == turned


def test_half_the_items_each_way_leaves_the_first_as_it_is() -> None:
    found = suggested_reversals(covariances([0, 1], items=4), 200)
    assert found is not None
    assert found.items == (2, 3)


def test_unrelated_items_two_items_and_few_rows_suggest_nothing() -> None:
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(size=(200, 5))
        assert suggested_reversals(covariance_of(noise), 200) is None
    assert suggested_reversals(covariances([1], items=2), 200) is None
    assert suggested_reversals(covariances([1]), 20) is None


@pytest.mark.parametrize("rows", [[[1, 5, 2, 4, 3]] * 3, [[1, 5, 3, 4, 3], [5, 1, 3, 2, 3], [3, 3, 3, 3, 2]]])
def test_three_rows_blame_the_number_of_answers_and_not_the_items(rows: list[list[int]]) -> None:
    questionnaire = survey((3, 2))
    said = to_json(analyse(questionnaire, responses(questionnaire, rows)))["warnings"]
    assert "A: Bare 3 skjema har svar på alle påstandene." in said[0]
    assert any("Det er for få svar: 3 fullstendige på 5 påstander." in line for line in said)
    blame = ("snudd", "nesten like", "Alle har svart likt", "slå dem sammen", "samme sum")
    assert not [line for line in said if any(words in line for words in blame)]


def test_where_the_answers_leave_no_alpha_to_compare_with_none_is_told() -> None:
    """Two against two that balance each other: a sum without spread. NaN is no number for a page or a database."""
    questionnaire = survey((4,))
    rows = [[level, level, 6 - level, 6 - level] for level in range(1, 6)] * 40
    found = to_json(analyse(questionnaire, responses(questionnaire, rows)))
    (scale,) = found["scales"].values()
    assert scale["alpha"] is None
    assert scale["suggested_reversals"]["alpha"] == pytest.approx(1)
    [told] = [line for line in found["warnings"] if "går motsatt vei" in line]
    assert told.endswith("alfa 1,00. Slik svarene er nå, kan alfa ikke beregnes.")
