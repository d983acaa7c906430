"""Every kind of question, and ways that earlier answers lead, answered page by page without scripts."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from questionnaires import loading
from questionnaires.codes import BLANK, NOT_APPLICABLE, NOT_ASKED, WIDE_BLANK, WIDE_NOT_APPLICABLE
from questionnaires.coding import decode
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.models import Survey
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.respond.ballots import Sheet, open_sheet
from tests.building import build_open_survey, invite_some, keys_of
from tests.respondent import Respondent

EXAMPLE = Path(__file__).parents[1] / "questionnaires" / "examples" / "routed.yaml"
SOURCE = EXAMPLE.read_bytes()
ROUTED = loading.parse(SOURCE, "routed.yaml")
MARCH_2024 = 12 * 2024 + 2


@pytest.fixture
def person(app: Flask, db: Database, client: FlaskClient) -> Respondent:
    """Somebody invited to the example with every kind of question and a way that depends on the answers."""
    with db.transaction() as session:
        survey = build_open_survey(app, session, questionnaire=ROUTED, source=SOURCE)
        [code] = invite_some(app, session, survey)
    return Respondent(client, code)


def delivered(app: Flask, db: Database) -> tuple[Sheet, dict[str, int]]:
    """The only sheet in the box, and its answers."""
    with db.reading() as session:
        key = keys_of(app).read(session.scalars(select(Survey)).one().id)
        [ballot] = session.scalars(select(Ballot))
        sheet = open_sheet(key, ballot.sealed)
    return sheet, decode(ROUTED, sheet.answers)


def test_every_kind_of_question_is_answered_read_through_and_delivered(
    app: Flask, db: Database, person: Respondent
) -> None:
    assert person.goes_to("side/1").heading == "Veivalg"
    assert "Her kommer noen spørsmål." in person.page.text
    person.press({"used.library": "1", "used.pool": "1"})
    assert person.page.heading == "Biblioteket"
    person.press({"LIB01": "1", "LIB02": "0", "LIB03": "na", "visits": "1 2"})
    person.press({"latest.month": "3", "latest.year": "2024", "moved": "1999", "bus": "often"})
    assert person.page.heading == "Alt i alt"
    person.press({"ALL01": "1", "ALL02": "1", "ALL03": "0"})
    person.press({"tell": "2", "age": "young"})
    person.press({"why": "Det regner.", "work": "no"})
    person.press({"more": "Takk!"})
    assert person.page.heading == "Se over og lever"
    for words in ("12 ganger", "mars 2024", "1999", "Ofte", "Det regner.", "Takk!", "Vet ikke", "Ung"):
        assert words in person.page.text
    assert "Her kommer noen spørsmål." not in person.page.text
    assert [line.text for line in person.page.tree.iter("dd")][:2] == ["Biblioteket", "Svømmehallen"]
    assert "Du har svart på alt." in person.page.text
    person.press()
    sheet, answers = delivered(app, db)
    assert sheet.comments == {"why": "Det regner.", "more": "Takk!"}
    expected = {"used.library": 1, "used.pool": 1, "LIB03": NOT_APPLICABLE, "visits": 12, "moved": 1999}
    expected |= {"latest": MARCH_2024, "bus": 0, "tell": 2, "age": 0, "work": 1, "ALL03": 0}
    assert {key: answers[key] for key in expected} == expected


def test_none_of_these_and_dont_remember_are_answers_of_their_own(
    app: Flask, db: Database, person: Respondent
) -> None:
    person.goes_to("side/1")
    assert person.press({"used": "none"}).heading == "Veivalg"
    assert person.goes_to("side/1").answers() == {"used": "none"}
    person.press({"used": "", "used.library": "1"})
    person.press({"visits.na": "1"})
    assert person.goes_to("side/2").answers() == {"visits.na": "1"}
    assert "Husker ikke" in person.goes_to("oppsummering").text
    person.delivers()
    _sheet, answers = delivered(app, db)
    assert (answers["visits"], answers["moved"]) == (WIDE_NOT_APPLICABLE, WIDE_BLANK)
    assert (answers["LIB01"], answers["latest"]) == (BLANK, 65_533)


def test_the_pages_are_counted_as_the_way_is_known_now(person: Respondent) -> None:
    assert "Side 1 av 3" in person.goes_to("side/1").text
    assert "Side 2 av 4" in person.press({"used.library": "1"}).text
    reminded = person.press({"LIB01": "1", "LIB02": "1", "LIB03": "1"})
    assert "Side 2 av 5" in reminded.text
    assert "Side 3 av 5" in person.press().text


def test_a_number_of_pages_that_grows_says_why(person: Respondent) -> None:
    person.goes_to("side/1")
    grown = person.press({"used.library": "1"})
    assert "Side 2 av 4 Du svarte «Biblioteket». Derfor kommer det 1 side til." in grown.text
    # Where the page is shown once more because something was skipped, it is that page's number that grows.
    reminded = person.press({"LIB01": "1"}).text
    assert "Side 2 av 5 Du svarte «" in reminded
    assert "Derfor kommer det 1 side til." in reminded
    for page in (person.press(), person.press(button="_tilbake")):
        assert "Derfor kommer" not in page.text, page.address


def test_a_number_of_pages_that_grows_in_another_language_says_why_in_it(person: Respondent) -> None:
    person.goes_to("side/1")
    changed = person.press({"used.library": "1"}, button="_sprak", value="en")
    assert "Page 1 of 4 You answered “The library”." in changed.text


def test_nobody_else_is_told_which_answer_opened_a_page(person: Respondent) -> None:
    """The address says which page it was, and the answer is read from what the visit is shown."""
    person.goes_to("side/1")
    person.press({"used.library": "1"})
    other = Respondent(person.client, person.code)
    assert "Derfor kommer" not in other.goes_to("side/3?apnet=1").text


def test_tilbake_walks_the_way_backwards(person: Respondent) -> None:
    person.goes_to("side/1")
    assert person.press({"used": "none"}).address.endswith("/side/3")
    assert person.press(button="_tilbake").address.endswith("/side/1")
    assert person.press(button="_tilbake").heading == "Liten undersøkelse 2026"


def test_an_answer_whose_question_became_irrelevant_is_dropped_at_delivery(
    app: Flask, db: Database, person: Respondent
) -> None:
    """The library was used, its page answered, and then it was not used after all."""
    person.goes_to("side/1")
    person.press({"used.library": "1"})
    person.press({"LIB01": "1", "LIB02": "1", "LIB03": "1", "visits": "12"})
    person.press({"moved": "1999", "bus": "often"})
    person.goes_to("side/7")
    person.press({"more": "Takk!"})
    person.goes_to("side/3")
    person.press({"moved": ""})
    person.goes_to("side/1")
    person.press({"used.library": "", "used": "none"})
    review = person.goes_to("oppsummering")
    assert "Er du velkommen?" not in review.text
    assert "Takk!" not in review.text
    person.press()
    sheet, answers = delivered(app, db)
    assert {answers[key] for key in ("LIB01", "LIB02", "LIB03", "ALL01")} == {NOT_ASKED}
    assert answers["visits"] == 65_533
    assert (answers["used.library"], answers["bus"]) == (0, 0)
    assert sheet.comments == {}


def test_an_answer_comes_back_when_its_page_does(person: Respondent) -> None:
    person.goes_to("side/1")
    person.press({"used.library": "1"})
    person.press({"LIB01": "1", "visits": "12"})
    person.goes_to("side/1")
    person.press({"used.library": "", "used.pool": "1"})
    person.goes_to("side/1")
    assert person.press({"used.library": "1"}).answers() == {"LIB01": "1", "visits": "12"}


def test_a_page_that_is_no_longer_on_the_way_leads_to_the_next_one(
    app: Flask, db: Database, person: Respondent
) -> None:
    person.goes_to("side/1")
    person.press({"used.library": "1"})
    old_tab = person.another_tab(app.test_client())
    old_tab.goes_to("side/2")
    person.goes_to("side/1")
    person.press({"used.library": "", "used": "none"})
    assert person.goes_to("side/2").address.endswith("/side/3")
    assert person.goes_to("side/6").address.endswith("/oppsummering")
    assert old_tab.press({"LIB01": "1", "visits": "tull"}).address.endswith("/side/3")
    person.goes_to("side/1")
    person.press({"used": "", "used.library": "1"})
    assert person.page.answers() == {"LIB01": "1"}


def test_a_refused_answer_is_explained_and_stands_as_it_was_typed(person: Respondent) -> None:
    person.goes_to("side/1")
    person.press({"used.library": "1", "used.pool": "1"})
    page = person.press({"visits": "mange", "LIB01": "1"})
    assert page.status == 422
    assert page.title.startswith("Feil:")
    assert page.summary() == {"Skriv et helt tall, bare med sifre: Hvor mange ganger?": "#visits"}
    assert page.answers() == {"visits": "mange", "LIB01": "1"}
    page = person.press({"visits": "401"})
    assert page.summary() == {"Skriv et tall fra 1 til 400: Hvor mange ganger?": "#visits"}
    page = person.press({"visits": "4", "visits.na": "1"})
    assert [*page.summary()] == [
        "Skriv et svar eller sett krysset under, ikke begge deler: Hvor mange ganger?"
    ]
    assert page.answers()["visits.na"] == "1"
    person.goes_to("side/3")
    page = person.press({"latest.month": "3", "moved": "1850"})
    assert page.summary() == {
        "Velg måned og skriv år. Begge må være med: Når var du der sist?": "#latest-month",
        "Skriv et årstall fra 1920 til 2030: Når flyttet du hit?": "#moved",
    }
    assert {"latest-month", "moved"} <= page.ids()
    assert page.answers() == {"latest.month": "3", "moved": "1850"}
    person.goes_to("side/1")
    page = person.press({"used": "none"})
    assert page.summary() == {
        "Kryss av i listen eller under den, ikke begge deler: Hva har du brukt?": "#used-library-1"
    }
    assert page.answers() == {"used": "none", "used.library": "1", "used.pool": "1"}


def test_every_refusal_has_words_and_names_its_field(person: Respondent) -> None:
    person.goes_to("side/1")
    person.press({"used.library": "1", "used.pool": "1"})
    person.goes_to("side/3")
    person.press({"bus": "often"})
    for number, sent in (
        ("1", {"used": "tull"}),
        ("1", {"used.pool": "2"}),
        ("2", {"visits.na": "7"}),
        ("2", {"LIB01": "9"}),
        ("3", {"latest.month": "13", "latest.year": "2024"}),
        ("3", {"latest.month": "3", "latest.year": "2031"}),
        ("3", {"moved": "nitten"}),
        ("3", {"bus": "fly"}),
        ("5", {"tell": "11"}),
        ("5", {"tell": "na"}),
    ):
        person.goes_to(f"side/{number}")
        page = person.press(sent)
        assert page.status == 422, sent
        [target] = page.summary().values()
        assert target.removeprefix("#") in page.ids(), sent


def test_an_unticked_box_and_an_emptied_field_take_the_answer_back(person: Respondent) -> None:
    person.goes_to("side/3")
    person.press({"moved": "1999"})
    person.goes_to("side/7")
    person.press({"more": "Takk!"})
    person.goes_to("side/7")
    person.press({"more": ""})
    assert person.goes_to("side/7").answers() == {}
    person.goes_to("side/3")
    person.press({"moved": ""})
    assert person.goes_to("side/3").answers() == {}
    person.goes_to("side/1")
    person.press({"used.library": "1"})
    person.goes_to("side/1")
    person.press({"used.library": ""})
    assert person.goes_to("side/1").answers() == {}


def test_a_chosen_answer_can_be_taken_back_and_nobody_reminds_of_it(person: Respondent) -> None:
    person.goes_to("side/3")
    person.press({"bus": "often"})
    person.goes_to("side/5")
    assert person.page.takes_back() == set()
    person.press({"tell": "8", "age": "old"})
    person.goes_to("side/5")
    assert person.page.takes_back() == {"tell", "age"}
    assert person.press({"age": ""}).heading == "Se over og lever"
    assert person.goes_to("side/5").answers() == {"tell": "8"}
    assert person.page.takes_back() == {"tell"}


def test_a_tab_that_never_showed_an_answer_does_not_erase_it(app: Flask, person: Respondent) -> None:
    old_tab = person.another_tab(app.test_client())
    old_tab.goes_to("side/3")
    person.goes_to("side/3")
    person.press({"moved": "1999", "bus": "often"})
    old_tab.press({"bus": "never"})
    assert old_tab.goes_to("side/3").answers() == {"moved": "1999", "bus": "never"}
    old_comment = person.another_tab(app.test_client())
    person.goes_to("side/7")
    old_comment.goes_to("side/7")
    person.press({"more": "Takk!"})
    old_comment.press()
    assert person.goes_to("side/7").answers() == {"more": "Takk!"}


def test_two_tabs_may_choose_different_ways(app: Flask, person: Respondent) -> None:
    other = person.another_tab(app.test_client())
    person.goes_to("side/1")
    other.goes_to("side/1")
    person.press({"used.library": "1"})
    other.press({"used.pool": "1"})
    assert person.press({"LIB01": "1", "visits": "4"}).address.endswith("/side/3")
    assert "latest.month" in {field.get("name") for field in person.page.tree.iter("select")}


def test_sending_a_page_again_changes_nothing(person: Respondent, client: FlaskClient) -> None:
    person.goes_to("side/3")
    sent = {"latest.month": "3", "moved": "1999", "bus": "often", "_vist": ""}
    for _press in range(2):
        assert client.post(person.page.form_address(), data=sent).status_code == 303
    assert person.goes_to("side/3").answers() == {"moved": "1999", "bus": "often"}


def test_a_restarted_server_goes_on_where_the_old_one_stopped(settings: Settings, person: Respondent) -> None:
    person.goes_to("side/1")
    person.press({"used.library": "1"})
    restarted = create_app(settings)
    later = Respondent(restarted.test_client(), person.code)
    later.open(person.page.address)
    assert later.page.heading == "Biblioteket"
    assert later.press({"LIB01": "1", "visits": "3"}).summary().keys() == {
        "Får du hjelp?",
        "Finner du det du vil?",
    }
    assert later.goes_to("side/1").answers() == {"used.library": "1"}
    restarted.extensions["medvirk_database"].engine.dispose()


def test_changing_the_language_keeps_what_is_written_on_the_page(person: Respondent) -> None:
    person.goes_to("side/3")
    page = person.press({"moved": "1999", "bus": "often"}, button="_sprak", value="en")
    assert page.language == "en"
    assert "When did you move here?" in page.text
    assert page.answers() == {"moved": "1999", "bus": "often"}


def test_a_change_in_the_review_that_opens_a_page_leads_there_and_then_back(person: Respondent) -> None:
    person.answers_to_the_review()
    assert f"{person.way}/side/1?endre=1" in {link.get("href") for link in person.page.tree.iter("a")}
    person.open(f"{person.way}/side/1?endre=1")
    assert person.press({"used.library": "1"}).heading == "Biblioteket"
    assert (
        person.press({"LIB01": "0", "LIB02": "1", "LIB03": "1", "visits": "2"}).heading == "Se over og lever"
    )


def test_nothing_of_a_page_is_chosen_beforehand(person: Respondent) -> None:
    person.goes_to("side/1")
    person.press({"used.library": "1", "used.pool": "1"})
    for number in (2, 3, 5):
        assert person.goes_to(f"side/{number}").answers() == {}


def test_a_change_that_opens_a_page_by_the_conditions_of_its_questions_leads_there_too(
    person: Respondent,
) -> None:
    person.goes_to("side/1")
    person.press({"used": "none"})
    person.press({"bus": "never"})  # «moved» is left open, and the reminder too
    person.press()
    while "/side/" in person.page.address:
        person.press({"age": "old"})
    assert "Med egne ord" not in person.page.text
    person.open(f"{person.way}/side/3?endre=1")
    assert person.press({"moved": "1999"}).address.endswith("/side/7?endre=1&apnet=3")
    assert person.press({"more": "Takk!"}).heading == "Se over og lever"
