"""Open to everyone: a public link starts an ordinary answer, names nobody, and gives no false response rate."""

import datetime as dt
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse
from sqlalchemy import select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.invitations import Recipient
from surveys.campaigns.lifecycle import Participation, SurveyError, close_survey, open_survey, participation
from surveys.campaigns.models import Invitation, PublicLink, Survey, SurveyStatus, SurveyUnit
from surveys.campaigns.open_group import OPEN_GROUP
from surveys.campaigns.public_links import WORDS, find_link, make_link, remove_link
from surveys.counting.models import Response
from surveys.hr.paper.sheets import loose_codes
from surveys.hr.steps.inviting import audience
from surveys.hr.turnout import turnout
from surveys.organisation.models import Unit
from surveys.platform import code_format, limits
from surveys.platform.database import Database
from surveys.platform.limits import limiter
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import release
from surveys.release.models import Turnout
from tests.building import (
    answer_some,
    build_installation,
    build_open_survey,
    build_survey,
    build_units,
    invite_some,
    keys_of,
    sheet_of,
)
from tests.card_building import sign_in_as
from tests.respondent import Page, Respondent

HR_PAGE = "/undersokelser/liten-2026/brev-og-lenke"


def the_survey(session: object) -> Survey:
    return session.scalars(select(Survey)).one()  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def token(app: Flask, db: Database) -> str:
    """The public link of an open survey, for its top unit."""
    with db.transaction() as session:
        survey = build_open_survey(app, session, closes_on=dt.date(2099, 3, 20))
        return make_link(session, survey, []).token


