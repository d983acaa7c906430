"""Every route of the staff × every visitor × whose unit it is: who gets in is what `access_table.py` says.

A request of somebody who may not is refused before anything is written. A request of somebody who may is stopped at its
first change, so that all of them are asked about the same data.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from surveys.access.models import Account, Grant, Role
from surveys.access.permissions import permission_of
from surveys.access.sessions import start_session
from surveys.actions.models import ActionAim, ActionStatus, ActionVersion, PlanAction
from surveys.audit.models import AuditEntry
from surveys.organisation.models import Person, Succession, Unit
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.typed_data import to_stored
from surveys.release.models import Turnout
from surveys.reports.proposals.models import IndicatorProposal
from surveys.reports.snapshots.content import ReportContent
from surveys.reports.snapshots.models import (
    Report,
    ReportAudience,
    ReportKind,
    ReportState,
    ReportVersion,
)
from surveys.scorecards.models import Scorecard
from surveys.scorecards.outline.models import CardVersion
from surveys.scorecards.outline.nodes import CardOutline
from tests.building import build_installation, build_survey, build_units
from tests.card_building import release_figures, sign_in_as
from tests.conftest import Installations
from tests.web.access_table import (
    ACCESS,
    NOT_STAFF,
    OWNERS_SIGN_IN,
    VISITORS,
    About,
    AccessVisitor,
    AccountOwner,
    Outcome,
    everybody,
    expected,
    hr_who_knows_the_account,
    may_change_sign_in,
)

TREE = {"K": None, "A": "K", "B": "K", "A1": "A", "B1": "B"}
UNIT_OF = {About.OWN: "B", About.OTHER: "A", About.ABOVE: "K"}
# A statement that units came from one another, about units of that kind only.
STATED = {About.OWN: ("B", "B1"), About.OTHER: ("A", "A1"), About.ABOVE: ("A", "B")}


class _ChangeError(Exception):
    """A request wanted to change the database."""


@dataclass(frozen=True)
class AccessCase:
    """One request of the matrix, and how it ended."""

    visitor: AccessVisitor
    about: About
    endpoint: str
    method: str
    outcome: Outcome

    @property
    def is_right(self) -> bool:
        """Whoever may hears 404 of what is not there (a file that waits); of accounts, all that are asked about are."""
        rule = ACCESS[self.endpoint]
        wanted = expected(rule, self.visitor, self.about)
        is_absent = self.outcome is Outcome.HIDDEN and rule is not hr_who_knows_the_account
        # The front page and signing out lead there too.
        leads_to_sign_in = self.outcome is Outcome.SIGN_IN and rule is everybody
        return self.outcome is wanted or (wanted is Outcome.IN and (is_absent or leads_to_sign_in))


def _staff_rules(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not rule.endpoint.startswith(NOT_STAFF)
    ]


def _methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


@contextmanager
def _unchangeable(db: Database) -> Iterator[None]:
    """Whoever changes anything ends with `_ChangeError`."""

    def stop(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}:
            raise _ChangeError

    event.listen(db.engine, "before_cursor_execute", stop)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", stop)


@pytest.fixture
def settings(tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """One database is enough: who may is decided in Python, from rows that both have alike."""
    with installations("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def values(app: Flask, db: Database) -> dict[About, dict[str, Any]]:
    """What the addresses' parts are, for a thing of each unit. Forms need no tokens."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, TREE)
        return {about: _things(session, units, about) for about in About}


