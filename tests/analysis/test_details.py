"""What the quality pages show beside the promised JSON: shares that never come near a person, and nothing from few."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.details import details, item_shape
from analysis.report import analyse
from analysis.responses import Responses
from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED
from questionnaires.model import Reporting
from tests.analysis.test_comparability import questionnaire


def responses(people: int = 240, units: int = 12, *, items: bool = False, seed: int = 3) -> Responses:
    """Two factors of four items, people spread evenly over units that differ."""
    rng = np.random.default_rng(seed)
    unit = np.arange(people) % units
    traits = rng.normal(0, 1, (people, 2)) + rng.normal(0, 0.6, (units, 1))[unit]
    answers = np.repeat(traits, 4, axis=1) + 4 + rng.normal(0, 0.8, (people, 8))
    codes = np.clip(np.rint(answers), 1, 7).astype(np.uint8)
    asked = replace(questionnaire(4, 2), reporting=Reporting(items=items))
    return Responses(asked, codes, unit.astype(np.int32), tuple(f"u{place}" for place in range(units)))


def detailed(found: Responses, minimum_group: int = 5) -> dict:  # type: ignore[type-arg]
    return details(analyse(found.questionnaire, found), found, minimum_group)


def test_single_items_have_no_distribution_where_the_questionnaire_never_reports_them() -> None:
    shape = detailed(responses())["scales"]["F0"]["items"]["F0I0"]
    assert set(shape) == {"n", "floor", "ceiling", "not_applicable", "blank"}
    open_shape = detailed(responses(items=True))["scales"]["F0"]["items"]["F0I0"]
    assert sum(open_shape["answers"]) == pytest.approx(1, abs=0.04)
    assert len(open_shape["answers"]) == 7


def test_an_item_is_not_described_from_fewer_than_fifty_answers() -> None:
    codes = np.array([3] * 49 + [BLANK] * 40, dtype=np.uint8)
    assert item_shape(codes, [1, 2, 3], with_answers=True) is None
    assert item_shape(np.append(codes, 3).astype(np.uint8), [1, 2, 3], with_answers=True) is not None


def test_those_who_were_never_asked_do_not_count_as_blank() -> None:
    codes = np.array([1] * 60 + [NOT_APPLICABLE] * 20 + [BLANK] * 20 + [NOT_ASKED] * 900, dtype=np.uint8)
    found = item_shape(codes, [1, 2], with_answers=False)
    assert found == {"n": 60, "floor": 1.0, "ceiling": 0.0, "not_applicable": 0.2, "blank": 0.2}


def test_agreement_is_not_told_of_fewer_than_ten_units_with_answers_enough() -> None:
    told = detailed(responses())["agreement"]["F0"]
    assert told["units"] == 12
    assert told["rwgj_median"] == pytest.approx(0.9, abs=0.1)
    assert told["support"] in {"supported", "partly"}
    for hidden in (
        detailed(responses(units=9))["agreement"]["F0"],
        detailed(responses(), minimum_group=21)["agreement"]["F0"],
    ):
        assert hidden["support"] == "unknown"
        assert {hidden[key] for key in hidden if key.endswith(("mean", "median"))} == {None}


def test_the_found_factors_stand_in_the_order_of_the_intended_ones() -> None:
    exploration = detailed(responses(people=600))["structure"]["exploration"]
    assert exploration["factors"] == ["F0", "F1"]
    for item, loadings in exploration["loadings"].items():
        own = int(item[1])
        assert abs(loadings[own]) > abs(loadings[1 - own]), item


def test_modification_indices_name_items_and_factors() -> None:
    found = responses(people=400)
    found.items[:, 1] = found.items[:, 0]
    found.items[::3, 1] = 4
    structure = detailed(found)["structure"]
    largest = structure["modifications"][0]
    assert {largest["item"], largest["other"]} == {"F0I0", "F0I1"}
