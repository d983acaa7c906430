"""Sums that add exactly: over chunks, in any order, up the tree and across merged units."""

from dataclasses import fields
from fractions import Fraction
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import answer_sums
from analysis.moments import Moments, depths, moments, regrouped, up_the_tree
from analysis.responses import Responses
from analysis.scoring import factor_scorings, multiplier_of, person_scores, scored
from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED
from tests.analysis.example_surveys import any_responses, part, reference_responses, responses, survey


def same(left: Moments, right: Moments) -> bool:
    names = [field.name for field in fields(Moments) if field.name != "questionnaire"]
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in names)


@given(any_responses())
def test_every_sum_equals_counting_person_by_person(answers: Responses) -> None:
    found = moments(answers)
    for unit in range(len(answers.units)):
        rows = answers.items[answers.unit == unit]
        assert found.respondents[unit] == len(rows)
        for place, scoring in enumerate(factor_scorings(answers.questionnaire)):
            check_factor(found, unit, place, rows[:, scoring.columns])
        for row, code in enumerate(found.codes):
            assert (found.answers[unit, row] == (rows == code).sum(axis=0)).all()


def check_factor(found: Moments, unit: int, place: int, codes: np.ndarray) -> None:
    scoring = found.scorings[place]
    turned = scored(codes, scoring)
    people = [[int(value) for value in row if not np.isnan(value)] for row in turned]
    exact = [Fraction(sum(p), len(p)) * scoring.multiplier for p in people if len(p) >= scoring.needed]
    complete = np.array([p for p in people if len(p) == scoring.items]).reshape(-1, scoring.items)
    assert found.n[unit, place] == len(exact)
    assert found.sums[unit, place] == sum(exact)
    assert found.squares[unit, place] == sum(score**2 for score in exact)
    assert found.complete[unit, place] == len(complete)
    assert (found.item_sums[unit, scoring.columns] == complete.sum(axis=0)).all()
    assert found.item_squares[unit, place] == (complete**2).sum()
    assert found.totals[unit, place] == complete.sum()
    assert found.total_squares[unit, place] == (complete.sum(axis=1) ** 2).sum()


@given(any_responses(), st.lists(st.integers(0, 60), max_size=3))
def test_chunks_add_up_to_bit_identical_sums(answers: Responses, cuts: list[int]) -> None:
    bounds = [0, *sorted(min(cut, len(answers)) for cut in cuts), len(answers)]
    chunks = [part(answers, slice(a, b)) for a, b in pairwise(bounds)]
    total = moments(chunks[0])
    for chunk in chunks[1:]:
        total = total + moments(chunk)
    assert same(total, moments(answers))


@given(any_responses(), st.randoms(use_true_random=False))
def test_the_order_of_respondents_changes_nothing(answers: Responses, random: Random) -> None:
    order = list(range(len(answers)))
    random.shuffle(order)
    assert same(moments(part(answers, np.array(order, dtype=int))), moments(answers))


@given(any_responses())
def test_every_respondent_twice_doubles_every_sum(answers: Responses) -> None:
    twice = part(answers, np.repeat(np.arange(len(answers)), 2))
    once = moments(answers)
    assert same(moments(twice), once + once)


def test_units_above_255_people_and_many_blocks_are_counted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = reference_responses("bfi")
    in_one_block = moments(answers)
    assert in_one_block.respondents.tolist() == [2800]
    monkeypatch.setattr(answer_sums, "BLOCK", 100)
    assert same(moments(answers), in_one_block)
    blank = (answers.items == BLANK).sum(axis=0)
    assert (in_one_block.answers[0, in_one_block.codes.index(BLANK)] == blank).all()


def test_rows_that_lie_unit_by_unit_give_the_same_sums_as_shuffled_rows() -> None:
    answers = reference_responses("lq2002")
    shuffled = part(answers, np.random.default_rng(1).permutation(len(answers)))
    assert (np.diff(answers.unit) >= 0).all()
    assert same(moments(shuffled), moments(answers))


