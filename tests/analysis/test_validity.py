"""Convergent, discriminant, invariant: what may be said of a questionnaire's structure, and what may not."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.cautions import validity_cautions
from analysis.cfa import confirmatory
from analysis.construct import average_variance_extracted, composite_reliability, fornell_larcker, htmt
from analysis.invariance import Invariance, InvarianceLevel, invariance
from analysis.polychoric import bivariate_normal, ordinal_alpha, polychoric
from analysis.reading import read_responses
from analysis.report import analyse, to_json
from analysis.validity import validity
from questionnaires.coding import NOT_ASKED
from tests.analysis.example_surveys import (
    REFERENCE,
    complete_answers,
    holzinger,
    reference_questionnaire,
    reference_responses,
    reference_values,
    responses,
    simulated,
    survey,
)


@pytest.mark.parametrize("name", ["lq2002", "bfi"])
def test_the_validity_part_of_the_report_equals_r(name: str) -> None:
    answers = reference_responses(name)
    found = to_json(analyse(answers.questionnaire, answers))["validity"]
    expected = reference_values(name)["validity"]
    assert found["n_complete"] == expected["n_complete"]
    assert found["kmo"] == pytest.approx(expected["kmo"], rel=1e-6)
    assert found["kmo_items"] == pytest.approx(expected["kmo_items"], rel=1e-6)
    assert found["bartlett"] == pytest.approx(expected["bartlett"], rel=1e-6)
    for key in ("chi2", "df", "p", "cfi", "tli", "rmsea", "rmsea_ci", "srmr", "n"):
        assert found["cfa"][key] == pytest.approx(expected["cfa"][key], rel=1e-4), key
    for key in ("loadings", "factor_correlations"):
        assert found["cfa"][key] == pytest.approx(expected["cfa"][key], rel=1e-3)
    assert found["ave"] == pytest.approx(expected["ave"], rel=1e-3)
    assert found["composite_reliability"] == pytest.approx(expected["composite_reliability"], rel=1e-3)
    assert found["htmt"] == pytest.approx(expected["htmt"], rel=1e-6)


def test_the_agreement_part_of_the_report_equals_r() -> None:
    answers = reference_responses("lq2002")
    found = to_json(analyse(answers.questionnaire, answers))
    for key, expected in reference_values("lq2002")["agreement"].items():
        assert found["agreement"][key] == pytest.approx(expected, rel=1e-6)
    assert found["warnings"] == []


def test_htmt_of_the_classic_nine_tests_equals_semtools() -> None:
    scores, factor_of, _ = holzinger()
    expected = np.array(reference_values("holzinger1939")["htmt"])
    assert np.allclose(htmt(np.asarray(np.corrcoef(scores.T)), factor_of), expected, rtol=1e-9)


def test_fornell_and_larcker_compare_ave_with_the_squared_correlation() -> None:
    between = np.array([[1, 0.6, 0.8], [0.6, 1, 0.1], [0.8, 0.1, 1]])
    found = fornell_larcker(np.array([0.5, 0.4, 0.7]), between)
    assert found.tolist() == [[True, True, False], [True, True, True], [False, True, True]]


def test_equal_loadings_give_the_closed_forms() -> None:
    loadings, factor_of = np.array([0.7, 0.7, 0.7, 0.5]), np.array([0, 0, 0, 1])
    assert average_variance_extracted(loadings, factor_of).tolist() == pytest.approx([0.49, 0.25])
    assert composite_reliability(loadings, factor_of)[0] == pytest.approx(2.1**2 / (2.1**2 + 3 * 0.51))
    assert np.isnan(htmt(np.eye(4), factor_of)[0, 1])


@pytest.mark.parametrize("factor", "ACENO")
def test_ordinal_alpha_equals_psych(factor: str) -> None:
    rows, factor_of = complete_answers("bfi")
    found = ordinal_alpha(rows[:, factor_of == "ACENO".index(factor)])
    assert found == pytest.approx(reference_values("bfi")["ordinal_alpha"][factor], rel=1e-4)


def test_polychoric_correlations_find_what_the_steps_hide() -> None:
    rng = np.random.default_rng(8)
    hidden = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 20_000)
    steps = np.digitize(hidden, [0.5, 1.5]).astype(float)
    assert polychoric(steps)[0, 1] == pytest.approx(0.6, abs=0.02)
    assert np.corrcoef(steps.T)[0, 1] < 0.5
    assert np.isnan(ordinal_alpha(np.column_stack([steps, np.ones(len(steps))])))


def test_the_bivariate_normal_has_its_known_corners() -> None:
    zero, far = np.array(0.0), np.array(12.0)
    assert bivariate_normal(zero, zero, 0.9999) == pytest.approx(0.25 + np.arcsin(0.9999) / (2 * np.pi))
    assert bivariate_normal(zero, far, 0.7) == pytest.approx(0.5)
    assert bivariate_normal(-far, far, 0.7) == pytest.approx(0)


def check_invariance(found: Invariance, expected: dict[str, dict[str, float]]) -> None:
    assert found.problem is None
    for step in found.steps:
        for ours, theirs in (
            ("chi2", "chisq"),
            ("df", "df"),
            ("cfi", "cfi"),
            ("tli", "tli"),
            ("rmsea", "rmsea"),
            ("srmr", "srmr"),
        ):
            if step.level in expected:
                value = getattr(step.fit, ours)
                assert value == pytest.approx(expected[step.level][theirs], rel=1e-4), (step.level, ours)


def test_invariance_over_schools_equals_lavaan() -> None:
    scores, factor_of, school = holzinger()
    found = invariance([scores[school == name] for name in dict.fromkeys(school)], factor_of)
    check_invariance(found, reference_values("holzinger1939")["invariance_school"])
    assert found.reached is InvarianceLevel.METRIC


def test_invariance_over_gender_equals_lavaan() -> None:
    file = read_responses(REFERENCE / "data/bfi.csv", reference_questionnaire("bfi"))
    rows, factor_of = complete_answers("bfi")
    blank = (file.responses.items > 250).any(axis=1)
    gender = file.responses.background["gender"][~blank]
    found = invariance([rows[gender == option] for option in (0, 1)], factor_of)
    check_invariance(found, reference_values("bfi")["invariance_gender"])
    assert found.reached is InvarianceLevel.METRIC
    assert found.steps[2].cfi_change == pytest.approx(0.764283107435441 - 0.775224074836863, rel=1e-3)


def test_two_samples_of_the_same_people_reach_the_strictest_level() -> None:
    one, factor_of = simulated(1, 900, (4, 4))
    other, _ = simulated(2, 700, (4, 4))
    found = invariance([one, other], factor_of)
    assert found.reached is InvarianceLevel.STRICT
    assert [step.fit.df for step in found.steps] == [38, 44, 50, 58]


def test_three_groups_may_be_compared_at_once() -> None:
    groups = [simulated(seed, 500, (3, 3))[0] for seed in (1, 2, 3)]
    found = invariance(groups, np.repeat([0, 1], 3))
    assert [step.fit.df for step in found.steps] == [24, 32, 40, 52]


def test_an_item_that_one_group_reads_otherwise_stops_at_equal_loadings() -> None:
    one, factor_of = simulated(1, 900, (4, 4))
    other, _ = simulated(2, 900, (4, 4))
    other[:, 2] += 0.8
    assert invariance([one, other], factor_of).reached is InvarianceLevel.METRIC


def test_a_group_that_is_too_small_gives_no_level_and_says_why() -> None:
    one, factor_of = simulated(1, 300, (4, 4))
    found = invariance([one, one[:5]], factor_of)
    assert found.reached is None
    assert found.problem is not None


def test_factors_not_everybody_was_asked_are_left_out_and_named() -> None:
    rows, _ = simulated(1, 300, (3, 3, 3))
    codes = np.clip(np.rint(rows + 3), 1, 5).astype(int)
    codes[50:, 6:] = NOT_ASKED
    found = validity(responses(survey((3, 3, 3)), codes.tolist()))
    assert found.left_out == ("C",)
    assert found.n_complete == 300
    assert found.cfa_factors == ("A", "B")
    assert any("C er ikke med" in str(line) for line in validity_cautions(found))


def test_a_factor_of_one_item_takes_part_in_kmo_but_not_in_cfa() -> None:
    rows, _ = simulated(1, 300, (3, 3))
    codes = np.clip(np.rint(np.column_stack([rows, rows.mean(axis=1)]) + 3), 1, 5).astype(int)
    questionnaire = survey((3, 3, 1))
    found = to_json(analyse(questionnaire, responses(questionnaire, codes.tolist())))
    assert found["validity"]["kmo_items"]["i6"] > 0
    assert found["validity"]["cfa"]["loadings"]["i6"] is None
    assert found["validity"]["cfa"]["loadings"]["i0"] > 0
    assert found["validity"]["htmt"]["A~C"] is None
    assert any("i6 er ikke med i CFA" in line for line in found["warnings"])


def test_an_item_everybody_answers_alike_is_named_in_the_warning() -> None:
    rows, _ = simulated(1, 200, (3, 3))
    codes = np.clip(np.rint(rows + 3), 1, 5).astype(int)
    codes[:, 4] = 2
    questionnaire = survey((3, 3))
    found = to_json(analyse(questionnaire, responses(questionnaire, codes.tolist())))
    assert found["validity"]["kmo"] is None
    assert found["validity"]["cfa"]["chi2"] is None
    assert sum("Alle har svart likt på i4" in line for line in found["warnings"]) == 3


def test_an_impossible_solution_shows_its_fit_and_says_which_factors_to_look_at() -> None:
    rows, _ = simulated(1, 400, (4,))
    codes = np.clip(np.rint(np.hstack([rows, simulated(1, 400, (4,))[0][:, ::-1]]) + 3), 1, 5)
    codes[::7] = 6 - codes[::7]
    codes += (np.random.default_rng(3).random(codes.shape) < 0.2) * (codes < 5)
    questionnaire = survey((4, 4))
    found = validity(responses(questionnaire, codes.astype(int).tolist()))
    assert found.cfa is not None
    assert found.cfa.fit.cfi < 0.9
    assert found.cfa_problem is not None
    assert any("kan ikke skilles fra hverandre" in str(line) for line in validity_cautions(found))


def test_reversed_items_load_positively_once_turned() -> None:
    rows, _ = simulated(3, 400, (4, 4))
    codes = np.clip(np.rint(rows + 3), 1, 5).astype(int)
    codes[:, 2] = 6 - codes[:, 2]
    questionnaire = survey((4, 4), turned=[2])
    found = validity(responses(questionnaire, codes.tolist()))
    assert found.cfa is not None
    assert (found.cfa.loadings > 0).all()
    unaware = replace(responses(survey((4, 4)), codes.tolist()))
    without = validity(unaware)
    assert without.cfa is not None
    assert without.cfa.loadings[2] < 0


def test_the_report_and_the_analysis_agree() -> None:
    rows, factor_of = complete_answers("lq2002")
    alone = confirmatory(rows, factor_of)
    whole = validity(reference_responses("lq2002"))
    assert whole.cfa is not None
    assert whole.cfa.loadings.tolist() == pytest.approx(alone.loadings.tolist())
    assert set(whole.fornell_larcker.values()) == {True}
    assert whole.exploration is not None
    assert whole.exploration.loadings.shape == (19, 3)
