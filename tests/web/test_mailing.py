"""Reminders go by plan in decent hours, mails say what HR wrote, and a code can be withdrawn and replaced."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.campaigns.deliveries import send_queued
from surveys.campaigns.invitation_seals import change_sealed, is_intact
from surveys.campaigns.invitations import Recipient, code_of, invite
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.lifecycle import open_survey as open_for_answers
from surveys.campaigns.mails import letter_of
from surveys.campaigns.models import Delivery, Invitation, MessageKind, Survey
from surveys.campaigns.outbox import queue_invitations
from surveys.campaigns.own_openings import fault_in
from surveys.campaigns.planned_reminders import queue_planned
from surveys.campaigns.reminder_plan import (
    ReminderPlan,
    default_plan,
    may_remind_at,
    next_allowed,
    reminder_days,
)
from surveys.campaigns.reminders import queue_reminders, reminder_outlook
from surveys.campaigns.survey_texts import title_in
from surveys.operating.examination import examine
from surveys.organisation.models import Installation, Person, Unit
from surveys.platform import clock
from surveys.platform.clock import MUNICIPAL_TIME
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from tests.building import (
    SMALL,
    answer_some,
    build_installation,
    build_open_survey,
    build_survey,
    build_units,
    invite_some,
    keys_of,
    sheet_of,
)
from tests.card_building import sign_in_as
from tests.mail_server import PostOffice, open_post_office

PAGE = "/undersokelser/liten-2026"
MONDAY = dt.datetime(2026, 3, 2, 10, tzinfo=MUNICIPAL_TIME)
KARI, OLA = "kari@example.no", "ola@example.no"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


@pytest.fixture
def hr(app: Flask, client: FlaskClient, open_survey: Database) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    jobs_of(app, immediate=True)
    sign_in_as(client, open_survey, Role.HR)
    return client


@pytest.fixture
def open_survey(app: Flask, db: Database) -> Database:
    """An open survey from 2 to 20 March with reminders after 6 and 12 days, and one person invited."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        survey.first_reminder_after, survey.second_reminder_after = 6, 12
        _add(app, session, KARI)
    return db


def _add(app: Flask, session: Session, email: str, language: str = "nb") -> None:
    unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
    person = Person(employee_number=email[:4], name=email[:4].title(), email=email, unit=unit)
    session.add(person)
    session.flush()
    survey = _survey(session)
    recipient = Recipient(unit.id, email, language, person_id=person.id)
    invite(session, survey, [recipient], app.config["SECRETS"].codes)
    queue_invitations(session, survey)


def _survey(session: Session) -> Survey:
    return session.scalars(select(Survey)).one()


def _work(app: Flask, db: Database, office: PostOffice, moment: dt.datetime) -> list[str]:
    """What the worker does in one minute; the recipients."""
    office.taken.clear()
    with app.app_context():
        queue_planned(db, moment)
        send_queued(db, office.settings(app), moment)
    return office.recipients


def _days(count: int, hour: int = 10) -> dt.datetime:
    return (MONDAY + dt.timedelta(days=count)).replace(hour=hour)


