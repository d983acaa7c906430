"""Two waves may be compared when the items kept their loadings and intercepts; noise never says otherwise."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.comparability import Comparability, ComparedStep, compare, comparison_json, verdict_of
from analysis.fit_indices import Fit
from analysis.invariance import InvarianceLevel
from analysis.responses import Responses
from questionnaires.model import Factor, Item, Point, Questionnaire, Scale

SCALE = Scale("enig", tuple(Point(value, {"nb": str(value)}) for value in range(1, 8)))


def questionnaire(items: int = 4, factors: int = 1) -> Questionnaire:
    made = tuple(
        Factor(
            f"F{f}",
            {"nb": f"Tema {f}"},
            SCALE,
            tuple(Item(f"F{f}I{i}", {"nb": "Påstand"}) for i in range(items)),
        )
        for f in range(factors)
    )
    return Questionnaire("q", 1, "employee", ("nb",), {"nb": "Q"}, {"enig": SCALE}, made, ())


def wave(
    seed: int,
    people: int = 600,
    items: int = 4,
    factors: int = 1,
    shift: float = 0.0,
    loading: float = 1.0,
    level: float = 0.0,
) -> Responses:
    """Answers to every factor; the first item of the first factor has this shift and loading of its own."""
    rng = np.random.default_rng(seed)
    found = []
    for factor in range(factors):
        trait = rng.normal(level, 1, (people, 1))
        slopes = np.ones(items)
        intercepts = np.full(items, 4.0)
        if factor == 0:
            slopes[0], intercepts[0] = loading, 4.0 + shift
        found.append(trait * slopes + intercepts + rng.normal(0, 0.8, (people, items)))
    codes = np.clip(np.rint(np.hstack(found)), 1, 7).astype(np.uint8)
    return Responses(questionnaire(items, factors), codes, np.zeros(people, dtype=np.int32), ("a",))


def verdict(*waves: Responses) -> Comparability:
    return compare(waves, ["F0"]).factors["F0"].verdict


def test_two_waves_of_the_same_measure_may_be_compared() -> None:
    assert verdict(wave(1), wave(2)) is Comparability.COMPARABLE


def test_a_theme_that_has_truly_moved_may_still_be_compared() -> None:
    assert verdict(wave(1), wave(2, level=0.5)) is Comparability.COMPARABLE


def test_one_item_that_moved_by_itself_takes_the_comparison_away() -> None:
    found = compare([wave(1), wave(2, shift=0.8)], ["F0"]).factors["F0"]
    assert found.verdict is Comparability.NOT_COMPARABLE
    failing = [step.level for step in found.steps if not step.holds]
    assert failing[0] is InvarianceLevel.SCALAR


def test_an_item_that_no_longer_follows_the_theme_takes_the_comparison_away() -> None:
    found = compare([wave(1), wave(2, loading=0.1)], ["F0"]).factors["F0"]
    assert found.verdict is Comparability.NOT_COMPARABLE
    assert next(step.level for step in found.steps if not step.holds) is InvarianceLevel.METRIC


def test_three_items_have_no_freedom_to_start_with_and_are_still_tried() -> None:
    assert verdict(wave(1, items=3), wave(2, items=3)) is Comparability.COMPARABLE
    assert verdict(wave(1, items=3), wave(2, items=3, shift=0.9)) is Comparability.NOT_COMPARABLE


@pytest.mark.parametrize("seed", range(12))
def test_chance_alone_never_takes_a_comparison_away_in_small_waves(seed: int) -> None:
    assert verdict(wave(seed, people=110), wave(seed + 100, people=110)) is not Comparability.NOT_COMPARABLE


def test_what_cannot_be_tried_is_undecided_with_its_reason() -> None:
    few = compare([wave(1), wave(2, people=99)], ["F0"]).factors["F0"]
    pair = compare([wave(1, items=2), wave(2, items=2)], ["F0"]).factors["F0"]
    other = compare([wave(1), wave(2, items=3)], ["F0"]).factors["F0"]
    constant = wave(2)
    constant.items[:, 1] = 5
    same = compare([wave(1), constant], ["F0"]).factors["F0"]
    found = [few, pair, other, same]
    assert [one.reason for one in found] == ["few", "items", "different_items", "singular"]
    assert {one.verdict for one in found} == {Comparability.UNDECIDED}


def test_only_the_theme_with_the_moved_item_loses_its_comparison() -> None:
    waves = [wave(1, factors=2), wave(2, factors=2, shift=0.8)]
    found = compare(waves, ["F0", "F1"])
    assert found.factors["F0"].verdict is Comparability.NOT_COMPARABLE
    assert found.factors["F1"].verdict is Comparability.COMPARABLE
    assert found.whole.verdict is Comparability.NOT_COMPARABLE
    assert compare(waves, ["F0", "F1"], with_whole=False).whole.reason == "not_tried"


def step(level: InvarianceLevel, *, holds: bool = True, p: float = 0.5, cfi: float = 0.99) -> ComparedStep:
    fit = Fit(1.0, 2, 0.5, cfi, cfi, 0.01, 0.0, 0.1, 0.02, 500)
    return ComparedStep(level, fit, -0.02, 0.0, p, holds)


def test_a_fall_that_may_be_chance_is_uncertain_and_a_sure_one_decides() -> None:
    first, metric = step(InvarianceLevel.CONFIGURAL), step(InvarianceLevel.METRIC)
    chance = step(InvarianceLevel.SCALAR, holds=False, p=0.02)
    assert verdict_of([first, metric, chance]) is Comparability.UNCERTAIN
    assert verdict_of([first, metric, replace(chance, p_change=0.0001)]) is Comparability.NOT_COMPARABLE
    assert verdict_of([first, metric]) is Comparability.UNDECIDED
    assert verdict_of([]) is Comparability.UNDECIDED


def test_a_model_that_fits_badly_from_the_start_proves_nothing() -> None:
    steps = [
        step(InvarianceLevel.CONFIGURAL, cfi=0.85),
        step(InvarianceLevel.METRIC),
        step(InvarianceLevel.SCALAR),
    ]
    assert verdict_of(steps) is Comparability.UNCERTAIN


def test_as_json_it_has_no_number_that_is_not_one() -> None:
    found = comparison_json(compare([wave(1, items=3), wave(2, items=3)], ["F0"]))["factors"]["F0"]
    assert found["verdict"] == "comparable"
    assert found["rows"] == [600, 600]
    assert found["steps"][0]["cfi"] is None
    assert found["steps"][1]["cfi_change"] is not None
