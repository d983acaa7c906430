"""Before every sending the invitations are set beside the roster: nobody is lost, nobody gets two codes."""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.campaigns.deliveries import send_queued
from surveys.campaigns.invitations import code_of
from surveys.campaigns.lifecycle import SurveyError, open_survey, participation
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, Survey
from surveys.campaigns.reconciling import ReconcileChoices, reconcile, reconciliation
from surveys.campaigns.reminders import queue_reminders
from surveys.campaigns.roster_following import update_invitations_from_roster
from surveys.commands import medvirk
from surveys.organisation.models import Person, Unit
from surveys.organisation.people_import import import_people
from surveys.organisation.units_import import import_units
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from tests.building import build_installation, build_survey, keys_of
from tests.card_building import sign_in_as
from tests.mail_server import PostOffice, open_post_office

CASES = Path(__file__).parents[1] / "files" / "invitations"
SENT_AT = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
PAGE = "/undersokelser/liten-2026"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


@pytest.fixture
def hr(app: Flask, client: FlaskClient) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    jobs_of(app, immediate=True)
    return client


def _roster(db: Database, file: Path) -> None:
    with db.transaction() as session:
        assert import_people(session, file, apply=True).applied


def _share_addresses(db: Database) -> None:
    """Two more people with addresses that others have: one in another unit, one in the same."""
    with db.transaction() as session:
        people = {p.employee_number: p for p in session.scalars(select(Person))}
        elsewhere = session.scalars(select(Unit.id).where(Unit.code == "0102")).one()
        for number, same, unit_id in (("00099", "00001", elsewhere), ("00098", "00002", None)):
            first = people[same]
            address = first.email.upper() if unit_id else first.email
            session.add(
                Person(
                    employee_number=number,
                    name=first.name,
                    email=address,
                    unit_id=unit_id or first.unit_id,
                )
            )


def _units(db: Database, file: Path) -> None:
    with db.transaction() as session:
        assert import_units(session, file, apply=True, today=dt.date(2026, 3, 1)).applied


def _opened(app: Flask, db: Database, case: str) -> None:
    """24 people in the roster and an open survey of the whole municipality; nobody is invited."""
    with db.transaction() as session:
        build_installation(session)
    _units(db, CASES / case / "org.csv")
    _roster(db, CASES / case / "people.csv")
    with db.transaction() as session:
        top = session.scalars(select(Unit).where(Unit.code == "kommune")).one()
        open_survey(session, build_survey(session, top), keys_of(app))


def _survey(session: Session) -> Survey:
    return session.scalars(select(Survey)).one()


def _sent(app: Flask, db: Database, office: PostOffice, days: int = 0) -> list[str]:
    """Has the worker send what waits; to whom."""
    office.taken.clear()
    with app.app_context():
        send_queued(db, office.settings(app), SENT_AT + dt.timedelta(days=days))
    return office.recipients


def _invite(app: Flask, db: Database, choices: ReconcileChoices | None = None) -> int:
    """Reconciles; how many mails it put in the outbox, which is the number that was promised."""
    with app.app_context(), db.transaction() as session:
        promised = reconciliation(session, _survey(session)).messages(choices or ReconcileChoices())
        secret = app.config["SECRETS"].codes
        queued = reconcile(session, _survey(session), choices or ReconcileChoices(), secret, promised)
        assert queued.messages == promised
        return promised


def _remind(app: Flask, db: Database, day: dt.date) -> int:
    with app.app_context(), db.transaction() as session:
        update_invitations_from_roster(session, _survey(session))
        return queue_reminders(session, _survey(session), day).messages


def _codes(app: Flask, db: Database) -> list[str]:
    with db.reading() as session:
        return [code_of(each, app.config["SECRETS"].codes) for each in session.scalars(select(Invitation))]


def test_a_corrected_address_gets_the_same_code_and_reminders_go_only_there(
    app: Flask, db: Database, office: PostOffice
) -> None:
    _opened(app, db, "corrected_address")
    assert _invite(app, db) == 24
    assert len(_sent(app, db, office)) == 24
    first = next(mail for mail in office.taken if mail["To"] == "a1@prove.example")
    _roster(db, CASES / "corrected_address" / "people_after.csv")
    assert _invite(app, db) == 1
    assert _sent(app, db, office, 1) == ["riktig1@prove.example"]
    again = office.taken[0]
    link = re.compile(r"/svar/[A-Z0-9-]+")
    bodies = [mail.get_body(("plain",)) for mail in (first, again)]
    assert len({link.findall(body.get_content())[0] for body in bodies if body}) == 1
    assert _invite(app, db) == 0, "the same correction is sent once"
    assert _remind(app, db, dt.date(2026, 3, 9)) == 24
    assert "riktig1@prove.example" in _sent(app, db, office, 6)
    assert "a1@prove.example" not in office.recipients