def test_reminders_are_planned_when_the_survey_opens(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        assert (survey.first_reminder_after, survey.second_reminder_after) == (3, 6) or (
            survey.first_reminder_after is None
        ), "opened after its deadline there is no time for any"
    assert default_plan(dt.date(2026, 3, 2), dt.date(2026, 3, 20)) == ReminderPlan(6, 12)
    assert default_plan(dt.date(2026, 3, 2), dt.date(2026, 3, 8)) == ReminderPlan(3, None)
    assert default_plan(dt.date(2026, 3, 2), dt.date(2026, 3, 4)) == ReminderPlan()


def test_each_is_reminded_by_her_own_invitation(
    app: Flask, open_survey: Database, office: PostOffice
) -> None:
    assert _work(app, open_survey, office, _days(0)) == [KARI]
    with open_survey.transaction() as session:
        _add(app, session, OLA)
    assert _work(app, open_survey, office, _days(4)) == [OLA]
    # Day 6 and 7 are a Sunday and a Monday.
    assert _work(app, open_survey, office, _days(5)) == []
    assert _work(app, open_survey, office, _days(6)) == []
    assert _work(app, open_survey, office, _days(7)) == [KARI]
    assert _work(app, open_survey, office, _days(7, 11)) == []
    assert _work(app, open_survey, office, _days(10)) == [OLA]
    assert _work(app, open_survey, office, _days(14)) == [KARI]
    assert _work(app, open_survey, office, _days(16)) == [OLA]
    assert _work(app, open_survey, office, _days(17)) == [], "never more than two"


def test_two_reminders_are_at_least_three_days_apart(
    app: Flask, open_survey: Database, office: PostOffice
) -> None:
    _work(app, open_survey, office, _days(0))
    with open_survey.transaction() as session:
        assert queue_reminders(session, _survey(session), _days(2).date()).messages == 0
        outlook = reminder_outlook(session, _survey(session), _days(2).date())
        assert (outlook.now, outlook.next_day) == (0, _days(3).date())
        assert queue_reminders(session, _survey(session), _days(3).date()).messages == 1
    _work(app, open_survey, office, _days(10))
    assert _work(app, open_survey, office, _days(11)) == []
    assert _work(app, open_survey, office, _days(14)) == [KARI]


def test_no_reminder_at_night_on_weekends_or_red_days() -> None:
    def at(month: int, day: int, hour: int) -> bool:
        return may_remind_at(dt.datetime(2026, month, day, hour, tzinfo=MUNICIPAL_TIME))

    assert at(3, 2, 8)
    assert at(3, 2, 19)
    assert not at(3, 2, 7)
    assert not at(3, 2, 20)
    assert not at(3, 7, 12), "Saturday"
    assert not at(4, 2, 12), "Maundy Thursday"
    assert not at(5, 1, 12)
    assert not at(5, 14, 12), "Ascension Day"
    easter = dt.datetime(2026, 4, 1, 21, tzinfo=MUNICIPAL_TIME)
    assert next_allowed(easter) == dt.datetime(2026, 4, 7, 8, tzinfo=MUNICIPAL_TIME)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("invited", "first", "arrives"),
    [
        ("2026-03-20", 8, "2026-03-30 08"),  # due on a Saturday; the clocks go forward on Sunday night
        ("2026-10-16", 8, "2026-10-26 08"),  # and back
        ("2026-03-27", 6, "2026-04-07 08"),  # Maundy Thursday to Easter Monday
        ("2027-05-10", 6, "2027-05-18 08"),  # Sunday; Pentecost Monday is 17 May
        ("2027-05-03", 3, "2027-05-07 08"),  # Ascension Day
        ("2026-12-18", 6, "2026-12-24 08"),  # Christmas Eve is a working day until the evening
        ("2026-12-18", 7, "2026-12-28 08"),  # Christmas Day, Boxing Day, the weekend
        ("2026-12-28", 4, "2027-01-04 08"),  # New Year's Day and the weekend
    ],
)
def test_no_free_day_or_night_sends_a_reminder(
    app: Flask, open_survey: Database, office: PostOffice, invited: str, first: int, arrives: str
) -> None:
    """The worker looks in the night, just before and at 8 and 20, every day: it sends once, the first time it may."""
    day = dt.datetime.fromisoformat(invited).replace(tzinfo=MUNICIPAL_TIME)
    with open_survey.transaction() as session:
        survey = _survey(session)
        survey.opens_on, survey.closes_on = day.date(), day.date() + dt.timedelta(days=30)
        survey.first_reminder_after, survey.second_reminder_after = first, None
    assert _work(app, open_survey, office, day.replace(hour=10)) == [KARI]
    times = [dt.time(20), dt.time(2, 30), dt.time(7, 59), dt.time(8)]
    moments = [
        dt.datetime.combine(day.date() + dt.timedelta(days=days + (at.hour < 20)), at, MUNICIPAL_TIME)
        for days in range(first - 2, first + 6)
        for at in times
    ]
    sent = [f"{moment:%Y-%m-%d %H}" for moment in moments if _work(app, open_survey, office, moment)]
    assert sent == [arrives]


def test_a_reminder_that_was_queued_in_the_evening_waits_for_the_morning(
    app: Flask, open_survey: Database, office: PostOffice
) -> None:
    _work(app, open_survey, office, _days(0))
    with open_survey.transaction() as session:
        queue_reminders(session, _survey(session), _days(3).date())
    assert _work(app, open_survey, office, _days(3, 22)) == []
    assert _work(app, open_survey, office, _days(4, 8)) == [KARI]


