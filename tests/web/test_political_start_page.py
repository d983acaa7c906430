"""The politician's start page is the newest report that is open to her; she proposes indicators, and is answered."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.reports.proposals.models import IndicatorProposal
from surveys.reports.snapshots import drafts
from surveys.reports.snapshots.models import ReportAudience
from tests.card_building import sign_in_as
from tests.conftest import Installations
from tests.reporting import APPROVAL, TERTIAL, an_account, draft, frozen, opened_to, reporting_site


@pytest.fixture
def settings(tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """One database is enough: nothing here is SQL's own."""
    with installations("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return reporting_site(app, db, monkeypatch)


def test_before_anything_is_open_she_is_told_so(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        frozen(session)
    sign_in_as(client, site, Role.POLITICIAN)
    page = client.get("/").text
    assert "Kommunen har ikke åpnet noen rapport for politikerne ennå." in page
    assert "Influensa i mars" not in page


def test_each_yellow_and_red_is_named_with_why_what_and_when(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        opened_to(session, frozen(session), ReportAudience.POLITICAL)
        # Newer, but not politikernes side.
        opened_to(session, frozen(session, TERTIAL), ReportAudience.POLITICAL)
    sign_in_as(client, site, Role.POLITICIAN)
    page = client.get("/").text
    assert "Politikernes side 2026" in page
    for words in (
        "Hvorfor: Influensa i mars",
        "Hva gjøres: Vi vaksinerer flere",
        "Vurderes igjen 31. desember 2026.",
    ):
        assert words in page
    assert page.count("Ikke besvart ennå.") == 1, "the yellow budget"
    assert ">Sykefravær</a> (9,0" in page.split("Rødt:")[1], "what is red comes first, as a link"
    assert 'href="/styringskort/K#indikator-M1.2"' in page
    assert "4,2" not in page, "the survey's value is not hers before December"


def test_a_newer_one_takes_its_place_and_a_withheld_one_leaves_it(
    client: FlaskClient, site: Database
) -> None:
    with site.transaction() as session:
        opened_to(session, frozen(session), ReportAudience.POLITICAL)
        newer = draft(session)
        drafts.freeze(session, newer, an_account(session), APPROVAL, dt.date(2026, 12, 2))
        opened_to(session, newer, ReportAudience.POLITICAL)
        newer_id = newer.id
    sign_in_as(client, site, Role.POLITICIAN)
    assert f'href="/rapporter/{newer_id}"' in client.get("/").text
    hr = client.application.test_client()
    sign_in_as(hr, site, Role.HR)
    data = {
        "utgave": "political",
        "apen": "nei",
        "hvem": "K",
        "dato": "01.11.2026",
        "hjemmel": "§ 5",
        "grunn": "Feil",
    }
    hr.post(f"/rapporter/{newer_id}/beslutning", data=data)
    page = client.get("/").text
    assert f'href="/rapporter/{newer_id}"' not in page
    assert "Influensa i mars" in page


def test_nobody_elses_start_page_asks_for_reports(client: FlaskClient, db: Database, site: Database) -> None:
    statements: list[str] = []
    sign_in_as(client, site, Role.LEADER)

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    client.get("/")
    event.remove(db.engine, "before_cursor_execute", note)
    assert statements
    assert not [each for each in statements if "report.id" in each]


def test_a_proposal_is_seen_by_hr_and_answered_once(client: FlaskClient, site: Database) -> None:
    politician, hr = client.application.test_client(), client
    sign_in_as(politician, site, Role.POLITICIAN)
    sign_in_as(hr, site, Role.HR)
    refused = politician.post("/forslag", data={"enhet": "K", "forslag": "", "hvorfor": "Noe"})
    assert refused.status_code == 422
    assert "Skriv hva som bør måles" in refused.text
    form = {"enhet": "K", "forslag": "Ventetid hos PPT", "hvorfor": "Vi hører om lang kø"}
    named = politician.post("/forslag", data=form | {"hvorfor": "Kari, 01010750160, har ventet"})
    assert named.status_code == 422
    assert "Begrunnelsen har et fødselsnummer" in named.text
    sent = politician.post("/forslag", data=form, follow_redirects=True)
    assert "Forslaget er sendt." in sent.text
    assert "Ikke besvart ennå." in sent.text
    assert politician.post("/forslag", data=form | {"enhet": "A1"}).status_code == 403
    assert "1 venter på svar" in hr.get("/rapporter").text
    with site.reading() as session:
        number = session.scalars(select(IndicatorProposal.id)).one()
    address = f"/forslag/{number}/svar"
    assert hr.post(address, data={"svar": "Ja"}).status_code == 422
    hr.post(address, data={"tas-med": "ja", "svar": "Fra neste år"})
    late = hr.post(address, data={"tas-med": "nei", "svar": "Nei"}, follow_redirects=True)
    assert "har svart allerede. Ingenting er endret." in late.text
    answered = politician.get("/forslag").text
    assert "Ja, dette tas med." in answered
    assert "Fra neste år" in answered
    assert "1 venter på svar" not in hr.get("/rapporter").text
    with site.reading() as session:
        trail = session.execute(
            select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.action.startswith("proposal."))
        ).all()
    assert [entry.action for entry in trail] == ["proposal.made", "proposal.answered"]
    assert "Ventetid" not in str(trail), "the trail is for ever: it has no words of a proposal"


def test_one_politician_does_not_read_anothers_proposals(client: FlaskClient, site: Database) -> None:
    other = client.application.test_client()
    sign_in_as(other, site, Role.POLITICIAN, "A")
    other.post("/forslag", data={"enhet": "A", "forslag": "Hemmelig", "hvorfor": "Noe"})
    sign_in_as(client, site, Role.POLITICIAN, "K")
    assert "Hemmelig" not in client.get("/forslag").text
