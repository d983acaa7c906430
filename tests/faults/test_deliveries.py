"""A message is sent at most once, whoever dies on the way, and a passing trouble never loses it."""

import datetime as dt
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns import deliveries
from surveys.campaigns.deliveries import Outcome, send_queued
from surveys.campaigns.failed_mails import waiting_faults
from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.invitations import Recipient, code_of, invite
from surveys.campaigns.lifecycle import SurveyError, close_survey
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, Survey
from surveys.campaigns.outbox import outbox_counts, queue_invitations
from surveys.campaigns.reminders import queue_reminders, reminders_due
from surveys.campaigns.roster_following import update_invitations_from_roster
from surveys.operating.mail_examination import mails_come_through
from surveys.organisation.models import Person, Unit
from surveys.platform import code_format
from surveys.platform.database import Database, database
from surveys.platform.mail_faults import MailFaultKind
from surveys.platform.queue import jobs_of
from tests.building import build_open_survey
from tests.faults.killing import at_work, kill_in
from tests.mail_server import PostOffice, free_port, open_post_office

NOW = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
KARI, OLA, EVE = "kari@example.no", "ola@example.no", "eve@example.no"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


@pytest.fixture
def outbox(app: Flask, db: Database) -> Database:
    """An open survey with three invitations in the outbox, in three languages, and one person without an address."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
        recipients = [
            Recipient(unit.id, KARI, "nb"),
            Recipient(unit.id, OLA, "nn"),
            Recipient(unit.id, EVE, "en"),
        ]
        invite(session, survey, [*recipients, Recipient(unit.id)], app.config["SECRETS"].codes)
        queued = queue_invitations(session, survey)
        assert (queued.messages, queued.without_address) == (3, 1)
    return db


def _send(app: Flask, db: Database, office: PostOffice, now: dt.datetime = NOW) -> Outcome:
    with app.app_context():
        return send_queued(db, office.settings(app), now)


def _statuses(db: Database) -> dict[str, DeliveryStatus]:
    with db.reading() as session:
        rows = session.execute(select(Invitation.email, Delivery.status).join(Delivery.invitation))
        return {email: status for email, status in rows}  # noqa: C416


def _survey(session: object) -> Survey:
    return session.scalars(select(Survey)).one()  # type: ignore[attr-defined, no-any-return]


def test_everybody_with_an_address_gets_one_mail_in_their_language(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    assert _send(app, outbox, office) == Outcome(sent=3)
    assert office.recipients == [EVE, KARI, OLA]
    assert len({message["Message-ID"] for message in office.taken}) == 3
    for header in ("Date", "Auto-Submitted", "X-Auto-Response-Suppress"):
        assert all(message.get_all(header, []) for message in office.taken), header
    subjects = {str(message["To"]): str(message["Subject"]) for message in office.taken}
    assert subjects[KARI] == "Fjordvik kommune ber om svaret ditt: Liten undersøkelse 2026"
    assert subjects[OLA] == "Fjordvik kommune bed om svaret ditt: Lita undersøking 2026"
    assert subjects[EVE] == "Fjordvik kommune would like to hear from you: Small survey 2026"


def test_sending_again_sends_nothing(app: Flask, outbox: Database, office: PostOffice) -> None:
    _send(app, outbox, office)
    with outbox.transaction() as session:
        assert queue_invitations(session, _survey(session)).messages == 0
    assert _send(app, outbox, office) == Outcome()
    assert len(office.taken) == 3


def test_a_mail_says_who_why_how_long_and_has_the_readers_own_link(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    _send(app, outbox, office)
    [mail] = [message for message in office.taken if message["To"] == KARI]
    with outbox.reading() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.email == KARI)).one()
        code = code_format.grouped(code_of(invitation, app.config["SECRETS"].codes))
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        text = part.get_content()
        for words in (
            "Fjordvik kommune ber deg svare",
            "Vi vil ha det bra på jobb.",
            "omtrent 3 minutter",
            "fredag 20. mars",
            f"http://localhost/svar/{code}",
            "færre enn 5",
            "hr@fjordvik.example",
        ):
            assert words in text
        assert "<img" not in text
    assert not [name for name, value in mail.items() if code in str(value)], "the code stands in no header"


def test_a_passing_refusal_is_tried_again_later_and_given_up_after_five(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    office.answer_recipient = lambda address: "451 kom tilbake" if address == KARI else "250 OK"
    assert _send(app, outbox, office) == Outcome(sent=2, postponed=1)
    assert _send(app, outbox, office) == Outcome(), "too early to try again"
    for attempt in range(2, 5):
        assert _send(app, outbox, office, NOW + dt.timedelta(days=attempt)) == Outcome(postponed=1)
    assert _send(app, outbox, office, NOW + dt.timedelta(days=9)) == Outcome(failed=1)
    with outbox.reading() as session:
        failed = session.scalars(select(Delivery).where(Delivery.status == DeliveryStatus.FAILED)).one()
        assert (failed.attempts, failed.error) == (5, "451 kom tilbake")
    assert _send(app, outbox, office, NOW + dt.timedelta(days=99)) == Outcome()


def test_a_mail_that_was_refused_in_passing_arrives_once_the_trouble_is_over(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    office.answer_content = lambda _message: "452 fullt"
    assert _send(app, outbox, office) == Outcome(postponed=3)
    office.answer_content = lambda _message: "250 OK"
    assert _send(app, outbox, office, NOW + dt.timedelta(hours=1)) == Outcome(sent=3)
    assert office.recipients == [EVE, KARI, OLA]


def test_an_unknown_address_fails_at_once_with_the_reason(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    office.answer_recipient = lambda address: "550 ukjent" if address == OLA else "250 OK"
    assert _send(app, outbox, office) == Outcome(sent=2, failed=1)
    assert _statuses(outbox)[OLA] == DeliveryStatus.FAILED


def test_an_address_no_mail_can_be_made_for_stops_nobody_else(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    with outbox.transaction() as session:
        session.scalars(select(Invitation).where(Invitation.email == KARI)).one().email = "ikke en adresse"
    assert _send(app, outbox, office) == Outcome(sent=2, failed=1)


def test_no_server_leaves_the_outbox_as_it_was(app: Flask, outbox: Database) -> None:
    with app.app_context():
        assert send_queued(outbox, app.config["SETTINGS"], NOW).problem.startswith(
            "Ingen e-posttjener er valgt"
        )
        elsewhere = replace(app.config["SETTINGS"], smtp_host="127.0.0.1", smtp_port=free_port())
        outcome = send_queued(outbox, elsewhere, NOW)
    assert "svarte ikke som den skal" in outcome.problem
    assert set(_statuses(outbox).values()) == {DeliveryStatus.QUEUED}
    with outbox.reading() as session:
        [fault] = waiting_faults(session, session.scalars(select(Survey)).one())
    assert fault.kind is MailFaultKind.NO_CONNECTION, "whoever reads the page sees why they wait"
    told = [finding.what for finding in mails_come_through(app) if finding.is_wrong]
    assert ["MEDVIRK_SMTP_HOST" in words for words in told] == [True]


def test_a_server_that_hangs_up_before_the_content_gets_the_mail_later(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    office.answer_recipient = lambda _address: None
    outcome = _send(app, outbox, office)
    assert outcome.postponed == 1
    assert outcome.problem
    office.answer_recipient = lambda _address: "250 OK"
    assert _send(app, outbox, office, NOW + dt.timedelta(hours=1)).sent == 3
    assert office.recipients == [EVE, KARI, OLA]


def test_a_server_that_dies_after_taking_the_content_never_gets_it_twice(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    office.answer_content = lambda message: None if message["To"] == KARI else "250 OK"
    outcome = _send(app, outbox, office)
    assert outcome.unsure == 1
    assert outcome.problem
    office.answer_content = lambda _message: "250 OK"
    later = _send(app, outbox, office, NOW + dt.timedelta(days=1))
    assert outcome.sent + later.sent == 2
    assert later.unsure == 0
    assert office.recipients == [EVE, KARI, OLA]
    assert _statuses(outbox)[KARI] == DeliveryStatus.SENDING
    with outbox.reading() as session:
        assert outbox_counts(session, _survey(session)).unsure == 1


def send() -> None:
    send_queued(database(), current_app.config["SETTINGS"])


def send_and_be_killed_before_the_commit() -> None:
    """The server has answered, and what it said is not written down."""

    def kill(*_answer: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    deliveries._settle = kill  # type: ignore[assignment]
    send()


def test_a_worker_killed_in_the_middle_of_a_mail_never_sends_it_twice(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    _kill_in_the_middle(app, office)
    assert list(_statuses(outbox).values()).count(DeliveryStatus.SENDING) == 1
    office.answer_content = lambda _message: "250 OK"
    assert _send(app, outbox, office, NOW + dt.timedelta(days=1)).sent == 2
    assert office.recipients == [EVE, KARI, OLA]


CRASHES = 20


def test_twenty_workers_killed_between_the_answer_and_the_commit_lose_and_repeat_nothing(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    """The mail each was at has arrived, and is told of as unsure; all the others arrive later, and each once."""
    with outbox.transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "B")).one()
        more = [Recipient(unit.id, f"nr{number}@example.no") for number in range(2 * CRASHES)]
        invite(session, _survey(session), more, app.config["SECRETS"].codes)
        queue_invitations(session, _survey(session))
    for crash in range(CRASHES):
        kill_in(send_and_be_killed_before_the_commit, office.settings(app))
        assert len(office.taken) == crash + 1
    _send(app, outbox, office)
    assert len(office.recipients) == len(set(office.recipients)) == 3 + 2 * CRASHES
    with outbox.reading() as session:
        counts = outbox_counts(session, _survey(session))
        assert (counts.waiting, counts.failed, counts.unsure) == (0, 0, CRASHES)


@contextmanager
def _slow_answer(office: PostOffice) -> Iterator[None]:
    """The server takes the content and answers only afterwards."""
    may_answer = threading.Event()

    def answer_late(_message: object) -> str:
        may_answer.wait(120)
        return "250 OK"

    office.content_arrived.clear()
    office.answer_content = answer_late
    yield
    may_answer.set()


def _kill_in_the_middle(app: Flask, office: PostOffice) -> None:
    office.content_arrived.clear()
    before = len(office.taken)
    with _slow_answer(office), at_work(send, office.settings(app)) as worker:
        assert office.content_arrived.wait(120)
        worker.kill()
        worker.join()
        assert worker.exitcode == -signal.SIGKILL
    # The server has taken the mail, and is done with it in its own time.
    last = time.monotonic() + 120
    while len(office.taken) == before:
        assert time.monotonic() < last
        time.sleep(0.01)


def test_two_workers_at_once_send_each_mail_once(app: Flask, outbox: Database, office: PostOffice) -> None:
    workers = [threading.Thread(target=_send, args=(app, outbox, office)) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert office.recipients == [EVE, KARI, OLA]


def test_the_job_sends_what_is_in_the_outbox(app: Flask, outbox: Database, office: PostOffice) -> None:
    app.config["SETTINGS"] = office.settings(app)
    jobs_of(app, immediate=True).work_outbox()
    assert len(office.taken) == 3


def test_a_job_waits_in_the_installations_own_queue_until_a_worker_takes_it(app: Flask) -> None:
    jobs = jobs_of(app)
    jobs.work_outbox()
    queue = jobs.queues["mail"]
    assert queue.pending_count() == 1
    task = queue.dequeue()
    assert task.name == "work_outbox"
    queue.execute(task)
    assert queue.pending_count() == 0
    jobs.close()


def test_reminders_go_only_to_those_who_have_not_delivered_and_never_more_than_two(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    _send(app, outbox, office)
    with outbox.transaction() as session:
        session.scalars(select(Invitation).where(Invitation.email == KARI)).one().delivered = True
    for number in (1, 2):
        office.taken.clear()
        with outbox.transaction() as session:
            assert reminders_due(session, _survey(session)) == 2
            assert queue_reminders(session, _survey(session)).messages == 2
            assert queue_reminders(session, _survey(session)).messages == 0
        assert _send(app, outbox, office, NOW + dt.timedelta(days=3 * number)).sent == 2
        assert office.recipients == [EVE, OLA]
        assert any(
            str(message["Subject"]) == "Påminning frå Fjordvik kommune: Lita undersøking 2026"
            for message in office.taken
        )
    with outbox.transaction() as session:
        assert reminders_due(session, _survey(session)) == 0
        assert queue_reminders(session, _survey(session)).messages == 0


def test_a_reminder_is_taken_out_of_the_queue_when_the_person_delivers_first(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    _send(app, outbox, office)
    with outbox.transaction() as session:
        queue_reminders(session, _survey(session))
        session.scalars(select(Invitation).where(Invitation.email == OLA)).one().delivered = True
    office.taken.clear()
    assert _send(app, outbox, office) == Outcome(sent=2, dropped=1)
    assert office.recipients == [EVE, KARI]


def _with_person(app: Flask, session: Session, email: str) -> Person:
    """Gives the invitation at the address a person in the roster."""
    invitation = session.scalars(select(Invitation).where(Invitation.email == email)).one()
    person = Person(employee_number=email, name=email, email=email, unit_id=invitation.unit_id)
    session.add(person)
    session.flush()
    with app.app_context():
        change_sealed(invitation, person_id=person.id)
    return person


def test_a_worker_killed_while_it_sends_to_a_corrected_address_sends_there_once(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    with outbox.transaction() as session:
        _with_person(app, session, KARI)
    _send(app, outbox, office)
    right = "kari.riktig@example.no"
    with app.app_context(), outbox.transaction() as session:
        session.scalars(select(Person)).one().email = right
        assert update_invitations_from_roster(session, _survey(session)) == 1
        assert update_invitations_from_roster(session, _survey(session)) == 0
    _kill_in_the_middle(app, office)
    office.answer_content = lambda _message: "250 OK"
    assert _send(app, outbox, office, NOW + dt.timedelta(days=1)) == Outcome()
    assert office.recipients.count(right) == 1
    with outbox.transaction() as session:
        assert outbox_counts(session, _survey(session)).unsure == 1
        assert queue_reminders(session, _survey(session)).messages == 2, "not where we are unsure"


def test_a_waiting_invitation_goes_to_the_address_that_was_corrected_meanwhile(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    with outbox.transaction() as session:
        _with_person(app, session, KARI).email = "ny@example.no"
    assert _send(app, outbox, office) == Outcome(sent=3)
    assert office.recipients == [EVE, "ny@example.no", OLA]


def test_a_waiting_invitation_to_somebody_who_has_left_is_taken_out(
    app: Flask, outbox: Database, office: PostOffice
) -> None:
    with outbox.transaction() as session:
        _with_person(app, session, KARI).active = False
    assert _send(app, outbox, office) == Outcome(sent=2, dropped=1)


def test_a_closed_survey_sends_nothing_more(app: Flask, outbox: Database, office: PostOffice) -> None:
    with outbox.transaction() as session:
        close_survey(session, _survey(session))
    assert _send(app, outbox, office) == Outcome(dropped=3)
    assert office.taken == []
    with outbox.transaction() as session, pytest.raises(SurveyError, match="ikke åpen"):
        queue_invitations(session, _survey(session))
