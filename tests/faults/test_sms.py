"""An SMS is sent at most once, whoever dies on the way, and a passing trouble never loses it."""

import datetime as dt
import json
import os
import signal
import time
from collections.abc import Iterator

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from surveys.campaigns import deliveries
from surveys.campaigns.deliveries import MOST_ATTEMPTS, Outcome, send_queued
from surveys.campaigns.failed_mails import correct_phone, failed_mails, turn_into_letter
from surveys.campaigns.invitations import Recipient, code_of, invite
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, MessageChannel, Survey
from surveys.campaigns.outbox import outbox_counts, queue_invitations
from surveys.campaigns.reminders import queue_reminders, reminder_outlook
from surveys.campaigns.sms_handing_over import connected_gateway, hand_over_sms
from surveys.organisation.models import Unit
from surveys.platform import code_format
from surveys.platform.database import Database, database
from tests.building import build_open_survey
from tests.faults.killing import at_work
from tests.sms_gateway import SmsOffice, open_sms_office

NOW = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 3, 3, 23, tzinfo=dt.UTC)
KARI, OLA = "+4790000001", "+4790000002"


@pytest.fixture
def office() -> Iterator[SmsOffice]:
    with open_sms_office() as opened:
        yield opened


@pytest.fixture
def outbox(app: Flask, db: Database, office: SmsOffice) -> Database:
    """An open survey with two SMS in the outbox, in two languages, and one person with neither address nor number."""
    office.settings(app)
    with app.app_context(), db.transaction() as session:
        survey = build_open_survey(app, session)
        unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
        recipients = [
            Recipient(unit.id, language="nb", phone=KARI),
            Recipient(unit.id, language="nn", phone=OLA),
            Recipient(unit.id),
        ]
        invite(session, survey, recipients, app.config["SECRETS"].codes)
        queued = queue_invitations(session, survey)
        assert (queued.messages, queued.sms, queued.without_address) == (2, 2, 1)
    return db


def _send(app: Flask, db: Database, now: dt.datetime = NOW) -> Outcome:
    with app.app_context():
        return send_queued(db, app.config["SETTINGS"], now)


def _survey(session: object) -> Survey:
    return session.scalars(select(Survey)).one()  # type: ignore[attr-defined, no-any-return]


def _statuses(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(select(Delivery.status)))


def _numbers(office: SmsOffice) -> list[str]:
    return sorted(json.loads(each.body)["to"] for each in office.received)


def test_everybody_with_only_a_number_gets_one_sms_in_her_language(
    app: Flask, outbox: Database, office: SmsOffice
) -> None:
    assert _send(app, outbox) == Outcome(sent=2)
    assert _send(app, outbox) == Outcome()
    assert _numbers(office) == [KARI, OLA]
    texts = {json.loads(each.body)["to"]: json.loads(each.body)["text"] for each in office.received}
    with outbox.reading() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.phone == KARI)).one()
        code = code_format.grouped(code_of(invitation, app.config["SECRETS"].codes))
        counts = outbox_counts(session, _survey(session))
    assert (counts.sent, counts.sms_sent) == (2, 2)
    assert texts[KARI].startswith('Fjordvik kommune ber deg svare på "Liten undersøkelse 2026". ')
    assert texts[KARI].endswith(f"/svar/{code}")
    assert texts[OLA].startswith('Fjordvik kommune bed deg svare på "Lita undersøking 2026". ')


def test_the_title_and_the_text_are_sent_as_they_are(app: Flask, outbox: Database, office: SmsOffice) -> None:
    with outbox.transaction() as session:
        _survey(session).title = {"nb": 'Æøå "trivsel"\r\nog {to} {text} \\ &to=1'}
    _send(app, outbox)
    [text] = [
        json.loads(each.body)["text"] for each in office.received if json.loads(each.body)["to"] == KARI
    ]
    assert 'Æøå "trivsel" og {to} {text} \\ &to=1' in text
    assert "\n" not in text


