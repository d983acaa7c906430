"""Several changes are put together in one plan, explained, saved in one go, and undone in one go."""

import datetime as dt
import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.access.models import Account, Grant, GrantSource, Role
from surveys.audit.models import AuditEntry
from surveys.organisation.models import Person, Succession, SuccessionKind
from surveys.organisation.models import Unit as OrganisationUnit
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from tests.building import build_installation, build_survey, build_units
from tests.card_building import sign_in_as, unit_of

TREE = {"K": None, "A": "K", "A1": "A", "B": "K", "C": "K", "D": "K"}
PAGE = "/organisasjon/omorganisering"

MERGE: dict[str, Any] = {
    "merge-units": ["A", "B"],
    "merge-code-0": "AB",
    "merge-name-0": "Oppvekst",
    "merge-type-0": "",
}
SPLIT: dict[str, Any] = {
    "split-units": "C",
    "split-code-0": "C1",
    "split-name-0": "Nord",
    "split-code-1": "C2",
    "split-name-1": "Sør",
}
MOVE: dict[str, Any] = {"move-units": "D", "move-under": "AB"}
RENAME: dict[str, Any] = {"rename-units": "A1", "rename-name-0": "Basen", "rename-type-0": "enhet"}

State = tuple[Any, ...]


@pytest.fixture
def municipality(app: Flask, db: Database) -> Database:
    """K with A (A1), B, C and D; a leader by the roster in A, a representative of B, one person in B; an old survey."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, TREE)
        leader = Person(employee_number="1", name="Anne Li", unit=units["A"], is_leader=True, active=True)
        session.add_all([leader, Person(employee_number="2", name="Bo Vik", unit=units["B"], active=True)])
        session.flush()
        for name, role, unit, source, person in (
            ("anne", Role.LEADER, "A", GrantSource.ROSTER, leader.id),
            ("tove", Role.REPRESENTATIVE, "B", GrantSource.GIVEN, None),
            ("carl", Role.LEADER, "C", GrantSource.GIVEN, None),
        ):
            account = Account(username=name, name=name.title(), person_id=person)
            account.all_grants = [Grant(role=role, unit_id=units[unit].id, source=source)]
            session.add(account)
        build_survey(session, units["K"])
    return db


def _press(client: FlaskClient, do: str, plan: str = "[]", **fields: object) -> TestResponse:
    sent: dict[str, Any] = {"plan": plan, "on": municipal_day().isoformat(), "do": do}
    return client.post(PAGE, data=sent | fields)


def _plan_on(page: str) -> str:
    return unescape(re.findall(r'name="plan" value="([^"]*)"', page)[0])


def _composed(client: FlaskClient) -> TestResponse:
    """The page after four steps have been added."""
    answer = client.get(PAGE)
    for do, fields in (
        ("add-merge", MERGE),
        ("add-split", SPLIT),
        ("add-move", MOVE),
        ("add-rename", RENAME),
    ):
        answer = _press(client, do, _plan_on(answer.text), **fields)
        assert answer.status_code == 200, answer.text
    return answer


def _state(db: Database) -> State:
    """Everything the plan may change."""
    with db.reading() as session:
        units = sorted(
            (u.code, u.name, u.parent.code if u.parent else "", u.valid_to)
            for u in session.scalars(select(OrganisationUnit))
        )
        people = sorted((p.name, p.unit.code) for p in session.scalars(select(Person)))
        grants = sorted(
            (g.account.username, g.role.value, g.unit.code, g.source.value)
            for g in session.scalars(select(Grant))
            if not g.account.username.startswith("hr")
        )
        stated = sorted(
            (s.predecessor_id, s.successor_id, s.kind.value) for s in session.scalars(select(Succession))
        )
    return units, people, grants, stated


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_the_whole_plan_is_explained_before_anything_is_saved(
    municipality: Database, client: FlaskClient
) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    before = _state(municipality)
    said = _text(_composed(client).text)
    for words in (
        "1. Slå sammen Enhet A (A) og Enhet B (B) til Oppvekst (AB)",
        "2. Del Enhet C (C) i Nord (C1) og Sør (C2)",
        "3. Flytt Enhet D (D) til Oppvekst (AB)",
        "4. Gi Enhet A1 (A1) navnet Basen",
        "«Oppvekst» blir sammenlignet med «Enhet A» og «Enhet B» samlet",
        "«Nord» og «Sør» blir hver sammenlignet med hele «Enhet C»",
        "«Enhet C» kan ikke lenger følges som en helhet",
        "gjelder andre ansatte enn før",
        "Tove (tillitsvalgt eller verneombud, Oppvekst)",
        "må gi på nytt Carl (leder, Enhet C)",
        "2 ansatte følger med",
    ):
        assert words in said
    old, new = said.split("Slik er det")[1].split("Slik blir det")
    assert "Enhet B endres" in old
    assert "Oppvekst nytt" in new
    assert "Enhet B" not in new.split("Hva nye resultater")[0]
    assert _state(municipality) == before
    with municipality.reading() as session:
        assert not session.scalars(select(AuditEntry).where(AuditEntry.action.contains("reorg"))).all()


def test_it_is_saved_in_one_go_and_undone_in_one_go(municipality: Database, client: FlaskClient) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    before = _state(municipality)
    plan = _plan_on(_composed(client).text)
    assert _press(client, "save", plan).status_code == 302
    yesterday = municipal_day() - dt.timedelta(days=1)
    units, people, grants, stated = _state(municipality)
    placed = {code: (name, parent, last) for code, name, parent, last in units}
    assert placed["AB"] == ("Oppvekst", "K", None)
    assert {placed[code][2] for code in ("A", "B", "C")} == {yesterday}
    assert placed["A1"] == ("Basen", "AB", None)
    assert placed["D"][1] == "AB"
    assert people == [("Anne Li", "AB"), ("Bo Vik", "AB")]
    assert ("anne", "leader", "AB", "roster") in grants
    assert ("anne", "leader", "A", "roster") not in grants
    assert ("tove", "representative", "AB", "given") in grants
    assert [kind for _old, _new, kind in stated].count(SuccessionKind.MERGED.value) == 2
    assert [kind for _old, _new, kind in stated].count(SuccessionKind.SPLIT.value) == 2

    [undo] = re.findall(r'href="([^"]+/angre)"', client.get(PAGE).text)
    told = "Slå sammen Enhet A (A) og Enhet B (B) til Oppvekst (AB)"
    assert told in client.get(undo).text
    assert f"planen: {told}; Del Enhet C (C) i" in client.get("/hendelseslogg").text
    assert f"1. {told} 2. Del Enhet C (C) i Nord (C1) og Sør (C2) 3. " in _text(client.get(PAGE).text)
    assert _state(municipality) != before, "looking undoes nothing"
    assert client.post(undo).status_code == 302
    assert _state(municipality) == before
    assert client.get("/hendelseslogg").text.count(f"planen: {told}; Del Enhet C (C) i") == 2
    assert client.post(undo).status_code == 409, "it is undone once"
    assert "angret" in client.get(PAGE).text


def test_nothing_is_saved_when_one_step_cannot_be(municipality: Database, client: FlaskClient) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    before = _state(municipality)
    steps = json.loads(_plan_on(_composed(client).text))
    steps.append({"kind": "move", "units": ["K"], "into": [], "under": "D"})
    answer = _press(client, "save", json.dumps(steps))
    assert answer.status_code == 422
    assert _state(municipality) == before


@pytest.mark.parametrize(
    ("do", "fields", "told"),
    [
        ("add-merge", MERGE | {"merge-units": ["A"]}, "minst to enheter"),
        ("add-merge", MERGE | {"merge-code-0": "C"}, "er i bruk"),
        ("add-merge", MERGE | {"merge-units": ["K", "A"]}, "bare få nytt navn"),
        ("add-split", SPLIT | {"split-code-1": "", "split-name-1": ""}, "minst to enheter"),
        ("add-move", MOVE | {"move-units": ""}, "Velg enheten som skal flyttes"),
        ("add-move", MOVE | {"move-under": ""}, "enheten den skal ligge under"),
        ("add-move", MOVE | {"move-under": "K"}, "Flytt Enhet D (D) til Enhet K (K): Enheten ligger under"),
        ("add-split", SPLIT | {"split-units": "A"}, "Flytt eller avslutt enhetene under først"),
        ("add-move", MOVE | {"move-under": "finnes-ikke"}, "ingen enhet med koden"),
        ("add-rename", RENAME | {"rename-name-0": ""}, "skriv navnet"),
        ("show", {"plan": "ikke en plan"}, "kunne ikke leses"),
        ("show", {"on": "i morgen"}, "Skriv en dato"),
        ("add-rename", RENAME | {"on": "2099-01-01"}, "når dagen er kommet"),
    ],
)
def test_a_step_that_cannot_be_is_told_and_not_added(
    municipality: Database, client: FlaskClient, do: str, fields: dict[str, Any], told: str
) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    answer = _press(client, do, **fields)
    assert answer.status_code == 422
    assert told in _text(answer.text)


def test_what_is_begun_on_and_the_day_are_kept_while_something_else_is_added_or_refused(
    municipality: Database, client: FlaskClient
) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    refused = _press(client, "add-split", **SPLIT | {"split-code-1": "A"}, on="2026-01-05").text
    for kept in ('value="2026-01-05"', 'value="Nord"', 'value="Sør"', '<option value="C" selected>'):
        assert kept in refused
    added = _press(client, "add-merge", **MERGE | SPLIT, on="2026-01-05").text
    assert 'value="2026-01-05"' in added
    assert 'value="Nord"' in added
    assert 'name="merge-code-0" value="AB"' not in added, "what is in the plan is not asked for again"
    assert 'value="A" checked' not in added


def test_a_unit_moves_to_one_that_the_plan_makes_by_its_name(
    municipality: Database, client: FlaskClient
) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    assert 'label="Enheter planen lager"' not in client.get(PAGE).text
    page = _press(client, "add-merge", **MERGE).text
    under = re.findall(r'<select[^>]*name="move-under">.*?</select>', page, re.DOTALL)[0]
    assert '<optgroup label="Enheter planen lager"><option value="AB">Oppvekst (AB)</option>' in under
    assert '<option value="D">Enhet D (D)</option>' in under


def test_a_step_can_be_removed(municipality: Database, client: FlaskClient) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    page = _press(client, "add-rename", **RENAME).text
    assert json.loads(_plan_on(page))
    assert _plan_on(_press(client, "remove-0", _plan_on(page)).text) == "[]"


def test_a_plan_whose_units_are_in_use_since_is_not_undone(
    municipality: Database, client: FlaskClient
) -> None:
    sign_in_as(client, municipality, Role.HR, "K")
    _press(client, "save", _plan_on(_composed(client).text))
    with municipality.transaction() as session:
        build_survey(
            session,
            unit_of(session, "K"),
            key="etter",
            opens_on=municipal_day(),
            closes_on=municipal_day() + dt.timedelta(days=9),
        )
    after = _state(municipality)
    [undo] = re.findall(r'href="([^"]+/angre)"', client.get(PAGE).text)
    answer = client.post(undo)
    assert answer.status_code == 409
    assert "tatt i bruk siden: Oppvekst (AB), Nord (C1) og Sør (C2)." in answer.text
    assert _state(municipality) == after


def test_hr_reorganises_her_own_units_only(municipality: Database, client: FlaskClient) -> None:
    sign_in_as(client, municipality, Role.HR, "A")
    before = _state(municipality)
    steps = [{"kind": "rename", "units": ["B"], "into": [{"code": "", "name": "X", "type": ""}], "under": ""}]
    answer = _press(client, "save", json.dumps(steps))
    assert answer.status_code == 422
    assert "Du er ikke HR" in answer.text
    move = [{"kind": "move", "units": ["A"], "into": [], "under": "A1"}]
    assert _press(client, "save", json.dumps(move)).status_code == 422
    assert _state(municipality) == before


def test_a_role_the_actor_may_not_give_does_not_follow(municipality: Database, client: FlaskClient) -> None:
    with municipality.transaction() as session:
        account = Account(username="stor", name="Stor")
        account.all_grants = [Grant(role=Role.ADMINISTRATOR, unit_id=unit_of(session, "B").id)]
        session.add(account)
    sign_in_as(client, municipality, Role.HR, "K")
    page = _press(client, "add-merge", **MERGE)
    assert "må gi på nytt Stor (systemansvarlig, Enhet B)" in _text(page.text)
    _press(client, "save", _plan_on(page.text))
    assert ("stor", "administrator", "AB", "given") not in _state(municipality)[2]
