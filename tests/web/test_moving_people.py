"""HR moves chosen people to another unit after reading what it means; no number tells who has answered."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Account, Role
from surveys.access.roster import create_leader_account
from surveys.audit.models import AuditEntry
from surveys.campaigns.invitation_seals import change_sealed, is_intact
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.lifecycle import open_survey, participation
from surveys.campaigns.models import Invitation, Survey
from surveys.organisation.models import Person
from surveys.platform.database import Database
from tests.building import build_installation, build_survey, build_units, keys_of
from tests.card_building import sign_in_as, unit_of

TREE = {"K": None, "A": "K", "B": "K", "C": "K"}
PAGE = "/organisasjon/enhet/A/flytt-ansatte"
RECONCILING = "/undersokelser/liten-2026/steg/reconcile"
MINIMUM_GROUP = 5


@pytest.fixture
def municipality(app: Flask, db: Database) -> Database:
    """Seven people in A, all invited to an open survey. 1 is a leader with an account; 1, 2 and 3 have answered."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), db.transaction() as session:
        build_installation(session)
        units = build_units(session, TREE)
        people = [
            Person(
                employee_number=str(n),
                name=f"Person {n}",
                email=f"p{n}@kommune.test",
                unit=units["A"],
                is_leader=n == 1,
            )
            for n in range(1, 8)
        ]
        session.add_all(people)
        session.flush()
        create_leader_account(session, None, people[0], units["A"])
        survey = build_survey(session, units["K"], minimum_group=MINIMUM_GROUP)
        open_survey(session, survey, keys_of(app))
        made = invite(
            session,
            survey,
            [Recipient(units["A"].id, person_id=person.id, email=person.email) for person in people],
            app.config["SECRETS"].codes,
        )
        answered = {person.id for person in people[:3]}
        for invitation in made:
            invitation.delivered = invitation.person_id in answered
    return db


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def _ids(db: Database, *numbers: int) -> list[int]:
    with db.reading() as session:
        known = {p.employee_number: p.id for p in session.scalars(select(Person))}
        return [known[str(n)] for n in numbers]


def _placed(db: Database) -> dict[int, str]:
    """Employee number → the code of her unit."""
    with db.reading() as session:
        return {int(p.employee_number): p.unit.code for p in session.scalars(select(Person))}


def _invited(db: Database) -> dict[int, str]:
    """Employee number → the code of her invitation's unit."""
    with db.reading() as session:
        rows = session.execute(select(Person, Invitation).join(Invitation, Invitation.person_id == Person.id))
        return {int(person.employee_number): invitation.unit.code for person, invitation in rows}


def _move(client: FlaskClient, db: Database, *numbers: int, to: str = "B", **sent: str) -> tuple[int, str]:
    answer = client.post(PAGE, data={"person": _ids(db, *numbers), "to": to, **sent})
    return answer.status_code, _text(answer.text)


