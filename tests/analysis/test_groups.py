"""Background groups and factors beside each other: R's values, nobody few, and a reason for each gap."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.factor_correlations import correlation_cautions, correlations_json, factor_correlations
from analysis.for_analysts import analyst_json
from analysis.group_differences import difference_cautions, differences_json, group_differences
from analysis.report import analyse
from analysis.responses import Responses
from questionnaires.coding import BLANK, NOT_ASKED
from questionnaires.model import Background, Option
from tests.analysis.example_surveys import REFERENCE, reference_responses, reference_values, responses, survey


def asked(whole: Responses, key: str, options: Sequence[str], chosen: Sequence[int]) -> Responses:
    """The same answers, with one more background question; chosen: each person's option, or a reserved code."""
    question = Background(key, {"nb": key}, tuple(Option(option, {"nb": option}) for option in options))
    questionnaire = replace(whole.questionnaire, background=(*whole.questionnaire.background, question))
    background = {**whole.background, key: np.array(chosen, dtype=np.uint8)}
    return replace(whole, questionnaire=questionnaire, background=background)


@pytest.fixture(scope="module")
def bfi() -> Responses:
    whole = reference_responses("bfi")
    whole = replace(whole, questionnaire=replace(whole.questionnaire, background=()))
    with (REFERENCE / "data" / "bfi.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for key, options in (("gender", 2), ("education", 5)):
        chosen = [BLANK if row[key] == "NA" else int(row[key]) - 1 for row in rows]
        whole = asked(whole, key, [str(option) for option in range(1, options + 1)], chosen)
    return whole


def assert_equal(found: Any, expected: Any) -> None:
    if isinstance(expected, Mapping):
        assert set(found) == set(expected)
        for key, value in expected.items():
            assert_equal(found[key], value)
    elif expected is None:
        assert found is None
    else:
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_group_differences_equal_r(bfi: Responses) -> None:
    found = differences_json(group_differences(bfi, 5))
    assert_equal(found, reference_values("bfi_groups")["group_differences"])


def test_factor_correlations_equal_r(bfi: Responses) -> None:
    found = correlations_json(factor_correlations(bfi, 5))
    assert_equal(found, reference_values("bfi_groups")["factor_correlations"])


def grouped(sizes: Sequence[int], seed: int = 1, unknown: int = 0) -> Responses:
    """People in groups a, b, … of these sizes, and `unknown` who did not say which; one factor of three items."""
    people = sum(sizes) + unknown
    items = np.random.default_rng(seed).integers(1, 6, (people, 3)).tolist()
    chosen = [place for place, size in enumerate(sizes) for _ in range(size)] + [BLANK] * unknown
    return asked(responses(survey((3,)), items), "team", "abcdefg"[: len(sizes)], chosen)


def hidden(whole: Responses, minimum_group: int = 5) -> dict[str, str | None]:
    found = group_differences(whole, minimum_group)["team"]["A"]
    return {option: score.hidden for option, score in found.groups.items()}


def test_a_small_group_is_left_out_of_figures_and_tests_and_named() -> None:
    whole = grouped([20, 20, 4], unknown=9)
    found = group_differences(whole, 5)
    one = differences_json(found)["team"]["A"]
    assert one["groups"]["c"] == {"n": None, "mean": None, "sd": None, "hidden": "small"}
    assert list(one["pairs"]) == ["a~b"]
    assert (
        one["welch"]
        == differences_json(group_differences(grouped([20, 20], unknown=13), 5))["team"]["A"]["welch"]
    )
    assert any("c er utelatt i A" in line for line in difference_cautions(whole, found))


def test_a_small_group_cannot_be_worked_out_from_the_whole_and_the_others() -> None:
    assert hidden(grouped([20, 12, 4])) == {"a": None, "b": "protecting", "c": "small"}
    assert hidden(grouped([20, 12, 4], unknown=9)) == {"a": None, "b": None, "c": "small"}


def test_few_who_did_not_say_where_they_belong_are_protected_too() -> None:
    assert hidden(grouped([20, 12], unknown=3)) == {"a": None, "b": "protecting"}


def test_an_empty_group_hides_nothing() -> None:
    assert hidden(grouped([20, 0, 12])) == {"a": None, "b": "no_answers", "c": None}


def test_the_smallest_group_is_the_questionnaires_own_when_none_is_given() -> None:
    whole = grouped([20, 20, 6], unknown=9)
    default = analyst_json(analyse(whole.questionnaire, whole), whole)
    assert default["group_differences"]["team"]["A"]["groups"]["c"]["n"] == 6
    strict = analyst_json(analyse(whole.questionnaire, whole, 10), whole, 10)
    assert strict["group_differences"]["team"]["A"]["groups"]["c"]["hidden"] == "small"


@pytest.mark.parametrize(
    ("items", "chosen"),
    [
        ([], []),
        ([[1, 2, 3]] * 3, [0, 1, 2]),
        ([[3, 3, 3]] * 30, [0, 1, 2] * 10),
        ([[3, 3, 3]] * 15 + [[1, 2, 5], [2, 2, 2], [5, 4, 5]] * 5, [0] * 15 + [1] * 15),
        ([[BLANK] * 3] * 20, [0, 1] * 10),
        ([[1, 2, 3], [4, 5, 4]] * 10, [NOT_ASKED] * 20),
        ([[1, 2, 3], [4, 5, 4]] * 10, [0] * 20),
    ],
)
def test_what_cannot_be_tested_is_null_with_a_reason(items: list[list[int]], chosen: list[int]) -> None:
    whole = asked(responses(survey((3,)), items), "team", "abc", chosen)
    found = analyst_json(analyse(whole.questionnaire, whole), whole)
    json.dumps(found, allow_nan=False)
    for one in found["group_differences"].get("team", {}).values():
        assert set(one["welch"].values()) == {None}
    assert any(line.startswith("team:") for line in found["warnings"])


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([[1, 2]] * 4, ("r", "ci", "p")),
        ([[3, value] for value in (1, 2, 3, 4, 5, 5)], ("r", "ci", "p")),
        ([[value, value] for value in (1, 2, 3, 4, 5, 5)], ("ci",)),
    ],
)
def test_a_correlation_that_is_missing_has_a_reason(rows: list[list[int]], missing: tuple[str, ...]) -> None:
    found = factor_correlations(responses(survey((1, 1)), rows), 3)
    one = correlations_json(found)["A~B"]
    assert {key for key, value in one.items() if value is None} == set(missing)
    assert len(correlation_cautions(found)) == 1


def test_holm_is_over_all_pairs_and_factors_of_one_question(bfi: Responses) -> None:
    pairs = [pair for one in group_differences(bfi, 5)["education"].values() for pair in one.pairs]
    assert len(pairs) == 50
    smallest = min(pairs, key=lambda pair: pair.p)
    assert smallest.p_holm == pytest.approx(50 * smallest.p)
