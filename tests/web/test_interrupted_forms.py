"""What somebody was typing when she signed out or in in another tab comes back to her, and only from our own pages."""

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.test import TestResponse
from wtforms import PasswordField
from wtforms.fields.core import UnboundField

from surveys.access.interrupted import InterruptedForm, current_form
from surveys.access.models import Account, Grant, Role
from surveys.access.passwords import hash_unjudged
from surveys.hr.key_holding.forms import ReserveForm
from surveys.platform import clock
from surveys.platform.database import Database
from tests.building import build_installation, build_units
from tests.card_building import unit_of

GOOD = "hest stift batteri korrekt"
OURS = {"Sec-Fetch-Site": "same-origin"}
TYPED = {"name": "Kari Østvær", "username": "kari", "email": ""}
KEPT = "Det du skrev, er ikke sendt, men det er tatt vare på"


@pytest.fixture
def hr(app: Flask, db: Database) -> FlaskClient:
    """HR's browser, signed in with her password; every form's token is checked."""
    app.config["WTF_CSRF_ENABLED"] = True
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
        account = Account(username="hr", name="Hanne", password_hash=hash_unjudged(GOOD), all_grants=[])
        account.all_grants.append(Grant(role=Role.HR, unit_id=unit_of(session, "K").id))
        session.add(account)
    client = app.test_client()
    sign_in(client)
    return client


def _hidden(page: str) -> dict[str, str]:
    fields = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    return {
        html.unescape(name[1]): html.unescape(value[1])
        for field in fields
        if (name := re.search(r'name="([^"]*)"', field)) and (value := re.search(r'value="([^"]*)"', field))
    }


def _send(
    client: FlaskClient, address: str, page: str, sent: Mapping[str, str], headers: Mapping[str, str] = OURS
) -> TestResponse:
    """The form of a page as a browser sends it."""
    return client.post(address, data=_hidden(page) | dict(sent), headers=dict(headers))


def sign_in(client: FlaskClient, page: str = "") -> TestResponse:
    page = page or client.get("/logg-inn").text
    return _send(client, "/logg-inn", page, {"username": "hr", "password": GOOD})


def sign_out(client: FlaskClient) -> None:
    assert _send(client, "/logg-ut", client.get("/").text, {}).status_code == 302


def _every_form(form: type[FlaskForm]) -> Iterator[type[FlaskForm]]:
    for each in form.__subclasses__():
        yield each
        yield from _every_form(each)


def _accounts(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Account.username).where(Account.username == "kari")))


