"""Coming to the survey: by link, by typed code, too early, too late, or once more."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.campaigns.ballot_box import Ballot, Draft
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import PublicLink, ReaderGroup, Survey, SurveyStatus
from surveys.platform.database import Database
from tests.building import build_installation, build_open_survey, build_survey, build_units, invite_some
from tests.respondent import Page, Respondent, visit_in


@pytest.fixture
def code(app: Flask, db: Database) -> str:
    with db.transaction() as session:
        survey = build_open_survey(
            app,
            session,
            closes_on=dt.date(2099, 3, 20),
            visibility={
                ReaderGroup.LEADERS: dt.date(2099, 3, 1),
                ReaderGroup.POLITICIANS: dt.date(2099, 4, 15),
            },
        )
        return invite_some(app, session, survey)[0]


def closing(db: Database) -> None:
    with db.transaction() as session:
        close_survey(session, session.scalars(select(Survey)).one())


def test_the_start_page_says_who_asks_why_how_long_until_when_and_who_sees_what(
    client: FlaskClient, code: str
) -> None:
    page = Page(client.get(f"/svar/{code}"))
    assert page.heading == "Liten undersøkelse 2026"
    assert page.title.startswith("Liten undersøkelse 2026")
    for told in (
        "Fjordvik kommune",
        "Vi vil ha det bra på jobb.",
        "Det tar omtrent 3 minutter.",
        "Frist: fredag 20. mars.",
        "Ledere ser resultatet for sin egen enhet så snart det er frigitt.",
        "Politikerne ser det fra 15. april 2099.",
        "minst 5 har svart",
        "Vi lagrer svarene hver gang du går videre, og kommentarer mens du skriver.",
        "Når du har levert, kan vi ikke finne svaret ditt igjen.",
        "Slik er du anonym",
    ):
        assert told in page.text


def test_every_group_with_a_reader_has_words_and_no_other_is_promised_anything(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    everybody = {who: dt.date(2026, 5, 1 + step) for step, who in enumerate(ReaderGroup)}
    with db.transaction() as session:
        [code] = invite_some(app, session, build_open_survey(app, session, visibility=everybody))
    text = Page(client.get(f"/svar/{code}")).text
    told = {who for who, day in everybody.items() if f" {day.day}. mai 2026" in text}
    # Nobody has decided that the public may read it.
    assert told == set(ReaderGroup) - {ReaderGroup.PUBLIC}


def test_a_passed_deadline_is_told_when_the_survey_still_is_open(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session, opens_on=dt.date(2020, 3, 2), closes_on=dt.date(2020, 3, 20))
        [code] = invite_some(app, session, survey)
    assert "Fristen var fredag 20. mars, men du kan fortsatt svare." in Page(client.get(f"/svar/{code}")).text


def test_a_code_may_be_typed_carelessly(client: FlaskClient, code: str) -> None:
    for typed in (code.lower(), code.replace("-", " "), code.replace("0", "O").replace("1", "I")):
        page = Page(client.post("/svar", data={"kode": typed}, follow_redirects=True))
        assert page.heading == "Liten undersøkelse 2026", typed
        assert page.address.startswith(f"/svar/{code}")


PASTED = (
    "https://svar.fjordvik.example/svar/{code}",
    "  <https://svar.fjordvik.example/svar/{code}?sprak=nn>. ",
    "HTTPS://SVAR.FJORDVIK.EXAMPLE/SVAR/{code}",
    "https://svar.fjordvik.example/svar/{lower}.q1-W_x/nb/side/3?endre=1",
    "Hei Kari! Åpne https://svar.fjordvik.example/svar/{code} innen 20.03.2026. Hilsen Fjordvik kommune 12345678",
    "https://svar.fjordvik.example/svar/{first}\r\n{rest}",
    "> https://svar.fjordvik.example/svar/{first}=\r\n> {rest}",
    "Koden din er {code}.",
    "kode: {plain}, takk",
    "«{spaced}»",
    "{soft}",
)


@pytest.mark.parametrize("pasted", PASTED)
def test_a_pasted_link_or_text_with_the_code_in_it_leads_to_the_code(
    client: FlaskClient, code: str, pasted: str
) -> None:
    forms = {"lower": code.lower(), "plain": code.replace("-", ""), "spaced": code.replace("-", " – ")}
    forms |= {"first": code[:7], "rest": code[7:], "soft": code[:3] + "\u00ad" + code[3:] + "\u200b"}
    answer = client.post("/svar", data={"kode": pasted.format(code=code, **forms)})
    assert (answer.status_code, answer.location) == (303, f"/svar/{code}?sprak=nb")


@pytest.mark.parametrize(
    "pasted", ["ugle-fjell-27", "Ugle fjell 27", "http://x.example/svar/apen/ugle-fjell-27?sprak=nn"]
)
def test_a_public_link_may_be_pasted_too(db: Database, client: FlaskClient, code: str, pasted: str) -> None:
    with db.transaction() as session:
        session.scalars(select(Survey)).one().public_link = PublicLink(token="ugle-fjell-27")
    assert client.post("/svar", data={"kode": pasted}).location == "/svar/apen/ugle-fjell-27?sprak=nb"


@pytest.mark.parametrize("hanging", [")", ",", ".", "%3E", "%20", "%C2%BB"])
def test_a_link_with_something_hanging_on_it_leads_to_the_code(
    client: FlaskClient, code: str, hanging: str
) -> None:
    page = Page(client.get(f"/svar/{code}{hanging}", follow_redirects=True))
    assert page.heading == "Liten undersøkelse 2026"


def test_what_cannot_be_a_code_is_explained_where_it_was_typed(client: FlaskClient) -> None:
    for typed, message in (("", "Skriv koden din"), ("HEI-HEI", "Koden er ikke skrevet riktig")):
        page = Page(client.post("/svar", data={"kode": typed}))
        assert page.status == 422
        assert page.title.startswith("Feil:")
        assert page.summary() == {message: "#kode"}
        assert "kode" in page.ids()


def test_an_unknown_code_gives_a_page_where_it_can_be_typed_again(client: FlaskClient, code: str) -> None:
    for page in ("", "/nb/", "/nb/side/1", "/nb/oppsummering"):
        unknown = Page(client.get(f"/svar/0000-0000-0000{page}"))
        assert unknown.status == 404
        assert unknown.title.startswith("Feil:")
        assert unknown.summary() == {"Vi kjenner ikke denne koden": "#kode"}
    again = client.post(unknown.form_address(), data={"kode": code}, follow_redirects=True)
    assert Page(again).heading == "Liten undersøkelse 2026"


def test_answers_sent_with_an_unknown_code_are_not_stored(
    db: Database, client: FlaskClient, code: str
) -> None:
    assert client.post("/svar/0000-0000-0000/nb/side/1", data={"TRI01": "1"}).status_code == 404
    with db.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_the_page_is_in_the_language_of_the_invitation_unless_asked_otherwise(
    app: Flask, db: Database, client: FlaskClient, code: str
) -> None:
    with db.transaction() as session:
        [english] = invite_some(app, session, session.scalars(select(Survey)).one(), language="en")
    assert Page(client.get(f"/svar/{english}")).heading == "Small survey 2026"
    assert Page(client.get(f"/svar/{english}?sprak=nn")).heading == "Lita undersøking 2026"
    assert Page(client.get(f"/svar/{english}/nb/")).heading == "Liten undersøkelse 2026"


def test_the_languages_of_the_questionnaire_are_offered(client: FlaskClient, code: str) -> None:
    page = Page(client.get(f"/svar/{code}"))
    links, here = page.links(), f"/svar/{code}{visit_in(page)}"
    assert links["English"] == f"{here}/en/"
    assert links["Nynorsk"] == f"{here}/nn/"
    assert "Bokmål" not in links


def test_a_survey_that_is_not_open_yet_says_when_it_opens(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    with db.transaction() as session:
        build_installation(session)
        [code] = invite_some(app, session, build_survey(session, build_units(session)["K"]))
    page = Page(client.get(f"/svar/{code}/nb/side/1", follow_redirects=True))
    assert page.heading == "Undersøkelsen har ikke åpnet ennå"
    assert "mandag 2. mars" in page.text


def test_a_survey_that_is_over_says_so(db: Database, client: FlaskClient, code: str) -> None:
    for status in (SurveyStatus.CLOSED, SurveyStatus.COUNTED, SurveyStatus.RELEASED):
        with db.transaction() as session:
            session.scalars(select(Survey)).one().status = status
        page = Page(client.get(f"/svar/{code}/nb/oppsummering", follow_redirects=True))
        assert page.heading == "Undersøkelsen er avsluttet", status


def test_a_survey_that_closes_while_somebody_answers_is_told_calmly_and_keeps_nothing(
    db: Database, client: FlaskClient, code: str
) -> None:
    person = Respondent(client, code)
    person.goes_to("side/1")
    person.answers_all()
    closing(db)
    page = person.press({"ROL01": "1"})
    assert page.heading == "Undersøkelsen er avsluttet"
    assert "Hadde du begynt uten å levere, er svarene slettet." in page.text
    with db.reading() as session:
        assert session.scalars(select(Draft)).all() == []


WRITTEN = {"TRI01": "3", "bedre": "Mer kaffe.\r\n\r\nOg færre <møter>.", "bra": " "}


@pytest.mark.parametrize("status", [SurveyStatus.CLOSED, SurveyStatus.RELEASED])
def test_what_was_written_on_a_page_that_came_after_closing_is_shown_to_be_copied(
    db: Database, client: FlaskClient, code: str, status: SurveyStatus
) -> None:
    """The page says nothing of whether she had delivered before, and nothing of the words is stored."""
    person = Respondent(client, code)
    person.goes_to("side/4")
    sent_to = person.page.form_address()
    closing(db)
    with db.transaction() as session:
        session.scalars(select(Survey)).one().status = status
    late = Page(client.post(sent_to, data=WRITTEN))
    assert late.status == 409
    assert late.heading == "Undersøkelsen er avsluttet"
    assert "Det du skrev, er ikke med" in late.text
    [area] = late.tree.iter("textarea")
    assert "name" not in area.attrib, "it can be copied, and not sent"
    assert area.text == "Mer kaffe.\n\nOg færre <møter>."
    assert "readonly" in area.attrib
    assert Page(client.get(f"/svar/{code}")).heading == late.heading
    assert "Mer kaffe" not in client.get(f"/svar/{code}").text
    without_words = client.post(sent_to, data={"TRI01": "3", "bedre": " "})
    assert without_words.status_code == 303
    with db.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_what_was_written_is_shown_when_another_tab_has_delivered(client: FlaskClient, code: str) -> None:
    person = Respondent(client, code)
    person.answers_to_the_review()
    sent_to = person.goes_to("side/4").form_address()
    person.delivers()
    late = Page(client.post(sent_to, data=WRITTEN))
    assert (late.status, late.heading) == (409, "Svaret ditt er levert")
    [area] = late.tree.iter("textarea")
    assert area.text.startswith("Mer kaffe")


def test_delivering_after_closing_is_refused_calmly(db: Database, client: FlaskClient, code: str) -> None:
    person = Respondent(client, code)
    person.answers_to_the_review()
    closing(db)
    assert person.press().heading == "Undersøkelsen er avsluttet"
    with db.reading() as session:
        assert session.scalars(select(Ballot)).all() == []


def test_the_same_link_a_second_time_says_that_the_answer_is_delivered(
    client: FlaskClient, code: str
) -> None:
    person = Respondent(client, code)
    person.answers_to_the_review()
    person.press()
    for address in (f"/svar/{code}", f"/svar/{code}/nb/side/1", f"/svar/{code}/nb/oppsummering"):
        assert person.open(address).heading == "Svaret ditt er levert"


def test_delivering_before_answering_anything_leads_to_the_start(
    db: Database, client: FlaskClient, code: str
) -> None:
    page = Page(client.post(f"/svar/{code}/nb/lever", follow_redirects=True))
    assert page.heading == "Liten undersøkelse 2026"
    with db.reading() as session:
        assert session.scalars(select(Ballot)).all() == []


def test_a_page_that_is_not_there_leads_to_the_start(client: FlaskClient, code: str) -> None:
    for page in ("nb/side/0", "nb/side/99", "xx/side/1", "nb/kvittering"):
        found = Page(client.get(f"/svar/{code}/{page}", follow_redirects=True))
        assert found.heading == "Liten undersøkelse 2026", page