def test_planned_reminders_stop_when_turned_off_delivered_or_closed(
    app: Flask, open_survey: Database, office: PostOffice
) -> None:
    _work(app, open_survey, office, _days(0))
    with open_survey.transaction() as session:
        _survey(session).second_reminder_after = None
        _survey(session).first_reminder_after = None
    assert _work(app, open_survey, office, _days(7)) == []
    with open_survey.transaction() as session:
        _survey(session).first_reminder_after = 6
        close_survey(session, _survey(session))
    assert _work(app, open_survey, office, _days(8)) == []


@pytest.mark.parametrize("closes_automatically", [True, False])
def test_what_was_queued_on_the_last_day_is_not_sent_the_day_after(
    app: Flask, open_survey: Database, office: PostOffice, *, closes_automatically: bool
) -> None:
    """The worker was stopped over the deadline, and sends before it has closed the survey. HR's own closing is hers."""
    _work(app, open_survey, office, _days(0))
    with open_survey.transaction() as session:
        _survey(session).closes_automatically = closes_automatically
        assert queue_reminders(session, _survey(session), _days(18).date()).messages == 1
    # Friday the 20th is the last day.
    sent = _work(app, open_survey, office, _days(21))
    assert sent == ([] if closes_automatically else [KARI])
    with open_survey.reading() as session:
        [reason] = session.scalars(select(Delivery.error).where(Delivery.kind == MessageKind.REMINDER))
    assert ("var lukket" in reason) is closes_automatically


def test_the_worker_looks_at_the_plan_each_minute(app: Flask) -> None:
    jobs = jobs_of(app, immediate=True)
    noon = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    names = {task.name for task in jobs.queues["dates"].read_periodic(noon.replace(tzinfo=None))}
    assert "work_reminders_every_minute" in names


def test_hr_changes_the_days_and_turns_them_off(hr: FlaskClient, open_survey: Database) -> None:
    save = f"{PAGE}/utsending/paminnelser"
    assert "6 og 12 dager etter" in hr.get(f"{PAGE}/utsending").text
    assert hr.post(save, data={"first": "4", "second": "9"}).status_code == 302
    assert "4 og 9 dager etter" in hr.get(f"{PAGE}/utsending").text
    for first, second in (("2", ""), ("4", "6"), ("4", "2"), ("", "9"), ("fire", "")):
        answer = hr.post(save, data={"first": first, "second": second})
        assert answer.status_code == 422
        assert "<title>Feil:" in answer.text
        assert answer.text.count("ds-validation-message") == 1, (first, second)
    assert hr.post(save, data={"first": "", "second": ""}).status_code == 302
    assert "Ingen påminnelser blir sendt av seg selv" in hr.get(f"{PAGE}/utsending").text


def test_the_days_of_reminders_are_working_days_before_the_deadline_is_over() -> None:
    easter = dt.date(2026, 4, 7)
    assert reminder_days(ReminderPlan(6, 12), dt.date(2026, 3, 2), dt.date(2026, 3, 16)) == (
        dt.date(2026, 3, 9),
        dt.date(2026, 3, 16),
    )
    assert reminder_days(ReminderPlan(6, 12), dt.date(2026, 3, 2), dt.date(2026, 3, 15)) == (
        dt.date(2026, 3, 9),
    )
    assert reminder_days(ReminderPlan(5), dt.date(2026, 3, 30), easter) == (easter,)
    assert reminder_days(ReminderPlan(5), dt.date(2026, 3, 30), dt.date(2026, 4, 6)) == ()
    assert default_plan(dt.date(2026, 3, 31), dt.date(2026, 4, 6)).is_off, "only red days are left"
    assert reminder_days(ReminderPlan(6, 12), dt.date(2026, 3, 2), easter, dt.date(2026, 3, 20)) == (
        dt.date(2026, 3, 20),
        dt.date(2026, 3, 23),
    )