def _things(session: Session, units: dict[str, Unit], about: About) -> dict[str, Any]:
    code = UNIT_OF[about]
    unit = units[code]
    survey = build_survey(session, unit, key=f"kladd-{code.lower()}")
    released = build_survey(session, unit, key=f"frigitt-{code.lower()}")
    release = release_figures(session, released, {code: 4.0})
    session.add_all(
        Turnout(release_id=release.id, unit_id=each.unit_id, invited=20, delivered=12)
        for each in released.units
    )
    account = Account(username=f"leder-{code}".lower(), name=f"Leder {code}", password_hash="-")
    account.all_grants = [Grant(role=Role.LEADER, unit=unit)]
    person = Person(employee_number=code, name="Har Sluttet", email="", unit=unit, active=False)
    before, after = (units[each] for each in STATED[about])
    stated = Succession(predecessor_id=before.id, successor_id=after.id, kind="split", on=dt.date(2026, 1, 1))
    moved = AuditEntry(
        at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        action="organisation.people_moved",
        subject=before.code,
        detail={"to_unit": after.code, "people": 1, "before": {"people": [], "along": []}},
    )
    card = Scorecard(key=f"kort-{code}", title={"nb": "Kort"}, unit=unit)
    draft = CardVersion(
        key=f"utkast-{code}",
        unit=unit,
        year=2026,
        document=to_stored(CardOutline()),
        changed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        changed_by="HR",
    )
    action = PlanAction(unit=unit)
    action.versions = [
        ActionVersion(
            number=1,
            aim=ActionAim.KEEP,
            what="Vi beholder morgenmøtet",
            who="Alle",
            due_on=dt.date(2099, 1, 1),
            status=ActionStatus.PLANNED,
            at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            author="Leder",
        )
    ]
    report = Report(
        unit=unit,
        kind=ReportKind.YEAR,
        year=2026,
        state=ReportState.FROZEN,
        number=1,
        choice={},
        changed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        changed_by="HR",
        frozen_by="Kari Eide",
        frozen_on=dt.date(2026, 1, 1),
    )
    proposal = IndicatorProposal(
        unit=unit, title="Noe", why="Noe", author="Politiker", at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    session.add_all([account, person, stated, moved, card, draft, report, proposal, action])
    session.flush()
    content = ReportContent(
        code, unit.name, report.kind, report.year, 0, "nb", dt.date(2026, 1, 1), "", perspectives=()
    )
    session.add_all(
        ReportVersion(report=report, audience=audience, content=to_stored(content))
        for audience in ReportAudience
    )
    return {
        "key": survey.key,
        "survey_key": released.key,
        "unit_code": code,
        "account_id": account.id,
        "action_id": action.id,
        "grant_id": account.all_grants[0].id,
        "person_id": person.id,
        "document_name": "dpia",
        "form": "csv",
        "file_kind": "pdf",
        "number": stated.id,
        "move_number": moved.id,
        "name": "close",
        "token": "finnes-ikke",
        "code": "nn",
        "language": "nb",
        "instrument": "medarbeider",
        "version": 1,
        "factor": "TRI",
        "indicator_id": 999,
        "question_id": 999,
        "leader_id": 999,
        "measurement_id": 999,
        "card_id": card.id,
        "version_id": draft.id,
        "node_id": 999,
        "report_id": report.id,
        "proposal_id": proposal.id,
        "year": 2026,
        "part": 0,
    }


def _sign_in(client: FlaskClient, db: Database, visitor: AccessVisitor) -> None:
    if not visitor.signed_in:
        return
    with db.transaction() as session:
        account = Account(username=visitor.name, name=visitor.name, password_hash="-", all_grants=[])
        if visitor.role:
            code = UNIT_OF[About.ABOVE if visitor.at_top else About.OWN]
            unit = session.scalars(select(Unit).where(Unit.code == code)).one()
            grant = Grant(role=visitor.role, unit=unit)
            if visitor.is_deputy:
                leader = session.scalars(select(Account).where(Account.username == "leder-a")).one()
                grant.deputy_for_id, grant.to_day = leader.id, municipal_day()
            account.all_grants.append(grant)
        session.add(account)
        session.flush()
        token = start_session(session, account)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token


def _outcome(client: FlaskClient, db: Database, address: str, method: str) -> Outcome:
    try:
        with _unchangeable(db):
            response = client.open(address, method=method)
    except _ChangeError:
        return Outcome.IN
    assert response.status_code < 500, address
    if response.status_code == 302 and response.headers["Location"].startswith("/logg-inn"):
        return Outcome.SIGN_IN
    return {403: Outcome.FORBIDDEN, 404: Outcome.HIDDEN}.get(response.status_code, Outcome.IN)


def _asked(
    app: Flask, db: Database, visitor: AccessVisitor, values: dict[About, dict[str, Any]]
) -> Iterator[AccessCase]:
    """Each address once: nothing changes, so the same address answers the same whosever thing is thought of."""
    client = app.test_client()
    _sign_in(client, db, visitor)
    ask = cache(partial(_outcome, client, db))
    for rule, about, address in _addresses(app, values):
        for method in _methods(rule):
            yield AccessCase(visitor, about, rule.endpoint, method, ask(address, method))


def _addresses(app: Flask, values: dict[About, dict[str, Any]]) -> list[tuple[Rule, About, str]]:
    with app.test_request_context():
        return [
            (rule, about, url_for(rule.endpoint, **{name: values[about][name] for name in rule.arguments}))
            for rule in _staff_rules(app)
            for about in About
        ]


def test_every_route_has_a_line_in_the_table(app: Flask) -> None:
    assert {rule.endpoint for rule in _staff_rules(app)} == set(ACCESS)
    silent = [rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    assert [each for each in silent if permission_of(app.view_functions[each]) is None] == []


def test_a_route_that_says_nothing_is_closed_to_all(app: Flask, db: Database) -> None:
    app.add_url_rule("/glemt", "glemt", lambda: "alt for alle")
    assert app.test_client().get("/glemt").status_code == 403


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: str(visitor.name))
def test_the_table_is_what_happens(
    app: Flask, db: Database, values: dict[About, dict[str, Any]], visitor: AccessVisitor
) -> None:
    cases = list(_asked(app, db, visitor, values))
    wrong = [case for case in cases if not case.is_right]
    assert len(cases) == len(About) * sum(len(_methods(rule)) for rule in _staff_rules(app)) > 400
    assert [(case.endpoint, case.method, case.about.value, case.outcome.value) for case in wrong] == []


def test_hr_cannot_make_a_survey_of_a_unit_that_is_not_hers(
    client: FlaskClient, db: Database, values: dict[About, dict[str, Any]]
) -> None:
    sign_in_as(client, db, Role.HR, "B")
    page = client.get("/undersokelser/ny").text
    assert "Enhet B" in page
    assert "Enhet A" not in page
    listed = client.get("/undersokelser").text
    assert "undersokelser/kladd-b" in listed
    assert "undersokelser/kladd-a" not in listed


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: str(visitor.name))
def test_whose_sign_in_somebody_may_change(
    app: Flask, db: Database, values: dict[About, dict[str, Any]], visitor: AccessVisitor
) -> None:
    """Linking to the sign-in provider and what else gives or takes a way in, for accounts with each role."""
    client = app.test_client()
    _sign_in(client, db, visitor)
    owners = _owners(db, visitor)
    wrong = []
    for owner, account_id in owners.items():
        for endpoint in OWNERS_SIGN_IN:
            with app.test_request_context():
                address = url_for(endpoint, account_id=account_id)
            outcome = _outcome(client, db, address, "POST")
            if outcome is not may_change_sign_in(visitor, owner):
                wrong.append((endpoint, owner, outcome.value))
    assert len(owners) == len(Role) * len(About) + (2 if visitor.signed_in else 1)
    assert wrong == []


