"""HR sees every questionnaire as respondents do, in every language, and nothing is kept of it."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from questionnaires import loading
from questionnaires.loading import available, builtin
from questionnaires.model import Audience, Questionnaire
from surveys.access.models import Role
from surveys.campaigns.models import Survey
from surveys.hr.catalogue.previewing import read, written
from surveys.instruments.in_use import freeze
from surveys.operating.tables import metadata
from surveys.platform.database import Database
from surveys.platform.localisation import LANGUAGES
from tests.building import build_open_survey, invite_some
from tests.card_building import sign_in_as
from tests.respondent import Page, Respondent

BUILTIN = [(path.parent.name, int(path.stem[1:])) for path in available()]
SMALL_PREVIEW = "/sporreskjema/liten/v1/forhandsvisning/nb"

FOREIGN = """key: fremmed
version: 1
kind: user
languages: [uk, nb]
title: {uk: Опитування, nb: Undersøkelse}
scales:
  s: {points: {1: {uk: Ні, nb: Nei}, 2: {uk: Так, nb: Ja}}}
factors:
  F:
    title: {uk: Тема, nb: Tema}
    scale: s
    items:
      - {key: F01, text: {uk: Чи задоволені ви?, nb: Er du fornøyd?}}
      - {key: F02, text: {uk: Чи маєте ви час?, nb: Har du tid?}}
      - {key: F03, text: {uk: Чи все добре?, nb: Er alt bra?}}
"""


@pytest.fixture
def hr(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    """HR, with one open survey of the small instrument. Forms need their token, as they do outside tests."""
    with db.transaction() as session:
        build_open_survey(app, session)
    sign_in_as(client, db, Role.HR)
    return client


@pytest.fixture
def routed(hr: FlaskClient, db: Database) -> str:
    """The preview of a questionnaire with every kind of question and conditions, in bokmål."""
    file = loading.DEFINITIONS.parents[1] / "tests" / "questionnaires" / "examples" / "routed.yaml"
    source = file.read_bytes()
    with db.transaction() as session:
        freeze(session, loading.parse(source, "routed.yaml"), source)
    return "/sporreskjema/routed-example/v1/forhandsvisning/nb"


def _rows(db: Database) -> dict[str, int]:
    """How many rows each table has."""
    with db.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def _walker(client: FlaskClient, address: str) -> Respondent:
    """A browser on a page of the preview; there is no code."""
    walker = Respondent.__new__(Respondent)
    walker.client, walker.page = client, Page(client.get(address))
    return walker


def _audiences(questionnaire: Questionnaire) -> tuple[Audience, ...]:
    differ = any(page.audience != "all" for page in questionnaire.pages)
    return ("staff", "leaders") if differ else ("staff",)


def _page(response: TestResponse) -> Page:
    assert response.status_code == 200
    # The session of the signed-in reader, and nothing beside it.
    assert {cookie.split("=")[0] for cookie in response.headers.getlist("Set-Cookie")} <= {"medvirk"}
    return Page(response)


def _spoken(page: Page) -> Iterator[tuple[str, str]]:
    """Every element's own text with the language it is in, by the nearest lang attribute."""
    waiting = [(page.tree, page.language)]
    while waiting:
        element, language = waiting.pop()
        language = element.get("lang", language)
        if element.text and element.text.strip():
            yield re.sub(r"\s+", " ", element.text).strip(), language
        waiting.extend((child, language) for child in element if isinstance(child.tag, str))


def _walk(client: FlaskClient, way: str, questionnaire: Questionnaire, audience: Audience) -> list[Page]:
    """Every page of questions this audience may meet, by its own number."""
    role = "?rolle=leder" if audience == "leaders" else ""
    numbers = [page.number for page in questionnaire.pages_for(audience)]
    return [_page(client.get(f"{way}/side/{number}{role}")) for number in numbers]


