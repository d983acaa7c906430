"""A respondent meets the pages that earlier answers lead to, and delivers only what was asked on that way."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.answers import asked_keys, for_delivery, read_page, sheet_is_complete
from questionnaires.codes import NOT_APPLICABLE, NOT_ASKED, WIDE_NOT_APPLICABLE, WIDE_NOT_ASKED
from questionnaires.coding import closed_keys, decode, places
from questionnaires.kinds import handler_of
from questionnaires.loading import available, load
from questionnaires.model import Audience, Condition, Questionnaire
from questionnaires.routing import holds, relevant, relevant_comments, route

AUDIENCES: tuple[Audience, ...] = ("all", "leaders", "staff")
LIBRARY = {"used.library": 1, "used.pool": 0}
POOL = {"used.library": 0, "used.pool": 1}

unhurried = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def numbers(
    questionnaire: Questionnaire, answers: Mapping[str, int], audience: Audience = "all"
) -> list[int]:
    return [page.number for page in route(questionnaire, audience, answers)]


def test_pages_are_numbered_by_their_place(routed: Questionnaire) -> None:
    assert [page.number for page in routed.pages] == [1, 2, 3, 4, 5, 6, 7]


def test_without_conditions_the_way_is_every_page_of_the_audience(full: Questionnaire) -> None:
    for audience in AUDIENCES:
        assert route(full, audience, {"LEAD01": 3}) == full.pages_for(audience)
        assert relevant(full, audience, {}) == asked_keys(full, audience)


def test_a_page_is_met_only_after_the_answer_it_waits_for(routed: Questionnaire) -> None:
    assert numbers(routed, {}) == [1, 3, 5]
    assert numbers(routed, LIBRARY) == [1, 2, 3, 5]
    assert numbers(routed, POOL) == [1, 3, 5]
    assert numbers(routed, LIBRARY | {"LIB01": 1}) == [1, 2, 3, 4, 5]
    assert numbers(routed, LIBRARY | {"LIB01": NOT_APPLICABLE}) == [1, 2, 3, 4, 5]
    assert numbers(routed, LIBRARY | {"LIB01": 0}) == [1, 2, 3, 5]


def test_each_audience_has_its_own_way(routed: Questionnaire) -> None:
    assert numbers(routed, LIBRARY | {"LIB01": 1}, "leaders") == [1, 2, 3, 5]
    assert numbers(routed, LIBRARY | {"LIB01": 1}, "staff") == [1, 2, 3, 4, 5]


def test_a_question_is_left_out_of_its_page(routed: Questionnaire) -> None:
    third = {page.number: page for page in route(routed, "all", POOL)}[3]
    assert [question.key for question in third.asked] == ["latest", "moved", "bus"]
    third = {page.number: page for page in route(routed, "all", LIBRARY)}[3]
    assert [question.key for question in third.asked] == ["moved", "bus"]
    assert read_page(routed, third, {"latest.month": "1", "moved": "2000"}).coded == {"moved": 2000}


def test_a_page_whose_questions_are_all_left_out_is_left_out(routed: Questionnaire) -> None:
    assert 6 not in numbers(routed, {"bus": 0})
    assert 6 in numbers(routed, {"bus": 0, "tell": 1})
    assert 6 in numbers(routed, {"bus": 0, "age": 0})


def test_an_answer_to_what_is_no_longer_asked_opens_nothing(routed: Questionnaire) -> None:
    """The library page is gone, so its answer cannot lead to page 4."""
    assert numbers(routed, POOL | {"LIB01": 1}) == [1, 3, 5]


def test_a_comment_follows_its_condition(routed: Questionnaire) -> None:
    assert relevant_comments(routed, "all", {}) == set()
    assert relevant_comments(routed, "all", {"moved": 2000}) == {"more"}
    assert relevant_comments(routed, "all", {"bus": 0, "tell": 2}) == {"why"}
    assert relevant_comments(routed, "all", {"bus": 1, "tell": 2}) == set()


@pytest.mark.parametrize(
    ("condition", "answer", "expected"),
    [
        (Condition("used", any_of=frozenset({"pool"})), POOL, True),
        (Condition("used", any_of=frozenset({"pool"})), {"used.library": 1, "used.pool": 1}, True),
        (Condition("used", any_of=frozenset({"none"})), {"used.library": 0, "used.pool": 0}, True),
        (Condition("used", any_of=frozenset({"pool"})), {}, False),
        (Condition("used", none_of=frozenset({"pool"})), LIBRARY, True),
        (Condition("used", none_of=frozenset({"pool"})), {"used.library": 1, "used.pool": 1}, False),
        (Condition("used", none_of=frozenset({"pool"})), {}, False),
        (Condition("used", answered=True), {"used.library": 0, "used.pool": 0}, True),
        (Condition("used", answered=True), {}, False),
        (Condition("used", answered=False), {}, True),
        (Condition("visits", any_of=frozenset({"12"})), {"visits": 12}, True),
        (Condition("visits", any_of=frozenset({"na"})), {"visits": WIDE_NOT_APPLICABLE}, True),
        (Condition("latest", any_of=frozenset({"2024-03"})), {"latest": 24290}, True),
        (Condition("LIB01", none_of=frozenset({"na"})), {"LIB01": 0}, True),
        (Condition("bus", any_of=frozenset({"never"})), {"bus": 1}, True),
    ],
)
def test_a_condition_reads_every_kind_of_answer(
    routed: Questionnaire, condition: Condition, answer: dict[str, int], expected: bool
) -> None:
    assert holds(condition, routed.question_of[condition.question], answer) is expected


def test_an_answer_whose_question_became_irrelevant_is_dropped_at_delivery(routed: Questionnaire) -> None:
    """Answered the library page, went back, and said the library was not used after all."""
    answers = LIBRARY | {"LIB01": 1, "LIB02": 0, "visits": 12, "ALL01": 1, "moved": 2000, "bus": 1}
    changed = answers | POOL
    delivery = for_delivery(routed, "staff", changed, {"more": "Takk.", "why": "Fordi."})
    assert delivery.coded == POOL | {"moved": 2000, "bus": 1}
    assert delivery.comments == {"more": "Takk."}
    row = decode(routed, delivery.row)
    assert {row[key] for key in ("LIB01", "LIB02", "LIB03", "ALL01")} == {NOT_ASKED}
    assert row["visits"] == WIDE_NOT_ASKED
    assert row["used.pool"] == 1


def test_what_is_still_relevant_is_delivered_whole(routed: Questionnaire) -> None:
    answers = LIBRARY | {"LIB01": 1, "visits": 12, "moved": 2000}
    delivery = for_delivery(routed, "all", answers)
    assert delivery.coded == answers
    assert delivery.asked == relevant(routed, "all", answers)


def test_a_key_the_questionnaire_does_not_know_is_not_delivered(routed: Questionnaire) -> None:
    assert for_delivery(routed, "all", {"x": 1}, {"y": "z"}).coded == {}


def test_a_sheet_is_complete_without_what_is_not_on_the_way(routed: Questionnaire) -> None:
    answers = {"used.library": 0, "used.pool": 0, "moved": 2000, "bus": 1, "age": 1}
    assert sheet_is_complete(routed, "leaders", answers)
    assert not sheet_is_complete(routed, "leaders", answers | LIBRARY)


def any_answers(questionnaire: Questionnaire) -> st.SearchStrategy[dict[str, int]]:
    """Some answers to some questions, on any page, as a draft may hold them after much going back and forth."""
    codes = {
        place.key: [
            code
            for code in (*range(12), 2000, 24290, NOT_APPLICABLE, WIDE_NOT_APPLICABLE)
            if handler_of(place.question).allows(place.question, code)
        ]
        for place in places(questionnaire)
    }
    some = st.sets(st.sampled_from(sorted(codes)))
    return some.flatmap(
        lambda keys: st.fixed_dictionaries({key: st.sampled_from(codes[key]) for key in sorted(keys)})
    )


ROUTED = [path for path in available() if any(page.when for page in load(path).pages)]


def test_an_instrument_of_ours_has_routes() -> None:
    assert ROUTED


@unhurried
@given(data=st.data())
def test_nothing_relevant_refers_to_something_irrelevant(routed: Questionnaire, data: st.DataObject) -> None:
    questionnaire = data.draw(st.sampled_from([routed, *map(load, ROUTED)]))
    audience = data.draw(st.sampled_from(AUDIENCES))
    answers = data.draw(any_answers(questionnaire))
    asked = relevant(questionnaire, audience, answers)
    assert asked <= asked_keys(questionnaire, audience) <= set(closed_keys(questionnaire))
    for page in route(questionnaire, audience, answers):
        for condition in filter(None, [page.when, *(question.when for question in page.asked)]):
            question = questionnaire.question_of[condition.question]
            assert set(handler_of(question).closed_keys(question)) <= asked
            assert holds(condition, question, answers)


@unhurried
@given(data=st.data())
def test_delivery_changes_neither_the_way_nor_a_relevant_answer(
    routed: Questionnaire, data: st.DataObject
) -> None:
    audience = data.draw(st.sampled_from(AUDIENCES))
    answers = data.draw(any_answers(routed))
    delivery = for_delivery(routed, audience, answers)
    assert route(routed, audience, delivery.coded) == route(routed, audience, answers)
    assert delivery.coded == {key: code for key, code in answers.items() if key in delivery.asked}
    assert for_delivery(routed, audience, delivery.coded) == delivery


@unhurried
@given(data=st.data())
def test_the_way_up_to_a_page_depends_on_the_pages_before_it_only(
    routed: Questionnaire, data: st.DataObject
) -> None:
    """So a respondent who answers a page never sees the pages already passed change."""
    answers = data.draw(any_answers(routed))
    later = data.draw(any_answers(routed))
    way = route(routed, "all", answers)
    here = data.draw(st.sampled_from(way))
    before = {
        key
        for page in routed.pages
        if page.number < here.number
        for question in page.asked
        for key in handler_of(question).closed_keys(question)
    }
    changed = {key: code for key, code in later.items() if key not in before} | {
        key: code for key, code in answers.items() if key in before
    }
    again = route(routed, "all", changed)
    assert [page for page in way if page.number <= here.number] == [
        page for page in again if page.number <= here.number
    ]
