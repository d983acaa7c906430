"""Every route says who may use it, and nobody else gets in."""

from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from surveys.access.models import Role
from surveys.access.permissions import Permission, permission_of
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from tests.building import build_open_survey, build_survey
from tests.card_building import sign_in_as

VALUES: dict[str, Any] = {
    "key": "liten-2026",
    "survey_key": "liten-2026",
    "unit_code": "A",
    "name": "close",
    "code": "0000-0000-0000",
    "token": "ugle-fjell-27",
    "page": 1,
    "language": "nb",
    "number": 1,
    "instrument": "medarbeider",
    "version": 1,
    "factor": "TRI",
    "account_id": 1,
    "grant_id": 1,
    "person_id": 1,
    "form": "csv",
    "document_name": "dpia",
}


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def _permission(app: Flask, rule: Rule) -> Permission | None:
    return permission_of(app.view_functions[rule.endpoint])


def _address(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        return url_for(rule.endpoint, **{name: VALUES[name] for name in rule.arguments})


def _closed_to_strangers(app: Flask) -> list[Rule]:
    return [rule for rule in _rules(app) if (found := _permission(app, rule)) and not found.everyone]


def _for_hr_only(app: Flask) -> list[Rule]:
    hr = {Role.HR, Role.ADMINISTRATOR}
    return [
        rule
        for rule in _rules(app)
        if (found := _permission(app, rule)) and found.roles and found.roles <= hr
    ]


def _methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


@pytest.fixture
def survey(app: Flask, db: Database) -> Database:
    """An open survey of the whole municipality, and one of unit A alone; forms need no tokens."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_open_survey(app, session)
        build_survey(session, session.scalars(select(Unit).where(Unit.code == "A")).one(), key="bare-a")
    return db


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    assert [rule.endpoint for rule in _rules(app) if _permission(app, rule) is None] == []


def test_a_route_that_says_nothing_is_closed_to_all(app: Flask, survey: Database) -> None:
    app.add_url_rule("/glemt", "glemt", lambda: "alt for alle")
    assert app.test_client().get("/glemt").status_code == 403


def test_a_stranger_is_sent_to_sign_in_from_every_page_that_is_not_public(
    app: Flask, client: FlaskClient, survey: Database
) -> None:
    rules = _closed_to_strangers(app)
    assert len(rules) > 8
    for rule in rules:
        for method in _methods(rule):
            response = client.open(_address(app, rule), method=method)
            assert response.status_code == 302, rule
            assert response.headers["Location"].startswith("/logg-inn"), rule


def test_only_hr_gets_into_hrs_pages(app: Flask, client: FlaskClient, survey: Database) -> None:
    rules = _for_hr_only(app)
    assert len(rules) > 6
    for role in (Role.POLITICIAN, Role.LEADER, Role.REPRESENTATIVE, Role.CONTROLLER):
        sign_in_as(client, survey, role)
        for rule in rules:
            for method in _methods(rule):
                assert client.open(_address(app, rule), method=method).status_code == 403, (role, rule)


def test_hr_of_one_subtree_sees_its_own_surveys_and_no_others(
    app: Flask, client: FlaskClient, survey: Database
) -> None:
    sign_in_as(client, survey, Role.HR, "B")
    assert client.get("/undersokelser").status_code == 200
    assert "undersokelser/liten-2026" not in client.get("/undersokelser").text
    for rule in _for_hr_only(app):
        if "key" not in rule.arguments:
            continue
        for key in ("liten-2026", "bare-a"):
            address = _address(app, rule).replace("liten-2026", key)
            for method in _methods(rule):
                assert client.open(address, method=method).status_code == 403, address


def test_hr_above_sees_the_surveys_below(client: FlaskClient, survey: Database) -> None:
    sign_in_as(client, survey, Role.HR, "K")
    for key in ("liten-2026", "bare-a"):
        assert client.get(f"/undersokelser/{key}").status_code == 200


def test_hr_cannot_make_a_survey_of_a_unit_that_is_not_hers(client: FlaskClient, survey: Database) -> None:
    sign_in_as(client, survey, Role.HR, "B")
    page = client.get("/undersokelser/ny").text
    assert "Enhet B" in page
    assert "Enhet A" not in page
