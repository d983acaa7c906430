"""The yearly review: what is asked of whom with minutes, and the record of what was decided about it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.campaigns.models import Survey, SurveyStatus, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.reports.year import demands
from surveys.reports.year.models import YearReview
from tests.building import invite_some
from tests.card_building import sign_in_as, unit_of
from tests.conftest import Installations
from tests.reporting import reporting_site

ADDRESS = "/rapporter/gjennomgang/2026"
NUMBER = "01010750160"
RECORD = {
    "dato": "2026-10-20",
    "deltakere": "Kommunedirektør og HR",
    "behold": "Medarbeiderundersøkelsen",
    "slutt": "Den månedlige telleren",
    "endre": "",
}


@pytest.fixture
def settings(tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """One database is enough."""
    with installations("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return reporting_site(app, db, monkeypatch)


def test_the_page_says_who_is_asked_how_long_it_takes_and_no_number_of_few(
    app: Flask, client: FlaskClient, site: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        demands, "questionnaire_of", lambda instrument: replace(questionnaire_of(instrument), minutes=12)
    )
    with site.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        survey.public_key, survey.status = bytes(32), SurveyStatus.OPEN
        invite_some(app, session, survey, "A1", 4)
        unit_of(session, "A1").type = "barnehage"
    sign_in_as(client, site, Role.HR)
    page = client.get(ADDRESS).text
    assert "Liten undersøkelse 2026" in page
    assert "Ansatte" in page
    assert "(barnehage)" in page
    assert "færre enn 5" in page
    assert "Ansatte: ikke kjent" in page, "4 × 12 minutes would tell how many they are"
    assert "M1.2 Sykefravær" in page
    assert "HR: " in page
    with site.transaction() as session:
        places = session.scalars(select(SurveyUnit)).all()
        session.scalars(select(Survey)).one().status = SurveyStatus.COUNTED
        for place, invited in zip(places, (0, 20, 30), strict=True):
            place.invited = invited
    page = client.get(ADDRESS).text
    assert "færre enn" not in page
    assert ">50<" in page
    assert "Ansatte: omtrent 10 timer" in page
    assert (
        "Ingen undersøkelse i enhetene dine åpnet i 2025." in client.get("/rapporter/gjennomgang/2025").text
    )
    assert client.get("/rapporter/gjennomgang/2027").status_code == 404


def test_a_record_is_kept_in_versions_and_the_later_of_two_is_told(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.CONTROLLER, "K")
    assert "Ingen har skrevet referat for 2026 ennå." in client.get(ADDRESS).text
    client.post(ADDRESS, data=RECORD)
    later = client.post(ADDRESS, data=RECORD | {"endre": "Én runde i året"})
    assert later.status_code == 409
    assert "har lagret et referat siden du åpnet siden" in later.text
    assert "Én runde i året" in later.text, "what was typed is not lost"
    client.post(ADDRESS, data=RECORD | {"versjon": "1", "slutt": "", "endre": "Én runde i året"})
    page = client.post(f"{ADDRESS}/versjon/1", data={"versjon": "2"}, follow_redirects=True).text
    assert "Versjon 3, lagret" in page
    with site.reading() as session:
        stored = session.scalars(select(YearReview).order_by(YearReview.number)).all()
        assert [each.stop for each in stored] == [RECORD["slutt"], "", RECORD["slutt"]]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"slutt": f"Ola, {NUMBER}, slutter"}, "har et fødselsnummer eller D-nummer"),
        ({"deltakere": f"Ola {NUMBER}"}, "har et fødselsnummer eller D-nummer"),
        ({"deltakere": ""}, "Skriv hvem som var med."),
        ({"dato": "2026-11-02"}, "har ikke vært ennå"),
        ({"behold": "", "slutt": ""}, "Skriv hva dere fortsetter med, slutter med eller endrer."),
        ({"endre": "a" * 1001}, "kan ha høyst 1000 tegn"),
    ],
)
def test_a_record_is_refused_with_what_is_wrong(
    client: FlaskClient, site: Database, typed: dict[str, str], fault: str
) -> None:
    sign_in_as(client, site, Role.HR)
    answer = client.post(ADDRESS, data=RECORD | typed)
    assert answer.status_code == 422
    assert fault in answer.text
    with site.reading() as session:
        assert session.scalars(select(YearReview)).all() == []


def test_a_leader_reads_the_record_and_writes_none(client: FlaskClient, app: Flask, site: Database) -> None:
    sign_in_as(client, site, Role.HR)
    client.post(ADDRESS, data=RECORD)
    leader = app.test_client()
    sign_in_as(leader, site, Role.LEADER, "A1")
    page = leader.get(ADDRESS).text
    assert "Den månedlige telleren" in page
    assert "Lagre referatet" not in page
    assert leader.post(ADDRESS, data=RECORD).status_code == 403
