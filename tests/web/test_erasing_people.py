"""Somebody who has left can be erased, by HR or by the rule, and what she answered stays and leads nowhere."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys.access.models import Account, Grant, Role
from surveys.audit.models import AuditEntry
from surveys.campaigns import outbox
from surveys.campaigns.erasing_people import ErasureError, erase_person, erase_those_who_left
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import Delivery, Invitation, SurveyStatus
from surveys.hr.paper.sheets import letters_to_print
from surveys.hr.retention.deleting import delete_what_is_due
from surveys.organisation.import_records import ImportRecordRequest, record_import
from surveys.organisation.models import ImportKind, OrganisationImport, Person
from surveys.platform.clock import municipal_day
from surveys.platform.config import read_settings
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from tests.building import build_open_survey
from tests.card_building import sign_in_as, unit_of

LEFT = dt.date(2026, 1, 10)


@pytest.fixture
def left(app: Flask, db: Database) -> Database:
    """An open survey; Liv in A, who leads it with an account, was invited, and has left; Per, who has not."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        a = unit_of(session, "A")
        liv = Person(employee_number="1", name="Liv Ek", email="liv@fjordvik.example", unit=a, is_leader=True)
        per = Person(employee_number="2", name="Per Ås", email="per@fjordvik.example", unit=a)
        session.add_all([liv, per])
        session.flush()
        account = Account(
            username="liv@fjordvik.example", name="Liv Ek", email="liv@fjordvik.example", person_id=liv.id
        )
        account.all_grants = [Grant(role=Role.LEADER, unit_id=a.id)]
        session.add(account)
        invite(
            session,
            survey,
            [Recipient(a.id, each.email, person_id=each.id) for each in (liv, per)],
            app.config["SECRETS"].codes,
        )
        outbox.queue_invitations(session, survey)
        liv.active, liv.left_on = False, LEFT
    return db


def _liv(db: Database) -> int | None:
    with db.reading() as session:
        return session.scalar(select(Person.id).where(Person.employee_number == "1"))


def _everything(db: Database) -> str:
    """Every row of the tables that people stand in."""
    with db.reading() as session:
        return repr(
            [
                [str(column) for column in row]
                for table in (Person, Invitation, Delivery, Account, AuditEntry, OrganisationImport)
                for row in session.execute(select(*table.__table__.columns))
            ]
        )


def test_the_day_of_leaving_follows_the_roster(left: Database) -> None:
    with left.transaction() as session:
        per = session.scalars(select(Person).where(Person.name == "Per Ås")).one()
        assert per.left_on is None
        per.active = False
        assert per.left_on == municipal_day()
        per.active = True
        assert per.left_on is None


def test_hr_reads_what_it_means_and_then_every_trace_of_her_is_gone(
    left: Database, client: FlaskClient
) -> None:
    with left.transaction() as session:
        # The file that she was no longer in: what undoing it would bring back.
        rows = [[p.id, p.employee_number, p.name, p.email] for p in session.scalars(select(Person))]
        request = ImportRecordRequest(ImportKind.PEOPLE, "ansatte.csv", ("nummer",))
        same = {"1": ["liv-2"], "2": ["9"]}
        record_import(session, request, ["employee_number"], {}, {"new": [], "before": rows}, same)
    sign_in_as(client, left, Role.HR, "K")
    listed = client.get("/organisasjon/sluttet").text
    assert "Liv Ek" in listed
    assert "10.01.2026" in listed
    assert "Per Ås" not in listed
    page = f"/organisasjon/sluttet/{_liv(left)}"
    said = client.get(page).text
    for words in (
        "kan ikke angres",
        "1 invitasjon blir ingens",
        "1 e-post som venter, blir ikke sendt",
        "kan ingen finne igjen",
        "mister alle tilganger",
        "er ikke talt opp",
    ):
        assert words in said
    assert _liv(left), "nothing has been erased by looking"
    assert client.post(page).status_code == 302
    assert _liv(left) is None
    everything = _everything(left)
    assert "Liv" not in everything
    assert "liv" not in everything
    assert "Per Ås" in everything
    with left.reading() as session:
        invitations = session.scalars(select(Invitation)).all()
        assert len(invitations) == 2, "the response rate is of the same number"
        assert [each.email for each in invitations if each.person_id is None] == [""]
        assert session.scalar(select(func.count()).select_from(Delivery)) == 1
        account = session.scalars(select(Account).where(Account.name == "Slettet bruker")).one()
        assert not account.active
        assert not account.all_grants
    assert "Slettet en som har sluttet" in client.get("/hendelseslogg").text


