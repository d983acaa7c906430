"""The whole analysis as JSON: the contract's keys, R's values, null with a reason, and nothing derivable."""

import json
import math

import numpy as np
import pytest

from analysis.report import analyse, hidden_units, to_json
from analysis.responses import Responses
from questionnaires.coding import BLANK
from tests.analysis.example_surveys import reference_responses, reference_values, responses, survey

KEYS = {"questionnaire", "respondents", "scales", "validity", "agreement", "units", "warnings"}
SCALE_KEYS = {
    "items", "n_complete", "alpha", "alpha_ci", "omega", "mean_interitem_r", "split_half", "item_rest",
    "alpha_if_deleted", "suggested_reversals", "mean", "sd", "n",
}  # fmt: skip


@pytest.mark.parametrize("name", ["lq2002", "bfi"])
def test_the_scales_part_equals_r(name: str) -> None:
    answers = reference_responses(name)
    found = to_json(analyse(answers.questionnaire, answers))
    assert found["respondents"] == reference_values(name)["respondents"]
    for key, expected in reference_values(name)["scales"].items():
        scale = found["scales"][key]
        assert set(scale) == SCALE_KEYS
        assert scale["split_half"] == pytest.approx(expected["split_half_odd_even"], rel=1e-6)
        assert scale["omega"] == pytest.approx(expected["omega"], rel=1e-4)
        for measure in SCALE_KEYS - {"omega", "split_half", "suggested_reversals"}:
            assert scale[measure] == pytest.approx(expected[measure], rel=1e-6), measure


def test_the_units_part_equals_r() -> None:
    answers = reference_responses("lq2002")
    found = to_json(analyse(answers.questionnaire, answers))["units"]
    for unit, factors in reference_values("lq2002")["units"].items():
        for key, expected in factors.items():
            scores = found[unit][key]
            assert scores.pop("hidden") is None
            assert scores.pop("ci") == pytest.approx(expected["ci"], rel=1e-6)
            assert scores == pytest.approx({k: expected[k] for k in ("n", "mean", "sd")}, rel=1e-6)


def test_the_keys_are_those_of_the_contract_and_every_number_is_json() -> None:
    answers = reference_responses("lq2002")
    found = to_json(analyse(answers.questionnaire, answers))
    assert set(found) == KEYS
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_file_without_units_has_no_unit_scores() -> None:
    answers = reference_responses("bfi")
    assert to_json(analyse(answers.questionnaire, answers))["units"] == {}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[1, 2, 3, 4, 5]],
        [[BLANK] * 5] * 4,
        [[3, 3, 3, 3, 3]] * 9,
        [[1, 2, 3, BLANK, 5], [BLANK, 2, 3, 4, 5], [1, BLANK, 3, 4, 5]],
        [[i % 5 + 1, 3, 3, i % 3 + 1, 5 - i % 3] for i in range(20)],
    ],
)
def test_whatever_cannot_be_computed_is_null_with_a_reason(rows: list[list[int]]) -> None:
    questionnaire = survey()
    found = to_json(analyse(questionnaire, responses(questionnaire, rows)))
    json.dumps(found, allow_nan=False)
    for key, scale in found["scales"].items():
        reasons = [text for text in found["warnings"] if text.startswith(f"{key}:")]
        single = [scale["alpha"], scale["omega"], scale["split_half"], scale["mean"], scale["sd"]]
        if None in [*single, *scale["item_rest"].values(), *scale["alpha_if_deleted"].values()]:
            assert reasons, key


def test_a_factor_of_one_item_says_that_consistency_needs_two() -> None:
    questionnaire = survey((1,))
    found = to_json(analyse(questionnaire, responses(questionnaire, [[1], [4], [5]])))
    assert found["scales"]["A"]["alpha"] is None
    assert found["scales"]["A"]["mean"] == pytest.approx(10 / 3)
    assert "A: Faktoren har én påstand" in found["warnings"][0]


def test_a_reversed_item_the_questionnaire_does_not_know_of_gives_a_negative_alpha_and_says_so() -> None:
    questionnaire = survey((2,))
    rows = [[i % 5 + 1, 5 - i % 5] for i in range(30)] + [[1, 4]]
    found = to_json(analyse(questionnaire, responses(questionnaire, rows)))
    assert found["scales"]["A"]["alpha"] < 0
    assert any("Alfa er negativ" in text for text in found["warnings"])


def in_units(sizes: list[int]) -> Responses:
    unit = np.repeat(np.arange(len(sizes)), sizes)
    rng = np.random.default_rng(1)
    codes = rng.integers(1, 6, (len(unit), 5)).tolist()
    return responses(survey(), codes, unit.tolist())


def test_a_small_unit_is_hidden_and_so_is_one_more_that_would_give_it_away() -> None:
    answers = in_units([3, 8, 20, 9])
    found = to_json(analyse(answers.questionnaire, answers))["units"]
    assert found["u0"]["A"] == {"n": None, "mean": None, "sd": None, "ci": None, "hidden": "small"}
    hidden = [unit for unit in found if found[unit]["A"]["hidden"]]
    assert hidden == ["u0", "u1"]
    assert found["u1"]["B"]["hidden"] == "protecting"


def test_two_small_units_protect_each_other_when_they_are_enough_together() -> None:
    answers = in_units([3, 4, 20])
    found = to_json(analyse(answers.questionnaire, answers))["units"]
    assert [found[unit]["A"]["hidden"] for unit in found] == ["small", "small", None]


def test_the_minimum_group_can_be_set() -> None:
    answers = in_units([8, 20, 9, 30])
    shown = analyse(answers.questionnaire, answers, minimum_group=3).units.hidden
    assert shown == (None,) * 4
    stricter = analyse(answers.questionnaire, answers, minimum_group=15).units.hidden
    assert stricter == ("small", None, "small", None)


def test_people_outside_every_unit_help_to_hide_a_small_one() -> None:
    alone = hidden_units(np.array([[3], [8]]), np.array([0]), 5)
    in_company = hidden_units(np.array([[3], [8]]), np.array([4]), 5)
    assert alone == ("small", "protecting")
    assert in_company == ("small", None)


def test_people_of_unknown_unit_count_in_the_whole_but_in_no_unit() -> None:
    answers = in_units([8, 6, 9])
    some_unknown = Responses(answers.questionnaire, answers.items, answers.unit, ("A", "", "B"))
    found = to_json(analyse(answers.questionnaire, some_unknown))
    known = to_json(analyse(answers.questionnaire, answers))
    assert found["scales"] == known["scales"]
    assert found["units"] == {"A": known["units"]["u0"], "B": known["units"]["u2"]}
    assert found["agreement"]["A"]["groups"] == 2


def test_a_unit_without_answers_is_not_hidden_but_empty() -> None:
    questionnaire = survey((2,))
    answers = responses(questionnaire, [[1, 2]] * 6 + [[BLANK, BLANK]] * 3, [0] * 6 + [1] * 3)
    found = to_json(analyse(questionnaire, answers))
    assert found["units"]["u1"]["A"] == {"n": 0, "mean": None, "sd": None, "ci": None, "hidden": None}
    assert any("score mangler, fordi ingen har svart: u1" in text for text in found["warnings"])
    assert math.isfinite(found["units"]["u0"]["A"]["mean"])
