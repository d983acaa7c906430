"""What somebody was typing when she signed out or in in another tab comes back to her, and only from our own pages."""

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