def _owners(db: Database, visitor: AccessVisitor) -> dict[AccountOwner, int]:
    """Accounts with each role on each unit, one without a role, and the visitor's own."""
    with db.transaction() as session:
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        made: dict[AccountOwner, Account] = {AccountOwner(): Account(username="uten", name="Uten")}
        for role in Role:
            for about in About:
                account = Account(username=f"{role}-{about}".replace(" ", "-"), name="En annen")
                account.all_grants = [Grant(role=role, unit=units[UNIT_OF[about]])]
                made[AccountOwner(role, about)] = account
        session.add_all(made.values())
        session.flush()
        found = {owner: account.id for owner, account in made.items()}
        own = session.scalar(select(Account.id).where(Account.username == visitor.name))
        return found if own is None else {**found, AccountOwner(visitor.role, is_own=True): own}


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: str(visitor.name))
def test_whom_somebody_may_move_where(
    app: Flask, db: Database, values: dict[About, dict[str, Any]], visitor: AccessVisitor
) -> None:
    """Only HR of both units, and the same when it is undone."""
    client = app.test_client()
    _sign_in(client, db, visitor)
    moved, undone = {}, {}
    for source in About:
        for target in set(About) - {source}:
            person_id, entry_id = _to_move(db, UNIT_OF[source], UNIT_OF[target])
            data = {"person": person_id, "to": UNIT_OF[target], "confirmed": "y"}
            page = f"/organisasjon/enhet/{UNIT_OF[source]}/flytt-ansatte"
            moved[source, target] = _changes(client, db, page, data)
            page = f"/organisasjon/flyttede-ansatte/{entry_id}/angre"
            undone[source, target] = _changes(client, db, page, {})
    both = {
        (source, target): visitor.is_hr and visitor.reaches(source) and visitor.reaches(target)
        for source, target in moved
    }
    assert moved == both
    assert undone == both


def _to_move(db: Database, source: str, target: str) -> tuple[int, int]:
    """Somebody in the one unit, and the trail's entry of somebody who was moved from there to the other."""
    with db.transaction() as session:
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        stays, went = (
            Person(employee_number=f"{source}{target}{number}", name="En", unit=units[code])
            for number, code in enumerate((source, target))
        )
        session.add_all([stays, went])
        session.flush()
        entry = AuditEntry(
            at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            action="organisation.people_moved",
            subject=source,
            detail={"to_unit": target, "people": 1, "before": {"people": [went.id], "along": []}},
        )
        session.add(entry)
        session.flush()
        return stays.id, entry.id


def _changes(client: FlaskClient, db: Database, address: str, data: dict[str, Any]) -> bool:
    """Whether the request would have changed anything."""
    try:
        with _unchangeable(db):
            client.post(address, data=data)
    except _ChangeError:
        return True
    return False
