"""A whole survey: units, breakdowns and earlier releases under one mask."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import Breach, Respondents, attack, protect_survey, protect_tree
from analysis.disclosure.nested import attack_nested, nesting
from tests.analysis.brute_force import is_safe
from tests.analysis.disclosure_cases import Case, K, case


def people(data: Case, column: str = "path") -> tuple[list[str], np.ndarray, Respondents]:
    """The case's people one by one, with everyone in an atom scoring its mean."""
    names, parents, _ = data.tree()
    unit = np.repeat([names.index(row[column].removesuffix("/*")) for row in data.rows], data.sizes)
    scores = np.repeat(data.sums / np.maximum(data.sizes, 1), data.sizes)[:, None]
    return names, parents, Respondents(unit.astype(np.int32), np.ones((len(unit), 1), dtype=bool), scores)


def codes(data: Case, column: str) -> np.ndarray:
    values = sorted({row[column] for row in data.rows})
    return np.repeat([values.index(row[column]) for row in data.rows], data.sizes).astype(np.int32)


def test_units_breakdowns_and_rest_blocks_come_in_one_result() -> None:
    data = case("09")
    names, parents, respondents = people(data)
    result = protect_survey(parents, respondents, K, breakdowns={"unit_type": codes(data, "unit_type")})
    hidden = {names[i] for i in np.flatnonzero(result.units.secondary)}
    assert hidden == {"M/A/u2", "M/B/v3"}
    assert [(c.breakdown, c.category, c.status, int(c.n[0])) for c in result.categories] == [
        ("unit_type", 0, "shown", 11),
        ("unit_type", 1, "shown", 19),
        ("unit_type", 2, "shown", 26),
    ]
    assert [(names[block.anchor], block.n) for block in result.units.blocks] == [("M/A", 9), ("M/B", 12)]


def test_the_top_is_kept_and_the_breakdown_hidden_instead() -> None:
    data = case("11")
    _, parents, respondents = people(data)
    result = protect_survey(parents, respondents, K, breakdowns={"gender": codes(data, "gender")})
    assert {category.reason for category in result.categories} == {"protecting"}
    assert result.units.shown.all()


def test_hidden_units_that_all_answered_alike_get_company() -> None:
    names, parents, respondents = people(case("12"))
    result = protect_survey(parents, respondents, K)
    assert [names[i] for i in np.flatnonzero(result.units.secondary)] == ["M/D"]


def test_people_placed_directly_on_a_node_count_as_a_group() -> None:
    """Four directly on the top lie within 0.9 of each other's reach, the hidden three beside them within 1.2."""
    parents = np.array([-1, 0, 0, 0], np.int32)
    unit = np.repeat([0, 1, 2, 3], [4, 3, 12, 9]).astype(np.int32)
    scores = np.where(unit < 2, 4.5, 3.0)[:, None]
    respondents = Respondents(unit, np.ones((len(unit), 1), dtype=bool), scores)
    assert protect_survey(parents, respondents, 5, width=0.85).units.shown.tolist() == [
        True,
        False,
        True,
        True,
    ]
    assert protect_survey(parents, respondents, 5, width=1.0).units.reason[3] == "protecting"


def test_a_unit_of_one_paired_with_four_gets_company() -> None:
    data = case("13")
    names, parents, respondents = people(data)
    blind = Respondents(respondents.unit, respondents.answered)
    result = protect_survey(
        parents, blind, K, breakdowns={"half": np.arange(len(blind.unit), dtype=np.int32) % 2}
    )
    assert names.index("M/D") in np.flatnonzero(result.units.secondary)


def test_the_municipality_stays_shown_even_where_hiding_it_would_cost_least() -> None:
    parents = np.array([-1, 0, 1, 2, 0], np.int32)
    unit = np.repeat([3, 4], [20, 2]).astype(np.int32)
    result = protect_survey(parents, Respondents(unit, np.ones((22, 1), dtype=bool)), 5)
    assert result.units.shown.tolist() == [True, False, False, False, False]


def test_of_two_equal_choices_the_unit_shown_last_time_stays() -> None:
    parents = np.array([-1, 0, 0, 0], np.int32)
    unit = np.repeat([1, 2, 3], [3, 8, 8]).astype(np.int32)
    respondents = Respondents(unit, np.ones((19, 1), dtype=bool))
    for kept in (2, 3):
        assert protect_survey(parents, respondents, 5, keep=np.arange(4) == kept).units.shown[kept]


def test_what_stands_where_nobody_answered_does_not_matter() -> None:
    _, parents, respondents = people(case("12"))
    assert respondents.scores is not None
    answered = respondents.answered.copy()
    answered[20] = False
    missing = np.where(answered, respondents.scores, np.nan)
    filled = np.where(answered, respondents.scores, 99.0)
    first, second = (
        protect_survey(parents, Respondents(respondents.unit, answered, scores), K).units.shown.tolist()
        for scores in (missing, filled)
    )
    assert first == second


