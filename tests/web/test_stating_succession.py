"""HR says what a unit came from, sees it in words, and takes it back."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.access.models import Role
from surveys.organisation.models import Succession, SuccessionKind
from surveys.platform.database import Database
from tests.card_building import sign_in_as, unit_of
from tests.succession_building import CHANGED, MERGER, build_changed


@pytest.fixture
def merged_by_now(app: Flask, db: Database) -> Database:
    """A and B have ended, AB has begun, and nobody has said what it came from. Forms need no tokens."""
    app.config["WTF_CSRF_ENABLED"] = False
    build_changed(db, MERGER, ended=["A", "B"], begun=["AB"])
    return db


def told(client: FlaskClient, db: Database, after: str, before: str, **fields: str) -> TestResponse:
    with db.reading() as session:
        units = {
            "successor": str(unit_of(session, after).id),
            "predecessor": str(unit_of(session, before).id),
        }
    form = {"share": "hele", "on": CHANGED.isoformat(), **units, **fields}
    return client.post("/organisasjon/endringer", data=form, follow_redirects=True)


def stated(db: Database) -> list[SuccessionKind]:
    with db.reading() as session:
        return list(session.scalars(select(Succession.kind).order_by(Succession.id)))


def test_hr_says_what_a_unit_came_from_and_takes_it_back(
    client: FlaskClient, merged_by_now: Database
) -> None:
    sign_in_as(client, merged_by_now, Role.HR)
    assert "Ingen endringer er ført opp ennå." in client.get("/organisasjon/endringer").text
    assert (
        "Enhet AB (AB) er Enhet A (A, avsluttet) med ny kode." in told(client, merged_by_now, "AB", "A").text
    )
    assert stated(merged_by_now) == [SuccessionKind.RENAMED]
    text = told(client, merged_by_now, "AB", "B").text
    assert "Enhet B (B, avsluttet) er slått sammen inn i Enhet AB (AB)." in text
    assert stated(merged_by_now) == [SuccessionKind.MERGED, SuccessionKind.MERGED]
    told(client, merged_by_now, "AB", "B")
    assert len(stated(merged_by_now)) == 2
    with merged_by_now.reading() as session:
        last = session.scalars(select(Succession.id).order_by(Succession.id.desc())).first()
    client.post(f"/organisasjon/endringer/{last}/angre")
    assert len(stated(merged_by_now)) == 1


def test_a_part_of_a_unit_is_told_as_a_split(client: FlaskClient, merged_by_now: Database) -> None:
    sign_in_as(client, merged_by_now, Role.HR)
    text = told(client, merged_by_now, "AB", "C", share="del").text
    assert "Enhet AB (AB) er en del av det som var Enhet C (C)." in text
    assert stated(merged_by_now) == [SuccessionKind.SPLIT]


@pytest.mark.parametrize(
    ("successor", "predecessor", "fields", "fault"),
    [
        ("AB", "AB", {}, "En enhet kan ikke komme fra seg selv."),
        ("A", "B", {"on": "2026-01-01"}, "«Enhet A» var avsluttet 01.01.2026."),
        ("AB", "A", {"on": "i går"}, "Skriv en dato"),
        ("AB", "A", {"share": "ingenting"}, "Velg hva som skjedde."),
        ("AB", "A", {"predecessor": "99999"}, "Velg den gamle enheten."),
    ],
)
def test_a_statement_that_cannot_be_true_says_why_and_changes_nothing(
    client: FlaskClient,
    merged_by_now: Database,
    successor: str,
    predecessor: str,
    fields: dict[str, str],
    fault: str,
) -> None:
    sign_in_as(client, merged_by_now, Role.HR)
    answer = told(client, merged_by_now, successor, predecessor, **fields)
    assert (answer.status_code, fault in answer.text) == (422, True)
    assert stated(merged_by_now) == []


def test_hr_of_one_area_neither_sees_nor_undoes_what_is_said_of_others(
    client: FlaskClient, merged_by_now: Database
) -> None:
    sign_in_as(client, merged_by_now, Role.HR)
    told(client, merged_by_now, "AB", "A")
    with merged_by_now.reading() as session:
        number = session.scalars(select(Succession.id)).one()
    sign_in_as(client, merged_by_now, Role.HR, "C")
    assert "Enhet A" not in client.get("/organisasjon/endringer").text
    assert client.post(f"/organisasjon/endringer/{number}/angre").status_code == 403
    assert told(client, merged_by_now, "AB", "A").status_code == 422
    assert len(stated(merged_by_now)) == 1