def test_a_reminder_finds_a_corrected_address_without_anybody_reconciling(
    app: Flask, db: Database, office: PostOffice
) -> None:
    _opened(app, db, "corrected_address")
    _invite(app, db)
    _sent(app, db, office)
    _roster(db, CASES / "corrected_address" / "people_after.csv")
    assert _remind(app, db, dt.date(2026, 3, 9)) == 23
    sent = _sent(app, db, office, 6)
    assert "riktig1@prove.example" in sent, "she gets the invitation first"
    assert "a1@prove.example" not in sent


@pytest.mark.parametrize("delivered", [False, True])
def test_a_corrected_address_gets_the_invitation_whether_she_has_delivered_or_not(
    app: Flask, db: Database, office: PostOffice, delivered: bool
) -> None:
    """Attack: HR corrects one address and reads from the number of mails whether its owner has answered."""
    _opened(app, db, "corrected_address")
    _invite(app, db)
    _sent(app, db, office)
    with db.transaction() as session:
        session.scalars(
            select(Invitation).where(Invitation.email == "a1@prove.example")
        ).one().delivered = delivered
    _roster(db, CASES / "corrected_address" / "people_after.csv")
    assert _invite(app, db) == 1
    assert len(_sent(app, db, office, 1)) == 1


def test_an_old_address_that_hr_keeps_is_kept(app: Flask, db: Database, office: PostOffice) -> None:
    _opened(app, db, "corrected_address")
    _invite(app, db)
    _sent(app, db, office)
    _roster(db, CASES / "corrected_address" / "people_after.csv")
    assert _invite(app, db, ReconcileChoices(address=False)) == 0
    assert _remind(app, db, dt.date(2026, 3, 9)) == 24
    assert "a1@prove.example" in _sent(app, db, office, 6)


def test_whoever_has_left_gets_nothing_more_and_counts_only_if_hr_says_so(
    app: Flask, db: Database, office: PostOffice
) -> None:
    _opened(app, db, "left_person")
    _invite(app, db)
    _sent(app, db, office)
    _roster(db, CASES / "left_person" / "people_left.csv")
    assert _remind(app, db, dt.date(2026, 3, 9)) == 23
    assert "a2@prove.example" not in _sent(app, db, office, 6)
    assert _invited(db) == 24, "nobody has decided yet"
    _invite(app, db)
    assert _invited(db) == 23
    _invite(app, db, ReconcileChoices(left_counts=True))
    assert _invited(db) == 24
    _roster(db, CASES / "left_person" / "people.csv")
    _remind(app, db, dt.date(2026, 3, 9))
    with db.reading() as session:
        assert not session.scalars(select(Invitation).where(Invitation.counted.is_not(None))).all()


@pytest.mark.parametrize("delivered", [False, True])
def test_whether_somebody_who_has_left_had_delivered_changes_nothing_hr_sees(
    app: Flask, db: Database, office: PostOffice, delivered: bool
) -> None:
    """Attack: HR takes one person out of the roster and reads from the number of invited whether she has answered."""
    _opened(app, db, "left_person")
    _invite(app, db)
    _sent(app, db, office)
    with db.transaction() as session:
        left = session.scalars(select(Invitation).where(Invitation.email == "a2@prove.example")).one()
        left.delivered = delivered
        unit_id = left.unit_id
    _roster(db, CASES / "left_person" / "people_left.csv")
    with db.reading() as session:
        found = reconciliation(session, _survey(session))
        assert (found.to_decide, found.delivered_at_least) == (True, 0)
        before = participation(session, _survey(session))[unit_id].invited
    _invite(app, db)
    assert _invited(db) == 23
    with db.reading() as session:
        assert not reconciliation(session, _survey(session)).to_decide
        assert participation(session, _survey(session))[unit_id].invited == (before or 0) - 1


def _invited(db: Database) -> int:
    with db.reading() as session:
        return sum(each.invited or 0 for each in participation(session, _survey(session)).values())


