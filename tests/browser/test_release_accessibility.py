"""The release page in a real browser, in every state: before and after a merger, released, and with a form error."""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import LongStep
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.turns import LONG_STEPS, only_one
from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.moving_on import move_on

SURVEY = "/undersokelser/medarbeider-2026"
TAB = f"{SURVEY}/frigivelse"


def assert_sound(page: Page) -> None:
    assert axe.faults_for_readers(page) == []


def take(page: Page, site: Site, step: str) -> None:
    page.goto(site.path(f"{SURVEY}/steg/{step}"))
    move_on(page.locator("main form button"))
    assert page.url == site.path(SURVEY)


def test_the_release_page_is_sound_from_counting_to_correction(desk: Page, own_site: Site) -> None:
    sign_in(desk, own_site, "hr")
    desk.goto(own_site.path(TAB))
    assert_sound(desk)
    take(desk, own_site, "close")
    take(desk, own_site, "count")
    desk.goto(own_site.path(TAB))
    expect(desk.get_by_role("heading", name="Hva som er skjult, og hvorfor")).to_be_visible()
    assert_sound(desk)
    move_on(desk.get_by_role("button", name="Slå sammen").first)
    expect(desk.get_by_role("heading", name="Slått sammen i denne rapporten")).to_be_visible()
    assert_sound(desk)
    desk.goto(own_site.path(f"{SURVEY}/steg/release"))
    assert_sound(desk)
    take(desk, own_site, "release")
    desk.goto(own_site.path(TAB))
    assert_sound(desk)
    see = desk.get_by_role("button", name="Se hva rettelsen gjør")
    move_on(see)
    expect(desk.get_by_role("link", name="Skriv hvorfor tallene rettes.")).to_be_visible()
    assert_sound(desk)
    desk.get_by_label("Hvorfor rettes tallene?").fill("Etter ønske fra de ansatte.")
    desk.get_by_label("Minste gruppe").fill("130")
    move_on(see)
    desk.get_by_role("heading", name="Rette tallene?").wait_for()
    assert_sound(desk)
    move_on(desk.get_by_role("button", name="Endre"))
    expect(desk.get_by_label("Hvorfor rettes tallene?")).to_have_value("Etter ønske fra de ansatte.")
    desk.get_by_label("Minste gruppe").fill("13")
    move_on(see)
    expect(desk.get_by_text("Minste gruppe heves fra 5 til 13.")).to_be_visible()
    assert_sound(desk)
    move_on(desk.get_by_role("button", name="Rett tallene"))
    expect(desk.get_by_text("minste gruppe 13.")).to_be_visible()
    move_on(desk.get_by_role("link", name="Se hvilke tall som ble endret"))
    hidden = desk.locator("main section").first
    expect(hidden.get_by_role("row").nth(1).get_by_role("cell")).to_have_text(["Vist", "Skjult"])
    assert_sound(desk)
    move_on(hidden.get_by_role("link"))
    desk.get_by_text("Se hvilke tall som ble endret").press("Enter")
    expect(
        desk.get_by_role("table", name="Endret for").get_by_role("cell", name="Skjult").first
    ).to_be_visible()
    axe.wait_until_still(desk)
    assert_sound(desk)


@pytest.fixture
def worker_held(own_site: Site, tmp_path: Path) -> Iterator[None]:
    """The site's worker looks for steps each minute and leaves them alone while another worker is at one."""
    settings = Settings(instance=tmp_path / "instance")
    db = Database(settings.database)
    while True:
        with only_one(db, settings, LONG_STEPS) as ours:
            if ours:
                yield
                break
        time.sleep(0.1)
    db.engine.dispose()


def test_a_step_in_the_background_is_followed_to_its_end(
    desk: Page, own_site: Site, worker_held: None, tmp_path: Path
) -> None:
    db = Database(f"sqlite:///{tmp_path / 'instance' / 'medvirk.sqlite3'}")
    with db.transaction() as session:
        survey = find_survey(session, SURVEY.rpartition("/")[2])
        asked = LongStep(survey_id=survey.id, name="count", asked_at=dt.datetime.now(dt.UTC), attempts=1)
        session.add(asked)
    sign_in(desk, own_site, "hr")
    desk.goto(own_site.path(SURVEY))
    expect(desk.get_by_role("progressbar", name="Medvirk teller opp svarene.")).to_be_visible()
    assert_sound(desk)
    with db.transaction() as session:
        session.merge(asked).problem = "Undersøkelsen må være lukket før den kan telles opp."
    # The page comes to say it by itself.
    desk.get_by_role("alert").get_by_text("Undersøkelsen må være lukket").wait_for()
    assert_sound(desk)
    db.engine.dispose()


def test_what_a_correction_of_a_large_survey_does_is_waited_for(
    desk: Page, own_site: Site, worker_held: None, tmp_path: Path
) -> None:
    released = "/undersokelser/medarbeider-2024"
    db = Database(f"sqlite:///{tmp_path / 'instance' / 'medvirk.sqlite3'}")
    details = {"why": "Etter ønske fra de ansatte.", "as_now": False, "minimum_group": 13, "number": 1}
    with db.transaction() as session:
        survey = find_survey(session, released.rpartition("/")[2])
        asked = LongStep(
            survey_id=survey.id,
            name="preview_correction",
            details=details,
            asked_at=dt.datetime.now(dt.UTC),
            attempts=1,
        )
        session.add(asked)
    sign_in(desk, own_site, "hr")
    desk.goto(own_site.path(f"{released}/frigivelse/rett"))
    expect(desk.get_by_role("progressbar", name="Medvirk regner ut hva rettelsen gjør.")).to_be_visible()
    assert_sound(desk)
    with db.transaction() as session:
        session.merge(asked).problem = "Undersøkelsen er ikke frigitt."
    # The page goes on by itself, to the form with what was typed.
    expect(desk.get_by_label("Hvorfor rettes tallene?")).to_have_value("Etter ønske fra de ansatte.")
    assert_sound(desk)
    db.engine.dispose()
