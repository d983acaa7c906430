"""What a respondent sends becomes a code on the scale, a blank, or a named fault: nothing in between."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.answers import (
    LONGEST_COMMENT,
    AnswerFault,
    asked_keys,
    comment_text,
    read_page,
    sheet_is_complete,
)
from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED, closed_keys, decode, encode
from questionnaires.loading import parse
from questionnaires.model import Audience, Background, Page, Questionnaire, Scale

LEAD, ROLE, SPAN, BACKGROUND, COMMENTS = range(5)  # the pages of the full example


def test_a_page_is_read_into_codes(full: Questionnaire) -> None:
    answers = read_page(full, full.pages[LEAD], {"LEAD01": "5", "LEAD02": "na", "LEAD03": ""})
    assert answers.coded == {"LEAD01": 5, "LEAD02": NOT_APPLICABLE}
    assert answers.unanswered == ("LEAD03",)
    assert answers.faults == {}


def test_options_become_their_place(full: Questionnaire) -> None:
    answers = read_page(full, full.pages[BACKGROUND], {"lederansvar": "no"})
    assert answers.coded == {"lederansvar": 1}


def test_a_mixed_page_is_read_whole(full: Questionnaire) -> None:
    form = {"ROLE01": "0", "ROLE02": "3", "ansiennitet": "0-4", "bra": " Folk. "}
    answers = read_page(full, full.pages[ROLE], form)
    assert answers.coded == {"ROLE01": 0, "ROLE02": 3, "ansiennitet": 0}
    assert answers.comments == {"bra": "Folk."}
    assert answers.unanswered == ("ROLE03",)


@pytest.mark.parametrize(
    ("page", "key", "value", "fault"),
    [
        (LEAD, "LEAD01", "6", AnswerFault.VALUE_NOT_ON_SCALE),
        (LEAD, "LEAD01", "0", AnswerFault.VALUE_NOT_ON_SCALE),
        (LEAD, "LEAD01", "-1", AnswerFault.VALUE_NOT_ON_SCALE),
        (LEAD, "LEAD01", "05", AnswerFault.VALUE_NOT_ON_SCALE),
        (LEAD, "LEAD01", "4.0", AnswerFault.VALUE_NOT_ON_SCALE),
        (LEAD, "LEAD01", "٤", AnswerFault.VALUE_NOT_ON_SCALE),
        (LEAD, "LEAD01", str(NOT_APPLICABLE), AnswerFault.VALUE_NOT_ON_SCALE),
        (LEAD, "LEAD01", "9" * 5000, AnswerFault.VALUE_NOT_ON_SCALE),
        (ROLE, "ROLE01", "na", AnswerFault.NOT_APPLICABLE_NOT_OFFERED),
        (BACKGROUND, "lederansvar", "kanskje", AnswerFault.UNKNOWN_OPTION),
        (BACKGROUND, "lederansvar", "0", AnswerFault.UNKNOWN_OPTION),
        (COMMENTS, "bedre", "x" * (LONGEST_COMMENT + 1), AnswerFault.COMMENT_TOO_LONG),
    ],
)
def test_a_wrong_value_is_a_named_fault(
    full: Questionnaire, page: int, key: str, value: str, fault: AnswerFault
) -> None:
    answers = read_page(full, full.pages[page], {key: value})
    assert answers.faults == {key: fault}
    assert answers.coded == {}
    assert answers.comments == {}
    assert key not in answers.unanswered


def test_fields_of_other_pages_and_unknown_fields_are_ignored(full: Questionnaire) -> None:
    answers = read_page(
        full, full.pages[LEAD], {"ROLE01": "9", "SPAN01": "5", "_next": "1", "csrf_token": "x"}
    )
    assert (answers.coded, answers.comments, answers.faults) == ({}, {}, {})


def test_space_alone_is_unanswered(full: Questionnaire) -> None:
    answers = read_page(full, full.pages[LEAD], {"LEAD01": "  ", "LEAD02": "\n"})
    assert answers.unanswered == ("LEAD01", "LEAD02", "LEAD03")
    assert read_page(full, full.pages[COMMENTS], {"bedre": " \r\n "}).comments == {}


def test_a_page_of_another_questionnaire_is_refused(full: Questionnaire, minimal: Questionnaire) -> None:
    with pytest.raises(ValueError, match="not one of minimal v1"):
        read_page(minimal, full.pages[LEAD], {})


def test_line_ends_are_one_and_control_characters_gone() -> None:
    assert comment_text(" a\r\nb\rc\n\td\x00\x1b\x85\ud800 ") == "a\nb\nc\n\td"


def test_a_comment_may_be_as_long_as_the_limit_counted_after_line_ends(full: Questionnaire) -> None:
    text = "a\r\n" * (LONGEST_COMMENT // 2 - 1) + "bc"
    answers = read_page(full, full.pages[COMMENTS], {"bedre": text})
    assert len(answers.comments["bedre"]) == LONGEST_COMMENT
    assert answers.faults == {}


def test_each_audience_is_asked_its_own_questions(full: Questionnaire) -> None:
    everyone = {"ROLE01", "ROLE02", "ROLE03", "lederansvar", "ansiennitet"}
    assert asked_keys(full, "leaders") == everyone | {"SPAN01", "SPAN02", "SPAN03"}
    assert asked_keys(full, "staff") == everyone | {"LEAD01", "LEAD02", "LEAD03"}
    assert asked_keys(full, "all") == frozenset(closed_keys(full))


def test_a_sheet_is_complete_when_all_that_was_asked_is_answered(full: Questionnaire) -> None:
    coded = dict.fromkeys(asked_keys(full, "staff"), NOT_APPLICABLE)
    assert sheet_is_complete(full, "staff", coded)
    assert not sheet_is_complete(full, "leaders", coded)
    del coded["ROLE02"]
    assert not sheet_is_complete(full, "staff", coded)


def question_of(page: Page) -> dict[str, Scale | Background]:
    found: dict[str, Scale | Background] = {
        item.key: factor.scale for factor in page.factors for item in factor.items
    }
    return found | {question.key: question for question in page.background}


def allowed(question: Scale | Background) -> set[int]:
    if isinstance(question, Background):
        return set(range(len(question.options)))
    return set(question.values) | ({NOT_APPLICABLE} if question.not_applicable else set())


ANY_VALUE = st.one_of(
    st.text("0123456789+-._ \t\nanyesøé٤\x00", max_size=6),
    st.integers(-5, 300).map(str),
    st.sampled_from(["na", "yes", "no", "0-4", "5"]),
)
AUDIENCES: tuple[Audience, ...] = ("all", "leaders", "staff")

# How long a busy machine takes says nothing about the property.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(data=st.data())
def test_any_form_gives_for_each_question_an_allowed_code_a_blank_or_a_fault(
    full: Questionnaire, data: st.DataObject
) -> None:
    page = data.draw(st.sampled_from(full.pages))
    questions = question_of(page)
    form = data.draw(st.dictionaries(st.sampled_from([*closed_keys(full), "bra", "bedre", "x"]), ANY_VALUE))
    answers = read_page(full, page, form)
    told = [*answers.coded, *(key for key in answers.faults if key in questions), *answers.unanswered]
    assert sorted(told) == sorted(questions)
    assert all(code in allowed(questions[key]) for key, code in answers.coded.items())
    assert all(not form.get(key, "").strip() for key in answers.unanswered)


@unhurried
@given(data=st.data())
def test_coded_answers_survive_their_bytes(full: Questionnaire, data: st.DataObject) -> None:
    questions = {key: one for page in full.pages for key, one in question_of(page).items()}
    audience = data.draw(st.sampled_from(AUDIENCES))
    asked = asked_keys(full, audience)
    answers = {
        key: data.draw(st.sampled_from(sorted(allowed(questions[key]))))
        for key in data.draw(st.sets(st.sampled_from(sorted(asked))))
    }
    row = encode(full, answers, asked)
    assert len(row) == len(closed_keys(full))
    expected = {key: answers.get(key, BLANK) if key in asked else NOT_ASKED for key in closed_keys(full)}
    assert decode(full, row) == expected
    again = {key: code for key, code in decode(full, row).items() if code not in (BLANK, NOT_ASKED)}
    assert again == answers
    assert encode(full, again, asked) == row


def test_a_row_of_another_length_is_refused(full: Questionnaire) -> None:
    with pytest.raises(ValueError, match="has 11 closed questions"):
        decode(full, b"\x01\x02")


def test_the_largest_scale_stays_clear_of_the_reserved_bytes(full_source: bytes) -> None:
    points = "".join(f"      {value}: {{nb: v{value}, en: v{value}}}\n" for value in range(251))
    text = full_source.decode()
    start, end = text.index("      0: {nb: Aldri"), text.index("factors:\n")
    questionnaire = parse((text[:start] + points + text[end:]).encode(), "skjema.yaml")
    row = encode(questionnaire, {"ROLE01": 250}, frozenset({"ROLE01", "ROLE02"}))
    decoded = decode(questionnaire, row)
    assert (decoded["ROLE01"], decoded["ROLE02"], decoded["ROLE03"]) == (250, BLANK, NOT_ASKED)