@pytest.fixture
def choice(app: Flask, db: Database) -> str:
    """The public link of an open survey where those who come choose between units A and B."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        units = session.scalars(select(Unit.id).where(Unit.code.in_(["A", "B"])))
        return make_link(session, survey, units).token


@pytest.fixture
def hr(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_open_survey(app, session)
    sign_in_as(client, db, Role.HR)
    return client


def starts(client: FlaskClient, token: str, **sent: str) -> str:
    """Presses «Start» and gives the code she got."""
    answer = client.post(f"/svar/apen/{token}", data=sent)
    assert answer.status_code == 303
    return answer.headers["Location"].split("/")[2]


def starts_and_delivers(app: Flask, token: str, **sent: str) -> None:
    client = app.test_client()
    person = Respondent(client, starts(client, token, **sent))
    person.answers_to_the_review()
    person.press()
    assert person.page.heading == "Takk! Svaret ditt er levert."


def test_the_public_page_says_who_asks_why_how_long_and_that_anyone_can_answer(
    client: FlaskClient, token: str
) -> None:
    page = Page(client.get(f"/svar/apen/{token}"))
    assert page.heading == "Liten undersøkelse 2026"
    for told in (
        "Fjordvik kommune",
        "Vi vil ha det bra på jobb.",
        "Det tar omtrent 3 minutter.",
        "Frist: fredag 20. mars.",
        "Alle som har denne lenken, kan svare.",
        "Hvem ser hva, og når",
        "Ingenting hindrer noen i å svare flere ganger",
    ):
        assert told in page.text
    assert page.questions() == []


def test_reading_the_page_makes_nothing_and_leaves_no_cookie(
    db: Database, client: FlaskClient, token: str
) -> None:
    for address in (f"/svar/apen/{token}", f"/svar/apen/{token}?sprak=en", f"/svar/apen/{token.upper()}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    with db.reading() as session:
        assert session.scalars(select(Invitation)).all() == []


def test_a_start_leads_into_the_ordinary_way_with_a_code_of_ones_own(
    db: Database, client: FlaskClient, token: str
) -> None:
    first, second = starts(client, token), starts(client, token)
    assert first != second
    assert code_format.normalised(first)
    person = Respondent(client, first)
    person.goes_to("side/1")
    assert person.page.questions()
    person.answers_all()
    assert "De er tatt vare på" in person.open(f"/svar/{first}").text
    with db.reading() as session:
        made = session.scalars(select(Invitation)).all()
        assert {(each.person_id, each.email, each.self_started) for each in made} == {(None, "", True)}
    assert "Set-Cookie" not in client.post(f"/svar/apen/{token}").headers


def test_a_start_keeps_the_language_of_the_page(client: FlaskClient, token: str) -> None:
    page = Page(client.get(f"/svar/apen/{token}?sprak=en"))
    assert page.heading == "Small survey 2026"
    assert page.language == "en"
    started = client.post(page.form_address())
    assert "/en/side/1" in started.headers["Location"]
    code = started.headers["Location"].split("/")[2]
    assert Page(client.get(f"/svar/{code}")).language == "en"


def test_the_page_is_in_the_language_the_browser_asks_for(client: FlaskClient, token: str) -> None:
    page = Page(client.get(f"/svar/apen/{token}", headers={"Accept-Language": "nn, en;q=0.5"}))
    assert page.heading == "Lita undersøking 2026"


def test_whoever_comes_chooses_among_the_units_that_hr_chose(
    db: Database, client: FlaskClient, choice: str
) -> None:
    page = Page(client.get(f"/svar/apen/{choice}"))
    assert page.questions() == ["Hva gjelder svaret ditt?"]
    offered = page.options()["enhet"]
    with db.reading() as session:
        units = {unit.code: unit.id for unit in session.scalars(select(Unit))}
    assert offered == [str(units["A"]), str(units["B"])]
    starts(client, choice, enhet=offered[1])
    with db.reading() as session:
        assert session.scalars(select(Invitation.unit_id)).all() == [units["B"]]


@pytest.mark.parametrize("sent", [{}, {"enhet": ""}, {"enhet": "1; DROP"}, {"enhet": "999999"}])
def test_no_unit_or_one_that_is_not_offered_is_explained(
    db: Database, client: FlaskClient, choice: str, sent: dict[str, str]
) -> None:
    page = Page(client.post(f"/svar/apen/{choice}", data=sent))
    assert page.status == 422
    assert page.title.startswith("Feil:")
    [(message, target)] = page.summary().items()
    assert message == "Velg hva svaret gjelder"
    assert target.removeprefix("#") in page.ids()
    with db.reading() as session:
        top = session.scalars(select(Unit.id).where(Unit.code == "K")).one()
        assert session.scalars(select(Invitation)).all() == []
    assert client.post(f"/svar/apen/{choice}", data={"enhet": str(top)}).status_code == 422


def test_an_unknown_link_is_a_plain_404(client: FlaskClient, token: str) -> None:
    for method in (client.get, client.post):
        assert method("/svar/apen/finnes-ikke-10").status_code == 404


def test_a_link_may_be_typed_carelessly(db: Database, token: str) -> None:
    with db.reading() as session:
        for typed in (token.upper(), token.replace("-", " "), f" {token} ", token.replace("-", "–")):
            assert find_link(session, typed) is not None, typed
        assert find_link(session, "") is None


def test_the_words_of_a_link_are_easy_to_type() -> None:
    assert len(set(WORDS)) == len(WORDS) >= 60
    assert all(re.fullmatch(r"[a-z]{3,8}", word) for word in WORDS)


def test_before_opening_and_after_closing_the_page_says_how_things_stand(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    with db.transaction() as session:
        build_installation(session)
        survey = build_survey(session, build_units(session)["K"])
        token = make_link(session, survey, []).token
    assert Page(client.get(f"/svar/apen/{token}")).heading == "Undersøkelsen har ikke åpnet ennå"
    with db.transaction() as session:
        open_survey(session, the_survey(session), keys_of(app))
    starts(client, token)
    with db.transaction() as session:
        close_survey(session, the_survey(session))
    page = Page(client.post(f"/svar/apen/{token}", follow_redirects=True))
    assert page.heading == "Undersøkelsen er avsluttet"
    with db.reading() as session:
        assert len(session.scalars(select(Invitation)).all()) == 1


def test_many_starts_from_one_client_are_stopped_calmly(
    app: Flask, db: Database, client: FlaskClient, token: str
) -> None:
    most = parse(limits.STARTS_OF_A_CLIENT)
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        limiter.limiter.hit(most, limits.client_key(), "respond.start_answering", cost=most.amount - 1)
    starts(client, token)
    stopped = client.post(f"/svar/apen/{token}")
    assert stopped.status_code == 429
    assert Page(stopped).heading == "Vent litt"
    assert client.get(f"/svar/apen/{token}").status_code == 200
    with db.reading() as session:
        assert len(session.scalars(select(Invitation)).all()) == 1


def test_a_start_is_no_invitation_and_gives_no_response_rate(
    app: Flask, db: Database, client: FlaskClient, token: str
) -> None:
    for _ in range(3):
        starts(client, token)
    with db.reading() as session:
        survey = the_survey(session)
        assert participation(session, survey) == {survey.unit_id: Participation(None, 0)}
        assert audience(session, survey).invited == 0
        top = turnout(session, survey)[0]
        assert (top.invited, top.delivered, top.rate) == (None, None, None)


def test_delivered_answers_are_told_from_the_minimum_group_on(app: Flask, db: Database, token: str) -> None:
    for _ in range(19):
        starts_and_delivers(app, token)
    with db.reading() as session:
        assert turnout(session, the_survey(session))[0].delivered is None
    starts_and_delivers(app, token)
    with db.reading() as session:
        assert turnout(session, the_survey(session))[0].delivered == 20


def test_a_unit_outside_the_link_keeps_its_rate(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        [a] = session.scalars(select(Unit.id).where(Unit.code == "A"))
        [b] = session.scalars(select(Unit.id).where(Unit.code == "B"))
        make_link(session, survey, [b])
        invite_some(app, session, survey, "A", 5)
        invite_some(app, session, survey, "B", 5)
        answer_some(app, session, survey, "A", [sheet_of(3)])
        assert participation(session, survey) == {a: Participation(6, 1), b: Participation(None, 0)}
        rows = {row.node.unit_id: row for row in turnout(session, survey)}
        assert (rows[a].invited, rows[a].delivered_text) == (6, "færre enn 5")
        assert rows[b].invited is rows[survey.unit_id].invited is None


def test_a_removed_link_stops_new_starts_and_not_those_who_have_begun(
    app: Flask, db: Database, client: FlaskClient, token: str
) -> None:
    code = starts(client, token)
    with db.transaction() as session:
        remove_link(session, the_survey(session))
    assert client.post(f"/svar/apen/{token}").status_code == 404
    person = Respondent(client, code)
    person.answers_to_the_review()
    assert person.press().heading == "Takk! Svaret ditt er levert."
    with db.reading() as session:
        survey = the_survey(session)
        assert participation(session, survey) == {survey.unit_id: Participation(None, 1, 1)}


def test_abandoned_starts_do_not_disturb_counting_and_release(
    app: Flask, db: Database, client: FlaskClient, token: str
) -> None:
    for _ in range(OPEN_GROUP + 1):
        starts_and_delivers(app, token)
    for _ in range(4):
        starts(client, token)
    Respondent(client, starts(client, token)).goes_to("side/1")
    with db.transaction() as session:
        close_survey(session, the_survey(session))
    count(db, keys_of(app), "liten-2026")
    with db.reading() as session:
        survey = the_survey(session)
        assert survey.status == SurveyStatus.COUNTED
        assert len(session.scalars(select(Response)).all()) == OPEN_GROUP + 1
        unit = session.get_one(SurveyUnit, (survey.id, survey.unit_id))
        assert (unit.invited, unit.delivered) == (None, OPEN_GROUP + 1)
        top = turnout(session, survey)[0]
        assert (top.invited, top.delivered_text) == (None, "minst 20")
    release(db, keys_of(app), "liten-2026")
    with db.reading() as session:
        top_id = the_survey(session).unit_id
        released = session.scalars(select(Turnout).where(Turnout.unit_id == top_id)).one()
        assert (released.invited, released.delivered) == (None, OPEN_GROUP + 1)


def test_the_receipt_of_a_public_survey_lets_the_next_person_start(
    app: Flask, client: FlaskClient, token: str
) -> None:
    person = Respondent(client, starts(client, token))
    person.answers_to_the_review()
    receipt = person.press()
    assert receipt.links()["La en annen person svare"] == f"/svar/apen/{token}?sprak=nb"


def test_the_receipt_tells_of_the_browsers_own_history(client: FlaskClient, token: str) -> None:
    person = Respondent(client, starts(client, token))
    person.answers_to_the_review()
    assert "Nettleseren husker lenken" in person.press().response.text


def test_no_script_of_ours_writes_on_the_device() -> None:
    """A mark that somebody has answered is read by the next one who borrows the phone."""
    scripts = list((Path(__file__).parents[2] / "static" / "js").rglob("*.js"))
    assert scripts
    ways = re.compile(
        r"localStorage|sessionStorage|indexedDB|document\.cookie|cookieStore|caches\.|serviceWorker"
    )
    assert [script.name for script in scripts if ways.search(script.read_text())] == []


def test_hr_makes_a_link_chooses_units_and_takes_it_away(db: Database, hr: FlaskClient) -> None:
    page = hr.get(HR_PAGE).text
    assert "Lag åpen lenke" in page
    assert "med en åpen lenke kan også andre enn de ansatte svare" in page
    with db.reading() as session:
        units = {unit.code: str(unit.id) for unit in session.scalars(select(Unit))}
    made = hr.post("/undersokelser/liten-2026/apen-lenke", follow_redirects=True)
    with db.reading() as session:
        token = session.scalars(select(PublicLink.token)).one()
    assert f"http://localhost/svar/apen/{token}" in made.text
    changed = hr.post(
        "/undersokelser/liten-2026/apen-lenke",
        data={"places": [units["B"], units["A"]]},
        follow_redirects=True,
    )
    assert "Enhet A, Enhet B" in changed.text
    with db.reading() as session:
        assert session.scalars(select(PublicLink.token)).one() == token
    hr.post("/undersokelser/liten-2026/apen-lenke/fjern")
    with db.reading() as session:
        assert session.scalars(select(PublicLink)).all() == []
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.account_id.is_not(None))).all()
    assert actions == ["survey.public_link_made"] * 2 + ["survey.public_link_removed"]


def test_a_unit_outside_the_survey_cannot_be_offered(db: Database, hr: FlaskClient) -> None:
    with db.transaction() as session:
        stranger = Unit(code="X", name="Utenfor")
        session.add(stranger)
        session.flush()
        with pytest.raises(SurveyError):
            make_link(session, the_survey(session), [stranger.id])
        sent = {"places": [str(stranger.id)]}
    assert hr.post("/undersokelser/liten-2026/apen-lenke", data=sent).status_code == 422
    assert hr.post("/undersokelser/liten-2026/apen-lenke", data={"places": ["tull"]}).status_code == 422
    with db.reading() as session:
        assert session.scalars(select(PublicLink)).all() == []


def test_a_closed_survey_gets_no_link(db: Database, hr: FlaskClient) -> None:
    with db.transaction() as session:
        close_survey(session, the_survey(session))
    assert "Lag åpen lenke" not in hr.get(HR_PAGE).text
    answer = hr.post("/undersokelser/liten-2026/apen-lenke")
    assert answer.status_code == 409
    assert "kan ikke få en åpen lenke" in answer.text


def test_the_poster_carries_the_address_in_text_and_as_a_qr_code(db: Database, hr: FlaskClient) -> None:
    assert hr.get("/undersokelser/liten-2026/plakat").headers["Location"] == HR_PAGE
    with db.transaction() as session:
        token = make_link(session, the_survey(session), []).token
    page = Page(hr.get("/undersokelser/liten-2026/plakat"))
    assert f"http://localhost/svar/apen/{token}" in page.text
    [qr] = [each for each in page.tree.iter() if str(each.tag).endswith("svg")]
    assert (qr.get("role"), qr.get("aria-label")) == ("img", "QR-kode til undersøkelsen")


def test_hr_sees_answers_and_no_rate_while_anyone_may_answer(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    with db.transaction() as session:
        token = make_link(session, the_survey(session), []).token
    assert "Færre enn 20 svar er levert." in hr.get("/undersokelser/liten-2026").text
    for _ in range(OPEN_GROUP):
        starts_and_delivers(app, token)
    page = hr.get("/undersokelser/liten-2026").text
    assert "Minst 20 svar er levert." in page
    assert "kan ikke regne ut svarprosenten" in page
    assert "Minst 20 svar er levert. Etter dette" in hr.get("/undersokelser/liten-2026/steg/close").text


def test_a_unit_outside_the_scope_is_neither_offered_nor_accepted(db: Database, hr: FlaskClient) -> None:
    with db.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        for unit in survey.units:
            unit.asked = unit.unit.code == "A"
        outside = next(unit.unit_id for unit in survey.units if unit.unit.code == "B")
    answer = hr.post("/undersokelser/liten-2026/apen-lenke", data={"places": [str(outside)]})
    assert answer.status_code == 422
    with db.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        for chosen in ([outside], []):
            with pytest.raises(SurveyError, match="enhetene"):
                make_link(session, survey, chosen)
        wanted = Recipient(outside, loose=True)
        with pytest.raises(SurveyError, match="enhetene"):
            loose_codes(session, survey, wanted, 1, "b", b"s" * 32)
