"""Somebody who may write in the database, and knows everything in it, cannot learn whose an answer is.

She has the database and no more: neither the key store nor the server's secret. Every attack is played through the real
pages. Each was seen to work on a Medvirk without the check it meets.
"""

import logging
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from nacl.public import PrivateKey
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.ballot_box import Ballot, Draft
from surveys.campaigns.deliveries import send_queued
from surveys.campaigns.invitation_seals import BrokenSealError, is_intact, seal_the_unsealed
from surveys.campaigns.keystore import KeyMissingError
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    MessageKind,
    Survey,
    SurveyStatus,
)
from surveys.campaigns.promised_rules import LoweredPromiseError
from surveys.campaigns.reconciling import ReconcileChoices, reconcile
from surveys.campaigns.replacing_codes import replace_code
from surveys.organisation.models import Person, Unit
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from surveys.publishing.opening_ballots import CountingError
from surveys.publishing.releasing import release
from surveys.release.models import Release
from surveys.respond.ballots import BallotUnreadableError, open_sheet
from tests.building import answer_some, build_open_survey, invite_some, keys_of, sheet_of
from tests.card_building import sign_in_as
from tests.mail_server import open_post_office
from tests.releasing import build_closed
from tests.respondent import Respondent

KEY = "liten-2026"