def test_an_erased_persons_invitation_is_neither_mailed_nor_printed(app: Flask, left: Database) -> None:
    with app.app_context(), left.transaction() as session:
        erase_person(session, None, session.get_one(Person, _liv(left)))
        survey = find_survey(session, "liten-2026")
        assert outbox.queue_invitations(session, survey) == outbox.Queued(0)
        assert letters_to_print(session, survey, survey.unit_id, dt.date(2026, 3, 3), again=False) == []


def test_nobody_in_the_roster_is_erased(left: Database, client: FlaskClient) -> None:
    with left.writing() as session:
        per = session.scalars(select(Person).where(Person.name == "Per Ås")).one()
        with pytest.raises(ErasureError):
            erase_person(session, None, per)
        number = per.id
    sign_in_as(client, left, Role.HR, "K")
    assert client.post(f"/organisasjon/sluttet/{number}").status_code == 409
    assert "Per Ås" in _everything(left)


def test_hr_erases_in_her_own_units_only(left: Database, client: FlaskClient) -> None:
    sign_in_as(client, left, Role.HR, "B")
    assert "Liv Ek" not in client.get("/organisasjon/sluttet").text
    assert client.post(f"/organisasjon/sluttet/{_liv(left)}").status_code == 403
    assert client.post("/organisasjon/sluttet/999").status_code == 404


def test_an_account_that_hr_may_not_change_stops_her(left: Database, client: FlaskClient) -> None:
    with left.transaction() as session:
        account = session.scalars(select(Account).where(Account.name == "Liv Ek")).one()
        account.all_grants.append(Grant(role=Role.HR, unit_id=unit_of(session, "K").id))
    sign_in_as(client, left, Role.HR, "A")
    answer = client.post(f"/organisasjon/sluttet/{_liv(left)}")
    assert answer.status_code == 409
    assert "en bruker du ikke kan endre" in answer.text
    assert _liv(left)


@pytest.fixture
def in_the_application(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


class TestRule:
    def _counted(self, db: Database) -> None:
        with db.transaction() as session:
            survey = find_survey(session, "liten-2026")
            close_survey(session, survey)
            survey.status = SurveyStatus.COUNTED

    def test_it_is_off_unless_the_operator_turns_it_on(self, left: Database) -> None:
        self._counted(left)
        assert read_settings({}).erase_left_after_days == 0
        assert delete_what_is_due(left, read_settings({}), dt.date(2040, 1, 1)) == {}
        assert _liv(left)
        assert read_settings({"MEDVIRK_ERASE_LEFT_AFTER_DAYS": "90"}).erase_left_after_days == 90

    @pytest.mark.usefixtures("in_the_application")
    def test_it_waits_for_the_day_and_for_the_counting(self, left: Database) -> None:
        assert erase_those_who_left(left, LEFT) == 0, "the survey of her unit is open"
        self._counted(left)
        assert erase_those_who_left(left, LEFT - dt.timedelta(days=1)) == 0
        assert erase_those_who_left(left, LEFT) == 1
        assert _liv(left) is None
        assert "Liv" not in _everything(left)
        assert erase_those_who_left(left, LEFT) == 0

    def test_the_worker_does_it(self, left: Database, app: Flask) -> None:
        self._counted(left)
        jobs_of(app, immediate=True)
        work = app.extensions["medvirk_work"]
        work["retention"]()
        assert _liv(left), "it is off"
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], erase_left_after_days=1)
        work["retention"]()
        assert _liv(left) is None
