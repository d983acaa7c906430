"""What the law asks for: the record of processing, the assessment, access, security.txt, cookies and the statement."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import create_app
from surveys.access.models import Account, Grant, Role
from surveys.actions.models import (
    ActionAim,
    ActionEvaluation,
    ActionStatus,
    ActionVersion,
    PlanAction,
    SharedPractice,
    WasDone,
)
from surveys.audit.models import AuditEntry
from surveys.campaigns import outbox
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, MessageKind, Survey
from surveys.followup.meetings.models import ResultAnswer
from surveys.operating.tables import metadata
from surveys.organisation.models import Person
from surveys.platform.clock import municipal_day, now
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import short_date
from surveys.publishing.counting_ballots import count
from surveys.reports.proposals.models import IndicatorProposal
from surveys.site.security_text import contact_address, security_text
from tests.building import build_open_survey, keys_of
from tests.card_building import sign_in_as, unit_of
from tests.page_tokens import without_tokens


@pytest.fixture
def invited(app: Flask, db: Database) -> Database:
    """Liv and Per in A, both invited by mail; Liv has an account."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        a = unit_of(session, "A")
        liv = Person(employee_number="1001", name="Liv Ek", email="liv@fjordvik.example", unit=a)
        per = Person(employee_number="1002", name="Per Ås", email="per@fjordvik.example", unit=a)
        session.add_all([liv, per])
        session.flush()
        account = Account(username="liv.ek", name="Liv Ek", email="liv@fjordvik.example", person_id=liv.id)
        account.all_grants = [Grant(role=Role.LEADER, unit_id=a.id)]
        session.add(account)
        people = [Recipient(a.id, each.email, person_id=each.id) for each in (liv, per)]
        invite(session, survey, people, app.config["SECRETS"].codes)
        outbox.queue_invitations(session, survey)
        session.execute(update(Delivery).values(status=DeliveryStatus.SENT, sent_on=dt.date(2026, 3, 2)))
    return db


def _person_id(db: Database, name: str = "Liv Ek") -> int:
    with db.reading() as session:
        return session.scalars(select(Person.id).where(Person.name == name)).one()


def _account_id(db: Database, username: str = "liv.ek") -> int:
    with db.reading() as session:
        return session.scalars(select(Account.id).where(Account.username == username)).one()


def _report(client: FlaskClient, db: Database) -> str:
    return without_tokens(client.get(f"/personvern/innsyn/{_person_id(db)}").text)


class TestAccess:
    def test_everything_that_exists_about_her_is_in_it(self, invited: Database, client: FlaskClient) -> None:
        sign_in_as(client, invited, Role.HR)
        page = _report(client, invited)
        for words in (
            "1001",
            "liv@fjordvik.example",
            "Enhet A",
            "liv.ek",
            "Liten undersøkelse 2026",
            "02.03.2026",
        ):
            assert words in page, words
        assert "per@fjordvik.example" not in page

    def test_it_is_the_same_whether_she_has_answered_or_not(
        self, invited: Database, client: FlaskClient
    ) -> None:
        """Nor does a reminder show, which goes to those who have not."""
        sign_in_as(client, invited, Role.HR)
        before = _report(client, invited)
        with invited.transaction() as session:
            own = session.scalars(select(Invitation).where(Invitation.person_id == _person_id(invited))).one()
            own.delivered = True
            session.add(
                Delivery(
                    invitation_id=own.id, kind=MessageKind.REMINDER, status=DeliveryStatus.SENT,
                    sent_on=dt.date(2026, 3, 9),
                )
            )  # fmt: skip
        assert _report(client, invited) == before
        assert "HR skal ikke vite hvem som har svart" in before

    def test_after_the_count_no_invitation_is_hers(
        self, app: Flask, invited: Database, client: FlaskClient
    ) -> None:
        with invited.transaction() as session:
            close_survey(session, session.scalars(select(Survey)).one())
        count(invited, keys_of(app), "liten-2026")
        sign_in_as(client, invited, Role.HR)
        page = _report(client, invited)
        assert "Liten undersøkelse 2026" not in page
        assert "Ingenting kan finnes." in page

    def test_hr_of_another_part_gets_nothing(self, invited: Database, client: FlaskClient) -> None:
        sign_in_as(client, invited, Role.HR, "B")
        person_id = _person_id(invited)
        for address in (f"/personvern/innsyn/{person_id}", f"/personvern/innsyn/{person_id}.csv"):
            assert client.get(address).status_code == 403
        assert "Liv Ek" not in client.get("/personvern?sok=liv").text

    def test_she_is_found_by_name_number_and_address(self, invited: Database, client: FlaskClient) -> None:
        sign_in_as(client, invited, Role.HR)
        for typed in ("liv", "1001", "LIV@fjord"):
            page = client.get("/personvern", query_string={"sok": typed}).text
            assert "Liv Ek" in page
            assert "Per Ås" not in page


