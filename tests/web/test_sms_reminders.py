"""SMS beside the rest: planned reminders, how much room a text takes, and what the doctor says of a broken set-up."""

import datetime as dt
import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.campaigns.deliveries import send_queued
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    MessageChannel,
    MessageKind,
    Survey,
)
from surveys.campaigns.outbox import queue_invitations
from surveys.campaigns.planned_reminders import queue_planned
from surveys.hr.mailing.previewing import previewed_sms
from surveys.operating.findings import DoctorFinding
from surveys.operating.sms_examination import sms_come_through, sms_is_set
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.platform.gsm_characters import sms_length
from surveys.platform.sms_gateway import sms_is_set_up
from tests.building import build_open_survey
from tests.card_building import sign_in_as
from tests.sms_gateway import SmsOffice, open_sms_office

PAGE = "/undersokelser/liten-2026"


@pytest.fixture
def office() -> Iterator[SmsOffice]:
    with open_sms_office() as opened:
        yield opened


@pytest.fixture
def survey_db(app: Flask, db: Database) -> Database:
    """An open survey, and nobody is invited."""
    with db.transaction() as session:
        build_open_survey(app, session)
    return db


def _survey(session: Session) -> Survey:
    return session.scalars(select(Survey)).one()


def _invite(app: Flask, db: Database) -> None:
    """One with an address and two with a number only are invited, and what reaches them is in the outbox."""
    with app.app_context(), db.transaction() as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == "A")).one()
        recipients = [
            Recipient(unit_id, email="kari@example.no"),
            Recipient(unit_id, phone="+4790000002"),
            Recipient(unit_id, phone="+4790000003"),
        ]
        invite(session, _survey(session), recipients, app.config["SECRETS"].codes)
        queue_invitations(session, _survey(session))


class TestPlannedReminders:
    """Kari has an address; Ola and Eva only a number."""

    @pytest.fixture
    def invited(self, app: Flask, survey_db: Database, office: SmsOffice) -> Database:
        """Everybody has been invited by what reaches her, and the first reminder is planned after three days."""
        office.settings(app)
        _invite(app, survey_db)
        with survey_db.transaction() as session:
            _survey(session).first_reminder_after = 3
            _survey(session).closes_on = dt.date(2026, 3, 20)
            for delivery in session.scalars(select(Delivery)):
                delivery.status, delivery.sent_on = DeliveryStatus.SENT, dt.date(2026, 3, 3)
        return survey_db

    def _planned(self, app: Flask, db: Database, day: int, *channels: MessageChannel) -> list[MessageChannel]:
        """The reminders in the outbox after the worker was there at noon that day of March."""
        with app.app_context():
            queue_planned(
                db, dt.datetime(2026, 3, day, 11, tzinfo=dt.UTC), channels=channels or tuple(MessageChannel)
            )
        with db.reading() as session:
            found = session.scalars(select(Delivery.channel).where(Delivery.kind == MessageKind.REMINDER))
            return sorted(found)

    def test_they_go_by_sms_to_those_who_are_reached_by_sms(
        self, app: Flask, invited: Database, office: SmsOffice
    ) -> None:
        assert self._planned(app, invited, 5) == []
        due = [MessageChannel.MAIL, MessageChannel.SMS, MessageChannel.SMS]
        assert self._planned(app, invited, 6) == due
        assert self._planned(app, invited, 6) == due, "once each"
        with app.app_context():
            send_queued(invited, app.config["SETTINGS"], dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC))
        texts = [json.loads(each.body) for each in office.received]
        assert sorted(each["to"] for each in texts) == ["+4790000002", "+4790000003"]
        assert all(each["text"].startswith("Påminnelse fra Fjordvik kommune") for each in texts)

    def test_none_pile_up_for_a_channel_that_is_not_set_up(self, app: Flask, invited: Database) -> None:
        assert self._planned(app, invited, 6, MessageChannel.SMS) == [MessageChannel.SMS] * 2
        assert self._planned(app, invited, 9, MessageChannel.MAIL) == [
            MessageChannel.MAIL,
            MessageChannel.SMS,
            MessageChannel.SMS,
        ]

    def test_whoever_has_answered_or_got_a_letter_gets_none(self, app: Flask, invited: Database) -> None:
        with invited.transaction() as session:
            by_phone = {each.phone: each for each in session.scalars(select(Invitation))}
            by_phone["+4790000002"].delivered = True
            by_phone["+4790000003"].printed_on = dt.date(2026, 3, 4)
        assert self._planned(app, invited, 6) == [MessageChannel.MAIL]


