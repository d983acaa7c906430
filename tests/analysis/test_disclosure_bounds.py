"""How closely a hidden mean can be bounded: exact ranges, and hiding until they are wide enough."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import Answers, bounds, mean_ranges, narrow_groups, protect_figures, structure
from analysis.disclosure.bounds import Witnesses
from tests.analysis.brute_force import mean_range, ranges_of_means
from tests.analysis.disclosure_cases import K, case

SCALE = (1.0, 5.0)


@st.composite
def answered(draw: st.DrawFn) -> tuple[list[frozenset[int]], list[int], list[float]]:
    """(figures, atom sizes, sums of scores), the scores often near an end of the scale."""
    sizes = draw(st.lists(st.sampled_from([1, 2, 3, 4, 6, 12]), min_size=2, max_size=7))
    sums = [n * draw(st.sampled_from([1.0, 3.0, 4.0, 4.5, 4.75, 5.0])) for n in sizes]
    atoms = st.frozensets(st.integers(0, len(sizes) - 1), min_size=1)
    return [frozenset(range(len(sizes))), *draw(st.lists(atoms, max_size=6))], sizes, sums


def test_in_case_12_the_hidden_units_are_known_to_have_answered_five() -> None:
    data = case("12")
    published = [nodes for name, nodes in data.under("path").items() if name not in {"M/B", "M/C"}]
    for found in mean_ranges(published, data.sizes, [{1}, {2}], Answers(data.sums.astype(float), *SCALE)):
        assert (found.low, found.high) == pytest.approx((5, 5))


def test_two_hidden_siblings_bound_each_other_by_the_ends_of_the_scale() -> None:
    """B has 4 and C 3 people, together 20: C's sum is 3 to 15, so B's is 5 to 17."""
    (found,) = mean_ranges([{0, 1}], np.array([4, 3]), [{0}], Answers(np.array([12.0, 8.0]), *SCALE))
    assert (found.low, found.high) == pytest.approx((5 / 4, 17 / 4))
    assert found.support == {0}


def test_a_group_outside_everything_published_may_be_anything() -> None:
    (found,) = mean_ranges([{0}], np.array([9, 3]), [{1}], Answers(np.array([30.0, 9.0]), *SCALE))
    assert (found.low, found.high, found.support) == (1, 5, frozenset())


def test_the_permitted_width_follows_the_scale() -> None:
    assert Answers(np.zeros(1), 1, 5).least_width == 1.0
    assert Answers(np.zeros(1), 0, 10).least_width == 2.5
    assert Answers(np.zeros(1), 0, 10, width=2.0).least_width == 2.0


@settings(max_examples=40)
@given(answered())
def test_ranges_equal_the_plain_linear_programs(
    data: tuple[list[frozenset[int]], list[int], list[float]],
) -> None:
    published, sizes, sums = data
    groups = [frozenset({0}), frozenset({0, 1})]
    found = mean_ranges(published, np.array(sizes), groups, Answers(np.array(sums), *SCALE))
    every = ranges_of_means(published, sizes, sums, groups, SCALE)
    for interval, expected in zip(found, every, strict=True):
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=40)
@given(answered())
def test_what_is_called_narrow_is_narrow_and_proven_by_its_figures(
    data: tuple[list[frozenset[int]], list[int], list[float]],
) -> None:
    published, sizes, sums = data
    groups = [frozenset({atom}) for atom in range(len(sizes))]
    narrow = narrow_groups(published, np.array(sizes), groups, Answers(np.array(sums), *SCALE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "_PROBES", 0)
        assert narrow == narrow_groups(published, np.array(sizes), groups, Answers(np.array(sums), *SCALE))
    widths = np.ravel(np.diff(ranges_of_means(published, sizes, sums, groups, SCALE)))
    close = {group for group, width in zip(groups, widths, strict=True) if width < 1 - 1e-6}
    assert {frozenset(found.members) for found in narrow} == close
    for found in narrow:
        proof = [published[figure] for figure in sorted(found.support)]
        low, high = mean_range(proof, sizes, sums, found.members, SCALE)
        assert high - low < 1


@settings(max_examples=30)
@given(answered())
def test_after_protection_no_small_figure_can_be_bounded_closely(
    data: tuple[list[frozenset[int]], list[int], list[float]],
) -> None:
    figures, sizes, sums = data
    figures += [frozenset({atom}) for atom in range(len(sizes))]
    result = protect_figures(figures, np.array(sizes), K, answers=Answers(np.array(sums), *SCALE))
    published = [figure for figure, yes in zip(figures, result.shown, strict=True) if yes]
    small = [figure for figure, why in zip(figures, result.reason, strict=True) if why == "small"]
    if small:
        assert (np.diff(ranges_of_means(published, sizes, sums, small, SCALE)) > 1 - 1e-5).all()


@settings(max_examples=80)
@given(answered(), st.integers(1, 3))
def test_the_way_by_nearby_people_gives_the_same_ranges(
    data: tuple[list[frozenset[int]], list[int], list[float]], short: int
) -> None:
    """Equations longer than `short` count as long, as breakdowns do in large organisations."""
    figures, sizes, sums = data
    groups = [{atom} for atom in range(len(sizes))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_SHORT", short)
        patch.setattr(structure, "_OTHERS", 1)
        patch.setattr(structure, "_OF_EACH", 1)
        found = mean_ranges(figures, np.array(sizes), groups, Answers(np.array(sums), *SCALE))
    every = ranges_of_means(figures, sizes, sums, groups, SCALE)
    for group, interval, expected in zip(groups, found, every, strict=True):
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-6)
        support = [figures[i] for i in sorted(interval.support)]
        if support != figures:
            assert mean_range(support, sizes, sums, group, SCALE) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("short", [1, 64])
def test_a_group_is_narrow_when_it_is_a_little_too_narrow_and_not_a_little_before(
    short: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The least width is put just above and just below true widths, while figures come out one by one."""
    if short == 1:  # every equation of two classes counts as a long one
        for name in ("_SHORT", "_OTHERS", "_OF_EACH"):
            monkeypatch.setattr(structure, name, 1)
    figures, sizes, sums = _linked(seed)
    groups = [{0}, {1}, {2, 3}, {4}, {0, 5}]
    known = Witnesses({})
    for number in (4, 6, 8):
        widths = np.ravel(np.diff(ranges_of_means(figures[:number], sizes, sums, groups, SCALE))).tolist()
        width = sorted(widths)[number // 3]
        for least, exact in (
            (width * 0.995, False),
            (width * 1.005 + 1e-3, False),
            (width * 1.005 + 1e-3, True),
        ):
            answers = Answers(np.array(sums), *SCALE, width=least)
            close = {frozenset(group) for group, w in zip(groups, widths, strict=True) if w < least - 1e-6}
            found = narrow_groups(figures[:number], np.array(sizes), groups, answers, known, exact=exact)
            assert {frozenset(one.members) for one in found} == close


def _linked(seed: int) -> tuple[list[frozenset[int]], list[int], list[float]]:
    """(figures, sizes, sums): a tree of two storeys and two groups across it, many near an end of the scale."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 9, 8)
    sums = np.round(sizes * rng.choice([1.0, 1.25, 2.0, 3.0, 4.5, 4.75, 5.0], 8))
    figures: list[set[int]] = [set(range(8)), {0, 1, 2}, {3, 4, 5}, {6, 7}, {0, 3, 6}, {1, 4, 7}, {6}, {2}]
    order = rng.permutation(len(figures)).tolist()
    return [frozenset(figures[place]) for place in order], sizes.tolist(), sums.tolist()


def test_figures_that_others_make_up_for_are_known() -> None:
    """K is A and B; A is a1 and a2, b1 is the only one shown in B. K, A, a1 and a2 follow from others."""
    tree = [{0, 1, 2, 3}, {0, 1}, {2, 3}, {0}, {1}, {2}]
    assert structure.sums_of_others(tree) == {0, 1, 2, 3, 4}
    assert structure.sums_of_others([{0, 1, 2}, {0}, {1}]) == frozenset()
    assert structure.sums_of_others([]) == frozenset()


def test_a_measure_nobody_in_the_group_answered_has_no_range() -> None:
    sizes = np.array([[9, 9], [3, 0], [4, 4]])
    sums = np.array([[30.0, 30.0], [9.0, 0.0], [12.0, 12.0]])
    found = mean_ranges([{0, 1, 2}, {0}], sizes, [{1}], Answers(sums, *SCALE))
    assert [interval.measure for interval in found] == [0]


def test_every_measure_is_looked_at() -> None:
    sizes = np.full((3, 2), [[20], [3], [3]])
    sums = np.array([[70.0, 70.0], [9.0, 15.0], [9.0, 15.0]])
    narrow = narrow_groups([{0, 1, 2}, {0}], sizes, [{1}], Answers(sums, *SCALE))
    assert [interval.measure for interval in narrow] == [1]


def test_answers_outside_the_scale_are_refused() -> None:
    with pytest.raises(ValueError, match="scale"):
        mean_ranges([{0, 1}], np.array([9, 3]), [{1}], Answers(np.array([60.0, 9.0]), *SCALE))
