"""A unit's self-assessment: written by its leader, kept in versions, and apart from the card."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.scorecards.diagnosis.criteria import criteria
from surveys.scorecards.diagnosis.models import SelfAssessment
from surveys.scorecards.diagnosis.queries import assessed_years
from tests.building import build_installation, build_units
from tests.card_building import sign_in_as

YEAR = municipal_day().year
PAGE = "/styringskort/A/egenvurdering"


@pytest.fixture
def leader(app: Flask, db: Database) -> FlaskClient:
    """She leads A, which is beside B."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    return _signed_in(app, db, Role.LEADER, "A")


def _signed_in(app: Flask, db: Database, role: Role, unit: str) -> FlaskClient:
    client = app.test_client()
    sign_in_as(client, db, role, unit)
    return client


def _stored(db: Database) -> list[tuple[int, str, int]]:
    """(version, criterion, level) of each row, in the order of saving."""
    with db.transaction() as session:
        rows = session.scalars(
            select(SelfAssessment).order_by(SelfAssessment.number, SelfAssessment.criterion)
        )
        return [(row.number, row.criterion, row.level) for row in rows]


def _sent(**levels: str) -> dict[str, str]:
    return {"versjon": "0"} | {f"{key}-niva": level for key, level in levels.items()}


def test_what_is_left_out_is_not_assessed_and_nothing_is_overwritten(
    leader: FlaskClient, db: Database
) -> None:
    first = leader.post(PAGE, data=_sent(leadership="50", people="75") | {"people-bra": "Vi ler mye."})
    assert first.status_code == 302
    assert f"Egenvurderingen for {YEAR} er lagret." in leader.get(PAGE).text
    again = leader.post(PAGE, data=_sent(leadership="75") | {"versjon": "1"})
    assert again.status_code == 302
    assert _stored(db) == [
        (1, "leadership", 50),
        (1, "people", 75),
        (2, "leadership", 75),
    ]
    with db.transaction() as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == "A")).one()
        newest = assessed_years(session, unit_id)[YEAR]
    assert {key: score.level for key, score in newest.scores.items()} == {"leadership": 75}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Velg hvor langt dere er kommet på minst ett område."),
        ({"people-bra": "Bare tekst"}, "Medarbeidere: velg hvor langt dere er kommet."),
        ({"people-niva": "60"}, "Medarbeidere: velg hvor langt dere er kommet."),
        (
            {"people-niva": "50", "people-bedre": "x" * 301},
            "Teksten kan ha høyst 300 tegn. Du har skrevet 301.",
        ),
        ({"people-niva": "50", "people-bra": "Kari, 01010750160"}, "fødselsnummer"),
    ],
)
def test_what_cannot_be_stored_is_told_and_given_back(
    leader: FlaskClient, db: Database, fields: dict[str, str], words: str
) -> None:
    answer = leader.post(PAGE, data={"versjon": "0"} | fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert all(value in answer.text for key, value in fields.items() if key.endswith(("-bra", "-bedre")))
    assert _stored(db) == []


def test_of_two_at_once_the_second_is_told_and_loses_nothing(
    leader: FlaskClient, app: Flask, db: Database
) -> None:
    other = _signed_in(app, db, Role.CONTROLLER, "K")
    assert other.post(PAGE, data=_sent(strategy="25")).status_code == 302
    late = leader.post(PAGE, data=_sent(leadership="50") | {"leadership-bra": "Mitt eget"})
    assert late.status_code == 409
    assert "Din er ikke lagret" in late.text
    assert "Mitt eget" in late.text
    [version] = re.findall(r'name="versjon" value="(\d+)"', late.text)
    assert leader.post(PAGE, data=_sent(leadership="50") | {"versjon": version}).status_code == 302


def test_whoever_does_not_lead_the_unit_changes_nothing(
    leader: FlaskClient, app: Flask, db: Database
) -> None:
    for role, unit in ((Role.LEADER, "B"), (Role.POLITICIAN, "K"), (Role.REPRESENTATIVE, "A")):
        visitor = _signed_in(app, db, role, unit)
        assert visitor.post(PAGE, data=_sent(leadership="50")).status_code == 403
    assert _stored(db) == []


def test_units_are_side_by_side_in_the_organisations_order_and_only_those_one_may_read(
    leader: FlaskClient, app: Flask, db: Database
) -> None:
    controller = _signed_in(app, db, Role.CONTROLLER, "K")
    controller.post("/styringskort/B/egenvurdering", data=_sent(leadership="100"))
    controller.post(PAGE, data=_sent(leadership="0"))
    address = f"egenvurdering/{YEAR}/enheter"
    everything = controller.get(f"/styringskort/K/{address}").text
    assert everything.index("Enhet A") < everything.index("Enhet B")
    assert "1 enhet har ikke vurdert seg selv." in everything
    assert leader.get(f"/styringskort/K/{address}").status_code == 403
    assert "Enhet B" not in leader.get(f"/styringskort/A/{address}").text


def test_it_is_never_on_the_card(leader: FlaskClient) -> None:
    before = _main(leader)
    leader.post(PAGE, data=_sent(**dict.fromkeys((each.key for each in criteria()), "0")))
    assert "lagret" in leader.get(PAGE).text
    assert _main(leader) == before


def _main(client: FlaskClient) -> str:
    """What the card says, without the tokens of forms."""
    return client.get("/styringskort/A").text.partition("<main")[2].partition("</main>")[0]