class TestMoving:
    def test_nothing_is_saved_before_she_has_read_what_it_means(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR)
        status, said = _move(client, municipality, 1, 2)
        assert status == 200
        assert "2 ansatte flyttes fra Enhet A til Enhet B: Person 1 og Person 2." in said
        assert "invitasjonene blir der de er" in said
        assert "Tilgangen som leder følger med til Enhet B: Person 1." in said
        assert set(_placed(municipality).values()) == {"A"}

    def test_it_is_saved_recorded_and_undone(self, municipality: Database, client: FlaskClient) -> None:
        sign_in_as(client, municipality, Role.HR)
        assert _move(client, municipality, 1, 4, confirmed="y")[0] == 302
        placed = _placed(municipality)
        assert {n for n, code in placed.items() if code == "B"} == {1, 4}
        assert set(_invited(municipality).values()) == {"A"}
        with municipality.reading() as session:
            [leader] = [a for a in session.scalars(select(Account)) if a.person_id]
            assert [g.unit.code for g in leader.all_grants] == ["B"]
        page = client.get("/organisasjon/enhet/A").text
        assert "til enheten: Enhet B (B)" in _text(page)
        [undo] = re.findall(r'href="([^"]+)" aria-label="Angre: Flyttet ansatte', page)
        assert "flyttes fra Enhet B til Enhet A" in _text(client.get(undo).text)
        assert set(_placed(municipality).values()) == {"A", "B"}, "looking undoes nothing"
        assert client.post(undo).status_code == 302
        assert set(_placed(municipality).values()) == {"A"}
        assert client.post(undo).status_code == 409
        assert "Angre: Flyttet ansatte" not in client.get("/organisasjon/enhet/A").text

    def test_whoever_has_been_moved_on_stays_where_she_is(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR)
        _move(client, municipality, 4, 5, confirmed="y")
        with municipality.transaction() as session:
            person = session.scalars(select(Person).where(Person.employee_number == "5")).one()
            person.unit_id = unit_of(session, "C").id
        [undo] = re.findall(
            r'href="([^"]+)" aria-label="Angre: Flyt', client.get("/organisasjon/enhet/A").text
        )
        client.post(undo)
        placed = _placed(municipality)
        assert (placed[4], placed[5]) == ("A", "C")

    def test_everybody_can_be_chosen_at_once(self, municipality: Database, client: FlaskClient) -> None:
        sign_in_as(client, municipality, Role.HR)
        client.post(PAGE, data={"everybody": "y", "to": "B", "confirmed": "y"})
        assert set(_placed(municipality).values()) == {"B"}

    def test_what_cannot_be_done_is_told(self, municipality: Database, client: FlaskClient) -> None:
        sign_in_as(client, municipality, Role.HR)
        assert "Velg hvem som skal flyttes" in _move(client, municipality, confirmed="y")[1]
        assert "Velg en enhet" in _move(client, municipality, 1, to="", confirmed="y")[1]
        assert "De er i «Enhet A» nå" in _move(client, municipality, 1, to="A", confirmed="y")[1]
        _move(client, municipality, 4, confirmed="y")
        status, said = _move(client, municipality, 4, 5, confirmed="y")
        assert (status, "er ikke lenger i «Enhet A»" in said) == (422, True)
        assert _placed(municipality)[5] == "A"

    def test_hr_moves_nobody_into_somebody_elses_unit(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "A")
        status, said = _move(client, municipality, 4, to="B", confirmed="y")
        assert (status, "Velg en av enhetene i listen" in said) == (422, True)
        assert set(_placed(municipality).values()) == {"A"}


