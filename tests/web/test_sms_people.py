"""Who gets an SMS: people in the roster or in a file who have a number and no e-mail address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.campaigns.erasing_people import erase_person
from surveys.campaigns.lifecycle import open_survey
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, MessageChannel, Survey
from surveys.campaigns.recipients_import import import_recipients
from surveys.campaigns.reconciling import ReconcileChoices, reconcile, reconciliation
from surveys.campaigns.reminders import queue_reminders
from surveys.campaigns.roster_following import update_invitations_from_roster
from surveys.hr.paper import sheets
from surveys.organisation.models import Person
from surveys.organisation.people_import import import_people
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from tests.building import build_installation, build_survey, build_units, keys_of
from tests.card_building import sign_in_as
from tests.sms_gateway import SmsOffice, open_sms_office

HEADINGS = "ansattnummer;navn;e-post;enhet;mobil"
PEOPLE = [
    "1;Kari Vik;kari@example.no;A;90 00 00 01",
    "2;Ola Dal;;A;900 00 002",
    "3;Eva Li;;B;004790000003",
    "4;Per Ås;;B;",
    "5;Liv Bø;;B;ring meg",
]
PAGE = "/undersokelser/liten-2026"


@pytest.fixture
def office() -> Iterator[SmsOffice]:
    with open_sms_office() as opened:
        yield opened


@pytest.fixture
def survey_db(app: Flask, db: Database, tmp_path: Path) -> Database:
    """An open survey and a roster of five: one with an address, two with a number only, two with neither."""
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session)
        notes = _import(session, tmp_path, PEOPLE)
        assert [note for note in notes if "telefonnummer" in note] == [
            "Mobilnummeret på linje 6 er ikke et telefonnummer og er utelatt."
        ]
        open_survey(session, build_survey(session, units["K"]), keys_of(app))
    return db


def _import(session: Session, folder: Path, lines: list[str], headings: str = HEADINGS) -> tuple[str, ...]:
    file = folder / "people.csv"
    file.write_text("\n".join([headings, *lines]))
    report = import_people(session, file, apply=True)
    assert report.applied, report.faults
    return report.notes


def _survey(session: Session) -> Survey:
    return session.scalars(select(Survey)).one()


def _invite(app: Flask, db: Database) -> tuple[int, int, int]:
    """Reconciles as promised: how many mails, SMS and letters."""
    with app.app_context(), db.transaction() as session:
        found, choices = reconciliation(session, _survey(session)), ReconcileChoices()
        messages, sms, paper = found.messages(choices), found.sms(choices), found.on_paper(choices)
        queued = reconcile(session, _survey(session), choices, app.config["SECRETS"].codes, messages)
        assert (queued.messages, queued.sms) == (messages, sms)
        return messages - sms, sms, paper


def _phones(db: Database) -> dict[str, str | None]:
    with db.reading() as session:
        return {person.employee_number: person.phone for person in session.scalars(select(Person))}


def test_numbers_are_read_from_the_roster(survey_db: Database, tmp_path: Path) -> None:
    assert _phones(survey_db) == {
        "1": "+4790000001",
        "2": "+4790000002",
        "3": "+4790000003",
        "4": None,
        "5": None,
    }
    with survey_db.transaction() as session:
        _import(
            session, tmp_path, [line.rpartition(";")[0] for line in PEOPLE], HEADINGS.removesuffix(";mobil")
        )
    assert _phones(survey_db)["2"] == "+4790000002", "a file without the column keeps the numbers"
    with survey_db.transaction() as session:
        _import(session, tmp_path, ["2;Ola Dal;;A;", *PEOPLE[2:], PEOPLE[0]])
    assert _phones(survey_db)["2"] is None


def test_each_gets_mail_sms_or_a_letter(app: Flask, survey_db: Database, office: SmsOffice) -> None:
    office.settings(app)
    assert _invite(app, survey_db) == (1, 2, 2)
    assert _invite(app, survey_db) == (0, 0, 0)
    with app.app_context(), survey_db.reading() as session:
        letters = sheets._letters(session, _survey(session))
        assert sorted(letter.phone or "" for letter in letters) == ["", ""]
        by_mail = session.scalars(select(Invitation).where(Invitation.email != "")).one()
        assert by_mail.phone is None, "a number that is not used is not kept"


def test_without_a_gateway_everybody_without_an_address_gets_a_letter(
    app: Flask, survey_db: Database
) -> None:
    assert _invite(app, survey_db) == (1, 0, 4)
    with app.app_context(), survey_db.reading() as session:
        assert len(sheets._letters(session, _survey(session))) == 4


def test_whoever_has_her_letter_gets_no_sms_when_a_gateway_comes(
    app: Flask, survey_db: Database, office: SmsOffice
) -> None:
    _invite(app, survey_db)
    with app.app_context(), survey_db.transaction() as session:
        [ola] = session.scalars(select(Invitation).where(Invitation.phone == "+4790000002"))
        ola.printed_on = _survey(session).opens_on
    office.settings(app)
    assert _invite(app, survey_db) == (0, 1, 0)


def test_a_new_number_and_a_new_address_are_followed(
    app: Flask, survey_db: Database, office: SmsOffice, tmp_path: Path
) -> None:
    office.settings(app)
    _invite(app, survey_db)
    with survey_db.transaction() as session:
        for delivery in session.scalars(select(Delivery)):
            delivery.status = DeliveryStatus.SENT
        changed = ["2;Ola Dal;;A;90000022", "3;Eva Li;eva@example.no;B;90000003", "4;Per Ås;;B;90000004"]
        _import(session, tmp_path, [PEOPLE[0], *changed, PEOPLE[4]])
    # Eva now gets mail; Ola and Per get SMS, Ola once more and Per for the first time.
    assert _invite(app, survey_db) == (1, 2, 0)
    with app.app_context(), survey_db.transaction() as session:
        update_invitations_from_roster(session, _survey(session))
        waiting = session.execute(
            select(Invitation.email, Invitation.phone, Delivery.channel)
            .join(Delivery.invitation)
            .where(Delivery.status == DeliveryStatus.QUEUED)
        )
        assert {tuple(row) for row in waiting} == {
            ("eva@example.no", None, MessageChannel.MAIL),
            ("", "+4790000022", MessageChannel.SMS),
            ("", "+4790000004", MessageChannel.SMS),
        }
        assert queue_reminders(session, _survey(session)).sms == 0


def test_an_sms_that_waits_becomes_a_mail_when_she_gets_an_address(
    app: Flask, survey_db: Database, office: SmsOffice, tmp_path: Path
) -> None:
    office.settings(app)
    _invite(app, survey_db)
    with survey_db.transaction() as session:
        _import(session, tmp_path, [PEOPLE[0], "2;Ola Dal;ola@example.no;A;90000002", *PEOPLE[2:]])
    assert _invite(app, survey_db) == (0, 0, 0)
    with survey_db.reading() as session:
        channels = session.scalars(select(Delivery.channel).order_by(Delivery.channel)).all()
        assert channels == [MessageChannel.MAIL, MessageChannel.MAIL, MessageChannel.SMS]


def test_a_file_of_recipients_has_numbers_too_and_asks_nobody_twice(
    app: Flask, survey_db: Database, office: SmsOffice, tmp_path: Path
) -> None:
    office.settings(app)
    file = tmp_path / "others.csv"
    file.write_text(
        "enhet;e-post;mobilnummer\nA;;91000001\nA;;+47 910 00 001\nB;;91000001\nA;;feil\nA;;90000002\n"
    )
    for expected in ((3, 2, 1), (1, 0, 1)):
        with app.app_context(), survey_db.transaction() as session:
            report = import_recipients(session, "liten-2026", file, apply=True)
            assert report.faults == ()
            assert (report.invited, report.sms, report.on_paper) == expected
            assert any("telefonnummer" in note for note in report.notes)


def test_erasing_somebody_clears_her_number(app: Flask, survey_db: Database, office: SmsOffice) -> None:
    office.settings(app)
    _invite(app, survey_db)
    with app.app_context(), survey_db.transaction() as session:
        ola = session.scalars(select(Person).where(Person.employee_number == "2")).one()
        ola.active = False
        session.flush()
        erase_person(session, None, ola)
    with survey_db.reading() as session:
        assert session.scalars(select(Invitation.phone).where(Invitation.phone == "+4790000002")).all() == []
        assert session.scalars(select(Invitation.phone).where(Invitation.phone.is_not(None))).all()


def test_hr_reads_how_many_get_what_and_mends_a_number(
    app: Flask, client: FlaskClient, survey_db: Database, office: SmsOffice
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    jobs_of(app, immediate=True)
    office.settings(app)
    sign_in_as(client, survey_db, Role.HR)
    confirm = client.get(f"{PAGE}/steg/invite").get_data(as_text=True)
    assert "1 får e-post, 2 får SMS, 2 får brev." in confirm
    _invite(app, survey_db)
    with survey_db.transaction() as session:
        for delivery in session.scalars(select(Delivery).where(Delivery.channel == MessageChannel.SMS)):
            delivery.status, delivery.error = DeliveryStatus.FAILED, "Tjenesten svarte 400."
        [ola] = session.scalars(select(Invitation.id).where(Invitation.phone == "+4790000002"))
    page = client.get(f"{PAGE}/utsending").get_data(as_text=True)
    assert "SMS til +4790000002." in page
    assert "Tjenesten svarte 400." in page
    wrong = client.post(f"{PAGE}/utsending/nummer", data={"invitation": ola, "phone": "feil"})
    assert wrong.status_code == 409
    right = client.post(f"{PAGE}/utsending/nummer", data={"invitation": ola, "phone": "91 00 00 02"})
    assert right.status_code == 302
    assert _phones(survey_db)["2"] == "+4791000002"
    words = client.get(f"{PAGE}/utsending/tekster").get_data(as_text=True)
    assert "Slik blir SMS-ene" in words
    assert "Fjordvik kommune ber deg svare på &#34;Liten undersøkelse 2026&#34;" in words