class TestTracesOfAccess:
    @pytest.mark.parametrize("form", ["", ".csv", ".html"])
    def test_reading_a_report_is_in_the_trail_and_what_it_said_is_not(
        self, invited: Database, client: FlaskClient, form: str
    ) -> None:
        sign_in_as(client, invited, Role.HR)
        assert client.get(f"/personvern/innsyn/{_person_id(invited)}{form}").status_code == 200
        with invited.reading() as session:
            [entry] = session.scalars(
                select(AuditEntry).where(AuditEntry.action == "privacy.person_report_read")
            )
            assert entry.account_id is not None
            assert (entry.subject, entry.detail) == ("A", {"person": _person_id(invited)})

    def test_a_refused_reader_leaves_no_trace_of_reading(
        self, invited: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, invited, Role.HR, "B")
        client.get(f"/personvern/innsyn/{_person_id(invited)}")
        client.get(f"/personvern/innsyn/bruker/{_account_id(invited)}")
        with invited.reading() as session:
            assert not session.scalars(select(AuditEntry).where(AuditEntry.action.like("privacy.%"))).all()

    def test_the_next_report_tells_that_somebody_has_read(
        self, invited: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, invited, Role.HR)
        today = short_date(municipal_day())
        told = "HR har sett eller lastet ned innsyn om personen"
        assert today in _report(client, invited).partition(told)[2].partition("</dd>")[0]
        client.get(f"/personvern/innsyn/{_person_id(invited, 'Per Ås')}")
        with invited.reading() as session:
            read = select(AuditEntry).where(AuditEntry.action == "privacy.person_report_read")
            assert len(session.scalars(read).all()) == 2

    def test_somebody_who_has_left_is_found(self, invited: Database, client: FlaskClient) -> None:
        with invited.transaction() as session:
            session.get_one(Person, _person_id(invited)).active = False
        sign_in_as(client, invited, Role.HR)
        assert "har sluttet" in client.get("/personvern?sok=1001").text
        assert "Sluttet:" in _report(client, invited)