class TestInvitations:
    def test_of_enough_people_those_who_have_not_answered_go_along_with_whole_seals(
        self, app: Flask, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR)
        status, said = _move(client, municipality, 1, 2, 3, 4, 5, along="y")
        told = "de som er invitert i Enhet A og ikke har svart, svarer for Enhet B"
        assert (status, told in said) == (200, True)
        assert set(_invited(municipality).values()) == {"A"}
        assert _move(client, municipality, 1, 2, 3, 4, 5, along="y", confirmed="y")[0] == 302
        invited = _invited(municipality)
        assert {n for n, code in invited.items() if code == "B"} == {4, 5}
        with municipality.reading() as session:
            secret = app.config["SECRETS"].codes
            assert all(is_intact(each, secret) for each in session.scalars(select(Invitation)))
        [undo] = re.findall(
            r'href="([^"]+)" aria-label="Angre: Flyt', client.get("/organisasjon/enhet/A").text
        )
        client.post(undo)
        assert set(_invited(municipality).values()) == {"A"}

    @pytest.mark.parametrize("answered", [True, False], ids=["answered", "not-answered"])
    def test_moving_one_person_tells_hr_nothing_of_whether_she_has_answered(
        self, municipality: Database, client: FlaskClient, answered: bool
    ) -> None:
        """The attack: move one with her invitation, and see whether the units' turnout follows her."""
        sign_in_as(client, municipality, Role.HR)
        number = 1 if answered else 7
        before = _turnout(municipality)
        status, said = _move(client, municipality, number, along="y")
        assert (status, "invitasjonene blir i Enhet A" in said) == (200, True)
        assert _move(client, municipality, number, along="y", confirmed="y")[0] == 302
        assert _turnout(municipality) == before
        [undo] = re.findall(
            r'href="([^"]+)" aria-label="Angre: Flyt', client.get("/organisasjon/enhet/A").text
        )
        client.post(undo)
        assert _turnout(municipality) == before

    def test_the_trail_does_not_keep_whose_invitation_went_along(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR)
        _move(client, municipality, 1, 2, 3, 4, 5, along="y", confirmed="y")
        with municipality.reading() as session:
            [entry] = session.scalars(
                select(AuditEntry).where(AuditEntry.action == "organisation.people_moved")
            )
        people = sorted(_ids(municipality, 1, 2, 3, 4, 5))
        assert entry.detail == {
            "to_unit": "B",
            "people": 5,
            "before": {
                "people": people,
                "along": [{"survey": "liten-2026", "unit": "A", "people": people}],
            },
        }

    @pytest.mark.parametrize("answered", [True, False], ids=["answered", "not-answered"])
    def test_one_person_is_not_smuggled_in_among_others(
        self, app: Flask, municipality: Database, client: FlaskClient, answered: bool
    ) -> None:
        """The attack: among five from A is one whose invitation is in C, and C's turnout would tell of her alone."""
        sign_in_as(client, municipality, Role.HR)
        one = _one_invited_in_c(app, municipality, answered=answered)
        before = _turnout(municipality)
        status, said = _move(client, municipality, one, 2, 3, 4, 5, along="y")
        assert status == 200
        assert "invitasjonene blir i Enhet A" in said
        assert "invitasjonene blir i Enhet C" in said
        assert _move(client, municipality, one, 2, 3, 4, 5, along="y", confirmed="y")[0] == 302
        assert _turnout(municipality) == before

    @pytest.mark.parametrize("answered", [True, False], ids=["answered", "not-answered"])
    def test_beside_enough_others_she_still_stays(
        self, app: Flask, municipality: Database, client: FlaskClient, answered: bool
    ) -> None:
        sign_in_as(client, municipality, Role.HR)
        one = _one_invited_in_c(app, municipality, answered=answered)
        assert _move(client, municipality, one, 2, 3, 4, 5, 6, along="y", confirmed="y")[0] == 302
        invited = _invited(municipality)
        assert invited[one] == "C"
        assert {n for n, code in invited.items() if code == "B"} == {4, 5, 6}

    def test_those_who_were_asked_once_are_never_a_group_again(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        """The attack: whose invitation is still in A has answered, so five of the moved are tried as a new group."""
        sign_in_as(client, municipality, Role.HR)
        _move(client, municipality, *range(1, 8), along="y", confirmed="y")
        before = _turnout(municipality)
        data = {"person": _ids(municipality, 1, 2, 4, 5, 6), "to": "C", "along": "y"}
        page = "/organisasjon/enhet/B/flytt-ansatte"
        said = _text(client.post(page, data=data).text)
        assert "5 ansatte har vært med i en slik flytting før" in said
        assert "invitasjonene blir i Enhet" not in said
        assert client.post(page, data={**data, "confirmed": "y"}).status_code == 302
        assert _turnout(municipality) == before

    @pytest.mark.parametrize("answered", [True, False], ids=["answered", "not-answered"])
    def test_undoing_for_some_of_a_group_tells_nothing_of_the_others(
        self, municipality: Database, client: FlaskClient, answered: bool
    ) -> None:
        """The attack: one of six is moved on, and only the others' invitations would go back."""
        sign_in_as(client, municipality, Role.HR)
        one = 1 if answered else 7
        _move(client, municipality, one, 2, 3, 4, 5, 6, along="y", confirmed="y")
        with municipality.transaction() as session:
            session.get_one(Person, _ids(municipality, one)[0]).unit_id = unit_of(session, "C").id
        before = _turnout(municipality)
        [undo] = re.findall(
            r'href="([^"]+)" aria-label="Angre: Flyt', client.get("/organisasjon/enhet/A").text
        )
        assert "Noen som ble flyttet, er ikke lenger med" in _text(client.get(undo).text)
        assert client.post(undo).status_code == 302
        assert _placed(municipality)[2] == "A"
        assert _turnout(municipality) == before


class TestReconciling:
    """A file of employees has moved them; HR asks for their invitations to go along when she reconciles."""

    @pytest.mark.parametrize("answered", [True, False], ids=["answered", "not-answered"])
    def test_one_person_moved_by_the_roster_tells_hr_nothing(
        self, municipality: Database, client: FlaskClient, answered: bool
    ) -> None:
        """The attack: the page does not offer it, so HR sends the choice by hand and looks at the turnout."""
        sign_in_as(client, municipality, Role.HR)
        before = _turnout(municipality)
        _roster_moves(municipality, 1 if answered else 7)
        page = client.get(RECONCILING).text
        assert "Invitasjonen blir der den er for: Person" in _text(page)
        assert "minst 5 inviterte" in _text(page)
        assert 'value="moves"' not in page
        assert _reconcile(client) == 302
        assert _turnout(municipality) == before

    def test_those_who_come_from_several_units_are_no_group(
        self, app: Flask, municipality: Database, client: FlaskClient
    ) -> None:
        """Each former unit's turnout would tell of the few who left it."""
        sign_in_as(client, municipality, Role.HR)
        with app.app_context(), municipality.transaction() as session:
            b = unit_of(session, "B").id
            for number in _ids(municipality, 6, 7):
                session.get_one(Person, number).unit_id = b
                change_sealed(
                    session.scalars(select(Invitation).where(Invitation.person_id == number)).one(),
                    unit_id=b,
                )
        before = _turnout(municipality)
        _roster_moves(municipality, 4, 5, 3, 6, 7, to="C")
        assert _reconcile(client) == 302
        assert _turnout(municipality) == before

    def test_of_enough_people_those_who_have_not_answered_go_along(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR)
        _roster_moves(municipality, 1, 2, 3, 4, 5)
        assert 'value="moves"' in client.get(RECONCILING).text
        assert _reconcile(client) == 302
        assert {n for n, code in _invited(municipality).items() if code == "B"} == {4, 5}

    @pytest.mark.parametrize("answered", [True, False], ids=["answered", "not-answered"])
    def test_a_new_employee_number_does_not_make_her_undecided_again(
        self, municipality: Database, client: FlaskClient, answered: bool
    ) -> None:
        """The attack: give one of those who were asked a new number, and see whether she is named as moved."""
        sign_in_as(client, municipality, Role.HR)
        _roster_moves(municipality, 1, 2, 3, 4, 5)
        assert _reconcile(client) == 302
        _gets_new_number(municipality, 1 if answered else 5)
        before = _turnout(municipality)
        assert "Person" not in _text(client.get(RECONCILING).text)
        assert _reconcile(client) == 302  # the new number gets her invitation
        page = client.get(RECONCILING).text
        assert "Person" not in _text(page)
        assert 'name="messages"' not in page, "nothing is left to do, for anybody"
        from_an_old_tab = client.post(RECONCILING, data={"messages": "0", "moved": "moves"})
        assert "Person" not in _text(from_an_old_tab.text)
        assert _turnout(municipality) == before

    @pytest.mark.parametrize("by", ["reconciling", "moving"])
    def test_those_who_stayed_are_neither_named_nor_counted_with_the_next_who_moves(
        self, municipality: Database, client: FlaskClient, by: str
    ) -> None:
        """The attack: after five have moved, those who are left in the old unit are those who had answered."""
        sign_in_as(client, municipality, Role.HR)
        if by == "reconciling":
            _roster_moves(municipality, 1, 2, 3, 4, 5)
            assert _reconcile(client) == 302
        else:
            _move(client, municipality, 1, 2, 3, 4, 5, along="y", confirmed="y")
        page = _text(client.get(RECONCILING).text)
        assert not [n for n in range(1, 8) if f"Person {n}" in page]
        before = _turnout(municipality)
        _roster_moves(municipality, 6)
        page = _text(client.get(RECONCILING).text)
        assert [n for n in range(1, 8) if f"Person {n} " in page] == [6]
        assert _reconcile(client) == 302
        assert _turnout(municipality) == before


def _one_invited_in_c(app: Flask, db: Database, *, answered: bool) -> int:
    """The number of somebody in A whose invitation is in C."""
    one = 1 if answered else 7
    with app.app_context(), db.transaction() as session:
        [person_id] = _ids(db, one)
        invitation = session.scalars(select(Invitation).where(Invitation.person_id == person_id)).one()
        change_sealed(invitation, unit_id=unit_of(session, "C").id)
    return one


def _gets_new_number(db: Database, number: int) -> None:
    """As after a file with another number for her, when HR said that it was not the same person."""
    with db.transaction() as session:
        was = session.get_one(Person, _ids(db, number)[0])
        was.active = False
        session.add(Person(employee_number=f"9{number}", name=was.name, email=was.email, unit_id=was.unit_id))


def _roster_moves(db: Database, *numbers: int, to: str = "B") -> None:
    with db.transaction() as session:
        for number in _ids(db, *numbers):
            session.get_one(Person, number).unit_id = unit_of(session, to).id


def _reconcile(client: FlaskClient) -> int:
    [messages] = re.findall(r'name="messages" value="(\d+)"', client.get(RECONCILING).text)
    return client.post(RECONCILING, data={"messages": messages, "moved": "moves"}).status_code


def _turnout(db: Database) -> dict[int, object]:
    with db.reading() as session:
        return dict(participation(session, session.scalars(select(Survey)).one()))