def test_a_busy_gateway_is_tried_again_and_the_others_wait(
    app: Flask, outbox: Database, office: SmsOffice
) -> None:
    office.answer = lambda _received: 503
    outcome = _send(app, outbox)
    assert (outcome.postponed, outcome.sent) == (1, 0)
    assert "503" in outcome.problem
    assert _statuses(outbox) == ["queued", "queued"]
    office.answer = lambda _received: 200
    assert _send(app, outbox, NOW + dt.timedelta(minutes=2)).sent == 2
    assert len(set(_numbers(office))) == 2


def test_a_gateway_that_is_not_there_costs_no_attempt(
    app: Flask, outbox: Database, office: SmsOffice
) -> None:
    real = app.config["SETTINGS"].sms_url
    office.settings(app, sms_url="http://127.0.0.1:1/send")
    for minute in range(MOST_ATTEMPTS + 1):
        outcome = _send(app, outbox, NOW + dt.timedelta(minutes=minute))
        assert outcome.problem.startswith("SMS-tjenesten svarte ikke som den skal")
    assert _statuses(outbox) == ["queued", "queued"]
    office.settings(app, sms_url=real)
    assert _send(app, outbox).sent == 2


def test_a_redirect_is_never_followed_and_never_taken_for_a_yes(
    app: Flask, outbox: Database, office: SmsOffice
) -> None:
    with open_sms_office() as elsewhere:
        office.answer = lambda _received: 307
        office.headers = {"Location": f"http://127.0.0.1:{elsewhere.port}/send"}
        outcome = _send(app, outbox)
        assert outcome.postponed == 1
        assert "følger ikke" in outcome.problem
        assert elsewhere.received == []


def test_a_no_is_a_no_and_is_told_and_mended_in_place(
    app: Flask, outbox: Database, office: SmsOffice
) -> None:
    office.answer = lambda received: 400 if KARI.encode() in received.body else 200
    assert _send(app, outbox) == Outcome(sent=1, failed=1)
    assert _send(app, outbox, NOW + dt.timedelta(days=1)) == Outcome()
    with app.app_context(), outbox.transaction() as session:
        survey = _survey(session)
        [failed] = failed_mails(session, survey)
        assert (failed.email, failed.phone, failed.unsure) == ("", KARI, False)
        assert failed.unit_name == "Enhet A"
        assert "400" in failed.why
        correct_phone(session, survey, failed.invitation_id, "900 00 003")
    assert _send(app, outbox, NOW + dt.timedelta(days=1)) == Outcome(sent=1)
    assert _numbers(office) == [KARI, OLA, "+4790000003"]
    with outbox.reading() as session:
        assert failed_mails(session, _survey(session)) == []


def test_an_sms_that_failed_can_become_a_letter(app: Flask, outbox: Database, office: SmsOffice) -> None:
    office.answer = lambda _received: 400
    assert _send(app, outbox).failed == 2
    with app.app_context(), outbox.transaction() as session:
        survey = _survey(session)
        failed = failed_mails(session, survey)
        invitation = turn_into_letter(session, survey, failed[0].invitation_id)
        assert (invitation.phone, invitation.email) == (None, "")
        assert len(failed_mails(session, survey)) == 1


@pytest.mark.parametrize("status", [500, 502, 504, None])
def test_without_an_answer_to_trust_nothing_is_sent_again(
    app: Flask, outbox: Database, office: SmsOffice, status: int | None
) -> None:
    office.answer = lambda _received: status
    outcome = _send(app, outbox)
    assert (outcome.unsure, outcome.sent) == (1, 0)
    office.answer = lambda _received: 200
    assert _send(app, outbox, NOW + dt.timedelta(days=1)) == Outcome(sent=1)
    assert _send(app, outbox, NOW + dt.timedelta(days=2)) == Outcome()
    assert _numbers(office) == [KARI, OLA]
    with outbox.reading() as session:
        [failed] = failed_mails(session, _survey(session))
        assert failed.unsure
        assert failed.why.startswith("Vi vet ikke om meldingen kom fram")