def test_a_survey_too_short_for_reminders_says_so_and_a_later_deadline_offers_them(
    app: Flask, db: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    with db.transaction() as session:
        build_installation(session)
        build_survey(
            session, build_units(session)["K"], closes_on=MONDAY.date(), one_key_reason="Det haster."
        )
    sign_in_as(client, db, Role.HR)
    hr = client
    for address in (PAGE, f"{PAGE}/utsending", f"{PAGE}/steg/open"):
        assert "så kort at ingen får påminnelse" in hr.get(address).text, address
    with db.transaction() as session:
        open_for_answers(session, _survey(session), keys_of(app))
    page = hr.get(f"{PAGE}/utsending").text
    assert "så kort at ingen får påminnelse" in page
    assert "Planlegg påminnelsene" not in page
    assert "får du tilbud om det etterpå" in hr.get(f"{PAGE}/frist").text
    moved = hr.post(f"{PAGE}/frist", data={"closes_on": "16.03.2026"})
    assert moved.headers["Location"] == f"{PAGE}/utsending#melding"
    page = " ".join(hr.get(moved.headers["Location"]).text.split())
    assert "Siste svardag er nå 16. mars 2026." in page
    assert "plass til to påminnelser før fristen, 5 og 9 dager etter" in page
    offered = dict(re.findall(r'type="hidden" name="(first|second)" value="(\d*)"', page))
    assert hr.post(f"{PAGE}/utsending/paminnelser", data=offered).status_code == 302
    assert "Planlegg påminnelsene" not in hr.get(f"{PAGE}/utsending").text
    hr.post(f"{PAGE}/utsending/paminnelser", data={"first": "5", "second": "20"})
    assert "Den andre blir ikke sendt, for da er siste svardag, 16. mars 2026, over." in " ".join(
        hr.get(f"{PAGE}/utsending").text.split()
    )
    far = hr.post(f"{PAGE}/frist", data={"closes_on": "16.03.2036"})
    assert "åpen fra 2. mars 2026 til 16. mars 2036" in far.text, "it could never be moved back"


def test_nothing_waits_in_the_queue_of_a_survey_that_is_over(hr: FlaskClient, open_survey: Database) -> None:
    assert "1 venter i køen" in hr.get(PAGE).text
    with open_survey.transaction() as session:
        close_survey(session, _survey(session))
    for address in (PAGE, f"{PAGE}/utsending"):
        page = " ".join(hr.get(address).text.split())
        assert "venter i køen" not in page
        assert "Ingenting ble sendt. 1 ble ikke sendt før undersøkelsen var over." in page
    assert "ingen får flere påminnelser" in page


def test_an_address_that_failed_twice_is_one_person_and_none_when_it_is_right(
    app: Flask, hr: FlaskClient, open_survey: Database, office: PostOffice
) -> None:
    office.answer_recipient = lambda address: "550 ukjent" if address == KARI else "250 OK"
    with open_survey.reading() as session:
        number = session.scalars(select(Invitation.id)).one()
    told: list[str] = []
    for address in (KARI, "kari.ny@example.no"):
        _work(app, open_survey, office, _days(0))
        assert "1 kom ikke fram" in hr.get(PAGE).text
        data = {"invitation": str(number), "email": address}
        told.append(hr.post(f"{PAGE}/utsending/adresse", data=data, follow_redirects=True).text)
    assert "den samme som før" in told[0]
    assert "Adressen er rettet" in told[1]
    assert _work(app, open_survey, office, _days(0)) == ["kari.ny@example.no"]
    page = " ".join(hr.get(PAGE).text.split())
    assert "1 e-post er sendt. </p>" in page
    assert "kom ikke fram" not in page


def test_with_nothing_left_to_send_no_page_offers_to_send(
    app: Flask, hr: FlaskClient, open_survey: Database, office: PostOffice
) -> None:
    """Another tab has sent the invitations; the reminders are used up."""
    answer = hr.post(f"{PAGE}/steg/invite", data={"messages": "1"})
    assert answer.status_code == 409
    assert "Det er ingenting igjen å sende" in answer.text
    assert "bekreft på nytt" not in answer.text
    for step in ("invite", "reconcile"):
        page = hr.get(f"{PAGE}/steg/{step}").text
        assert "Det er ingenting å sende nå" in page
        assert "<form" not in page.split("<main", 1)[1].split("</main>")[0]
    answer = hr.post(f"{PAGE}/steg/remind")
    assert answer.status_code == 409
    assert "Ingen kan få en påminnelse nå" in answer.text


def test_the_database_refuses_reminders_too_close(open_survey: Database) -> None:
    for first, second in ((2, None), (4, 6), (None, 9)):
        with pytest.raises(IntegrityError), open_survey.transaction() as session:
            session.execute(update(Survey).values(first_reminder_after=first, second_reminder_after=second))


def test_hrs_own_paragraph_opens_the_mail_in_its_language_only(
    app: Flask, hr: FlaskClient, open_survey: Database, office: PostOffice
) -> None:
    own = "Kjære kollega i {kommune}! Svar på {tittel} innen {frist}."
    assert hr.post(f"{PAGE}/utsending/tekster", data={"invitation_nb": own}).status_code == 302
    shown = "Kjære kollega i Fjordvik kommune! Svar på Liten undersøkelse 2026 innen fredag 20. mars."
    assert shown in hr.get(f"{PAGE}/utsending/tekster").text
    with open_survey.transaction() as session:
        _add(app, session, OLA, "nn")
    _work(app, open_survey, office, _days(0))
    texts = {str(mail["To"]): mail.get_body(("plain",)).get_content() for mail in office.taken}  # type: ignore[union-attr]
    assert texts[KARI].replace("\n", " ").startswith(shown)
    assert "Fjordvik kommune bed deg svare" in texts[OLA]
    assert {str(mail["From"]) for mail in office.taken} == {"Fjordvik kommune <undersokelse@example.invalid>"}


def test_a_place_that_cannot_be_filled_is_named(app: Flask, hr: FlaskClient) -> None:
    answer = hr.post(f"{PAGE}/utsending/tekster", data={"reminder_nn": "Hei {namn}"})
    assert answer.status_code == 422
    assert "Vi kjenner ikke {namn}" in answer.text
    with app.test_request_context():
        assert fault_in("Hei {tittel") != ""
        assert fault_in("Hei {tittel.__class__}") != ""
        assert fault_in("Hei {tittel}, {kommune}, {frist}, {minutter}") == ""


def test_a_test_mail_goes_to_oneself_alone(
    app: Flask, hr: FlaskClient, open_survey: Database, office: PostOffice
) -> None:
    wanted = {"kind": "reminder", "language": "en"}
    app.config["SETTINGS"] = office.settings(app)
    assert hr.post(f"{PAGE}/utsending/prove", data=wanted).status_code == 409, "no address yet"
    with open_survey.transaction() as session:
        session.scalars(select(Account)).one().email = "hr@example.no"
    assert hr.post(f"{PAGE}/utsending/prove", data=wanted).status_code == 302
    [mail] = office.taken
    assert mail["To"] == "hr@example.no"
    assert "Reminder from Fjordvik kommune" in str(mail["Subject"])
    assert hr.post(f"{PAGE}/utsending/prove", data={"kind": "x", "language": "en"}).status_code == 400


def test_a_missing_title_is_warned_of_and_the_instruments_own_is_used(
    app: Flask, hr: FlaskClient, open_survey: Database
) -> None:
    assert "mangler på" not in hr.get(PAGE).text
    with open_survey.transaction() as session:
        survey = _survey(session)
        survey.title, survey.purpose = {"nb": "Vår undersøkelse"}, {"nb": "Derfor."}
        assert title_in(survey, "nn") == SMALL.title["nn"]
        [code] = invite_some(app, session, survey)
    page = re.sub(r"\s+", " ", hr.get(PAGE).text)
    assert "Tittelen mangler på nynorsk og engelsk" in page
    assert "Hvorfor dere spør, er ikke skrevet på nynorsk og engelsk" in page
    assert "Vår undersøkelse" not in hr.get(f"/svar/{code}?sprak=nn").text
    assert "Vår undersøkelse" in hr.get(f"/svar/{code}?sprak=nb").text


def test_a_purpose_in_bokmal_alone_is_never_given_to_a_reader_of_another_language(
    app: Flask, client: FlaskClient, open_survey: Database
) -> None:
    with open_survey.transaction() as session:
        survey = _survey(session)
        survey.title, survey.purpose = {"nb": "Vår undersøkelse"}, {"nb": "Vi vil vite det."}
        [code] = invite_some(app, session, survey)
    languages = (("nb", True), ("nn", False), ("en", False))
    for language, is_shown in languages:
        assert ("Vi vil vite det." in client.get(f"/svar/{code}?sprak={language}").text) is is_shown
    with app.app_context(), open_survey.reading() as session:
        survey, found = _survey(session), session.scalars(select(Installation)).one()
        for language, is_shown in languages:
            letter = letter_of(survey, found, MessageKind.INVITATION, language, "https://x.example/svar/A")
            assert any("Vi vil vite det." in paragraph for paragraph in letter.before) is is_shown
            assert ("Vår undersøkelse" in letter.subject) is is_shown


def test_a_withdrawn_code_says_that_it_is_replaced_and_the_new_one_opens(
    app: Flask, hr: FlaskClient, open_survey: Database, office: PostOffice
) -> None:
    _work(app, open_survey, office, _days(0))
    secret = app.config["SECRETS"].codes

    def code() -> str:
        with open_survey.reading() as session:
            return code_of(session.scalars(select(Invitation)).one(), secret)

    old = code()
    assert hr.post(f"{PAGE}/utsending/kode", data={"person": "ingen"}).status_code == 409
    assert hr.post(f"{PAGE}/utsending/kode", data={"person": "kari"}).status_code == 302
    answer = hr.get(f"/svar/{old}?sprak=nb")
    assert answer.status_code == 410
    assert "Lenken er byttet ut med en ny" in answer.text
    assert hr.get(f"/svar/{code()}?sprak=nb").status_code == 200
    assert _work(app, open_survey, office, _days(1)) == [KARI]
    body = office.taken[0].get_body(("plain",))
    assert body is not None
    assert code()[:4] in body.get_content()


@pytest.mark.parametrize("typed", ["412 34 567", "+4741234567", "004741234567"])
def test_her_code_is_found_by_her_mobile_number_however_it_is_written(
    app: Flask, hr: FlaskClient, open_survey: Database, typed: str
) -> None:
    with app.app_context(), open_survey.transaction() as session:
        invitation = session.scalars(select(Invitation)).one()
        change_sealed(invitation, phone="+4741234567")
        before = invitation.nonce
    assert hr.post(f"{PAGE}/utsending/kode", data={"person": "412 34 568"}).status_code == 409
    assert hr.post(f"{PAGE}/utsending/kode", data={"person": typed}).status_code == 302
    with open_survey.reading() as session:
        assert session.scalars(select(Invitation)).one().nonce != before


@pytest.mark.parametrize("delivered", [True, False], ids=["answered", "not-answered"])
def test_replacing_a_code_does_the_same_whether_or_not_it_was_used(
    app: Flask, hr: FlaskClient, open_survey: Database, delivered: bool
) -> None:
    secret = app.config["SECRETS"].codes
    with open_survey.transaction() as session:
        invitation = session.scalars(select(Invitation)).one()
        invitation.delivered, old = delivered, code_of(invitation, secret)
    answer = hr.post(f"{PAGE}/utsending/kode", data={"person": "KARI@example.no"}, follow_redirects=True)
    assert "Koden er byttet." in answer.text
    # Whoever kept the old link could else read out of it who has answered.
    assert hr.get(f"/svar/{old}?sprak=nb").status_code == 410
    with open_survey.reading() as session:
        assert is_intact(session.scalars(select(Invitation)).one(), secret)
        # Sent again as to anybody: else a mail that had failed would stay in HR's list for whoever has answered.
        assert session.scalar(select(func.count()).where(Delivery.kind == MessageKind.INVITATION)) == 2


def test_a_leader_sees_her_own_units_rate_by_the_same_rule(
    app: Flask, client: FlaskClient, open_survey: Database
) -> None:
    sign_in_as(client, open_survey, Role.LEADER, "A")
    page = client.get("/").text
    assert "Vi viser ikke antallet når det kan fortelle om færre enn 5 personer" in page
    assert "Hjelp oss over" not in page
    with open_survey.transaction() as session:
        answer_some(app, session, _survey(session), "A", [sheet_of(4)] * 4)
    page = client.get("/").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Færre enn 5 av 5 har levert" in page
    assert "Vi ber alle i Enhet A svare" in page
    with open_survey.transaction() as session:
        answer_some(app, session, _survey(session), "A", [sheet_of(4)] * 2)
    page = client.get("/").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Minst 5 av 7 har levert" in page
    with open_survey.transaction() as session:
        invite_some(app, session, _survey(session), "A", 5)
    page = client.get("/").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Hjelp oss over 80 %: minst 5 av 12 i Enhet A har svart" in page
    assert "Enhet B" not in page


@pytest.mark.parametrize(
    ("address", "is_wrong"),
    [
        ("http://127.0.0.1:5470", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("http://0.0.0.0:5470", True),
        ("undersokelse.fjordvik.no", True),
        ("https://undersokelse.fjordvik.no", False),
    ],
)
def test_doctor_fails_when_mails_would_carry_links_nobody_can_open(
    app: Flask, address: str, is_wrong: bool
) -> None:
    def wrong() -> list[str]:
        return [
            each.what for each in examine(app) if each.is_wrong and each.what.startswith("MEDVIRK_BASE_URL")
        ]

    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url=address)
    assert wrong() == []
    mail = {"smtp_host": "smtp.fjordvik.no", "mail_from": "hr@fjordvik.no"}
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **mail)
    assert bool(wrong()) == is_wrong
