"""The exact attacker finds every way to a small group, and proves its findings."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import Breach, Respondents, SurveyProtection, attack, combinations, protect_survey
from tests.analysis.brute_force import derivable_groups, weighted_groups
from tests.analysis.disclosure_cases import K, case

Release = tuple[list[frozenset[int]], list[int], int]


@st.composite
def releases(draw: st.DrawFn) -> Release:
    """(published figures, atom sizes, k): any figures, not only trees."""
    sizes = draw(st.lists(st.sampled_from([1, 1, 1, 2, 2, 3, 4, 6, 20]), min_size=1, max_size=9))
    atoms = st.frozensets(st.integers(0, len(sizes) - 1), min_size=1)
    return draw(st.lists(atoms, max_size=8)), sizes, draw(st.integers(2, 6))


def minimal(groups: set[frozenset[int]]) -> set[frozenset[int]]:
    return {group for group in groups if not any(other < group for other in groups)}


def proven(breach: Breach, published: list[frozenset[int]]) -> dict[int, Fraction]:
    """What the breach's combination of figures gives per atom."""
    total: dict[int, Fraction] = {}
    for figure, coefficient in breach.figures:
        for atom in published[figure]:
            total[atom] = total.get(atom, Fraction(0)) + coefficient
    return {atom: value for atom, value in total.items() if value}


@settings(max_examples=200)
@given(releases())
def test_it_finds_a_breach_exactly_when_trying_every_group_does(release: Release) -> None:
    """Whatever the weights: a rank test of every set of fewer than k people says the same."""
    published, sizes, k = release
    everything = weighted_groups(published, sizes, k)
    found = {frozenset(breach.members) for breach in attack(published, np.array(sizes), k)}
    assert found <= everything
    assert bool(found) == bool(everything)
    unweighted = derivable_groups(published, sizes, k)
    assert all(any(group & other for group in found) for other in unweighted)


@settings(max_examples=200)
@given(releases())
def test_each_breach_comes_with_the_combination_that_gives_it(release: Release) -> None:
    published, sizes, k = release
    unweighted = derivable_groups(published, sizes, k)
    for breach in attack(published, np.array(sizes), k):
        weights = {atom: value for atom, value in proven(breach, published).items() if sizes[atom]}
        assert set(weights) == set(breach.members)
        assert 0 < breach.n == sum(sizes[atom] for atom in breach.members) < k
        if frozenset(breach.members) in unweighted:
            assert len(set(weights.values())) == 1


@settings(max_examples=100)
@given(releases())
def test_it_finds_what_a_unit_of_one_person_can_work_out(release: Release) -> None:
    published, sizes, k = release
    lone = [atom for atom, n in enumerate(sizes) if n == 1]
    outside = weighted_groups(published, sizes, k)
    inside = {atom: weighted_groups(published, sizes, k, atom) for atom in lone}
    breaches = attack(published, np.array(sizes), k, one_person=np.array(sizes) == 1)
    assert bool(breaches) == bool(outside or any(inside.values()))
    for breach in breaches:
        if breach.insider is not None:
            assert frozenset(breach.members) in inside[breach.insider]
            assert {
                atom for atom in proven(breach, published) if atom != breach.insider and sizes[atom]
            } == set(breach.members)


def test_a_sum_of_few_people_with_other_weights_is_found() -> None:
    """Three people: twice the first and the second less the third. No sum of any of the three follows."""
    published = [frozenset({0, 1, 3}), frozenset({0, 4}), frozenset({2, 3, 4})]
    sizes = np.array([1, 1, 1, 9, 9])
    assert not derivable_groups(published, sizes.tolist(), 4)
    (breach,) = attack(published, sizes, 4)
    assert (breach.members, breach.n) == ((0, 1, 2), 3)
    weights = proven(breach, published)
    assert {atom: weights[atom] / weights[1] for atom in weights} == {0: 2, 1: 1, 2: -1}


def test_two_hidden_siblings_together_fewer_than_k_are_found() -> None:
    data = case("03")
    nodes = data.under("path")
    (breach,) = attack([nodes["M"], nodes["M/A"]], data.sizes, K)
    assert breach.members == (1, 2)
    assert dict(breach.figures) == {0: 1, 1: -1}


def test_men_in_the_municipality_minus_an_all_male_unit_is_found() -> None:
    data = case("11")
    published = [*data.under("path").values(), *data.by("gender").values()]
    assert attack(published, data.sizes, K)[0].members == (1, 3)


def test_a_group_that_needs_several_overlapping_tables_is_found() -> None:
    """Half of three overlapping pairs' sum, minus one pair: a combination with fractions."""
    published = [{0, 1}, {1, 2}, {0, 2}]
    assert [breach.members for breach in attack(published, np.array([4, 4, 4]), K)] == [(0,), (1,), (2,)]


def test_an_atom_without_people_neither_leaks_nor_protects() -> None:
    assert attack([{0, 1}, {2}], np.array([0, 4, 9]), K)[0].members == (1,)
    assert attack([{0}], np.array([0]), K) == ()


def test_a_group_is_found_that_only_shows_when_rows_are_added_to_take_people_out() -> None:
    published, sizes = [{0, 2, 3}, {1, 3}], np.array([2, 3, 2, 2])
    assert [breach.members for breach in attack(published, sizes, 6)] == [(1, 3)]


def test_a_unit_of_one_between_other_units_of_one_uses_his_own_answer() -> None:
    """He is in {0, 3} and knows himself, so he knows 0, and with 0 the other two of {0, 1, 2}."""
    sizes = np.array([4, 1, 1, 1])
    (breach,) = attack([{0, 1, 2}, {0, 3}], sizes, 3, one_person=sizes == 1)
    assert (breach.members, breach.insider) == ((1, 2), 3)


def test_figures_too_entangled_to_search_count_as_unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows that share a person: three sets to try, and none of them is of few people."""
    published, sizes = [frozenset({0, 1}), frozenset({1, 2})], np.array([3, 3, 3])
    assert attack(published, sizes, 6) == ()
    monkeypatch.setattr(combinations, "_MOST_SETS", 1)
    (breach,) = attack(published, sizes, 6)
    assert breach.support <= {0, 1}


@pytest.mark.parametrize("seed", range(4))
def test_what_cannot_be_searched_is_hidden_until_it_can(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    rng = np.random.default_rng(seed)
    parents = np.array([-1, *[0] * 4, *rng.integers(1, 5, 14)], dtype=np.int32)
    unit = rng.integers(1, 19, 90).astype(np.int32)
    people = Respondents(unit, np.ones((90, 1), dtype=np.bool_), None)
    by = {
        "type": rng.integers(0, 4, 19)[unit].astype(np.int32),
        "sex": rng.integers(0, 2, 90).astype(np.int32),
    }
    complete = protect_survey(parents, people, K, breakdowns=by)
    monkeypatch.setattr(combinations, "_MOST_SETS", 1)
    cautious = protect_survey(parents, people, K, breakdowns=by)
    assert cautious.given_away == complete.given_away == ()
    assert hidden_people(cautious) > hidden_people(complete)


def hidden_people(found: SurveyProtection) -> int:
    categories = sum(int(each.n.sum()) for each in found.categories if each.status != "shown")
    return categories + int(found.units.n[~found.units.shown].sum())