@pytest.mark.parametrize(("key", "version"), BUILTIN, ids=str)
def test_every_instrument_is_shown_whole_in_every_language_and_nothing_is_stored(
    hr: FlaskClient, db: Database, key: str, version: int
) -> None:
    questionnaire = builtin(key, version)
    before = _rows(db)
    for language in questionnaire.languages:
        way = f"/sporreskjema/{key}/v{version}/forhandsvisning/{language}"
        assert _page(hr.get(f"{way}/")).heading == questionnaire.title[language]
        for audience in _audiences(questionnaire):
            pages = _walk(hr, way, questionnaire, audience)
            assert {page.language for page in pages} == {language if language in LANGUAGES else "nb"}
            spoken = [text for page in pages for text in _spoken(page)]
            for asked in questionnaire.pages_for(audience):
                for question in asked.asked:
                    assert (re.sub(r"\s+", " ", question.text[language]), language) in spoken
        for end in ("oppsummering", "kvittering", "pause"):
            assert _page(hr.get(f"{way}/{end}")).status == 200
    assert _rows(db) == before


def test_a_language_the_site_itself_does_not_speak_is_marked(hr: FlaskClient, db: Database) -> None:
    source = FOREIGN.encode()
    with db.transaction() as session:
        freeze(session, loading.parse(source, "fremmed.yaml"), source)
    page = _page(hr.get("/sporreskjema/fremmed/v1/forhandsvisning/uk/side/1"))
    assert page.language == "nb"
    assert ("Чи задоволені ви?", "uk") in set(_spoken(page))


def test_the_respondents_whole_way_can_be_walked_and_nothing_is_stored(hr: FlaskClient, db: Database) -> None:
    before = _rows(db)
    page = _page(hr.get(f"{SMALL_PREVIEW}/"))
    assert "Start" in page.links()
    walker = _walker(hr, page.links()["Start"])
    seen = []
    while "/side/" in walker.page.address:
        seen.append(walker.page.heading)
        walker.answers_all(1, comment="Dette skal ikke i adressen.")
    assert seen == ["Å trives på jobb", "Hva som ventes av meg", "Litt om deg", "Med egne ord"]
    assert walker.page.heading == "Se over og lever"
    assert "Litt uenig" in walker.page.text
    assert "Dette" not in walker.page.address
    assert walker.press().heading == "Takk! Svaret ditt er levert."
    assert "forhandsvisning" in walker.page.address
    assert _rows(db) == before


def test_the_pages_are_those_a_respondent_gets(app: Flask, hr: FlaskClient, db: Database) -> None:
    with db.transaction() as session:
        [code] = invite_some(app, session, session.scalars(select(Survey)).one())
    real = Respondent(app.test_client(), code).goes_to("side/1")
    shown = _page(hr.get(f"{SMALL_PREVIEW}/side/1"))
    assert shown.questions() == real.questions()
    assert shown.options() == real.options()
    assert shown.title == real.title


def test_every_page_says_on_top_that_nothing_is_stored(hr: FlaskClient) -> None:
    for end in ("", "side/1", "pause", "oppsummering", "kvittering"):
        page = _page(hr.get(f"{SMALL_PREVIEW}/{end}"))
        assert (
            page.text.split("Hopp til hovedinnholdet")[1]
            .lstrip()
            .startswith("Forhåndsvisning – ingenting lagres")
        )


def test_leaders_pages_are_seen_as_a_leader_and_as_nobody_else(hr: FlaskClient) -> None:
    start = _page(hr.get(f"{SMALL_PREVIEW}/"))
    as_leader = _page(hr.get(start.links()["Slik en leder ser det"]))
    assert "Å lede andre" in as_leader.links()
    assert "Å lede andre" not in start.links()
    page = _page(hr.get(as_leader.links()["Å lede andre"]))
    assert "Jeg har tid til å lede." in page.questions()
    assert hr.get(f"{SMALL_PREVIEW}/side/3").status_code == 404
    medarbeider = _page(hr.get("/sporreskjema/bibliotek/v1/forhandsvisning/nb/"))
    assert "Slik en leder ser det" not in medarbeider.links()