@pytest.fixture
def victim(app: Flask, db: Database) -> str:
    """The code of somebody in A who has been invited; six others there have delivered."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(3)] * 6)
        [code] = invite_some(app, session, survey)
    return code


def hers(session: Session) -> Invitation:
    return session.scalars(select(Invitation).where(Invitation.delivered.is_(False))).one()


def at_the_review(client: FlaskClient, code: str) -> Respondent:
    person = Respondent(client, code)
    person.answers_to_the_review()
    return person


def told(db: Database) -> list[tuple[str, str]]:
    with db.reading() as session:
        alarms = select(AuditEntry.action, AuditEntry.subject).where(
            AuditEntry.action.in_(["survey.key_swapped", "survey.seal_broken"])
        )
        return [(action, subject) for action, subject in session.execute(alarms)]


class TestSwappingTheKey:
    def test_a_ballot_is_never_sealed_with_a_key_that_was_put_in_the_database(
        self, db: Database, client: FlaskClient, victim: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        attackers = PrivateKey.generate()
        person = at_the_review(client, victim)
        with db.transaction() as session:
            session.execute(update(Survey).values(public_key=bytes(attackers.public_key)))
        with caplog.at_level(logging.CRITICAL):
            answer = client.post(f"/svar/{victim}/nb/lever")
        assert answer.status_code == 503
        assert "Vi kan ikke ta imot svaret ditt nå" in answer.text
        with db.reading() as session:
            ballots = session.scalars(select(Ballot.sealed)).all()
            assert not hers(session).delivered
            assert len(session.scalars(select(Draft)).all()) == 1
        assert len(ballots) == 6
        for sealed in ballots:
            with pytest.raises(BallotUnreadableError):
                open_sheet(attackers, sealed)
        assert told(db) == [("survey.key_swapped", KEY)]
        assert victim not in caplog.text
        assert person.page.status == 200

    def test_the_alarm_is_told_once_a_day_however_many_deliver(
        self, db: Database, client: FlaskClient, victim: str
    ) -> None:
        at_the_review(client, victim)
        with db.transaction() as session:
            session.execute(update(Survey).values(public_key=bytes(PrivateKey.generate().public_key)))
        for _press in range(3):
            assert client.post(f"/svar/{victim}/nb/lever").status_code == 503
        assert len(told(db)) == 1

    def test_she_delivers_with_the_same_link_when_the_key_is_right_again(
        self, app: Flask, db: Database, client: FlaskClient, victim: str
    ) -> None:
        at_the_review(client, victim)
        with db.transaction() as session:
            survey = find_survey(session, KEY)
            right, survey.public_key = survey.public_key, bytes(PrivateKey.generate().public_key)
        client.post(f"/svar/{victim}/nb/lever")
        with db.transaction() as session:
            find_survey(session, KEY).public_key = right
        assert client.post(f"/svar/{victim}/nb/lever").headers["Location"].endswith("/kvittering")
        with db.transaction() as session:
            close_survey(session, find_survey(session, KEY))
        count(db, keys_of(app), KEY)

    def test_the_key_store_is_not_fooled_by_a_file_that_was_put_there(
        self, app: Flask, db: Database, victim: str
    ) -> None:
        """Whoever writes in the folder too lacks the master key: the file does not open."""
        with db.reading() as session:
            survey_id = find_survey(session, KEY).id
        file = app.config["SETTINGS"].keys / "surveys" / f"{survey_id}.public"
        file.write_bytes(bytes(PrivateKey.generate().public_key) + bytes(40))
        with pytest.raises(KeyMissingError):
            keys_of(app).public_key(survey_id)
        assert victim


class TestTagging:
    @pytest.mark.parametrize(
        "change",
        [
            "unit",
            "audience",
            "person",
            "address",
            "loose",
            "self-started",
            "phone",
            "no seal",
            "another's seal",
        ],
    )
    def test_an_invitation_that_was_changed_takes_no_answer_and_stops_the_count(
        self, app: Flask, db: Database, client: FlaskClient, victim: str, change: str
    ) -> None:
        at_the_review(client, victim)
        with db.transaction() as session:
            tag(session, hers(session), change)
        answer = client.post(f"/svar/{victim}/nb/lever")
        assert answer.status_code == 503
        with db.reading() as session:
            assert len(session.scalars(select(Ballot)).all()) == 6
        assert told(db) == [("survey.seal_broken", KEY)]
        with db.transaction() as session:
            close_survey(session, find_survey(session, KEY))
        with pytest.raises(CountingError, match="endret utenom Medvirk"):
            count(db, keys_of(app), KEY)

    def test_one_that_was_moved_after_she_delivered_stops_the_count(
        self, app: Flask, db: Database, client: FlaskClient, victim: str
    ) -> None:
        with db.reading() as session:
            number = hers(session).id
        at_the_review(client, victim).press()
        with db.transaction() as session:
            tag(session, session.get_one(Invitation, number), "unit")
            close_survey(session, find_survey(session, KEY))
        with pytest.raises(CountingError, match="endret utenom Medvirk"):
            count(db, keys_of(app), KEY)

    def test_nothing_is_mailed_to_an_address_that_was_changed(
        self, app: Flask, db: Database, victim: str
    ) -> None:
        with open_post_office() as office, app.app_context():
            with db.transaction() as session:
                session.add(Delivery(invitation=hers(session), kind=MessageKind.INVITATION))
                tag(session, hers(session), "address")
            settings = replace(app.config["SETTINGS"], smtp_host="127.0.0.1", smtp_port=office.port)
            send_queued(db, settings)
            assert office.taken == []
        with db.reading() as session:
            assert session.scalars(select(Delivery.status)).all() == [DeliveryStatus.FAILED]
        assert victim

    def test_a_lawful_change_does_not_seal_what_was_changed_before_it(
        self, app: Flask, db: Database, victim: str
    ) -> None:
        """Otherwise she would wait for HR to replace the code."""
        with db.transaction() as session:
            tag(session, hers(session), "unit")
        with app.app_context(), db.writing() as session, pytest.raises(BrokenSealError):
            replace_code(session, find_survey(session, KEY), hers(session).id, app.config["SECRETS"].codes)
        assert victim

    def test_what_hr_does_through_the_product_keeps_the_seal(self, app: Flask, db: Database) -> None:
        secret = app.config["SECRETS"].codes
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            units = {unit.code: unit.id for unit in session.scalars(select(Unit))}
            session.add(
                Person(employee_number="1", name="Kari", email="k@fjordvik.example", unit_id=units["A"])
            )
            session.add_all(
                Person(
                    employee_number=str(n), name=f"Person {n}", email=f"p{n}@x.example", unit_id=units["A"]
                )
                for n in range(2, survey.minimum_group + 1)
            )
            assert survey.units
        with app.app_context(), db.transaction() as session:
            reconcile(session, find_survey(session, KEY), ReconcileChoices(), secret)
            people = session.scalars(select(Person).order_by(Person.id)).all()
            for person in people:
                person.unit_id = units["B"]
            people[0].email = "kari@fjordvik.example"
            session.flush()
            reconcile(session, find_survey(session, KEY), ReconcileChoices(moved="moves"), secret)
            invitation = session.scalars(select(Invitation).where(Invitation.person_id == people[0].id)).one()
            assert (invitation.email, invitation.unit_id) == ("kari@fjordvik.example", units["B"])
            assert is_intact(invitation, secret)
            replace_code(session, find_survey(session, KEY), invitation.id, secret)
            assert is_intact(invitation, secret)

    def test_invitations_from_before_there_were_seals_are_sealed_once(
        self, app: Flask, db: Database, victim: str
    ) -> None:
        secret = app.config["SECRETS"].codes
        with db.transaction() as session:
            session.execute(update(Invitation).values(seal=None))
            assert seal_the_unsealed(session, secret) == 7
        with db.transaction() as session:
            assert all(is_intact(one, secret) for one in session.scalars(select(Invitation)))
            assert seal_the_unsealed(session, secret) == 0
        assert victim


def tag(session: Session, invitation: Invitation, change: str) -> None:
    """What an attacker writes, as SQL would."""
    other_unit = session.scalars(select(Unit.id).where(Unit.code == "B")).one()
    another = session.scalars(select(Invitation.seal).where(Invitation.delivered)).first()
    person = Person(employee_number="9", name="Liv", email="liv@fjordvik.example", unit_id=other_unit)
    session.add(person)
    session.flush()
    values: dict[str, dict[str, object]] = {
        "unit": {"unit_id": other_unit},
        "audience": {"audience": "leaders"},
        "person": {"person_id": person.id},
        "address": {"email": "ond@example.com"},
        # Made nobody's, or somebody's: what lifts a unit over the minimum group.
        "loose": {"loose": True},
        "self-started": {"self_started": True},
        "phone": {"phone": "+4790000000"},
        "no seal": {"seal": None},
        "another's seal": {"seal": another},
    }
    session.execute(update(Invitation).where(Invitation.id == invitation.id).values(**values[change]))


def test_hr_sees_the_alarm_on_the_page_of_the_trail(
    app: Flask, db: Database, client: FlaskClient, victim: str
) -> None:
    at_the_review(client, victim)
    with db.transaction() as session:
        tag(session, hers(session), "unit")
    client.post(f"/svar/{victim}/nb/lever")
    staff = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in_as(staff, db, Role.HR, "K")
    assert "Alarm: en invitasjon er endret utenom Medvirk" in staff.get("/hendelseslogg").text


@pytest.mark.usefixtures("closed")
class TestLoweringWhatWasPromised:
    """One UPDATE before the count would show groups of three to everybody who was promised five."""

    @pytest.fixture
    def closed(self, app: Flask, db: Database) -> None:
        build_closed(app, db, {"A": [sheet_of(3)] * 4, "C": [sheet_of(4)] * 9})

    @pytest.mark.parametrize(
        ("lowered", "said"),
        [({"minimum_group": 3}, "Minste gruppe var 5"), ({"comment_minimum": 5}, "før 10 hadde svart")],
    )
    def test_nothing_is_counted_by_lower_levels_than_at_opening(
        self, app: Flask, db: Database, lowered: dict[str, int], said: str
    ) -> None:
        with db.transaction() as session:
            session.execute(update(Survey).values(lowered))
        with pytest.raises(LoweredPromiseError, match=said):
            count(db, keys_of(app), KEY)
        with db.reading() as session:
            assert find_survey(session, KEY).status == SurveyStatus.CLOSED

    def test_nothing_is_released_by_a_lower_minimum_group_than_at_opening(
        self, app: Flask, db: Database
    ) -> None:
        count(db, keys_of(app), KEY)
        with db.transaction() as session:
            session.execute(update(Survey).values(minimum_group=3))
        with pytest.raises(LoweredPromiseError, match="Minste gruppe var 5"):
            release(db, keys_of(app), KEY)
        with db.reading() as session:
            assert session.scalars(select(Release)).all() == []

    def test_a_higher_minimum_group_is_no_fault(self, app: Flask, db: Database) -> None:
        with db.transaction() as session:
            session.execute(update(Survey).values(minimum_group=8))
        release(db, keys_of(app), KEY)
        with db.reading() as session:
            assert session.scalars(select(Release.minimum_group)).all() == [8]
