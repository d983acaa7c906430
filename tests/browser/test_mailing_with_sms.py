"""The pages of a survey's mailing while an SMS gateway is set up: axe finds nothing, and nothing scrolls sideways."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app import create_app
from surveys.access.models import Role
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation
from surveys.campaigns.outbox import queue_invitations
from surveys.organisation.models import Person, Unit
from tests.browser import axe
from tests.browser.answering import SESSION, served
from tests.browser.conftest import PATIENCE
from tests.browser.looking import DESK
from tests.browser.moving_on import presses
from tests.building import build_open_survey
from tests.card_building import sign_in_as
from tests.conftest import Installations

SURVEY = "/undersokelser/liten-2026"
PAGES = (SURVEY, f"{SURVEY}/utsending", f"{SURVEY}/steg/reconcile", f"{SURVEY}/utsending/tekster")
LONG_NAME = "Anne-Margrethe Kristoffersen-Bjørkåsbakken"
FAULTY = "+4790000001"


@dataclass(frozen=True)
class SmsSite:
    """A site with a gateway. cookie: the session of HR."""

    address: str
    cookie: str


@pytest.fixture(scope="module")
def sms_site(installations: Installations, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmsSite]:
    """One has an address, five have a number only: of those one was refused, and one is not yet invited."""
    with installations("sqlite", tmp_path_factory.mktemp("sms-site")) as settings:
        gateway = {"sms_url": "https://sms.example/send?to={to}&text={text}", "smtp_host": "mail.example"}
        app = create_app(replace(settings, **gateway))  # type: ignore[arg-type]
        db = app.extensions["medvirk_database"]
        _fill(app)
        client = app.test_client()
        sign_in_as(client, db, Role.HR)
        cookie = client.get_cookie(SESSION)
        assert cookie is not None
        with served(app) as address:
            yield SmsSite(address, cookie.value)
        db.engine.dispose()


def _fill(app: Flask) -> None:
    with app.app_context(), app.extensions["medvirk_database"].transaction() as session:
        survey = build_open_survey(app, session)
        unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
        people = [
            Person(
                employee_number=str(number),
                name=f"{LONG_NAME} {number}",
                email="" if number else "kari@example.no",
                phone=f"+479000000{number}",
                unit=unit,
            )
            for number in range(6)
        ]
        session.add_all(people)
        session.flush()
        invited = [Recipient(unit.id, each.email, person_id=each.id, phone=each.phone) for each in people[:5]]
        invite(session, survey, invited, app.config["SECRETS"].codes)
        queue_invitations(session, survey)
        for delivery in session.scalars(select(Delivery).join(Invitation)):
            invitation = session.get_one(Invitation, delivery.invitation_id)
            is_faulty = invitation.phone == FAULTY
            delivery.status = DeliveryStatus.FAILED if is_faulty else DeliveryStatus.SENT
            delivery.error = "Nummeret finnes ikke." if is_faulty else ""


@pytest.fixture
def page(browser: Browser, sms_site: SmsSite) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport=DESK, bypass_csp=True, base_url=sms_site.address)
    context.add_cookies([{"name": SESSION, "value": sms_site.cookie, "url": sms_site.address}])
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE * 1000)
    yield opened
    context.close()


def test_every_page_of_the_mailing_is_sound(page: Page) -> None:
    found: list[str] = []
    for address in PAGES:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        found += axe.faults_for_readers(page)
    assert found == []


def test_a_number_that_was_refused_is_corrected_with_its_fault_told(page: Page) -> None:
    page.goto(f"{SURVEY}/utsending")
    expect(page.get_by_text(f"SMS til {FAULTY}")).to_be_visible()
    page.get_by_label("Riktig mobilnummer").fill("feil")
    presses(page, "Rett og send på nytt")
    assert page.title().startswith("Feil:")
    assert axe.faults_for_readers(page) == []


def test_the_texts_of_sms_are_shown_beside_those_of_mails(page: Page) -> None:
    page.goto(f"{SURVEY}/utsending/tekster")
    for shown in page.locator("summary").all():
        shown.click()
    expect(page.get_by_text("Påminnelse på SMS, Nynorsk")).to_be_visible()
    assert axe.faults_for_readers(page) == []