def test_a_survey_without_answers_has_zeros() -> None:
    nobody = moments(responses(survey(), []))
    assert nobody.respondents.tolist() == [0]
    assert not nobody.n.any()
    assert not nobody.answers.any()


def test_blank_not_applicable_and_not_asked_are_counted_apart() -> None:
    found = moments(responses(survey((3,)), [[BLANK, NOT_APPLICABLE, NOT_ASKED], [1, 2, 3]]))
    by_code = dict(zip(found.codes, found.answers[0].tolist(), strict=True))
    assert by_code[BLANK] == [1, 0, 0]
    assert by_code[NOT_APPLICABLE] == [0, 1, 0]
    assert NOT_ASKED not in by_code
    assert found.n.tolist() == [[1]]


def test_a_factor_with_twenty_items_keeps_its_precision() -> None:
    questionnaire = survey((20,), (0, 10))
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 11, (400, 20), dtype=np.uint8)
    codes[:200][rng.random((200, 20)) < 0.2] = BLANK
    answers = responses(questionnaire, codes.tolist())
    found = moments(answers)
    mean = found.sums[0, 0] / found.scorings[0].multiplier / found.n[0, 0]
    assert mean == pytest.approx(np.nanmean(person_scores(answers)), rel=1e-6)


@given(st.integers(1, 80), st.integers(1, 10))
def test_a_complete_sheet_is_exact_and_eight_million_squares_fit(items: int, maximum: int) -> None:
    multiplier = multiplier_of(items, maximum)
    assert multiplier % items == 0
    assert (multiplier * maximum) ** 2 * 8_000_000 < 2**63


@settings(max_examples=50)
@given(st.lists(st.integers(-1, 100), min_size=1, max_size=25), st.data())
def test_every_node_holds_itself_and_all_its_descendants(raw: list[int], data: st.DataObject) -> None:
    parents = np.array([min(parent, i - 1) for i, parent in enumerate(raw)], dtype=np.int32)
    place = np.array(data.draw(st.permutations(range(len(parents)))))
    mixed = np.full(len(parents), -1, dtype=np.int32)  # node i of `parents` stands at place[i]
    mixed[place] = np.where(parents >= 0, place[parents], -1)
    rng = np.random.default_rng(len(raw))
    codes = rng.integers(1, 6, (200, 5))
    unit = rng.integers(0, len(parents), 200)
    flat = moments(
        Responses(
            survey(), codes.astype(np.uint8), unit.astype(np.int32), tuple(map(str, range(len(parents))))
        )
    )
    nodes = up_the_tree(flat, mixed)
    for node in range(len(parents)):
        inside = [i for i in range(len(parents)) if node in ancestors(i, mixed)]
        into = np.where(np.isin(np.arange(len(parents)), inside), 0, -1)
        assert same(nodes.of(slice(node, node + 1)), regrouped(flat, into, 1))


def ancestors(node: int, parents: np.ndarray) -> set[int]:
    found = set()
    while node >= 0:
        found.add(node)
        node = int(parents[node])
    return found


def test_a_tree_of_one_level_stays_as_it_is() -> None:
    flat = moments(reference_responses("lq2002"))
    assert same(up_the_tree(flat, np.full(49, -1)), flat)


def test_parents_in_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        depths(np.array([1, 0]))


def test_merged_units_pool_their_predecessors() -> None:
    answers = reference_responses("lq2002")
    merged = regrouped(moments(answers), np.array([0, 0, *[-1] * 47]), 1)
    both = part(answers, np.flatnonzero(answers.unit < 2))
    together = moments(
        Responses(both.questionnaire, both.items, np.zeros(len(both), dtype=np.int32), ("ny",))
    )
    assert same(merged, together)


def test_moments_of_different_surveys_are_not_added() -> None:
    with pytest.raises(ValueError, match="cannot be added"):
        moments(responses(survey(), [])) + moments(responses(survey((4,)), []))