def test_mail_that_waits_for_somebody_who_leaves_is_never_sent(
    app: Flask, db: Database, office: PostOffice
) -> None:
    _opened(app, db, "left_person")
    _invite(app, db)
    _roster(db, CASES / "left_person" / "people_left.csv")
    sent = _sent(app, db, office)
    assert len(sent) == 23
    assert "a2@prove.example" not in sent


def test_people_in_a_unit_made_after_the_survey_are_named_and_invited_when_hr_says_so(
    app: Flask, db: Database
) -> None:
    _opened(app, db, "new_unit")
    _invite(app, db)
    _units(db, CASES / "new_unit" / "org_after.csv")
    _roster(db, CASES / "new_unit" / "people_after.csv")
    with app.app_context():
        told = app.test_cli_runner(catch_exceptions=False).invoke(
            medvirk, ["reconcile", "liten-2026"], obj=lambda: app
        )
    assert told.exit_code == 0
    assert "1 ansatt i «Ny barnehage», som kom til etter at undersøkelsen ble laget" in told.output
    assert "1 person i enhetene er ikke invitert" in told.output
    assert "1 e-post blir lagt i køen" in told.output
    with app.app_context():
        told = app.test_cli_runner(catch_exceptions=False).invoke(
            medvirk, ["invite", "liten-2026", "--apply"], obj=lambda: app
        )
    assert "1 invitasjon er lagt i køen" in told.output
    assert "Ikke invitert: 1 ansatt i «Ny barnehage»" in told.output
    assert _invite(app, db, ReconcileChoices(new_units=True)) == 1
    with db.reading() as session:
        picture = {unit.name: unit.parent_id for unit in _survey(session).units}
        above = session.scalars(select(Unit.id).where(Unit.code == "OPP")).one()
        assert picture["Ny barnehage"] == above


def _renumber(db: Database, file: Path) -> None:
    """The file's people are in the roster as new ones, and everybody of before is out of it."""
    with db.transaction() as session:
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        for person in session.scalars(select(Person)):
            person.active = False
        with file.open(encoding="utf-8-sig", newline="") as opened:
            for row in csv.DictReader(opened, delimiter=";"):
                session.add(
                    Person(
                        employee_number=row["ansattnummer"],
                        name=row["navn"],
                        email=row["e-post"],
                        unit=units[row["enhet"]],
                    )
                )


def test_the_same_people_under_other_numbers_never_get_a_second_invitation(
    app: Flask, db: Database, office: PostOffice
) -> None:
    _opened(app, db, "lost_zeros")
    _invite(app, db)
    _sent(app, db, office)
    before = set(_codes(app, db))
    _renumber(db, CASES / "lost_zeros" / "people_lost_zero.csv")
    assert _invite(app, db) == 0
    assert _sent(app, db, office) == []
    assert set(_codes(app, db)) == before
    assert _invited(db) == 24, "nobody of them has left"
    assert _remind(app, db, dt.date(2026, 3, 9)) == 24


def test_one_address_with_two_numbers_gets_one_invitation_or_codes_on_paper(app: Flask, db: Database) -> None:
    _opened(app, db, "shared_address")
    _share_addresses(db)
    with db.reading() as session:
        found = reconciliation(session, _survey(session))
        assert {shared.email.lower(): len(shared.people) for shared in found.shared} == {
            "a1@prove.example": 2,
            "a2@prove.example": 2,
        }
        paper = ReconcileChoices(shared="paper")
        assert (found.messages(paper), found.on_paper(paper)) == (22, 4)
    assert _invite(app, db) == 24
    with db.reading() as session:
        addresses = [email.casefold() for email in session.scalars(select(Invitation.email))]
        assert len(addresses) == len(set(addresses)) == 24
    assert _invite(app, db) == 0


def test_codes_on_paper_for_a_shared_mailbox_stay_on_paper(app: Flask, db: Database) -> None:
    _opened(app, db, "shared_address")
    _share_addresses(db)
    assert _invite(app, db, ReconcileChoices(shared="paper")) == 22
    assert _invite(app, db) == 0
    with db.reading() as session:
        assert session.scalar(select(func.count()).where(Invitation.email == "")) == 4


