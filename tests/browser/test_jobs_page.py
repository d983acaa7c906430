"""«Drift» in a real browser: sound while all is well and with everything that may have stopped, by keyboard too."""

from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from surveys.access.models import Account, Grant, Role
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, LongStep, MessageKind
from surveys.platform.clock import now
from surveys.platform.database import Database
from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.moving_on import move_on, move_on_by_key


def _assert_sound(page: Page) -> None:
    assert axe.faults_for_readers(page) == []


def _make_administrator(db: Database, username: str) -> None:
    """The demo has none."""
    with db.transaction() as session:
        account = session.scalars(select(Account).where(Account.username == username)).one()
        unit_id = account.all_grants[0].unit_id
        session.add(Grant(account_id=account.id, role=Role.ADMINISTRATOR, unit_id=unit_id))


def _stop_something(db: Database) -> None:
    """A step that was given up, and an invitation that failed."""
    with db.transaction() as session:
        survey = find_survey(session, "medarbeider-2026")
        session.add(LongStep(survey_id=survey.id, name="count", asked_at=now(), problem="failed"))
        invitation = session.scalars(
            select(Invitation).where(Invitation.survey_id == survey.id, Invitation.email != "")
        ).first()
        assert invitation is not None
        session.add(
            Delivery(
                invitation_id=invitation.id,
                kind=MessageKind.INVITATION,
                number=7,
                status=DeliveryStatus.FAILED,
                error="550 unknown",
            )
        )


def test_the_page_is_sound_and_a_step_is_tried_again_by_keyboard(
    desk: Page, own_site: Site, tmp_path: Path
) -> None:
    db = Database(f"sqlite:///{tmp_path / 'instance' / 'medvirk.sqlite3'}")
    _make_administrator(db, "hr")
    sign_in(desk, own_site, "hr")
    move_on(desk.get_by_role("link", name="Drift", exact=True))
    expect(desk.get_by_role("heading", level=1)).to_have_text("Drift")
    _assert_sound(desk)
    _stop_something(db)
    db.engine.dispose()
    desk.reload()
    expect(desk.get_by_text("Noe gikk galt i Medvirk.")).to_be_visible()
    _assert_sound(desk)
    buttons = desk.get_by_role("button", name="Prøv igjen")
    assert buttons.count() == 2
    move_on_by_key(buttons.first)
    expect(desk.get_by_text("Bakgrunnsjobben prøver igjen.")).to_be_visible()
