"""What people are promised before they answer: each reads what is true for them."""

import pytest
from flask import Flask

from questionnaires.loading import available, builtin, definition_path
from questionnaires.model import Respondents
from surveys.campaigns.promises import promises, who_is_not_shown
from surveys.campaigns.survey_texts import purposes
from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from tests.building import build_open_survey

NEWEST = {path.parent.name: int(path.stem[1:]) for path in available()}
THEIRS: dict[str, Respondents] = {
    "medarbeider": "employees",
    "psykososialt": "employees",
    "lederklima": "employees",
    "skole-elev": "pupils",
    "skole-foresatte": "parents",
    "foresatte-barnehage": "parents",
    "barnehage-foresatte-tema": "parents",
    "sfo-foresatte": "parents",
    "hjemmetjeneste-parorende": "relatives",
    "sykehjem-parorende": "relatives",
    "hjemmetjeneste-bruker": "care_recipients",
    "bibliotek": "users",
    "byggesak": "users",
    "innbygger": "citizens",
}
WORK_WORDS = {"nb": ("leder", "HR", "politiker"), "nn": ("leiar", "HR", "politikar"), "en": ("manager", "HR")}


@pytest.mark.parametrize("key", NEWEST)
def test_an_instrument_says_who_answers_it(key: str) -> None:
    assert builtin(key, NEWEST[key]).respondents == THEIRS[key]


def test_nobody_but_employees_is_told_of_a_manager_or_of_hr(app: Flask) -> None:
    for key, version in NEWEST.items():
        for language, words in WORK_WORDS.items():
            with app.test_request_context(), in_language(language):
                told = who_is_not_shown(builtin(key, version))
            assert any(word in told for word in words) is (THEIRS[key] == "employees"), (key, language)


def test_a_pupil_reads_of_teachers_and_parents(app: Flask) -> None:
    with app.test_request_context(), in_language("nb"):
        told = who_is_not_shown(builtin("skole-elev", NEWEST["skole-elev"]))
    assert told.startswith("Lærerne og foreldrene dine får ikke se hva du har svart.")


def test_one_who_is_helped_to_answer_is_told_that_the_helper_sees_it(app: Flask) -> None:
    with app.test_request_context(), in_language("nb"):
        told = who_is_not_shown(builtin("hjemmetjeneste-bruker", NEWEST["hjemmetjeneste-bruker"]))
    assert "Hjelper noen deg med å svare, ser den personen svarene dine." in told


def test_a_file_that_does_not_say_gets_the_words_of_its_kind() -> None:
    assert builtin("skole-elev", 1).respondents == "users"
    assert builtin("medarbeider", 1).respondents == "employees"
    assert builtin("innbygger", 2).respondents == "citizens"


def test_an_easy_instrument_promises_in_easy_words(app: Flask, db: Database) -> None:
    easy = builtin("skole-elev", NEWEST["skole-elev"])
    source = definition_path("skole-elev", NEWEST["skole-elev"]).read_bytes()
    with app.test_request_context(), in_language("nb"), db.transaction() as session:
        survey = build_open_survey(app, session, questionnaire=easy, source=source)
        told = promises(survey, easy)
    assert "Lederne ser resultatet fra 1. april 2026." in told
    assert "Vi viser bare resultater når minst 5 har svart." in told
    assert "frigitt" not in " ".join(told)


def test_the_instruments_own_purpose_stands_in_where_hr_has_written_none(app: Flask, db: Database) -> None:
    own = builtin("medarbeider", 2)
    assert own.intro is not None
    source = definition_path("medarbeider", 2).read_bytes()
    with db.transaction() as session:
        survey = build_open_survey(app, session, questionnaire=own, source=source, purpose={"nb": "Vårt."})
        assert purposes(survey, own, "en") == {"en": own.intro["en"]}
        assert purposes(survey, own, "nn") == {"nn": own.intro["nn"]}
        assert purposes(survey, own, "nb") == {"nb": "Vårt."}
