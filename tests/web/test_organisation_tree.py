"""HR sees the organisation as a tree, changes it after reading what that means, and takes it back."""

import datetime as dt
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Account, Grant, Role
from surveys.audit.models import AuditEntry
from surveys.organisation.changing_units import (
    UnitChangeError,
    create_unit,
    end_unit,
    move_unit,
    rename_unit,
    reopen_unit,
)
from surveys.organisation.models import EarlierUnit, Person
from surveys.platform.database import Database
from tests.building import build_installation, build_survey, build_units
from tests.card_building import sign_in_as, unit_of

TREE = {"K": None, "A": "K", "A1": "A", "B": "K", "Å": "K"}
TODAY = dt.date(2026, 5, 4)
FROM = TODAY.isoformat()


@pytest.fixture
def municipality(app: Flask, db: Database) -> Database:
    """K with A (A1), B and Å; two people in A1; a leader of A and one of B with accounts."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, TREE)
        units["A1"].name = "Ressurssenteret for flerspråklighetsundervisning"
        session.add_all(
            [
                Person(employee_number="1", name="Per Ås", unit=units["A1"], active=True),
                Person(employee_number="2", name="Liv Ek", unit=units["A1"], active=True, is_leader=True),
                Person(employee_number="3", name="Borte Bø", unit=units["A1"], active=False),
            ]
        )
        for name, unit in (("Anne", "A"), ("Bent", "B")):
            account = Account(username=name.lower(), name=name)
            account.all_grants = [Grant(role=Role.LEADER, unit_id=units[unit].id)]
            session.add(account)
        build_survey(session, units["K"])
    return db


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def _unit(db: Database, code: str) -> tuple[str, str, str | None, dt.date | None]:
    with db.reading() as session:
        unit = unit_of(session, code)
        return unit.name, unit.type, unit.parent.code if unit.parent else None, unit.valid_to


class TestTree:
    def test_units_stand_in_norwegian_order_with_how_many_work_there(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        page = client.get("/organisasjon").text
        depths = re.findall(r'data-depth="(\d)"', page)
        assert depths == ["0", "1", "2", "1", "1"]
        said = _text(page)
        assert said.index("Enhet B") < said.index("Enhet Å")
        assert "2 ansatte" in said
        assert "5 enheter" in said

    def test_a_search_finds_by_name_and_code_and_says_where(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        said = _text(client.get("/organisasjon?sok=FLERSPRÅK").text)
        assert "1 enhet" in said
        assert "under Enhet A" in said
        assert "Ingen enheter passer" in client.get("/organisasjon?sok=tannlege").text

    def test_hr_sees_her_own_part(self, municipality: Database, client: FlaskClient) -> None:
        sign_in_as(client, municipality, Role.HR, "A")
        page = client.get("/organisasjon").text
        assert "Enhet A" in page
        assert "Enhet B" not in page
        assert client.get("/organisasjon/enhet/B").status_code == 403
        assert client.get("/organisasjon/enhet/finnes-ikke").status_code == 404

    def test_ended_units_are_shown_when_asked_for(self, municipality: Database, client: FlaskClient) -> None:
        with municipality.transaction() as session:
            end_unit(session, unit_of(session, "B"), dt.date(2020, 1, 1))
        sign_in_as(client, municipality, Role.HR, "K")
        assert "Enhet B" not in client.get("/organisasjon").text
        assert "Enhet B" in client.get("/organisasjon?avsluttet=y").text


def test_a_units_page_tells_leader_people_surveys_and_what_it_comes_from(
    municipality: Database, client: FlaskClient
) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    said = _text(client.get("/organisasjon/enhet/A1").text)
    for words in ("Leder Liv Ek", "Ansatte her 2", "Per Ås", "Liten undersøkelse 2026", "Kode A1"):
        assert words in said
    assert "Borte Bø" not in said


class TestDeeds:
    def test_nothing_is_saved_before_she_has_read_what_it_means(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        asked = client.post("/organisasjon/enhet/A1/flytt", data={"parent": "B", "from_day": FROM})
        said = _text(asked.text)
        assert asked.status_code == 200
        assert "Disse mister tilgang: Anne (leder, Enhet A)." in said
        assert "Disse får tilgang: Bent (leder, Enhet B)." in said
        assert "1 undersøkelse beholder enheten slik den er nå" in said
        assert _unit(municipality, "A1")[2] == "A"
        with municipality.reading() as session:
            assert not session.scalars(select(AuditEntry).where(AuditEntry.action.contains("unit_"))).all()

    @pytest.mark.parametrize(
        ("deed", "sent", "after"),
        [
            (
                "navn",
                {"name": "Nytt navn", "type": "skole", "from_day": FROM},
                ("Nytt navn", "skole", "A", None),
            ),
            ("flytt", {"parent": "B", "from_day": FROM}, (None, "enhet", "B", None)),
            ("avslutt", {"day": "2026-08-01"}, (None, "enhet", "A", dt.date(2026, 8, 1))),
        ],
    )
    def test_a_deed_is_saved_recorded_and_undone_by_its_opposite(
        self,
        municipality: Database,
        client: FlaskClient,
        deed: str,
        sent: dict[str, str],
        after: tuple[str | None, ...],
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        before = _unit(municipality, "A1")
        done = client.post(f"/organisasjon/enhet/A1/{deed}", data=sent | {"confirmed": "y"})
        assert done.status_code == 302
        assert _unit(municipality, "A1") == (after[0] or before[0], *after[1:])

        [undo] = re.findall(r'href="([^"]+)" aria-label="Angre', client.get("/organisasjon/enhet/A1").text)
        address = unescape(undo)
        page = client.get(address).text
        filled = dict(re.findall(r'name="(name|type|from_day)" value="([^"]*)"', page))
        filled |= dict.fromkeys(["parent"], "".join(re.findall(r'value="(\w+)" selected', page)))
        undone = client.post(
            address.partition("?")[0], data={k: unescape(v) for k, v in filled.items()} | {"confirmed": "y"}
        )
        assert undone.status_code == 302
        assert _unit(municipality, "A1") == before
        with municipality.reading() as session:
            assert not session.scalars(select(EarlierUnit)).all()
            entries = session.scalars(select(AuditEntry).where(AuditEntry.action.contains("unit_"))).all()
        assert [entry.subject for entry in entries] == ["A1", "A1"]

    def test_a_new_unit_is_made_from_a_day_and_can_be_ended(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        sent = {"code": "B9", "name": "Nattjenesten", "type": "sone", "day": "2031-01-01"}
        asked = _text(client.post("/organisasjon/enhet/B/ny", data=sent).text)
        assert "fra 1. januar 2031" in asked
        assert "er et utkast som er laget før dette" in asked
        assert "Bent (leder, Enhet B)" in asked
        done = client.post("/organisasjon/enhet/B/ny", data=sent | {"confirmed": "y"})
        assert done.headers["Location"].endswith("/organisasjon/enhet/B9")
        assert _unit(municipality, "B9") == ("Nattjenesten", "sone", "B", None)
        [undo] = re.findall(r'href="([^"]+)" aria-label="Angre', client.get("/organisasjon/enhet/B9").text)
        assert undo == "/organisasjon/enhet/B9/avslutt?dag=2031-01-01"

    def test_a_fault_is_told_and_nothing_is_changed(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        taken = {"code": "A1", "name": "X", "type": "", "day": "2026-01-01", "confirmed": "y"}
        answer = client.post("/organisasjon/enhet/B/ny", data=taken)
        assert answer.status_code == 422
        assert "er i bruk" in answer.text
        answer = client.post(
            "/organisasjon/enhet/A/flytt", data={"parent": "A1", "from_day": FROM, "confirmed": "y"}
        )
        assert "kan ikke ligge under seg selv" in answer.text
        answer = client.post("/organisasjon/enhet/A/avslutt", data={"day": "i morgen", "confirmed": "y"})
        assert "Skriv siste dag" in answer.text
        assert _unit(municipality, "A")[2:] == ("K", None)

    def test_hr_of_a_unit_renames_it_but_does_not_move_it_out_of_somebody_elses(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "A")
        for deed in ("flytt", "avslutt", "gjenapne"):
            assert client.post(f"/organisasjon/enhet/A/{deed}").status_code == 403
        assert client.get("/organisasjon/enhet/A/navn").status_code == 200
        refused = client.post(
            "/organisasjon/enhet/A1/flytt", data={"parent": "B", "from_day": FROM, "confirmed": "y"}
        )
        assert refused.status_code == 422
        assert _unit(municipality, "A1")[2] == "A"


class TestVerbs:
    def test_what_cannot_be_done(self, municipality: Database) -> None:
        with municipality.writing() as session:
            top, a, b = (unit_of(session, code) for code in ("K", "A", "B"))
            for deed in (
                lambda: move_unit(session, top, a, TODAY),
                lambda: end_unit(session, top, TODAY),
                lambda: end_unit(session, a, TODAY),
                lambda: rename_unit(session, a, " ", "", TODAY),
                lambda: rename_unit(session, a, "Enhet A", "enhet", TODAY),
                lambda: reopen_unit(session, b, TODAY),
                lambda: move_unit(session, a, top, TODAY),
                lambda: create_unit(session, a, "med mellomrom", "X", "", TODAY),
                lambda: create_unit(session, a, "X/Y", "X", "", TODAY),
            ):
                with pytest.raises(UnitChangeError):
                    deed()
            end_unit(session, b, dt.date(2025, 1, 1))
            for later in (
                lambda: move_unit(session, a, b, TODAY),
                lambda: create_unit(session, b, "B7", "X", "", TODAY),
                lambda: end_unit(session, b, TODAY),
            ):
                with pytest.raises(UnitChangeError):
                    later()

    def test_a_unit_that_begins_later_is_in_surveys_that_open_then(self, municipality: Database) -> None:
        with municipality.transaction() as session:
            create_unit(session, unit_of(session, "B"), "B9", "Ny", "", dt.date(2027, 1, 1))
            early = build_survey(session, unit_of(session, "K"), key="for")
            late = build_survey(
                session,
                unit_of(session, "K"),
                key="etter",
                opens_on=dt.date(2027, 2, 1),
                closes_on=dt.date(2027, 3, 1),
            )
            session.flush()
            assert "Ny" not in {unit.name for unit in early.units}
            assert "Ny" in {unit.name for unit in late.units}


def test_the_menu_has_one_entry_for_hr_and_none_for_leaders(
    municipality: Database, client: FlaskClient
) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    assert 'href="/organisasjon"' in client.get("/").text
    sign_in_as(client, municipality, Role.LEADER, "A")
    assert 'href="/organisasjon"' not in client.get("/").text
