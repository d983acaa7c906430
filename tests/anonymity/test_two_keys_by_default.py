"""Two keys unless somebody says why not, in the words of the one who answers, and with what the holders should know."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from questionnaires import loading
from questionnaires.model import Questionnaire
from surveys.access.models import Account, Role
from surveys.access.sessions import start_session
from surveys.audit.models import AuditEntry
from surveys.campaigns import key_holders
from surveys.campaigns.ballot_box import HolderOffice
from surveys.campaigns.box_openers import who_opens
from surveys.campaigns.invitations import Recipient
from surveys.campaigns.lifecycle import SurveyError, close_survey, find_survey, open_survey
from surveys.campaigns.models import SurveyStatus
from surveys.commands import medvirk
from surveys.hr.opening_by_plan import open_due
from surveys.hr.paper.sheets import loose_codes
from surveys.platform.database import Database
from surveys.platform.localisation import LANGUAGES, in_language
from tests.building import build_installation, build_survey, build_units, invite_some, keys_of
from tests.key_holding import KEY, Shared, holder_account, make_guesses_cheap, name_two, open_shared

PAGE = f"/undersokelser/{KEY}"
REASON = "Vi har ingen tillitsvalgt for alle ennå"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    make_guesses_cheap(monkeypatch)


@pytest.fixture
def undecided(db: Database) -> Database:
    with db.transaction() as session:
        build_installation(session)
        build_survey(session, build_units(session)["K"], one_key_reason="")
    return db


def _signed_in(app: Flask, db: Database, username: str, role: Role | None = None) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        if role:
            holder_account(session, username, role, find_survey(session, KEY).unit)
        token = start_session(
            session, session.scalars(select(Account).where(Account.username == username)).one()
        )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client


def test_nothing_opens_before_hr_has_chosen_two_or_said_why_not(app: Flask, undecided: Database) -> None:
    hr = _signed_in(app, undecided, "hr", Role.HR)
    assert "Velg hvem som åpner urnen" in hr.get(PAGE).text
    refused = hr.post(f"{PAGE}/steg/open")
    assert refused.status_code == 409
    assert "Vanlig er at to må åpne den sammen" in refused.text
    with app.app_context():
        assert open_due(undecided) == []
    page = hr.get(f"{PAGE}/nokler").text
    assert 'value="to" aria-describedby="opened_by-to-hjelp" checked' in page
    assert "Ingen brukere er tillitsvalgt for hele undersøkelsen ennå." in page
    short = hr.post(f"{PAGE}/nokler", data={"opened_by": "en", "reason": "nei"})
    assert "Skriv en begrunnelse" in short.text
    assert hr.post(f"{PAGE}/steg/open").status_code == 409
    assert hr.post(f"{PAGE}/nokler", data={"opened_by": "en", "reason": REASON}).status_code == 302
    assert hr.post(f"{PAGE}/steg/open").status_code == 302
    with undecided.reading() as session:
        trail = {entry.action: entry.detail for entry in session.scalars(select(AuditEntry))}
    assert trail["survey.key_holders_removed"] == {"reason": REASON}
    assert trail["survey.opened"]["one_key"] == REASON


def test_two_who_are_chosen_end_the_one(app: Flask, db: Database) -> None:
    name_two(db)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        assert survey.one_key_reason is None
        with pytest.raises(SurveyError, match="nøkkelen er ikke laget ennå"):
            open_survey(session, survey, keys_of(app))


@pytest.mark.parametrize("reason", [None, REASON], ids=["no reason", "a reason"])
def test_the_command_opens_with_one_key_and_says_so(
    app: Flask, undecided: Database, reason: str | None
) -> None:
    given = ["--one-key", reason] if reason else []
    result = app.test_cli_runner().invoke(medvirk, ["open", KEY, *given], obj=lambda: app)
    assert result.exit_code == 0, result.output
    assert ("Ingen hadde valgt nøkkelholdere" in result.output) is (reason is None)
    with undecided.reading() as session:
        survey = find_survey(session, KEY)
        assert survey.status == SurveyStatus.OPEN
        assert (reason or "uten at noen hadde valgt") in (survey.one_key_reason or "")


def test_a_holder_sees_what_was_made_without_a_name_before_she_opens(app: Flask, db: Database) -> None:
    shared: Shared = open_shared(app, db)
    holder = _signed_in(app, db, "tillitsvalgt")
    assert "Det er ikke laget koder eller lenker uten navn." in holder.get(f"{PAGE}/min-nokkel").text
    with app.test_request_context(), db.transaction() as session:
        survey = find_survey(session, KEY)
        unit = next(unit for unit in survey.units if unit.name == "Enhet A")
        secret = app.config["SECRETS"].codes
        loose_codes(session, survey, Recipient(unit.unit_id, loose=True), 4, "first", secret)
    with shared.db.transaction() as session:
        close_survey(session, find_survey(session, KEY))
    page = holder.get(f"{PAGE}/min-nokkel").text
    assert page.index("Koder og lenker uten navn") < page.index('name="passphrase"')
    assert "Enhet A" in page
    assert re.search(r'<td class="number"[^>]*>4</td>', page)
    assert "systemet eller kommandolinjen" in page


@pytest.mark.parametrize("office", [None, *list(HolderOffice)[1:]])
def test_the_page_of_one_who_answers_names_the_office(
    app: Flask, db: Database, client: FlaskClient, office: HolderOffice | None
) -> None:
    shared = open_shared(app, db)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        holding = key_holders.key_holding(session, survey)
        assert holding is not None
        holding.people[1].office = office
        [code] = invite_some(app, session, survey)
    said = client.get(f"/svar/{code}/nb/", follow_redirects=True).text
    words: dict[HolderOffice | None, str] = {
        HolderOffice.CHIEF_REPRESENTATIVE: "HR og hovedtillitsvalgt",
        HolderOffice.CHIEF_SAFETY_REPRESENTATIVE: "HR og hovedverneombudet",
    }
    assert shared.words
    assert f"To må åpne sammen: {words.get(office, 'HR og en tillitsvalgt')}." in said


def _one_of_each() -> list[Questionnaire]:
    """One questionnaire for each kind of respondent, easy ones beside the others."""
    found = {(q.respondents, q.reading): q for q in (loading.load(file) for file in loading.available())}
    return list(found.values())


@pytest.mark.parametrize("questionnaire", _one_of_each(), ids=lambda q: f"{q.respondents}-{q.reading}")
def test_every_start_page_says_who_opens_the_box(
    app: Flask, db: Database, questionnaire: Questionnaire
) -> None:
    """In every language; nobody but employees is told of HR and of offices she does not know."""
    open_shared(app, db)
    with app.test_request_context(), db.transaction() as session:
        survey = find_survey(session, KEY)
        one = build_survey(session, survey.unit, "en-nokkel")
        open_survey(session, one, keys_of(app))
        said = set()
        for language in LANGUAGES:
            with in_language(language):
                said |= {who_opens(session, each, questionnaire) for each in (survey, one)}
    assert len(said) == 2 * len(LANGUAGES)
    assert any("HR" in each for each in said) is (questionnaire.respondents == "employees")
