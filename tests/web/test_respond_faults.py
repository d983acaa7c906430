"""Whatever is wrong with an answer, the respondent is told what to do, in her language."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from questionnaires import loading
from questionnaires.answers import AnswerFault
from questionnaires.kinds import HANDLERS, handler_of
from surveys.platform.database import Database
from surveys.respond.fields import fault_text, shown_question
from tests.building import build_open_survey, invite_some
from tests.respondent import Respondent

EXAMPLE = Path(__file__).parents[1] / "questionnaires" / "examples" / "kinds.yaml"
KINDS = loading.parse(EXAMPLE.read_bytes(), "kinds.yaml")
A_QUESTION = KINDS.question_of["year"]


@pytest.mark.parametrize("fault", AnswerFault)
def test_every_fault_has_words_in_every_language(app: Flask, fault: AnswerFault) -> None:
    words = set()
    for language in ("nb", "nn", "en"):
        with app.test_request_context(headers={"Accept-Language": language}):
            words.add(fault_text(fault, A_QUESTION))
    assert len(words) >= 2, "not translated"
    assert all(re.fullmatch(r"[A-ZÆØÅ][^%]{10,}[^.]", text) for text in words)


@pytest.mark.parametrize("kind", HANDLERS)
def test_an_error_links_to_a_field_that_the_question_has(app: Flask, kind: str) -> None:
    questions = [question for question in KINDS.question_of.values() if question.kind == kind]
    with app.test_request_context():
        for question in questions:
            shown = shown_question(question, "nb")
            ids = {choice.id for choice in (*shown.choices, *shown.apart)} | {part.id for part in shown.parts}
            written = handler_of(question).written_fields(question)
            assert shown.first_field in ids | set(written) or not shown.takes_answers
            assert {one.field for one in shown.parts} in (set(), set(written))
    assert questions


@pytest.mark.parametrize("kind", HANDLERS)
def test_what_stands_apart_is_read_as_an_answer_of_its_own(kind: str) -> None:
    for question in (one for one in KINDS.question_of.values() if one.kind == kind):
        handler = handler_of(question)
        apart = handler.apart(question)
        assert len(apart) == [question.none is None, question.not_applicable is None].count(False)
        for one in apart:
            read = handler.read(question, {one.field: one.value})
            assert read.coded
            assert handler.describe(question, read.coded, "nb") == one.label["nb"]
            assert handler.form_values(question, read.coded) == {one.field: one.value}


def test_a_date_is_written_in_three_fields_refused_as_typed_and_read_through(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session, questionnaire=KINDS, source=EXAMPLE.read_bytes())
        [code] = invite_some(app, session, survey)
    person = Respondent(client, code)
    person.goes_to("side/1")
    typed = {"date.day": "31", "date.month": "2", "date.year": "2024"}
    page = person.press(typed)
    assert page.summary() == {
        "Datoen finnes ikke. Skriv dagen med tall og årstallet med fire sifre: Hvilken dag?": "#date-day"
    }
    assert page.answers() == typed
    person.press(typed | {"date.day": "29"})
    assert "29. februar 2024" in person.goes_to("oppsummering").text
    assert person.goes_to("side/1").answers() == typed | {"date.day": "29"}
    person.press(dict.fromkeys(typed, ""))
    assert person.goes_to("side/1").answers() == {}