class TestTwoTabs:
    def test_a_form_from_before_she_signed_in_again_comes_back_and_can_be_sent(
        self, hr: FlaskClient, db: Database
    ) -> None:
        old = hr.get("/brukere/ny").text
        sign_out(hr)
        sign_in(hr)
        back = _send(hr, "/brukere/ny", old, TYPED)
        assert "Ingenting er sendt ennå" in back.text
        assert "Kari Østvær" in back.text
        assert _accounts(db) == []
        assert _send(hr, "/brukere/ny", back.text, {}).status_code == 302
        assert _accounts(db) == ["kari"]

    def test_a_form_sent_after_she_signed_out_leads_through_the_sign_in_page(
        self, hr: FlaskClient, db: Database
    ) -> None:
        old = hr.get("/brukere/ny").text
        sign_out(hr)
        ended = _send(hr, "/brukere/ny", old, TYPED)
        assert ended.status_code == 401
        assert KEPT in ended.text
        back = sign_in(hr, ended.text)
        assert _send(hr, "/brukere/ny", back.text, {}).status_code == 302
        assert _accounts(db) == ["kari"]

    def test_two_tabs_that_both_wait_at_the_sign_in_page_both_get_theirs_back(
        self, hr: FlaskClient, db: Database
    ) -> None:
        old = hr.get("/brukere/ny").text
        sign_out(hr)
        first, second = (_send(hr, "/brukere/ny", old, TYPED | {"name": name}) for name in ("Én", "To to to"))
        assert "Ingenting er sendt ennå" in sign_in(hr, first.text).text
        late = sign_in(hr, second.text)
        assert "To to to" in late.text
        assert _send(hr, "/brukere/ny", late.text, {}).status_code == 302
        assert _accounts(db) == ["kari"]

    @pytest.mark.parametrize(
        "headers", [{}, {"Sec-Fetch-Site": "none"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
    )
    def test_a_form_that_no_page_of_ours_sent_is_neither_taken_nor_shown(
        self, hr: FlaskClient, db: Database, headers: Mapping[str, str]
    ) -> None:
        """Another site's form would otherwise wait under our own heading, a button from being sent."""
        planted = hr.post("/brukere/ny", data=TYPED, headers=dict(headers))
        assert planted.status_code == 400
        assert "Kari" not in planted.text
        assert _accounts(db) == []

    def test_passwords_are_not_given_back(self, hr: FlaskClient) -> None:
        old = hr.get("/konto").text
        sign_out(hr)
        sign_in(hr)
        answer = _send(
            hr, "/konto", old, {"current": GOOD, "password": "nytt hemmelig", "again": "nytt hemmelig"}
        )
        assert answer.status_code == 400, "there is nothing else to give back"
        assert "hemmelig" not in answer.text
        assert GOOD not in answer.text

    def test_no_field_for_a_password_is_ever_carried(self, app: Flask) -> None:
        fields = {
            name
            for form in _every_form(FlaskForm)
            for name, field in vars(form).items()
            if isinstance(field, UnboundField) and issubclass(field.field_class, PasswordField)
        }
        assert {"password", "passphrase", "again", "current"} <= fields
        # Written on paper and not starred, and a share of a ballot key all the same.
        fields |= {name for name, field in vars(ReserveForm).items() if isinstance(field, UnboundField)}
        with app.test_request_context(method="POST", data=dict.fromkeys(fields, "hemmelig")):
            assert current_form() is None


class Day:
    """A working day on which time passes when the test says so, for everything that asks the clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = dt.datetime(2026, 3, 2, 7, 0, tzinfo=dt.UTC)
        monkeypatch.setattr(clock, "now", lambda: self.moment)

    def work(self, client: FlaskClient, minutes: int) -> int:
        """She looks at a page after so many minutes; the answer's status."""
        self.moment += dt.timedelta(minutes=minutes)
        return client.get("/konto").status_code

    def work_until(self, client: FlaskClient, hours: int) -> None:
        """She looks at a page every half an hour, from the start of the day."""
        for _half in range(hours * 2):
            assert self.work(client, 30) == 200


class TestTheLimits:
    """60 minutes without a page, and 12 hours in all, with the real cookie and the real pages."""

    @pytest.fixture
    def day(self, monkeypatch: pytest.MonkeyPatch) -> Day:
        return Day(monkeypatch)

    @pytest.fixture
    def signed_in(self, hr: FlaskClient) -> FlaskClient:
        """Signed in when the day begins: `day` is asked for first."""
        sign_out(hr)
        sign_in(hr)
        return hr

    def test_an_hour_without_a_page_ends_it_and_a_page_begins_the_hour_again(
        self, day: Day, signed_in: FlaskClient
    ) -> None:
        assert day.work(signed_in, 59) == 200
        assert day.work(signed_in, 59) == 200
        assert day.work(signed_in, 61) == 302
        assert day.work(signed_in, 0) == 302, "coming back does not wake it"

    def test_it_ends_after_twelve_hours_however_busy_she_is(self, day: Day, signed_in: FlaskClient) -> None:
        day.work_until(signed_in, 12)
        assert day.work(signed_in, 1) == 302

    @pytest.mark.parametrize("busy_hours", [0, 12], ids=["idle", "busy"])
    def test_a_form_she_was_filling_in_comes_back_whichever_limit_ended_it(
        self, day: Day, signed_in: FlaskClient, db: Database, busy_hours: int
    ) -> None:
        day.work_until(signed_in, busy_hours)
        page = signed_in.get("/brukere/ny").text
        day.moment += dt.timedelta(minutes=1 if busy_hours else 61)
        ended = _send(signed_in, "/brukere/ny", page, TYPED)
        assert ended.status_code == 401
        assert KEPT in ended.text
        assert _accounts(db) == []
        back = sign_in(signed_in, ended.text)
        assert "Kari Østvær" in back.text
        assert _send(signed_in, "/brukere/ny", back.text, {}).status_code == 302
        assert _accounts(db) == ["kari"]

    def test_a_form_that_takes_less_than_an_hour_is_taken(
        self, day: Day, signed_in: FlaskClient, db: Database
    ) -> None:
        page = signed_in.get("/brukere/ny").text
        day.moment += dt.timedelta(minutes=59)
        assert _send(signed_in, "/brukere/ny", page, TYPED).status_code == 302
        assert _accounts(db) == ["kari"]


class TestLongTexts:
    @pytest.mark.parametrize("character", ["a", "æ", "\n", '"'])
    def test_what_the_page_promises_to_keep_arrives(self, hr: FlaskClient, character: str) -> None:
        """Just below the limits, whatever a browser makes of the characters on the way."""
        for length in (100_000, 50_000, 20_000):
            form = InterruptedForm("/brukere/ny", (("name", character * length),))
            if form.can_be_carried:
                break
        assert form.can_be_carried
        sign_out(hr)
        ended = _send(hr, "/brukere/ny", hr.get("/logg-inn").text, {"name": character * length})
        assert KEPT in ended.text
        assert "Ingenting er sendt ennå" in sign_in(hr, ended.text).text

    def test_what_is_too_long_to_keep_is_shown_to_be_copied(self, hr: FlaskClient) -> None:
        sign_out(hr)
        page = hr.get("/logg-inn").text
        ended = _send(hr, "/brukere/ny", page, {"name": "langt " * 40_000})
        assert KEPT not in ended.text
        assert "Kopier det du vil beholde" in ended.text
        assert "langt " * 40_000 in ended.text
        assert 'name="avbrutt"' not in ended.text
        assert sign_in(hr, ended.text).status_code == 302


@pytest.mark.parametrize(
    ("address", "page"),
    [("/brukere/ny?fra=1", "/brukere/ny?fra=1"), ("/logg-ut-overalt", ""), ("/finnes/ikke", "")],
)
def test_there_is_a_way_back_to_the_page_of_the_form_when_it_has_one(
    app: Flask, address: str, page: str
) -> None:
    with app.test_request_context():
        assert InterruptedForm(address, (("name", "Kari"),)).page == page