def test_the_language_is_switched_with_the_answers_kept(hr: FlaskClient) -> None:
    walker = _walker(hr, f"{SMALL_PREVIEW}/side/1")
    page = walker.press({"TRI01": "4"}, button="_sprak", value="nn")
    assert page.heading == "Å trivast på jobb"
    assert page.answers() == {"TRI01": "4"}


def test_what_is_answered_decides_the_way_and_every_page_can_be_seen_anyway(
    hr: FlaskClient, routed: str
) -> None:
    start = _page(hr.get(f"{routed}/"))
    assert "bare for noen" in start.text
    walker = _walker(hr, f"{routed}/side/1")
    assert walker.press({"used.library": "1"}).heading == "Biblioteket"
    walker.page = Page(hr.get(f"{routed}/side/1"))
    assert "/side/3" in walker.press({"used.pool": "1"}).address
    assert "Når var du der sist?" in walker.page.text
    assert _page(hr.get(f"{routed}/side/2")).heading == "Biblioteket"


def test_an_answer_that_cannot_be_read_is_explained_as_to_a_respondent(hr: FlaskClient, routed: str) -> None:
    response = hr.post(f"{routed}/side/3", data={"moved": "i fjor"})
    assert response.status_code == 422
    assert Page(response).title.startswith("Feil:")
    assert Page(response).summary()


def test_the_survey_that_is_being_made_is_shown_in_its_own_words(hr: FlaskClient) -> None:
    tab = Page(hr.get("/undersokelser/liten-2026/sporreskjema"))
    [address] = [link for text, link in tab.links().items() if text.startswith("Se hvordan det ser ut")]
    page = _page(hr.get(address))
    assert page.heading == "Liten undersøkelse 2026"
    assert "Vi vil ha det bra på jobb." in page.text
    assert _page(hr.get(page.links()["Start"])).heading == "Å trives på jobb"


def test_a_survey_that_asks_something_else_or_is_another_units_is_not_shown(
    hr: FlaskClient, db: Database
) -> None:
    other = "/sporreskjema/bibliotek/v1/forhandsvisning/nb/?undersokelse=liten-2026"
    assert hr.get(other).status_code == 404
    sign_in_as(hr, db, Role.HR, "B")
    assert hr.get(f"{SMALL_PREVIEW}/").status_code == 200
    assert hr.get(f"{SMALL_PREVIEW}/?undersokelse=liten-2026").status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/sporreskjema/liten/v2/forhandsvisning/nb/",
        "/sporreskjema/liten/v1/forhandsvisning/uk/",
        "/sporreskjema/finnes-ikke/v1/forhandsvisning/nb/",
        "/sporreskjema/..%2Fx/v1/forhandsvisning/nb/",
        f"{SMALL_PREVIEW}/side/9",
    ],
)
def test_what_is_not_there_is_not_found(hr: FlaskClient, address: str) -> None:
    assert hr.get(address).status_code == 404


def test_only_hr_and_administrators_see_previews(hr: FlaskClient, db: Database) -> None:
    for role, status in ((Role.ADMINISTRATOR, 200), (Role.LEADER, 403), (Role.REPRESENTATIVE, 403)):
        sign_in_as(hr, db, role)
        assert hr.get(f"{SMALL_PREVIEW}/side/1").status_code == status
    assert hr.post(f"{SMALL_PREVIEW}/side/1").status_code == 403
    assert hr.post(f"{SMALL_PREVIEW}/lever").status_code == 403


def test_a_stranger_is_sent_to_sign_in(app: Flask) -> None:
    stranger = app.test_client()
    for response in (stranger.get(f"{SMALL_PREVIEW}/"), stranger.post(f"{SMALL_PREVIEW}/side/1")):
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/logg-inn")


def test_answers_in_an_address_come_back_as_they_were_and_nothing_else_does() -> None:
    questionnaire = builtin("medarbeider", 1)
    first, second = (item.key for item in questionnaire.items[:2])
    assert read(questionnaire, written({first: 4, second: 5})) == {first: 4, second: 5}
    wrong = f"{first}:9,{second}:x,{second}:²,finnes-ikke:1,{second}:{'9' * 5000},:,,{second}"
    assert read(questionnaire, wrong) == {}