class TestAccessToAccounts:
    def test_a_user_outside_the_roster_is_found_with_all_that_is_hers(
        self, invited: Database, client: FlaskClient
    ) -> None:
        with invited.transaction() as session:
            account = Account(username="konsulent", name="Kim Konsulent", email="kim@fjordvik.example")
            account.all_grants = [Grant(role=Role.LEADER, unit_id=unit_of(session, "A").id)]
            session.add(account)
            session.flush()
            other = session.scalars(select(Account).where(Account.username == "liv.ek")).one()
            at = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
            for actor, action, subject in (
                (account.id, "survey.created", "liten-2026"),
                (account.id, "account.changed", other.trail_name),
                (other.id, "account.role_given", account.trail_name),
                (other.id, "survey.closed", "liten-2026"),
            ):
                session.add(AuditEntry(at=at, account_id=actor, action=action, subject=subject, detail={}))
        sign_in_as(client, invited, Role.HR)
        address = f"/personvern/innsyn/bruker/{_account_id(invited, 'konsulent')}"
        assert address in client.get("/personvern?sok=kim").text
        page = client.get(address).text
        for words in (
            "kim@fjordvik.example",
            "Enhet A",
            "Laget undersøkelsen: Liten undersøkelse 2026",
            "Rettet navn eller e-post",
            "Ga en tilgang (gjelder brukeren)",
            "Så innsyn om en bruker (gjelder brukeren)",
        ):
            assert words in page, words
        assert "Lukket undersøkelsen" not in page
        assert "Liv Ek" not in page

    def test_what_the_reader_may_not_see_in_the_trail_is_counted_and_not_shown(
        self, invited: Database, client: FlaskClient
    ) -> None:
        with invited.transaction() as session:
            liv = _account_id(invited)
            at = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
            session.add(
                AuditEntry(at=at, account_id=liv, action="people.imported", subject="hemmelig.csv", detail={})
            )
        sign_in_as(client, invited, Role.HR, "A")
        page = client.get(f"/personvern/innsyn/bruker/{liv}").text
        assert "hemmelig.csv" not in page
        assert "Hendelser du ikke kan se: 1" in page

    def test_her_texts_are_told_to_those_who_are_hr_for_the_unit(
        self, invited: Database, client: FlaskClient, app: Flask
    ) -> None:
        with invited.transaction() as session:
            liv = session.scalars(select(Account).where(Account.username == "liv.ek")).one()
            at, mine = now(), {"account_id": liv.id, "author": liv.name, "at": now()}
            here, top = unit_of(session, "A"), unit_of(session, "K")
            action = PlanAction(unit_id=here.id)
            survey_id = session.scalars(select(Survey.id)).first()
            session.add_all([action, IndicatorProposal(unit=top, title="Ventetid", why="Vi venter", **mine)])
            session.flush()
            said = {"aim": ActionAim.KEEP, "who": "Alle", "due_on": at.date(), "status": ActionStatus.DONE}
            shared = {"instrument": "liten", "factor": "TRI", "named": False}
            session.add_all(
                [
                    ActionVersion(action_id=action.id, number=1, what="Vi leser høyt", **said, **mine),
                    ActionEvaluation(
                        action_id=action.id,
                        number=1,
                        was_done=WasDone.YES,
                        words="Det ble roligere",
                        withdrawn_at=at,
                        withdrawn_by="Liv Ek",
                        **mine,
                    ),
                    SharedPractice(action_id=action.id, what="Vi leste", saw="Ro", **shared, **mine),
                    ResultAnswer(survey_id=survey_id, unit_id=here.id, number=1, words="Godt jobbet", **mine),
                ]
            )
        address = f"/personvern/innsyn/bruker/{_account_id(invited)}"
        sign_in_as(client, invited, Role.HR)
        page = client.get(address).text
        for words in (
            "Ventetid / Vi venter",
            "Vi leser høyt",
            "Det ble roligere",
            "Vi leste / Ro",
            "Godt jobbet",
        ):
            assert words in page, words
        assert "(trukket tilbake)" in page
        below = app.test_client()
        sign_in_as(below, invited, Role.HR, "A")
        page = below.get(address).text
        assert "Godt jobbet" in page
        assert "Ventetid" not in page
        assert "Tekster du ikke kan se: 1" in page

    def test_no_table_with_an_accounts_number_is_forgotten(self) -> None:
        """A new one is told in the report, or is here with the reason why not."""
        told = {
            "role_grant", "one_time_link", "sign_in_session", "audit_entry",
            "quality_discussion", "checklist_tick", "organisation_import", "measurement_entry",
            "measurement_reply", "line_question", "line_answer",
            "self_assessment", "plan_action_version", "plan_action_evaluation",
            "shared_practice", "plan_tick", "focus_choice", "result_answer", "result_seen", "indicator_proposal",
            "year_review", "leader_talk_text",
        }  # fmt: skip
        elsewhere = {
            "plan_mail": "mails to her, with nothing of hers in them",
            "leader_mail": "mails to her, with nothing of hers in them",
            "card_reminder": "mails to her, with nothing of hers in them",
            "holder_mail": "mails to her, with nothing of hers in them",
            "key_holder": "the survey says whom it waits for, and the trail has it",
            "imported_set": "the trail has it",
            "long_step": "a step that waits, and the trail has it",
        }
        found = {
            table.name
            for table in metadata.tables.values()
            if any(key.column.table.name == "account" for key in table.foreign_keys)
        }
        assert found - told == elsewhere.keys()
        assert told <= found


@pytest.fixture
def configured(settings: Settings) -> Iterator[Flask]:
    """An installation with mail, https and a limit on comments."""
    application = create_app(
        replace(
            settings,
            base_url="https://medvirk.fjordvik.example",
            smtp_host="post.fjordvik.example",
            smtp_starttls=True,
            delete_comments_after_days=730,
            security_contact="sikkerhet@fjordvik.example",
            accessibility_statement="https://uustatus.no/nb/erklaringer/1",
            proxies=1,
            oidc_issuer="https://id.fjordvik.example",
            oidc_client_id="medvirk",
        )
    )
    yield application
    application.extensions["medvirk_database"].engine.dispose()


