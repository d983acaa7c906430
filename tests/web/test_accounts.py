"""HR makes accounts and gives roles below her own unit; nobody widens her own rights; sessions end when they must."""

import datetime as dt
import re
import threading
from dataclasses import replace

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from surveys.access.account_mail import ACCOUNT_MAIL
from surveys.access.accounts import authenticate
from surveys.access.models import Account, Grant, GrantSource, OneTimeLink, Role, SignInSession
from surveys.access.one_time_links import make_link
from surveys.access.passwords import PasswordRefusedError, hash_password, hash_unjudged
from surveys.access.permissions import roles_of
from surveys.access.roster import create_leader_account, update_leader_roles
from surveys.access.sessions import note_seen, sign_in_of, start_session
from surveys.audit.models import AuditEntry
from surveys.commands import medvirk
from surveys.organisation.models import Person
from surveys.platform import clock
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from tests.building import build_installation, build_units
from tests.card_building import sign_in_as, unit_of
from tests.mail_server import open_post_office
from tests.page_tokens import without_tokens

GOOD = "hest stift batteri korrekt"


@pytest.fixture
def municipality(app: Flask, db: Database) -> Database:
    """Kommune K with the units A and B; forms need no tokens."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "A1": "A", "B": "K"})
    return db


def build_account(
    db: Database, username: str, *roles: tuple[Role, str], password: str = GOOD, **period: dt.date
) -> int:
    with db.transaction() as session:
        account = Account(
            username=username, name=username.title(), password_hash=hash_unjudged(password), all_grants=[]
        )
        account.all_grants += [
            Grant(role=role, unit_id=unit_of(session, unit).id, **period) for role, unit in roles
        ]
        session.add(account)
        session.flush()
        return account.id


def roles(db: Database, account_id: int) -> set[tuple[Role, str]]:
    """The roles in force today."""
    with db.reading() as session:
        return {(grant.role, grant.unit.code) for grant in session.get_one(Account, account_id).grants}


def unit_id(db: Database, code: str) -> str:
    with db.reading() as session:
        return str(unit_of(session, code).id)


def give(client: FlaskClient, db: Database, account_id: int, role: str, unit: str, **days: str) -> int:
    sent = {"role": role, "unit": unit_id(db, unit), **days}
    return client.post(f"/brukere/{account_id}/roller", data=sent).status_code


class TestPages:
    def test_hr_makes_an_account_gives_a_role_and_hands_over_the_link_that_opens_it(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        sent = {"name": "Kari Eide", "username": "Kari@Fjordvik.example", "email": ""}
        made = client.post("/brukere/ny", data=sent)
        page = made.headers["Location"]
        assert give(client, municipality, int(page.rsplit("/", 1)[1]), "leader", "A") == 302
        link = re.findall(r"/velg-passord/[\w-]+", client.post(f"{page}/lenke").text)[0]

        kari = client.application.test_client()
        assert "kari@fjordvik.example" in kari.get(link).text
        chosen = kari.post(link, data={"password": GOOD, "again": GOOD})
        assert chosen.headers["Location"] == "/logg-inn"
        signed = kari.post("/logg-inn", data={"username": "kari@fjordvik.example", "password": GOOD})
        assert signed.status_code == 302
        assert "Enhet A" in kari.get("/").text
        assert kari.get(link).status_code == 410, "it opens once"

    def test_a_new_link_ends_the_old_one_and_an_old_one_ends_by_itself(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        account_id = build_account(municipality, "kari", (Role.LEADER, "A"))
        sign_in_as(client, municipality, Role.HR, "K")
        pages = [client.post(f"/brukere/{account_id}/lenke").text for _ in range(2)]
        first, second = (re.findall(r"/velg-passord/[\w-]+", page)[0] for page in pages)
        assert client.get(first).status_code == 410
        assert client.get(second).status_code == 200
        with municipality.transaction() as session:
            session.scalars(select(OneTimeLink)).one().expires_at -= dt.timedelta(hours=73)
        assert client.get(second).status_code == 410

    def test_a_deputy_has_the_role_for_the_period_only(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        leader = build_account(municipality, "kari", (Role.LEADER, "A"))
        deputy = build_account(municipality, "ola", (Role.LEADER, "B"))
        sign_in_as(client, municipality, Role.HR, "K")
        today = municipal_day()
        with municipality.reading() as session:
            [grant] = session.get_one(Account, leader).all_grants
        sent = {"deputy-grant": str(grant.id), "deputy-account": str(deputy)}
        without_end = client.post(f"/brukere/{leader}/stedfortreder", data=sent)
        assert 'href="#deputy-to_day">' in without_end.text
        assert re.search(r"<details[^>]* open>\s*<summary>Stedfortreder for en periode", without_end.text), (
            "what is missing is on the screen"
        )
        sent["deputy-to_day"] = (today + dt.timedelta(days=3)).isoformat()
        assert client.post(f"/brukere/{leader}/stedfortreder", data=sent).status_code == 302
        assert roles(municipality, deputy) == {(Role.LEADER, "A"), (Role.LEADER, "B")}
        with municipality.transaction() as session:
            session.scalars(select(Grant).where(Grant.deputy_for_id == leader)).one().to_day = (
                today - dt.timedelta(days=1)
            )
        assert roles(municipality, deputy) == {(Role.LEADER, "B")}

    def test_a_role_that_has_not_begun_opens_nothing(self, municipality: Database) -> None:
        tomorrow = municipal_day() + dt.timedelta(days=1)
        account_id = build_account(municipality, "kari", (Role.HR, "K"), from_day=tomorrow)
        with municipality.reading() as session:
            assert roles_of(session.get_one(Account, account_id)) == frozenset()

    def test_a_closed_account_is_out_at_once_and_can_be_opened_again(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        account_id = build_account(municipality, "kari", (Role.LEADER, "A"))
        kari = client.application.test_client()
        kari.post("/logg-inn", data={"username": "kari", "password": GOOD})
        assert kari.get("/").status_code == 200
        sign_in_as(client, municipality, Role.HR, "K")
        assert client.post(f"/brukere/{account_id}/steng").status_code == 302
        assert kari.get("/").headers["Location"] == "/logg-inn"
        assert client.post(f"/brukere/{account_id}/lenke").status_code == 409
        assert client.post(f"/brukere/{account_id}/apne").status_code == 302
        with municipality.reading() as session:
            assert authenticate(session, "kari", GOOD)

    def test_a_search_finds_by_name_and_says_when_there_is_nobody(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        build_account(municipality, "kari", (Role.LEADER, "A"))
        build_account(municipality, "ola", (Role.LEADER, "B"))
        sign_in_as(client, municipality, Role.HR, "K")
        found = client.get("/brukere?sok=KAR").text
        assert ("kari" in found, "ola" in found) == (True, False)
        assert "Ingen brukere passer" in client.get("/brukere?sok=finnesikke").text

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"name": "", "username": "kari"}, "Skriv navnet"),
            ({"name": "Kari", "username": "k"}, "minst to tegn"),
            ({"name": "Kari", "username": "har mellomrom"}, "bare små bokstaver"),
            ({"name": "Kari", "username": "kari", "email": "ikke en adresse"}, "er ikke en e-postadresse"),
            ({"name": "Kari", "username": "hr.k"}, "finnes allerede en bruker"),
        ],
    )
    def test_what_cannot_be_an_account_is_said_and_kept(
        self, municipality: Database, client: FlaskClient, sent: dict[str, str], said: str
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        page = client.post("/brukere/ny", data=sent)
        assert page.status_code == 422
        assert said in page.text
        assert f'value="{sent["username"]}"' in page.text

    def test_a_name_is_on_one_line_so_that_mail_can_be_addressed_to_it(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        sent = {"name": "Kari\r\nBcc: alle@x.no", "username": "kari"}
        assert client.post("/brukere/ny", data=sent).status_code == 302
        with municipality.reading() as session:
            account = session.scalars(select(Account).where(Account.username == "kari")).one()
            assert account.name == "Kari Bcc: alle@x.no"


class TestNobodyWidensHerOwnRights:
    def test_hr_gives_reader_roles_below_her_own_unit_and_no_others(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        account_id = build_account(municipality, "kari")
        sign_in_as(client, municipality, Role.HR, "A")
        given = {
            (role.value, unit): give(client, municipality, account_id, role.value, unit)
            for role in Role
            for unit in ("K", "A", "A1", "B")
        }
        allowed = {
            (role, unit) for role in ("leader", "representative", "politician") for unit in ("A", "A1")
        }
        assert {key for key, status in given.items() if status == 302} == allowed
        assert {(role.value, unit) for role, unit in roles(municipality, account_id)} == allowed

    def test_an_administrator_gives_every_role_but_none_to_herself(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        account_id = build_account(municipality, "kari")
        sign_in_as(client, municipality, Role.ADMINISTRATOR, "K")
        assert {give(client, municipality, account_id, role.value, "K") for role in Role} == {302}
        with municipality.reading() as session:
            own = session.scalars(select(Account.id).where(Account.username == "administrator.k")).one()
        assert give(client, municipality, own, "hr", "K") == 409
        assert roles(municipality, own) == {(Role.ADMINISTRATOR, "K")}

    def test_hr_cannot_take_over_an_account_with_more_rights_than_she_may_give(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        above = [
            build_account(municipality, "sjef", (Role.ADMINISTRATOR, "K")),
            build_account(municipality, "kontroller", (Role.LEADER, "A"), (Role.CONTROLLER, "K")),
            build_account(municipality, "nabo", (Role.LEADER, "B")),
            build_account(
                municipality, "senere", (Role.HR, "K"), from_day=municipal_day() + dt.timedelta(days=9)
            ),
        ]
        sign_in_as(client, municipality, Role.HR, "A")
        for account_id in above:
            for deed in ("lenke", "steng", "logg-ut", "apne"):
                assert client.post(f"/brukere/{account_id}/{deed}").status_code in {403, 404}
            sent = {"name": "Min", "email": "min@example.org"}
            assert client.post(f"/brukere/{account_id}", data=sent).status_code in {403, 404}
        with municipality.reading() as session:
            assert session.scalars(select(OneTimeLink)).all() == []

    def test_the_last_administrator_can_neither_be_closed_nor_lose_the_role(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        only = build_account(municipality, "sjef", (Role.ADMINISTRATOR, "K"))
        result = _run(client.application, "account", "deactivate", "sjef")
        assert (result.exit_code, "minst én annen systemansvarlig" in result.output) == (1, True)
        assert roles(municipality, only) == {(Role.ADMINISTRATOR, "K")}


class TestLeadersFromTheRoster:
    def test_leaders_get_accounts_and_their_role_follows_the_roster(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        with municipality.transaction() as session:
            people = [
                Person(employee_number="1", name="Kari Eide", email="kari@x.no", is_leader=True),
                Person(employee_number="2", name="Ola Moe", is_leader=True),
                Person(employee_number="3", name="Per Ås"),
            ]
            for person, code in zip(people, ("A", "B", "A"), strict=True):
                person.unit_id = unit_of(session, code).id
                session.add(person)
        sign_in_as(client, municipality, Role.HR, "K")
        shown = client.get("/brukere/ledere").text
        assert ("Kari Eide" in shown, "Ola Moe" in shown, "Per Ås" in shown) == (True, True, False)
        links = client.post("/brukere/ledere").text
        assert len(re.findall(r"/velg-passord/[\w-]+", links)) == 2, "no mail server: each link is shown"
        assert "Alle lederne" in client.get("/brukere/ledere").text
        with municipality.reading() as session:
            accounts = {a.name: a.id for a in session.scalars(select(Account).where(Account.person_id > 0))}
        kari = accounts["Kari Eide"]
        assert roles(municipality, kari) == {(Role.LEADER, "A")}

        with municipality.transaction() as session:
            moved = session.scalars(select(Person).where(Person.employee_number == "1")).one()
            moved.unit_id = unit_of(session, "B").id
            assert update_leader_roles(session) == 2
        assert roles(municipality, kari) == {(Role.LEADER, "B")}
        with municipality.transaction() as session:
            session.scalars(select(Person).where(Person.employee_number == "1")).one().active = False
            update_leader_roles(session)
            assert update_leader_roles(session) == 0, "it changes nothing twice"
        assert roles(municipality, kari) == set()

    @pytest.mark.parametrize("password", ["-", ""], ids=["opened", "not-opened"])
    def test_hr_gets_no_way_into_an_account_she_may_not_change(
        self, municipality: Database, client: FlaskClient, password: str
    ) -> None:
        """The attack: a file of people has a leader with the administrator's address, whose account is joined."""
        sjef = build_account(municipality, "sjef", (Role.ADMINISTRATOR, "K"))
        with municipality.transaction() as session:
            account = session.get_one(Account, sjef)
            account.email, account.password_hash = "sjef@x.no", password
            a = unit_of(session, "A")
            session.add(Person(employee_number="1", name="Sjef", email="sjef@x.no", is_leader=True, unit=a))
            session.add(Person(employee_number="2", name="Ola Moe", is_leader=True, unit=a))
        sign_in_as(client, municipality, Role.HR, "K")
        links = client.post("/brukere/ledere").text
        assert len(re.findall(r"/velg-passord/[\w-]+", links)) == 1, "Ola Moe's, whose account is new"
        with municipality.reading() as session:
            owners = session.scalars(select(Account.username).join(OneTimeLink)).all()
        assert owners == ["ansatt-2"]
        assert roles(municipality, sjef) == {(Role.ADMINISTRATOR, "K"), (Role.LEADER, "A")}

    def test_a_new_installation_says_what_to_do_first(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, municipality, Role.HR, "K")
        assert "Slik kommer dere i gang" in client.get("/").text
        assert "Ingen er merket som leder" in client.get("/brukere/ledere").text
        with municipality.transaction() as session:
            unit_id = unit_of(session, "A").id
            person = Person(employee_number="1", name="Kari Eide", is_leader=True, unit_id=unit_id)
            session.add(person)
            session.flush()
            create_leader_account(session, None, person, unit_of(session, "A"))
        assert "Ingenting haster nå" in client.get("/").text
        assert "Alle lederne i listen over ansatte har bruker" in client.get("/brukere/ledere").text

    def test_an_account_whose_address_is_in_other_letters_is_joined_and_not_made_again(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        kari = build_account(municipality, "kari")
        with municipality.transaction() as session:
            session.get_one(Account, kari).email = "Kari.Eide@example.no"
            session.add(
                Person(
                    employee_number="1",
                    name="Kari Eide",
                    email="kari.eide@example.no",
                    is_leader=True,
                    unit_id=unit_of(session, "A").id,
                )
            )
        sign_in_as(client, municipality, Role.HR, "K")
        client.post("/brukere/ledere")
        assert roles(municipality, kari) == {(Role.LEADER, "A")}

    def test_a_leader_who_left_and_came_back_has_her_account_password_and_role(
        self, municipality: Database, app: Flask
    ) -> None:
        """In between she sees nothing of the unit; an account that HR has closed stays closed."""
        with municipality.transaction() as session:
            person = Person(
                employee_number="1", name="Kari Eide", is_leader=True, unit_id=unit_of(session, "A").id
            )
            session.add(person)
            session.flush()
            number = person.id
            kari = create_leader_account(session, None, person, unit_of(session, "A")).id
            session.get_one(Account, kari).password_hash = hash_unjudged(GOOD)
            username = session.get_one(Account, kari).username
        browser = app.test_client()
        browser.post("/logg-inn", data={"username": username, "password": GOOD})

        def card_opens(*, active: bool) -> bool:
            with municipality.transaction() as session:
                session.get_one(Person, number).active = active
                update_leader_roles(session)
            return browser.get("/styringskort/A").status_code != 403

        assert card_opens(active=True)
        assert not card_opens(active=False)
        assert roles(municipality, kari) == set()
        assert card_opens(active=True), "signed in all the while, with the password she had"
        assert roles(municipality, kari) == {(Role.LEADER, "A")}
        with municipality.transaction() as session:
            session.get_one(Account, kari).active = False
        assert browser.get("/konto").status_code == 302, "HR has closed it, whatever the roster says"

    def test_a_role_given_by_hand_does_not_follow_the_roster(self, municipality: Database) -> None:
        with municipality.transaction() as session:
            person = Person(
                employee_number="1", name="Kari Eide", is_leader=False, unit_id=unit_of(session, "A").id
            )
            session.add(person)
            session.flush()
            account = Account(
                username="kari", name="Kari", password_hash="", person_id=person.id, all_grants=[]
            )
            account.all_grants.append(Grant(role=Role.LEADER, unit_id=unit_of(session, "B").id))
            session.add(account)
            session.flush()
            assert update_leader_roles(session) == 0
            assert [grant.source for grant in account.all_grants] == [GrantSource.GIVEN]


class TestSessions:
    def test_a_session_ends_after_an_idle_hour_and_after_twelve_hours(self, municipality: Database) -> None:
        account_id = build_account(municipality, "kari")
        begun = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
        with municipality.transaction() as session:
            token = start_session(session, session.get_one(Account, account_id), begun)

        def minutes(count: int) -> dt.datetime:
            return begun + dt.timedelta(minutes=count)

        with municipality.reading() as session:
            found = sign_in_of(session, token, minutes(59))
            assert found is not None
            assert found.account.id == account_id
            assert sign_in_of(session, token, minutes(61)) is None
            assert sign_in_of(session, token + "x", minutes(1)) is None
        for minute in range(30, 12 * 60 + 30, 30):
            note_seen(municipality, token, minutes(minute))
        with municipality.reading() as session:
            assert sign_in_of(session, token, minutes(12 * 60 - 1)) is not None
            assert sign_in_of(session, token, minutes(12 * 60 + 1)) is None

    def test_a_role_that_ends_at_midnight_ends_for_whoever_is_signed_in(
        self, municipality: Database, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """HR's deputy has a form open over midnight, of winter and of summer time."""
        for last_day, utc in (("2026-03-02", 23), ("2026-07-01", 22)):
            name, day = f"ola-{utc}", dt.date.fromisoformat(last_day)
            midnight = dt.datetime(day.year, day.month, day.day, utc, tzinfo=dt.UTC)
            build_account(municipality, name, (Role.HR, "K"), from_day=day, to_day=day)
            moment = midnight - dt.timedelta(minutes=10)
            monkeypatch.setattr(clock, "now", lambda: moment)  # noqa: B023
            deputy = app.test_client()
            deputy.post("/logg-inn", data={"username": name, "password": GOOD})
            assert deputy.get("/brukere/ny").status_code == 200
            moment = midnight + dt.timedelta(minutes=1)
            sent = {"name": "Kari", "username": f"kari-{utc}", "email": ""}
            assert deputy.post("/brukere/ny", data=sent).status_code == 403
            assert deputy.get("/brukere").status_code == 403
            assert deputy.get("/konto").status_code == 200
        with municipality.reading() as session:
            assert session.scalars(select(Account).where(Account.name == "Kari")).all() == []

    def test_signing_out_everywhere_ends_every_browser(self, municipality: Database, app: Flask) -> None:
        build_account(municipality, "kari")
        browsers = [app.test_client() for _ in range(2)]
        for browser in browsers:
            browser.post("/logg-inn", data={"username": "kari", "password": GOOD})
            assert browser.get("/konto").status_code == 200
        browsers[0].post("/logg-ut-overalt")
        assert [browser.get("/konto").status_code for browser in browsers] == [302, 302]

    def test_a_stolen_cookie_from_before_signing_in_or_out_opens_nothing(
        self, municipality: Database, app: Flask
    ) -> None:
        build_account(municipality, "kari")
        browser = app.test_client()
        browser.get("/logg-inn")
        browser.post("/logg-inn", data={"username": "kari", "password": GOOD})
        stolen = browser.get_cookie("medvirk")
        assert stolen is not None
        browser.post("/logg-ut")
        thief = app.test_client()
        thief.set_cookie("medvirk", stolen.value)
        assert thief.get("/konto").status_code == 302
        with municipality.reading() as session:
            assert session.scalars(select(SignInSession)).all() == []

    def test_what_was_typed_survives_a_session_that_ended(self, municipality: Database, app: Flask) -> None:
        build_account(municipality, "hr", (Role.HR, "K"))
        hr = app.test_client()
        hr.post("/logg-inn", data={"username": "hr", "password": GOOD})
        with municipality.transaction() as session:
            session.scalars(select(SignInSession)).one().seen_at -= dt.timedelta(minutes=61)
        sent = {"name": "Kari Østvær", "username": "kari", "email": "", "password": "hemmelig"}
        ended = hr.post("/brukere/ny", data=sent)
        assert ended.status_code == 401
        assert "er logget ut" in ended.text
        assert "hemmelig" not in ended.text, "a password is never carried along"
        carried = re.findall(r'name="avbrutt" value="([^"]+)"', ended.text)[0].replace("&#34;", '"')
        wrong = hr.post("/logg-inn", data={"username": "hr", "password": "feil", "avbrutt": carried})
        assert "Kari Østvær" in wrong.text
        back = hr.post("/logg-inn", data={"username": "hr", "password": GOOD, "avbrutt": carried})
        assert 'action="/brukere/ny"' in back.text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', back.text))
        assert {name: fields[name] for name in ("name", "username", "email")} == {
            name: sent[name] for name in ("name", "username", "email")
        }
        made = hr.post("/brukere/ny", data=fields)
        assert made.status_code == 302
        with municipality.reading() as session:
            assert (
                session.scalars(select(Account.name).where(Account.username == "kari")).one() == "Kari Østvær"
            )

    @pytest.mark.parametrize(
        "evil", ['["//evil.example/x", [], false]', '["https://evil.example", [], 0]', "{"]
    )
    def test_nothing_leads_out_of_the_site_after_signing_in(
        self, municipality: Database, app: Flask, evil: str
    ) -> None:
        build_account(municipality, "kari")
        answer = app.test_client().post(
            "/logg-inn", data={"username": "kari", "password": GOOD, "avbrutt": evil}
        )
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/"


@pytest.mark.usefixtures("municipality")
class TestPasswords:
    @pytest.mark.parametrize(
        "password", ["kort", "passord123456", "123456789012", "Fjordvik kommune", "sommeren2026!", "x" * 300]
    )
    def test_short_long_and_common_passwords_are_refused(self, password: str) -> None:
        with pytest.raises(PasswordRefusedError):
            hash_password(password, ("Fjordvik kommune", "kari"))

    def test_words_that_do_not_belong_together_are_taken(self) -> None:
        assert hash_password(GOOD).startswith("$argon2id$")

    def test_the_owner_changes_her_password_and_every_browser_is_out(
        self, municipality: Database, app: Flask
    ) -> None:
        build_account(municipality, "kari", (Role.LEADER, "A"))
        kari = app.test_client()
        kari.post("/logg-inn", data={"username": "kari", "password": GOOD})
        new = "gul sykkel under broa 7"
        wrong = kari.post("/konto", data={"current": "feil", "password": new, "again": new})
        assert (wrong.status_code, "er ikke riktig" in wrong.text) == (422, True)
        unlike = kari.post("/konto", data={"current": GOOD, "password": new, "again": new + "x"})
        assert (unlike.status_code, "ikke like" in unlike.text) == (422, True)
        assert kari.post("/konto", data={"current": GOOD, "password": new, "again": new}).status_code == 302
        assert kari.get("/konto").status_code == 302
        with municipality.reading() as session:
            assert authenticate(session, "kari", new)
            assert authenticate(session, "kari", GOOD) is None

    def test_a_forgotten_password_gets_the_same_answer_for_every_name(
        self, municipality: Database, app: Flask
    ) -> None:
        account_id = build_account(municipality, "kari")
        with municipality.transaction() as session:
            session.get_one(Account, account_id).email = "kari@x.no"
        pages = []
        for name in ("kari", "finnes.ikke"):
            browser = app.test_client()
            answer = browser.post("/glemt-passord", data={"username": name}, follow_redirects=True)
            pages.append(without_tokens(answer.text))
        assert pages[0] == pages[1]
        with municipality.reading() as session:
            assert session.scalars(select(OneTimeLink.account_id)).all() == [account_id]


def _run(app: Flask, *arguments: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(medvirk, list(arguments), obj=lambda: app, input=typed)


@pytest.mark.usefixtures("municipality")
class TestCommands:
    def test_an_account_from_the_command_line_is_opened_by_its_link(self, app: Flask) -> None:
        added = _run(app, "account", "add", "Kari", "--name", "Kari Eide", "--role", "leader", "--unit", "A")
        assert added.exit_code == 0, added.output
        link = re.findall(r"http://localhost(/velg-passord/[\w-]+)", added.output)[0]
        assert app.test_client().post(link, data={"password": GOOD, "again": GOOD}).status_code == 302
        listed = _run(app, "account", "list").output
        assert "kari\tKari Eide\tLeder: A\ti bruk" in listed

    def test_a_password_on_standard_input_is_judged_and_kept(
        self, municipality: Database, app: Flask
    ) -> None:
        common = ("account", "add", "kari", "--name", "K", "--role", "hr", "--unit", "K", "--password-stdin")
        assert _run(app, *common, typed="passord123456\n").exit_code == 1
        assert _run(app, *common, typed=f"{GOOD}\n").exit_code == 0
        with municipality.reading() as session:
            assert authenticate(session, "kari", GOOD)

    @pytest.mark.parametrize(
        "arguments",
        [
            ("add", "kari", "--name", "K", "--role", "leader", "--unit", "FINNES-IKKE"),
            ("reset", "finnes.ikke"),
            ("deactivate", "finnes.ikke"),
        ],
    )
    def test_what_is_not_there_is_named(self, app: Flask, arguments: tuple[str, ...]) -> None:
        result = _run(app, "account", *arguments)
        assert result.exit_code == 1
        assert "finnes ingen" in result.output

    def test_every_deed_is_in_the_trail_and_no_secret_is(self, municipality: Database, app: Flask) -> None:
        _run(
            app,
            "account",
            "add",
            "kari",
            "--name",
            "K",
            "--role",
            "leader",
            "--unit",
            "A",
            "--mail",
            "k@x.no",
        )
        link = re.findall(r"/velg-passord/([\w-]+)", _run(app, "account", "reset", "kari").output)[0]
        with municipality.reading() as session:
            trail = [(e.action, e.subject, repr(e.detail)) for e in session.scalars(select(AuditEntry))]
        assert {"account.created", "account.role_given", "account.link_made"} <= {each[0] for each in trail}
        assert link not in repr(trail)
        assert "k@x.no" not in repr(trail)


def test_a_link_goes_by_mail_where_there_is_a_mail_server(municipality: Database, app: Flask) -> None:
    account_id = build_account(municipality, "kari", (Role.LEADER, "A"))
    with municipality.transaction() as session:
        session.get_one(Account, account_id).email = "kari@fjordvik.example"
    client = app.test_client()
    sign_in_as(client, municipality, Role.HR, "K")
    with open_post_office() as office:
        app.config["SETTINGS"] = office.settings(app)
        answer = client.post(f"/brukere/{account_id}/lenke", follow_redirects=True)
    [message] = office.taken
    assert "sendt til kari@fjordvik.example" in answer.text
    assert "velg-passord" not in answer.text, "a link that was sent is shown to nobody else"
    assert message["Date"]
    assert message["Message-ID"]


def test_the_cookie_page_names_every_cookie_that_signing_in_gives(municipality: Database, app: Flask) -> None:
    build_account(municipality, "kari", (Role.LEADER, "A"))
    answer = app.test_client().post("/logg-inn", data={"username": "kari", "password": GOOD})
    given = {line.split("=")[0] for line in answer.headers.getlist("Set-Cookie")}
    assert len(given) == 2
    page = app.test_client().get("/informasjonskapsler").text
    assert {name for name in given if f"«{name}»" in page} == given


def test_on_https_the_session_is_one_that_no_sister_site_can_plant(
    municipality: Database, app: Flask
) -> None:
    build_account(municipality, "kari", (Role.LEADER, "A"))
    settings = replace(app.config["SETTINGS"], base_url="https://medvirk.kommunen.example")
    answer = create_app(settings).test_client().get("/logg-inn", base_url="https://medvirk.kommunen.example")
    [session] = [one for one in answer.headers.getlist("Set-Cookie") if "medvirk=" in one]
    assert session.startswith("__Host-medvirk=")
    assert "; Secure;" in session
    assert "Path=/" in session
    assert "Domain" not in session


@pytest.mark.parametrize("way", ["own page", "link", "first link"])
def test_the_owner_is_told_that_her_password_was_changed(
    municipality: Database, app: Flask, way: str
) -> None:
    account_id = build_account(municipality, "kari", (Role.LEADER, "A"))
    with municipality.transaction() as session:
        account = session.get_one(Account, account_id)
        account.email = "kari@fjordvik.example"
        account.password_hash = "" if way == "first link" else account.password_hash
        token = make_link(session, account)
    kari, new = app.test_client(), "gul sykkel under broa 7"
    with open_post_office() as office:
        app.config["SETTINGS"] = office.settings(app)
        if way == "own page":
            kari.post("/logg-inn", data={"username": "kari", "password": GOOD})
            kari.post("/konto", data={"current": "feil", "password": new, "again": new})
            kari.post("/konto", data={"current": GOOD, "password": new, "again": new})
        else:
            kari.post(f"/velg-passord/{token}", data={"password": new, "again": new})
        for thread in threading.enumerate():
            if thread.name == ACCOUNT_MAIL:
                thread.join(10)
    told = [str(message["Subject"]) for message in office.taken]
    assert told == (
        [] if way == "first link" else ["Passordet ditt til Medvirk i Fjordvik kommune er byttet"]
    )
    for message in office.taken:
        assert "http://localhost/glemt-passord" in message.get_content()
        assert new not in str(message)
