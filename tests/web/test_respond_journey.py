"""A respondent's way through the questionnaire, without scripts and without cookies."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED, decode
from surveys.campaigns.ballot_box import Ballot, Draft
from surveys.campaigns.models import Invitation, Survey
from surveys.platform.database import Database
from surveys.respond.ballots import Sheet, open_sheet
from tests.building import SMALL, build_open_survey, invite_some, keys_of
from tests.respondent import Respondent


@pytest.fixture
def survey_id(app: Flask, db: Database) -> int:
    with db.transaction() as session:
        return build_open_survey(app, session).id


def newcomer(
    app: Flask, db: Database, client: FlaskClient, language: str = "nb", **recipient: Any
) -> Respondent:
    with db.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        [code] = invite_some(app, session, survey, language=language, **recipient)
    return Respondent(client, code, language)


def delivered_sheets(app: Flask, db: Database, survey_id: int) -> list[Sheet]:
    key = keys_of(app).read(survey_id)
    with db.reading() as session:
        return [open_sheet(key, ballot.sealed) for ballot in session.scalars(select(Ballot))]


@pytest.mark.parametrize(
    ("language", "heading"),
    [("nb", "Å trives på jobb"), ("nn", "Å trivast på jobb"), ("en", "Feeling good at work")],
)
def test_a_whole_questionnaire_can_be_answered_in_every_language(
    app: Flask, db: Database, client: FlaskClient, survey_id: int, language: str, heading: str
) -> None:
    person = newcomer(app, db, client, language)
    assert person.page.language == language
    assert f"{person.way}/side/1" in person.page.links().values()
    assert person.goes_to("side/1").heading == heading
    for _ in range(4):
        person.answers_all(choose=3, comment="Mer kaffe")
    assert person.page.address == f"{person.way}/oppsummering"
    assert person.page.text.count("Mer kaffe") == 2
    person.press()
    assert person.page.address.partition("?")[0] == f"{person.way}/kvittering"
    [sheet] = delivered_sheets(app, db, survey_id)
    answers = decode(SMALL, sheet.answers)
    assert (answers["TRI01"], answers["ROL03"], answers["ansettelse"]) == (4, 4, 1)
    assert answers["SPN01"] == NOT_ASKED
    assert sheet.comments == {"styrke": "Mer kaffe", "bedre": "Mer kaffe"}


def test_leaders_meet_their_page_and_staff_do_not(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    leader, staff = newcomer(app, db, client, is_leader=True), newcomer(app, db, client)
    assert leader.goes_to("side/3").heading == "Å lede andre"
    assert "Side 3 av 5" in leader.page.text
    assert staff.goes_to("side/4").heading == "Litt om deg"
    assert "Side 3 av 4" in staff.page.text


def test_an_answer_to_a_page_that_is_not_ones_own_is_never_delivered(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/1")
    person.press({"TRI01": "2", "SPN01": "5"})
    person.delivers()
    [sheet] = delivered_sheets(app, db, survey_id)
    answers = decode(SMALL, sheet.answers)
    assert (answers["TRI01"], answers["TRI02"], answers["SPN01"]) == (2, BLANK, NOT_ASKED)


def test_vet_ikke_is_kept_apart_from_an_unanswered_statement(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/1")
    person.press({"TRI01": "na"})
    assert "Vet ikke" in person.goes_to("oppsummering").text
    person.delivers()
    answers = decode(SMALL, delivered_sheets(app, db, survey_id)[0].answers)
    assert (answers["TRI01"], answers["TRI02"]) == (NOT_APPLICABLE, BLANK)


def test_nothing_is_chosen_beforehand(app: Flask, db: Database, client: FlaskClient, survey_id: int) -> None:
    person = newcomer(app, db, client)
    for number in (1, 2, 4, 5):
        assert person.goes_to(f"side/{number}").answers() == {}


def test_unanswered_statements_are_reminded_of_once_and_may_then_be_left(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/1")
    page = person.press({"TRI02": "5"})
    assert page.heading == "Å trives på jobb"
    assert page.title.startswith("Påminnelse:")
    assert "Du kan også gå videre uten å svare." in page.text
    assert page.summary() == {
        "Jeg trives på jobb.": "#TRI01-1",
        "Jeg går hjem med godt humør.": "#TRI03-1",
    }
    assert {target.removeprefix("#") for target in page.summary().values()} <= page.ids()
    assert page.answers() == {"TRI02": "5"}
    assert person.press().heading == "Hva som ventes av meg"
    person.press(button="_tilbake")
    assert person.press().heading == "Hva som ventes av meg"


def test_an_invalid_value_is_named_as_an_error_and_not_stored(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/1")
    page = person.press({"TRI01": "9", "TRI02": "4"})
    assert page.status == 422
    assert page.title.startswith("Feil:")
    assert page.summary() == {"Velg et av svarene som står på siden: Jeg trives på jobb.": "#TRI01-1"}
    assert "TRI01-1" in page.ids()
    assert person.goes_to("side/1").answers() == {"TRI02": "4"}


def test_a_comment_that_is_too_long_stands_there_to_be_shortened(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/5")
    long_text = "å" * 4001
    page = person.press({"styrke": long_text, "bedre": "Mindre møter"})
    assert page.status == 422
    assert page.summary() == {"Kort ned teksten til 4 000 tegn: Hva bør vi ta vare på?": "#styrke"}
    assert page.answers() == {"styrke": long_text, "bedre": "Mindre møter"}
    assert person.press({"styrke": long_text[:4000]}).heading == "Se over og lever"


def test_the_back_button_saves_the_page(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/2")
    assert person.press({"ROL01": "3"}, button="_tilbake").heading == "Å trives på jobb"
    assert person.goes_to("side/2").answers() == {"ROL01": "3"}


def test_changing_the_language_keeps_the_answers_on_the_page(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/1")
    page = person.press({"TRI01": "2"}, button="_sprak", value="en")
    assert (page.heading, page.language) == ("Feeling good at work", "en")
    assert page.answers() == {"TRI01": "2"}


def test_a_change_from_the_review_leads_back_to_the_review(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.answers_to_the_review()
    person.open(person.page.links()["Endre: Hva som ventes av meg"])
    assert person.press({"ROL02": "4"}).heading == "Se over og lever"
    assert person.goes_to("side/2").answers()["ROL02"] == "4"


def test_the_review_counts_what_is_not_answered(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/1")
    person.press({"TRI01": "2", "TRI02": "2"}, button="_tilbake")
    assert "5 spørsmål er ikke besvart" in person.goes_to("oppsummering").text


def test_answering_goes_on_where_it_was_left_on_another_device(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/1")
    person.answers_all(choose=1)
    assert "Slik kommer du tilbake" in person.press({"ROL01": "2"}, button="_senere").text
    elsewhere = Respondent(app.test_client(), person.code)
    elsewhere.open(elsewhere.page.links()["Fortsett"])
    assert elsewhere.page.heading == "Litt om deg"
    assert elsewhere.goes_to("side/2").answers() == {}, "the link may be in other hands"


def test_two_tabs_on_different_pages_lose_nothing(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    first = newcomer(app, db, client)
    first.goes_to("side/1")
    second = first.another_tab(app.test_client())
    second.goes_to("side/2")
    second.press({"ROL01": "1", "ROL02": "1", "ROL03": "1"})
    first.press({"TRI01": "5", "TRI02": "5", "TRI03": "5"})
    assert first.goes_to("side/2").answers() == {"ROL01": "1", "ROL02": "1", "ROL03": "1"}
    assert first.goes_to("side/1").answers() == {"TRI01": "5", "TRI02": "5", "TRI03": "5"}


def test_an_old_tab_with_an_empty_page_does_not_erase_answers(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    old_tab = newcomer(app, db, client)
    old_tab.goes_to("side/1")
    other = old_tab.another_tab(app.test_client())
    other.goes_to("side/1")
    other.answers_all(choose=2)
    old_tab.press({"TRI01": "1"})
    assert old_tab.goes_to("side/1").answers() == {"TRI01": "1", "TRI02": "3", "TRI03": "3"}


def test_delivering_twice_gives_the_same_receipt_and_one_ballot(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.answers_to_the_review()
    first = client.post(person.page.form_address())
    again = client.post(person.page.form_address())
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    with db.reading() as session:
        assert len(session.scalars(select(Ballot)).all()) == 1
        assert session.scalars(select(Draft)).all() == []
        assert session.scalars(select(Invitation)).one().delivered


def test_a_page_sent_after_delivery_changes_nothing(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.goes_to("side/1")
    old_tab = Respondent(app.test_client(), person.code)
    old_tab.goes_to("side/1")
    person.answers_all()
    person.delivers()
    assert old_tab.press({"TRI01": "5"}).heading == "Svaret ditt er levert"
    with db.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_the_receipt_names_neither_person_nor_code(
    app: Flask, db: Database, client: FlaskClient, survey_id: int
) -> None:
    person = newcomer(app, db, client)
    person.answers_to_the_review()
    page = person.press()
    assert page.heading == "Takk! Svaret ditt er levert."
    for piece in (person.code, person.code.replace("-", "")):
        assert piece not in page.text