def test_a_correction_with_a_late_answer_cannot_be_subtracted() -> None:
    """First 20 people were released; now one more has answered in the same unit."""
    parents = np.array([-1, 0, 0], np.int32)
    unit = np.repeat([1, 2], [21, 30]).astype(np.int32)
    respondents = Respondents(unit, np.ones((51, 1), dtype=bool))
    before = [np.arange(20), np.arange(21, 51)]
    result = protect_survey(parents, respondents, 5, released=before)
    assert result.units.status == ("hidden", "hidden", "shown")
    assert result.given_away == ()


def test_those_who_left_a_background_question_blank_are_protected_too() -> None:
    parents = np.array([-1], np.int32)
    respondents = Respondents(np.zeros(33, np.int32), np.ones((33, 1), dtype=bool))
    gender = np.repeat([0, 1, -1], [20, 10, 3]).astype(np.int32)
    result = protect_survey(parents, respondents, 5, breakdowns={"gender": gender})
    assert [category.status for category in result.categories] == ["shown", "hidden"]


def test_a_tree_alone_gives_the_tree_rules_optimum() -> None:
    for number in ("01", "02", "03", "04", "05", "06", "08"):
        _, parents, respondents = people(case(number))
        blind = Respondents(respondents.unit, respondents.answered)
        expected = protect_tree(parents, case(number).tree()[2], K)
        found = protect_survey(parents, blind, K).units
        assert found.n[found.secondary].sum() == expected.n[expected.secondary].sum()
        assert found.reason.count("small") == expected.reason.count("small")


@st.composite
def surveys(draw: st.DrawFn) -> tuple[np.ndarray, Respondents, dict[str, np.ndarray]]:
    nodes = draw(st.integers(1, 5))
    parents = [-1] + [draw(st.integers(0, i - 1)) for i in range(1, nodes)]
    cells = [(n, s, draw(st.sampled_from([0, 0, 1, 2, 4, 7]))) for n in range(nodes) for s in (0, 1)][:9]
    unit = np.repeat([cell[0] for cell in cells], [cell[2] for cell in cells]).astype(np.int32)
    gender = np.repeat([cell[1] for cell in cells], [cell[2] for cell in cells]).astype(np.int32)
    return (
        np.array(parents, np.int32),
        Respondents(unit, np.ones((len(unit), 1), dtype=bool)),
        {"gender": gender},
    )


@settings(max_examples=80)
@given(surveys(), st.integers(2, 5))
def test_no_attacker_finds_a_small_group_in_a_whole_survey(
    survey: tuple[np.ndarray, Respondents, dict[str, np.ndarray]], k: int
) -> None:
    parents, respondents, breakdowns = survey
    result = protect_survey(parents, respondents, k, breakdowns=breakdowns)
    cells, sizes = np.unique(
        np.column_stack([respondents.unit, breakdowns["gender"]]), axis=0, return_counts=True
    )
    published = []
    for node in np.flatnonzero(result.units.shown):
        below = {int(node)}
        for child in range(len(parents)):
            if parents[child] in below:
                below.add(child)
        published.append(frozenset(np.flatnonzero(np.isin(cells[:, 0], list(below))).tolist()))
    published += [
        frozenset(np.flatnonzero(cells[:, 1] == category.category).tolist())
        for category in result.categories
        if category.status == "shown"
    ]
    assert is_safe(published, sizes.tolist(), k)


@st.composite
def nested_figures(draw: st.DrawFn) -> tuple[list[frozenset[int]], np.ndarray]:
    atoms = draw(st.integers(1, 7))
    figures = [frozenset(range(atoms))]
    for _ in range(draw(st.integers(0, 5))):
        outer = sorted(draw(st.sampled_from(figures)))
        start = draw(st.integers(0, len(outer) - 1))
        part = frozenset(outer[start : draw(st.integers(start + 1, len(outer)))])
        if all(part <= f or f <= part or not part & f for f in figures) and part not in figures:
            figures.append(part)
    sizes = draw(st.lists(st.sampled_from([0, 1, 1, 2, 3, 5]), min_size=atoms, max_size=atoms))
    return figures, np.array(sizes)


@settings(max_examples=150)
@given(nested_figures(), st.integers(2, 5))
def test_the_short_way_for_nested_figures_agrees_with_the_exact_attacker(
    data: tuple[list[frozenset[int]], np.ndarray], k: int
) -> None:
    figures, sizes = data
    around = nesting(figures, len(sizes))
    assert around is not None

    def seen(breaches: list[Breach]) -> list[tuple[tuple[int, ...], int]]:
        return sorted((breach.members, breach.n) for breach in breaches if breach.insider is None)

    lone = sizes == 1
    short = attack_nested(figures, around, sizes[:, None], k, lone)
    exact = attack(figures, sizes, k, one_person=lone)
    assert seen(short) == seen(list(exact))
    assert bool(short) == bool(exact)


def test_overlapping_figures_are_not_nested() -> None:
    assert nesting([{0, 1}, {1, 2}], 3) is None
    assert nesting([{0, 1, 2}, {1, 2}, {0}], 3) == [-1, 0, 0]