def _visitor(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base |= {"HTTP_X_FORWARDED_FOR": "192.0.2.1"}
    return client


def _signed_in(app: Flask, db: Database) -> FlaskClient:
    client = _visitor(app)
    sign_in_as(client, db, Role.HR)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with client.session_transaction(base_url="https://medvirk.fjordvik.example") as cookie:
        cookie["_user_id"] = token
    return client


class TestDocuments:
    @pytest.mark.parametrize("name", ["protokoll", "dpia"])
    def test_they_follow_the_settings_and_the_surveys(
        self, configured: Flask, invited: Database, name: str
    ) -> None:
        client = _signed_in(configured, invited)
        page = client.get(f"/personvern/{name}", base_url="https://medvirk.fjordvik.example").text
        for words in (
            "Fjordvik kommune",
            "post.fjordvik.example",
            "https://id.fjordvik.example får vite hvem som logger inn",
            "https på medvirk.fjordvik.example",
            "730 dager etter opptellingen",
            "Liten undersøkelse 2026",
            "Vi vil ha det bra på jobb.",
            "Kommunen fyller ut.",
        ):
            assert words in page, words

    def test_what_is_missing_is_said(self, invited: Database, client: FlaskClient) -> None:
        sign_in_as(client, invited, Role.HR)
        page = client.get("/personvern/protokoll").text
        assert "MANGLER: adressen begynner ikke med https" in page
        assert "E-post er ikke slått på" in page

    def test_a_draft_of_a_survey_is_not_in_them(self, invited: Database, client: FlaskClient) -> None:
        with invited.transaction() as session:
            session.execute(update(Survey).values(status="draft"))
        sign_in_as(client, invited, Role.HR)
        assert "Liten undersøkelse 2026" not in client.get("/personvern/protokoll").text

    def test_the_files_have_what_the_page_has_and_run_nothing(
        self, invited: Database, client: FlaskClient
    ) -> None:
        with invited.transaction() as session:
            session.execute(update(Survey).values(purpose={"nb": "=1+1"}, title={"nb": "=HYPERLINK(1)"}))
        sign_in_as(client, invited, Role.HR)
        rows = list(
            csv.reader(
                io.StringIO(client.get("/personvern/protokoll.csv").data.decode("utf-8-sig")), delimiter=";"
            )
        )
        assert all(len(row) == 4 for row in rows)
        assert not any(cell.startswith("=") for row in rows for cell in row)
        assert ["ja" for row in rows if row[3] == "ja"]
        file = client.get("/personvern/dpia.html")
        assert "attachment" in file.headers["Content-Disposition"]
        assert "[Kommunen fyller ut.]" in file.text
        assert client.get("/personvern/dpia.pdf").status_code == 404


class TestSecurityText:
    def test_it_is_there_when_somebody_is_named(self, configured: Flask) -> None:
        answer = _visitor(configured).get("/.well-known/security.txt")
        assert answer.mimetype == "text/plain"
        lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
        assert lines["Contact"] == "mailto:sikkerhet@fjordvik.example"
        assert lines["Canonical"] == "https://medvirk.fjordvik.example/.well-known/security.txt"
        expires = dt.datetime.fromisoformat(lines["Expires"])
        assert dt.timedelta(days=90) < expires - dt.datetime.now(dt.UTC) < dt.timedelta(days=365)
        assert "Set-Cookie" not in answer.headers

    def test_there_is_none_until_then(self, client: FlaskClient) -> None:
        assert client.get("/.well-known/security.txt").status_code == 404

    @pytest.mark.parametrize(
        ("said", "address"),
        [
            ("a@b.no", "mailto:a@b.no"),
            ("https://b.no/meld", "https://b.no/meld"),
            ("http://b.no", None),
            ("https://b.no\r\nHello: you", None),
            ("ring oss", None),
            ("", None),
        ],
    )
    def test_only_an_address_is_a_contact(self, said: str, address: str | None, settings: Settings) -> None:
        assert contact_address(said) == address
        text = security_text(replace(settings, security_contact=said), dt.date(2026, 1, 1))
        assert (text is None) == (address is None)


class TestOpenPages:
    @pytest.mark.parametrize("path", ["/informasjonskapsler", "/tilgjengelighet"])
    @pytest.mark.parametrize("language", ["nb", "nn", "en"])
    def test_they_are_in_each_language_without_a_cookie(
        self, client: FlaskClient, path: str, language: str
    ) -> None:
        answer = client.get(f"{path}?sprak={language}")
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text
        assert "Set-Cookie" not in answer.headers

    def test_staff_and_respondents_find_them_in_the_footer(self, client: FlaskClient) -> None:
        for path in ("/logg-inn", "/svar"):
            footer = client.get(path).text.partition("<footer")[2]
            assert "/informasjonskapsler" in footer
            assert "/tilgjengelighet" in footer

    @pytest.mark.usefixtures("invited")
    def test_the_statement_has_what_the_law_asks_for(self, configured: Flask) -> None:
        page = _visitor(configured).get("/tilgjengelighet").text
        for words in (
            "Fjordvik kommune har ansvar",
            "Status: delvis i samsvar",
            "Det som ikke er godt nok ennå",
            "hr@fjordvik.example",
            "uutilsynet.no",
            "https://uustatus.no/nb/erklaringer/1",
            "28. november 2026",
        ):
            assert words in page, words