def test_somebody_who_moved_answers_for_the_unit_she_was_invited_in_unless_hr_moves_her(
    app: Flask, db: Database
) -> None:
    _opened(app, db, "left_person")
    _invite(app, db)
    with db.transaction() as session:
        target = session.scalars(select(Unit).where(Unit.code == "0201")).one()
        in_one_unit = select(Person.unit_id).group_by(Person.unit_id).having(func.count() >= 5).limit(1)
        from_one = select(Person).where(Person.unit_id == in_one_unit.scalar_subquery())
        moving = session.scalars(from_one.where(Person.active).order_by(Person.id).limit(5)).all()
        assert target not in {person.unit for person in moving}
        for person in moving:
            person.unit = target
        session.scalars(select(Invitation).where(Invitation.person_id == moving[0].id)).one().delivered = True

    def in_target() -> int:
        with db.reading() as session:
            counted = select(func.count()).join(Unit, Unit.id == Invitation.unit_id)
            return session.scalar(counted.where(Unit.code == "0201").select_from(Invitation)) or 0

    before = in_target()
    _invite(app, db)
    assert in_target() == before
    _invite(app, db, ReconcileChoices(moved="moves"))
    assert in_target() == before + 4, "whoever has delivered stays where her answer is"


def test_a_number_that_is_no_longer_right_sends_nothing(app: Flask, db: Database) -> None:
    _opened(app, db, "left_person")
    secret = app.config["SECRETS"].codes
    with app.app_context(), db.transaction() as session, pytest.raises(SurveyError, match="Tallet er endret"):
        reconcile(session, _survey(session), ReconcileChoices(), secret, 23)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_an_address_corrected_after_the_page_that_confirms_is_the_one_that_is_used(
    app: Flask, db: Database, hr: FlaskClient, office: PostOffice
) -> None:
    """One while HR reads the number, one while the mail waits in the outbox; and somebody who leaves then."""
    _opened(app, db, "left_person")
    sign_in_as(hr, db, Role.HR, "kommune")

    def change(number: str, **what: object) -> None:
        with db.transaction() as session:
            person = session.scalars(select(Person).where(Person.employee_number == number)).one()
            for name, value in what.items():
                setattr(person, name, value)

    assert 'name="messages" value="24"' in hr.get(f"{PAGE}/steg/invite").text
    change("00001", email="riktig1@prove.example")
    assert hr.post(f"{PAGE}/steg/invite", data={"messages": "24"}).status_code == 302
    change("00002", email="riktig2@prove.example")
    change("00003", active=False)
    sent = _sent(app, db, office)
    assert len(sent) == len(set(sent)) == 23
    assert {"riktig1@prove.example", "riktig2@prove.example"} <= set(sent)
    assert not {"a1@prove.example", "a2@prove.example", "a3@prove.example"} & set(sent)
    assert _sent(app, db, office, 1) == []


