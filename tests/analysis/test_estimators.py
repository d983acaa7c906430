"""Robust (MLR) and ordinal (WLSMV) fit: equal to lavaan, and said to be missing where they cannot be computed."""

from typing import Any, Final

import numpy as np
import pytest

from analysis.cautions import validity_cautions
from analysis.cfa import Cfa, NoSolutionError, NoSolutionReason, confirmatory
from analysis.estimators import Estimator, by_estimator
from analysis.ordinal import MOST_ITEMS, ordinal
from analysis.report import analyse, to_json
from analysis.robust import robust
from analysis.validity import asked_of_all, validity
from tests.analysis.example_surveys import (
    reference_responses,
    reference_values,
    responses,
    simulated,
    structure_reference,
    survey,
)

ROBUST: Final = {
    "chi2": "chisq.scaled",
    "p": "pvalue.scaled",
    "cfi": "cfi.robust",
    "tli": "tli.robust",
    "rmsea": "rmsea.robust",
    "rmsea_low": "rmsea.ci.lower.robust",
    "rmsea_high": "rmsea.ci.upper.robust",
    "srmr": "srmr",
}
SCALED: Final = {
    ours: theirs if ours == "srmr" else theirs.replace("robust", "scaled") for ours, theirs in ROBUST.items()
}
BINARY_PEOPLE: Final = 30


def assert_equal(found: Cfa, lavaan: dict[str, Any], measures: dict[str, str]) -> None:
    fit = lavaan["fit"]
    assert found.fit.df == fit["df"]
    for ours, theirs in measures.items():
        assert getattr(found.fit, ours) == pytest.approx(fit[theirs], abs=1e-3), ours
    assert found.loadings.tolist() == pytest.approx([*lavaan["loadings"].values()], abs=1e-4)
    assert found.loading_errors.tolist() == pytest.approx([*lavaan["loading_errors"].values()], abs=1e-5)
    pairs = found.correlations[np.triu_indices(len(found.correlations), 1)]
    assert pairs.tolist() == pytest.approx([*lavaan["factor_correlations"].values()], abs=1e-4)


@pytest.mark.parametrize("name", ["bfi", "lq2002", "verbagg"])
def test_the_robust_fit_equals_lavaan(name: str) -> None:
    rows, factor_of, lavaan = structure_reference(name, Estimator.MLR)
    assert_equal(robust(rows, factor_of), lavaan, ROBUST)


@pytest.mark.parametrize("name", ["bfi", "lq2002", "verbagg"])
def test_the_ordinal_fit_equals_lavaan(name: str) -> None:
    rows, factor_of, lavaan = structure_reference(name, Estimator.WLSMV)
    assert_equal(ordinal(rows, factor_of), lavaan, SCALED)


def test_two_categories_and_empty_cells_equal_lavaan() -> None:
    lavaan = reference_values("structure")["wlsmv_binary"]
    answers = asked_of_all(reference_responses("verbagg"))
    chosen = [answers.items.index(item) for item in lavaan["loadings"]]
    values = answers.values[:BINARY_PEOPLE, chosen]
    binary = (values > values.min()).astype(float)
    together = binary.T @ binary
    # Everybody with the rarer of two has the other as well: one cell of their table is empty
    nested = together == np.minimum.outer(np.diag(together), np.diag(together))
    assert nested[np.triu_indices(len(chosen), 1)].any()
    assert_equal(ordinal(binary, np.repeat([0, 1], [4, 3])), lavaan, SCALED)


def test_normal_answers_need_almost_no_correction() -> None:
    rows, factor_of = simulated(3, 4_000, (4, 4))
    plain, corrected = confirmatory(rows, factor_of), robust(rows, factor_of)
    assert corrected.fit.chi2 == pytest.approx(plain.fit.chi2, rel=0.05)
    assert corrected.loading_errors == pytest.approx(plain.loading_errors, rel=0.1)


@pytest.mark.parametrize("points", [2, 5])
@pytest.mark.parametrize("people", [2, 12, 40])
@pytest.mark.parametrize("sizes", [(3,), (2, 2), (2, 3, 4)])
def test_few_rows_and_copied_items_give_a_fit_or_a_reason_never_an_error(
    sizes: tuple[int, ...], people: int, points: int
) -> None:
    """Warnings are errors here, so a division by zero on the way would be seen."""
    for seed in range(2):
        rows, factor_of = simulated(seed, people, sizes)
        answers = np.clip(np.rint(rows + points / 2), 1, points)
        if seed % 2:
            answers[:, 1] = answers[:, 0]
        for found in by_estimator(answers, factor_of, Estimator).values():
            if found.cfa is None:
                assert found.problem is not None
            else:
                assert np.isfinite([found.cfa.fit.chi2, found.cfa.fit.srmr]).all()


def test_an_item_everybody_answered_alike_is_named() -> None:
    rows, factor_of = simulated(1, 200, (3, 3))
    rows[:, 4] = 1.0
    for found in by_estimator(rows, factor_of, Estimator).values():
        assert found.problem is not None
        assert (found.problem.reason, found.problem.items) == (NoSolutionReason.SINGULAR, (4,))


def test_more_items_than_fit_in_memory_are_refused() -> None:
    with pytest.raises(NoSolutionError) as refused:
        ordinal(np.zeros((10, MOST_ITEMS + 1)), np.zeros(MOST_ITEMS + 1, dtype=int))
    assert refused.value.reason is NoSolutionReason.TOO_MANY_ITEMS


def test_only_the_choices_that_are_asked_for_are_told() -> None:
    answers = reference_responses("lq2002")
    plain = to_json(analyse(answers.questionnaire, answers))["validity"]
    assert plain["estimators"] == {}
    chosen = to_json(analyse(answers.questionnaire, answers, estimators=[Estimator.WLSMV]))["validity"]
    assert [*chosen["estimators"]] == ["wlsmv"]
    assert chosen["cfa"] == plain["cfa"]
    assert chosen["estimators"]["wlsmv"]["n"] == chosen["n_complete"]


def test_a_choice_without_a_solution_says_so_beside_the_model_that_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("analysis.ordinal.MOST_ITEMS", 5)
    rows, _ = simulated(1, 300, (3, 3))
    codes = np.clip(np.rint(rows + 3), 1, 5).astype(int)
    found = validity(responses(survey((3, 3)), codes.tolist()), Estimator)
    assert found.cfa is not None
    told = [str(line) for line in validity_cautions(found)]
    assert any("svar på trinn (WLSMV) mangler. Den kan ikke regnes ut for mer enn" in line for line in told)
    assert not any("MLR" in line for line in told)


def test_an_impossible_solution_is_told_once_for_maximum_likelihood_and_mlr() -> None:
    answers = reference_responses("verbagg")
    found = validity(answers, Estimator)
    assert found.estimators[Estimator.MLR].problem is not None
    told = [str(line) for line in validity_cautions(found)]
    assert sum("Løsningen er umulig" in line for line in told) == 2
    assert any("(WLSMV), men ladningene kan ikke tolkes" in line for line in told)