def test_a_slow_answer_ends_and_is_no_answer(
    app: Flask, outbox: Database, office: SmsOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.platform.guarded_http._ANSWERING", 0.3)
    office.answer = lambda _received: time.sleep(1.5) or 200  # type: ignore[func-returns-value]
    assert _send(app, outbox).unsure == 1


def test_a_large_answer_is_cut(app: Flask, outbox: Database, office: SmsOffice) -> None:
    office.content = b"x" * 5_000_000
    settings = app.config["SETTINGS"]
    gateway = connected_gateway(settings)
    answer = gateway.request("GET", "/send", {}, None)
    gateway.close()
    assert len(answer.content) == 64 * 1024
    hand_over_sms(connected_gateway(settings), settings, KARI, "Hei")


def send_and_be_killed(when: str) -> None:
    """Before the commit it dies by itself, before the answer somebody kills it."""

    def kill(*_answer: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if when == "before commit":
        deliveries._settle = kill  # type: ignore[assignment]
    send_queued(database(), current_app.config["SETTINGS"], NOW)


@pytest.mark.parametrize("when", ["before answer", "before commit"])
def test_a_worker_killed_after_the_sms_was_handed_over_never_sends_it_twice(
    app: Flask, outbox: Database, office: SmsOffice, when: str
) -> None:
    if when == "before answer":
        office.answer = lambda _received: time.sleep(20)
    with at_work(send_and_be_killed, app.config["SETTINGS"], when) as worker:
        assert office.arrived.wait(120)
        if when == "before answer":
            worker.kill()
        worker.join(60)
        assert worker.exitcode == -signal.SIGKILL
    assert _statuses(outbox) == ["queued", "sending"]
    office.answer = lambda _received: 200
    assert _send(app, outbox, NOW + dt.timedelta(days=1)).sent == 1
    assert _send(app, outbox, NOW + dt.timedelta(days=2)).sent == 0
    assert _numbers(office) == [KARI, OLA]


def test_no_phone_beeps_at_night(app: Flask, outbox: Database, office: SmsOffice) -> None:
    assert _send(app, outbox, NIGHT) == Outcome()
    assert _send(app, outbox, NOW + dt.timedelta(days=1)).sent == 2


def test_reminders_go_the_same_way(app: Flask, outbox: Database, office: SmsOffice) -> None:
    _send(app, outbox)
    later = NOW + dt.timedelta(days=6)
    with app.app_context(), outbox.transaction() as session:
        survey = _survey(session)
        outlook = reminder_outlook(session, survey, later.date())
        assert (outlook.now, outlook.sms) == (2, 2)
        queued = queue_reminders(session, survey, later.date())
        assert (queued.messages, queued.sms) == (2, 2)
    assert _send(app, outbox, later).sent == 2
    texts = [json.loads(each.body)["text"] for each in office.received[2:]]
    assert any(text.startswith("Påminnelse fra Fjordvik kommune: ") for text in texts)


def test_without_a_gateway_they_get_letters(app: Flask, outbox: Database, office: SmsOffice) -> None:
    office.settings(app, sms_url="")
    with app.app_context(), outbox.transaction() as session:
        survey = _survey(session)
        unit = session.scalars(select(Unit).where(Unit.code == "B")).one()
        invite(session, survey, [Recipient(unit.id, phone=KARI)], app.config["SECRETS"].codes)
        queued = queue_invitations(session, survey)
        assert (queued.messages, queued.without_address) == (0, 2)


def test_whoever_has_an_address_gets_mail_and_not_sms(
    app: Flask, outbox: Database, office: SmsOffice
) -> None:
    with app.app_context(), outbox.transaction() as session:
        survey = _survey(session)
        unit = session.scalars(select(Unit).where(Unit.code == "B")).one()
        both = Recipient(unit.id, "eve@example.no", phone="+4790000009")
        invite(session, survey, [both], app.config["SECRETS"].codes)
        assert queue_invitations(session, survey).sms == 0
        channels = session.scalars(select(Delivery.channel).order_by(Delivery.id)).all()
        assert channels == [MessageChannel.SMS, MessageChannel.SMS, MessageChannel.MAIL]
    assert _send(app, outbox) == Outcome(sent=2)
    assert _numbers(office) == [KARI, OLA]
    with outbox.reading() as session:
        waiting = select(Delivery).where(Delivery.status == DeliveryStatus.QUEUED)
        assert session.scalars(waiting).one().channel == MessageChannel.MAIL
