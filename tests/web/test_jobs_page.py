"""«Drift»: an administrator sees what waits, stopped and comes, and tries it again, without learning who answered."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from surveys.access.models import Account, Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    LongStep,
    MessageKind,
    Survey,
    SurveyStatus,
)
from surveys.platform.clock import municipal_day, now
from surveys.platform.database import Database
from surveys.platform.heartbeats import WorkerHeartbeat, beat
from surveys.platform.queue import QUEUES
from surveys.reports.year.models import CardReminder
from surveys.site.jobs.texts import last_seen
from tests.building import build_installation, build_open_survey, build_survey, build_units, invite_some
from tests.card_building import sign_in_as

PAGE = "/drift"


@pytest.fixture
def survey(app: Flask, db: Database) -> Database:
    """An open survey: one mail waits, two failed (one of the two has answered on paper), one is unsure."""
    app.config["WTF_CSRF_ENABLED"] = False
    today = municipal_day()
    with db.transaction() as session:
        survey = build_open_survey(
            app, session, opens_on=today - dt.timedelta(days=9), closes_on=today + dt.timedelta(days=9)
        )
        survey.closes_automatically = True
        for number, status in enumerate(
            (DeliveryStatus.QUEUED, DeliveryStatus.FAILED, DeliveryStatus.FAILED, DeliveryStatus.SENDING)
        ):
            invite_some(app, session, survey, email=f"navn{number}@fjordvik.example")
            invitation = session.scalars(select(Invitation).order_by(Invitation.id.desc())).first()
            assert invitation is not None
            session.add(
                Delivery(invitation_id=invitation.id, kind=MessageKind.INVITATION, status=status, error="550")
            )
            invitation.delivered = number == 1
    for queue in QUEUES:
        beat(db, queue)
    return db


def _text(client: FlaskClient) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def _cells(client: FlaskClient, caption: str) -> list[list[str]]:
    """The rows of the table with this caption."""
    table = re.search(rf"<caption>{caption}.*?</table>", _text(client))
    assert table, caption
    rows = re.findall(r"<tr>(.*?)</tr>", table[0])
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows[1:]]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


class TestWhoMay:
    def test_administrators_find_it_in_the_menu(self, client: FlaskClient, survey: Database) -> None:
        sign_in_as(client, survey, Role.ADMINISTRATOR)
        assert 'href="/drift"' in _text(client)

    @pytest.mark.parametrize("role", [Role.HR, Role.LEADER])
    def test_others_do_not(self, client: FlaskClient, survey: Database, role: Role) -> None:
        sign_in_as(client, survey, role)
        assert 'href="/drift"' not in client.get("/").text
        assert client.get(PAGE).status_code == 403

    def test_an_administrator_of_another_unit_sees_and_does_nothing_to_the_survey(
        self, client: FlaskClient, survey: Database
    ) -> None:
        sign_in_as(client, survey, Role.ADMINISTRATOR, "B")
        assert "liten-2026" not in _text(client)
        for what in ("steg", "epost"):
            assert client.post(f"{PAGE}/liten-2026/{what}").status_code == 403
            assert client.post(f"{PAGE}/finnes-ikke/{what}").status_code == 404


class TestWhatItShows:
    def test_figures_of_mails_and_no_name_or_address(self, client: FlaskClient, survey: Database) -> None:
        sign_in_as(client, survey, Role.ADMINISTRATOR)
        [row] = _cells(client, "E-post i åpne undersøkelser")
        assert row[1:5] == ["1", "0", "2", "1"]
        assert "@fjordvik.example" not in _text(client).replace("hr@fjordvik.example", "")

    def test_why_mails_to_leaders_wait_and_nothing_of_those_that_went(
        self, client: FlaskClient, survey: Database
    ) -> None:
        sign_in_as(client, survey, Role.ADMINISTRATOR)
        assert "E-post til ledere" not in _text(client)
        with survey.transaction() as session:
            for number, (status, error) in enumerate(
                (
                    (DeliveryStatus.QUEUED, "535 5.7.8 Bad credentials"),
                    (DeliveryStatus.QUEUED, "535 5.7.8 Bad credentials"),
                    (DeliveryStatus.QUEUED, "451 4.3.0 Try later"),
                    (DeliveryStatus.SENT, "450 4.2.1 Earlier"),
                    (DeliveryStatus.FAILED, "550 5.1.1 Last year"),
                    (DeliveryStatus.QUEUED, ""),
                )
            ):
                account = Account(username=f"l{number}", name="Ola Lien", email=f"l{number}@fjordvik.example")
                session.add(account)
                session.flush()
                session.add(
                    CardReminder(account_id=account.id, year=2026, part=1, status=status, error=error)
                )
        shown = _text(client)
        assert "2 e-poster venter. E-posttjeneren godtok ikke innloggingen fra Medvirk." in shown
        assert "1 e-post venter. E-posttjeneren kunne ikke ta imot da vi prøvde." in shown
        assert "Earlier" not in shown
        assert "Last year" not in shown
        assert "Ola Lien" not in shown

    def test_an_installation_in_which_nothing_has_happened(
        self, client: FlaskClient, db: Database, app: Flask
    ) -> None:
        assert app
        with db.transaction() as session:
            build_installation(session)
            build_units(session)
        sign_in_as(client, db, Role.ADMINISTRATOR)
        shown = _text(client)
        for words in (
            "Aldri sett",
            "Ingen store steg",
            "Ingen undersøkelser er åpne",
            "Ingenting er planlagt",
        ):
            assert words in shown
        assert "Bakgrunnsjobbene står stille" in shown

    def test_the_worker_was_seen(self, client: FlaskClient, survey: Database) -> None:
        sign_in_as(client, survey, Role.ADMINISTRATOR)
        with survey.transaction() as session:
            session.execute(update(WorkerHeartbeat).values(seen_at=now() - dt.timedelta(seconds=130)))
        shown = _text(client)
        assert "Sist sett for 2 minutter siden" in shown
        assert "Bakgrunnsjobbene står stille" not in shown

    def test_what_comes_by_itself(self, client: FlaskClient, survey: Database) -> None:
        today = municipal_day()
        with survey.transaction() as session:
            unit = session.scalars(select(Survey)).one().unit
            later = build_survey(
                session,
                unit,
                "senere",
                opens_on=today + dt.timedelta(days=3),
                closes_on=today + dt.timedelta(days=20),
            )
            later.opens_automatically = True
            first = session.scalars(select(Survey).where(Survey.key == "liten-2026")).one()
            first.first_reminder_after, first.second_reminder_after = 4, 8
            session.execute(
                update(Delivery)
                .where(Delivery.status == DeliveryStatus.QUEUED)
                .values(status=DeliveryStatus.SENT, sent_on=today - dt.timedelta(days=4))
            )
        sign_in_as(client, survey, Role.ADMINISTRATOR)
        what = [row[1] for row in _cells(client, "Planlagt")]
        assert sorted(what) == ["Lukker når dagen er over", "Sender påminnelser", "Åpner"]
        assert what[-1] == "Lukker når dagen er over"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "Sist sett for under ett minutt siden"),
        (60, "Sist sett for 1 minutt siden"),
        (3600, "Sist sett for 1 time siden"),
        (3 * 86400, "Sist sett for 3 døgn siden"),
    ],
)
def test_how_long_ago(app: Flask, seconds: int, words: str) -> None:
    with app.test_request_context():
        assert last_seen(dt.timedelta(seconds=seconds)) == words


class TestTryingAgain:
    def test_a_step_that_stopped_is_asked_for_as_it_was(self, client: FlaskClient, survey: Database) -> None:
        with survey.transaction() as session:
            found = session.scalars(select(Survey)).one()
            found.status = SurveyStatus.CLOSED
            session.add(
                LongStep(
                    survey_id=found.id,
                    name="count",
                    details={},
                    asked_at=now(),
                    attempts=3,
                    problem="Svarene stemmer ikke.",
                )
            )
        sign_in_as(client, survey, Role.ADMINISTRATOR)
        assert "Svarene stemmer ikke." in _text(client)
        assert client.post(f"{PAGE}/liten-2026/steg").status_code == 302
        with survey.reading() as session:
            step = session.scalars(select(LongStep)).one()
            assert (step.name, step.problem, step.attempts) == ("count", "", 0)
            assert step.account_id is not None
        assert "Bakgrunnsjobben prøver igjen." in _text(client)
        [row] = _cells(client, "Steg som venter")
        assert row[1].startswith("Venter.")

    def test_one_that_waits_is_left_alone(self, client: FlaskClient, survey: Database) -> None:
        sign_in_as(client, survey, Role.ADMINISTRATOR)
        assert client.post(f"{PAGE}/liten-2026/steg").status_code == 302
        with survey.reading() as session:
            assert session.scalars(select(LongStep)).all() == []

    def test_failed_mails_go_to_all_alike_so_nobody_sees_who_has_answered(
        self, app: Flask, client: FlaskClient, survey: Database
    ) -> None:
        from surveys.campaigns.deliveries import _drop_unwanted

        sign_in_as(client, survey, Role.ADMINISTRATOR)
        assert client.post(f"{PAGE}/liten-2026/epost").status_code == 302
        for _time in range(2):
            [row] = _cells(client, "E-post i åpne undersøkelser")
            assert row[1:5] == ["3", "0", "0", "1"], "the two that failed, whoever has answered"
            with app.app_context():
                _drop_unwanted(survey, municipal_day())
        client.post(f"{PAGE}/liten-2026/epost")
        [row] = _cells(client, "E-post i åpne undersøkelser")
        assert row[1] == "3", "trying again while they wait adds nothing"
        with survey.reading() as session:
            wanted = select(AuditEntry.detail).where(AuditEntry.action == "survey.mails_retried")
            assert session.scalars(wanted).first() in ({}, None), "the trail has no count either"

    def test_not_when_the_survey_is_closed(self, client: FlaskClient, survey: Database) -> None:
        with survey.transaction() as session:
            session.scalars(select(Survey)).one().status = SurveyStatus.CLOSED
        sign_in_as(client, survey, Role.ADMINISTRATOR)
        answer = client.post(f"{PAGE}/liten-2026/epost")
        assert answer.status_code == 409
        assert 'role="alert"' in answer.text