def test_the_page_shows_the_number_again_when_hr_chooses_otherwise(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    _opened(app, db, "shared_address")
    _share_addresses(db)
    sign_in_as(hr, db, Role.HR, "kommune")
    page = hr.get(f"{PAGE}/steg/invite").text
    assert "2 adresser står på flere personer" in page
    assert 'name="messages" value="24"' in page
    answer = hr.post(f"{PAGE}/steg/invite", data={"messages": "24", "shared": "paper"})
    assert answer.status_code == 409
    assert 'name="messages" value="22"' in answer.text
    assert re.search(r'id="shared-paper"[^>]*checked', answer.text)
    assert hr.post(f"{PAGE}/steg/invite", data={"messages": "22", "shared": "paper"}).status_code == 302
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 22


def test_without_a_mail_server_nothing_is_said_to_be_sent(app: Flask, db: Database, hr: FlaskClient) -> None:
    _opened(app, db, "left_person")
    with app.app_context():
        told = app.test_cli_runner(catch_exceptions=False).invoke(
            medvirk, ["invite", "liten-2026", "--apply"], obj=lambda: app
        )
    assert "24 invitasjoner er lagt i køen." in told.output
    assert "MEDVIRK_SMTP_HOST" in told.output
    assert "straks" not in told.output
    sign_in_as(hr, db, Role.HR, "kommune")
    for address in (PAGE, f"{PAGE}/utsending", f"{PAGE}/steg/invite", f"{PAGE}/steg/remind"):
        page = hr.get(address).text
        assert "MEDVIRK_SMTP_HOST" in page, address
        assert "straks" not in page


def test_refused_addresses_are_told_from_the_roster_and_mended_in_place(
    app: Flask, db: Database, hr: FlaskClient, office: PostOffice
) -> None:
    _opened(app, db, "corrected_address")
    _invite(app, db)
    office.answer_recipient = lambda address: (
        "550 5.1.1 finnes ikke hos x@b.no" if address.startswith("a1@") else "250 OK"
    )
    assert len(_sent(app, db, office)) == 23
    sign_in_as(hr, db, Role.HR, "kommune")
    page = hr.get(f"{PAGE}/utsending").text
    assert "Ansatt 1" in page
    assert "Adressen finnes ikke. Se etter skrivefeil" in page
    assert "550 5.1.1 finnes ikke hos …@…" in page
    assert "Blåklokka barnehage" in page
    with db.reading() as session:
        invitation_id = session.scalars(
            select(Invitation.id).where(Invitation.email == "a1@prove.example")
        ).one()
    wrong = {"invitation": str(invitation_id), "email": "ikke en adresse"}
    refused = hr.post(f"{PAGE}/utsending/adresse", data=wrong)
    assert refused.status_code == 409
    field = f"adresse-{invitation_id}"
    assert f'href="#{field}">Ansatt 1: «ikke en adresse» er ikke en e-postadresse.</a>' in refused.text
    assert f'id="{field}-feil">Ansatt 1: «ikke en adresse» er ikke en e-postadresse.' in refused.text
    assert f'aria-describedby="{field}-feil"' in refused.text
    taken = {"invitation": str(invitation_id), "email": "A2@prove.example"}
    assert "har allerede en invitasjon" in hr.post(f"{PAGE}/utsending/adresse", data=taken).text
    office.taken.clear()
    right = {"invitation": str(invitation_id), "email": "riktig1@prove.example"}
    assert hr.post(f"{PAGE}/utsending/adresse", data=right).status_code == 302
    _sent(app, db, office, 1)
    with db.reading() as session:
        statuses = session.scalars(
            select(Delivery.status).where(Delivery.invitation_id == invitation_id).order_by(Delivery.number)
        ).all()
    assert statuses == [DeliveryStatus.FAILED, DeliveryStatus.SENT]
    assert "550" not in hr.get(f"{PAGE}/utsending").text


def test_correcting_addresses_does_not_tell_who_has_answered(
    app: Flask, db: Database, hr: FlaskClient, office: PostOffice
) -> None:
    """Two mails did not arrive, and one of the two has answered with a code on paper. HR corrects both addresses."""
    _opened(app, db, "corrected_address")
    _invite(app, db)
    office.answer_recipient = lambda address: "550 nei" if address[:3] in {"a1@", "a2@"} else "250 OK"
    _sent(app, db, office)
    office.answer_recipient = lambda _address: "250 OK"
    sign_in_as(hr, db, Role.HR, "kommune")
    with db.transaction() as session:
        wrong = select(Invitation).where(Invitation.email.in_(["a1@prove.example", "a2@prove.example"]))
        first, second = session.scalars(wrong)
        first.delivered = True
        numbers = [first.id, second.id]
    office.taken.clear()
    said = []
    for number in numbers:
        right = {"invitation": str(number), "email": f"riktig{number}@prove.example"}
        said.append(
            hr.post(f"{PAGE}/utsending/adresse", data=right, follow_redirects=True).text.count("rettet")
        )
    assert said[0] == said[1] > 0
    _sent(app, db, office, 2)
    page = hr.get(f"{PAGE}/utsending").text
    assert "550" not in page
    assert not any(f"riktig{number}@" in page for number in numbers)


def test_that_persons_letter_can_be_printed_instead(
    app: Flask, db: Database, hr: FlaskClient, office: PostOffice
) -> None:
    _opened(app, db, "corrected_address")
    _invite(app, db)
    office.answer_recipient = lambda address: "550 nei" if address.startswith("a1@") else "250 OK"
    _sent(app, db, office)
    sign_in_as(hr, db, Role.HR, "kommune")
    with db.reading() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.email == "a1@prove.example")).one()
        code = code_of(invitation, app.config["SECRETS"].codes)
    printed = hr.post(f"{PAGE}/utsending/brev", data={"invitation": str(invitation.id)})
    assert printed.status_code == 200
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in printed.text
    assert "550" not in hr.get(f"{PAGE}/utsending").text
    assert _remind(app, db, dt.date(2026, 3, 9)) == 23