class TestLength:
    """160 characters that every phone has, and 70 when one is another (GSM 03.38, UCS-2)."""

    @pytest.mark.parametrize(
        ("text", "length"),
        [
            ("a" * 160, 160),
            ("æøåÆØÅ" * 20, 120),
            ("a" * 158 + "€", 160),
            ("a" * 159 + "€", 161),
            ("^{}[]~|" + chr(92), 16),
            ("a" * 69 + "š", None),
            ("á", None),
            ("ç", None),
            ("\N{SLIGHTLY SMILING FACE}", None),
        ],
        ids=lambda value: f"{len(value)}-{ord(value[-1])}" if isinstance(value, str) else "",
    )
    def test_characters_take_the_room_phones_give_them(self, text: str, length: int | None) -> None:
        assert sms_length(text) == length

    @pytest.mark.parametrize("kind", MessageKind)
    @pytest.mark.parametrize("language", ["nb", "nn", "en"])
    def test_the_words_fit_in_one_sms_with_an_ordinary_title(
        self, app: Flask, survey_db: Database, kind: MessageKind, language: str
    ) -> None:
        with app.test_request_context(), survey_db.reading() as session:
            survey = _survey(session)
            survey.title = dict.fromkeys(
                ("nb", "nn", "en"), "Medarbeiderundersøkelsen for «skole» – våren 2026"
            )
            shown = previewed_sms(session, survey, kind, language)
            assert not shown.is_long
            assert (sms_length(shown.words) or 999) <= 160
            session.rollback()

    @pytest.mark.parametrize(
        ("title", "is_long"),
        [("Kort", False), ("Š", True), ("T" * 111, True)],
        ids=["short", "other-characters", "long"],
    )
    def test_the_page_says_when_a_title_takes_more_than_one_sms(
        self,
        app: Flask,
        survey_db: Database,
        client: FlaskClient,
        office: SmsOffice,
        title: str,
        is_long: bool,
    ) -> None:
        office.settings(app)
        with survey_db.transaction() as session:
            _survey(session).title = dict.fromkeys(("nb", "nn", "en"), title)
        sign_in_as(client, survey_db, Role.HR)
        page = client.get(f"{PAGE}/utsending/tekster").get_data(as_text=True)
        assert ("En kortere tittel på undersøkelsen hjelper" in page) is is_long


class TestTheDoctor:
    def _says(self, app: Flask, check: Callable[[Flask], Iterator[DoctorFinding]]) -> list[tuple[bool, str]]:
        return [(finding.is_wrong, finding.what) for finding in check(app)]

    def test_a_half_made_set_up_is_told(self, app: Flask, office: SmsOffice) -> None:
        assert self._says(app, sms_is_set) == []
        office.settings(app, sms_url="", sms_sender="Fjordvik")
        [(is_wrong, said)] = self._says(app, sms_is_set)
        assert is_wrong
        assert "MEDVIRK_SMS_BODY, MEDVIRK_SMS_SENDER er satt, men ikke MEDVIRK_SMS_URL" in said

    @pytest.mark.parametrize(
        ("setting", "named"),
        [
            ({"sms_url": "gateway.example/send"}, "MEDVIRK_SMS_URL"),
            ({"sms_body": '{"to": {to}, "text": "{text}"'}, "MEDVIRK_SMS_BODY"),
            ({"sms_method": "PUT"}, "MEDVIRK_SMS_METHOD"),
            ({"sms_header": "uten kolon"}, "MEDVIRK_SMS_HEADER"),
            ({"sms_body": '{"from": "{sender}", "to": "{to}", "text": "{text}"}'}, "MEDVIRK_SMS_SENDER"),
            ({"sms_allow_private": False}, "MEDVIRK_SMS_URL"),
        ],
        ids=["address", "body", "method", "header", "sender", "http"],
    )
    def test_a_setting_that_is_wrong_is_named_and_no_sms_is_promised(
        self, app: Flask, office: SmsOffice, setting: dict[str, object], named: str
    ) -> None:
        office.settings(app, **setting)
        said = self._says(app, sms_is_set)
        assert all(is_wrong for is_wrong, _what in said)
        assert any(named in what and "Ingen SMS blir sendt" in what for _wrong, what in said)
        with app.app_context():
            assert not sms_is_set_up()

    def test_messages_that_wait_for_a_gateway_are_told_with_what_it_said(
        self, app: Flask, survey_db: Database, office: SmsOffice
    ) -> None:
        office.settings(app)
        _invite(app, survey_db)
        assert self._says(app, sms_come_through) == []
        office.answer = lambda _received: 401
        with app.app_context():
            send_queued(survey_db, app.config["SETTINGS"], dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC))
        [(is_wrong, said)] = self._says(app, sms_come_through)
        assert is_wrong
        assert "1 SMS venter, for tjenesten tok dem ikke imot: Tjenesten svarte 401." in said
        office.settings(app, sms_url="")
        [(is_wrong, said)] = self._says(app, sms_come_through)
        assert is_wrong
        assert "2 SMS venter, men SMS er ikke satt opp" in said
