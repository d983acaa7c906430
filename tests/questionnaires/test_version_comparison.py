"""Two versions side by side: every change is named, and only declared trend lines on the same scale survive."""

from collections.abc import Callable

import pytest

from questionnaires.comparison import SeriesContinuity, WordingChange, compare, declared_comparable
from questionnaires.loading import parse
from questionnaires.model import Questionnaire

Edit = Callable[..., bytes]

FIRST = ("version: 2\nkind", "version: 1\nkind")


@pytest.fixture
def first(edited: Edit) -> Questionnaire:
    """The full example's version 1: LEAD02 worded otherwise, ROLE03 not there, FUN instead of SPAN."""
    source = edited(
        FIRST,
        ("nb: Lederen min er tydelig.", "nb: Lederen min sier fra."),
        ("      - {key: ROLE03, text: {nb: Jeg vet hvem som bestemmer., en: I know who decides.}}\n", ""),
        ("  SPAN:\n", "  FUN:\n"),
        ("[SPAN]", "[FUN]"),
        ("key: SPAN01", "key: FUN01"),
        ("key: SPAN02", "key: FUN02"),
        ("key: SPAN03", "key: FUN03"),
    )
    return parse(source, "v1.yaml")


def test_a_changed_wording_is_named_with_its_languages(first: Questionnaire, full: Questionnaire) -> None:
    lead = compare(first, full).factors[0]
    changed = [(item.key, item.change, item.languages) for item in lead.items]
    assert changed == [
        ("LEAD01", WordingChange.UNCHANGED, ()),
        ("LEAD02", WordingChange.REWORDED, ("nb",)),
        ("LEAD03", WordingChange.UNCHANGED, ()),
    ]
    assert lead.change is WordingChange.REWORDED


def test_added_and_removed_statements_are_told_apart(first: Questionnaire, full: Questionnaire) -> None:
    forwards = {item.key: item.change for factor in compare(first, full).factors for item in factor.items}
    backwards = {item.key: item.change for factor in compare(full, first).factors for item in factor.items}
    assert (forwards["ROLE03"], backwards["ROLE03"]) == (WordingChange.ADDED, WordingChange.REMOVED)


def test_only_declared_factors_keep_their_line(first: Questionnaire, full: Questionnaire) -> None:
    comparison = compare(first, full)
    assert {factor.key: factor.trend for factor in comparison.factors} == {
        "LEAD": SeriesContinuity.SURVIVES,
        "ROLE": SeriesContinuity.SURVIVES,
        "SPAN": SeriesContinuity.NEW,
        "FUN": SeriesContinuity.ENDED,
    }
    assert comparison.surviving == ("LEAD", "ROLE")
    assert [factor.change for factor in comparison.factors[2:]] == [
        WordingChange.ADDED,
        WordingChange.REMOVED,
    ]


def test_a_line_that_goes_on_past_a_change_deserves_a_look(first: Questionnaire, full: Questionnaire) -> None:
    looks = {factor.key: factor.deserves_a_look for factor in compare(first, full).factors}
    assert looks == {"LEAD": True, "ROLE": True, "SPAN": False, "FUN": False}


def test_without_a_declaration_no_line_survives_even_unchanged(edited: Edit) -> None:
    earlier = parse(edited(FIRST), "v1.yaml")
    later = parse(edited(("factors: [LEAD, ROLE]}", "factors: [ROLE]}")), "v2.yaml")
    comparison = compare(earlier, later)
    assert {factor.key: factor.trend for factor in comparison.factors} == {
        "LEAD": SeriesContinuity.NOT_DECLARED,
        "ROLE": SeriesContinuity.SURVIVES,
        "SPAN": SeriesContinuity.NOT_DECLARED,
    }
    assert {factor.change for factor in comparison.factors} == {WordingChange.UNCHANGED}


def test_another_scale_ends_the_line_whatever_is_declared(edited: Edit, full: Questionnaire) -> None:
    source = edited(FIRST, ("      3: {nb: Alltid, en: Always}\n", ""))
    factors = {factor.key: factor for factor in compare(parse(source, "v1.yaml"), full).factors}
    assert factors["ROLE"].trend is SeriesContinuity.SCALE_DIFFERS
    assert factors["ROLE"].change is WordingChange.REWORDED
    assert factors["LEAD"].trend is SeriesContinuity.SURVIVES


def test_other_words_on_the_same_scale_are_a_change_to_look_at(edited: Edit, full: Questionnaire) -> None:
    source = edited(FIRST, ("nb: Alltid", "nb: Hele tiden"))
    role = {factor.key: factor for factor in compare(parse(source, "v1.yaml"), full).factors}["ROLE"]
    assert (role.trend, role.labels_differ, role.deserves_a_look) == (SeriesContinuity.SURVIVES, True, True)


def test_a_statement_turned_the_other_way_is_a_change(edited: Edit, full: Questionnaire) -> None:
    source = edited(FIRST, ("        reversed: true\n        reason: Breaks the habit of agreeing.\n", ""))
    items = {item.key: item for item in compare(parse(source, "v1.yaml"), full).factors[0].items}
    assert (items["LEAD03"].change, items["LEAD03"].answers_differ) == (WordingChange.REWORDED, True)


def test_questions_outside_the_factors_are_compared_too(edited: Edit, full: Questionnaire) -> None:
    source = edited(
        FIRST,
        ("nb: Hva er bra?", "nb: Hva liker du?"),
        ("      5: {nb: Fem år eller mer", "      6: {nb: Fem år eller mer"),
        ("key: bedre", "key: annet"),
    )
    comparison = compare(parse(source, "v1.yaml"), full)
    assert {one.key: (one.change, one.answers_differ) for one in comparison.questions} == {
        "lederansvar": (WordingChange.UNCHANGED, False),
        "ansiennitet": (WordingChange.REWORDED, True),
        "bedre": (WordingChange.ADDED, False),
        "bra": (WordingChange.REWORDED, False),
        "annet": (WordingChange.REMOVED, False),
    }


def test_a_language_only_one_of_them_has_is_no_change(minimal: Questionnaire, routed: Questionnaire) -> None:
    comparison = compare(routed, minimal)
    assert comparison.surviving == ()
    assert all(not item.languages for factor in comparison.factors for item in factor.items)


def test_a_version_is_comparable_with_itself(full: Questionnaire) -> None:
    comparison = compare(full, full)
    assert comparison.surviving == ("LEAD", "ROLE", "SPAN")
    assert {factor.change for factor in comparison.factors} == {WordingChange.UNCHANGED}
    assert declared_comparable(full, "full-example", 7) == set()
